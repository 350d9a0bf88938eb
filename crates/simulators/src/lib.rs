//! Simulators of three suppliers, faithful to their wire: Reloadly Airtime, DT One DVS, Ding Connect V1.
//!
//! Each keeps books of its own: a wallet, its transactions, and what really reached each phone. What a
//! program believes after a fault can be compared with them. Nothing here knows the rest of Recarga, so
//! that it stays a second, independent reading of the suppliers' documents.
//!
//! [`Simulator::start`] gives a server on a port of this machine; [`Running`] is the hand on it. Faults
//! are chosen by the recipient's last digits ([`SUFFIXES`]) or by [`Rule`]s. `serve` has the way of one
//! call, `world` the books, and each supplier's folder its wire.

mod admin;
mod call;
mod clock;
mod config;
mod ding;
mod dtone;
mod journal;
mod markets;
mod number;
mod push;
mod reloadly;
mod running;
mod serve;
mod socket;
mod wire;
mod world;

pub use self::{
    clock::{Moment, Now},
    config::{CallbackTarget, Config, Credentials, Supplier, Times},
    journal::{CallRecord, PushRecord},
    running::{Running, Simulator},
    world::{
        changes::Change,
        course::{End, PushFault},
        delivery::Delivery,
        fault::{Endpoint, Fault},
        rules::{Rule, RuleError},
        suffix::{SUFFIXES, Suffix, suffixes_of},
        transaction::{Status, Transaction},
        wallet::{Entry, Wallet},
    },
};
