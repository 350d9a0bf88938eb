//! `recarga cases`: what a person has to look at that is no order of its own.

use clap::{Args, Subcommand};
use engine::{
    cases::{self, Case, CaseFilter, CaseKind, Closed},
    reconcile::{self, Remedy},
};
use model::{CaseId, SupplierName};
use serde::Serialize;
use serde_json::Value;

use super::{
    Desk, Exit, Failure,
    output::{moment, or_dash, words},
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists the open ones, oldest first
    List(List),
    /// Shows everything that is known of one
    Show {
        /// The case's id, such as case_01…
        case: CaseId,
    },
    /// Closes one with what was done about it
    Close(Close),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only of this supplier
    #[arg(long)]
    supplier: Option<SupplierName>,
    /// Only of this kind: low_float, ours_only, theirs_only, other_amount, other_state, delivered_twice, balance,
    /// delivered_late, short_delivery
    #[arg(long)]
    kind: Option<CaseKind>,
    /// Closed ones too
    #[arg(long)]
    all: bool,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Close {
    /// The case's id, such as case_01…
    case: CaseId,
    /// What was found out or done: kept with the case
    #[arg(long, value_name = "TEXT")]
    resolution: String,
    /// Puts the books right as the case proposes: adjust-cost, book-cost or reverse-order
    #[arg(long, value_name = "REMEDY")]
    apply: Option<Remedy>,
    /// Who closes it
    #[arg(long, value_name = "NAME", env = "USER", default_value = "operator")]
    by: String,
}

#[derive(Serialize)]
struct Printed {
    id: String,
    kind: &'static str,
    supplier: String,
    subject: String,
    day: Option<String>,
    status: &'static str,
    opened_at: String,
    facts: Value,
    closed_at: Option<String>,
    closed_by: Option<String>,
    resolution: Option<String>,
    #[serde(skip)]
    row: Vec<String>,
}

impl From<Case> for Printed {
    fn from(case: Case) -> Self {
        let status = if case.closed.is_some() { "closed" } else { "open" };
        let row = vec![
            case.id.to_string(),
            moment(case.opened_at),
            case.found.kind.as_str().to_owned(),
            case.found.supplier.to_string(),
            case.found.subject.clone(),
            status.to_owned(),
            or_dash(case.closed.as_ref().map(|closed| &closed.resolution)),
        ];
        Self {
            row,
            id: case.id.to_string(),
            kind: case.found.kind.as_str(),
            supplier: case.found.supplier.to_string(),
            subject: case.found.subject,
            day: case.found.day,
            status,
            opened_at: case.opened_at.to_string(),
            facts: case.found.facts,
            closed_at: case.closed.as_ref().map(|closed| closed.at.to_string()),
            closed_by: case.closed.as_ref().map(|closed| closed.by.clone()),
            resolution: case.closed.map(|closed| closed.resolution),
        }
    }
}

impl Printed {
    fn text(&self) -> String {
        let facts = serde_json::to_string_pretty(&self.facts).unwrap_or_default();
        let ended = match (&self.closed_by, &self.resolution, &self.closed_at) {
            (Some(by), Some(resolution), Some(at)) => format!("closed by {by} at {at}: {resolution}"),
            _ => "open".to_owned(),
        };
        format!(
            "{} {} at {}\nopened {}\n{ended}\n{facts}",
            self.kind, self.subject, self.supplier, self.opened_at
        )
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::List(list) => list.run(&desk).await?,
            Self::Show { case } => {
                let found = desk.read(move |tx| Ok(cases::find(tx, case)?)).await?;
                let case = found.ok_or_else(|| Failure::from(cases::CloseError::Unknown(case)))?;
                let printed = Printed::from(case);
                desk.output.one(&printed, || printed.text());
            }
            Self::Close(close) => close.run(&desk).await?,
        }
        Ok(Exit::Done)
    }
}

impl List {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let filter = CaseFilter {
            closed_too: self.all,
            supplier: self.supplier,
            kind: self.kind,
            day: None,
        };
        let limit = self.limit;
        let found = desk.read(move |tx| Ok(cases::list(tx, &filter, limit)?)).await?;
        let found: Vec<_> = found.into_iter().map(Printed::from).collect();
        let columns = [
            words("ID"),
            words("OPENED"),
            words("KIND"),
            words("SUPPLIER"),
            words("OF"),
            words("STATUS"),
            words("RESOLUTION"),
        ];
        desk.output
            .list(&found, &columns, |one| one.row.clone(), "no case is open");
        Ok(())
    }
}

impl Close {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        if self.resolution.trim().is_empty() {
            return Err(Failure::usage("--resolution has to say what was found out or done"));
        }
        let close = desk.write(move |tx, context, now| {
            let closed = Closed {
                at: now,
                by: self.by.clone(),
                resolution: self.resolution.clone(),
            };
            let case = reconcile::settle(tx, context, self.case, (self.apply, &closed))?;
            deeds::case_closed(&case, self.apply, &closed).by_command(tx, now)?;
            Ok(case)
        });
        let printed = Printed::from(close.await?);
        desk.output.one(&printed, || {
            format!("{} is closed: {}", printed.id, or_dash(printed.resolution.as_ref()))
        });
        Ok(())
    }
}
