//! A verified copy of a ledger that follows its stream: views, changes, answers.
//!
//! ```text
//! ENTRIES ─────► entries wait ──► covered ──► views ──► VIEWS          rows and statements, fenced
//! CHECKPOINTS ─► signature, root ───┘           └─────► queries        head, entry, proof, consistency, receipt, view
//! ```
//! ```no_run
//! # async fn show(bus: armistice_bus::Bus) -> Result<(), Box<dyn std::error::Error>> {
//! use armistice_replica::{Replica, Settings};
//! use armistice_tlog::VerifierKey;
//!
//! let key = VerifierKey::parse("example.org/karabakh-2020+0a1b2c3d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=")?;
//! let settings = Settings::new("paris-1", key);
//! Replica::open(bus, settings)?.run(std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```
//! It has no access to the log: it believes the bytes of ENTRIES only when they lead to the root of a checkpoint that the
//! ledger signed. A gap, a fork, another key or an unreadable entry stops it, with both notes kept as evidence.
//! What it publishes and answers: `docs/reference/views-stream.md`; why so: `docs/decisions/0014-live-views.md`.
//!
//! [`Subscription`] is the other end: the current rows of a view, then their changes.
//!
//! It does not check admission and signatures of reports: `armistice audit` does. It signs nothing.

mod answers;
mod conditions;
mod copy;
mod differences;
mod error;
mod lookup;
mod outbox;
mod publisher;
mod replica;
mod requests;
mod rows;
mod settings;
mod source;
mod stamp;
mod state;
mod subscription;
mod views;

pub use conditions::Condition;
pub use copy::{Advance, Entry, Verified, VerifiedCopy};
pub use error::{Conflict, Error};
pub use replica::{Head, Replica};
pub use settings::Settings;
pub use subscription::{Change, Cursor, Event, Statement, Subscription};
