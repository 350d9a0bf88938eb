//! Which supplier delivers an order: the cheapest that has been tried least, never above the price.

use std::sync::Arc;

use model::{Money, Rounding, Sku, SupplierName};

use crate::{
    catalog::{BelowCost, Choice, Snapshot},
    orders::{Attempt, Order},
};

/// A supplier and what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Who delivers.
    pub supplier: SupplierName,
    /// Its name for the thing.
    pub sku: Sku,
    /// What it costs there.
    pub cost: Money,
    /// What its connector wants to be told.
    pub parameters: Option<Arc<str>>,
}

/// Why nobody delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// The product, or this amount of it, has no offer any more.
    #[error("no supplier sells it any more")]
    NotSold,
    /// Every offer costs more than the order's price.
    #[error("every supplier has become dearer than the price")]
    BelowCost,
}

/// Chooses an offer. Suppliers that have refused the order before come last.
pub fn route(catalog: &Snapshot, order: &Order, tried: &[Attempt], below_cost: BelowCost) -> Result<Route, NoRoute> {
    let product = catalog.product(order.product.as_str()).ok_or(NoRoute::NotSold)?;
    let choice = Choice {
        package_value: order.package_value.clone(),
        value: order.value,
        title: None,
    };
    let mut sold = false;
    let mut best: Option<((usize, i64), Route)> = None;
    for cost in catalog.costs(product, &choice) {
        let Some(converted) = in_currency_of_price(catalog, order, cost.cost) else {
            continue;
        };
        sold = true;
        if below_cost == BelowCost::Refuse && converted.minor() > order.price.minor() && order.price.is_positive() {
            continue;
        }
        let refused = tried.iter().filter(|attempt| attempt.supplier == cost.supplier).count();
        let rank = (refused, converted.minor());
        if best.as_ref().is_none_or(|(other, _)| rank < *other) {
            best = Some((
                rank,
                Route {
                    supplier: cost.supplier,
                    sku: cost.sku,
                    cost: cost.cost,
                    parameters: cost.parameters,
                },
            ));
        }
    }
    best.map(|(_, route)| route)
        .ok_or(if sold { NoRoute::BelowCost } else { NoRoute::NotSold })
}

fn in_currency_of_price(catalog: &Snapshot, order: &Order, cost: Money) -> Option<Money> {
    let currency = order.price.currency();
    let rate = catalog.rate(cost.currency(), currency)?;
    cost.convert(rate, currency, Rounding::HalfEven).ok()
}
