//! `recarga orders`: finding them, telling their story, and ending those that nobody knows about.

use clap::{Args, Subcommand};
use engine::{
    db::Tx,
    ledger,
    orders::{self, Consent, Order, OrderFilter},
    page::PageRequest,
};
use model::{OrderId, PhoneNumber};
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    desk::accounts_of,
    output::{Amount, amounts, moment, words},
    queue,
    timeline::Story,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists orders, newest first
    List(List),
    /// Tells the story of an order: its money, attempts and answers
    Show {
        /// The order's id, such as ord_01…
        order: OrderId,
    },
    /// Lists orders that need a person: their suppliers don't say what became of them
    Stuck {
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Ends an order by what you found out at the supplier, or proposes that where two have to agree
    Resolve(queue::Resolve),
    /// Agrees to what somebody else has proposed for an order: it is done
    Confirm(queue::Answer),
    /// Rejects what was proposed for an order: it stays as it is
    Reject(queue::Answer),
    /// Has an order looked at again now: its supplier is asked, or a waiting one is tried
    Ask {
        /// The order's id, such as ord_01…
        order: OrderId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only of this account: its id or name
    #[arg(long)]
    account: Option<String>,
    /// Only of this status: created, pending, delivered, refunded, reversed, cancelled, confirming, stuck
    #[arg(long, value_parser = STATUSES)]
    status: Option<String>,
    /// Only for this phone, such as +15551234567
    #[arg(long, value_name = "NUMBER")]
    phone: Option<PhoneNumber>,
    /// Only with this reference of the account's
    #[arg(long)]
    reference: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

const STATUSES: [&str; 8] = [
    "created",
    "pending",
    "delivered",
    "refunded",
    "reversed",
    "cancelled",
    "confirming",
    "stuck",
];

#[derive(Serialize)]
pub(crate) struct Printed {
    id: String,
    account_id: String,
    invoice_id: String,
    status: &'static str,
    shown_status: &'static str,
    product_id: String,
    value: Amount,
    phone_number: String,
    price: Amount,
    reference: Option<String>,
    attempts: u32,
    created_at: String,
    due_at: Option<String>,
    ended_at: Option<String>,
    error: Option<String>,
    #[serde(skip)]
    row: Vec<String>,
}

impl From<&Order> for Printed {
    fn from(order: &Order) -> Self {
        let row = vec![
            order.id.to_string(),
            moment(order.created_at()),
            order.status.as_str().to_owned(),
            order.phone_number.to_string(),
            order.product.to_string(),
            order.value.to_string(),
            order.price.to_string(),
        ];
        Self {
            id: order.id.to_string(),
            account_id: order.account.to_string(),
            invoice_id: order.invoice.to_string(),
            status: order.status.as_str(),
            shown_status: order.status.shown(),
            product_id: order.product.to_string(),
            value: order.value.into(),
            phone_number: order.phone_number.to_string(),
            price: order.price.into(),
            reference: order.reference.clone(),
            attempts: order.attempts,
            created_at: order.created_at().to_string(),
            due_at: order.status.due_at().map(|at| at.to_string()),
            ended_at: order.status.ended_at().map(|at| at.to_string()),
            error: order.failure.as_ref().map(ToString::to_string),
            row,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::List(list) => list.run(&desk).await?,
            Self::Show { order } => show(&desk, order).await?,
            Self::Stuck { limit } => queue::list(&desk, limit).await?,
            Self::Resolve(resolve) => resolve.run(&desk).await?,
            Self::Confirm(answer) => answer.run(&desk, Consent::Confirm).await?,
            Self::Reject(answer) => answer.run(&desk, Consent::Reject).await?,
            Self::Ask { order } => queue::ask(&desk, order).await?,
        }
        Ok(Exit::Done)
    }
}

fn print_list(desk: &Desk, orders: &[Order], none: &str) {
    let printed: Vec<_> = orders.iter().map(Printed::from).collect();
    let columns = [
        words("ID"),
        words("CREATED"),
        words("STATUS"),
        words("PHONE"),
        words("PRODUCT"),
        amounts("VALUE"),
        amounts("PRICE"),
    ];
    desk.output.list(&printed, &columns, |one| one.row.clone(), none);
}

impl List {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Self {
            account,
            status,
            phone,
            reference,
            limit,
        } = self;
        let filter = OrderFilter {
            status,
            phone_number: phone,
            reference,
            ..OrderFilter::default()
        };
        let read = desk.read(move |tx| {
            let page = PageRequest { start: 0, limit };
            let mut found = Vec::new();
            for account in accounts_of(tx, account.as_deref())? {
                found.extend(orders::list(tx, account.id, &filter, page)?.entries);
            }
            found.sort_by_key(|order: &Order| std::cmp::Reverse(order.id));
            found.truncate(usize::try_from(limit)?);
            Ok(found)
        });
        print_list(desk, &read.await?, "no such orders");
        Ok(())
    }
}

/// Finds an order, whoever's it is: operators name it by its id alone.
pub(super) fn find(tx: &mut Tx<'_>, id: OrderId) -> Result<Order, Failure> {
    let unknown = || Failure::new(format!("there is no order {id}: recarga orders list shows the newest"));
    orders::find_any(tx, id)?.ok_or_else(unknown)
}

/// Reads what an order's story is made of besides.
pub(crate) fn story_of(tx: &mut Tx<'_>, order: Order) -> Result<Story, Failure> {
    let attempts = orders::attempts(tx, order.key())?;
    let mut transfers = ledger::transfers(tx, order.account, &order.id.to_string())?;
    for attempt in &attempts {
        transfers.extend(ledger::transfers(tx, order.account, &attempt.id.to_string())?);
    }
    Ok(Story {
        calls: orders::calls(tx, order.key())?,
        proposals: orders::proposals(tx, order.key())?,
        order,
        attempts,
        transfers,
    })
}

async fn show(desk: &Desk, id: OrderId) -> Result<(), Failure> {
    let read = desk.read(move |tx| {
        let order = find(tx, id)?;
        story_of(tx, order)
    });
    let story = read.await?;
    desk.output.one(&story.printed(), || story.text());
    Ok(())
}
