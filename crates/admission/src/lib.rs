//! Which submissions become entries: a pure function of the entries before them.
//!
//! The ledger runs these functions to decide, an auditor runs the same ones to check
//! (`docs/architecture.md`, "Admission is replayable"):
//!
//! ```text
//! bytes ──Submission::read──► Submission ──Keyring::check──► Checked ──admit(&State, …)──► Decision
//!                                                                        ▲                    │ Admit
//!                                                                        └──── State::apply ◄─┘
//! ```
//!
//! Reading and checking a signature need no state but the keys, so they may run on many cores ahead of
//! time; [`admit()`] and [`State::apply`] run one by one in the order of the log.
//!
//! What is not here: the clock, the store, the network. A key is valid or not at a log index,
//! never at a clock time.

mod admit;
mod history;
mod keyring;
mod registry;
mod state;
mod submission;
mod targets;
#[cfg(test)]
mod tests;

pub use admit::{Decision, Prior, admit};
pub use history::{History, Meta};
pub use keyring::{Checked, Keyring, Signature};
pub use registry::{Founding, KeyStatus, Producer, Registry};
pub use state::{State, StateError};
pub use submission::{Rejected, Signed, Submission, unique_key};
