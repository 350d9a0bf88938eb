//! The simulators as a program meets them: over HTTP.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod admin;
mod ding;
mod dtone;
mod faults;
mod pushes;
mod reloadly;
mod rules;
mod shop;
mod stage;
