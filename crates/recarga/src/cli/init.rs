//! `recarga init`: a settings file, a database, a first account and its key.

use std::{fs, io::Write, path::PathBuf};

use clap::Args;
use engine::{
    accounts::{self, Limits, Scope, Terms},
    catalog::{self, BelowCost},
};
use model::Currency;

use super::{Desk, Exit, Failure, Shared};
use crate::{
    config::{DEFAULT, Database},
    deeds,
};

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The settings file to write; one that is there is kept
    #[arg(long, value_name = "FILE", default_value = "recarga.toml")]
    file: PathBuf,
    /// The first account's name
    #[arg(long, value_name = "NAME", default_value = "main")]
    account: String,
    /// What it pays in
    #[arg(long, default_value = "USD")]
    currency: Currency,
}

impl Init {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let Self {
            file,
            account,
            currency,
        } = self;
        let config = shared.load(&[])?;
        let database = config.database()?;
        if matches!(database, Database::Sqlite(_)) && database.missing_file().is_none() {
            return Err(already(&database));
        }
        let kept = shared
            .config
            .clone()
            .or_else(|| Some(file.clone()).filter(|file| file.exists()));
        if kept.is_none() {
            let url = shared.database.as_ref().map(|_| config.database.url.clone());
            write_settings(&file, url.as_deref())?;
        }
        let desk = Desk::make(config, shared.output())?;
        let named = database.clone();
        let make = desk.write(move |tx, context, now| {
            if !accounts::list(tx)?.is_empty() {
                return Err(already(&named));
            }
            catalog::seed_default(tx, now)?;
            let terms = Terms {
                name: account.clone(),
                home_country: None,
                markup_bps: 0,
                below_cost: BelowCost::Refuse,
                limits: Limits::default(),
            };
            let account = accounts::create_on(tx, &context.ids, (&terms, currency), now)?;
            deeds::account_created(&account).by_command(tx, now)?;
            let first = ("first", [Scope::Read, Scope::Purchase].as_slice());
            let key = accounts::create_key(tx, &context.ids, account.id, first, now)?;
            deeds::key_created((account.id, key.key.id), first).by_command(tx, now)?;
            Ok((account, key.token()))
        });
        let (account, api_key) = make.await?;
        let written = kept.is_none();
        let (file, database) = (kept.unwrap_or(file).display().to_string(), database.to_string());
        let json = serde_json::json!({
            "config": file, "database": database, "account_id": account.id.to_string(), "api_key": api_key,
        });
        desk.output.one(&json, || {
            let settings = if written { "wrote" } else { "kept" };
            let plain = account
                .name
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '-');
            let named = if plain {
                account.name.clone()
            } else {
                account.id.to_string()
            };
            format!(
                "{settings} {file}, where every setting is explained, and made the database {database}.\n\n  \
                 account  {} ({})\n  API key  {api_key}\n\n\
                 The key is shown this once; Recarga keeps only a hash. Next:\n\n  \
                 recarga account fund {named} 100\n  recarga doctor\n  recarga serve",
                account.id, account.name
            )
        });
        Ok(Exit::Done)
    }
}

fn already(database: &Database) -> Failure {
    let text = format!("there is a database at {database} already: recarga account create makes another account in it");
    Failure::new(text)
}

/// Writes the defaults with their comments, each commented out, so that later defaults still count.
fn write_settings(path: &PathBuf, url: Option<&str>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("can't write {}: {error}", path.display()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    file.write_all(commented(url).as_bytes()).map_err(failed)
}

fn commented(url: Option<&str>) -> String {
    let line = |line: &str| match (line.split_once(" = "), url) {
        (Some(("url", _)), Some(url)) => format!("url = {url:?}\n"),
        (Some((key, _)), _) if !key.starts_with('#') => format!("#{line}\n"),
        _ => format!("{line}\n"),
    };
    DEFAULT.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_changes_nothing_but_the_database() {
        let text = commented(Some("sqlite:here.db"));
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["database"]["url"].as_str(), Some("sqlite:here.db"));
        let keys = table
            .values()
            .filter_map(toml::Value::as_table)
            .map(toml::Table::len)
            .sum::<usize>();
        assert_eq!(keys, 1, "everything else is a comment");
        assert!(
            commented(None)
                .parse::<toml::Table>()
                .unwrap()
                .values()
                .all(|section| section.as_table().unwrap().is_empty())
        );
    }
}
