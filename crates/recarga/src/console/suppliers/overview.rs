//! How a supplier stands, in a line: whether it is asked, what it delivers, our money there, when it was heard of.

use engine::{
    Error,
    db::Tx,
    duties::{self, LastTime},
    floats::{self, Known},
    health::{BreakerState, Force},
    routing::Conditions,
};
use model::{SupplierName, Timestamp};

use crate::web::{Page, PageError, Shared};

/// A supplier in a line.
pub(crate) struct Overview {
    pub(crate) name: SupplierName,
    pub(crate) way: Way,
    /// How many results of lately there are, over all operators.
    pub(crate) results: u64,
    /// Of ten thousand of them, how many were delivered.
    pub(crate) delivered_bps: Option<u64>,
    pub(crate) money: Known,
    pub(crate) listed: Option<LastTime>,
    pub(crate) compared: Option<LastTime>,
}

/// Whether the way to a supplier is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Our money there is too low.
    Stopped,
    /// A person has decided that it isn't.
    ForcedOpen,
    /// A person has decided that it is, whatever happens.
    ForcedClosed,
    /// Not for so many operators.
    Partly(u64),
    /// It is.
    Open,
}

impl Way {
    /// How it looks.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Stopped | Self::ForcedOpen => "bad",
            Self::Partly(_) | Self::ForcedClosed => "warn",
            Self::Open => "good",
        }
    }

    /// In words.
    pub(crate) fn said(self, page: &Page) -> String {
        match self {
            Self::Stopped => page.t("suppliers.stopped").to_owned(),
            Self::ForcedOpen => page.t("suppliers.forced_open").to_owned(),
            Self::ForcedClosed => page.t("suppliers.forced_closed").to_owned(),
            Self::Partly(operators) => page.count("suppliers.partly", &operators),
            Self::Open => page.t("suppliers.asked").to_owned(),
        }
    }
}

/// What the database knows of a supplier.
pub(super) struct Stored {
    pub(super) money: Known,
    pub(super) listed: Option<LastTime>,
    pub(super) compared: Option<LastTime>,
}

impl Stored {
    pub(super) fn read(tx: &mut Tx<'_>, supplier: &SupplierName, now: Timestamp) -> Result<Self, Error> {
        Ok(Self {
            money: floats::known(tx, supplier, now)?,
            listed: duties::find(tx, &format!("sync:{supplier}"))?,
            compared: duties::find(tx, &format!("reconcile:{supplier}"))?,
        })
    }
}

impl Overview {
    /// How long the float lasts, in words.
    pub(crate) fn lasts(&self, page: &Page) -> String {
        let Some(lasts) = self.money.lasts() else {
            return "–".to_owned();
        };
        let hours = lasts.as_secs() / 3_600;
        if hours < 72 {
            page.count("suppliers.hours", &hours)
        } else {
            page.count("suppliers.days", &(hours / 24))
        }
    }

    pub(super) fn of(name: SupplierName, conditions: &Conditions, stored: Stored) -> Self {
        let Stored {
            money,
            listed,
            compared,
        } = stored;
        let all = conditions.standings.list();
        let standings = all.iter().filter(|(supplier, ..)| **supplier == name);
        let (mut results, mut delivered) = (0, 0);
        for (_, _, standing) in standings.clone() {
            results += u64::from(standing.results);
            delivered += u64::from(standing.results) * u64::from(standing.delivered_bps.unwrap_or(0));
        }
        let broken = standings.filter(|(supplier, operator, standing)| {
            conditions.forced(supplier, operator).is_none() && matches!(standing.breaker, BreakerState::Open { .. })
        });
        let mut barred = u64::try_from(broken.count()).unwrap_or(u64::MAX);
        let mut whole = None;
        for switch in conditions.switches.iter().filter(|switch| switch.supplier == name) {
            match (&switch.operator, switch.force) {
                (None, force) => whole = Some(force),
                (Some(_), Force::Open) => barred += 1,
                (Some(_), Force::Closed) => {}
            }
        }
        let way = match whole {
            _ if money.stop.is_some() => Way::Stopped,
            Some(Force::Open) => Way::ForcedOpen,
            Some(Force::Closed) => Way::ForcedClosed,
            None if barred > 0 => Way::Partly(barred),
            None => Way::Open,
        };
        Self {
            name,
            way,
            results,
            delivered_bps: delivered.checked_div(results),
            money,
            listed,
            compared,
        }
    }
}

/// How every supplier stands that is in the settings.
pub(crate) async fn overviews(web: &Shared, now: Timestamp) -> Result<Vec<Overview>, PageError> {
    let names: Vec<SupplierName> = web.app.suppliers.iter().map(|(name, _)| name.clone()).collect();
    let of = names.clone();
    let read = move |tx: &mut Tx<'_>| {
        let stored = of.iter().map(|name| Stored::read(tx, name, now));
        stored.collect::<Result<Vec<_>, Error>>()
    };
    let stored = web.app.db.read(read).await?;
    let conditions = web.app.routes.conditions();
    let both = names.into_iter().zip(stored);
    Ok(both
        .map(|(name, stored)| Overview::of(name, &conditions, stored))
        .collect())
}
