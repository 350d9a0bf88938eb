//! What an account pays, how much it may buy, where its customers are from, and where it is told what became of its
//! invoices.

use clap::Args;
use engine::accounts::{self, Account, Limits, Terms};
use model::{Country, Currency, Money};

use super::{Desk, Failure, Prices, account_of, print_one, printed};
use crate::deeds;

#[derive(Debug, Args)]
pub(crate) struct SetLimits {
    /// The account's id or name
    account: String,
    /// What one order may cost, or none
    #[arg(long, value_name = "AMOUNT")]
    order_max: Option<String>,
    /// What the orders of a day (UTC) may cost, or none
    #[arg(long, value_name = "AMOUNT")]
    day_max: Option<String>,
    /// What the orders of a day for one number may cost, or none
    #[arg(long, value_name = "AMOUNT")]
    recipient_day_max: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SetMarkup {
    /// The account's id or name
    account: String,
    #[command(flatten)]
    prices: Prices,
}

#[derive(Debug, Args)]
pub(crate) struct SetHome {
    /// The account's id or name
    account: String,
    /// Two letters, such as BR, or none
    country: String,
}

#[derive(Debug, Args)]
pub(crate) struct SetWebhook {
    /// The account's id or name
    account: String,
    /// An address such as https://shop.example.com/recarga, or none
    url: String,
}

/// Changes some of an account's terms, and prints them all.
async fn set_terms(
    desk: &Desk,
    account: String,
    change: impl Fn(&Account) -> Result<Terms, Failure> + Send + 'static,
) -> Result<(), Failure> {
    let set = desk.write(move |tx, _, now| {
        let account = account_of(tx, &account)?;
        let [before, after] = accounts::set_terms(tx, account.id, &change)?;
        if let Some(told) = deeds::terms_changed(account.id, [&before, &after]) {
            told.by_command(tx, now)?;
        }
        printed(
            tx,
            &Account {
                markup_bps: after.markup_bps,
                below_cost: after.below_cost,
                limits: after.limits,
                home_country: after.home_country,
                ..account
            },
        )
    });
    print_one(desk, &set.await?);
    Ok(())
}

impl SetHome {
    pub(super) async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let home_country: Option<Country> = match self.country.as_str() {
            "none" => None,
            text => Some(
                text.parse()
                    .map_err(|error| Failure::usage(format!("{error}, or none")))?,
            ),
        };
        let change = move |found: &Account| {
            Ok(Terms {
                home_country,
                ..found.terms()
            })
        };
        set_terms(desk, self.account, change).await
    }
}

impl SetMarkup {
    pub(super) async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Prices { markup_bps, below_cost } = self.prices;
        let change = move |found: &Account| {
            Ok(Terms {
                markup_bps,
                below_cost: below_cost.into(),
                ..found.terms()
            })
        };
        set_terms(desk, self.account, change).await
    }
}

impl SetWebhook {
    pub(super) async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Self { account, url } = self;
        let webhook_url = Some(url).filter(|url| url != "none");
        if let Some(url) = &webhook_url {
            let targets = desk.config.webhook_targets();
            let refused = |why| Failure::usage(format!("webhooks can't go to {url}: {why}"));
            targets.check(url).map_err(refused)?;
        }
        let set = desk.write(move |tx, _, now| {
            let account = account_of(tx, &account)?;
            accounts::set_webhook_url(tx, account.id, webhook_url.as_deref())?;
            deeds::webhook_url_set(account.id, webhook_url.as_deref()).by_command(tx, now)?;
            let webhook_url = webhook_url.clone();
            printed(tx, &Account { webhook_url, ..account })
        });
        print_one(desk, &set.await?);
        Ok(())
    }
}

impl SetLimits {
    pub(super) async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Self {
            account,
            order_max,
            day_max,
            recipient_day_max,
        } = self;
        let change = move |found: &Account| {
            let changed = |text: &Option<String>, before: Option<Money>| match text.as_deref() {
                None => Ok(before),
                Some("none") => Ok(None),
                Some(text) => limit(text, found.currency).map(Some),
            };
            let limits = Limits {
                order_max: changed(&order_max, found.limits.order_max)?,
                day_max: changed(&day_max, found.limits.day_max)?,
                recipient_day_max: changed(&recipient_day_max, found.limits.recipient_day_max)?,
            };
            Ok::<_, Failure>(Terms {
                limits,
                ..found.terms()
            })
        };
        set_terms(desk, account, change).await
    }
}

fn limit(text: &str, currency: Currency) -> Result<Money, Failure> {
    let money = Money::parse(text, currency)?;
    if money.minor() < 0 {
        return Err(Failure::usage(format!("a limit is not less than 0: {text}")));
    }
    Ok(money)
}
