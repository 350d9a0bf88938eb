//! The pages, driven through the router as a browser would: signing in, who sees what, and what every answer has.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod browser;
mod console;
mod counter;
mod entering;
mod people;
mod safety;
#[path = "../api/stage.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod stage;
