//! What can go wrong, by name. Their numbers are those of `docs/SIMULATORS.md`.

use serde::{Deserialize, Serialize};

/// A fault of a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 1: It is accepted and answered. A rule with it makes exceptions from other rules.
    Plain,
    /// 2: Executed, and the connection is dropped before the answer.
    LostAnswer,
    /// 2: The connection is dropped, and nothing was executed.
    LostRequest,
    /// 3: The answer comes after a while, and only then is it executed.
    LateAnswer,
    /// 4: Answered with 500, and executed.
    ErrorExecuted,
    /// 5: Answered with 500, and not executed.
    ErrorNotExecuted,
    /// 6: Pending for a while, then delivered.
    PendingThenDelivered,
    /// 6: Pending for a while, then failed.
    PendingThenFailed,
    /// 7: Pending for ever.
    PendingForEver,
    /// 8: A good status with a failure in the body.
    FailedBody,
    /// 9: Delivered, later taken back.
    Reversed,
    /// 10: The push never comes.
    PushLost,
    /// 10: The push comes twice.
    PushTwice,
    /// 10: After the push of the end comes one of a state before it.
    PushOutOfOrder,
    /// 10: Before the push comes a forged one that says the opposite.
    PushForged,
    /// 10: The push comes before the submission is answered.
    PushFirst,
    /// 11: Refused with a code that stands in no table.
    UnknownCode,
    /// 11: Answered with a code that stands in no table, and executed.
    UnknownCodeExecuted,
    /// 12: Executed, and answered with an empty body.
    EmptyBody,
    /// 12: Executed, and answered with the first half of the body.
    TruncatedBody,
    /// 12: Executed, and answered with a page of HTML.
    HtmlBody,
    /// 13: The credentials are refused in the middle. Reloadly's token has expired: a new one helps.
    Unauthorized,
    /// 14: Too many requests, with headers that say so.
    RateLimited,
    /// 15: The float is empty.
    FloatEmpty,
    /// 16: The product is not sold any more.
    ProductGone,
    /// 16: The amount is not sold any more.
    AmountGone,
    /// 16: It costs more than the catalogue says.
    PriceUp,
    /// 17: Executed, the answer is lost, and there is no record of it for a while.
    LateRecord,
    /// 18: Less is delivered than was quoted.
    DeliveredLess,
    /// 19: The number is another operator's; lookup says which.
    WrongOperator,
    /// 20: The number must rest between two top-ups.
    Velocity,
    /// Refused with the code that the rule names. Only by rule.
    Refuse,
    /// Waits until as many calls as the rule's `together` stand here, then all go on. Only by rule.
    Together,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// Buys; DT One's creation, with or without confirmation.
    #[default]
    Submit,
    /// DT One's confirmation.
    Confirm,
    /// DT One's and Ding's cancellation.
    Cancel,
    /// Asks about transactions.
    Query,
    /// Asks for the balance.
    Balance,
    /// Asks what is sold and at what price.
    Catalogue,
    /// Asks whose number it is.
    Lookup,
    /// Reloadly's token.
    Token,
    /// Anything else.
    Other,
}

/// Why a supplier refuses, for it to say in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unauthorized,
    RateLimited,
    FloatEmpty,
    ProductGone,
    AmountGone,
    WrongOperator,
    UnknownCode,
    Named(Code),
}

/// A code of the supplier's own table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) name: String,
    /// Ding's context.
    pub(crate) context: Option<String>,
    /// The status, if not the usual one.
    pub(crate) http: Option<u16>,
}

/// What a caller gets to see of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Shape {
    #[default]
    Whole,
    Dropped,
    ServerError,
    Empty,
    Truncated,
    Html,
    UnknownCode,
}
