//! What suppliers answer.

use engine::{orders::Ground, webhooks::Silence};
use model::{Cause, Fault, Outcome, Rejection};

use super::Said;
use crate::web::Page;

impl Said for Outcome {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::Delivered(receipt) => match &receipt.operator_reference {
                Some(reference) => page.fill("outcome.delivered_as", &[("reference", reference)]),
                None => page.t("outcome.delivered").to_owned(),
            },
            Self::Rejected(rejection) => page.fill("outcome.rejected", &[("why", &page.say(rejection))]),
            Self::Pending { .. } => page.t("outcome.pending").to_owned(),
            Self::Unknown(cause) => page.fill("outcome.unknown", &[("why", &page.say(cause))]),
            Self::Reversed { message } => page.fill("outcome.reversed", &[("message", message)]),
        }
    }
}

impl Said for Cause {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::Timeout => page.t("cause.timeout").to_owned(),
            Self::Connection(quoted) => page.fill("cause.connection", &[("quoted", quoted)]),
            Self::Unreadable(quoted) => page.fill("cause.unreadable", &[("quoted", quoted)]),
            Self::UnlistedCode(quoted) => page.fill("cause.unlisted_code", &[("quoted", quoted)]),
            Self::NoRecord => page.t("cause.no_record").to_owned(),
            Self::Interrupted => page.t("cause.interrupted").to_owned(),
        }
    }
}

impl Said for Rejection {
    fn said(&self, page: &Page) -> String {
        match self.code.as_str() {
            // What we say ourselves where no supplier had a word for it.
            "not_sold" => page.t("no_route.not_sold").to_owned(),
            "below_cost" => page.t("no_route.below_cost").to_owned(),
            "not_allowed" => page.t("no_route.not_allowed").to_owned(),
            "waited_too_long" => page.t("no_route.waited_too_long").to_owned(),
            "no_record" => page.t("no_route.no_record").to_owned(),
            "held_up" => page.t("no_route.held_up").to_owned(),
            "decided_by_person" => page.fill("no_route.decided", &[("why", &self.message)]),
            "taken_back" | "reversed" => page.fill("no_route.taken_back", &[("message", &self.message)]),
            code => {
                let fault = page.say(&self.fault);
                let values: [(&str, &dyn std::fmt::Display); 3] =
                    [("fault", &fault), ("message", &self.message), ("code", &code)];
                page.fill("outcome.their_words", &values)
            }
        }
    }
}

impl Said for Fault {
    fn said(&self, page: &Page) -> String {
        let key = match self {
            Self::Number => "whose_fault.number",
            Self::WrongOperator => "whose_fault.wrong_operator",
            Self::Amount => "whose_fault.amount",
            Self::Float => "whose_fault.float",
            Self::Duplicate => "whose_fault.duplicate",
            Self::Supplier => "whose_fault.supplier",
            Self::Operator => "whose_fault.operator",
        };
        page.t(key).to_owned()
    }
}

impl Said for Silence {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::Timeout => page.t("silence.timeout").to_owned(),
            Self::NotAllowed(_) => page.t("silence.not_allowed").to_owned(),
            Self::NotKnownYet => page.t("silence.not_known_yet").to_owned(),
            Self::Broken(quoted) => page.fill("silence.broken", &[("quoted", quoted)]),
        }
    }
}

impl Said for Ground {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::Refused { supplier, code, .. } => {
                page.fill("ground.refused", &[("supplier", supplier), ("code", code)])
            }
            Self::TakenBack { supplier, .. } => page.fill("ground.taken_back", &[("supplier", supplier)]),
            Self::NoRecord {
                supplier,
                times,
                after_s,
                ..
            } => {
                let (times, seconds) = (page.number(times), page.number(after_s));
                let values: [(&str, &dyn std::fmt::Display); 3] =
                    [("supplier", supplier), ("times", &times), ("seconds", &seconds)];
                page.fill("ground.no_record", &values)
            }
            Self::Word {
                by,
                confirmed_by: Some(second),
                why,
            } => page.fill("ground.two_words", &[("by", by), ("second", second), ("why", why)]),
            Self::Word { by, why, .. } => page.fill("ground.word", &[("by", by), ("why", why)]),
            Self::AfterAll { supplier, before } => {
                let before = page.say(before.as_ref());
                page.fill("ground.after_all", &[("supplier", supplier), ("before", &before)])
            }
        }
    }
}
