//! The requests that an account's programs made on the last days, as a chart. `requests.html` shows it.

use engine::{
    Error,
    db::Tx,
    requests::{self, ENDS, End, Requests},
};
use model::{AccountId, Timestamp};

use super::Page;

/// So many days are shown, today included.
pub(crate) const DAYS: i64 = 30;
/// The width that a day takes, in the picture's own units.
const STEP: i64 = 16;
/// The height of the highest bar.
const HEIGHT: i64 = 100;

/// What was counted, day by day, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestChart {
    days: Vec<DayBar>,
}

/// A day's bar: a part for each way in which requests ended, one upon the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayBar {
    /// When it begins, in UTC.
    pub(crate) begins: Timestamp,
    /// Where its bar begins.
    pub(crate) x: i64,
    /// How many requests ended in each way.
    pub(crate) ends: [i64; ENDS],
    /// The parts of the bar, from below.
    pub(crate) parts: [Part; ENDS],
}

/// A part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// How it looks.
    pub(crate) kind: &'static str,
    /// Where it begins, from above.
    pub(crate) y: i64,
    /// How high it is; something is never nothing.
    pub(crate) height: i64,
}

/// The words that name the ways, and how they look, in the order of [`End::ALL`].
const WAYS: [(&str, &str); ENDS] = [
    ("done", "good"),
    ("refused", "info"),
    ("limited", "warn"),
    ("failed", "bad"),
];

impl RequestChart {
    /// Reads what was counted on the last days.
    pub(crate) fn read(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<Self, Error> {
        let today = requests::day_of(now);
        let counted = requests::of_account(tx, account, [today + 1 - DAYS, today + 1])?;
        Ok(Self::of(&counted, today))
    }

    fn of(counted: &[Requests], today: i64) -> Self {
        let first = today + 1 - DAYS;
        let on = |day: i64| {
            counted
                .iter()
                .find(|one| one.day == day)
                .map_or([0; ENDS], |one| one.ends)
        };
        let busiest = counted
            .iter()
            .map(|one| one.ends.iter().sum::<i64>())
            .max()
            .unwrap_or(0);
        let days = (first..=today).zip(0..).map(|(day, place)| {
            let ends = on(day);
            DayBar {
                begins: requests::beginning_of(day),
                x: place * STEP,
                parts: parts(ends, busiest),
                ends,
            }
        });
        Self { days: days.collect() }
    }

    /// Its bars.
    pub(crate) fn days(&self) -> &[DayBar] {
        &self.days
    }

    /// Whether there is anything to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.days.iter().all(|day| day.ends == [0; ENDS])
    }

    /// How many requests ended in each way on all days: the word, the look, the number.
    pub(crate) fn sums(&self) -> [(&'static str, &'static str, i64); ENDS] {
        let sum = |end: End| self.days.iter().map(|day| day.ends[end.place()]).sum();
        End::ALL.map(|end| {
            let (word, kind) = WAYS[end.place()];
            (word, kind, sum(end))
        })
    }

    /// The chart in words, for who can't see it.
    pub(crate) fn said(&self, page: &Page) -> String {
        let sums = self
            .sums()
            .map(|(word, _, count)| format!("{}: {}", page.word("requests", word), page.number(&count)));
        sums.join(", ")
    }
}

impl DayBar {
    /// The day in words.
    pub(crate) fn said(&self, page: &Page) -> String {
        let counts = self.ends.map(|count| page.number(&count)).join(" / ");
        format!("{} · {counts}", page.date(&self.begins))
    }
}

fn parts(ends: [i64; ENDS], busiest: i64) -> [Part; ENDS] {
    let mut y = HEIGHT;
    End::ALL.map(|end| {
        let count = ends[end.place()];
        let height = (count * HEIGHT)
            .checked_div(busiest)
            .unwrap_or(0)
            .max(i64::from(count > 0));
        y -= height;
        Part {
            kind: WAYS[end.place()].1,
            y,
            height,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_day_is_as_high_as_the_picture_and_something_is_never_nothing() {
        let counted = |day, ends| Requests {
            account: "acc_01h455vb4pex5vsknk084sn02q".parse().unwrap(),
            day,
            ends,
        };
        let chart = RequestChart::of(&[counted(90, [600, 200, 150, 50]), counted(100, [1, 0, 0, 0])], 100);
        assert_eq!((chart.days().len(), chart.days()[0].x), (30, 0));
        let heights = |bar: &DayBar| bar.parts.map(|part| (part.y, part.height));
        assert_eq!(heights(&chart.days()[19]), [(40, 60), (20, 20), (5, 15), (0, 5)]);
        assert_eq!(heights(&chart.days()[29])[0], (99, 1));
        assert_eq!(chart.sums().map(|(_, _, count)| count), [601, 200, 150, 50]);
        assert!(RequestChart::of(&[], 100).is_empty() && !chart.is_empty());
    }
}
