//! `/console`: whether money, suppliers and orders are well, at a glance.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use engine::{
    catalog::Snapshot,
    db::Tx,
    figures::{self, CLASSES_S, Figure},
    orders::{self, OpenOrders, Order},
    people::Action,
};
use model::{Currency, Money, Rounding};

use super::chart::{self, Bar, HOURS};
use crate::web::{Page, PageError, Shared, SignedIn, html};

/// So many of the newest orders are shown.
const FEED: u32 = 20;

#[derive(Template)]
#[template(path = "console/today.html")]
struct TodayPage {
    page: Page,
    open: OpenOrders,
    sums: Sums,
    bars: Vec<Bar>,
    suppliers: Vec<SupplierLine>,
    feed: Vec<Line>,
}

/// An order of whichever account.
pub(super) struct Line {
    pub(super) account: String,
    pub(super) order: Order,
}

impl Line {
    /// How its state looks.
    pub(super) fn kind(&self) -> &'static str {
        match self.order.status.as_str() {
            "delivered" => "good",
            "refunded" | "reversed" | "cancelled" => "bad",
            "confirming" | "stuck" => "warn",
            _ => "info",
        }
    }
}

/// What ended in the last hours.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    delivered: i64,
    refunded: i64,
    reversed: i64,
    this_hour: i64,
    /// Of a hundred that ended, how many arrived; in tenths.
    success_permille: Option<i64>,
    /// By when 95 of 100 deliveries were there.
    p95: Option<Within>,
    /// What was earned, converted at today's rates.
    margin: Option<Money>,
}

/// How long deliveries took, as exactly as they are counted.
#[derive(Debug, PartialEq, Eq)]
enum Within {
    Seconds(u64),
    Longer,
}

impl Sums {
    fn of(figures: &[Figure], catalog: &Snapshot, hour: i64) -> Self {
        let sum = |of: fn(&Figure) -> i64| figures.iter().map(of).sum::<i64>();
        let (delivered, refunded) = (sum(|one| one.delivered), sum(|one| one.refunded));
        let this_hour = figures.iter().filter(|one| one.hour == hour);
        Self {
            delivered,
            refunded,
            reversed: sum(|one| one.reversed),
            this_hour: this_hour.map(|one| one.delivered + one.refunded).sum(),
            success_permille: (delivered * 1_000).checked_div(delivered + refunded),
            p95: p95(figures),
            margin: margin(figures, catalog),
        }
    }

    /// `99.2 %`.
    fn success(&self) -> String {
        let percent = |permille| format!("{}.{}\u{a0}%", permille / 10, permille % 10);
        self.success_permille.map_or_else(|| "–".to_owned(), percent)
    }
}

impl TodayPage {
    /// How many orders wait for a person.
    fn stuck(&self) -> u64 {
        self.open.stuck.unsigned_abs()
    }
}

/// The class that the 95th of a hundred deliveries is in.
fn p95(figures: &[Figure]) -> Option<Within> {
    let took = figures.iter().fold([0_i64; CLASSES_S.len() + 1], |mut sums, figure| {
        for (sum, count) in sums.iter_mut().zip(figure.took) {
            *sum += count;
        }
        sums
    });
    let all: i64 = took.iter().sum();
    let mut passed = 0;
    for (place, count) in took.iter().enumerate() {
        passed += count;
        if all > 0 && passed * 100 >= all * 95 {
            return Some(
                CLASSES_S
                    .get(place)
                    .map_or(Within::Longer, |seconds| Within::Seconds(*seconds)),
            );
        }
    }
    None
}

/// What was sold less what it cost, in dollars; none if a currency has no rate.
fn margin(figures: &[Figure], catalog: &Snapshot) -> Option<Money> {
    let usd: Currency = "USD".parse().ok()?;
    let converted = |money: Money| {
        let rate = catalog.rate(money.currency(), usd)?;
        money.convert(rate, usd, Rounding::HalfEven).ok()
    };
    figures.iter().try_fold(Money::zero(usd), |sum, figure| {
        let earned = converted(figure.sold)?.checked_sub(converted(figure.cost)?).ok()?;
        sum.checked_add(earned).ok()
    })
}

/// What a supplier delivered, and what it is owed for it.
struct SupplierLine {
    name: String,
    delivered: i64,
    reversed: i64,
    cost: Money,
}

fn suppliers(figures: &[Figure]) -> Vec<SupplierLine> {
    let mut lines: BTreeMap<(String, Currency), SupplierLine> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| !figure.supplier.is_empty()) {
        let key = (figure.supplier.clone(), figure.cost.currency());
        let line = lines.entry(key).or_insert_with(|| SupplierLine {
            name: figure.supplier.clone(),
            delivered: 0,
            reversed: 0,
            cost: Money::zero(figure.cost.currency()),
        });
        line.delivered += figure.delivered;
        line.reversed += figure.reversed;
        line.cost = line.cost.checked_add(figure.cost).unwrap_or(line.cost);
    }
    lines.into_values().collect()
}

/// Names the accounts of orders.
pub(super) fn named(web: &Shared, orders: Vec<Order>) -> Vec<Line> {
    let directory = web.app.directory();
    let name = |order: &Order| directory.account(order.account).map(|account| account.name.clone());
    orders
        .into_iter()
        .map(|order| Line {
            account: name(&order).unwrap_or_else(|| order.account.to_string()),
            order,
        })
        .collect()
}

pub(super) async fn show(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let hour = figures::hour_of(signed_in.page.now);
    let read = move |tx: &mut Tx<'_>| {
        let figures = figures::list(tx, hour - HOURS + 1, hour + 1)?;
        Ok::<_, engine::Error>((figures, orders::count_open(tx)?, orders::newest(tx, FEED)?))
    };
    let (figures, open, newest) = web.app.db.read(read).await?;
    html(&TodayPage {
        page: signed_in.page,
        open,
        sums: Sums::of(&figures, &web.app.catalog(), hour),
        bars: chart::bars(&figures, hour),
        suppliers: suppliers(&figures),
        feed: named(&web, newest),
    })
}
