//! The ledger on the bus: takes its intake from SUBMITTED, publishes what it recorded.
//!
//! ```text
//! SUBMITTED ──pull──► intake ──queue──► ledger: admit, append, flush, sign ──► answers ──► ack, purge
//!                                          │ heads                                │
//!                    ENTRIES, CHECKPOINTS ◄┴── publisher                           └──► RECEIPTS
//! ```
//! Three tasks over one open [`Ledger`](armistice_ledger::Ledger). JetStream is transport and never the record:
//!
//! - *intake* (`intake.rs`): a message is acknowledged after the flush of what became of it, and the intake's cursor is in the
//!   same batch of the log. A stream that was set back is found by the hash of the message at the cursor, leaves an
//!   `intake.rewound` entry and is read again from its beginning: the log knows each report by its hash for ever.
//! - *publisher* (`entries.rs`): entry *n* is published with the expected last sequence *n*, so that a gap or a second writer is
//!   impossible; its cursor is the stream's own last sequence. A checkpoint follows the entries that it covers.
//! - *receipts* (`receipts.rs`): answers, in the order of the log; where they stood is in the stream's last message. Nobody's
//!   safety rests on them: a producer that misses its receipt sends again.
//!
//! Each task mends itself after a lost connection or a restarted server; it ends the relay only when going on would be wrong
//! ([`Error`]). Not here: the connection, stream definitions and message forms (`bus`), views (`replica`).

mod backoff;
mod cursor;
mod entries;
mod error;
mod intake;
mod messages;
mod receipts;
mod relay;
mod settings;

pub use error::Error;
pub use relay::Relay;
pub use settings::Settings;
