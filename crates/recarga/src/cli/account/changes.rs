//! How much an account may buy, where its customers are from, and where it is told what became of its invoices.

use clap::Args;
use engine::accounts::{self, Account, Limits};
use model::{Country, Currency, Money};
use serde_json::{Value, json};

use super::{Desk, Failure, account_of, note, print_one, printed};
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

impl SetHome {
    pub(super) async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let home_country: Option<Country> = match self.country.as_str() {
            "none" => None,
            text => Some(
                text.parse()
                    .map_err(|error| Failure::usage(format!("{error}, or none")))?,
            ),
        };
        let set = desk.write(move |tx, _, now| {
            let account = account_of(tx, &self.account)?;
            accounts::set_home_country(tx, account.id, home_country)?;
            deeds::home_chosen(account.id, home_country).by_command(tx, now)?;
            printed(
                tx,
                &Account {
                    home_country,
                    ..account
                },
            )
        });
        print_one(desk, &set.await?);
        Ok(())
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
        let set = desk.write(move |tx, _, now| {
            let account = account_of(tx, &self.account)?;
            let changed = |text: &Option<String>, before: Option<Money>| match text.as_deref() {
                None => Ok(before),
                Some("none") => Ok(None),
                Some(text) => limit(text, account.currency).map(Some),
            };
            let limits = Limits {
                order_max: changed(&self.order_max, account.limits.order_max)?,
                day_max: changed(&self.day_max, account.limits.day_max)?,
                recipient_day_max: changed(&self.recipient_day_max, account.limits.recipient_day_max)?,
            };
            if limits != account.limits {
                accounts::set_limits(tx, account.id, limits)?;
                let details = json!({ "before": logged(account.limits), "after": logged(limits) });
                note(tx, &account, ("account.change", details), now)?;
            }
            printed(tx, &Account { limits, ..account })
        });
        print_one(desk, &set.await?);
        Ok(())
    }
}

fn logged(limits: Limits) -> Value {
    let text = |limit: Option<Money>| limit.map(|limit| limit.to_string());
    json!({
        "order_max": text(limits.order_max),
        "day_max": text(limits.day_max),
        "recipient_day_max": text(limits.recipient_day_max),
    })
}

fn limit(text: &str, currency: Currency) -> Result<Money, Failure> {
    let money = Money::parse(text, currency)?;
    if money.minor() < 0 {
        return Err(Failure::usage(format!("a limit is not less than 0: {text}")));
    }
    Ok(money)
}
