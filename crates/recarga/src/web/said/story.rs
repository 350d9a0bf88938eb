//! What has happened to an order.

use engine::{
    orders::{Call, Verdict},
    people::Action,
};

use super::Said;
use crate::{
    cli::timeline::{Detail, Event, Moved, What},
    web::Page,
};

/// A step of a story, as a page shows it.
pub(crate) struct Step {
    pub(crate) at: model::Timestamp,
    pub(crate) title: String,
    /// How it looks.
    pub(crate) kind: &'static str,
    /// What was weighed, offer by offer.
    pub(crate) offers: Vec<(String, String)>,
    /// What passed over the wire.
    pub(crate) exchanges: Vec<model::Exchange>,
}

impl Step {
    /// Says what happened.
    pub(crate) fn of(page: &Page, event: Event) -> Self {
        let mut step = Self {
            at: event.at,
            title: page.say(&event.what),
            kind: kind(&event.what),
            offers: Vec::new(),
            exchanges: Vec::new(),
        };
        for detail in event.details {
            match detail {
                Detail::Offer { supplier, says, .. } => step.offers.push((supplier, page.weighed(&says))),
                Detail::Exchange(exchange) => step.exchanges.push(exchange),
            }
        }
        step
    }
}

fn kind(what: &What) -> &'static str {
    match what {
        What::Ended("delivered") => "good",
        What::Ended(_) => "bad",
        What::Answered { outcome, .. } => match outcome {
            model::Outcome::Delivered(_) => "good",
            model::Outcome::Pending { .. } => "info",
            model::Outcome::Unknown(_) => "warn",
            model::Outcome::Rejected(_) | model::Outcome::Reversed { .. } => "bad",
        },
        What::Proposed { .. } | What::Charged { .. } => "warn",
        What::Moved { .. } | What::Held(_) | What::Consented { .. } | What::Decided { .. } => "info",
        What::Placed | What::Routed { .. } | What::Called { .. } | What::Over { .. } => "",
    }
}

fn verdict(page: &Page, verdict: Verdict) -> String {
    page.word("verdict", verdict.as_str())
}

impl Said for What {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::Placed => page.t("story.placed").to_owned(),
            Self::Held(amount) => page.fill("story.held", &[("amount", &page.money(amount))]),
            Self::Routed { .. } => routed(page, self),
            Self::Called { number, call } => {
                let key = match call {
                    Call::Submit => "story.sent",
                    Call::Find => "story.asked",
                };
                page.fill(key, &[("n", number)])
            }
            Self::Answered {
                number,
                outcome,
                questions,
            } => {
                let said = page.fill("story.answered", &[("n", number), ("outcome", &page.say(outcome))]);
                match questions {
                    0 => said,
                    n => format!("{said} ({})", page.count("waiting.asked", &(*n).into())),
                }
            }
            Self::Charged {
                number, charged, cost, ..
            } => {
                if !page.may(Action::SeeMoney) {
                    return page.fill("story.charged_otherwise", &[("n", number)]);
                }
                let (charged, cost) = (page.money(charged), page.money(cost));
                page.fill(
                    "story.charged",
                    &[("n", number), ("charged", &charged), ("cost", &cost)],
                )
            }
            Self::Over { number, ground } => page.fill("story.over", &[("n", number), ("ground", &page.say(ground))]),
            Self::Proposed { by, verdict: is, why } => {
                let verdict = verdict(page, *is);
                page.fill("story.proposed", &[("by", by), ("verdict", &verdict), ("why", why)])
            }
            Self::Consented { by, status, why } => {
                let key = match status.as_str() {
                    "confirmed" => "story.confirmed",
                    _ => "story.rejected",
                };
                page.fill(key, &[("by", by), ("why", why)])
            }
            Self::Decided {
                by,
                second,
                verdict,
                why,
            } => {
                let verdict = page.word("verdict", verdict);
                let by = match (by.as_str(), second) {
                    ("", _) => page.t("story.a_person").to_owned(),
                    (by, Some(second)) => page.fill("story.two", &[("by", &by), ("second", second)]),
                    (by, None) => by.to_owned(),
                };
                page.fill("story.decided", &[("by", &by), ("verdict", &verdict), ("why", why)])
            }
            Self::Ended(status) => page.word("stage", *status),
            Self::Moved { amount, how } => moved(page, &page.money(amount), how),
        }
    }
}

fn routed(page: &Page, what: &What) -> String {
    let What::Routed {
        number,
        sku,
        supplier,
        cost,
        best_of,
    } = what
    else {
        return String::new();
    };
    let values: [(&str, &dyn std::fmt::Display); 3] = [("n", number), ("sku", sku), ("supplier", supplier)];
    let routed = page.fill("story.routed", &values);
    let costs = if page.may(Action::SeeMoney) {
        format!(", {}", page.fill("story.costs", &[("cost", &page.money(cost))]))
    } else {
        String::new()
    };
    let why = best_of.map_or_else(String::new, |(offers, rules)| {
        let best = page.fill("story.best_of", &[("offers", &page.number(&offers))]);
        match rules {
            0 => format!(" ({best})"),
            version => format!(" ({best}, {})", page.fill("story.by_rules", &[("n", &version)])),
        }
    });
    routed + &costs + &why
}

fn moved(page: &Page, amount: &str, how: &Moved) -> String {
    match how {
        Moved::Sold => page.fill("story.sold", &[("amount", &amount)]),
        Moved::Back => page.fill("story.back", &[("amount", &amount)]),
        Moved::BackAfterReversal => page.fill("story.back_after_reversal", &[("amount", &amount)]),
        Moved::Owed(whom) => page.fill("story.owed", &[("amount", &amount), ("whom", whom)]),
        Moved::NoLongerOwed(whom) => page.fill("story.no_longer_owed", &[("amount", &amount), ("whom", whom)]),
        Moved::Other(debit, credit) => page.fill(
            "story.moved",
            &[("amount", &amount), ("debit", debit), ("credit", credit)],
        ),
    }
}
