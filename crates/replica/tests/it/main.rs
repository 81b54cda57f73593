//! The copy without any server; replicas and subscriptions against a real one.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it says"
)]

mod copy;
mod questions;
mod scribe;
mod streams;
mod subscribers;
mod support;
mod two;
