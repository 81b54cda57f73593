//! What the cross-crate tests share: a ledger in a temporary folder, producers that sign, the log's public bytes.

#![expect(
    clippy::missing_panics_doc,
    reason = "a helper of tests panics where a test should fail"
)]
#![expect(clippy::needless_pass_by_value, reason = "contents are literals at the call")]

pub mod bus;
mod public;
mod world;

pub use public::Public;
pub use world::{CEASEFIRE, ORIGIN, Producer, World, incident, key, wait};
