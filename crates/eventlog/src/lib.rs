//! The immutable log on sled: opaque entries, group commit, tiles.
//!
//! ```text
//! <dir>/head     the signed checkpoint of the last commit (c2sp.org/tlog-checkpoint), outside sled
//! <dir>/store/   the sled directory; its keys and values: docs/formats/store-v1.md
//! ```
//!
//! One [`Writer`] appends, any number of [`Reader`]s read, and what [`Writer::append`] returned for is on the disk:
//!
//! ```
//! use armistice_eventlog::{Batch, Options, Record, Writer};
//!
//! let dir = tempfile::tempdir()?;
//! let mut opened = Writer::open(dir.path(), Options::create())?;
//! let appended = opened.writer.append(&Batch {
//!     records: vec![Record { bytes: b"an entry".to_vec(), key: [7; 32] }],
//!     cursors: vec![("intake".to_owned(), b"41".to_vec())],
//! })?;
//! assert_eq!(opened.reader.entry(appended.first)?, b"an entry");
//! assert_eq!(opened.reader.find_key(&[7; 32]), vec![appended.first]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This crate does not know what an entry means, signs nothing, verifies no signature, reads no clock, and never edits,
//! truncates or repairs: a store that does not match its head is refused, and a person decides.

mod chunk;
mod disk;
mod error;
#[cfg(feature = "faults")]
pub mod faults;
pub mod group;
mod head;
mod index;
mod keys;
mod leaves;
pub mod limits;
mod open;
mod plan;
mod reader;
mod tiles;
mod undo;
mod writer;

pub use chunk::Damage;
pub use error::{AppendError, Damaged, Error, Refused, Unacknowledged};
pub use head::Head;
pub use open::{Missing, Opened, Options, Recovery};
pub use plan::{Batch, Record};
pub use reader::{Entries, Reader};
pub use writer::{Appended, Writer};
