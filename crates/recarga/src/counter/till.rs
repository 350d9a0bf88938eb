//! What every page of the counter shows of its account, and what it needs to sell.

use std::sync::Arc;

use engine::{
    accounts::{self, Account, AccountStatus},
    catalog::{Snapshot, fold},
    db::Tx,
    invoices::draft::Market,
};
use model::{Country, Money};

use crate::web::{Page, PageError, SignedIn, Web};

/// An account as its staff sees it.
#[derive(Debug, Clone)]
pub(crate) struct Till {
    /// The account.
    pub(crate) account: Account,
    /// What may be spent.
    pub(crate) balance: Money,
    /// What open orders hold.
    pub(crate) held: Money,
}

impl Till {
    /// Opens the till of whoever is signed in.
    pub(crate) async fn open(web: &Web, signed_in: &SignedIn) -> Result<Self, PageError> {
        let id = signed_in.account()?;
        let account = web.app.directory().account(id).cloned().ok_or(PageError::NotFound)?;
        let balance = web.app.db.read(move |tx: &mut Tx<'_>| accounts::balance(tx, id)).await;
        let (balance, held) = balance.map_err(|error| {
            tracing::error!("No balance of {id}: {error}");
            PageError::Internal
        })?;
        Ok(Self { account, balance, held })
    }

    /// Whether it may not sell at all.
    pub(crate) fn is_suspended(&self) -> bool {
        self.account.status == AccountStatus::Suspended
    }

    /// Whether the balance covers a price.
    pub(crate) fn affords(&self, price: &Money) -> bool {
        price.minor() <= self.balance.minor()
    }

    /// What lines are checked against.
    pub(crate) fn market<'a>(&'a self, web: &'a Web, catalog: &'a Arc<Snapshot>) -> Market<'a> {
        Market {
            catalog,
            lookup: &web.app.lookup,
            account: &self.account,
            now: web.app.clock.now(),
        }
    }
}

/// A country to choose.
#[derive(Debug, Clone)]
pub(crate) struct CountryChoice {
    /// Which.
    pub(crate) country: Country,
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether it is chosen.
    pub(crate) chosen: bool,
}

/// Lists the countries in which something is sold, by name.
pub(crate) fn countries(page: &Page, catalog: &Snapshot, chosen: Option<Country>) -> Vec<CountryChoice> {
    let mut all: Vec<_> = catalog.operators().map(|operator| operator.country).collect();
    all.sort_unstable();
    all.dedup();
    let choice = |country| CountryChoice {
        country,
        name: page.country(country, catalog.country_name(country)),
        chosen: chosen == Some(country),
    };
    let mut choices: Vec<_> = all.into_iter().map(choice).collect();
    choices.sort_by_cached_key(|choice| fold(choice.name));
    choices
}
