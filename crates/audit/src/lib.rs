//! Is this log right? From public bytes and one key, and nothing else.
//!
//! ```text
//! Source (a folder of tiles, a live store)
//!    checkpoint ─► signature, policy
//!    bundles ────► entry hash = tile hash ─► header, time ─► report ─► producer's signature ─► admission ─► views
//!    tiles ──────► recomputed from the entries, level by level ─► root = checkpoint
//!    kept checkpoint ─► the same log, only longer
//! ```
//!
//! The auditor sees what everybody sees and re-runs what the ledger ran: the same admission, the same folds.
//! It stops at the first bad position and names it.
//!
//! What is not here: files, network, clock. What no audit of bytes can show is listed in every verdict
//! ([`NOT_PROVED`]).

mod check;
mod finding;
mod offline;
mod run;
mod seen;
mod source;
mod verdict;

pub use finding::Finding;
pub use offline::{OfflineError, VerifiedReceipt, VerifiedRow, verify_receipt, verify_row};
pub use run::{Audit, audit};
pub use source::{Source, SourceError};
pub use verdict::{Kept, NOT_PROVED, Verdict, ViewDigest};
