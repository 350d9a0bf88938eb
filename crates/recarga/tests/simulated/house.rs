//! The house: a database, a server without a worker, two workers beside it, and the commands that people type.

use std::{fs, path::Path, process::Command, sync::Arc, thread, time::Duration};

use engine::{
    Context,
    cases::{self, CaseFilter, CaseKind},
    db::{Db, Durability},
    reconcile::{Day, Report},
};
use model::{Clock, Ids, Supplier};
use recarga::{
    clock::SystemClock,
    config::{self, Sources},
    reconcile::reconcile,
};
use serde_json::Value;
use suppliers::{Ding, DtOne, Reloadly, Unmapped};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    market::Simulated,
    program::{self, Program, Ready},
    reckoning::Reckoning,
};

/// Everything that waits, waits shortly, so that every story ends within seconds: a lease is longer than the longest
/// call by the time that a worker may be held up, and all processes have one clock.
const ORDERS: &str = "[orders]\nlease_s = 11\nclock_skew_s = 0\nretry_pauses_s = [0]\nask_pauses_s = [1]\n\
                      stuck_after_s = 12\nheld_up_max_s = 8\n\n[worker]\npoll_ms = 50\nsweep_ms = 500\n\n\
                      [server]\nrate_limit_per_minute = 0\n\n[catalog]\ncreate = \"everything\"\n";
/// Each supplier gets its share, and none is left out for long because most of its orders fail on purpose.
const RULES: &str = "[[split]]\nweights = { reloadly = 1, dtone = 1, ding = 1 }\n\n[breaker]\nfailures_in_a_row = 30\n\
                     failed_percent = 100\nresults_min = 200\nopen_s = 1\nopen_max_s = 2\n";
/// What is left has ended after so many looks, or stands before a person: a minute and more.
const LOOKS_MAX: u32 = 900;
const LOOK: Duration = Duration::from_millis(100);
/// What the account is given, in dollars.
const FUNDED: &str = "1000000";
/// The same in cents.
pub(crate) const FUNDED_MINOR: i64 = 100_000_000;

pub(crate) struct House {
    folder: TempDir,
    url: String,
    db: Db,
    account: Ready,
    _server: Program,
    workers: [Program; 2],
    runtime: Runtime,
}

impl House {
    /// Sets everything up as an operator does, and starts it.
    pub(crate) fn open(simulated: &Simulated) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = testkit::fresh_url(folder.path());
        let path = folder.path();
        let settings = format!("{}\n{ORDERS}", simulated.settings());
        let made = run(command(path, &url).args(["init", "--json", "--file", "made.toml"]));
        let made: Value = serde_json::from_str(&made).expect("JSON");
        let said = |what: &str| made[what].as_str().expect("it says so").to_owned();
        let mut account = Ready {
            base_url: String::new(),
            api_key: said("api_key"),
            account_id: said("account_id"),
            ..Ready::default()
        };
        fs::write(path.join("recarga.toml"), settings).expect("the folder can be written");
        fs::write(path.join("rules.toml"), RULES).expect("the folder can be written");
        let do_all = |lines: &[&[&str]]| {
            for line in lines {
                run(command(path, &url).args(*line));
            }
        };
        do_all(&[
            &["account", "fund", &account.account_id, FUNDED],
            &["account", "markup", &account.account_id, "--markup-bps", "3000"],
            &["catalog", "sync"],
            &["routing", "activate", "rules.toml", "--why", "a test", "--by", "ana"],
        ]);
        accept_suggestions(path, &url);
        let mut server = command(path, &url);
        server.args(["serve", "--no-worker", "--json", "--bind", "127.0.0.1:0"]);
        let mut server = Program::run(&mut server, &path.join("server.log"));
        account.base_url = server.ready().expect("it starts").base_url;
        let public_url = public_url(&account);
        let workers = [0, 1].map(|number| start_worker(path, &url, (number, &public_url)));
        Self {
            db: testkit::open(&url, Durability::ProcessOnly).expect("it opens"),
            runtime: Runtime::new().expect("threads"),
            folder,
            url,
            account,
            _server: server,
            workers,
        }
    }

    /// Where the API is, and a key for it.
    pub(crate) fn ready(&self) -> Ready {
        self.account.clone()
    }

    pub(crate) fn public_url(&self) -> String {
        public_url(&self.account)
    }

    /// Kills one as it works, and starts another.
    pub(crate) fn kill_a_worker(&mut self, number: usize) {
        self.workers[number].kill();
        self.workers[number] = start_worker(self.folder.path(), &self.url, (number, &self.public_url()));
    }

    /// Waits until every order has ended or stands before a person.
    pub(crate) fn await_the_end(&self) -> Reckoning {
        for _ in 0..LOOKS_MAX {
            let reckoning = self.runtime.block_on(self.db.read(Reckoning::read)).expect("it reads");
            if reckoning.is_over() {
                return reckoning;
            }
            thread::park_timeout(LOOK);
        }
        let reckoning = self.runtime.block_on(self.db.read(Reckoning::read)).expect("it reads");
        panic!("not everything ends: {}", reckoning.summary());
    }

    /// Compares with each supplier as people do on the next day, and sees to it that money and books are whole.
    pub(crate) fn assert_books_agree(&self, simulated: &Simulated, reckoning: &Reckoning) {
        for supplier in self.connectors() {
            let report = self.compare(supplier.as_ref());
            reckoning.assert_report(&report, simulated);
        }
        let all = CaseFilter::default();
        let cases = self.db.read(move |tx| cases::list(tx, &all, u32::MAX));
        let cases = self.runtime.block_on(cases).expect("it reads");
        let late = cases.iter().find(|case| case.found.kind == CaseKind::DeliveredLate);
        assert!(late.is_none(), "delivered after its refund: {late:?}");
        reckoning.assert_cases(&cases);
        reckoning.assert_money(FUNDED_MINOR);
        run(command(self.folder.path(), &self.url).args(["ledger", "check"]));
    }

    /// The connectors, by the very settings that the processes have.
    fn connectors(&self) -> Vec<Box<dyn Supplier>> {
        let sources = Sources {
            file: Some(self.folder.path().join("recarga.toml")),
            ..Sources::default()
        };
        let config = config::load(&sources).expect("the settings are good");
        let (clock, mapping) = (Arc::new(SystemClock), Arc::new(Unmapped));
        let open = |(name, section): (_, &config::Supplier)| -> Box<dyn Supplier> {
            let (clock, mapping) = (clock.clone(), mapping.clone());
            let read = "the settings are good";
            let opened = "it can be called";
            match section {
                config::Supplier::Reloadly(section) => {
                    Box::new(Reloadly::open(section.settings(name).expect(read), clock, mapping).expect(opened))
                }
                config::Supplier::Dtone(section) => {
                    Box::new(DtOne::open(section.settings(name, None).expect(read), clock, mapping).expect(opened))
                }
                config::Supplier::Ding(section) => {
                    Box::new(Ding::open(section.settings(name).expect(read), clock, mapping).expect(opened))
                }
                other => panic!("{other:?} is not simulated"),
            }
        };
        config.suppliers.enabled().map(open).collect()
    }

    /// Compares today, as if it were over for an hour.
    fn compare(&self, supplier: &dyn Supplier) -> Report {
        let context = Arc::new(Context {
            ids: Ids::random(),
            settings: engine::Settings::default(),
            present: Arc::new(|invoice| invoice.id.to_string()),
        });
        let day = Day::of(SystemClock.now());
        let compared = reconcile(&self.db, &context, supplier, (day, None), day.asked_until());
        self.runtime.block_on(compared).expect("it states its records")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        for name in ["server", "worker-0", "worker-1"] {
            let text = fs::read_to_string(self.folder.path().join(format!("{name}.log"))).unwrap_or_default();
            let lines: Vec<_> = text.lines().filter(|line| !line.contains("INFO")).collect();
            eprintln!("{name}:\n{}\n", lines[lines.len().saturating_sub(20)..].join("\n"));
        }
    }
}

/// What the matching is not sure of, a person has looked at.
fn accept_suggestions(folder: &Path, url: &str) {
    for supplier in simulators::Supplier::ALL.map(simulators::Supplier::name) {
        let list = [
            "catalog",
            "map",
            "list",
            supplier,
            "--operators",
            "--status",
            "suggested",
            "--json",
        ];
        let suggested: Value = serde_json::from_str(&run(command(folder, url).args(list))).expect("JSON");
        for one in suggested.as_array().expect("a list") {
            let key = one["key"].as_str().expect("an operator's id");
            run(command(folder, url).args(["catalog", "map", "accept", supplier, "--operator", key]));
        }
    }
}

fn public_url(server: &Ready) -> String {
    server.base_url.trim_end_matches("/v2").to_owned()
}

fn command(folder: &Path, url: &str) -> Command {
    let mut command = program::command();
    command.current_dir(folder).env("RECARGA_DATABASE_URL", url);
    command
}

fn start_worker(folder: &Path, url: &str, (number, public_url): (usize, &str)) -> Program {
    let mut worker = command(folder, url);
    worker.arg("worker").env("RECARGA_SERVER_PUBLIC_URL", public_url);
    Program::run(&mut worker, &folder.join(format!("worker-{number}.log")))
}

/// Runs a command that ends well, and returns what it prints.
fn run(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}
