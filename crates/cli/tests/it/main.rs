//! The real binary, from outside: what it prints, where, and how it ends.

#![expect(clippy::unwrap_used, reason = "a test fails where its desk does")]

mod audit;
mod bench;
mod count;
mod demo;
mod desk;
#[cfg(feature = "nats")]
mod doctor;
mod export;
mod general;
mod import;
#[cfg(feature = "nats")]
mod nats_config;
#[cfg(feature = "nats")]
mod nats_server;
mod readme;
mod report;
mod resolve;
mod sealed;
mod submit;
#[cfg(feature = "nats")]
mod submit_nats;
mod view;
