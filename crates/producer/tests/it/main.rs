//! The SDK against a real disk and, in `network`, a real nats-server of its own for each test.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod crash;
mod ledger;
mod network;
mod outbox;
mod support;
