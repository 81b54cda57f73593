//! The names of the headers on our messages.
//!
//! ```text
//! NATS/1.0
//! ce-specversion: 1.0
//! ce-type: incident.reported.v1
//! Armistice-Index: 4711
//! Armistice-Hash: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//! ```
//!
//! Header names are compared as they stand, case included (NATS ADR-4). The `ce-` names are `CloudEvents` 1.0 in binary
//! mode, as its binding for NATS has them. Hashes are 64 lower-case hexadecimal digits, numbers are decimal.
//!
//! Where each is used is in `docs/formats/bus-v1.md`. No header is trusted: whoever needs to know checks the bytes of the payload.

/// On a receipt: SHA-256 of the submission's bytes.
pub const SUBMISSION: &str = "Armistice-Submission";
/// On a receipt: `recorded`, `repeated` or `refused`.
pub const OUTCOME: &str = "Armistice-Outcome";
/// The entry's position in the log, from 0. On a view: the last entry of the batch that changed it.
pub const INDEX: &str = "Armistice-Index";
/// The entry's leaf hash (RFC 6962).
pub const HASH: &str = "Armistice-Hash";
/// On a receipt: the position of the next entry without a receipt. The receipts of the entries before it were sent earlier.
pub const THROUGH: &str = "Armistice-Through";
/// The view's name.
pub const VIEW: &str = "Armistice-View";
/// The view's version.
pub const VIEW_VERSION: &str = "Armistice-View-Version";
/// How many entries the view counts.
pub const TREE_SIZE: &str = "Armistice-Tree-Size";
/// The root of the tree of that size.
pub const ROOT: &str = "Armistice-Root";
/// The row's key.
pub const KEY: &str = "Armistice-Key";
/// `true` on the empty message that says that a row is gone.
pub const REMOVED: &str = "Armistice-Removed";

/// `CloudEvents`: always `1.0`.
pub const CE_SPECVERSION: &str = "ce-specversion";
/// `CloudEvents`: the report's id.
pub const CE_ID: &str = "ce-id";
/// `CloudEvents`: who published.
pub const CE_SOURCE: &str = "ce-source";
/// `CloudEvents`: the report's type.
pub const CE_TYPE: &str = "ce-type";
/// `CloudEvents`: the report's own time.
pub const CE_TIME: &str = "ce-time";
/// `CloudEvents`: the ceasefire.
pub const CE_SUBJECT: &str = "ce-subject";

/// `JetStream`: within the stream's window, a second message with this id is dropped.
pub const MESSAGE_ID: &str = "Nats-Msg-Id";
/// `JetStream`: store only if the stream's last message has this sequence.
pub const EXPECTED_LAST_SEQUENCE: &str = "Nats-Expected-Last-Sequence";
