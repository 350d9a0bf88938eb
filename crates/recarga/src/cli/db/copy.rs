//! `recarga db copy`: moving to another database.

use std::sync::Arc;

use clap::Args;
use engine::db::{self, Copying};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Exit, Failure, Shared};
use crate::{
    cli::{desk::must_exist, output::print},
    config::Database,
};

#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// The database to copy, such as sqlite:recarga-data/recarga.db
    #[arg(long, value_name = "URL", value_parser = Database::parse)]
    from: Database,
    /// The empty database to copy it to, such as postgres://USER:PASSWORD@HOST/recarga
    #[arg(long, value_name = "URL", value_parser = Database::parse)]
    to: Database,
}

#[derive(Serialize)]
struct Printed {
    from: String,
    to: String,
    tables: usize,
    rows: usize,
}

impl Copy {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let Self { from, to } = self;
        must_exist(&from)?;
        let named = std::fs::canonicalize(from.to_string())
            .map_or_else(|_| from.to_string(), |path| path.display().to_string());
        let (source, target) = (from.open()?, to.open()?);
        let bar = progress_bar(shared.json);
        let shown = bar.clone();
        let told = Arc::new(move |copying: &Copying| {
            shown.set_length(u64::try_from(copying.rows_in_all).unwrap_or(u64::MAX));
            shown.set_position(u64::try_from(copying.rows).unwrap_or(u64::MAX));
            shown.set_message(copying.table.clone());
        });
        let copied = db::copy(&source, &target, &named, told).await;
        bar.finish_and_clear();
        let copied = copied.map_err(|error| Failure::new(error.to_string()))?;
        let printed = Printed {
            from: from.to_string(),
            to: to.to_string(),
            tables: copied.len(),
            rows: copied.iter().map(|copying| copying.rows_in_all).sum(),
        };
        shared.output().one(&printed, || {
            let Printed { from, to, tables, rows } = &printed;
            format!(
                "copied {rows} rows of {tables} tables from {from} to {to}, compared every one of them, and found the \
                 books of both whole. Next: set database.url, and put {from} away"
            )
        });
        Ok(Exit::Done)
    }
}

fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    print("the source takes no writes until the copy has ended; cut short, the same command goes on");
    let style = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len}").expect("a template of ours");
    ProgressBar::new(0).with_style(style)
}
