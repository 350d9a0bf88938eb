//! The program as people and scripts use it: the real binary in an empty folder.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod audit;
mod books;
mod monitoring;
mod pages;
mod routing;
pub(crate) mod serving;
mod settings;
mod several;
mod simulating;
mod working;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, and no settings from outside.
pub(crate) struct Place {
    folder: TempDir,
    /// The database of a server, where this run is about one.
    url: Option<String>,
}

/// A process that is killed in the end.
pub(crate) struct Killed(pub(crate) Child);

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) error: String,
}

impl Place {
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            url: None,
        }
    }

    /// A folder with a database and the account `main`.
    pub(crate) fn set_up() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = Some(testkit::fresh_url(folder.path())).filter(|url| url.contains("://"));
        let place = Self { folder, url };
        place.run(&["init"]).well();
        place
    }

    pub(crate) fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recarga"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(self.url.iter().map(|url| ("RECARGA_DATABASE_URL", url)))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{arguments:?}: {} {}", ended.out, ended.error))
    }
}

impl Ended {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            error: text(output.stderr),
        }
    }

    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.error);
        self
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first thing that a process says: that it is ready.
pub(crate) fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    line
}
