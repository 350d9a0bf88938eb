//! Recarga: one API for phone top-ups in front of many suppliers.
//!
//! [`App`] is everything that is open while the program runs. [`worker`] delivers; the rest shows
//! it to the outside.

pub mod api;
pub mod app;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod config;
mod console;
mod counter;
mod deeds;
mod desk;
mod inbox;
pub mod reconcile;
pub mod routes;
pub mod serve;
mod tally;
pub mod telemetry;
pub mod web;
pub mod webhooks;
pub mod worker;

pub use app::App;
