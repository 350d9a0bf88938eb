//! `recarga topup`: one top-up, as a client of a running server.
//!
//! It finds the operator, asks, pays and waits for the end. What moves money carries an
//! `Idempotency-Key`, so that a lost answer is asked for again and never paid twice.

mod ask;
mod client;
mod follow;
mod wire;

use std::{path::Path, time::Duration};

use clap::Args;
use model::{Clock, Ids};

use self::{
    client::{Client, Lost},
    wire::{Invoice, Operator, Product},
};
use super::{Exit, Failure, Shared, demo, output::print};
use crate::clock::SystemClock;

/// Suppliers that are asked whose a number is have mostly answered after this.
const SUPPLIERS_ASKED: Duration = Duration::from_millis(700);

#[derive(Debug, Args)]
pub(crate) struct TopUp {
    /// The phone number, as people write it after a +
    number: String,
    /// The product, such as at-t-usa [default: the operator's that the number is found to be of]
    #[arg(long)]
    product: Option<String>,
    /// What the phone is to receive, in the product's currency, or a bundle's name
    #[arg(long)]
    amount: Option<String>,
    /// Pays at most this much
    #[arg(long, value_name = "PRICE")]
    max_price: Option<String>,
    /// Your own reference, kept with the order
    #[arg(long)]
    reference: Option<String>,
    /// Sends the same number and amount again, though it was sent a moment ago
    #[arg(long)]
    allow_duplicate: bool,
    /// Asks nothing: takes the operator if it is likely, and pays
    #[arg(long, short = 'y')]
    yes: bool,
    /// How long to wait for the delivery, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u64,
    /// The server
    #[arg(
        long,
        value_name = "URL",
        env = "RECARGA_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    server: String,
    /// The API key [default: the demo's, for a server on this machine]
    #[arg(long, value_name = "KEY", env = "RECARGA_API_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Goes on with an earlier try whose answer was lost: the key that it printed
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl TopUp {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        if !self.yes && !ask::someone_is_there() {
            return Err(Failure::usage("nobody is there to ask: say --yes, with --amount"));
        }
        let client = Client::new(&self.server, &self.api_key()?)?;
        let product = self.product(&client).await?;
        let amount = match (&self.amount, self.yes) {
            (Some(amount), _) => amount.clone(),
            (None, true) => return Err(Failure::usage(format!("say --amount: {}", product.choices()))),
            (None, false) => ask::amount(&product)?,
        };
        let key = self.idempotency_key.clone().unwrap_or_else(new_key);
        match self.buy(&client, (&product, &amount), &key).await {
            Ok(Some(invoice)) => follow::follow(&client, invoice, (self.wait, shared.output())).await,
            Ok(None) => Ok(Exit::Done),
            Err(Lost::Refused(failure)) => Err(failure),
            Err(Lost::Unclear(why)) => {
                let text = format!(
                    "{why}\nThe top-up may have been placed or not. Say the same again with --amount {amount} --product {} \
                     --idempotency-key {key}: it is placed once at most.",
                    product.id
                );
                Err(Failure {
                    exit: Exit::Confirming,
                    text,
                })
            }
        }
    }

    /// The key that was given, or that of the demo on this machine.
    fn api_key(&self) -> Result<String, Failure> {
        if let Some(key) = &self.key {
            return Ok(key.clone());
        }
        let path = Path::new(demo::DATA).join(demo::KEY_FILE);
        let kept = std::fs::read_to_string(path)
            .ok()
            .filter(|_| client::is_this_machine(&self.server));
        kept.map(|key| key.trim().to_owned())
            .ok_or_else(|| Failure::usage("no API key: say --key or set RECARGA_API_KEY; recarga key create makes one"))
    }

    /// The product that was named, or that of the number's operator.
    async fn product(&self, client: &Client) -> Result<Product, Failure> {
        if let Some(id) = &self.product {
            return client.product(id).await;
        }
        let operators = self.operators(client).await?;
        let id = &self.choose(&operators)?.id;
        client.product(id).await
    }

    /// Who may serve the number. Where nothing is known the server asks its suppliers behind its first
    /// answer, so that the second one may know more.
    async fn operators(&self, client: &Client) -> Result<Vec<Operator>, Failure> {
        let mut operators = client.check(&self.number).await?.data.operators;
        if !operators.first().is_some_and(Operator::is_likely) {
            tokio::time::sleep(SUPPLIERS_ASKED).await;
            operators = client.check(&self.number).await?.data.operators;
        }
        // Data and bundles are bought by their name.
        if operators.iter().any(Operator::is_airtime) {
            operators.retain(Operator::is_airtime);
        }
        Ok(operators)
    }

    fn choose<'a>(&self, operators: &'a [Operator]) -> Result<&'a Operator, Failure> {
        let first = operators
            .first()
            .ok_or_else(|| Failure::new("nobody serves this number"))?;
        match (first.is_likely(), self.yes) {
            (_, true) if first.is_likely() => Ok(first),
            (_, true) => {
                let ids: Vec<_> = operators.iter().map(|operator| operator.id.as_str()).collect();
                Err(Failure::usage(format!(
                    "whose number it is can't be told: say --product, one of {}",
                    ids.join(", ")
                )))
            }
            (_, false) if operators.len() == 1 || first.is_confirmed() => Ok(first),
            (_, false) => ask::operator(&self.number, operators),
        }
    }

    /// Places and pays; asked first, a person sees the exact price. None if the person doesn't want it.
    async fn buy(
        &self,
        client: &Client,
        (product, amount): (&Product, &str),
        key: &str,
    ) -> Result<Option<Invoice>, Lost> {
        let mut body = serde_json::json!({
            "products": [{ "product_id": product.id, "value": amount, "phone_number": self.number }],
            "payment_method": "balance",
            "auto_pay": self.yes,
            "allow_duplicate": self.allow_duplicate,
        });
        for (name, value) in [("max_price", &self.max_price), ("reference", &self.reference)] {
            if let Some(value) = value {
                body[name] = serde_json::Value::from(value.as_str());
            }
        }
        let invoice = client.place(&body, key).await?;
        if self.yes || invoice.status != "unpaid" {
            return Ok(Some(invoice));
        }
        let question = format!(
            "Top up {} with {amount} {} of {} for {}?",
            self.number, product.currency, product.name, invoice.payment
        );
        if ask::yes(&question)? {
            return client.pay(&invoice.id, &format!("{key}-pay")).await.map(Some);
        }
        client.cancel(&invoice.id).await?;
        print("Nothing was paid.");
        Ok(None)
    }
}

/// A key that nobody has used before.
fn new_key() -> String {
    format!("topup-{}", Ids::random().next(SystemClock.now()))
}
