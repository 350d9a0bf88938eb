//! A cluster of PostgreSQL nodes that `scripts/postgresql-cluster` has made.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Output},
    thread,
    time::Duration,
};

/// Names the cluster's folder.
const VARIABLE: &str = "RECARGA_TEST_CLUSTER";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgresql-cluster");
/// A standby takes over within half a minute, and a lost node is back within another one.
const LOOKS_MAX: u32 = 1_200;
const LOOK: Duration = Duration::from_millis(50);

pub(crate) struct Cluster {
    folder: PathBuf,
    url: String,
}

impl Cluster {
    pub(crate) fn from_environment() -> Option<Self> {
        let folder = PathBuf::from(env::var_os(VARIABLE)?);
        let url = fs::read_to_string(folder.join("url")).unwrap_or_else(|error| panic!("{VARIABLE}: {error}"));
        let url = url.trim().to_owned();
        Some(Self { folder, url })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the node that accepts writes as soon as there is one.
    pub(crate) fn await_primary(&self) -> String {
        let output = self.await_success("primary");
        String::from_utf8(output.stdout)
            .expect("a node's number")
            .trim()
            .to_owned()
    }

    /// Waits until every node is there, and each change in two places before it is acknowledged.
    pub(crate) fn await_whole(&self) {
        self.await_success("whole");
    }

    /// Kills everything on a node at once.
    pub(crate) fn kill(&self, node: &str) {
        assert!(self.run(&["kill", node]).status.success());
    }

    /// Starts a node that was killed.
    pub(crate) fn revive(&self, node: &str) {
        assert!(self.run(&["revive", node]).status.success());
    }

    /// Stops everything on a node without ending it: connections stay, and nothing answers.
    pub(crate) fn freeze(&self, node: &str) {
        assert!(self.run(&["freeze", node]).status.success());
    }

    fn await_success(&self, question: &str) -> Output {
        for _ in 0..LOOKS_MAX {
            let output = self.run(&[question]);
            if output.status.success() {
                return output;
            }
            thread::park_timeout(LOOK);
        }
        panic!("the cluster in {} has no {question}", self.folder.display());
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let (verb, node) = arguments.split_first().expect("a verb");
        let mut command = Command::new(SCRIPT);
        command.arg(verb).arg(&self.folder).args(node);
        command.output().expect("the script runs")
    }
}
