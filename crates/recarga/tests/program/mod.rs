//! The real program as a process of its own, for tests that look at it from outside.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use serde::Deserialize;
use serde_json::Value;

/// A program that has not said that it is ready after this long never will.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// An answer takes milliseconds; a busy machine may take longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// A program that runs. It is killed when it is dropped.
pub(crate) struct Program {
    child: Child,
    said: mpsc::Receiver<Ready>,
    ready: Option<Ready>,
}

/// A command of the program, with no settings but its own defaults.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recarga"));
    let names = std::env::vars_os().map(|(name, _)| name);
    for name in names.filter(|name| name.to_string_lossy().starts_with("RECARGA_")) {
        command.env_remove(name);
    }
    command
}

/// What a program says once it answers.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Ready {
    /// Where, with `/v2`.
    pub(crate) base_url: String,
    /// A key of its account; only a demo says it.
    #[serde(default)]
    pub(crate) api_key: String,
    /// Its account; only a demo says it.
    #[serde(default)]
    pub(crate) account_id: String,
    /// What signs its webhooks; only a demo says it.
    #[serde(default)]
    pub(crate) webhook_secret: String,
    /// Signs its head in; only a demo says it.
    #[serde(default)]
    pub(crate) manager_url: String,
}

impl Program {
    /// Starts a demo on a folder. `settings` are environment variables. What it logs is in `log` there.
    pub(crate) fn start(data: &Path, settings: &[(&str, &str)]) -> Self {
        let mut demo = command();
        demo.args(["demo", "--json", "--port", "0", "--data"])
            .arg(data)
            .envs(settings.iter().copied());
        Self::run(&mut demo, &data.join("log"))
    }

    /// Starts a command that goes on. What it logs is added to a file.
    pub(crate) fn run(command: &mut Command, log: &Path) -> Self {
        let log = File::options()
            .create(true)
            .append(true)
            .open(log)
            .expect("the folder can be written");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("it is piped");
        let (tell, said) = mpsc::channel();
        // Reads to the end, so that the program never waits for a reader.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Ok(line) = serde_json::from_str(&line) {
                    let _ = tell.send(line);
                }
            }
        });
        Self {
            child,
            said,
            ready: None,
        }
    }

    /// Waits until it answers; `None` if it ended before.
    pub(crate) fn ready(&mut self) -> Option<Ready> {
        if self.ready.is_none() {
            self.ready = match self.said.recv_timeout(READY_WITHIN) {
                Ok(ready) => Some(ready),
                Err(mpsc::RecvTimeoutError::Disconnected) => None,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("the program is not ready after {READY_WITHIN:?}"),
            };
        }
        self.ready.clone()
    }

    /// Ends it as `kill -9` does, at whatever it is doing, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it is ours to kill");
        self.child.wait().expect("it is ours to wait for");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Speaks to a program as a reseller does.
#[derive(Clone)]
pub(crate) struct Client(ureq::Agent);

impl Client {
    pub(crate) fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(ANSWER_WITHIN))
            .build();
        Self(config.into())
    }

    /// Asks for a path such as `/orders`.
    pub(crate) fn get(&self, to: &Ready, path: &str) -> Result<Answer, ureq::Error> {
        let request = self.0.get(format!("{}{path}", to.base_url));
        answer(
            request
                .header("Authorization", format!("Bearer {}", to.api_key))
                .call()?,
        )
    }

    /// Posts JSON, with an idempotency key.
    pub(crate) fn post(&self, to: &Ready, path: &str, key: &str, body: &Value) -> Result<Answer, ureq::Error> {
        let request = self.0.post(format!("{}{path}", to.base_url));
        let request = request
            .header("Authorization", format!("Bearer {}", to.api_key))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key);
        answer(request.send(body.to_string())?)
    }
}

/// Comes in by a link, as somebody with a browser does, and reads a page.
pub(crate) fn read_page(link: &str, path: &str) -> String {
    let config = ureq::Agent::config_builder()
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(ANSWER_WITHIN))
        .build();
    let agent: ureq::Agent = config.into();
    let entered = agent.post(link).send_form([("", "")]).expect("an answer");
    let cookies = entered.headers().get_all("set-cookie").into_iter();
    let pair = |cookie: &ureq::http::HeaderValue| cookie.to_str().ok()?.split(';').next().map(str::to_owned);
    let cookies: Vec<_> = cookies.filter_map(pair).collect();
    let (root, _) = link.split_once("/setup/").expect("a link leads there");
    let page = agent.get(format!("{root}{path}")).header("Cookie", cookies.join("; "));
    let mut page = page.call().expect("a page");
    page.body_mut().read_to_string().expect("a page is text")
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let text = response.body_mut().read_to_string()?;
    let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("not JSON ({error}): {text}"));
    Ok(Answer {
        status: response.status().as_u16(),
        body,
    })
}
