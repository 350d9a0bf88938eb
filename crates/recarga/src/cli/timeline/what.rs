//! What can happen to an order, as values: pages say them in their reader's language, commands in English.

use engine::{
    orders::{Call, Ground, Verdict},
    routing::Note,
};
use model::{Exchange, Money, Outcome, SupplierName};

/// Something that happened.
pub(crate) enum What {
    /// It was bought.
    Placed,
    /// Its price was held.
    Held(Money),
    /// An attempt was made.
    Routed {
        number: u32,
        sku: String,
        supplier: SupplierName,
        cost: Money,
        /// Of how many offers it was the best, and by which rules, where there was a choice.
        best_of: Option<(usize, i64)>,
    },
    /// A supplier was called.
    Called { number: u32, call: Call },
    /// What came of it, and how often it was asked where the calls are not kept.
    Answered {
        number: u32,
        outcome: Outcome,
        questions: u32,
    },
    /// The supplier charged something else than the offer said.
    Charged {
        number: u32,
        supplier: SupplierName,
        charged: Money,
        cost: Money,
    },
    /// An attempt is over.
    Over { number: u32, ground: Ground },
    /// A person proposed what is to become of it.
    Proposed { by: String, verdict: Verdict, why: String },
    /// Another one agreed, or didn't.
    Consented { by: String, status: String, why: String },
    /// It was decided by people.
    Decided {
        by: String,
        second: Option<String>,
        verdict: String,
        why: String,
    },
    /// It has its end.
    Ended(&'static str),
    /// Money moved.
    Moved { amount: Money, how: Moved },
}

/// How money moved.
pub(crate) enum Moved {
    Sold,
    Back,
    BackAfterReversal,
    /// To the supplier's account in the ledger.
    Owed(String),
    /// From it.
    NoLongerOwed(String),
    /// From one account in the ledger to another.
    Other(String, String),
}

/// What is known of it besides.
pub(crate) enum Detail {
    /// An offer that was considered, and its place.
    Offer {
        place: usize,
        supplier: String,
        says: Vec<Note>,
    },
    /// What passed over the wire.
    Exchange(Exchange),
}

impl What {
    /// For commands.
    pub(super) fn in_english(&self) -> String {
        match self {
            Self::Placed => "placed".to_owned(),
            Self::Held(amount) => format!("{amount} held"),
            Self::Routed {
                number,
                sku,
                supplier,
                cost,
                best_of,
            } => {
                let why = match best_of {
                    Some((offers, rules)) if *rules > 0 => format!(" (the best of {offers}, rules {rules})"),
                    Some((offers, _)) => format!(" (the best of {offers})"),
                    None => String::new(),
                };
                format!("attempt {number}: {sku} at {supplier}, costs {cost}{why}")
            }
            Self::Called { number, call } => {
                let verb = match call {
                    Call::Submit => "sent",
                    Call::Find => "asked",
                };
                format!("attempt {number}: {verb}")
            }
            Self::Answered {
                number,
                outcome,
                questions,
            } => format!("attempt {number}: {}{}", told(outcome), asked(*questions)),
            Self::Charged {
                number,
                supplier,
                charged,
                cost,
            } => format!("attempt {number}: {supplier} charged {charged}, the offer said {cost}"),
            Self::Over { number, ground } => format!("attempt {number} is over: {}", ground.in_english()),
            Self::Proposed { by, verdict, why } => format!("proposed by {by}: {verdict}, {why}"),
            Self::Consented { by, status, why } => format!("{status} by {by}: {why}"),
            Self::Decided {
                by,
                second,
                verdict,
                why,
            } => {
                let by = if by.is_empty() { "a person" } else { by };
                let agreed = second
                    .as_ref()
                    .map_or_else(String::new, |second| format!(", confirmed by {second}"));
                format!("decided by {by}{agreed}: {verdict}, {why}")
            }
            Self::Ended(status) => (*status).to_owned(),
            Self::Moved { amount, how } => match how {
                Moved::Sold => format!("{amount} sold"),
                Moved::Back => format!("{amount} back on the balance"),
                Moved::BackAfterReversal => format!("{amount} back on the balance after the reversal"),
                Moved::Owed(whom) => format!("{amount} owed to the supplier ({whom})"),
                Moved::NoLongerOwed(whom) => format!("{amount} no longer owed ({whom})"),
                Moved::Other(debit, credit) => format!("{amount} from {debit} to {credit}"),
            },
        }
    }
}

impl Detail {
    /// For commands, in lines.
    pub(super) fn in_english(&self) -> Vec<String> {
        match self {
            Self::Offer { place, supplier, says } => {
                let says: Vec<_> = says.iter().map(Note::in_english).collect();
                vec![format!("{place}. {supplier}: {}", says.join("; "))]
            }
            Self::Exchange(exchange) => {
                let took = exchange
                    .duration_ms
                    .map_or_else(String::new, |ms| format!(" after {ms} ms"));
                let answer = match &exchange.answer {
                    Some(answer) => format!("< {answer}{took}"),
                    None => format!("< no answer{took}"),
                };
                let rule = exchange.rule.as_ref().map(|rule| format!("= {rule}"));
                [format!("> {}", exchange.request), answer]
                    .into_iter()
                    .chain(rule)
                    .collect()
            }
        }
    }
}

/// What an answer says, for commands.
pub(crate) fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered(receipt) => match &receipt.operator_reference {
            Some(reference) => format!("delivered, operator's reference {reference}"),
            None => "delivered".to_owned(),
        },
        Outcome::Rejected(rejection) => format!("refused: {rejection}"),
        Outcome::Pending { .. } => "accepted, not final".to_owned(),
        Outcome::Unknown(cause) => format!("not known: {cause}"),
        Outcome::Reversed { message } => format!("taken back: {message}"),
    }
}

fn asked(questions: u32) -> String {
    match questions {
        0 => String::new(),
        1 => " (asked once)".to_owned(),
        count => format!(" (asked {count} times)"),
    }
}
