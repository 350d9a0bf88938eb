//! `recarga ledger`: the books.

use clap::{Args, Subcommand};
use engine::{
    ledger::{self, StatementLine},
    page::PageRequest,
};
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    desk::account_of,
    output::{Amount, amounts, moment, or_dash, print, words},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Recomputes every balance from the transfers and says whether the books are whole
    Check,
    /// Lists an account's movements, newest first
    Statement(Statement),
}

#[derive(Debug, Args)]
pub(crate) struct Statement {
    /// The account's id or name
    account: String,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// How many to pass over
    #[arg(long, default_value_t = 0)]
    start: u64,
}

#[derive(Serialize)]
struct Printed {
    line: i64,
    movement: String,
    subject: String,
    amount: Amount,
    balance_after: Amount,
    note: Option<String>,
    created_at: String,
    #[serde(skip)]
    row: Vec<String>,
}

impl From<StatementLine> for Printed {
    fn from(line: StatementLine) -> Self {
        let row = vec![
            line.line.to_string(),
            moment(line.created_at),
            line.movement.clone(),
            line.amount.to_string(),
            line.balance_after.to_string(),
            line.subject.clone(),
            or_dash(line.note.as_ref()),
        ];
        Self {
            line: line.line,
            movement: line.movement,
            subject: line.subject,
            amount: line.amount.into(),
            balance_after: line.balance_after.into(),
            note: line.note,
            created_at: line.created_at.to_string(),
            row,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::Check => check(&desk).await,
            Self::Statement(statement) => statement.run(&desk).await,
        }
    }
}

async fn check(desk: &Desk) -> Result<Exit, Failure> {
    let report = desk.read(|tx| Ok(ledger::check(tx)?)).await?;
    let json = serde_json::json!({
        "whole": report.is_whole(),
        "ledger_accounts": report.ledger_accounts,
        "transfers": report.transfers,
        "problems": report.problems,
    });
    desk.output.one(&json, || {
        let counted = format!(
            "{} ledger accounts, {} transfers",
            report.ledger_accounts, report.transfers
        );
        if report.is_whole() {
            return format!("the books are whole: {counted}");
        }
        format!(
            "THE BOOKS ARE NOT WHOLE ({counted}):\n  {}",
            report.problems.join("\n  ")
        )
    });
    Ok(if report.is_whole() { Exit::Done } else { Exit::Failed })
}

impl Statement {
    async fn run(self, desk: &Desk) -> Result<Exit, Failure> {
        let Self { account, limit, start } = self;
        let read = desk.read(move |tx| {
            let account = account_of(tx, &account)?.id;
            Ok(ledger::statement(tx, account, PageRequest { start, limit })?)
        });
        let page = read.await?;
        let lines: Vec<_> = page.entries.into_iter().map(Printed::from).collect();
        let columns = [
            amounts("LINE"),
            words("TIME"),
            words("MOVEMENT"),
            amounts("AMOUNT"),
            amounts("BALANCE"),
            words("OF"),
            words("NOTE"),
        ];
        desk.output
            .list(&lines, &columns, |line| line.row.clone(), "nothing has moved yet");
        if page.more && !desk.output.is_json() {
            print(&format!("\nmore with --start {}", start + u64::from(limit)));
        }
        Ok(Exit::Done)
    }
}
