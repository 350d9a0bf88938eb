//! The pages, driven through the router as a browser would: signing in, who sees what, and what every answer has.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod accounts;
mod browser;
mod cases;
mod catalog;
mod console;
mod counter;
mod deciding;
mod desk;
mod desk_webhooks;
mod entering;
mod fundings;
mod house;
mod languages;
mod paying;
mod people;
#[path = "../api/receiver.rs"]
mod receiver;
mod requests;
mod routing;
mod safety;
#[path = "../duties/scripted.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod scripted;
#[path = "../api/stage.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod stage;
mod suppliers;
mod throttle;
