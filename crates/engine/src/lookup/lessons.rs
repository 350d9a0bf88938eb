//! What deliveries have taught: a success proves whose a number is, a refusal as another operator's
//! number disproves it.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use model::{OperatorId, PhoneNumber, Timestamp};

use crate::{
    Error,
    db::{Insert, Tx, int, text, values},
};

/// So many lessons are kept, the newest ones; about 30 MB.
const LESSONS_MAX: usize = 200_000;
/// Over the bound, so many are forgotten at once, so that it is seldom needed.
const FORGOTTEN_AT_ONCE: usize = LESSONS_MAX / 10;
/// Another process's lesson may be written this much later than it was learned.
const WRITTEN_LATE: Duration = Duration::from_mins(1);

/// What a delivery has taught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// The number.
    pub number: PhoneNumber,
    /// The operator that was tried.
    pub operator: OperatorId,
    /// How it ended.
    pub verdict: Verdict,
    /// When.
    pub learned_at: Timestamp,
}

/// Whether a number is an operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is: a top-up was delivered.
    Proved,
    /// It is not: a top-up was refused for that reason.
    Disproved,
}

impl Verdict {
    /// The word: `proved`, `disproved`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Disproved => "disproved",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Verdict {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Proved, Self::Disproved]
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or(())
    }
}

/// The newest lessons, in memory.
#[derive(Default)]
pub(super) struct Lessons(RwLock<Known>);

#[derive(Default)]
struct Known {
    of_numbers: HashMap<PhoneNumber, Vec<Learned>>,
    count: usize,
    /// One text for each operator, however many lessons name it.
    operators: HashSet<OperatorId>,
    newest: Option<Timestamp>,
}

/// A lesson about a number that is known.
#[derive(Debug, Clone)]
pub(super) struct Learned {
    pub(super) operator: OperatorId,
    pub(super) verdict: Verdict,
    at: Timestamp,
}

impl Lessons {
    /// Hands what is known of a number, the newest last.
    pub(super) fn with<T>(&self, number: PhoneNumber, read: impl FnOnce(&[Learned]) -> T) -> T {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        read(known.of_numbers.get(&number).map_or(&[], Vec::as_slice))
    }

    pub(super) fn learn(&self, lesson: &Lesson) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.learn(lesson);
    }

    /// Reads the lessons since the last one that is known.
    pub(super) fn catch_up(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let newest = self.0.read().unwrap_or_else(PoisonError::into_inner).newest;
        let since = newest.map_or(Timestamp::from_micros(i64::MIN), |newest| newest.minus(WRITTEN_LATE));
        let sql = "SELECT phone_number, operator_id, verdict, learned_at FROM number_lessons
            WHERE learned_at >= ?1 ORDER BY learned_at DESC LIMIT ?2";
        let bound = i64::try_from(LESSONS_MAX).expect("a small number");
        let lessons = tx.query(sql, &values![since, bound], |row| {
            let digits = u64::try_from(row.int(0)?).ok().and_then(PhoneNumber::from_digits);
            Ok(Lesson {
                number: digits.ok_or_else(|| Error::corrupt("a lesson about no phone number"))?,
                operator: row.parse(1)?,
                verdict: row.parse(2)?,
                learned_at: row.time(3)?,
            })
        })?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        lessons.iter().rev().for_each(|lesson| known.learn(lesson));
        Ok(())
    }
}

impl Known {
    fn learn(&mut self, lesson: &Lesson) {
        self.operators.insert(lesson.operator.clone());
        let operator = self.operators.get(&lesson.operator).expect("it is in").clone();
        let of_number = self.of_numbers.entry(lesson.number).or_default();
        let before = of_number.iter().position(|learned| learned.operator == operator);
        if before.is_some_and(|place| of_number[place].at > lesson.learned_at) {
            return;
        }
        if let Some(place) = before {
            of_number.remove(place);
            self.count -= 1;
        }
        of_number.push(Learned {
            operator,
            verdict: lesson.verdict,
            at: lesson.learned_at,
        });
        of_number.sort_by_key(|learned| learned.at);
        self.count += 1;
        self.newest = self.newest.max(Some(lesson.learned_at));
        if self.count > LESSONS_MAX {
            self.forget(FORGOTTEN_AT_ONCE);
        }
    }

    /// Forgets so many of the oldest lessons.
    fn forget(&mut self, count: usize) {
        let all = self.of_numbers.values().flatten().map(|learned| learned.at);
        let mut ages: Vec<_> = all.collect();
        let (_, last, _) = ages.select_nth_unstable(count.saturating_sub(1));
        let last = *last;
        self.of_numbers.retain(|_, of_number| {
            of_number.retain(|learned| learned.at > last);
            !of_number.is_empty()
        });
        self.count = self.of_numbers.values().map(Vec::len).sum();
    }
}

const LESSONS: Insert = Insert {
    table: "number_lessons",
    columns: &[
        int("phone_number"),
        text("operator_id"),
        text("verdict"),
        int("learned_at"),
    ],
    conflict: "ON CONFLICT (phone_number, operator_id) DO UPDATE SET verdict = excluded.verdict, \
               learned_at = excluded.learned_at",
};

/// Stores lessons. No revision moves: other processes read what is newer than what they know.
pub fn store_lessons(tx: &mut Tx<'_>, lessons: &[Lesson]) -> Result<(), Error> {
    // A set may hold a number and operator once only; the last lesson holds.
    let mut last: HashMap<(PhoneNumber, &OperatorId), &Lesson> = HashMap::new();
    for lesson in lessons {
        last.insert((lesson.number, &lesson.operator), lesson);
    }
    let mut rows: Vec<_> = last.into_values().collect();
    // Rows are written in one order, so that two writers never wait for each other.
    rows.sort_by(|one, other| (one.number, &one.operator).cmp(&(other.number, &other.operator)));
    let row = |lesson: &&Lesson| {
        let digits = i64::try_from(lesson.number.digits()).expect("fifteen digits fit");
        values![digits, &lesson.operator, lesson.verdict.as_str(), lesson.learned_at]
    };
    tx.insert_many(&LESSONS, &rows.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

/// Deletes the lessons that are too old to be read again, and says how many.
pub fn forget_oldest(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let bound = i64::try_from(LESSONS_MAX).expect("a small number");
    let sql = "DELETE FROM number_lessons WHERE learned_at <
        (SELECT learned_at FROM number_lessons ORDER BY learned_at DESC LIMIT 1 OFFSET ?1)";
    tx.execute(sql, &values![bound - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(digits: u64, operator: &str, verdict: Verdict, second: i64) -> Lesson {
        Lesson {
            number: PhoneNumber::from_digits(4_915_100_000_000 + digits).unwrap(),
            operator: operator.parse().unwrap(),
            verdict,
            learned_at: Timestamp::from_millis(second * 1_000),
        }
    }

    #[test]
    fn the_newest_verdict_on_an_operator_holds() {
        let lessons = Lessons::default();
        let number = lesson(1, "a", Verdict::Proved, 0).number;
        for taught in [
            lesson(1, "a", Verdict::Proved, 5),
            lesson(1, "b", Verdict::Proved, 7),
            lesson(1, "a", Verdict::Disproved, 6),
            lesson(1, "a", Verdict::Proved, 4),
        ] {
            lessons.learn(&taught);
        }
        let known: Vec<_> = lessons.with(number, |all| {
            all.iter().map(|one| (one.operator.to_string(), one.verdict)).collect()
        });
        assert_eq!(
            known,
            [("a".to_owned(), Verdict::Disproved), ("b".to_owned(), Verdict::Proved)]
        );
    }

    #[test]
    fn only_the_newest_lessons_are_kept() {
        let lessons = Lessons::default();
        let count = u64::try_from(LESSONS_MAX).unwrap() + 1;
        for digits in 0..count {
            lessons.learn(&lesson(digits, "a", Verdict::Proved, i64::try_from(digits).unwrap()));
        }
        let known = lessons.0.read().unwrap();
        assert_eq!(known.count, LESSONS_MAX + 1 - FORGOTTEN_AT_ONCE);
        assert_eq!(known.of_numbers.len(), known.count);
        assert!(
            !known
                .of_numbers
                .contains_key(&lesson(0, "a", Verdict::Proved, 0).number)
        );
        assert_eq!(known.operators.len(), 1);
    }
}
