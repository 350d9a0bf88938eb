//! Numbers, and ranges of them, whose operator was imported: a portability database, or a list of
//! corrections.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashSet},
};

use model::{OperatorId, PhoneNumber};

use crate::{
    Error,
    db::{Insert, Tx, int, text, values},
};

/// Disjoint ranges, sorted, made of ranges that may overlap: the narrowest holds.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    revision: Option<i64>,
    operators: Vec<OperatorId>,
    segments: Vec<Segment>,
}

/// Numbers that are one operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    first: u64,
    last: u64,
    /// Position among the operators.
    operator: usize,
}

/// Why overrides are not taken; none of the file is written then.
#[derive(Debug, thiserror::Error)]
pub enum OverrideError {
    /// The file is no table of overrides.
    #[error("the file can't be read: {0}")]
    Unreadable(String),
    /// The header names other columns.
    #[error("line 1: write the header number,operator or first,last,operator")]
    Header,
    /// A line can't be used.
    #[error("line {line}: {why}")]
    Line {
        /// Which line.
        line: u64,
        /// What to do about it.
        why: String,
    },
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Returns the number that moves whenever overrides change.
pub fn revision(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let sql = "SELECT revision FROM revisions WHERE subject = 'numbers'";
    tx.find(sql, &[], |row| row.int(0))?
        .ok_or_else(|| Error::corrupt("the numbers have no revision"))
}

fn touch(tx: &mut Tx<'_>) -> Result<(), Error> {
    let sql = "UPDATE revisions SET revision = revision + 1 WHERE subject = 'numbers'";
    tx.execute(sql, &[]).map(drop)
}

impl Overrides {
    pub(super) fn load(tx: &mut Tx<'_>, revision: i64) -> Result<Self, Error> {
        let sql = "SELECT first_number, last_number, operator_id FROM number_overrides ORDER BY operator_id";
        let mut operators: Vec<OperatorId> = Vec::new();
        let ranges = tx.query(sql, &[], |row| {
            let operator: OperatorId = row.parse(2)?;
            if operators.last() != Some(&operator) {
                operators.push(operator);
            }
            let digits = |column| u64::try_from(row.int(column)?).map_err(Error::corrupt);
            Ok(Segment {
                first: digits(0)?,
                last: digits(1)?,
                operator: operators.len() - 1,
            })
        })?;
        Ok(Self {
            revision: Some(revision),
            operators,
            segments: flatten(ranges),
        })
    }

    /// Returns the revision that was read, if any was.
    pub(super) fn revision(&self) -> Option<i64> {
        self.revision
    }

    /// Returns whose a number is.
    pub(super) fn of(&self, number: PhoneNumber) -> Option<&OperatorId> {
        let digits = number.digits();
        let next = self.segments.partition_point(|segment| segment.first <= digits);
        let segment = self.segments[..next].last()?;
        (digits <= segment.last).then(|| &self.operators[segment.operator])
    }
}

/// Cuts ranges that overlap into disjoint ones. At each place the narrowest holds; of two as narrow
/// the one that begins later.
fn flatten(mut ranges: Vec<Segment>) -> Vec<Segment> {
    ranges.sort_by_key(|range| range.first);
    let mut cuts: Vec<u64> = ranges.iter().flat_map(|range| [range.first, range.last + 1]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut waiting = ranges.into_iter().peekable();
    let mut open: BinaryHeap<(Reverse<u64>, u64, u64, usize)> = BinaryHeap::new();
    let mut flat: Vec<Segment> = Vec::new();
    for cut in cuts.windows(2) {
        let (first, last) = (cut[0], cut[1] - 1);
        while let Some(range) = waiting.next_if(|range| range.first == first) {
            open.push((
                Reverse(range.last - range.first),
                range.first,
                range.last,
                range.operator,
            ));
        }
        while open.peek().is_some_and(|(_, _, end, _)| *end < first) {
            open.pop();
        }
        let Some((_, _, _, operator)) = open.peek().copied() else {
            continue;
        };
        match flat
            .last_mut()
            .filter(|before| before.operator == operator && before.last + 1 == first)
        {
            Some(before) => before.last = last,
            None => flat.push(Segment { first, last, operator }),
        }
    }
    flat
}

const OVERRIDES: Insert = Insert {
    table: "number_overrides",
    columns: &[int("first_number"), int("last_number"), text("operator_id")],
    conflict: "ON CONFLICT (first_number, last_number) DO UPDATE SET operator_id = excluded.operator_id",
};

/// Takes in a file of `number,operator` or `first,last,operator`, all of it or nothing, and says
/// how many ranges it had.
pub fn import_overrides(tx: &mut Tx<'_>, csv: &str) -> Result<usize, OverrideError> {
    let operators = tx.query("SELECT id FROM operators", &[], |row| row.text(0))?;
    let operators: HashSet<_> = operators.into_iter().collect();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(csv.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| OverrideError::Unreadable(error.to_string()))?;
    let ranged = match header.iter().collect::<Vec<_>>()[..] {
        ["number", "operator"] => false,
        ["first", "last", "operator"] => true,
        _ => return Err(OverrideError::Header),
    };
    // The last line for a range holds.
    let mut rows = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|error| OverrideError::Unreadable(error.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let (first, last, operator) = if ranged {
            (&row[0], &row[1], &row[2])
        } else {
            (&row[0], &row[0], &row[1])
        };
        let [first, last] = read_range(first, last).map_err(|why| OverrideError::Line { line, why })?;
        if !operators.contains(operator) {
            let why = format!("{operator:?} is not an operator of the catalogue: use the id of one, such as at-t-usa");
            return Err(OverrideError::Line { line, why });
        }
        rows.insert([first, last], operator.to_owned());
    }
    let rows: Vec<_> = (rows.into_iter())
        .map(|([first, last], operator)| values![first, last, operator])
        .collect();
    tx.insert_many(&OVERRIDES, &rows)?;
    touch(tx)?;
    Ok(rows.len())
}

/// Forgets all overrides, and says how many there were.
pub fn clear_overrides(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let count = tx.execute("DELETE FROM number_overrides", &[])?;
    touch(tx)?;
    Ok(count)
}

fn read_range(first: &str, last: &str) -> Result<[i64; 2], String> {
    let read = |text: &str| {
        let number = text.parse::<PhoneNumber>();
        number.map_err(|why| format!("{text:?} is not a number: {why}"))
    };
    let (low, high) = (read(first)?, read(last)?);
    if first.len() != last.len() || low > high {
        return Err(format!(
            "{first} to {last} is not a range: write two numbers of one length, the smaller one first"
        ));
    }
    Ok([low, high].map(|number| i64::try_from(number.digits()).expect("fifteen digits fit")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(first: u64, last: u64, operator: usize) -> Segment {
        Segment { first, last, operator }
    }

    #[test]
    fn the_narrowest_range_holds() {
        let flat = flatten(vec![
            segment(100, 199, 0),
            segment(150, 159, 1),
            segment(155, 155, 2),
            segment(200, 299, 0),
        ]);
        assert_eq!(
            flat,
            [
                segment(100, 149, 0),
                segment(150, 154, 1),
                segment(155, 155, 2),
                segment(156, 159, 1),
                segment(160, 299, 0)
            ]
        );
    }

    proptest! {
        #[test]
        fn flat_ranges_say_what_the_ranges_said(ranges in prop::collection::vec((0_u64..60, 0_u64..20), 0..12)) {
            let ranges: Vec<_> = (ranges.into_iter().enumerate())
                .map(|(operator, (first, length))| segment(first, first + length, operator))
                .collect();
            let flat = flatten(ranges.clone());
            prop_assert!(flat.windows(2).all(|pair| pair[0].last < pair[1].first));
            for place in 0..100 {
                let covers = |range: &&Segment| range.first <= place && place <= range.last;
                let narrowest = ranges.iter().filter(covers).map(|range| range.last - range.first).min();
                let found = flat.iter().find(covers).map(|found| ranges[found.operator].last - ranges[found.operator].first);
                prop_assert_eq!(found, narrowest);
            }
        }
    }
}
