//! `recarga webhooks`: what accounts were told, and telling it again.

use clap::{Args, Subcommand};
use engine::{
    accounts,
    db::Tx,
    page::PageRequest,
    webhooks::{self, Delivery, Silence, Try},
};
use model::{AccountId, DeliveryId};
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    desk::account_of,
    output::{moment, or_dash, words},
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists deliveries, newest first
    List(List),
    /// Shows a delivery with every try
    Show {
        /// The delivery's id, such as whd_01…
        delivery: DeliveryId,
    },
    /// Sends an event once more to where it was sent
    Resend {
        /// The delivery's id, such as whd_01…
        delivery: DeliveryId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only this account's: its id or name
    #[arg(long)]
    account: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

#[derive(Serialize)]
struct Printed {
    id: String,
    account_id: String,
    event: String,
    kind: String,
    invoice_id: Option<String>,
    url: String,
    status: String,
    tries: u32,
    due_at: Option<String>,
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<Vec<PrintedTry>>,
}

#[derive(Serialize)]
struct PrintedTry {
    number: u32,
    tried_at: String,
    duration_ms: i64,
    status_code: Option<u32>,
    error: Option<String>,
}

impl From<&Delivery> for Printed {
    fn from(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            account_id: delivery.account.to_string(),
            event: delivery.event.to_string(),
            kind: delivery.kind.clone(),
            invoice_id: delivery.invoice.map(|invoice| invoice.to_string()),
            url: delivery.url.clone(),
            status: delivery.status.clone(),
            tries: delivery.tries,
            due_at: delivery.due_at.map(|at| at.to_string()),
            ended_at: delivery.ended_at.map(|at| at.to_string()),
            log: None,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::List(list) => list.run(&desk).await?,
            Self::Show { delivery } => show(&desk, delivery).await?,
            Self::Resend { delivery } => resend(&desk, delivery).await?,
        }
        Ok(Exit::Done)
    }
}

impl List {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Self { account, limit } = self;
        let read = desk.read(move |tx| match &account {
            None => Ok(webhooks::recent(tx, limit)?),
            Some(account) => {
                let account = account_of(tx, account)?.id;
                Ok(webhooks::list(tx, account, None, PageRequest { start: 0, limit })?.entries)
            }
        });
        let deliveries: Vec<_> = read.await?.iter().map(Printed::from).collect();
        let columns = [
            words("ID"),
            words("KIND"),
            words("INVOICE"),
            words("STATUS"),
            words("TRIES"),
            words("NEXT"),
            words("URL"),
        ];
        let row = |one: &Printed| {
            let (tries, next) = (one.tries.to_string(), or_dash(one.due_at.as_ref()));
            let invoice = or_dash(one.invoice_id.as_ref());
            [&one.id, &one.kind, &invoice, &one.status, &tries, &next, &one.url]
                .map(String::clone)
                .to_vec()
        };
        desk.output
            .list(&deliveries, &columns, row, "nobody was told anything yet");
        Ok(())
    }
}

/// Finds a delivery, whoever's it is: operators name it by its id alone.
fn find(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Delivery, Failure> {
    let accounts: Vec<AccountId> = accounts::list(tx)?.into_iter().map(|account| account.id).collect();
    for account in accounts {
        if let Some(delivery) = webhooks::find(tx, account, id)? {
            return Ok(delivery);
        }
    }
    Err(Failure::new(format!(
        "there is no delivery {id}: recarga webhooks list shows the newest"
    )))
}

async fn show(desk: &Desk, id: DeliveryId) -> Result<(), Failure> {
    let read = desk.read(move |tx| {
        let delivery = find(tx, id)?;
        let tries = webhooks::tries(tx, delivery.account, id)?;
        Ok((delivery, tries))
    });
    let (delivery, tries) = read.await?;
    let printed = |one: &Try| PrintedTry {
        number: one.number,
        tried_at: one.tried_at.to_string(),
        duration_ms: one.duration_ms,
        status_code: one.status_code,
        error: one.error.as_ref().map(Silence::in_english),
    };
    let one = Printed {
        log: Some(tries.iter().map(printed).collect()),
        ..Printed::from(&delivery)
    };
    desk.output.one(&one, || {
        let head = format!(
            "{}  {} of {} to {}: {}",
            one.id,
            one.kind,
            or_dash(one.invoice_id.as_ref()),
            one.url,
            one.status
        );
        let line = |one: &Try| {
            let answer = one.status_code.map_or_else(
                || or_dash(one.error.as_ref().map(Silence::in_english).as_ref()),
                |code| code.to_string(),
            );
            format!(
                "  {}  try {}: {answer} after {} ms",
                moment(one.tried_at),
                one.number,
                one.duration_ms
            )
        };
        std::iter::once(head)
            .chain(tries.iter().map(line))
            .collect::<Vec<_>>()
            .join("\n")
    });
    Ok(())
}

async fn resend(desk: &Desk, id: DeliveryId) -> Result<(), Failure> {
    let resend = desk.write(move |tx, context, now| {
        let delivery = find(tx, id)?;
        let again = webhooks::resend(tx, &context.ids, (delivery.account, id), now)?;
        let again = again.ok_or_else(|| Failure::new("the delivery is gone"))?;
        deeds::resent((delivery.account, id), &again).by_command(tx, now)?;
        Ok(again)
    });
    let one = Printed::from(&resend.await?);
    desk.output
        .one(&one, || format!("{} is on its way to {}", one.id, one.url));
    Ok(())
}
