//! What goes wrong at a counter, said to people in their language.

use engine::{
    LimitExceeded,
    catalog::{ChooseError, Offered},
    invoices::{
        PlaceError,
        draft::{DraftError, Fault},
    },
    ledger::InsufficientBalance,
    lookup::LookupError,
};
use model::Rejection;
use numbers::InvalidNumber;

use crate::web::Page;

/// So many packages are named to somebody who wants another one.
const OFFERED_SHOWN: usize = 10;

/// Why a number can't be topped up.
pub(super) fn number(page: &Page, error: &LookupError) -> String {
    match error {
        LookupError::InvalidNumber(invalid) => invalid_number(page, invalid),
        LookupError::NotMobile { .. } => page.t("wrong.not_mobile").to_owned(),
        LookupError::UnsupportedOperator { .. } => page.t("wrong.nobody_serves").to_owned(),
    }
}

fn invalid_number(page: &Page, invalid: &InvalidNumber) -> String {
    match invalid {
        InvalidNumber::Empty => page.t("wrong.empty").to_owned(),
        InvalidNumber::NotANumber { found } => page.fill("wrong.not_a_number", &[("found", found)]),
        InvalidNumber::UnknownCallingCode => page.t("wrong.calling_code").to_owned(),
        InvalidNumber::TooShort { expected, given, plan } => page.fill(
            "wrong.too_short",
            &[("expected", expected), ("given", given), ("code", &plan.calling_code)],
        ),
        InvalidNumber::TooLong { expected, given, plan } => page.fill(
            "wrong.too_long",
            &[("expected", expected), ("given", given), ("code", &plan.calling_code)],
        ),
        InvalidNumber::WrongLength => page.t("wrong.length").to_owned(),
        InvalidNumber::NotAssigned { plan } => page.fill("wrong.not_assigned", &[("country", plan)]),
        InvalidNumber::NeedsCountry => page.t("wrong.needs_country").to_owned(),
    }
}

/// Why a line can't be sold.
pub(super) fn draft(page: &Page, error: &DraftError) -> String {
    match &error.fault {
        Fault::PriceChanged { price, .. } => page.fill("wrong.price_changed", &[("price", &page.money(price))]),
        Fault::UnknownProduct(_) => page.t("wrong.product").to_owned(),
        Fault::Choice(ChooseError::OutOfStock { .. }) => page.t("wrong.out_of_stock").to_owned(),
        Fault::Choice(
            ChooseError::InvalidPackageId { given, offered, .. } | ChooseError::InvalidValue { given, offered, .. },
        ) => {
            let has = self::offered(page, offered);
            page.fill("wrong.not_offered", &[("given", given), ("offered", &has)])
        }
        Fault::InvalidAmount(_) => page.t("wrong.not_an_amount").to_owned(),
        Fault::Price(why) => page.fill("wrong.no_price", &[("why", &page.say(why))]),
        Fault::UnsupportedOperator(_) => page.t("wrong.other_operator").to_owned(),
        Fault::InvalidPhoneNumber(why) => number(page, why),
        Fault::FictionalNumber => page.t("wrong.fictional").to_owned(),
        Fault::TooManyItems | Fault::NoItems => page.t("wrong.amount_missing").to_owned(),
    }
}

/// What can be had of a product.
fn offered(page: &Page, offered: &Offered) -> String {
    let mut all: Vec<String> = offered.packages.iter().take(OFFERED_SHOWN).cloned().collect();
    if offered.packages.len() > OFFERED_SHOWN {
        all.push("…".to_owned());
    }
    all.extend(
        offered
            .range
            .map(|range| format!("{}–{}", page.amount(&range.min), page.money(&range.max))),
    );
    all.join(", ")
}

/// What a customer is told of a refusal: what they can do about it.
pub(crate) const fn fault(failure: &Rejection) -> &'static str {
    match failure.fault {
        model::Fault::Number => "number",
        model::Fault::WrongOperator => "wrong_operator",
        model::Fault::Amount => "amount",
        model::Fault::Float | model::Fault::Duplicate | model::Fault::Supplier | model::Fault::Operator => "elsewhere",
    }
}

/// Why it is not sold after all. The money is where it was.
pub(super) fn place(page: &Page, error: &PlaceError) -> String {
    match error {
        PlaceError::AccountSuspended => page.t("wrong.suspended").to_owned(),
        PlaceError::BalanceTooLow(short) => too_low(page, short),
        PlaceError::LimitExceeded(limit) => exceeded(page, limit),
        PlaceError::DuplicateTopup { .. } => page.t("wrong.duplicate").to_owned(),
        PlaceError::IdempotencyKeyReused => page.t("wrong.stale").to_owned(),
    }
}

/// What is there is less than what is needed.
pub(crate) fn too_low(page: &Page, short: &InsufficientBalance) -> String {
    let (needed, available) = (page.money(&short.needed), page.money(&short.available));
    page.fill("wrong.balance", &[("needed", &needed), ("available", &available)])
}

/// The account may not buy so much.
pub(crate) fn exceeded(page: &Page, limit: &LimitExceeded) -> String {
    match limit {
        LimitExceeded::Order(max) => page.fill("wrong.limit_order", &[("max", &page.money(max))]),
        LimitExceeded::Day(max) => page.fill("wrong.limit_day", &[("max", &page.money(max))]),
        LimitExceeded::RecipientDay(max) => page.fill("wrong.limit_recipient", &[("max", &page.money(max))]),
    }
}
