//! What tests share: databases, a clock that is moved by hand, a world with an account in it, and a
//! supplier that has every fault.

mod database;
mod faulty;
mod relay;
mod time;
mod world;

pub use database::{Database, database, database_with, fresh_url, open, sqlite};
pub use faulty::{Execution, FaultySupplier};
pub use relay::Relay;
pub use time::ManualClock;
pub use world::{World, seed_from_environment, usd};
