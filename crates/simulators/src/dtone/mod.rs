//! DT One DVS.
//!
//! Its peculiarities: money is held first and the transaction confirmed or cancelled afterwards, or the
//! hold expires; a reference is used once; lists go back a day at most; endings of its own choose
//! outcomes, as in its sandbox; a delivery can be taken back long after.

mod act;
mod catalogue;
mod create;
mod error;
mod list;
mod product;
mod sandbox;
mod status;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use self::error::{code, refusal};
use crate::{
    call::{Call, Reply, digits},
    number::number,
    push::Truth,
    wire::{PushParts, Wire},
    world::{
        State,
        course::{Course, End},
        fault::{Code, Endpoint, Fault, Refusal},
        rules::Subject,
        transaction::Transaction,
    },
};

/// The supplier.
#[derive(Debug)]
pub(crate) struct DtOne;

impl Wire for DtOne {
    fn endpoint(&self, call: &Call) -> Endpoint {
        let (method, path) = call.route();
        match (method, path.as_slice()) {
            ("POST", ["async" | "sync", "transactions"]) => Endpoint::Submit,
            ("POST", ["async" | "sync", "transactions", _, "confirm"]) => Endpoint::Confirm,
            ("POST", ["transactions", _, "cancel"]) => Endpoint::Cancel,
            ("GET", ["transactions", ..]) => Endpoint::Query,
            ("GET", ["balances"]) => Endpoint::Balance,
            ("POST", ["lookup", "mobile-number"]) => Endpoint::Lookup,
            ("GET", _) => Endpoint::Catalogue,
            _ => Endpoint::Other,
        }
    }

    fn subject(&self, state: &State, call: &Call) -> Subject {
        let (_, path) = call.route();
        let id = match path.as_slice() {
            ["transactions", id, ..] | ["async" | "sync", "transactions", id, ..] => id.parse().ok(),
            _ => None,
        };
        let told = id.and_then(|id| state.transaction(id));
        let phone = call.field("credit_party_identifier")["mobile_number"].as_str();
        let phone = phone.or(call.text("mobile_number")).map(digits);
        let reference = call.text("external_id").or(call.parameter("external_id"));
        Subject {
            phone: phone.or_else(|| told.map(|told| told.phone.clone())),
            reference: reference
                .map(ToOwned::to_owned)
                .or_else(|| told.map(|told| told.reference.clone())),
        }
    }

    fn authorize(&self, state: &State, call: &Call) -> Result<(), Reply> {
        let given = call
            .header("authorization")
            .and_then(|value| value.strip_prefix("Basic "));
        let decoded = given.and_then(|text| BASE64_STANDARD.decode(text).ok());
        let pair = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((user, secret)) = pair.as_deref().and_then(|pair| pair.split_once(':')) else {
            return Err(code(state, "1000401"));
        };
        let wanted = state.config.credentials.as_ref();
        if wanted.is_some_and(|wanted| wanted.user != user || wanted.secret != secret) {
            return Err(code(state, "1000401"));
        }
        Ok(())
    }

    /// What goes wrong with an answer strikes where the money is at stake: at the confirmation, or at a
    /// creation that confirms itself.
    fn strikes(&self, fault: Fault, endpoint: Endpoint, call: &Call) -> bool {
        let of_answers = matches!(
            fault,
            Fault::LostAnswer
                | Fault::LostRequest
                | Fault::LateAnswer
                | Fault::ErrorExecuted
                | Fault::ErrorNotExecuted
                | Fault::UnknownCodeExecuted
                | Fault::EmptyBody
                | Fault::TruncatedBody
                | Fault::HtmlBody
        );
        match endpoint {
            Endpoint::Submit => !of_answers || create::confirms_itself(call),
            Endpoint::Confirm => of_answers,
            _ => false,
        }
    }

    fn answer(&self, state: &mut State, call: &Call, course: &Course) -> Reply {
        let (method, path) = call.route();
        match (method, path.as_slice()) {
            ("POST", [mode @ ("async" | "sync"), "transactions"]) => create::create(state, call, course, mode),
            ("POST", [mode @ ("async" | "sync"), "transactions", id, "confirm"]) => {
                act::confirm(state, (id, mode), course)
            }
            ("POST", ["transactions", id, "cancel"]) => act::cancel(state, id),
            ("GET", ["transactions"]) => list::list(state, call),
            ("GET", ["transactions", id]) => list::one(state, id),
            ("GET", ["balances"]) => Reply::ok(json!([{
                "id": 1,
                "unit_type": "CURRENCY",
                "unit": state.wallet.currency,
                "available": number(state.wallet.available),
                "holding": number(state.wallet.holding),
                "credit_limit": 0,
            }])),
            _ => catalogue::answer(state, call),
        }
    }

    fn refuse(&self, state: &mut State, call: &Call, why: &Refusal) -> Reply {
        if *why == Refusal::WrongOperator && self.endpoint(call) == Endpoint::Submit {
            let code = Some(Code {
                name: "DECLINED-INVALID-CREDIT-PARTY".to_owned(),
                context: None,
                http: None,
            });
            let course = Course {
                end: End::Failed,
                code,
                ..Course::default()
            };
            return self.answer(state, call, &course);
        }
        refusal(state, why)
    }

    fn broken(&self, state: &State, _: &Call) -> Reply {
        code(state, "1009001")
    }

    fn push(&self, state: &State, transaction: &Transaction, truth: Truth) -> Option<PushParts> {
        let target = state.callback.as_ref();
        let own = transaction.detail["callback_url"].as_str().map(ToOwned::to_owned);
        let url = own.or_else(|| target?.url.clone())?;
        let headers = match (target, truth) {
            (Some(target), Truth::Genuine) => vec![basic(&target.user, &target.secret)],
            (Some(target), Truth::Forged) => vec![basic(&target.user, "not the secret")],
            (None, _) => vec![],
        };
        Some((url, headers, list::write(transaction).to_string()))
    }
}

fn basic(user: &str, secret: &str) -> (&'static str, String) {
    let pair = BASE64_STANDARD.encode(format!("{user}:{secret}"));
    ("Authorization", format!("Basic {pair}"))
}
