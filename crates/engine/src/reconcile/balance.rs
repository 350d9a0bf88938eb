//! The third way: what our balance at the supplier has moved by.

use model::{Money, Record, RecordState, SupplierName};
use serde::{Deserialize, Serialize};

use super::{Day, MARGIN, compare::Sums};
use crate::{Error, db::Tx, floats};

/// What our balance says of a day. Floats are told every few minutes, so the day is taken from the float nearest to its
/// beginning to the one nearest to its end, and so are the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// From when.
    pub from: String,
    /// Until when.
    pub until: String,
    /// The float then.
    pub opening: Money,
    /// What was paid in, as people noted it.
    pub deposits: Money,
    /// The float in the end.
    pub closing: Money,
    /// What the supplier says that its deliveries have cost.
    pub charged: Money,
    /// What went besides: the float lost so much more; less, if negative.
    pub difference: Money,
}

impl Balance {
    /// Whether the float moved by what was charged.
    pub fn agrees(&self) -> bool {
        self.difference.minor() == 0
    }
}

/// Compares floats with records; none without a float near both ends of the day.
pub(super) fn read(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    day: Day,
    theirs: &[Record],
) -> Result<Option<Balance>, Error> {
    let Some(opening) = floats::nearest(tx, supplier, day.begins(), MARGIN)? else {
        return Ok(None);
    };
    let Some(closing) = floats::nearest(tx, supplier, day.ends(), MARGIN)? else {
        return Ok(None);
    };
    let currency = opening.float.currency();
    let (from, until) = (opening.taken_at, closing.taken_at);
    let within = theirs.iter().filter(|record| (from..until).contains(&record.made_at));
    let mut charged = Sums::default();
    for record in within.filter(|record| record.state == RecordState::Delivered) {
        charged.add_some(record.cost);
    }
    let mut deposits = Sums::default();
    for deposit in floats::deposits(tx, supplier, (from, until))? {
        deposits.add(deposit.amount);
    }
    let (charged, deposits) = (charged.of(currency), deposits.of(currency));
    // A float that changed its currency can't be compared.
    let moved = opening
        .float
        .checked_add(deposits)
        .and_then(|sum| sum.checked_sub(closing.float));
    let Ok(difference) = moved.and_then(|moved| moved.checked_sub(charged)) else {
        return Ok(None);
    };
    Ok(Some(Balance {
        from: from.to_string(),
        until: until.to_string(),
        opening: opening.float,
        deposits,
        closing: closing.float,
        charged,
        difference,
    }))
}
