//! `recarga suppliers floats` and its neighbours: our money at suppliers.

use std::time::Duration;

use clap::{Args, Subcommand};
use engine::{
    floats::{self, Deposit, Known, Sample, Thresholds},
    ledger::{self, SupplierSum},
};
use model::{Currency, Money, SupplierName, Timestamp};
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    catalog::{choose_supplier, open_suppliers},
    output::{Amount, amounts, moment, or_dash, words},
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows our balance at each supplier, how long it lasts, and whether it is low
    Floats,
    /// Says when a supplier's float is low, and when to stop selling from there
    Thresholds(Limits),
    /// Notes money that was paid in at a supplier, so that its balance can be compared
    Deposit(PayIn),
    /// Adds up what a month's deliveries have cost at a supplier, over all accounts' books
    Statement(Month),
}

#[derive(Debug, Args)]
pub(crate) struct Limits {
    /// The supplier
    supplier: SupplierName,
    /// At this float or below a person is told, such as 500; none for never
    #[arg(long, value_name = "AMOUNT")]
    low: Option<String>,
    /// At this float or below nothing is sold from there, such as 50; none for never
    #[arg(long, value_name = "AMOUNT")]
    stop: Option<String>,
    /// What they are counted in [default: as the supplier tells its float]
    #[arg(long)]
    currency: Option<Currency>,
}

#[derive(Debug, Args)]
pub(crate) struct PayIn {
    /// The supplier
    supplier: SupplierName,
    /// How much, such as 1000; negative for what was paid back
    #[arg(allow_negative_numbers = true)]
    amount: String,
    /// What it is counted in [default: as the supplier tells its float]
    #[arg(long)]
    currency: Option<Currency>,
    /// When it arrived there, such as 2026-11-25T10:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// What for: a transfer's reference
    #[arg(long, default_value = "")]
    note: String,
}

#[derive(Debug, Args)]
pub(crate) struct Month {
    /// The supplier
    supplier: SupplierName,
    /// The month in UTC, such as 2026-11 [default: this month]
    #[arg(long, value_name = "MONTH")]
    month: Option<String>,
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::Floats => list(&desk).await?,
            Self::Thresholds(limits) => limits.run(&desk).await?,
            Self::Deposit(deposit) => deposit.run(&desk).await?,
            Self::Statement(month) => month.run(&desk).await?,
        }
        Ok(Exit::Done)
    }
}

#[derive(Serialize)]
struct Printed {
    supplier: String,
    float: Option<Amount>,
    taken_at: Option<String>,
    burn_a_day: Option<Amount>,
    lasts_hours: Option<u64>,
    low: Option<Amount>,
    stop: Option<Amount>,
    stopped_since: Option<String>,
    error: Option<String>,
    #[serde(skip)]
    row: Vec<String>,
}

impl Printed {
    fn new(supplier: &SupplierName, known: Known) -> Self {
        let lasts = known.lasts();
        let Known {
            sample,
            burn,
            thresholds,
            stop,
            failure,
        } = known;
        let (low, stop_at) = thresholds.map_or((None, None), |set| (set.low, set.stop));
        let state = match (&stop, &failure) {
            (Some(stop), _) => format!("not sold from since {}", moment(stop.since)),
            (None, Some(failure)) => failure.clone(),
            (None, None) => String::new(),
        };
        Self {
            row: vec![
                supplier.to_string(),
                or_dash(sample.map(|sample| sample.float)),
                or_dash(sample.map(|sample| moment(sample.taken_at))),
                or_dash(burn.map(|burn| burn.a_day())),
                or_dash(lasts.map(hours)),
                or_dash(low),
                or_dash(stop_at),
                state,
            ],
            supplier: supplier.to_string(),
            float: sample.map(|sample| sample.float.into()),
            taken_at: sample.map(|sample| sample.taken_at.to_string()),
            burn_a_day: burn.map(|burn| burn.a_day().into()),
            lasts_hours: lasts.map(|lasts| lasts.as_secs() / 3_600),
            low: low.map(Into::into),
            stop: stop_at.map(Into::into),
            stopped_since: stop.map(|stop| stop.since.to_string()),
            error: failure,
        }
    }
}

fn hours(lasts: Duration) -> String {
    let hours = lasts.as_secs() / 3_600;
    if hours < 72 {
        format!("{hours} hours")
    } else {
        format!("{} days", hours / 24)
    }
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let suppliers = open_suppliers(desk).await?;
    let mut printed = Vec::new();
    for (name, supplier) in suppliers.iter() {
        let (of, now) = (name.clone(), desk.now());
        let mut known = desk.read(move |tx| Ok(floats::known(tx, &of, now)?)).await?;
        // Where no worker has looked yet, the supplier is asked.
        if known.sample.is_none() {
            match supplier.float().await {
                Ok(float) => {
                    known.sample = Some(Sample {
                        taken_at: desk.now(),
                        float,
                    });
                }
                Err(error) => known.failure = Some(error.to_string()),
            }
        }
        printed.push(Printed::new(name, known));
    }
    let columns = [
        words("SUPPLIER"),
        amounts("FLOAT"),
        words("TOLD"),
        amounts("BURN A DAY"),
        words("LASTS"),
        amounts("LOW AT"),
        amounts("STOP AT"),
        words(""),
    ];
    desk.output
        .list(&printed, &columns, |one| one.row.clone(), "no suppliers are configured");
    Ok(())
}

/// The currency of a supplier's float: as it was told last, or tells now.
async fn currency_of(desk: &Desk, supplier: &SupplierName, given: Option<Currency>) -> Result<Currency, Failure> {
    let suppliers = open_suppliers(desk).await?;
    let asked = choose_supplier(&suppliers, supplier)?;
    if let Some(currency) = given {
        return Ok(currency);
    }
    let of = supplier.clone();
    if let Some(sample) = desk.read(move |tx| Ok(floats::latest(tx, &of)?)).await? {
        return Ok(sample.float.currency());
    }
    Ok(asked.float().await?.currency())
}

fn amount(field: &str, text: &str, currency: Currency) -> Result<Money, Failure> {
    Money::parse(text, currency).map_err(|why| Failure::usage(format!("{field}: {why}")))
}

impl Limits {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let currency = currency_of(desk, &self.supplier, self.currency).await?;
        let set = |field: &str, text: Option<&String>, before: Option<Money>| match text.map(String::as_str) {
            None => Ok(before),
            Some("none") => Ok(None),
            Some(text) => amount(field, text, currency).map(Some),
        };
        let of = self.supplier.clone();
        let before = desk.read(move |tx| Ok(floats::thresholds(tx, &of)?)).await?;
        let before = before.filter(|before| before.currency == currency);
        let thresholds = Thresholds {
            currency,
            low: set("--low", self.low.as_ref(), before.and_then(|before| before.low))?,
            stop: set("--stop", self.stop.as_ref(), before.and_then(|before| before.stop))?,
        };
        let of = self.supplier.clone();
        let set = desk.write(move |tx, _, now| {
            floats::set_thresholds(tx, &of, &thresholds)?;
            Ok(deeds::thresholds(&of, &thresholds).by_command(tx, now)?)
        });
        set.await?;
        let shown = |money: Option<Money>| money.map(Amount::from);
        let json = serde_json::json!({ "low": shown(thresholds.low), "stop": shown(thresholds.stop) });
        desk.output.one(&json, || {
            let [low, stop] = [thresholds.low, thresholds.stop].map(or_dash);
            format!(
                "{}: low at {low}, not sold from at {stop}; from the next look at its float on",
                self.supplier
            )
        });
        Ok(())
    }
}

impl PayIn {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let currency = currency_of(desk, &self.supplier, self.currency).await?;
        let deposit = Deposit {
            made_at: self.at.unwrap_or_else(|| desk.now()),
            amount: amount("AMOUNT", &self.amount, currency)?,
            note: self.note,
        };
        let (of, noted) = (self.supplier.clone(), deposit.clone());
        if !desk
            .write(move |tx, _, now| {
                let is_new = floats::add_deposit(tx, &of, &noted)?;
                if is_new {
                    deeds::deposited(&of, &noted).by_command(tx, now)?;
                }
                Ok(is_new)
            })
            .await?
        {
            let text = format!(
                "a deposit of {} is noted there already: give another --at",
                deposit.made_at
            );
            return Err(Failure::new(text));
        }
        let json =
            serde_json::json!({ "made_at": deposit.made_at.to_string(), "amount": Amount::from(deposit.amount) });
        desk.output.one(&json, || {
            format!(
                "noted {} paid in at {} on {}",
                deposit.amount,
                self.supplier,
                moment(deposit.made_at)
            )
        });
        Ok(())
    }
}

#[derive(Serialize)]
struct Line {
    account: String,
    movement: String,
    transfers: i64,
    owed: Amount,
    #[serde(skip)]
    row: Vec<String>,
}

impl From<&SupplierSum> for Line {
    fn from(sum: &SupplierSum) -> Self {
        Self {
            account: sum.account.clone(),
            movement: sum.movement.clone(),
            transfers: sum.transfers,
            owed: sum.owed.into(),
            row: vec![
                sum.account.clone(),
                sum.movement.clone(),
                sum.transfers.to_string(),
                sum.owed.to_string(),
            ],
        }
    }
}

impl Month {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let now = desk.now().to_string();
        let month = self
            .month
            .clone()
            .unwrap_or_else(|| now.get(..7).unwrap_or_default().to_owned());
        let span = month_span(&month)?;
        let of = self.supplier.clone();
        let (sums, deposits) = desk
            .read(move |tx| {
                Ok((
                    ledger::owed_to_supplier(tx, &of, span)?,
                    floats::deposits(tx, &of, span)?,
                ))
            })
            .await?;
        let mut lines: Vec<Line> = sums.iter().map(Line::from).collect();
        lines.extend(ledger::totals(&sums).iter().map(Line::from));
        lines.extend(deposits.iter().map(|deposit| {
            let noted = SupplierSum {
                account: "–".to_owned(),
                movement: format!("paid in {}", moment(deposit.made_at)),
                transfers: 1,
                owed: deposit.amount,
            };
            Line::from(&noted)
        }));
        let columns = [
            words("ACCOUNT"),
            words("MOVEMENT"),
            amounts("TRANSFERS"),
            amounts("AMOUNT"),
        ];
        desk.output.list(
            &lines,
            &columns,
            |one| one.row.clone(),
            "nothing was delivered or paid in",
        );
        Ok(())
    }
}

/// Reads `2026-11` as from its first moment to that of the next month.
fn month_span(text: &str) -> Result<(Timestamp, Timestamp), Failure> {
    let wrong = || Failure::usage(format!("--month: {text:?} is no month such as 2026-11"));
    let (year, month) = text.split_once('-').ok_or_else(wrong)?;
    let (year, number): (u32, u32) = (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
    let (next_year, next) = if number == 12 {
        (year + 1, 1)
    } else {
        (year, number + 1)
    };
    let first = |year: u32, month: u32| {
        format!("{year:04}-{month:02}-01")
            .parse::<Timestamp>()
            .map_err(|_| wrong())
    };
    Ok((first(year, number)?, first(next_year, next)?))
}
