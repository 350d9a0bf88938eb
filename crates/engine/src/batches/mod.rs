//! Batches: many top-ups handed in as one file.
//!
//! A batch keeps what was written in each line, so that it can be looked at before anything is bought,
//! goes on where it was cut short, and tells at last what became of each line. Selling a line is
//! placing an invoice with a key made of batch and line ([`Batch::key`]): a line is bought once,
//! however often the batch is submitted.

mod store;

use model::{AccountId, BatchId, Ids, OrderId, Timestamp};
pub use store::{find, list, settle, submit};

use crate::{Error, db::Tx, idempotency::IdempotencyKey, orders::Order};

/// A file has so many lines at most.
pub const LINES_MAX: usize = 1_000;

/// A file of top-ups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Whose.
    pub account: AccountId,
    /// Its id, which says when it was handed in.
    pub id: BatchId,
    /// The file's name.
    pub name: String,
    /// Who handed it in.
    pub made_by: String,
    /// How many lines it has.
    pub lines_count: i64,
    /// When it was first told to be bought.
    pub submitted_at: Option<Timestamp>,
}

/// A line of a file, and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchLine {
    /// Counts from 1, as in the file without its heading.
    pub line: i64,
    /// The phone, as it was written; in international form where it could be read.
    pub phone_number: String,
    /// The product.
    pub product: String,
    /// How much of it, or which package.
    pub value: String,
    /// The account's own word for the line.
    pub reference: Option<String>,
    /// Why it can't be bought, if it can't.
    pub problem: Option<String>,
    /// What was bought.
    pub order: Option<Order>,
}

/// What became of a line that was to be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineEnd {
    /// It was.
    Bought(OrderId),
    /// It can't be.
    Refused(String),
}

impl Batch {
    /// The key under which a line is bought.
    pub fn key(&self, line: &BatchLine) -> IdempotencyKey {
        let body = format!("{} {} {}", line.phone_number, line.product, line.value);
        IdempotencyKey::new(&format!("{}:{}", self.id, line.line), "/batches", body.as_bytes())
    }
}

/// Takes a file in. Nothing is bought yet.
pub fn create(
    tx: &mut Tx<'_>,
    ids: &Ids,
    account: AccountId,
    (name, made_by): (&str, &str),
    (lines, now): (&[BatchLine], Timestamp),
) -> Result<Batch, Error> {
    let batch = Batch {
        account,
        id: BatchId::from_uuid(ids.next(now)),
        name: name.to_owned(),
        made_by: made_by.to_owned(),
        lines_count: i64::try_from(lines.len()).unwrap_or(i64::MAX),
        submitted_at: None,
    };
    store::insert(tx, &batch, lines)?;
    Ok(batch)
}
