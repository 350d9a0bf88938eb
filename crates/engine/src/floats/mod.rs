//! Our balances at suppliers: what they were, how long they last, and when to stop selling.
//!
//! A float is fetched now and then and kept for a while. Below its low threshold, or when it is likely to be used up
//! soon, a case is opened; below the other one the supplier is not sold from until it is higher again, so that orders
//! go to others, and what nobody else sells is out of stock.

mod forecast;
mod store;

use std::time::Duration;

use model::{Currency, Money, SupplierName, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use forecast::Burn;
pub use store::{Deposit, Sample, Stop, add_deposit, deposits, latest, nearest, set_thresholds, stops, thresholds};

use crate::{
    Context, Error, cases,
    cases::{CaseFilter, CaseKind, Found},
    db::Tx,
    duties,
};

/// The burn of so long says how long a float lasts.
const BURN_SPAN: Duration = Duration::from_hours(24);

/// When a supplier's float is low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// What they are counted in.
    pub currency: Currency,
    /// At this float or below a person is told.
    pub low: Option<Money>,
    /// At this float or below nothing is sold from there.
    pub stop: Option<Money>,
}

/// How floats are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloatPolicy {
    /// How long they are kept.
    pub kept: Duration,
    /// A person is told when a float is likely to be used up within this time.
    pub warn_within: Duration,
}

/// What a float means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The float.
    pub float: Money,
    /// What it has lost lately.
    pub burn: Option<Burn>,
    /// Whether it is low.
    pub low: Option<WhyLow>,
    /// Whether the supplier is not sold from.
    pub stopped: bool,
    /// What has changed with it.
    pub turns: Vec<Turn>,
}

/// Why a float is low: kept with its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyLow {
    /// It is at its threshold or below.
    AtOrBelow {
        /// What there is.
        float: Money,
        /// The threshold.
        low: Money,
    },
    /// It is used up soon if it goes on like this.
    SoonUsedUp {
        /// What there is.
        float: Money,
        /// It lasts so long.
        hours: u64,
    },
}

/// What changed with a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It became low.
    Low,
    /// It is no longer low.
    Recovered,
    /// The supplier is not sold from any more.
    Stopped,
    /// The supplier is sold from again.
    Resumed,
}

/// What is known of our money at a supplier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// What the supplier told last.
    pub sample: Option<Sample>,
    /// What it has lost lately.
    pub burn: Option<Burn>,
    /// When it is low.
    pub thresholds: Option<Thresholds>,
    /// Since when the supplier is not sold from, if it isn't.
    pub stop: Option<Stop>,
    /// Why it could not be asked for since then.
    pub failure: Option<String>,
}

impl Known {
    /// How long it lasts if it goes on like this.
    pub fn lasts(&self) -> Option<Duration> {
        self.burn?.lasts(self.sample?.float)
    }

    /// Whether it is at its low threshold or below.
    pub fn is_low(&self) -> bool {
        let low = self.thresholds.and_then(|set| set.low);
        self.sample.zip(low).is_some_and(|(sample, low)| {
            sample.float.currency() == low.currency() && sample.float.minor() <= low.minor()
        })
    }
}

/// Reads what is known of our money at a supplier.
pub fn known(tx: &mut Tx<'_>, supplier: &SupplierName, now: Timestamp) -> Result<Known, Error> {
    let sample = store::latest(tx, supplier)?;
    let burn = match sample {
        Some(sample) => burn(tx, supplier, sample.float.currency(), now)?,
        None => None,
    };
    Ok(Known {
        sample,
        burn,
        thresholds: store::thresholds(tx, supplier)?,
        stop: store::stops(tx)?.into_iter().find(|stop| stop.supplier == *supplier),
        failure: duties::find(tx, &format!("float:{supplier}"))?.and_then(|last| last.failure),
    })
}

/// Keeps a float as it was told, and does what follows from it.
pub fn watch(
    tx: &mut Tx<'_>,
    context: &Context,
    supplier: &SupplierName,
    float: Money,
    (policy, now): (FloatPolicy, Timestamp),
) -> Result<Watched, Error> {
    store::add(tx, supplier, float, now)?;
    store::forget(tx, supplier, now.minus(policy.kept))?;
    let burn = burn(tx, supplier, float.currency(), now)?;
    let thresholds = store::thresholds(tx, supplier)?.filter(|set| set.currency == float.currency());
    let mut watched = Watched {
        float,
        low: why_low(float, burn, thresholds, policy),
        stopped: false,
        burn,
        turns: Vec::new(),
    };
    let at_or_below = |threshold: Option<Money>| threshold.is_some_and(|threshold| float.minor() <= threshold.minor());
    let stop = thresholds.is_some_and(|set| at_or_below(set.stop));
    tell(tx, context, supplier, &mut watched, now)?;
    watched
        .turns
        .extend(store::set_stopped(tx, supplier, stop.then_some(float), now)?);
    watched.stopped = stop;
    Ok(watched)
}

/// Reads what a float has lost lately.
pub fn burn(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    currency: Currency,
    now: Timestamp,
) -> Result<Option<Burn>, Error> {
    let samples = store::since(tx, supplier, now.minus(BURN_SPAN))?;
    Ok(Burn::of(
        samples.iter().filter(|sample| sample.float.currency() == currency),
    ))
}

fn why_low(float: Money, burn: Option<Burn>, thresholds: Option<Thresholds>, policy: FloatPolicy) -> Option<WhyLow> {
    let low = thresholds
        .and_then(|set| set.low)
        .filter(|low| float.minor() <= low.minor());
    if let Some(low) = low {
        return Some(WhyLow::AtOrBelow { float, low });
    }
    let left = burn
        .and_then(|burn| burn.lasts(float))
        .filter(|left| *left <= policy.warn_within)?;
    let hours = left.as_secs() / 3_600;
    Some(WhyLow::SoonUsedUp { float, hours })
}

impl WhyLow {
    /// For commands and logs.
    pub fn in_english(&self) -> String {
        match self {
            Self::AtOrBelow { float, low } => format!("{float} is at or below {low}"),
            Self::SoonUsedUp { float, hours } => format!("{float} lasts for {hours} hours more as it was used lately"),
        }
    }
}

/// Opens a case when a float becomes low, and closes it when it no longer is.
fn tell(
    tx: &mut Tx<'_>,
    context: &Context,
    supplier: &SupplierName,
    watched: &mut Watched,
    now: Timestamp,
) -> Result<(), Error> {
    let filter = CaseFilter {
        supplier: Some(supplier.clone()),
        kind: Some(CaseKind::LowFloat),
        ..CaseFilter::default()
    };
    let open = cases::list(tx, &filter, 1)?.pop();
    match (&watched.low, open) {
        (Some(why), None) => {
            let found = Found {
                kind: CaseKind::LowFloat,
                supplier: supplier.clone(),
                subject: format!("since {now}"),
                day: None,
                facts: json!({ "float": watched.float, "why": why.in_english(), "low": why }),
            };
            cases::open(tx, context, &found, now)?;
            watched.turns.push(Turn::Low);
        }
        (None, Some(case)) => {
            let resolution = format!("the float is {} again", watched.float);
            cases::close_by_itself(tx, case.id, &resolution, now)?;
            watched.turns.push(Turn::Recovered);
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    Ok(())
}
