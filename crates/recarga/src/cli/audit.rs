//! `recarga audit`: who did what, and whether the log is whole.

use clap::{Args, Subcommand};
use engine::{
    audit::{self, Chain, Entry, Filter, Flaw},
    page::PageRequest,
};
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    desk::account_of,
    output::{moment, print, words},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists what was done, the latest first
    List(List),
    /// Recomputes every chain of the log: exit code 1 if anything was changed or taken out
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only what concerns this account
    #[arg(long)]
    account: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
}

/// An entry as it is printed.
#[derive(Serialize)]
struct Printed {
    at: String,
    actor: String,
    actor_name: String,
    action: String,
    subject: String,
    chain: String,
    number: i64,
    details: serde_json::Value,
}

impl From<Entry> for Printed {
    fn from(entry: Entry) -> Self {
        Self {
            at: entry.at.to_string(),
            actor: entry.actor.id,
            actor_name: entry.actor.name,
            action: entry.action,
            subject: entry.subject,
            chain: entry.chain.to_string(),
            number: entry.number,
            details: serde_json::from_str(&entry.details).unwrap_or_default(),
        }
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::List(list) => list.run(&desk).await,
            Self::Check => check(&desk).await,
        }
    }
}

impl List {
    async fn run(self, desk: &Desk) -> Result<Exit, Failure> {
        let page = PageRequest {
            start: 0,
            limit: self.limit,
        };
        let read = desk.read(move |tx| match &self.account {
            Some(account) => {
                let account = account_of(tx, account)?.id;
                Ok(audit::list(tx, Chain::Account(account), page)?)
            }
            None => Ok(audit::search(tx, &Filter::default(), page)?),
        });
        let entries: Vec<Printed> = read.await?.entries.into_iter().map(Printed::from).collect();
        let columns = [
            words("AT (UTC)"),
            words("WHO"),
            words("WHAT"),
            words("TO WHAT"),
            words("DETAILS"),
        ];
        let row = |one: &Printed| {
            let at = one.at.parse().map_or_else(|_| one.at.clone(), moment);
            vec![
                at,
                one.actor_name.clone(),
                one.action.clone(),
                one.subject.clone(),
                one.details.to_string(),
            ]
        };
        desk.output
            .list(&entries, &columns, row, "nobody has done anything yet");
        Ok(Exit::Done)
    }
}

async fn check(desk: &Desk) -> Result<Exit, Failure> {
    let report = desk.read(|tx| Ok(audit::check(tx)?)).await?;
    let problems: Vec<_> = report.problems.iter().map(Flaw::in_english).collect();
    let json = serde_json::json!({ "chains": report.chains, "entries": report.entries, "problems": problems });
    desk.output.one(&json, || {
        format!("{} entries in {} chains", report.entries, report.chains)
    });
    if report.is_whole() {
        return Ok(Exit::Done);
    }
    if !desk.output.is_json() {
        for problem in &problems {
            print(problem);
        }
    }
    Err(Failure::new("the audit log is not whole: compare it with a backup"))
}
