//! Views: folds over entries, with digests, snapshots and as-of.
//!
//! ```
//! use armistice_projection::{Projection, View};
//!
//! let projection = Projection::new(); // … projection.apply(&item)? for each entry, in the order of the log
//! let view: View = "allegations".parse()?;
//! for row in projection.rows(view) {
//!     println!("{row}");
//! }
//! assert_eq!(projection.digest(view).rows.0, 0);
//! # Ok::<(), armistice_projection::Error>(())
//! ```
//!
//! A view's rows are a pure function of the entries: whoever folds the same entries gets the same digest, byte for byte.
//! Formats: `docs/formats/view-v1.md`. What each view counts: `docs/reference/views.md`.
//! The crate knows no clock, no file, no network and no signature; it says what was reported, never who is right.

mod actors;
mod amount;
mod answers;
mod claims;
mod compact;
mod digest;
mod entries;
mod error;
mod ledger;
mod live;
mod names;
mod projection;
mod reading;
mod redactions;
mod replay;
mod rows;
mod scene;
mod shapes;
mod snapshot;
mod standing;
mod statement;
mod union;
mod view;
mod views;

pub use digest::{Digest, RowProof};
pub use error::Error;
pub use ledger::AdoptedCodebook;
pub use live::{Change, Live};
pub use projection::{ENTRIES_MAX, Item, Projection};
pub use replay::{CHUNK_ENTRIES, ReplayError, replay};
pub use statement::{Statement, statement_origin};
pub use view::View;
