//! A chart of a day: for each hour a bar of what arrived and of what was given back, drawn as SVG.

use engine::figures::Figure;

/// How many hours are shown.
pub(super) const HOURS: i64 = 24;
/// The width that an hour takes, in the picture's own units.
const STEP: i64 = 20;
/// The height of the highest bar.
const HEIGHT: i64 = 100;

/// An hour's bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bar {
    /// Where it begins.
    pub(super) x: i64,
    /// The hour of the day in UTC.
    pub(super) hour: i64,
    /// What arrived.
    pub(super) delivered: i64,
    /// What was given back.
    pub(super) refunded: i64,
    /// How high the first is.
    pub(super) delivered_height: i64,
    /// How high the second is, upon it.
    pub(super) refunded_height: i64,
}

impl Bar {
    /// Where the lower part begins, from above.
    pub(super) const fn delivered_y(&self) -> i64 {
        HEIGHT - self.delivered_height
    }

    /// Where the upper part begins.
    pub(super) const fn refunded_y(&self) -> i64 {
        HEIGHT - self.delivered_height - self.refunded_height
    }
}

/// Draws the hours before and including `last`.
pub(super) fn bars(figures: &[Figure], last: i64) -> Vec<Bar> {
    let first = last - HOURS + 1;
    let sums: Vec<_> = (first..=last)
        .map(|hour| {
            let of_hour = figures.iter().filter(|figure| figure.hour == hour);
            of_hour.fold((0, 0), |(delivered, refunded), figure| {
                (delivered + figure.delivered, refunded + figure.refunded)
            })
        })
        .collect();
    let highest = sums.iter().map(|(delivered, refunded)| delivered + refunded).max();
    let height = |count: i64| (count * HEIGHT).checked_div(highest.unwrap_or(0)).unwrap_or(0);
    sums.iter()
        .zip(first..)
        .zip(0..)
        .map(|(((delivered, refunded), hour), place)| Bar {
            x: place * STEP,
            hour: hour.rem_euclid(24),
            delivered: *delivered,
            refunded: *refunded,
            delivered_height: height(*delivered),
            refunded_height: height(*refunded),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use model::Money;

    use super::*;

    #[test]
    fn the_busiest_hour_is_as_high_as_the_picture() {
        let usd = "USD".parse().unwrap();
        let figure = |hour, delivered, refunded| Figure {
            account: "acc_01h455vb4pex5vsknk084sn02q".parse().unwrap(),
            hour,
            supplier: String::new(),
            delivered,
            refunded,
            reversed: 0,
            sold: Money::zero(usd),
            cost: Money::zero(usd),
            took: [0; 6],
        };
        let bars = bars(
            &[
                figure(100, 30, 10),
                figure(99, 1, 0),
                figure(100, 10, 0),
                figure(3, 9, 9),
            ],
            100,
        );
        assert_eq!(bars.len(), 24);
        let (last, before) = (&bars[23], &bars[22]);
        assert_eq!((last.delivered, last.refunded, last.hour), (40, 10, 4));
        assert_eq!(
            (last.delivered_height, last.refunded_height, last.refunded_y()),
            (80, 20, 0)
        );
        assert_eq!((before.delivered_height, before.delivered_y()), (2, 98));
        assert!(
            super::bars(&[], 5).iter().all(|bar| bar.delivered_height == 0),
            "a day without orders"
        );
    }
}
