//! What tests share: databases, a clock that is moved by hand, a world with an account in it, a
//! supplier that has every fault, and a long history.

mod database;
mod faulty;
mod history;
mod listing;
mod relay;
mod time;
mod world;

pub use database::{Database, database, database_with, fresh_url, has_server, open, sqlite};
pub use faulty::{Execution, FaultySupplier, Habits};
pub use history::store_history;
pub use listing::listing;
pub use relay::Relay;
pub use time::ManualClock;
pub use world::{World, refused, seed_from_environment, usd};
