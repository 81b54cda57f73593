//! The bus against real servers, one for each test.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests measure time, and a failure is a panic"
)]

mod access;
mod cluster;
mod follow;
mod hostile;
mod intake;
mod leaf;
mod permissions;
mod publish;
mod query;
mod streams;
mod support;
mod tls;
