//! How what people do is told in the audit log, the same by command and on pages.

use std::fmt::Display;

use engine::{
    Error,
    audit::{self, Actor, Chain, Deed},
    cases::{Case, Closed},
    catalog::mapping::{Mapped, Saying},
    db::Tx,
    floats::{Deposit, Thresholds},
    orders::{Consent, OrderKey, Proposal, Proposed, Word},
    people::User,
    reconcile::{Day, Remedy},
    routing::RuleVersion,
    webhooks::Delivery,
};
use model::{AccountId, Country, DeliveryId, OperatorId, SupplierName, Timestamp};
use serde_json::{Value, json};

/// Something that was done.
#[derive(Debug)]
pub(crate) struct Told {
    chain: Chain,
    action: &'static str,
    subject: String,
    details: Value,
}

impl Told {
    fn of_house(action: &'static str, subject: &dyn Display, details: Value) -> Self {
        Self {
            chain: Chain::House,
            action,
            subject: subject.to_string(),
            details,
        }
    }

    fn of_account(account: AccountId, action: &'static str, details: Value) -> Self {
        Self {
            chain: Chain::Account(account),
            action,
            subject: account.to_string(),
            details,
        }
    }

    fn of_order(action: &'static str, key: OrderKey, details: Value) -> Self {
        Self {
            chain: Chain::Account(key.account),
            action,
            subject: key.order.to_string(),
            details,
        }
    }

    /// Writes that whoever has the machine did it, as the last thing in its transaction.
    pub(crate) fn by_command(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
        self.write(tx, &Actor::command(), now)
    }

    /// Writes that somebody who is signed in did it, as the last thing in its transaction.
    pub(crate) fn by_user(self, tx: &mut Tx<'_>, user: &User, now: Timestamp) -> Result<(), Error> {
        self.write(tx, &Actor::user(user), now)
    }

    fn write(self, tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<(), Error> {
        let deed = Deed {
            actor,
            action: self.action,
            subject: self.subject,
            details: self.details,
        };
        audit::write(tx, self.chain, &deed, now).map(drop)
    }
}

/// Somebody had an order looked at again.
pub(crate) fn asked(key: OrderKey) -> Told {
    Told::of_order("order.ask", key, Value::Null)
}

/// Somebody said what became of an order.
pub(crate) fn proposed(key: OrderKey, word: Word<'_>, proposed: &Proposed) -> Told {
    let action = match proposed {
        Proposed::Done => "order.decide",
        Proposed::Waits(_) => "order.propose",
    };
    let details = json!({ "verdict": word.verdict.as_str(), "why": word.why, "by": word.by });
    Told::of_order(action, key, details)
}

/// Somebody answered to what was proposed for an order.
pub(crate) fn answered(proposal: &Proposal, (consent, why, by): (Consent, &str, &str)) -> Told {
    let action = match consent {
        Consent::Confirm => "order.confirm",
        Consent::Reject => "order.reject",
    };
    let key = OrderKey {
        account: proposal.account,
        order: proposal.order,
    };
    let details = json!({
        "verdict": proposal.verdict.as_str(), "proposed_by": proposal.by, "why": why, "by": by,
    });
    Told::of_order(action, key, details)
}

/// Somebody gave the money of an order back.
pub(crate) fn given_back(key: OrderKey, (why, by): (&str, &str)) -> Told {
    Told::of_order("order.give_back", key, json!({ "why": why, "by": by }))
}

/// Somebody decided whether a supplier is asked.
pub(crate) fn forced(
    supplier: &SupplierName,
    operator: Option<&OperatorId>,
    (state, why, by): (&str, &str, &str),
) -> Told {
    let operator = operator.map(OperatorId::as_str);
    let details = json!({ "state": state, "operator": operator, "why": why, "by": by });
    Told::of_house("supplier.force", supplier, details)
}

/// Somebody chose the country whose numbers an account reads without a prefix.
pub(crate) fn home_chosen(account: AccountId, home: Option<Country>) -> Told {
    let details = json!({ "country": home.map(|home| home.to_string()) });
    Told::of_account(account, "account.set_home_country", details)
}

/// Somebody said where an account's webhooks go.
pub(crate) fn webhook_url_set(account: AccountId, url: Option<&str>) -> Told {
    Told::of_account(account, "webhook.set_url", json!({ "url": url }))
}

/// Somebody told an account's event once more.
pub(crate) fn resent((account, id): (AccountId, DeliveryId), again: &Delivery) -> Told {
    let details = json!({ "event": again.kind, "new_delivery": again.id.to_string(), "url": again.url });
    Told {
        chain: Chain::Account(account),
        action: "webhook.resend",
        subject: id.to_string(),
        details,
    }
}

/// Somebody said when a supplier's float is low.
pub(crate) fn thresholds(supplier: &SupplierName, thresholds: &Thresholds) -> Told {
    let details = json!({ "low": thresholds.low, "stop": thresholds.stop });
    Told::of_house("supplier.thresholds", supplier, details)
}

/// Somebody noted what was paid in at a supplier.
pub(crate) fn deposited(supplier: &SupplierName, deposit: &Deposit) -> Told {
    let details = json!({
        "amount": deposit.amount, "made_at": deposit.made_at.to_string(), "note": deposit.note,
    });
    Told::of_house("supplier.deposit", supplier, details)
}

/// Somebody let other rules hold.
pub(crate) fn rules_made(made: &RuleVersion, back_to: Option<i64>) -> Told {
    let action = if back_to.is_some() {
        "routing.rollback"
    } else {
        "routing.activate"
    };
    let details = json!({ "back_to": back_to, "why": made.why, "by": made.made_by });
    Told::of_house(action, &made.version, details)
}

/// Somebody said what a supplier means.
pub(crate) fn mapped(supplier: &SupplierName, of: &Mapped, saying: &Saying) -> Told {
    let (kind, key) = match of {
        Mapped::Operator(id) => ("operator", id),
        Mapped::Listing(sku) => ("sku", sku),
    };
    let (action, details) = match saying {
        Saying::Accept => ("mapping.accept", Value::Null),
        Saying::Reject => ("mapping.reject", Value::Null),
        Saying::Clear => ("mapping.clear", Value::Null),
        Saying::IsOperator(operator) => ("mapping.set", json!({ "ours": operator.as_str() })),
        Saying::IsProduct(product, package) => ("mapping.set", json!({ "ours": product.as_str(), "package": package })),
    };
    Told::of_house(action, &format_args!("{supplier} {kind} {key}"), details)
}

/// Somebody took in a file of words about a supplier.
pub(crate) fn words_imported(supplier: &SupplierName, words: usize) -> Told {
    Told::of_house("mapping.import", supplier, json!({ "words": words }))
}

/// Somebody had a day compared with a supplier.
pub(crate) fn compared(supplier: &SupplierName, day: Day) -> Told {
    Told::of_house("reconcile.run", supplier, json!({ "day": day.to_string() }))
}

/// Somebody closed a case: it concerns the account whose order it is about, if there is one.
pub(crate) fn case_closed(case: &Case, remedy: Option<Remedy>, closed: &Closed) -> Told {
    let found = &case.found;
    let account = found.facts["account"].as_str().and_then(|id| id.parse().ok());
    Told {
        chain: account.map_or(Chain::House, Chain::Account),
        action: "case.close",
        subject: case.id.to_string(),
        details: json!({
            "kind": found.kind.as_str(), "supplier": found.supplier.as_str(), "subject": found.subject,
            "remedy": remedy.map(Remedy::as_str), "resolution": closed.resolution, "by": closed.by,
        }),
    }
}
