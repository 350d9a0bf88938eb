//! `recarga doctor`: everything that a running server needs, checked, with what to do about it.

mod clock;

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use clap::Args;
use engine::{
    accounts,
    catalog::{ProductFilter, SANDBOX, Snapshot, TestProducts, rates},
    db::MIGRATIONS,
    ledger, orders,
    page::PageRequest,
};
use model::Product;
use serde::Serialize;
use tokio::{net::TcpListener, time::timeout};

use super::{
    Desk, Exit, Failure, Shared,
    desk::must_exist,
    output::{print, print_json},
};
use crate::config::{Config, Database};

#[derive(Debug, Args)]
pub(crate) struct Doctor {}

/// What one check found.
#[derive(Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    Notice,
    Wrong,
}

impl State {
    const fn mark(self) -> &'static str {
        match self {
            Self::Good => "ok    ",
            Self::Notice => "notice",
            Self::Wrong => "WRONG ",
        }
    }
}

/// Rates older than this are worth a word.
const RATES_OLD: Duration = Duration::from_hours(24 * 7);
/// A supplier that says nothing for so long can't be reached.
const FLOAT_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, state: State, text: impl Into<String>) {
        self.0.push(Finding {
            check,
            state,
            text: text.into(),
        });
    }

    /// Adds what a check found, or why it could not be made.
    fn add_result(&mut self, check: &'static str, result: Result<(State, String), Failure>) {
        let (state, text) = result.unwrap_or_else(|failure| (State::Wrong, failure.text));
        self.add(check, state, text);
    }
}

impl Doctor {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let mut findings = Findings::default();
        match shared.load(&[]) {
            Err(error) => findings.add("config", State::Wrong, Failure::from(error).text),
            Ok(config) => {
                findings.add("config", State::Good, "every setting is known and makes sense");
                findings.add_result("port", port(&config).await);
                match open(shared, config) {
                    Err(failure) => findings.add("database", State::Wrong, failure.text),
                    Ok(desk) => examine(&desk, &mut findings).await,
                }
            }
        }
        let wrong = findings.0.iter().any(|finding| finding.state == State::Wrong);
        if shared.json {
            print_json(&findings.0);
        } else {
            for Finding { check, state, text } in &findings.0 {
                print(&format!("{}  {check:<10} {text}", state.mark()));
            }
        }
        Ok(if wrong { Exit::Failed } else { Exit::Done })
    }
}

fn open(shared: &Shared, config: Config) -> Result<Desk, Failure> {
    must_exist(&config.database()?)?;
    Desk::make(config, shared.output())
}

async fn examine(desk: &Desk, findings: &mut Findings) {
    findings.add_result("database", database(desk).await);
    findings.add_result("clock", clock::check(desk).await);
    findings.add_result("books", books(desk).await);
    findings.add_result("accounts", accounts(desk).await);
    findings.add_result("catalogue", catalogue(desk).await);
    findings.add_result("rates", rates_age(desk).await);
    findings.add_result("orders", stuck(desk).await);
    if let Err(failure) = floats(desk, findings).await {
        findings.add("suppliers", State::Wrong, failure.text);
    }
}

type Found = Result<(State, String), Failure>;

/// Opening it has already proved WAL and brought the tables up to date; a write proves the rest.
async fn database(desk: &Desk) -> Found {
    desk.write(|_, _, _| Ok(())).await?;
    let database = desk.config.database()?;
    let how = match database {
        Database::Sqlite(_) => "in WAL mode",
        Database::Postgres(_) => "with every commit kept",
    };
    let migrations = MIGRATIONS.len();
    Ok((
        State::Good,
        format!("{database} is writable, {how}, and up to date (migration {migrations})"),
    ))
}

async fn port(config: &Config) -> Found {
    let address: SocketAddr = config.bind()?;
    Ok(match TcpListener::bind(address).await {
        Ok(_) => (State::Good, format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => (
            State::Notice,
            format!("{address} is taken: fine if that is Recarga, otherwise set server.bind"),
        ),
        Err(error) => (
            State::Wrong,
            format!("can't listen on {address}, set server.bind to another: {error}"),
        ),
    })
}

async fn books(desk: &Desk) -> Found {
    let report = desk.read(|tx| Ok(ledger::check(tx)?)).await?;
    if report.is_whole() {
        return Ok((State::Good, format!("whole, by {} transfers", report.transfers)));
    }
    let text = format!(
        "{} problems: stop selling, keep a copy, see recarga ledger check",
        report.problems.len()
    );
    Ok((State::Wrong, text))
}

async fn accounts(desk: &Desk) -> Found {
    let (count, keys) = desk
        .read(|tx| {
            let keys = accounts::list_keys(tx)?
                .into_iter()
                .filter(|key| key.revoked_at.is_none())
                .count();
            Ok((accounts::list(tx)?.len(), keys))
        })
        .await?;
    Ok(match (count, keys) {
        (0, _) => (State::Notice, "there is none: recarga account create NAME".to_owned()),
        (_, 0) => (State::Notice, "none has a key: recarga key create ACCOUNT".to_owned()),
        _ => (State::Good, format!("{count} in all, keys in force: {keys}")),
    })
}

async fn catalogue(desk: &Desk) -> Found {
    let snapshot = super::catalog::snapshot(desk).await?;
    let products = everything(&snapshot);
    let mut strange = BTreeSet::new();
    let mut unsold = 0;
    for product in &products {
        let offers = snapshot.offers(&product.id);
        let (sold, not): (Vec<_>, Vec<_>) = (offers.iter())
            .map(|offer| &offer.supplier)
            .partition(|supplier| desk.config.sells(supplier, product));
        unsold += usize::from(sold.is_empty());
        strange.extend(not.into_iter().filter(|supplier| supplier.as_str() != SANDBOX).cloned());
    }
    if products.is_empty() {
        let text = "nothing is sold: recarga catalog import FILE, or start recarga serve once";
        return Ok((State::Wrong, text.to_owned()));
    }
    let total = products.len();
    let text = match unsold {
        0 => format!("{total} products, each with a supplier"),
        _ => format!("{unsold} of {total} products have no supplier: recarga catalog sync"),
    };
    let strange: Vec<_> = strange.iter().map(model::SupplierName::as_str).collect();
    Ok(match (unsold, strange.as_slice()) {
        (0, []) => (State::Good, text),
        (_, []) => (State::Notice, text),
        (_, names) => {
            let names = names.join(", ");
            let text = format!("{text}; what {names} sells doesn't count: no such supplier is in the settings");
            (State::Notice, text)
        }
    })
}

fn everything(snapshot: &Snapshot) -> Vec<&Product> {
    let filter = ProductFilter {
        test_products: TestProducts::Shown,
        ..ProductFilter::default()
    };
    let all = PageRequest {
        start: 0,
        limit: u32::MAX,
    };
    snapshot.list(&filter, all).products
}

async fn rates_age(desk: &Desk) -> Found {
    let now = desk.now();
    let rates = desk.read(move |tx| Ok(rates::list(tx, now)?)).await?;
    let Some(newest) = rates.iter().map(|rate| rate.valid_from).max() else {
        return Ok((
            State::Wrong,
            "there are none, so nothing has a price: recarga rates import FILE".to_owned(),
        ));
    };
    let days = now.since(newest).as_secs() / 86_400;
    if now.since(newest) > RATES_OLD {
        let text = format!(
            "the newest of {} is {days} days old: recarga rates import FILE, or rates set",
            rates.len()
        );
        return Ok((State::Notice, text));
    }
    Ok((
        State::Good,
        format!("{} currencies, the newest {days} days old", rates.len()),
    ))
}

async fn stuck(desk: &Desk) -> Found {
    let open = desk.read(|tx| Ok(orders::count_open(tx)?)).await?;
    if open.stuck > 0 {
        return Ok((
            State::Wrong,
            format!("{} are stuck and need a person: recarga orders stuck", open.stuck),
        ));
    }
    Ok((State::Good, format!("none is stuck, {} are under way", open.under_way)))
}

async fn floats(desk: &Desk, findings: &mut Findings) -> Result<(), Failure> {
    let suppliers = super::catalog::open_suppliers(desk).await?;
    if suppliers.is_empty() {
        findings.add(
            "suppliers",
            State::Wrong,
            "none is configured, so nothing can be delivered: add a [suppliers.NAME], or set sandbox.enabled",
        );
    }
    for (name, supplier) in suppliers.iter() {
        let (state, text) = match timeout(FLOAT_TIMEOUT, supplier.float()).await {
            Ok(Ok(float)) if float.is_positive() => {
                (State::Good, format!("{name} answers; our balance there is {float}"))
            }
            Ok(Ok(float)) => (State::Wrong, format!("our balance at {name} is {float}: pay in there")),
            Ok(Err(error)) => (
                State::Wrong,
                format!("{name}: {error}; look at its status page, and at suppliers.{name} for our credentials there"),
            ),
            Err(_) => (
                State::Wrong,
                format!("{name} doesn't answer: look at the network and its status page"),
            ),
        };
        findings.add("suppliers", state, text);
    }
    Ok(())
}
