//! The HTTP API from outside: modules mirror `src/api`.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod accounts;
mod callbacks;
mod check_phone_number;
mod conformance;
mod documentation;
mod errors;
mod front;
mod health;
mod hooks;
mod idempotency;
mod invoices;
mod orders;
mod products;
mod receiver;
mod robust;
mod stage;
#[path = "../../../suppliers/tests/conformance/story.rs"]
mod story;
mod upstream;
mod wire;
