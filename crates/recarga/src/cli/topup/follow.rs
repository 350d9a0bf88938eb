//! Waiting for the end of a top-up, with something to look at.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{Instant, sleep};

use super::{
    super::{Exit, Failure, Output},
    client::Client,
    wire::{Invoice, Order},
};

/// How often the server is asked.
const PAUSE: Duration = Duration::from_millis(400);
/// A question that isn't answered is asked again so often in a row.
const FAILURES_MAX: u32 = 10;

/// Waits until the order has ended or the time is over, and says how it ended.
pub(super) async fn follow(
    client: &Client,
    mut invoice: Invoice,
    (wait_s, output): (u64, Output),
) -> Result<Exit, Failure> {
    let spinner = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})").expect("the template is right");
    spinner.set_style(style);
    spinner.enable_steady_tick(Duration::from_millis(100));
    let (deadline, mut failures) = (Instant::now() + Duration::from_secs(wait_s), 0);
    while invoice.orders.iter().any(Order::is_open) && Instant::now() < deadline {
        spinner.set_message(invoice.orders.first().map_or("waiting", Order::progress));
        sleep(PAUSE).await;
        match client.invoice(&invoice.id).await {
            Ok(fresh) => (invoice, failures) = (fresh, 0),
            // The order goes on without us: only looking at it has failed.
            Err(failure) if failures >= FAILURES_MAX => {
                let text = format!("{}\nInvoice {} goes on all the same.", failure.text, invoice.id);
                return Err(Failure {
                    exit: Exit::Confirming,
                    text,
                });
            }
            Err(_) => failures += 1,
        }
    }
    spinner.finish_and_clear();
    let order = invoice
        .orders
        .first()
        .ok_or_else(|| Failure::new("the invoice has no order"))?;
    let json = serde_json::json!({
        "invoice_id": invoice.id,
        "order_id": order.id,
        "status": order.status,
        "pending_reason": order.pending_reason,
        "price": invoice.payment.to_string(),
        "error": order.error.as_ref().map(|error| error.message.as_str()),
    });
    output.one(&json, || order.told(&invoice));
    Ok(order.exit())
}

impl Order {
    fn is_open(&self) -> bool {
        matches!(self.status.as_str(), "created" | "pending")
    }

    fn is_confirming(&self) -> bool {
        self.pending_reason.as_deref() == Some("confirming")
    }

    fn progress(&self) -> &'static str {
        match self.status.as_str() {
            "pending" if self.is_confirming() => "no answer yet: finding out what became of it",
            "pending" => "delivering",
            _ => "waiting",
        }
    }

    fn exit(&self) -> Exit {
        match self.status.as_str() {
            "delivered" => Exit::Done,
            "refunded" | "reversed" | "cancelled" => Exit::Refunded,
            _ => Exit::Confirming,
        }
    }

    /// What a person is told in the end.
    fn told(&self, invoice: &Invoice) -> String {
        let why = self.error.as_ref().map_or("", |error| error.message.as_str());
        match self.status.as_str() {
            "delivered" => format!("delivered: {} for {}", self.id, invoice.payment),
            "refunded" => format!("not delivered: {why} ({})", self.id),
            "reversed" => format!("delivered and taken back: {why} ({})", self.id),
            "cancelled" => format!("not paid in time ({})", self.id),
            _ => format!(
                "not known yet: {} of invoice {} is still being found out; it ends delivered or refunded by itself",
                self.id, invoice.id
            ),
        }
    }
}
