//! How much an account has bought: what ended on each of the last days, and what was paid for it.

use engine::figures::{self, Figure};
use model::{Currency, Money, Timestamp};

/// So many days are shown, today included.
pub(super) const DAYS: i64 = 14;
const HOURS: i64 = 24;
/// How wide the bar of the busiest day is, in the picture's own units.
const WIDTH: i64 = 100;

/// What ended on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Day {
    /// When it begins, in UTC.
    pub(super) begins: Timestamp,
    /// What arrived.
    pub(super) delivered: i64,
    /// What was given back, at once or later.
    pub(super) back: i64,
    /// What was paid for what arrived.
    pub(super) sold: Money,
    /// How wide its bar is.
    pub(super) width: i64,
}

/// The hours that are counted: from the first to before the last.
pub(super) const fn hours(now: Timestamp) -> (i64, i64) {
    let today = figures::hour_of(now).div_euclid(HOURS);
    ((today + 1 - DAYS) * HOURS, (today + 1) * HOURS)
}

/// Adds figures up by day, the newest first.
pub(super) fn days(figures: &[Figure], currency: Currency, now: Timestamp) -> Vec<Day> {
    let (from, until) = hours(now);
    let mut days: Vec<_> = (from / HOURS..until / HOURS)
        .map(|day| Day {
            begins: figures::beginning_of(day * HOURS),
            delivered: 0,
            back: 0,
            sold: Money::zero(currency),
            width: 0,
        })
        .collect();
    for figure in figures {
        let place = usize::try_from((figure.hour - from).div_euclid(HOURS)).ok();
        if let Some(day) = place.and_then(|place| days.get_mut(place)) {
            day.delivered += figure.delivered;
            day.back += figure.refunded + figure.reversed;
            day.sold = day.sold.checked_add(figure.sold).unwrap_or(day.sold);
        }
    }
    let busiest = days.iter().map(|day| day.delivered).max().unwrap_or(0);
    for day in &mut days {
        day.width = (day.delivered * WIDTH).checked_div(busiest).unwrap_or(0);
    }
    days.reverse();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_what_ended_in_its_hours() {
        let now: Timestamp = "2026-11-26T08:30:00Z".parse().unwrap();
        let usd = "USD".parse().unwrap();
        let figure = |at: &str, delivered, refunded, minor| Figure {
            account: "acc_01h455vb4pex5vsknk084sn02q".parse().unwrap(),
            hour: figures::hour_of(at.parse().unwrap()),
            supplier: String::new(),
            delivered,
            refunded,
            reversed: 1,
            sold: Money::new(minor, usd),
            cost: Money::zero(usd),
            took: [0; 6],
        };
        let days = days(
            &[
                figure("2026-11-25T23:59:59Z", 4, 1, 100),
                figure("2026-11-26T00:00:00Z", 1, 0, 25),
                figure("2026-11-26T08:00:00Z", 1, 0, 25),
            ],
            usd,
            now,
        );
        assert_eq!(days.len(), 14);
        let shown = |day: &Day| {
            (
                day.begins.to_string()[..10].to_owned(),
                day.delivered,
                day.back,
                day.sold.minor(),
                day.width,
            )
        };
        assert_eq!(shown(&days[0]), ("2026-11-26".to_owned(), 2, 2, 50, 50));
        assert_eq!(shown(&days[1]), ("2026-11-25".to_owned(), 4, 2, 100, 100));
        assert_eq!(days[13].begins.to_string(), "2026-11-13T00:00:00.000Z");
        assert!(super::days(&[], usd, now).iter().all(|day| day.width == 0));
    }
}
