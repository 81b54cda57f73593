//! The ledger: admit → append → flush → sign → receipt, by one writer.
//!
//! ```text
//! Ledger::submit ──► queue ──► intake thread ──────────► commit thread ──► receipt
//!  (many callers)   bounded    read, verify on all cores   admit in order,   (tlog-proof, after
//!                              (needs the keys only)        append, flush,    the flush and the
//!                                                           sign, keep head   signed head)
//! ```
//!
//! Two threads, so that the next group's signatures are verified while this group waits for the disk.
//! A receipt means durable: when a caller sees one, its entry is flushed and a signed checkpoint that
//! covers it is kept beside the store (`docs/architecture.md`, "A receipt means durable").
//!
//! What is not here: HTTP, NATS, views, files of keys. Time and keys are arguments.

mod answers;
mod commit;
mod decide;
mod error;
mod found;
mod intake;
mod ledger;
mod marks;
mod open;
mod receipt;
mod settings;
mod sign;
mod snapshot;

pub use error::{OpenError, StopCause, SubmitError};
pub use found::{Founder, found};
pub use ledger::{Clock, Cursor, Ledger, Outcome, Pending, Taken};
pub use open::read_state;
pub use receipt::{Receipt, stored_receipt};
pub use settings::Settings;
pub use sign::sign_report;
