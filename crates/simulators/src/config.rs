//! How a simulator is set up.

use std::{fmt, str::FromStr, time::Duration};

use rust_decimal::Decimal;

use crate::clock::Now;

/// Who is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Supplier {
    /// Reloadly Airtime.
    Reloadly,
    /// DT One DVS.
    DtOne,
    /// Ding Connect V1.
    Ding,
}

impl Supplier {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reloadly, Self::DtOne, Self::Ding];

    /// As it is written in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reloadly => "reloadly",
            Self::DtOne => "dtone",
            Self::Ding => "ding",
        }
    }

    /// As it calls itself.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Reloadly => "Reloadly Airtime",
            Self::DtOne => "DT One DVS",
            Self::Ding => "Ding Connect V1",
        }
    }

    /// Where its API begins below the host.
    pub const fn base_path(self) -> &'static str {
        match self {
            Self::Reloadly => "",
            Self::DtOne => "/v1",
            Self::Ding => "/api/V1",
        }
    }
}

impl fmt::Display for Supplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Supplier {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|supplier| supplier.name() == text);
        named.ok_or_else(|| format!("no simulator {text:?}: one of reloadly, dtone, ding"))
    }
}

/// What a caller must present; Ding has the secret only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Reloadly's client id, DT One's key.
    pub user: String,
    /// Reloadly's client secret, DT One's secret, Ding's API key.
    pub secret: String,
}

/// Where pushes go, and what makes them genuine.
#[derive(Clone, PartialEq, Eq)]
pub struct CallbackTarget {
    /// Reloadly's webhook. DT One takes each transaction's own `callback_url` instead and uses this one without it.
    pub url: Option<String>,
    /// DT One's user for Basic authentication.
    pub user: String,
    /// Reloadly's signing secret, DT One's password.
    pub secret: String,
}

/// How long things take on the simulator's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// How long an asynchronous transaction is under way.
    pub settle: Duration,
    /// How long `pending_then_…` stays pending.
    pub pending: Duration,
    /// When a `late_answer` is executed and answered.
    pub late_answer: Duration,
    /// How long the record of a `late_record` can't be found.
    pub late_record: Duration,
    /// When `reversed` is taken back.
    pub reversal: Duration,
    /// How long Reloadly's tokens live.
    pub token: Duration,
    /// How long DT One holds what is not confirmed.
    pub hold: Duration,
    /// How long a number must rest between two top-ups, where that is the rule.
    pub velocity: Duration,
}

impl Times {
    /// Those of one supplier, as far as they are known.
    pub const fn of(supplier: Supplier) -> Self {
        let settle = match supplier {
            Supplier::Reloadly => 10,
            Supplier::DtOne | Supplier::Ding => 2,
        };
        Self {
            settle: Duration::from_secs(settle),
            pending: Duration::from_secs(10),
            late_answer: Duration::from_secs(100),
            late_record: Duration::from_secs(30),
            reversal: Duration::from_mins(1),
            token: Duration::from_hours(24),
            hold: Duration::from_hours(1),
            velocity: Duration::from_mins(2),
        }
    }
}

/// How a simulator is set up.
#[derive(Clone)]
pub struct Config {
    /// Who is simulated.
    pub supplier: Supplier,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The time.
    pub now: Now,
    /// What callers must present; anything if there is none.
    pub credentials: Option<Credentials>,
    /// The audience that Reloadly's tokens must be for; any if there is none.
    pub audience: Option<String>,
    /// The API key with which Ding reads outcomes from the last digit.
    pub test_agent_key: String,
    /// What is on the wallet at first, in US dollars.
    pub wallet: Decimal,
    /// Whether the recipient's last digits choose faults.
    pub suffixes: bool,
    /// How long things take.
    pub times: Times,
    /// How long Reloadly takes between looking for a reference and writing it, in real time.
    pub race_window: Duration,
    /// Whether Reloadly answers without `status` and `cost`, as it used to.
    pub old_shape: bool,
    /// Whether DT One writes error codes as texts, as some of its servers do.
    pub string_codes: bool,
    /// Where pushes go.
    pub callback: Option<CallbackTarget>,
    /// What chance is made from, for rules with a probability.
    pub seed: u64,
}

/// What is on the wallet at first.
const WALLET: i64 = 10_000;
/// Long enough for two calls that are sent together to meet, short enough not to be noticed.
const RACE_WINDOW: Duration = Duration::from_millis(5);

impl Config {
    /// A simulator on a free port that accepts any credentials.
    pub fn new(supplier: Supplier, now: Now) -> Self {
        Self {
            supplier,
            port: 0,
            now,
            credentials: None,
            audience: None,
            test_agent_key: "test-agent".to_owned(),
            wallet: Decimal::from(WALLET),
            suffixes: true,
            times: Times::of(supplier),
            race_window: RACE_WINDOW,
            old_shape: false,
            string_codes: false,
            callback: None,
            seed: 1,
        }
    }
}
