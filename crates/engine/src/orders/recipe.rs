//! What is done while nobody knows what became of an attempt, and what a delivery is compared with.

use std::time::Duration;

use model::{Absence, Money, Receipt};

/// What is done while nobody knows what became of an attempt: of its supplier's own, or as set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// What it means when the supplier has no record.
    pub absence: Absence,
    /// After so long a person is called; none where the general setting holds.
    pub stuck_after: Option<Duration>,
}

impl Recipe {
    /// What holds where nothing is set for the supplier.
    pub const fn new(absence: Absence) -> Self {
        Self {
            absence,
            stuck_after: None,
        }
    }
}

/// How much less than ordered a phone received, if that is more than a tolerated share. An amount in
/// another currency can't be compared.
pub fn shortfall(ordered: Money, receipt: &Receipt, tolerance_bps: u32) -> Option<Money> {
    let delivered = receipt
        .delivered
        .filter(|delivered| delivered.currency() == ordered.currency())?;
    let missing = ordered
        .checked_sub(delivered)
        .ok()
        .filter(|missing| missing.is_positive())?;
    let tolerated = i128::from(ordered.minor()) * i128::from(tolerance_bps);
    (i128::from(missing.minor()) * 10_000 > tolerated).then_some(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_that_received_too_little_is_noticed() {
        let money = |minor| Money::new(minor, "MXN".parse().unwrap());
        let receipt = |minor| Receipt {
            delivered: Some(money(minor)),
            ..Receipt::default()
        };
        assert_eq!(shortfall(money(10_000), &receipt(9_800), 200), None);
        assert_eq!(shortfall(money(10_000), &receipt(9_799), 200), Some(money(201)));
        assert_eq!(shortfall(money(10_000), &receipt(12_000), 200), None);
        assert_eq!(shortfall(money(10_000), &Receipt::default(), 0), None);
    }
}
