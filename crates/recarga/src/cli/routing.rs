//! `recarga routing`: the rules by which suppliers get orders.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::{Args, Subcommand};
use engine::{
    accounts,
    catalog::Snapshot,
    orders::{self, OrderFilter},
    page::PageRequest,
    routing::{self, ActivateError, Conditions, DryRun, Moved, RuleSet, RuleVersion},
};
use model::SupplierName;
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    output::{Amount, amounts, moment, words},
    queue::By,
};
use crate::{deeds, routes::callable};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows the rules that hold
    Show,
    /// Says what is wrong with a file of rules, and changes nothing
    Check {
        /// The rules, as TOML or JSON
        file: PathBuf,
    },
    /// Lets a file of rules hold from now on, as a new version
    Activate(Activate),
    /// Lets an earlier version hold again, as a new version
    Rollback(Rollback),
    /// Lists the versions, newest first
    History {
        /// How many at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Says which past orders would have gone elsewhere by other rules, and what that would have cost
    DryRun(DryRunOf),
}

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// Why: kept with the version
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Args)]
pub(crate) struct Activate {
    /// The rules, as TOML or JSON
    file: PathBuf,
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// Which version
    version: i64,
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
pub(crate) struct DryRunOf {
    /// The rules, as TOML or JSON
    #[arg(long, value_name = "FILE")]
    rules: PathBuf,
    /// How far back, such as 7d or 12h
    #[arg(long, value_name = "SPAN", default_value = "7d", value_parser = span)]
    last: Duration,
    /// How many of each account's orders at most
    #[arg(long, default_value_t = 10_000)]
    orders: u32,
    /// How many of those that would have gone elsewhere are listed
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number of days or hours, such as 7d or 12h".to_owned();
    let (number, hours) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => (days, 24),
        (_, Some(hours)) => (hours, 1),
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let span = number
        .checked_mul(hours * 3_600)
        .filter(|span| (1..=366 * 86_400).contains(span));
    span.map(Duration::from_secs)
        .ok_or_else(|| "at least 1h, at most 366d".to_owned())
}

#[derive(Serialize)]
struct Printed {
    version: i64,
    why: String,
    made_by: String,
    made_at: String,
    rules: RuleSet,
    #[serde(skip)]
    row: Vec<String>,
}

impl From<RuleVersion> for Printed {
    fn from(of: RuleVersion) -> Self {
        Self {
            row: vec![
                of.version.to_string(),
                moment(of.made_at),
                of.made_by.clone(),
                of.why.clone(),
            ],
            version: of.version,
            why: of.why,
            made_by: of.made_by,
            made_at: of.made_at.to_string(),
            rules: of.rules,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::Show => show(&desk).await?,
            Self::Check { file } => {
                checked(&desk, &file).await?;
                desk.output.one(&serde_json::json!({ "problems": [] }), || {
                    "nothing is wrong with it".to_owned()
                });
            }
            Self::Activate(Activate { file, why }) => {
                let (rules, _) = checked(&desk, &file).await?;
                let (why, by) = (why.why, why.by.name()?);
                let made = desk.write(move |tx, _, now| {
                    let made = routing::activate(tx, &rules, (&why, &by), now)?;
                    deeds::rules_made(&made, None).by_command(tx, now)?;
                    Ok(made)
                });
                print_made(&desk, made.await?);
            }
            Self::Rollback(Rollback { version, why }) => {
                let (why, by) = (why.why, why.by.name()?);
                let old = desk.read(move |tx| Ok(routing::version(tx, version)?)).await?;
                let old = old.ok_or(ActivateError::Unknown(version))?;
                // What was right when it was made may name what is no more.
                let stock = Stock::open(&desk).await?;
                stock.check(&old.rules, &format_args!("version {version}"))?;
                let made = desk.write(move |tx, _, now| {
                    let made = routing::rollback(tx, version, (&why, &by), now)?;
                    deeds::rules_made(&made, Some(version)).by_command(tx, now)?;
                    Ok(made)
                });
                print_made(&desk, made.await?);
            }
            Self::History { limit } => {
                let all = desk.read(move |tx| Ok(routing::history(tx, limit)?)).await?;
                let all: Vec<_> = all.into_iter().map(Printed::from).collect();
                let columns = [words("VERSION"), words("MADE"), words("BY"), words("WHY")];
                let none = "there never were rules: the cheapest that delivers gets an order";
                desk.output.list(&all, &columns, |one| one.row.clone(), none);
            }
            Self::DryRun(dry_run) => dry_run.run(&desk).await?,
        }
        Ok(Exit::Done)
    }
}

fn print_made(desk: &Desk, made: RuleVersion) {
    let version = made.version;
    desk.output.one(&Printed::from(made), || {
        format!("version {version} holds; every process goes by it within seconds")
    });
}

async fn show(desk: &Desk) -> Result<(), Failure> {
    let rules = desk.read(|tx| Ok(routing::active(tx)?)).await?;
    let printed = rules.map_or_else(
        || Printed {
            version: 0,
            why: "nobody has made rules yet: these are the defaults".to_owned(),
            made_by: String::new(),
            made_at: String::new(),
            rules: RuleSet::default(),
            row: Vec::new(),
        },
        Printed::from,
    );
    let text = toml::to_string(&printed.rules)?;
    desk.output.one(&printed, || {
        format!("# version {}: {}\n{}", printed.version, printed.why, text.trim_end())
    });
    Ok(())
}

/// Reads a file of rules.
fn read(file: &Path) -> Result<RuleSet, Failure> {
    let named = |why: &dyn std::fmt::Display| Failure::usage(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(&error))?;
    if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).map_err(|error| named(&error))
    } else {
        toml::from_str(&text).map_err(|error| named(&error))
    }
}

/// What rules are held against.
struct Stock {
    catalog: Snapshot,
    suppliers: BTreeMap<SupplierName, Duration>,
}

impl Stock {
    async fn open(desk: &Desk) -> Result<Self, Failure> {
        let now = desk.now();
        let catalog = desk.read(move |tx| Ok(Snapshot::load(tx, now)?)).await?;
        let suppliers = callable(&super::catalog::open_suppliers(desk).await?);
        Ok(Self { catalog, suppliers })
    }

    /// Refuses rules that can't hold, with every place named.
    fn check(&self, rules: &RuleSet, what: &dyn Display) -> Result<(), Failure> {
        let names: BTreeSet<_> = self.suppliers.keys().cloned().collect();
        let problems = rules.problems(&self.catalog, &names);
        if problems.is_empty() {
            return Ok(());
        }
        let lines: Vec<_> = problems
            .iter()
            .map(|problem| format!("\n  {}", problem.in_english()))
            .collect();
        Err(Failure::new(format!("{what} can't hold:{}", lines.concat())))
    }
}

/// Reads a file of rules in which nothing is wrong.
async fn checked(desk: &Desk, file: &Path) -> Result<(RuleSet, Stock), Failure> {
    let rules = read(file)?;
    let stock = Stock::open(desk).await?;
    stock.check(&rules, &file.display())?;
    Ok((rules, stock))
}

#[derive(Serialize)]
struct PrintedRun {
    orders: usize,
    same: usize,
    elsewhere: usize,
    unsold: usize,
    difference: Vec<Amount>,
    moved: Vec<PrintedMove>,
}

#[derive(Serialize)]
struct PrintedMove {
    order: String,
    from: String,
    to: String,
    cost: Amount,
    would_cost: Amount,
    why: String,
}

impl DryRunOf {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let (rules, stock) = checked(desk, &self.rules).await?;
        let (since, limit) = (desk.now().minus(self.last), self.orders);
        let past = desk.read(move |tx| {
            let mut past = Vec::new();
            for account in accounts::list(tx)? {
                let filter = OrderFilter {
                    after: Some(since),
                    ..OrderFilter::default()
                };
                let page = PageRequest { start: 0, limit };
                let found = orders::list(tx, account.id, &filter, page)?.entries;
                past.extend(routing::past(tx, found)?);
            }
            Ok(past)
        });
        let conditions = Conditions {
            rules: Arc::new(rules),
            suppliers: Some(Arc::new(stock.suppliers)),
            ..Conditions::default()
        };
        let run = routing::dry_run(&stock.catalog, &conditions, &past.await?);
        print_run(desk, &run, self.limit);
        Ok(())
    }
}

fn print_run(desk: &Desk, run: &DryRun, limit: usize) {
    let sums = run.difference();
    let printed = PrintedRun {
        orders: run.orders,
        same: run.same,
        elsewhere: run.moved.len(),
        unsold: run.unsold,
        difference: sums.iter().copied().map(Amount::from).collect(),
        moved: run.moved.iter().map(PrintedMove::from).collect(),
    };
    if desk.output.is_json() {
        desk.output.one(&printed, String::new);
        return;
    }
    let columns = [
        words("ORDER"),
        words("FROM"),
        words("TO"),
        amounts("COST"),
        amounts("WOULD COST"),
        words("WHY"),
    ];
    let row = |one: &Moved| {
        vec![
            one.order.to_string(),
            one.from.to_string(),
            one.to.to_string(),
            one.cost.to_string(),
            one.would_cost.to_string(),
            one.why.in_english(),
        ]
    };
    if !run.moved.is_empty() {
        super::output::print(&super::output::table(&columns, run.moved.iter().take(limit).map(row)));
    }
    let sums: Vec<_> = sums.iter().map(ToString::to_string).collect();
    let sums = if sums.is_empty() {
        "nothing".to_owned()
    } else {
        sums.join(", ")
    };
    super::output::print(&format!(
        "{} orders: {} would have gone where they went, {} elsewhere, {} nowhere; it would have cost {sums} more",
        run.orders,
        run.same,
        run.moved.len(),
        run.unsold,
    ));
}

impl From<&Moved> for PrintedMove {
    fn from(one: &Moved) -> Self {
        Self {
            order: one.order.to_string(),
            from: one.from.to_string(),
            to: one.to.to_string(),
            cost: one.cost.into(),
            would_cost: one.would_cost.into(),
            why: one.why.in_english(),
        }
    }
}
