//! The real binary, from outside: what it prints, where, and how it ends.

#![expect(clippy::unwrap_used, reason = "a test fails where its desk does")]

mod audit;
mod bench;
mod demo;
mod desk;
mod doctor;
mod general;
mod nats_config;
mod nats_server;
mod readme;
mod submit;
mod submit_nats;
mod view;
