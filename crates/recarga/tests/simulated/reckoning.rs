//! The reckoning: orders, attempts and money as the database has them, beside the simulators' own books.

use std::collections::{BTreeMap, HashMap, HashSet};

use engine::{
    Error,
    cases::{Case, CaseKind},
    db::{Row, Tx},
    reconcile::Report,
};
use model::{AttemptId, OrderId};

use crate::market::Simulated;

/// Ding doesn't tell that a delivery was taken back: it shows when the day is compared. Who asks for the first time
/// after that hears that it was cancelled, as if it had never been, and the next attempt may deliver as well.
const TAKEN_BACK: &str = "9009";
/// Less arrives than was bought.
const SHORT: &str = "9018";

pub(crate) struct Reckoning {
    orders: Vec<Order>,
    attempts: HashMap<AttemptId, String>,
    sums: HashMap<String, i64>,
}

struct Order {
    id: OrderId,
    status: String,
    phone: String,
    /// The amount that was bought, or a bundle's name.
    package: String,
    price_minor: i64,
}

/// What suppliers have really done for an order.
#[derive(Debug, Default)]
struct Truth {
    by: Vec<&'static str>,
    kept: usize,
}

impl Reckoning {
    pub(crate) fn read(tx: &mut Tx<'_>) -> Result<Self, Error> {
        let order = |row: &Row<'_>| {
            Ok(Order {
                id: row.parse(0)?,
                status: row.text(1)?,
                phone: row.text(2)?,
                price_minor: row.int(3)?,
                package: row.text(4)?,
            })
        };
        let attempt = |row: &Row<'_>| {
            let (order, number) = (row.parse(0)?, row.count(1)?);
            Ok((AttemptId { order, number }, row.text(2)?))
        };
        let sums = "SELECT code, CAST(SUM(balance_minor) AS BIGINT) FROM ledger_accounts GROUP BY code";
        Ok(Self {
            orders: tx.query(
                "SELECT id, status, phone_number, price_minor, package_value FROM orders",
                &[],
                order,
            )?,
            attempts: tx
                .query("SELECT order_id, number, supplier FROM attempts", &[], attempt)?
                .into_iter()
                .collect(),
            sums: tx
                .query(sums, &[], |row| Ok((row.text(0)?, row.int(1)?)))?
                .into_iter()
                .collect(),
        })
    }

    /// Whether nothing is to be expected any more: of what is taken back, Reloadly and DT One tell.
    pub(crate) fn is_over(&self) -> bool {
        let open = |order: &&Order| matches!(order.status.as_str(), "waiting" | "delivering" | "confirming");
        let reversed = |order: &&Order| {
            let last = self.attempts_of(order.id).max_by_key(|(attempt, _)| attempt.number);
            order.status == "delivered"
                && order.phone.ends_with(TAKEN_BACK)
                && last.is_some_and(|(_, supplier)| supplier != "ding")
        };
        !self.orders.iter().any(|order| open(&order) || reversed(&order))
    }

    fn attempts_of(&self, order: OrderId) -> impl Iterator<Item = (&AttemptId, &String)> {
        self.attempts.iter().filter(move |(attempt, _)| attempt.order == order)
    }

    pub(crate) fn summary(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for order in &self.orders {
            *counts.entry(&order.status).or_default() += 1;
        }
        format!(
            "{} orders {counts:?}, {} attempts",
            self.orders.len(),
            self.attempts.len()
        )
    }

    /// Delivered once if it says so, not at all if the money went back, never twice, and sent once.
    pub(crate) fn assert_each_order_agrees(&self, simulated: &Simulated) {
        let mut truths: HashMap<OrderId, Truth> = HashMap::new();
        let mut delivered = HashSet::new();
        for (supplier, delivery) in simulated.deliveries() {
            let attempt: AttemptId = delivery.reference.parse().expect("an attempt of ours");
            assert_eq!(
                self.attempts.get(&attempt).map(String::as_str),
                Some(supplier),
                "{attempt} was written before"
            );
            assert!(delivered.insert(attempt), "{attempt} was delivered twice");
            let truth = truths.entry(attempt.order).or_default();
            truth.by.push(supplier);
            truth.kept += usize::from(!delivery.reversed);
        }
        for Order { id, status, phone, .. } in &self.orders {
            let truth = truths.remove(id).unwrap_or_default();
            let taken_back = phone.ends_with(TAKEN_BACK);
            let once = truth.kept <= 1 && (truth.by.len() <= 1 || taken_back);
            assert!(once, "{id} for {phone} was delivered twice: {truth:?}");
            let agrees = match status.as_str() {
                "delivered" if taken_back => truth.by.contains(&"ding"),
                "delivered" => truth.kept == 1,
                "refunded" => truth.kept == 0,
                "reversed" => !truth.by.is_empty() && truth.kept == 0,
                "stuck" => true,
                other => panic!("{id} is still {other}"),
            };
            assert!(agrees, "{id} for {phone} is {status}: {truth:?}");
        }
        simulated.assert_sent_once();
    }

    /// A run in which one supplier never delivers proves little.
    pub(crate) fn assert_every_supplier_delivered(&self, simulated: &Simulated) {
        let by: HashSet<_> = simulated.deliveries().map(|(supplier, _)| supplier).collect();
        assert_eq!(by.len(), 3, "{by:?}");
        assert!(self.attempts.values().all(|supplier| by.contains(supplier.as_str())));
    }

    /// A day agrees but for what Ding has taken back, and what it costs is what the supplier has charged.
    pub(crate) fn assert_report(&self, report: &Report, simulated: &Simulated) {
        let name = report.supplier.as_str();
        for difference in &report.differences {
            let attempt: AttemptId = difference.subject.parse().expect("an attempt");
            let order = self.orders.iter().find(|order| order.id == attempt.order);
            let told = order.is_some_and(|order| order.phone.ends_with(TAKEN_BACK)) && name == "ding";
            assert!(
                told && difference.kind() == CaseKind::OtherState,
                "{name}: {difference:?}"
            );
        }
        assert!(report.same > 0 && report.left_out == 0, "{report:?}");
        let own = simulated.transactions(name);
        let open = |attempt: &AttemptId| {
            let stuck = |order: &Order| order.id == attempt.order && order.status == "stuck";
            self.orders.iter().any(stuck)
        };
        let wallet = simulated.named(name).wallet();
        assert!(wallet.is_whole(), "{name}");
        // What stands before a person may be charged already, and what was taken back from us we don't know yet.
        let unsettled = own
            .iter()
            .filter(|(attempt, told)| told.status == simulators::Status::Delivered && open(attempt));
        let unsettled: rust_decimal::Decimal = unsettled.map(|(_, told)| told.cost).sum();
        let taken_back = report.differences.iter().filter_map(|difference| {
            own.iter()
                .find(|(attempt, _)| attempt.to_string() == difference.subject)
        });
        let taken_back: rust_decimal::Decimal = taken_back.map(|(_, told)| told.cost).sum();
        let booked = self.sums.get(&format!("payable:{name}")).copied().unwrap_or_default();
        let booked = rust_decimal::Decimal::new(booked, 2) - taken_back;
        // What an order in the operator's currency cost, Reloadly's report doesn't tell: it may be a cent off.
        let cents = if name == "reloadly" { own.len() } else { 0 };
        let off = (booked - (wallet.spent() - unsettled)).abs();
        assert!(
            off <= rust_decimal::Decimal::new(i64::try_from(cents).expect("few"), 2),
            "{name}: {off} off"
        );
    }

    /// What arrived short is before a person, and nothing else is that says so.
    pub(crate) fn assert_cases(&self, cases: &[Case]) {
        // Of a bundle its contents count, and they are told nowhere.
        let is_amount = |order: &Order| order.package.parse::<rust_decimal::Decimal>().is_ok();
        let short = |order: &&Order| order.phone.ends_with(SHORT) && order.status == "delivered" && is_amount(order);
        let short: HashSet<_> = self.orders.iter().filter(short).map(|order| order.id).collect();
        let told = cases.iter().filter(|case| case.found.kind == CaseKind::ShortDelivery);
        let told: HashSet<_> = told
            .map(|case| case.found.subject.parse::<AttemptId>().expect("an attempt").order)
            .collect();
        assert_eq!(told, short);
    }

    /// Of what was paid in, the price of what was delivered is gone, what stands before a person is held, no more.
    pub(crate) fn assert_money(&self, funded_minor: i64) {
        let sum = |status: &str| -> i64 {
            let of = self.orders.iter().filter(|order| order.status == status);
            of.map(|order| order.price_minor).sum()
        };
        let booked = |code: &str| self.sums.get(code).copied().unwrap_or_default();
        assert_eq!(booked("held"), sum("stuck"), "what is held");
        assert_eq!(
            booked("balance"),
            funded_minor - sum("delivered") - sum("stuck"),
            "what is left"
        );
    }
}
