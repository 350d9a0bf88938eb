//! The recipient's last four digits that choose a fault.
//!
//! The last two digits are the fault's number, so that none of them is one of DT One's own endings:
//! those have 1, 2 or 3 before 00 to 07, ours never.

use super::fault::Fault;
use crate::config::Supplier;

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suffix {
    /// The recipient's last digits.
    pub digits: &'static str,
    /// What they choose.
    pub fault: Fault,
    /// What happens.
    pub meaning: &'static str,
}

const fn suffix(digits: &'static str, fault: Fault, meaning: &'static str) -> Suffix {
    Suffix { digits, fault, meaning }
}

/// Every ending and what it chooses.
pub const SUFFIXES: [Suffix; 31] = [
    suffix("9001", Fault::Plain, "accepted and answered"),
    suffix(
        "9002",
        Fault::LostAnswer,
        "executed, the connection dropped before the answer",
    ),
    suffix("9402", Fault::LostRequest, "not executed, the connection dropped"),
    suffix("9003", Fault::LateAnswer, "executed and answered after 100 s"),
    suffix("9004", Fault::ErrorExecuted, "answered with 500, executed"),
    suffix("9005", Fault::ErrorNotExecuted, "answered with 500, not executed"),
    suffix("9006", Fault::PendingThenDelivered, "pending for 10 s, then delivered"),
    suffix("9406", Fault::PendingThenFailed, "pending for 10 s, then failed"),
    suffix("9007", Fault::PendingForEver, "pending for ever"),
    suffix("9008", Fault::FailedBody, "a good status with a failure in the body"),
    suffix("9009", Fault::Reversed, "delivered, taken back after 60 s"),
    suffix("9010", Fault::PushLost, "delivered, the push is lost"),
    suffix("9410", Fault::PushTwice, "delivered, the push comes twice"),
    suffix("9510", Fault::PushOutOfOrder, "delivered, an older push comes last"),
    suffix("9610", Fault::PushForged, "delivered, a forged push says otherwise"),
    suffix("9710", Fault::PushFirst, "delivered, the push comes before the answer"),
    suffix("9011", Fault::UnknownCode, "refused with a code in no table"),
    suffix("9411", Fault::UnknownCodeExecuted, "a code in no table, executed"),
    suffix("9012", Fault::EmptyBody, "executed, an empty body"),
    suffix("9412", Fault::TruncatedBody, "executed, half a body"),
    suffix("9512", Fault::HtmlBody, "executed, a page of HTML"),
    suffix(
        "9013",
        Fault::Unauthorized,
        "401 in the middle; at Reloadly a new token helps",
    ),
    suffix("9014", Fault::RateLimited, "429 with headers"),
    suffix("9015", Fault::FloatEmpty, "refused: the float is empty"),
    suffix("9016", Fault::ProductGone, "refused: the product is gone"),
    suffix("9416", Fault::AmountGone, "refused: the amount is gone"),
    suffix(
        "9516",
        Fault::PriceUp,
        "delivered, dearer by a tenth than the catalogue says",
    ),
    suffix(
        "9017",
        Fault::LateRecord,
        "executed, the answer lost, no record for 30 s",
    ),
    suffix("9018", Fault::DeliveredLess, "delivered, a tenth less than quoted"),
    suffix(
        "9019",
        Fault::WrongOperator,
        "refused: ported to another operator; lookup knows",
    ),
    suffix("9020", Fault::Velocity, "a second top-up within 120 s is refused"),
];

/// What a phone's last digits choose.
pub(crate) fn of_phone(phone: &str) -> Option<Fault> {
    let chosen = SUFFIXES.iter().find(|suffix| phone.ends_with(suffix.digits));
    chosen.map(|suffix| suffix.fault)
}

/// The lines that mean something at a supplier.
pub fn suffixes_of(supplier: Supplier) -> impl Iterator<Item = &'static Suffix> {
    let pushes = supplier != Supplier::Ding;
    SUFFIXES.iter().filter(move |suffix| pushes || !is_push(suffix.fault))
}

/// Whether it is about pushes: what Ding pushes is not known, so it pushes nothing.
fn is_push(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::PushLost | Fault::PushTwice | Fault::PushOutOfOrder | Fault::PushForged | Fault::PushFirst
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ending_is_one_of_the_suppliers_own() {
        for suffix in SUFFIXES {
            let own = suffix.digits[1..].parse::<u32>().unwrap();
            let (delay, outcome) = (own / 100, own % 100);
            assert!(!((1..=3).contains(&delay) && outcome <= 7), "{}", suffix.digits);
        }
    }

    #[test]
    fn an_ending_has_one_meaning() {
        let mut endings: Vec<_> = SUFFIXES.iter().map(|suffix| suffix.digits).collect();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), SUFFIXES.len());
    }
}
