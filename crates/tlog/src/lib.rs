//! The transparency-log formats that a ledger of ceasefire reports is published in.
//!
//! ```
//! use armistice_tlog::{Checkpoint, Index, SigningKey, TlogProof, Tree, leaf_hash};
//!
//! // The log: two entries, one signed tree head, one receipt.
//! let log_key = SigningKey::from_seed("example.org/ceasefire", [7; 32])?;
//! let mut tree = Tree::new();
//! tree.push(leaf_hash(b"first entry"));
//! tree.push(leaf_hash(b"second entry"));
//! let head = Checkpoint::new("example.org/ceasefire", tree.size(), tree.root())?;
//! let receipt = TlogProof {
//!     extra: None,
//!     index: Index(1),
//!     path: tree.inclusion(Index(1), tree.size())?,
//!     checkpoint: head.sign(&log_key),
//! };
//!
//! // Anybody with the entry, the receipt's text and the log's public key.
//! let received = TlogProof::parse(receipt.to_string().as_bytes())?;
//! let proved = received.verify(leaf_hash(b"second entry"), &log_key.verifier_key())?;
//! assert_eq!(proved.size().0, 2);
//! # Ok::<(), armistice_tlog::Error>(())
//! ```
//!
//! One module per specification:
//!
//! | module | source | page |
//! |---|---|---|
//! | [`note`], [`key`] | `c2sp.org/signed-note` | `docs/formats/signed-note.md` |
//! | [`checkpoint`] | `c2sp.org/tlog-checkpoint` | `docs/formats/checkpoint.md` |
//! | [`hash`], [`tree`], [`proof`] | RFC 6962 section 2.1, RFC 9162 section 2.1 | – |
//! | [`tile`], [`bundle`] | `c2sp.org/tlog-tiles` | `docs/formats/tiles.md` |
//! | [`receipt`] | `c2sp.org/tlog-proof` | `docs/formats/receipt.md` |
//! | [`cosignature`] | `c2sp.org/tlog-cosignature` | `docs/formats/cosignature.md` |
//! | [`policy`] | `c2sp.org/tlog-policy` | `docs/formats/policy.md` |
//!
//! The crate is pure: no files, no clock, no randomness. Seeds and times are arguments.
//! It does not know what an entry contains, and it supports Ed25519 only: keys of other
//! signature types are refused where they are configured and ignored where they merely sign.

pub mod bundle;
pub mod checkpoint;
pub mod cosignature;
mod error;
mod frontier;
pub mod hash;
pub mod key;
pub mod note;
pub mod policy;
pub mod proof;
pub mod receipt;
mod text;
pub mod tile;
pub mod tree;
mod vkey;

pub use checkpoint::Checkpoint;
pub use cosignature::{UnixSeconds, WitnessKey};
pub use error::Error;
pub use frontier::Frontier;
pub use hash::{Hash, Index, TreeSize, leaf_hash, node_hash};
pub use key::{SigningKey, VerifierKey};
pub use note::{Note, SignatureLine, SingleNote};
pub use policy::Policy;
pub use receipt::TlogProof;
pub use tile::TilePath;
pub use tree::{Tree, TreeAt};
pub use vkey::{KEY_NAME_BYTES_MAX, KeyId};
