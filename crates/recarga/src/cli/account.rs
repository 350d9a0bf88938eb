//! `recarga account`: resellers, their money and limits.

mod changes;

use clap::{Args, Subcommand, ValueEnum};
use engine::{
    accounts::{self, Account, AccountStatus, Limits, Terms},
    audit::Actor,
    catalog::BelowCost,
    db::Tx,
    fundings::{self, Direction, NewFunding},
};
use model::{Country, Currency, DepositId, Money};
use serde::Serialize;

use changes::{SetHome, SetLimits, SetMarkup, SetWebhook};

use super::{
    Desk, Exit, Failure,
    desk::account_of,
    output::{Amount, amounts, moment, or_dash, words},
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes an account with nothing on it
    Create(Create),
    /// Lists all accounts with their balances
    List,
    /// Shows an account with its prices and limits
    Show(Which),
    /// Pays money in, or out if the amount is negative
    Fund(Fund),
    /// Shows or changes how much an account may buy
    Limits(SetLimits),
    /// Changes an account's prices
    Markup(SetMarkup),
    /// Changes where an account's numbers are from that are written without a country
    Home(SetHome),
    /// Changes where an account is told of invoices that name no address of their own
    Webhook(SetWebhook),
    /// Stops an account from buying; orders that are paid for go on
    Suspend(Which),
    /// Lets a suspended account buy again
    Resume(Which),
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The account's id or name
    account: String,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Its name
    name: String,
    /// What it pays in
    #[arg(long, default_value = "USD")]
    currency: Currency,
    /// Where its numbers are from that are written without a country, such as BR
    #[arg(long, value_name = "COUNTRY")]
    home_country: Option<Country>,
    #[command(flatten)]
    prices: Prices,
}

#[derive(Debug, Args)]
struct Prices {
    /// What is added to a supplier's cost, in hundredths of a percent
    #[arg(long, value_name = "BPS", default_value_t = 0, allow_negative_numbers = true)]
    markup_bps: i64,
    /// Whether it may be sold to below cost
    #[arg(long, value_name = "RULE", default_value = "refuse")]
    below_cost: Below,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Below {
    /// Never
    Refuse,
    /// Where the markup says so
    Allow,
}

impl From<Below> for BelowCost {
    fn from(below: Below) -> Self {
        match below {
            Below::Refuse => Self::Refuse,
            Below::Allow => Self::Allow,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Fund {
    /// The account's id or name
    account: String,
    /// How much, in the account's currency
    #[arg(allow_negative_numbers = true)]
    amount: String,
    /// Why: kept with the movement
    #[arg(long, default_value = "by hand")]
    note: String,
}

/// An account as it is printed.
#[derive(Serialize)]
struct Printed {
    id: String,
    name: String,
    status: &'static str,
    balance: Amount,
    held: Amount,
    markup_bps: i64,
    below_cost: &'static str,
    order_max: Option<Amount>,
    day_max: Option<Amount>,
    recipient_day_max: Option<Amount>,
    home_country: Option<String>,
    webhook_url: Option<String>,
    created_at: String,
    #[serde(skip)]
    text: Texts,
}

struct Texts {
    balance: String,
    held: String,
    limits: [String; 3],
    created: String,
}

fn printed(tx: &mut Tx<'_>, account: &Account) -> Result<Printed, Failure> {
    let (balance, held) = accounts::balance(tx, account.id)?;
    let Limits {
        order_max,
        day_max,
        recipient_day_max,
    } = account.limits;
    Ok(Printed {
        id: account.id.to_string(),
        name: account.name.clone(),
        status: account.status.as_str(),
        balance: balance.into(),
        held: held.into(),
        markup_bps: account.markup_bps,
        below_cost: account.below_cost.as_str(),
        order_max: order_max.map(Amount::from),
        day_max: day_max.map(Amount::from),
        recipient_day_max: recipient_day_max.map(Amount::from),
        home_country: account.home_country.map(|country| country.to_string()),
        webhook_url: account.webhook_url.clone(),
        created_at: account.created_at.to_string(),
        text: Texts {
            balance: balance.to_string(),
            held: held.to_string(),
            limits: [order_max, day_max, recipient_day_max].map(or_dash),
            created: moment(account.created_at),
        },
    })
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::Create(create) => create.run(&desk).await?,
            Self::List => list(&desk).await?,
            Self::Show(which) => show(&desk, which.account).await?,
            Self::Fund(fund) => fund.run(&desk).await?,
            Self::Limits(limits) => limits.run(&desk).await?,
            Self::Markup(markup) => markup.run(&desk).await?,
            Self::Home(home) => home.run(&desk).await?,
            Self::Webhook(webhook) => webhook.run(&desk).await?,
            Self::Suspend(which) => set_status(&desk, which.account, AccountStatus::Suspended).await?,
            Self::Resume(which) => set_status(&desk, which.account, AccountStatus::Active).await?,
        }
        Ok(Exit::Done)
    }
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let read = |tx: &mut Tx<'_>| accounts::list(tx)?.iter().map(|account| printed(tx, account)).collect();
    let all: Vec<Printed> = desk.read(read).await?;
    let columns = [
        words("ID"),
        words("NAME"),
        words("STATUS"),
        amounts("BALANCE"),
        amounts("HELD"),
        words("CREATED"),
    ];
    let row = |one: &Printed| {
        let Texts {
            balance, held, created, ..
        } = &one.text;
        [&one.id, &one.name, one.status, balance, held, created]
            .map(str::to_owned)
            .to_vec()
    };
    desk.output
        .list(&all, &columns, row, "no accounts yet: recarga account create NAME");
    Ok(())
}

async fn show(desk: &Desk, which: String) -> Result<(), Failure> {
    let one = desk
        .read(move |tx| account_of(tx, &which).and_then(|account| printed(tx, &account)))
        .await?;
    print_one(desk, &one);
    Ok(())
}

fn print_one(desk: &Desk, one: &Printed) {
    desk.output.one(one, || {
        let Texts {
            balance,
            held,
            limits: [order, day, recipient],
            created,
        } = &one.text;
        format!(
            "{}  {} ({})\n  balance  {balance}\n  held     {held}\n  prices   cost and {} bps, below cost: {}\n  \
             limits   an order {order}, a day {day}, a number and day {recipient}\n  home     {}\n  webhook  {}\n  \
             created  {created}",
            one.id,
            one.name,
            one.status,
            one.markup_bps,
            one.below_cost,
            or_dash(one.home_country.as_ref()),
            or_dash(one.webhook_url.as_ref()),
        )
    });
}

async fn set_status(desk: &Desk, which: String, status: AccountStatus) -> Result<(), Failure> {
    let set = desk.write(move |tx, _, now| {
        let account = account_of(tx, &which)?;
        if let Some(told) = deeds::status_set(&account, status, "") {
            accounts::set_status(tx, account.id, status)?;
            told.by_command(tx, now)?;
        }
        printed(tx, &Account { status, ..account })
    });
    let one = set.await?;
    desk.output
        .one(&one, || format!("{} ({}) is {}", one.name, one.id, one.status));
    Ok(())
}

impl Create {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Self {
            name,
            currency,
            home_country,
            prices: Prices { markup_bps, below_cost },
        } = self;
        let terms = Terms {
            name,
            home_country,
            markup_bps,
            below_cost: below_cost.into(),
            limits: Limits::default(),
        };
        let create = desk.write(move |tx, context, now| {
            let account = accounts::create_on(tx, &context.ids, (&terms, currency), now)?;
            deeds::account_created(&account).by_command(tx, now)?;
            printed(tx, &account)
        });
        let one = create.await?;
        desk.output.one(&one, || {
            format!(
                "made account {} ({})\nnext: recarga account fund {0} AMOUNT, recarga key create {0}",
                one.id, one.name
            )
        });
        Ok(())
    }
}

impl Fund {
    /// Whoever has the machine is bound by no sum, and asks nobody.
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let fund = desk.write(move |tx, context, now| {
            let account = account_of(tx, &self.account)?;
            let given = Money::parse(&self.amount, account.currency)?;
            let (direction, amount) = if given.minor() < 0 {
                (Direction::Withdrawal, Money::zero(account.currency).checked_sub(given)?)
            } else {
                (Direction::Deposit, given)
            };
            let new = NewFunding {
                account: account.id,
                id: DepositId::from_uuid(context.ids.next(now)),
                direction,
                amount,
                reason: self.note.clone(),
                reference: None,
            };
            let funding = fundings::begin(tx, &new, (&Actor::command(), None), now)?;
            deeds::funding_begun(&funding).by_command(tx, now)?;
            printed(tx, &account)
        });
        let one = fund.await?;
        desk.output
            .one(&one, || format!("{} ({}) has {}", one.name, one.id, one.text.balance));
        Ok(())
    }
}
