//! What the cross-crate tests share: a ledger in a temporary folder, producers that sign, the log's public bytes.

mod public;
mod world;

pub use public::Public;
pub use world::{CEASEFIRE, ORIGIN, Producer, World, incident, key};
