//! The SDK of those who report: sign, keep, publish, and hold a receipt.
//!
//! ```no_run
//! use armistice_bus::{Access, Bus};
//! use armistice_producer::{Draft, Outcome, Producer, Settings};
//! use armistice_report::{CeasefireId, ReportId, Timestamp};
//! use armistice_tlog::{SigningKey, VerifierKey};
//!
//! # async fn example(secret: &str, ledger: &str, provenance: armistice_report::Provenance, statement: armistice_report::StatementMade)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let ceasefire = CeasefireId::new("karabakh-2020")?;
//! let settings = Settings::new(SigningKey::parse(secret)?, VerifierKey::parse(ledger)?, ceasefire.clone());
//! let producer = Producer::open("newsdesk.outbox", settings).await?;
//! producer.connect(Bus::connect(&Access::new("nats://127.0.0.1:4222"), &ceasefire).await?)?;
//!
//! let time = Timestamp::new("2022-03-26T16:30:00Z")?;
//! let draft = Draft::new(ReportId::new("statement-17")?, time, statement).provenance(provenance);
//! let mut ticket = producer.report(draft).await?; // signed, and durable on this machine
//! match ticket.outcome().await? {
//!     Outcome::Recorded(receipt) => println!("entry {}: {}", receipt.index.0, receipt.text),
//!     Outcome::Refused(refusal) => println!("{refusal}"),
//! }
//! producer.close().await;
//! # Ok(())
//! # }
//! ```
//! What happens to a report, and what is true if the process dies after each step:
//!
//! 1. *checked*: nothing is written.
//! 2. *signed and kept*: one transaction holds the note and the counter that it used. [`Producer::report`] returns now.
//!    Whatever dies, the note is published again after the next start, and no other note gets its number.
//! 3. *published*: it is in the stream, which may lose it. It stays in the outbox.
//! 4. *receipt verified and kept*: it leaves the queue. [`Ticket::outcome`] returns now; the receipt can be read again.
//!
//! Page: `docs/reference/producer-sdk.md`. Bytes on disk: [`outbox`](Producer::open), one redb file per producer.
//!
//! What is not here: a login (`armistice_bus::Access`), a clock (the time of a report is an argument), and any check that
//! two checkpoints of the ledger agree with each other: that is an audit's.

pub mod blocking;
mod connect;
mod courier;
mod draft;
mod error;
mod follower;
mod keeper;
mod outbox;
mod producer;
mod reader;
mod schedule;
mod settings;
mod status;
mod tables;
mod ticket;
mod verify;

/// Vague words for times and quantities, resolved by named rules; the caller looks and decides.
pub use armistice_wording as wording;
pub use draft::Draft;
pub use error::Error;
pub use producer::Producer;
pub use reader::{Pending, RefusedReport};
pub use settings::{Counter, Settings, Signer};
pub use status::{Problem, Status};
pub use ticket::{Outcome, Receipt, Ticket};
