//! The safe leg: money is held first, and what is held is confirmed or cancelled.
//!
//! Nothing reaches an operator before the confirmation, so whatever happens until then is undone by a
//! cancellation, and DT One decides which of the two came first. After the confirmation only DT One's
//! word counts.

use model::{AttemptRef, Cause, Elsewhere, Evidence, Fault, Outcome, Rejection, Timestamp, TopUp};
use reqwest::Url;
use serde::Serialize;

use super::{
    CONFIRM_WITHIN, DtOne,
    codes::{CODE_CANCELLED, Said, cancelled},
    listing::RANGED,
    wire::{Class, Transaction, pending},
};
use crate::{
    amount::is_dearer,
    http::{Ask, json::Exact},
};

#[derive(Serialize)]
struct Hold<'a> {
    external_id: String,
    product_id: u64,
    auto_confirm: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<&'a str>,
    credit_party_identifier: CreditParty,
    #[serde(skip_serializing_if = "Option::is_none")]
    calculation_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<Destination>,
}

#[derive(Serialize)]
struct CreditParty {
    mobile_number: String,
}

#[derive(Serialize)]
struct Destination {
    unit_type: &'static str,
    unit: &'static str,
    amount: Exact,
}

impl DtOne {
    /// Holds, then confirms.
    pub(super) async fn deliver(&self, topup: &TopUp, evidence: &Evidence) -> Outcome {
        let began = self.clock.now();
        let Ok(product) = topup.sku.parse() else {
            return Outcome::Rejected(no_product(&topup.sku));
        };
        let held = match self.hold(topup, product, evidence).await {
            Said::Transaction(held) if held.is_of(topup.attempt) => held,
            Said::Transaction(_) => {
                let cause = Cause::Unreadable("a transaction with another external_id".to_owned());
                return self.after_lost_hold(topup, cause, evidence).await;
            }
            Said::No(rejection) => return Outcome::Rejected(rejection),
            Said::Missing => return self.after_lost_hold(topup, Cause::NoRecord, evidence).await,
            Said::Unclear(cause) => return self.after_lost_hold(topup, cause, evidence).await,
        };
        if held.class() != Some(Class::Created) {
            return held.outcome();
        }
        match self.objection(&held, topup, began) {
            Some(why) => self.withdraw(held.id, why, evidence).await,
            None => self.confirm(held.id, evidence).await,
        }
    }

    /// Says what became of a submission. One that was never confirmed is cancelled: nobody will confirm
    /// it any more, and then it is proof.
    pub(super) async fn ask(&self, attempt: &AttemptRef, evidence: &Evidence) -> Outcome {
        let told = attempt.supplier_reference.as_deref();
        let known = told.and_then(|reference| reference.parse().ok());
        let found = match known {
            Some(id) => match self.by_id(id, evidence).await {
                Said::Transaction(found) if found.is_of(attempt.attempt) => Ok(Some(found)),
                Said::Transaction(_) | Said::Missing => self.by_attempt(attempt, evidence).await,
                Said::No(rejection) => Err(no_answer(&rejection)),
                Said::Unclear(cause) => Err(cause),
            },
            None => self.by_attempt(attempt, evidence).await,
        };
        match found {
            Err(cause) => Outcome::Unknown(cause),
            // It had an id, so it was there: that it can't be found proves nothing.
            Ok(None) if told.is_some() => Outcome::Unknown(Cause::Unreadable(
                "a transaction that was there is not found".to_owned(),
            )),
            Ok(None) => Outcome::Unknown(Cause::NoRecord),
            Ok(Some(found)) => self.settled(&found, evidence).await,
        }
    }

    async fn hold(&self, topup: &TopUp, product: u64, evidence: &Evidence) -> Said {
        let is_ranged = topup.parameters.as_deref() == Some(RANGED);
        let destination = || Destination {
            unit_type: "CURRENCY",
            unit: topup.amount.currency().code(),
            amount: Exact(topup.amount.major()),
        };
        let body = Hold {
            external_id: topup.attempt.to_string(),
            product_id: product,
            auto_confirm: false,
            callback_url: self
                .settings
                .callback
                .as_ref()
                .and_then(|callback| callback.url.as_ref())
                .map(Url::as_str),
            credit_party_identifier: CreditParty {
                mobile_number: topup.recipient.to_string(),
            },
            calculation_mode: is_ranged.then_some("DESTINATION_AMOUNT"),
            destination: is_ranged.then(destination),
        };
        let ask = Ask::post(&["async", "transactions"], &body);
        Said::of(self.http.send(self.own(ask), evidence).await, evidence)
    }

    /// The answer to the hold was lost: what is held by now, if anything, is let go again.
    async fn after_lost_hold(&self, topup: &TopUp, cause: Cause, evidence: &Evidence) -> Outcome {
        let attempt = AttemptRef {
            attempt: topup.attempt,
            recipient: topup.recipient,
            sku: topup.sku.clone(),
            submitted_at: self.clock.now(),
            supplier_reference: None,
        };
        match self.by_attempt(&attempt, evidence).await {
            Ok(Some(found)) => self.settled(&found, evidence).await,
            // It may show later.
            Ok(None) | Err(_) => Outcome::Unknown(cause),
        }
    }

    async fn settled(&self, found: &Transaction, evidence: &Evidence) -> Outcome {
        if found.class() == Some(Class::Created) {
            let why = cancelled("held, never confirmed, and cancelled");
            return self.withdraw(found.id, why, evidence).await;
        }
        found.outcome()
    }

    /// Why what is held should not be confirmed.
    fn objection(&self, held: &Transaction, topup: &TopUp, began: Timestamp) -> Option<Rejection> {
        if self.clock.now().since(began) > CONFIRM_WITHIN {
            return Some(cancelled("the hold took too long to be confirmed"));
        }
        let cost = held.cost().filter(|cost| is_dearer(*cost, topup.cost))?;
        Some(Rejection {
            fault: Fault::Amount,
            elsewhere: Elsewhere::May,
            code: "price_up".to_owned(),
            message: format!("it costs {cost} now, and its offer said {}", topup.cost),
            again_after_s: None,
        })
    }

    async fn confirm(&self, id: u64, evidence: &Evidence) -> Outcome {
        let number = id.to_string();
        let ask = Ask::post(&["async", "transactions", &number, "confirm"], &serde_json::Map::new());
        let said = Said::of(self.http.send(self.own(ask), evidence).await, evidence);
        match said {
            Said::Transaction(confirmed) if confirmed.id == id => confirmed.outcome(),
            Said::No(rejection) => self.withdraw(id, rejection, evidence).await,
            // The confirmation may be on its way still: nothing is done about it, only looked.
            Said::Transaction(_) | Said::Missing | Said::Unclear(_) => self.look(id, evidence).await,
        }
    }

    /// Cancels what is held. DT One does that a moment later, unless a confirmation came first.
    async fn withdraw(&self, id: u64, why: Rejection, evidence: &Evidence) -> Outcome {
        let number = id.to_string();
        let ask = Ask::post(&["transactions", &number, "cancel"], &serde_json::Map::new());
        let said = Said::of(self.http.send(self.own(ask), evidence).await, evidence);
        let outcome = match said {
            Said::Transaction(told) if told.id == id && told.class() == Some(Class::Cancelled) => told.outcome(),
            _ => self.look(id, evidence).await,
        };
        match outcome {
            Outcome::Rejected(cancelled) if cancelled.code == CODE_CANCELLED => {
                evidence.judged("rejected: cancelled before it was confirmed");
                Outcome::Rejected(why)
            }
            other => other,
        }
    }

    /// What has become of a transaction by now. If that can't be found out, it is not final.
    async fn look(&self, id: u64, evidence: &Evidence) -> Outcome {
        match self.by_id(id, evidence).await {
            Said::Transaction(told) if told.id == id => told.outcome(),
            _ => pending(id),
        }
    }

    async fn by_id(&self, id: u64, evidence: &Evidence) -> Said {
        let number = id.to_string();
        let ask = Ask::get(&["transactions", &number]);
        Said::of(self.http.send(self.own(ask), evidence).await, evidence)
    }
}

fn no_product(sku: &str) -> Rejection {
    Rejection {
        fault: Fault::Amount,
        elsewhere: Elsewhere::May,
        code: "not_a_product".to_owned(),
        message: format!("{sku:.40} is not a product's number: synchronise the catalogue"),
        again_after_s: None,
    }
}

/// A question that is refused is not answered.
fn no_answer(rejection: &Rejection) -> Cause {
    Cause::Unreadable(format!("the question was refused: {rejection}"))
}
