//! What a page of the desk gives developers to begin with, run as it stands there, in every language.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use engine::{
    accounts::WebhookSecrets,
    webhooks::{new_secret, signature_headers},
};
use model::{Ids, Timestamp};
use serde_json::Value;

use crate::{Demo, program::read_page};

/// A language with what runs it.
struct Runner {
    language: &'static str,
    program: &'static [&'static str],
    /// Calls what checks a signature, where that is a function.
    check: &'static str,
}

const RUNNERS: [Runner; 3] = [
    Runner {
        language: "curl",
        program: &["bash", "-euo", "pipefail", "-c"],
        check: "",
    },
    Runner {
        language: "javascript",
        program: &["node", "--input-type=module", "--eval"],
        check: "\nimport { readFileSync } from 'node:fs';\nconst headers = { 'webhook-id': process.env.ID, \
                'webhook-timestamp': process.env.TIMESTAMP, 'webhook-signature': process.env.SIGNATURE };\n\
                console.log(isFromRecarga(headers, readFileSync('body', 'utf8'), process.env.SECRET));",
    },
    Runner {
        language: "python",
        program: &["python3", "-c"],
        check: "\nimport os, pathlib\nheaders = {'webhook-id': os.environ['ID'], 'webhook-timestamp': \
                os.environ['TIMESTAMP'], 'webhook-signature': os.environ['SIGNATURE']}\n\
                print(is_from_recarga(headers, pathlib.Path('body').read_bytes(), os.environ['SECRET']))",
    },
];

impl Runner {
    /// A snippet as it stands on the page.
    fn snippet(page: &str, task: &str) -> String {
        let rest = page.split(&format!("<code id=\"code-{task}\">")).nth(1);
        let text = rest
            .unwrap_or_else(|| panic!("no {task} in {page}"))
            .split("</code>")
            .next();
        let text = text.unwrap_or_default();
        let text = text.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<");
        text.replace("&#62;", ">").replace("&#38;", "&")
    }

    fn run(&self, folder: &Path, script: &str, settings: &[(&str, &str)]) -> String {
        let output = Command::new(self.program[0])
            .args(&self.program[1..])
            .arg(script)
            .current_dir(folder)
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}; scripts/test installs it", self.program[0]));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{error}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The moment it is: signatures are only good for minutes.
#[expect(clippy::disallowed_methods, reason = "what is run reads the machine's clock")]
fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is later than 1970");
    Timestamp::from_millis(i64::try_from(since.as_millis()).expect("it is earlier than the end of time"))
}

/// The page, with everything in the language.
fn page(demo: &Demo, runner: &Runner) -> String {
    let path = format!("/developers?in={}", runner.language);
    read_page(&demo.ready.manager_url, &path)
}

#[test]
fn what_developers_begin_with_runs_as_it_stands() {
    for runner in &RUNNERS {
        let demo = Demo::start();
        let (folder, page) = (demo.database.directory.path(), page(&demo, runner));
        let key = ("KEY", demo.ready.api_key.as_str());
        let run = |task: &str, further: (&str, &str)| {
            json(&runner.run(folder, &Runner::snippet(&page, task), &[key, further]))
        };
        assert!(run("ping", key).is_object());
        let checked = run("check", key);
        assert_eq!(checked["data"]["phone_number"], "+15551234567", "{checked}");
        let (bought, again) = (run("buy", ("ORDER", "cart-1")), run("buy", ("ORDER", "cart-1")));
        let invoice = bought["data"]["id"].as_str().unwrap_or_else(|| panic!("{bought}"));
        assert_eq!(again["data"]["id"], invoice, "bought once");
        let followed = run("follow", ("INVOICE", invoice));
        assert_eq!(followed["data"]["status"], "complete", "{followed}");
        assert_eq!(followed["data"]["orders"][0]["status"], "delivered", "{followed}");
    }
}

#[test]
fn a_signature_is_checked_and_a_forgery_refused_in_every_language() {
    for runner in &RUNNERS {
        let demo = Demo::start();
        let (folder, page) = (demo.database.directory.path(), page(&demo, runner));
        let secrets = WebhookSecrets {
            current: demo.ready.webhook_secret.clone(),
            before: Some((new_secret(&Ids::seeded(1)), now() + Duration::from_mins(1))),
        };
        let body = r#"{"id":"inv_ñ","price":25.50}"#;
        let [id, timestamp, signature] = signature_headers(&secrets, "evt_1", body, now());
        let settings = [
            ("ID", id.as_str()),
            ("TIMESTAMP", &timestamp),
            ("SIGNATURE", &signature),
            ("SECRET", &secrets.current),
        ];
        let script = Runner::snippet(&page, "verify") + runner.check;
        for (body, expected) in [(body, "true"), ("{}", "false")] {
            fs::write(folder.join("body"), body).expect("the folder can be written");
            let said = runner.run(folder, &script, &settings).to_lowercase();
            assert_eq!(said, expected, "{}: {script}", runner.language);
        }
    }
}
