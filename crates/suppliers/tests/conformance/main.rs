//! Connectors against simulators of their suppliers, over real HTTP, and the sandbox: whatever goes wrong on the way,
//! what a supplier says in the end agrees with what the other side has in its books.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod ding;
mod dtone;
mod faults;
mod reloadly;
mod sandbox;
mod shop;
mod stage;
mod story;
#[allow(dead_code, reason = "others need the rest of it")]
#[path = "../stub/mod.rs"]
mod stub;
#[allow(dead_code, reason = "others need the rest of it")]
#[path = "../suppliers/world.rs"]
mod world;
