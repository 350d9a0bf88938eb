//! Two servers and two workers on one database, and one sandbox that all of them use.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use crate::{
    program::{self, Program, Ready},
    trade::SETTINGS,
};

/// What the account is given, in cents: more than can be spent meanwhile.
pub(crate) const FUNDED_MINOR: i64 = 1_000_000_000;
/// The same for the command.
const FUNDED: &str = "10000000";
/// A log's end, when something went wrong.
const LAST_LINES: usize = 15;

/// The processes.
pub(crate) struct Fleet {
    folder: PathBuf,
    url: String,
    account: Ready,
    servers: [Program; 2],
    workers: [Program; 2],
}

impl Fleet {
    /// Makes the database with an account, and starts everything.
    pub(crate) fn start(folder: &Path, url: &str) -> Self {
        let mut init = command(folder, url);
        init.args(["init", "--json", "--file"]).arg(folder.join("recarga.toml"));
        let account: serde_json::Value = serde_json::from_slice(&output(&mut init)).expect("JSON");
        let said = |what: &str| account[what].as_str().expect("it says so").to_owned();
        let account = Ready {
            base_url: String::new(),
            api_key: said("api_key"),
            account_id: said("account_id"),
            ..Ready::default()
        };
        let mut fund = command(folder, url);
        output(fund.args(["account", "fund", &account.account_id, FUNDED]));
        Self {
            folder: folder.to_owned(),
            url: url.to_owned(),
            account,
            servers: [1, 2].map(|number| start_server(folder, url, number)),
            workers: [1, 2].map(|number| start_worker(folder, url, number)),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The file that the sandbox keeps its record in.
    pub(crate) fn record(&self) -> PathBuf {
        record(&self.folder)
    }

    /// Waits until all servers answer, and says where.
    pub(crate) fn servers(&mut self) -> Vec<Ready> {
        let account = &self.account;
        let place = |server: &mut Program| Ready {
            base_url: server.ready().expect("a server starts").base_url,
            ..account.clone()
        };
        self.servers.iter_mut().map(place).collect()
    }

    /// Kills the first worker.
    pub(crate) fn kill_worker(&mut self) {
        self.workers[0].kill();
    }

    /// Kills the first server.
    pub(crate) fn kill_server(&mut self) {
        self.servers[0].kill();
    }

    /// Starts again what was killed.
    pub(crate) fn revive(&mut self) {
        self.servers[0] = start_server(&self.folder, &self.url, 1);
        self.workers[0] = start_worker(&self.folder, &self.url, 1);
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        for name in ["server-1", "server-2", "worker-1", "worker-2"] {
            let text = fs::read_to_string(log(&self.folder, name)).unwrap_or_default();
            let lines: Vec<_> = text.lines().collect();
            let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
            eprintln!("{name}, the last of {} lines:\n{}\n", lines.len(), last.join("\n"));
        }
    }
}

fn record(folder: &Path) -> PathBuf {
    folder.join("sandbox.db")
}

fn log(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.log"))
}

fn command(folder: &Path, url: &str) -> Command {
    let mut command = program::command();
    command
        .envs(SETTINGS)
        .env("RECARGA_DATABASE_URL", url)
        .env("RECARGA_SANDBOX_RECORD_PATH", record(folder))
        .env("RECARGA_SERVER_RATE_LIMIT_PER_MINUTE", "0");
    command
}

fn start_server(folder: &Path, url: &str, number: u32) -> Program {
    let mut server = command(folder, url);
    server.args(["serve", "--no-worker", "--json", "--bind", "127.0.0.1:0"]);
    Program::run(&mut server, &log(folder, &format!("server-{number}")))
}

fn start_worker(folder: &Path, url: &str, number: u32) -> Program {
    let mut worker = command(folder, url);
    Program::run(worker.arg("worker"), &log(folder, &format!("worker-{number}")))
}

/// Runs a command that ends, and returns what it prints.
fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{command:?}: {output:?}");
    output.stdout
}
