//! Snippets, run as they stand: JavaScript by Node.js, where only `BASE_URL` and `headers` are given,
//! and shell lines by bash with `BASE_URL` and `KEY`.

use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::program::Ready;

/// What a snippet got and printed.
#[derive(Debug, Deserialize)]
pub(crate) struct Snippet {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) printed: Vec<String>,
}

/// Listens to what the snippet fetches and prints, and prints both as one line of JSON.
const LISTENER: &str = "
const said = { printed: [] };
const print = console.log;
console.log = (...words) => said.printed.push(words.join(' '));
const plainFetch = fetch;
globalThis.fetch = async (...request) => {
  const response = await plainFetch(...request);
  said.status = response.status;
  said.body = await response.clone().json();
  return response;
};
";

/// Runs shell lines and returns the JSON documents that they print.
pub(crate) fn run_shell(lines: &str, to: &Ready) -> Vec<Value> {
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", lines])
        .env("BASE_URL", &to.base_url)
        .env("KEY", &to.api_key)
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    let (out, error) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{lines}\n{out}{error}");
    let documents = serde_json::Deserializer::from_str(&out).into_iter::<Value>();
    documents
        .map(|document| document.unwrap_or_else(|error| panic!("{error}: {out}")))
        .collect()
}

/// Runs a snippet in a function of its own: snippets declare the same names.
pub(crate) fn run(snippet: &str, to: &Ready) -> Snippet {
    let headers = json!({ "Authorization": format!("Bearer {}", to.api_key), "Content-Type": "application/json" });
    let script = format!(
        "const BASE_URL = {};\nconst headers = {headers};\n{LISTENER}\n\
         (async () => {{\n{snippet}\n}})().then(() => print(JSON.stringify(said)));",
        json!(to.base_url)
    );
    let output = Command::new("node")
        .args([
            "--input-type=commonjs",
            "--unhandled-rejections=strict",
            "--eval",
            &script,
        ])
        .stdin(Stdio::null())
        .output()
        .expect("Node.js runs: scripts/test installs it");
    let (out, error) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "the snippet failed:\n{snippet}\n{error}");
    serde_json::from_str(&out).unwrap_or_else(|_| panic!("the snippet fetched nothing:\n{snippet}\n{out}"))
}
