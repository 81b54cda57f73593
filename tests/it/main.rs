//! Tests that need several crates.

mod digests;
mod faults;
mod flips;
mod intake;
mod kill;
mod ledger;
mod second;
mod tidy;
