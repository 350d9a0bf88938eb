//! Ding Connect V1.
//!
//! Its peculiarities: names begin with capitals and others are ignored; what happened stands in the body
//! whatever the status; a reference that is sent twice is paid twice; a test agent's outcomes follow the
//! number's last digit. What it pushes after deferred transfers is not published, so nothing is pushed.

mod agent;
mod catalogue;
mod error;
mod product;
mod record;
mod transfer;

use serde_json::json;

use self::error::{code, refusal};
use crate::{
    call::{Call, Reply, digits},
    number::number,
    push::Truth,
    wire::{PushParts, Wire},
    world::{
        State,
        course::Course,
        fault::{Endpoint, Fault, Refusal},
        rules::Subject,
        transaction::Transaction,
    },
};

/// The supplier.
#[derive(Debug)]
pub(crate) struct Ding;

impl Wire for Ding {
    fn endpoint(&self, call: &Call) -> Endpoint {
        let (method, path) = call.route();
        match (method, path.as_slice()) {
            ("POST", ["SendTransfer"]) => Endpoint::Submit,
            ("POST", ["CancelTransfers"]) => Endpoint::Cancel,
            ("POST", ["ListTransferRecords"]) => Endpoint::Query,
            ("GET", ["GetBalance"]) => Endpoint::Balance,
            ("GET", ["GetAccountLookup"]) => Endpoint::Lookup,
            ("POST", ["EstimatePrices"]) | ("GET", [_]) => Endpoint::Catalogue,
            _ => Endpoint::Other,
        }
    }

    fn subject(&self, _: &State, call: &Call) -> Subject {
        let number = call
            .text("AccountNumber")
            .or_else(|| catalogue::parameter(call, "accountNumber"));
        Subject {
            phone: number.map(digits),
            reference: call.text("DistributorRef").map(ToOwned::to_owned),
        }
    }

    fn authorize(&self, state: &State, call: &Call) -> Result<(), Reply> {
        let given = call.header("api_key");
        let wanted = state.config.credentials.as_ref();
        let good = given.is_some_and(|given| wanted.is_none_or(|wanted| wanted.secret == given));
        if good || agent::is_agent(state, call) {
            Ok(())
        } else {
            Err(code("AuthenticationFailed", None))
        }
    }

    fn strikes(&self, _: Fault, endpoint: Endpoint, call: &Call) -> bool {
        endpoint == Endpoint::Submit && call.field("ValidateOnly") != &json!(true)
    }

    fn answer(&self, state: &mut State, call: &Call, course: &Course) -> Reply {
        let (method, path) = call.route();
        match (method, path.as_slice()) {
            ("POST", ["SendTransfer"]) => transfer::send(state, call, course),
            ("POST", ["CancelTransfers"]) => transfer::cancel(state, call),
            ("POST", ["ListTransferRecords"]) => record::list(state, call),
            ("GET", ["GetBalance"]) => error::good(json!({
                "Balance": number(state.wallet.available),
                "CurrencyIso": state.wallet.currency,
            })),
            _ => catalogue::answer(state, call),
        }
    }

    fn refuse(&self, _: &mut State, _: &Call, why: &Refusal) -> Reply {
        refusal(why)
    }

    fn broken(&self, _: &State, _: &Call) -> Reply {
        Reply::new(500, json!({ "Message": "An error has occurred." }))
    }

    fn push(&self, _: &State, _: &Transaction, _: Truth) -> Option<PushParts> {
        None
    }
}
