//! Tests that need several crates.

mod bus_kill;
mod bus_sites;
mod bus_views;
mod digests;
mod faults;
mod flips;
mod intake;
mod kill;
mod ledger;
mod relay;
mod scenarios;
mod second;
mod tidy;
