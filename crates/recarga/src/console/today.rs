//! `/console`: whether money, suppliers and orders are well, at a glance.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use engine::{
    cases,
    catalog::Snapshot,
    db::Tx,
    figures::{self, CLASSES_S, Figure},
    fundings,
    orders::{self, OpenOrders, Order},
    people::Action,
};
use model::{Currency, Money, Rounding};

use super::{
    accounts::WAITING_MAX,
    chart::{self, Bar, HOURS},
    suppliers::{Overview, overviews},
    waiting::{self, Waits},
};
use crate::web::{Page, PageError, Shared, SignedIn, format, html};

/// So many of the newest orders are shown.
const FEED: u32 = 20;
/// So many of those that need a person are shown; the others are a click away.
const WAITING: u32 = 5;

#[derive(Template)]
#[template(path = "console/today.html")]
struct TodayPage {
    page: Page,
    open: OpenOrders,
    sums: Sums,
    bars: Vec<Bar>,
    waits: Vec<Waits>,
    cases: u64,
    suppliers: Vec<SupplierLine>,
    feed: Vec<Line>,
    /// How many fundings wait for a second person.
    fundings_waiting: u64,
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
    /// Of ten thousand that ended, how many arrived.
    success_bps: Option<u64>,
    /// By when 95 of 100 deliveries were there.
    p95: Option<Within>,
    /// What was earned, converted at today's rates.
    margin: Option<Money>,
}

/// How long deliveries took, as exactly as they are counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Within {
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
            success_bps: success(delivered, refunded),
            p95: p95(figures.iter()),
            margin: margin(figures, catalog),
        }
    }

    /// `99.2 %`.
    fn success(&self, page: &Page) -> String {
        self.success_bps
            .map_or_else(|| "–".to_owned(), |bps| page.percent(&bps))
    }
}

fn success(delivered: i64, refunded: i64) -> Option<u64> {
    let share = (delivered * 10_000).checked_div(delivered + refunded)?;
    u64::try_from(share).ok()
}

impl TodayPage {
    /// How many orders ended in a minute of this hour, so far: `0.5`.
    fn a_minute(&self) -> String {
        let minutes = self.page.now.as_millis() / 60_000 % 60 + 1;
        let tenths = self.sums.this_hour * 10 / minutes;
        let plain = format!("{}.{}", tenths / 10, tenths % 10);
        self.page
            .fill("today.a_minute", &[("n", &format::decimal(self.page.language, &plain))])
    }

    /// How many orders ended in the busiest hour that is drawn.
    fn highest(&self) -> i64 {
        self.bars
            .iter()
            .map(|bar| bar.delivered + bar.refunded)
            .max()
            .unwrap_or(0)
    }

    /// How many orders wait for a person.
    fn stuck(&self) -> u64 {
        self.open.stuck.unsigned_abs()
    }
}

/// The class that the 95th of a hundred deliveries is in.
pub(super) fn p95<'a>(figures: impl Iterator<Item = &'a Figure>) -> Option<Within> {
    let took = figures.fold([0_i64; CLASSES_S.len() + 1], |mut sums, figure| {
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

/// What a supplier delivered, what it is owed for it, and how it stands.
struct SupplierLine {
    name: String,
    delivered: i64,
    reversed: i64,
    costs: Vec<Money>,
    /// None for one that is not in the settings any more.
    overview: Option<Overview>,
}

fn suppliers(figures: &[Figure], overviews: Vec<Overview>) -> Vec<SupplierLine> {
    let line = |name: &str| SupplierLine {
        name: name.to_owned(),
        delivered: 0,
        reversed: 0,
        costs: Vec::new(),
        overview: None,
    };
    let mut lines: BTreeMap<String, SupplierLine> = BTreeMap::new();
    for overview in overviews {
        let name = overview.name.to_string();
        let known = lines.entry(name.clone()).or_insert_with(|| line(&name));
        known.overview = Some(overview);
    }
    for figure in figures.iter().filter(|figure| !figure.supplier.is_empty()) {
        let name = &figure.supplier;
        let line = lines.entry(name.clone()).or_insert_with(|| line(name));
        line.delivered += figure.delivered;
        line.reversed += figure.reversed;
        let same = |cost: &&mut Money| cost.currency() == figure.cost.currency();
        match line.costs.iter_mut().find(same) {
            Some(cost) => *cost = cost.checked_add(figure.cost).unwrap_or(*cost),
            None => line.costs.push(figure.cost),
        }
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
    let sees_money = signed_in.user.may(Action::SeeMoney);
    let read = move |tx: &mut Tx<'_>| {
        let figures = figures::list(tx, hour - HOURS + 1, hour + 1)?;
        let people = (waiting::read(tx, WAITING)?, cases::count_open(tx)?);
        let orders = (orders::count_open(tx)?, orders::newest(tx, FEED)?);
        let fundings = if sees_money {
            fundings::waiting(tx, WAITING_MAX)?.len()
        } else {
            0
        };
        Ok::<_, engine::Error>((figures, people, orders, fundings))
    };
    let (figures, (waits, cases), (open, newest), fundings) = web.app.db.read(read).await?;
    let overviews = overviews(&web, signed_in.page.now).await?;
    html(&TodayPage {
        fundings_waiting: fundings.try_into().unwrap_or(u64::MAX),
        page: signed_in.page,
        waits: waiting::shown(&web, waits),
        cases: cases.unsigned_abs(),
        open,
        sums: Sums::of(&figures, &web.app.catalog(), hour),
        bars: chart::bars(&figures, hour),
        suppliers: suppliers(&figures, overviews),
        feed: named(&web, newest),
    })
}
