//! Databases that live as long as a test.
//!
//! Where `RECARGA_TEST_DATABASE_URL` leads to a PostgreSQL server, tests run on databases of their
//! own there; otherwise on SQLite files. `scripts/test` does the one after the other.

use std::{
    path::Path,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use engine::{
    Error,
    db::{Address, Db, Durability},
};
use tempfile::TempDir;

/// The variable that leads to a server.
const SERVER: &str = "RECARGA_TEST_DATABASE_URL";

/// A fresh database.
pub struct Database {
    /// What it is, for messages.
    pub kind: &'static str,
    /// The door to it.
    pub db: Db,
    /// How a program opens it too.
    pub url: String,
    /// A folder that goes when the test is over.
    pub directory: TempDir,
}

/// A fresh database of the kind that this run is about.
pub fn database() -> Database {
    database_with(Durability::ProcessOnly)
}

/// A fresh database that a benchmark or a crash wants to be durable.
pub fn database_with(durability: Durability) -> Database {
    let directory = TempDir::new().expect("a place for a database");
    let url = fresh_url(directory.path());
    Database {
        db: open(&url, durability).expect("a fresh database"),
        kind: if server().is_some() { "PostgreSQL" } else { "SQLite" },
        url,
        directory,
    }
}

/// The URL of a database that nobody has opened yet; a file is made in the folder.
pub fn fresh_url(directory: &Path) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Some(server) = server() else {
        let path = directory.join("recarga.db");
        return path.to_str().expect("a plain path").to_owned();
    };
    let name = format!("recarga_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    run_on_server(&server, &format!("CREATE DATABASE {name} TEMPLATE template0"));
    let (place, query) = server.split_once('?').unwrap_or((&server, ""));
    let (host, _) = place.rsplit_once('/').expect("the URL names a database");
    format!("{host}/{name}?{query}")
}

/// Opens a database of this run.
pub fn open(url: &str, durability: Durability) -> Result<Db, Error> {
    match url.parse::<Address>() {
        Ok(address) => Db::open_postgres(&address, durability),
        Err(_) => Db::open_sqlite(url.as_ref(), durability),
    }
}

/// Whether this run is about a server.
pub fn has_server() -> bool {
    server().is_some()
}

#[expect(clippy::disallowed_methods, reason = "what a test runs on is chosen from outside")]
fn server() -> Option<String> {
    std::env::var(SERVER).ok()
}

/// Lets a server look through its tables now, and not while something is measured.
pub(crate) fn tidy_up(url: &str) {
    if url.parse::<Address>().is_ok() {
        run_on_server(url, "VACUUM ANALYZE");
        run_on_server(url, "CHECKPOINT");
    }
}

/// Runs a statement on the server, in a thread that may wait.
fn run_on_server(server: &str, sql: &str) {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            Ok(client.batch_execute(sql).await?)
        })
    };
    let ran: Result<(), Box<dyn std::error::Error + Send + Sync>> =
        std::thread::scope(|scope| scope.spawn(run).join().expect("no panic"));
    ran.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// A fresh SQLite database in a folder, whatever this run is about.
pub fn sqlite(folder: &Path) -> Database {
    let path = folder.join("source.db");
    Database {
        db: Db::open_sqlite(&path, Durability::ProcessOnly).expect("a fresh database"),
        kind: "SQLite",
        url: path.display().to_string(),
        directory: TempDir::new().expect("a folder"),
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let (Some(server), Ok(address)) = (server(), self.url.parse::<Address>()) {
            let name = address.database();
            run_on_server(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
