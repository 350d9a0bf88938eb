//! `recarga rates`: how much currencies are worth.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engine::catalog::rates::{self, Rate};
use model::{Currency, Timestamp, decimal_text};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use super::{
    Desk, Exit, Failure,
    output::{amounts, moment, words},
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sets a currency's rate
    Set(Set),
    /// Takes in a file of date,currency,units_per_usd, all of it or nothing
    Import(Import),
    /// Lists the rates that hold now
    List,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The currency, such as EUR
    currency: Currency,
    /// How many of its units are worth a US dollar
    units_per_usd: Decimal,
    /// From when it holds, such as 2026-12-01 [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Who says so
    #[arg(long, default_value = "by hand")]
    source: String,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file
    file: PathBuf,
    /// Who says so [default: the file's name]
    #[arg(long)]
    source: Option<String>,
}

#[derive(Serialize)]
struct Printed {
    currency: &'static str,
    units_per_usd: String,
    valid_from: String,
    source: String,
    #[serde(skip)]
    from: String,
}

impl From<&Rate> for Printed {
    fn from(rate: &Rate) -> Self {
        Self {
            currency: rate.currency.code(),
            units_per_usd: decimal_text(rate.units_per_usd),
            valid_from: rate.valid_from.to_string(),
            source: rate.source.clone(),
            from: moment(rate.valid_from),
        }
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::Set(set) => set.run(&desk).await?,
            Self::Import(import) => import.run(&desk).await?,
            Self::List => list(&desk).await?,
        }
        Ok(Exit::Done)
    }
}

impl Set {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Self {
            currency,
            units_per_usd,
            from,
            source,
        } = self;
        let rate = Rate {
            currency,
            units_per_usd,
            valid_from: from.unwrap_or_else(|| desk.now()),
            source,
        };
        let printed = Printed::from(&rate);
        let set = desk.write(move |tx, _, now| {
            let held = rates::list(tx, now)?;
            let before = held.into_iter().find(|held| held.currency == rate.currency);
            rates::set(tx, &rate)?;
            let before = before.map(|rate| rate.units_per_usd);
            Ok(deeds::rate_set(before, &rate).by_command(tx, now)?)
        });
        set.await?;
        desk.output.one(&printed, || {
            format!(
                "1 USD is {} {} from {} on",
                printed.units_per_usd, printed.currency, printed.from
            )
        });
        Ok(())
    }
}

impl Import {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let csv = super::catalog::read_text(&self.file)?;
        let source = self
            .source
            .clone()
            .unwrap_or_else(|| super::catalog::file_name(&self.file));
        let count = desk
            .write(move |tx, _, now| {
                let count = rates::import(tx, &csv, &source)?;
                deeds::rates_imported(&source, count).by_command(tx, now)?;
                Ok(count)
            })
            .await?;
        desk.output
            .one(&json!({ "imported": count }), || format!("took in {count} rates"));
        Ok(())
    }
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let now = desk.now();
    let rates = desk.read(move |tx| Ok(rates::list(tx, now)?)).await?;
    let rates: Vec<_> = rates.iter().map(Printed::from).collect();
    let columns = [words("CURRENCY"), amounts("FOR 1 USD"), words("SINCE"), words("SOURCE")];
    let row = |one: &Printed| {
        [one.currency, &one.units_per_usd, &one.from, &one.source]
            .map(str::to_owned)
            .to_vec()
    };
    desk.output
        .list(&rates, &columns, row, "no rates yet: recarga rates import FILE");
    Ok(())
}
