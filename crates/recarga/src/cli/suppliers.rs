//! `recarga suppliers`: how they do, whether they are asked, and our money there.

use std::sync::Arc;

use clap::{Args, Subcommand};
use engine::{
    catalog::Snapshot,
    health::{self, BreakerState, Force, Health, Standing, Switch},
    routing::{self, Conditions},
};
use model::{OperatorId, SupplierName};
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    output::{amounts, or_dash, words},
    queue::By,
    supplier_money,
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows how suppliers do for each operator, by the orders of the last half hour
    Health(ShowHealth),
    /// Decides whether a supplier is asked, whatever its figures say
    Force(ForceIt),
    #[command(flatten)]
    Money(supplier_money::Command),
}

#[derive(Debug, Args)]
pub(crate) struct ShowHealth {
    /// Only of this supplier
    #[arg(long)]
    supplier: Option<SupplierName>,
}

#[derive(Debug, Args)]
pub(crate) struct ForceIt {
    /// The supplier
    supplier: SupplierName,
    /// open: it isn't asked; closed: it is asked whatever happens; auto: its figures decide
    #[arg(value_parser = ["open", "closed", "auto"])]
    state: String,
    /// Only for this operator, such as telcel-mexico [default: all]
    #[arg(long, value_name = "OPERATOR")]
    operator: Option<OperatorId>,
    /// Why: shown wherever it decides
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    #[command(flatten)]
    by: By,
}

#[derive(Serialize)]
struct Printed {
    supplier: String,
    operator: String,
    results: u32,
    delivered_bps: Option<u32>,
    median_ms: Option<u32>,
    p95_ms: Option<u32>,
    breaker: &'static str,
    open_until: Option<String>,
    forced: Option<&'static str>,
    why: Option<String>,
    #[serde(skip)]
    row: Vec<String>,
}

impl Printed {
    fn new(supplier: &SupplierName, operator: &str, standing: Option<&Standing>, forced: Option<&Switch>) -> Self {
        let (breaker, until) = match standing.map(|standing| standing.breaker) {
            None | Some(BreakerState::Closed) => ("closed", None),
            Some(BreakerState::Open { until }) => ("open", Some(until)),
            Some(BreakerState::HalfOpen { .. }) => ("half-open", None),
        };
        let share = standing.and_then(|standing| standing.delivered_bps);
        let ms = |ms: Option<u32>| or_dash(ms.map(|ms| format!("{ms} ms")));
        let (median_ms, p95_ms) = standing.map_or((None, None), |standing| (standing.median_ms, standing.p95_ms));
        let shown = match (forced, until) {
            (Some(switch), _) => format!("forced {} by {}: {}", switch.force, switch.made_by, switch.why),
            (None, Some(until)) => format!("{breaker} until {until}"),
            (None, None) => breaker.to_owned(),
        };
        let results = standing.map_or(0, |standing| standing.results);
        Self {
            row: vec![
                supplier.to_string(),
                operator.to_owned(),
                results.to_string(),
                or_dash(share.map(|bps| format!("{}.{:02} %", bps / 100, bps % 100))),
                ms(median_ms),
                ms(p95_ms),
                shown,
            ],
            supplier: supplier.to_string(),
            operator: operator.to_owned(),
            results,
            delivered_bps: share,
            median_ms,
            p95_ms,
            breaker,
            open_until: until.map(|until| until.to_string()),
            forced: forced.map(|switch| switch.force.as_str()),
            why: forced.map(|switch| switch.why.clone()),
        }
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::Health(health) => health.run(&desk).await?,
            Self::Force(force) => force.run(&desk).await?,
            Self::Money(money) => return money.run(desk).await,
        }
        Ok(Exit::Done)
    }
}

impl ShowHealth {
    /// Judges by the database as a process that starts now would.
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let now = desk.now();
        let read = desk.read(move |tx| {
            let rules = routing::active(tx)?.map(|version| version.rules).unwrap_or_default();
            let recent = health::recent(tx, now.minus(Health::SEED_SPAN))?;
            Ok((Snapshot::load(tx, now)?, rules, recent, health::switches(tx)?))
        });
        let (catalog, rules, recent, switches) = read.await?;
        let mut health = Health::new(rules.breaker);
        health.hear_recent(&catalog, &recent);
        let standings = health.standings(now);
        let conditions = Conditions {
            switches: Arc::new(switches),
            ..Conditions::default()
        };
        let mut printed: Vec<_> = standings
            .list()
            .into_iter()
            .map(|(supplier, operator, standing)| {
                let switch = conditions.forced(supplier, operator);
                Printed::new(supplier, operator.as_str(), Some(standing), switch)
            })
            .collect();
        for switch in conditions.switches.iter() {
            let operator = switch.operator.as_ref().map_or("*", OperatorId::as_str);
            let told = |one: &Printed| one.supplier == switch.supplier.as_str() && one.operator == operator;
            if !printed.iter().any(told) {
                printed.push(Printed::new(&switch.supplier, operator, None, Some(switch)));
            }
        }
        printed.retain(|one| self.supplier.as_ref().is_none_or(|only| only.as_str() == one.supplier));
        let columns = [
            words("SUPPLIER"),
            words("OPERATOR"),
            amounts("ORDERS"),
            amounts("DELIVERED"),
            amounts("HALF WITHIN"),
            amounts("95 % WITHIN"),
            words("BREAKER"),
        ];
        desk.output.list(
            &printed,
            &columns,
            |one| one.row.clone(),
            "no order has ended at a supplier but the sandbox in the last half hour",
        );
        Ok(())
    }
}

impl ForceIt {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Self {
            supplier,
            state,
            operator,
            why,
            by,
            ..
        } = self;
        let force = state.parse::<Force>().ok();
        if force.is_some() && why.trim().is_empty() {
            return Err(Failure::usage("--why has to say why: it is shown wherever it decides"));
        }
        let by = by.name()?;
        let of = operator
            .as_ref()
            .map_or_else(|| "all operators".to_owned(), ToString::to_string);
        let text = format!("{supplier} is {state} for {of}; every process goes by it within seconds");
        let printed = serde_json::json!({ "supplier": supplier.as_str(), "operator": operator.as_ref().map(OperatorId::as_str), "state": state });
        let written = desk.write(move |tx, _, now| {
            let of = (&supplier, operator.as_ref());
            health::decide(tx, of, force, (why.trim(), &by), now)?;
            let told = deeds::forced(&supplier, operator.as_ref(), (&state, why.trim(), &by));
            Ok(told.by_command(tx, now)?)
        });
        written.await?;
        desk.output.one(&printed, || text);
        Ok(())
    }
}
