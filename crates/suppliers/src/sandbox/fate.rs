//! What becomes of a submission, decided once when it arrives and told truthfully ever after.

use std::time::Duration;

use model::{AttemptId, Cause, Elsewhere, Fault, Outcome, Receipt, Rejection, Timestamp, TopUp};

use super::{SandboxSettings, scenario::Scenario};

/// Where a submission stands at the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It arrived, but the sandbox says that it knows nothing of it.
    Absent,
    /// It is not final.
    Pending,
    /// The phone has it.
    Delivered,
    /// It was refused.
    Rejected,
    /// It was delivered and taken back.
    Reversed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Absent,
        Self::Pending,
        Self::Delivered,
        Self::Rejected,
        Self::Reversed,
    ];

    /// Returns the word in the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
            Self::Reversed => "reversed",
        }
    }
}

/// Why the sandbox refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The number can't be topped up.
    Number,
    /// The operator failed now and may not the next time.
    OperatorNow,
    /// The operator failed after all.
    OperatorForGood,
    /// The number is another operator's.
    WrongOperator,
    /// It looks like a repetition.
    Duplicate,
    /// Our balance is too low.
    Float,
    /// The code that stands in no table.
    Unlisted,
    /// The cost is not in the sandbox's currency.
    Currency,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 8] = [
        Self::Number,
        Self::OperatorNow,
        Self::OperatorForGood,
        Self::WrongOperator,
        Self::Duplicate,
        Self::Float,
        Self::Unlisted,
        Self::Currency,
    ];

    /// Returns the sandbox's code, which its record keeps.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Number => "invalid_number",
            Self::OperatorNow => "operator_busy",
            Self::OperatorForGood => "operator_failed",
            Self::WrongOperator => "wrong_operator",
            Self::Duplicate => "duplicate",
            Self::Float => "insufficient_funds",
            Self::Unlisted => "e_4711",
            Self::Currency => "wrong_currency",
        }
    }

    fn rejection(self) -> Rejection {
        use Elsewhere::{May, MustNot};
        let (fault, elsewhere, message) = match self {
            Self::Number => (Fault::Number, MustNot, "the number can't be topped up"),
            Self::OperatorNow => (Fault::Operator, May, "the operator is busy"),
            Self::OperatorForGood => (Fault::Operator, MustNot, "the operator refused it"),
            Self::WrongOperator => (Fault::WrongOperator, MustNot, "the number is another operator's"),
            Self::Duplicate => (Fault::Duplicate, MustNot, "it repeats a recent top-up"),
            Self::Float => (Fault::Float, May, "the balance is too low"),
            Self::Unlisted => (Fault::Supplier, May, "it was not delivered"),
            Self::Currency => (Fault::Amount, May, "the cost must be in USD"),
        };
        Rejection {
            fault,
            elsewhere,
            code: self.code().into(),
            message: message.into(),
            again_after_s: None,
        }
    }
}

/// What a submission is and what it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) first: State,
    pub(super) later: Option<(Timestamp, State)>,
    pub(super) refusal: Option<Refusal>,
}

impl Fate {
    fn always(first: State) -> Self {
        Self {
            first,
            later: None,
            refusal: None,
        }
    }

    fn refused(refusal: Refusal) -> Self {
        Self {
            refusal: Some(refusal),
            ..Self::always(State::Rejected)
        }
    }

    fn then(first: State, at: Timestamp, state: State) -> Self {
        Self {
            later: Some((at, state)),
            ..Self::always(first)
        }
    }

    pub(super) fn state(&self, at: Timestamp) -> State {
        self.later
            .filter(|(from, _)| *from <= at)
            .map_or(self.first, |(_, state)| state)
    }

    /// Says how a submission stands, in the words of every supplier.
    pub(super) fn outcome(&self, attempt: AttemptId, at: Timestamp) -> Outcome {
        let supplier_reference = Some(format!("sandbox-{attempt}"));
        match self.state(at) {
            State::Absent => Outcome::Unknown(Cause::NoRecord),
            State::Pending => Outcome::Pending { supplier_reference },
            State::Delivered => Outcome::Delivered(Receipt {
                supplier_reference,
                operator_reference: Some(operator_reference(attempt)),
                ..Receipt::default()
            }),
            State::Rejected => Outcome::Rejected(self.refusal.unwrap_or(Refusal::Unlisted).rejection()),
            State::Reversed => Outcome::Reversed {
                message: "the operator took it back".into(),
            },
        }
    }
}

/// Twelve digits, as operators print them; the same for the same attempt.
fn operator_reference(attempt: AttemptId) -> String {
    let mixed = attempt.order.uuid().as_u128() + u128::from(attempt.number);
    format!("{:012}", mixed % 1_000_000_000_000)
}

/// How the first submission of a reference is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// With the truth, after this long.
    After(Duration),
    /// With a code that stands in no table.
    UnlistedCode,
    /// Never.
    Never,
}

/// Decides what becomes of a submission that arrives now.
pub(super) fn decide(topup: &TopUp, settings: &SandboxSettings, now: Timestamp) -> (Fate, Answer) {
    use State::{Absent, Delivered, Pending, Rejected, Reversed};
    let at_once = |fate| (fate, Answer::After(Duration::ZERO));
    let refused = |refusal| at_once(Fate::refused(refusal));
    if topup.cost.currency() != settings.float.currency() {
        return refused(Refusal::Currency);
    }
    match Scenario::of(topup.recipient, &topup.product) {
        Scenario::Refused => refused(Refusal::Number),
        Scenario::Retriable if topup.attempt.number == 1 => refused(Refusal::OperatorNow),
        Scenario::Slow => (Fate::always(Delivered), Answer::After(settings.slow)),
        Scenario::PendingThenDelivered => at_once(Fate::then(Pending, now + settings.settle_after, Delivered)),
        Scenario::PendingThenRefused => at_once(Fate {
            refusal: Some(Refusal::OperatorForGood),
            ..Fate::then(Pending, now + settings.settle_after, Rejected)
        }),
        Scenario::LostAndDelivered => (Fate::always(Delivered), Answer::Never),
        Scenario::LostForGood => (Fate::always(Absent), Answer::Never),
        Scenario::ReversedLater => at_once(Fate::then(Delivered, now + settings.reverse_after, Reversed)),
        Scenario::WrongOperator => refused(Refusal::WrongOperator),
        Scenario::Duplicate => refused(Refusal::Duplicate),
        Scenario::FloatEmpty => refused(Refusal::Float),
        Scenario::UnlistedCode => (Fate::refused(Refusal::Unlisted), Answer::UnlistedCode),
        Scenario::DeliveredLate => (Fate::then(Absent, now + settings.late_after, Delivered), Answer::Never),
        Scenario::Retriable | Scenario::Ported | Scenario::Delivered => at_once(Fate::always(Delivered)),
    }
}
