//! The commands: one file for each noun.
//!
//! Everything but `topup` and `simulate` works on the database itself, also while a server runs on it. What a
//! person reads is a table or a few lines, what a program reads is `--json`; errors go to the error
//! output, and how it went is the exit code, of which `recarga --help` has the list.

#![allow(
    clippy::doc_markdown,
    reason = "a command's doc comments are the help that people read"
)]

mod account;
mod audit;
mod cases;
mod catalog;
mod config;
mod db;
mod demo;
mod desk;
mod doctor;
mod failure;
mod init;
mod key;
mod ledger;
mod mapping;
mod numbers;
mod orders;
mod output;
mod pages;
mod queue;
mod rates;
mod reconcile;
mod routing;
mod serve;
mod simulate;
mod supplier_money;
mod suppliers;
mod sync;
pub(crate) mod timeline;
mod topup;
mod user;
mod webhooks;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use self::{desk::Desk, failure::Exit, output::Output};
pub(crate) use self::{failure::Failure, orders::story_of};
use crate::config::{Config, ConfigError, Sources, load};

const EXITS: &str = "\
Exit codes:
  0  done; for topup: delivered
  1  it failed, or something is wrong (doctor, ledger check, audit check, reconcile)
  2  wrong arguments or settings; nothing was done
  3  topup: not delivered, the money is back
  4  topup: the outcome is still being found out; ask again with recarga orders show or the API

Start with `recarga demo`; for your own server, `recarga init` and then `recarga serve`.";

/// Phone top-ups: one API in front of many suppliers.
#[derive(Debug, Parser)]
#[command(name = "recarga", version, about, after_help = EXITS, max_term_width = 100)]
#[command(propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Shared {
    /// The settings file [default: ./recarga.toml if there is one]
    #[arg(long, short = 'c', global = true, value_name = "FILE", env = "RECARGA_CONFIG")]
    config: Option<PathBuf>,
    /// The database, such as sqlite:recarga.db or a path [setting: database.url]
    #[arg(long, short = 'd', global = true, value_name = "URL")]
    database: Option<String>,
    /// Sets any setting, such as --set server.bind=0.0.0.0:8080; may be repeated
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    /// Prints JSON for programs
    #[arg(long, global = true)]
    json: bool,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("write KEY=VALUE, such as server.bind=0.0.0.0:8080")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

impl Shared {
    pub(crate) fn output(&self) -> Output {
        Output::new(self.json)
    }

    /// Reads all settings; those that a command's own flags give go before all others.
    pub(crate) fn load(&self, own: &[(&str, Option<String>)]) -> Result<Config, ConfigError> {
        let database = self.database.iter().map(|url| ("database.url".to_owned(), url.clone()));
        let own = own
            .iter()
            .filter_map(|(key, value)| Some(((*key).to_owned(), value.clone()?)));
        let flags = self.set.iter().cloned().chain(database).chain(own).collect();
        load(&Sources::of_process(self.config.clone(), flags))
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts a server to try: with an account, money, a key, and no effect outside
    Demo(demo::Demo),
    /// Writes a settings file, makes the database, a first account and its key
    Init(init::Init),
    /// Serves the API and delivers orders
    Serve(serve::Serve),
    /// Delivers orders, without the API
    Worker(serve::Worker),
    /// Checks everything that a running server needs, and says what to do
    Doctor(doctor::Doctor),
    /// Prints the settings that hold, secrets redacted
    Config(config::PrintConfig),
    /// Resellers, their money and limits
    #[command(subcommand, visible_alias = "accounts")]
    Account(account::Command),
    /// API keys
    #[command(subcommand, visible_alias = "keys")]
    Key(key::Command),
    /// People who sign in
    #[command(subcommand, visible_alias = "users")]
    User(user::Command),
    /// Who did what
    #[command(subcommand)]
    Audit(audit::Command),
    /// What is sold
    #[command(subcommand)]
    Catalog(catalog::Command),
    /// What is known of phone numbers
    #[command(subcommand)]
    Numbers(numbers::Command),
    /// Exchange rates
    #[command(subcommand)]
    Rates(rates::Command),
    /// Orders, and those that need a person
    #[command(subcommand)]
    Orders(orders::Command),
    /// The rules by which suppliers get orders
    #[command(subcommand)]
    Routing(routing::Command),
    /// How suppliers do, whether they are asked, and our money there
    #[command(subcommand)]
    Suppliers(suppliers::Command),
    /// The books
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Compares a day with a supplier's records and our balance there, and opens cases
    Reconcile(reconcile::Reconcile),
    /// What a person has to look at besides orders
    #[command(subcommand)]
    Cases(cases::Command),
    /// The database as a whole: backing it up, moving it
    #[command(subcommand)]
    Db(db::Command),
    /// What accounts were told
    #[command(subcommand)]
    Webhooks(webhooks::Command),
    /// Tops a phone up through a running server, and waits until it is delivered
    Topup(topup::TopUp),
    /// Plays a real supplier, to try and test with
    #[command(subcommand)]
    Simulate(simulate::Command),
    /// Prints completions for a shell: recarga completions bash > /etc/bash_completion.d/recarga
    Completions(pages::Completions),
    /// Prints the manual page: recarga man | man -l -
    Man,
}

/// Runs the command that the arguments name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Done.into()
            };
        }
    };
    let output = cli.shared.output();
    match dispatch(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    let Cli { shared, command } = cli;
    let several = matches!(
        command,
        Command::Demo(_) | Command::Serve(_) | Command::Worker(_) | Command::Simulate(_)
    );
    let runtime = if several {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?
    } else {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?
    };
    runtime.block_on(async move {
        match command {
            Command::Demo(demo) => demo.run(&shared).await,
            Command::Init(init) => init.run(&shared).await,
            Command::Serve(serve) => serve.run(&shared).await,
            Command::Worker(worker) => worker.run(&shared).await,
            Command::Doctor(doctor) => doctor.run(&shared).await,
            Command::Config(print) => print.run(&shared),
            Command::Account(command) => command.run(Desk::open(&shared)?).await,
            Command::Key(command) => command.run(Desk::open(&shared)?).await,
            Command::User(command) => command.run(Desk::open(&shared)?).await,
            Command::Audit(command) => command.run(Desk::open(&shared)?).await,
            Command::Catalog(command) => command.run(Desk::open(&shared)?).await,
            Command::Numbers(command) => command.run(&shared).await,
            Command::Rates(command) => command.run(Desk::open(&shared)?).await,
            Command::Orders(command) => command.run(Desk::open(&shared)?).await,
            Command::Routing(command) => command.run(Desk::open(&shared)?).await,
            Command::Ledger(command) => command.run(Desk::open(&shared)?).await,
            Command::Suppliers(command) => command.run(Desk::open(&shared)?).await,
            Command::Reconcile(reconcile) => reconcile.run(Desk::open(&shared)?).await,
            Command::Cases(command) => command.run(Desk::open(&shared)?).await,
            Command::Db(command) => command.run(&shared).await,
            Command::Webhooks(command) => command.run(Desk::open(&shared)?).await,
            Command::Topup(topup) => topup.run(&shared).await,
            Command::Simulate(command) => command.run(&shared).await,
            Command::Completions(completions) => Ok(completions.print()),
            Command::Man => pages::print_manual(),
        }
    })
}
