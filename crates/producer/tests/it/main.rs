//! The SDK against a real disk and, in the last files, a real nats-server of its own for each test.

mod crash;
mod ledger;
mod network;
mod outbox;
mod support;
