//! Tests that need several crates.

mod faults;
mod flips;
mod ledger;
mod second;
mod tidy;
