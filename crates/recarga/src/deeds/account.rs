//! What people do about an account: its terms, its money, its keys, its webhooks.

use engine::{
    accounts::{Account, AccountStatus, Scope, Terms},
    fundings::{Funding, NewFunding, Status},
    invoices::Invoice,
    webhooks::Delivery,
};
use model::{AccountId, DeliveryId, KeyId, Money, decimal_text};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::Told;

/// Terms as they stand in the log.
fn terms(terms: &Terms) -> Map<String, Value> {
    let limit = |limit: Option<Money>| limit.map(|limit| limit.to_string());
    let Value::Object(map) = json!({
        "name": terms.name,
        "home_country": terms.home_country.map(|country| country.to_string()),
        "markup_percent": decimal_text(Decimal::new(terms.markup_bps, 2)),
        "below_cost": terms.below_cost.as_str(),
        "order_max": limit(terms.limits.order_max),
        "day_max": limit(terms.limits.day_max),
        "recipient_day_max": limit(terms.limits.recipient_day_max),
    }) else {
        return Map::new();
    };
    map
}

/// Somebody made an account.
pub(crate) fn account_created(account: &Account) -> Told {
    let mut details = terms(&account.terms());
    details.insert("currency".to_owned(), account.currency.code().into());
    let known = details.into_iter().filter(|(_, value)| !value.is_null());
    Told::of_account(account.id, "account.create", &account.id, known.collect())
}

/// Somebody changed an account's terms: what has changed, before and after; nothing if nothing has.
pub(crate) fn terms_changed(account: AccountId, [before, after]: [&Terms; 2]) -> Option<Told> {
    let (mut before, mut after) = (terms(before), terms(after));
    let same = before.iter().filter(|(key, value)| after.get(*key) == Some(*value));
    let same: Vec<String> = same.map(|(key, _)| key.clone()).collect();
    for key in same {
        before.remove(&key);
        after.remove(&key);
    }
    let details = json!({ "before": before, "after": after });
    (!after.is_empty()).then(|| Told::of_account(account, "account.change", &account, details))
}

/// Somebody let an account buy again, or stopped it; nothing if it was so before.
pub(crate) fn status_set(account: &Account, after: AccountStatus, why: &str) -> Option<Told> {
    let action = match after {
        AccountStatus::Active => "account.resume",
        AccountStatus::Suspended => "account.suspend",
    };
    let details = json!({ "before": account.status.as_str(), "after": after.as_str(), "why": why });
    (account.status != after).then(|| Told::of_account(account.id, action, &account.id, details))
}

/// A funding as it stands in the log.
fn wanted(wanted: &NewFunding) -> Value {
    json!({
        "direction": wanted.direction.as_str(),
        "amount": wanted.amount.to_string(),
        "reason": wanted.reason,
        "reference": wanted.reference,
    })
}

/// Somebody paid money in or out, or proposed it.
pub(crate) fn funding_begun(funding: &Funding) -> Told {
    let action = match funding.status {
        Status::Waiting => "funding.propose",
        Status::Paid(_) | Status::Refused(_) => "funding.pay",
    };
    let NewFunding { account, id, .. } = &funding.wanted;
    Told::of_account(*account, action, id, wanted(&funding.wanted))
}

/// A second person said yes or no to a funding.
pub(crate) fn funding_answered(funding: &Funding, why: Option<&str>) -> Told {
    let action = match funding.status {
        Status::Refused(_) => "funding.refuse",
        Status::Waiting | Status::Paid(_) => "funding.approve",
    };
    let NewFunding { account, id, .. } = &funding.wanted;
    let mut details = wanted(&funding.wanted);
    details["proposed_by"] = funding.by.name.clone().into();
    details["why"] = why.into();
    Told::of_account(*account, action, id, details)
}

/// Somebody paid an invoice that was made unpaid.
pub(crate) fn invoice_paid(invoice: &Invoice) -> Told {
    let details = json!({ "price": invoice.price.to_string() });
    Told::of_account(invoice.account, "invoice.pay", &invoice.id, details)
}

/// Somebody cancelled an unpaid invoice.
pub(crate) fn invoice_cancelled(invoice: &Invoice) -> Told {
    let details = json!({ "price": invoice.price.to_string() });
    Told::of_account(invoice.account, "invoice.cancel", &invoice.id, details)
}

/// Somebody made a key.
pub(crate) fn key_created((account, key): (AccountId, KeyId), (name, scopes): (&str, &[Scope])) -> Told {
    let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    Told::of_account(account, "key.create", &key, json!({ "name": name, "scopes": scopes }))
}

/// Somebody ended a key.
pub(crate) fn key_revoked((account, key): (AccountId, KeyId)) -> Told {
    Told::of_account(account, "key.revoke", &key, Value::Null)
}

/// Somebody said where an account's webhooks go.
pub(crate) fn webhook_url_set(account: AccountId, url: Option<&str>) -> Told {
    Told::of_account(account, "webhook.set_url", &account, json!({ "url": url }))
}

/// Somebody was shown what signs an account's webhooks.
pub(crate) fn secret_shown(account: AccountId) -> Told {
    Told::of_account(account, "webhook.show_secret", &account, Value::Null)
}

/// Somebody had another secret made.
pub(crate) fn secret_rotated(account: AccountId) -> Told {
    Told::of_account(account, "webhook.rotate_secret", &account, Value::Null)
}

/// Somebody sent a test event.
pub(crate) fn test_sent(sent: &Delivery) -> Told {
    Told::of_account(sent.account, "webhook.test", &sent.id, json!({ "url": sent.url }))
}

/// Somebody told an account's event once more.
pub(crate) fn resent((account, id): (AccountId, DeliveryId), again: &Delivery) -> Told {
    let details = json!({ "event": again.kind, "new_delivery": again.id.to_string(), "url": again.url });
    Told::of_account(account, "webhook.resend", &id, details)
}
