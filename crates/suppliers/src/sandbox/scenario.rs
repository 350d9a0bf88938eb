//! What the sandbox does to which number: one table, which the documentation repeats and a test compares.

use model::{PhoneNumber, ProductId};

/// What happens to a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// Refused for good.
    Refused,
    /// The order's first attempt is refused, a later one delivered.
    Retriable,
    /// Delivered after a while, within the time for a call.
    Slow,
    /// Pending at first, then delivered.
    PendingThenDelivered,
    /// Pending at first, then refused.
    PendingThenRefused,
    /// Delivered, but never answered.
    LostAndDelivered,
    /// Neither delivered nor answered nor known later.
    LostForGood,
    /// Delivered and taken back later.
    ReversedLater,
    /// Refused as another operator's number.
    WrongOperator,
    /// Refused as a repetition.
    Duplicate,
    /// Refused because our balance is too low.
    FloatEmpty,
    /// Answered with a code that stands in no table; it was refused.
    UnlistedCode,
    /// Never answered, and delivered only after the first questions.
    DeliveredLate,
    /// Delivered; lookup says that the number was ported.
    Ported,
    /// Delivered at once.
    Delivered,
}

/// One row of the sandbox's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The recipient's last four digits; `None` stands for every other number.
    pub last_four: Option<u16>,
    /// What happens.
    pub scenario: Scenario,
    /// The same for people.
    pub text: &'static str,
    /// The outcome of the order's first submission.
    pub first: &'static str,
    /// The outcome that a question finds in the end.
    pub finally: &'static str,
}

impl Row {
    /// Returns the digits as they are written in the table.
    pub fn digits(&self) -> String {
        self.last_four
            .map_or_else(|| "any other".into(), |digits| format!("{digits:04}"))
    }
}

const fn row(last_four: u16, scenario: Scenario, text: &'static str, [first, finally]: [&'static str; 2]) -> Row {
    Row {
        last_four: Some(last_four),
        scenario,
        text,
        first,
        finally,
    }
}

/// What the sandbox does to which number; the last row is for every other one.
pub const TABLE: [Row; 15] = {
    use Scenario as S;
    [
        row(
            1,
            S::Refused,
            "Refused for good: the number can't be topped up",
            ["rejected", "rejected"],
        ),
        row(
            2,
            S::Retriable,
            "The first attempt is refused, any later one delivered",
            ["rejected", "rejected"],
        ),
        row(
            3,
            S::Slow,
            "Delivered slowly, within the time for a call",
            ["delivered", "delivered"],
        ),
        row(
            4,
            S::PendingThenDelivered,
            "Pending, then delivered",
            ["pending", "delivered"],
        ),
        row(
            5,
            S::PendingThenRefused,
            "Pending, then refused by the operator",
            ["pending", "rejected"],
        ),
        row(
            6,
            S::LostAndDelivered,
            "Delivered, but the answer is lost",
            ["unknown", "delivered"],
        ),
        row(
            7,
            S::LostForGood,
            "Not delivered, the answer is lost and there is no record",
            ["unknown", "unknown"],
        ),
        row(
            8,
            S::ReversedLater,
            "Delivered, taken back later",
            ["delivered", "reversed"],
        ),
        row(
            9,
            S::WrongOperator,
            "Refused: the number is another operator's",
            ["rejected", "rejected"],
        ),
        row(10, S::Duplicate, "Refused as a repetition", ["rejected", "rejected"]),
        row(
            11,
            S::FloatEmpty,
            "Refused: our balance at the supplier is too low",
            ["rejected", "rejected"],
        ),
        row(
            12,
            S::UnlistedCode,
            "Refused with a code that stands in no table",
            ["unknown", "rejected"],
        ),
        row(
            13,
            S::DeliveredLate,
            "The answer is lost, and the delivery shows only later",
            ["unknown", "delivered"],
        ),
        row(
            14,
            S::Ported,
            "Delivered; lookup says that a +1555 number was ported",
            ["delivered", "delivered"],
        ),
        Row {
            last_four: None,
            scenario: S::Delivered,
            text: "Delivered at once",
            first: "delivered",
            finally: "delivered",
        },
    ]
};

/// Always refused for good, whatever the number.
pub const PRODUCT_REFUSED: &str = "test-phone-refill-fail";

impl Scenario {
    /// Returns what happens to this product for this number.
    pub fn of(recipient: PhoneNumber, product: &ProductId) -> Self {
        if product.as_str() == PRODUCT_REFUSED {
            return Self::Refused;
        }
        Self::of_number(recipient)
    }

    /// Returns what the table says of this number.
    pub fn of_number(recipient: PhoneNumber) -> Self {
        let last_four = u16::try_from(recipient.digits() % 10_000).expect("four digits fit");
        TABLE
            .iter()
            .find(|row| row.last_four == Some(last_four))
            .map_or(Self::Delivered, |row| row.scenario)
    }
}
