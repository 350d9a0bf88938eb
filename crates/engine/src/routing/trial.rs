//! Who would deliver something if it were bought now: for those who want to know before anybody does.

use model::{InvoiceId, Money, OrderId, PhoneNumber, Product, Timestamp};

use super::{Candidate, Conditions, Wanted, rank};
use crate::{
    accounts::Account,
    catalog::{Choice, Snapshot},
    orders::{Order, OrderStatus},
};

/// A purchase that nobody has made.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// Who would buy.
    pub account: &'a Account,
    /// What.
    pub product: &'a Product,
    /// How much of it.
    pub choice: &'a Choice,
    /// For how much.
    pub price: Money,
}

/// Puts every offer in the order in which it would be used, as for an order of that kind; those that are barred come
/// last. Pauses of single numbers are left out, and where orders are divided the lot of another order may fall
/// otherwise.
pub fn would_go(catalog: &Snapshot, conditions: &Conditions, trial: Trial<'_>, now: Timestamp) -> Vec<Candidate> {
    let Trial {
        account,
        product,
        choice,
        price,
    } = trial;
    let id = OrderId::first_at(now);
    let order = Order {
        account: account.id,
        id,
        number: 0,
        invoice: InvoiceId::from_uuid(id.uuid()),
        product: product.id.clone(),
        product_name: product.name.clone(),
        package_value: choice.package_value.clone(),
        value: choice.value,
        phone_number: nobody(),
        country: product.country,
        price,
        reference: None,
        status: OrderStatus::Waiting { due_at: now },
        attempts: 0,
        failure: None,
        receipt: None,
        decision: None,
        held_up: None,
    };
    let wanted = Wanted {
        order: &order,
        tried: &[],
        below_cost: account.below_cost,
        now,
    };
    rank(catalog, conditions, wanted)
}

/// A number that is never called: what is ranked doesn't depend on it.
fn nobody() -> PhoneNumber {
    "+15550000000".parse().expect("a number")
}
