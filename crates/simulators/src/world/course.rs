//! What happens with one call: when, whether, how it goes on, and what the caller sees.

use std::time::Duration;

use serde::Serialize;

use super::{
    fault::{Code, Endpoint, Fault, Refusal, Shape},
    rules::Rule,
};
use crate::config::Times;

/// How a transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The phone gets it.
    #[default]
    Delivered,
    /// The operator refuses.
    Failed,
    /// The supplier itself refuses, in an answer that looks like success.
    Rejected,
    /// It stays under way.
    Never,
}

/// What goes wrong with pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PushFault {
    /// Nothing.
    #[default]
    None,
    /// None comes.
    Lost,
    /// It comes twice.
    Twice,
    /// One of an earlier state follows.
    OutOfOrder,
    /// A forged one comes before it.
    Forged,
    /// It comes before the submission is answered.
    First,
}

/// How an accepted transaction goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Course {
    pub(crate) end: End,
    /// When it ends; the supplier's usual time if nothing else is chosen.
    pub(crate) after: Option<Duration>,
    pub(crate) reversal: Option<Duration>,
    /// How long its record can't be found.
    pub(crate) hidden: Duration,
    pub(crate) push: PushFault,
    /// Less is delivered than was quoted.
    pub(crate) less: bool,
    /// It costs more than the catalogue says.
    pub(crate) dearer: bool,
    /// The number must rest, at suppliers where that is no rule for all.
    pub(crate) velocity: Option<Duration>,
    /// The supplier's code for a bad end, if not the usual one.
    pub(crate) code: Option<Code>,
}

/// What happens with one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plan {
    pub(crate) fault: Option<Fault>,
    /// When it is executed and answered.
    pub(crate) wait: Option<Duration>,
    /// With how many others it waits.
    pub(crate) together: Option<usize>,
    /// Not executed, whatever is answered.
    pub(crate) skipped: bool,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) shape: Shape,
    pub(crate) course: Course,
}

impl Plan {
    /// What a rule means.
    pub(crate) fn of(rule: &Rule, times: &Times) -> Self {
        let fault = rule.fault;
        let mut plan = Self {
            fault: Some(fault),
            ..Self::default()
        };
        let after = |usual: Duration| rule.seconds.map_or(usual, Duration::from_secs);
        let code = rule.code();
        match fault {
            Fault::Plain => {}
            Fault::LostAnswer => plan.shape = Shape::Dropped,
            Fault::LostRequest => (plan.shape, plan.skipped) = (Shape::Dropped, true),
            Fault::LateAnswer => plan.wait = Some(after(times.late_answer)),
            Fault::ErrorExecuted => plan.shape = Shape::ServerError,
            Fault::ErrorNotExecuted => (plan.shape, plan.skipped) = (Shape::ServerError, true),
            Fault::UnknownCodeExecuted => plan.shape = Shape::UnknownCode,
            Fault::EmptyBody => plan.shape = Shape::Empty,
            Fault::TruncatedBody => plan.shape = Shape::Truncated,
            Fault::HtmlBody => plan.shape = Shape::Html,
            Fault::LateRecord => {
                plan.shape = Shape::Dropped;
                plan.course.hidden = after(times.late_record);
            }
            Fault::Together => plan.together = Some(rule.together.unwrap_or(2)),
            Fault::Unauthorized => plan.refusal = Some(Refusal::Unauthorized),
            Fault::RateLimited => plan.refusal = Some(Refusal::RateLimited),
            Fault::FloatEmpty => plan.refusal = Some(Refusal::FloatEmpty),
            Fault::ProductGone => plan.refusal = Some(Refusal::ProductGone),
            Fault::AmountGone => plan.refusal = Some(Refusal::AmountGone),
            // A lookup tells the other operator: nothing is refused.
            Fault::WrongOperator if rule.endpoint == Endpoint::Lookup => {}
            Fault::WrongOperator => plan.refusal = Some(Refusal::WrongOperator),
            Fault::UnknownCode => plan.refusal = Some(Refusal::UnknownCode),
            Fault::Refuse => plan.refusal = code.map(Refusal::Named),
            _ => plan.course = Course::of(fault, after, times, code),
        }
        plan
    }
}

impl Course {
    fn of(fault: Fault, after: impl Fn(Duration) -> Duration, times: &Times, code: Option<Code>) -> Self {
        let mut course = Self {
            code,
            ..Self::default()
        };
        match fault {
            Fault::PendingThenDelivered => course.after = Some(after(times.pending)),
            Fault::PendingThenFailed => (course.end, course.after) = (End::Failed, Some(after(times.pending))),
            Fault::PendingForEver => course.end = End::Never,
            Fault::FailedBody => (course.end, course.after) = (End::Rejected, Some(Duration::ZERO)),
            Fault::Reversed => course.reversal = Some(after(times.reversal)),
            Fault::PushLost => course.push = PushFault::Lost,
            Fault::PushTwice => course.push = PushFault::Twice,
            Fault::PushOutOfOrder => course.push = PushFault::OutOfOrder,
            Fault::PushForged => course.push = PushFault::Forged,
            Fault::PushFirst => (course.push, course.after) = (PushFault::First, Some(Duration::ZERO)),
            Fault::PriceUp => course.dearer = true,
            Fault::DeliveredLess => course.less = true,
            Fault::Velocity => course.velocity = Some(after(times.velocity)),
            _ => {}
        }
        course
    }
}
