//! `recarga numbers`: what is known of phone numbers.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engine::{
    catalog::Snapshot,
    lookup::{self, Lookup, Recognition},
};
use model::Country;
use numbers::{E164, Numbers, Region};
use serde::Serialize;

use super::{
    Desk, Exit, Failure, Shared,
    output::words,
    output::{print, table},
};
use crate::{config::open_numbers, deeds};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Says what a number is, who may serve it, and why
    Check(Check),
    /// Takes in numbers whose operator is known: number,operator or first,last,operator
    Import(Import),
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The number, as people write it
    #[arg(allow_hyphen_values = true)]
    number: String,
    /// The country that a number without a + is from, such as DE
    #[arg(long)]
    country: Option<Region>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file
    file: PathBuf,
    /// Forgets what was imported before
    #[arg(long)]
    replace: bool,
}

/// Everything that is known of a number.
#[derive(Serialize)]
struct Known {
    phone_number: String,
    country_code: String,
    country_name: Option<String>,
    line_type: &'static str,
    carrier: Option<String>,
    portable: bool,
    fictional: bool,
    national_format: String,
    international_format: String,
    operators: Vec<Operator>,
    operator_found: bool,
    /// Why it can't be topped up, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

#[derive(Serialize)]
struct Operator {
    id: String,
    name: String,
    confidence: &'static str,
    source: &'static str,
}

impl Command {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        match self {
            Self::Check(check) => check.run(shared).await,
            Self::Import(import) => import.run(&Desk::open(shared)?).await,
        }
    }
}

impl Check {
    async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let config = shared.load(&[])?;
        let numbers = open_numbers(&config)?;
        let number = numbers.read(&self.number, self.country)?.number;
        // The plans need no database; whose the number is does.
        let lookup = if config.database()?.missing_file().is_none() {
            Some(recognise(shared, numbers, number).await?)
        } else {
            None
        };
        let known = know(numbers, number, lookup)?;
        shared.output().one(&known, || known.text());
        Ok(if known.problem.is_some() {
            Exit::Failed
        } else {
            Exit::Done
        })
    }
}

type Recognised = (Snapshot, Result<Recognition, lookup::LookupError>);

async fn recognise(shared: &Shared, numbers: &'static Numbers, number: E164) -> Result<Recognised, Failure> {
    let desk = Desk::open(shared)?;
    let now = desk.now();
    desk.read(move |tx| {
        let (snapshot, lookup) = (Snapshot::load(tx, now)?, Lookup::load(tx, numbers)?);
        let recognised = lookup.recognise(&snapshot, &number.to_string(), None, now);
        Ok((snapshot, recognised))
    })
    .await
}

fn know(numbers: &Numbers, number: E164, recognised: Option<Recognised>) -> Result<Known, Failure> {
    let facts = numbers.check(&number.to_string())?;
    let mut known = Known {
        phone_number: number.to_string(),
        country_code: facts.region.to_string(),
        country_name: None,
        line_type: facts.line_type.as_str(),
        carrier: facts.carrier.map(str::to_owned),
        portable: facts.portable,
        fictional: facts.fictional,
        national_format: numbers.national(number),
        international_format: numbers.international(number),
        operators: Vec::new(),
        operator_found: false,
        problem: None,
    };
    let Some((snapshot, recognised)) = recognised else {
        return Ok(known);
    };
    known.country_name = facts
        .region
        .as_str()
        .parse::<Country>()
        .ok()
        .map(|country| snapshot.country_name(country).to_string());
    match recognised {
        Err(error) => known.problem = Some(error.to_string()),
        Ok(recognition) => {
            known.operator_found = recognition.found.is_some();
            known.operators = recognition
                .operators
                .iter()
                .map(|candidate| {
                    let id = candidate.operator.as_str();
                    Operator {
                        id: id.to_owned(),
                        name: snapshot
                            .operator(id)
                            .map_or_else(|| id.to_owned(), |operator| operator.name.clone()),
                        confidence: candidate.confidence.as_str(),
                        source: candidate.source.as_str(),
                    }
                })
                .collect();
        }
    }
    Ok(known)
}

impl Known {
    fn text(&self) -> String {
        let country = self.country_name.as_deref().unwrap_or(&self.country_code);
        let carrier = match (&self.carrier, self.portable) {
            (None, _) => "not known from its digits".to_owned(),
            (Some(name), true) => format!("{name} at first; its owner may have taken it elsewhere since"),
            (Some(name), false) => name.clone(),
        };
        let fiction = if self.fictional { ", reserved for fiction" } else { "" };
        let mut text = format!(
            "{}  {}\n  country   {country} ({})\n  line      {}{fiction}\n  carrier   {carrier}\n  national  {}",
            self.phone_number,
            self.international_format,
            self.country_code,
            self.line_type.replace('_', " "),
            self.national_format,
        );
        if let Some(problem) = &self.problem {
            text = format!("{text}\n\ncan't be topped up: {problem}");
        } else if !self.operators.is_empty() {
            let columns = [words("OPERATOR"), words("NAME"), words("CONFIDENCE"), words("SOURCE")];
            let row = |one: &Operator| {
                [&one.id, &one.name, one.confidence, one.source]
                    .map(str::to_owned)
                    .to_vec()
            };
            text.push_str("\n\n");
            text.push_str(&table(&columns, self.operators.iter().map(row)));
        }
        text
    }
}

impl Import {
    async fn run(self, desk: &Desk) -> Result<Exit, Failure> {
        let (csv, replace) = (super::catalog::read_text(&self.file)?, self.replace);
        let named = super::catalog::file_name(&self.file);
        let import = desk.write(move |tx, _, now| {
            let forgotten = if replace { lookup::clear_overrides(tx)? } else { 0 };
            let imported = lookup::import_overrides(tx, &csv)?;
            deeds::numbers_imported(&named, [imported, forgotten]).by_command(tx, now)?;
            Ok((imported, forgotten))
        });
        let (imported, forgotten) = import.await?;
        let json = serde_json::json!({ "imported": imported, "forgotten": forgotten });
        desk.output.one(&json, || format!("took in {imported} lines"));
        if replace && !desk.output.is_json() {
            print(&format!("{forgotten} from before are forgotten"));
        }
        Ok(Exit::Done)
    }
}
