//! Suppliers seen from outside: what every one must do, what the sandbox does, what the layers add.

#![allow(clippy::unwrap_used, reason = "these are tests all through")]

mod behaviour;
mod http;
mod layers;
mod metrics;
mod record;
mod sandbox;
#[path = "../stub/mod.rs"]
mod stub;
mod table;
mod world;
