//! A saved state: a head that says what it is, and the state in postcard encoding.
//!
//! ```text
//! armistice/snapshot/v3
//! {"views":["allegations@2",…],"tree_size":36,"root":"…","body":"…"}
//! <body>
//! ```
//! Restoring recomputes the body's hash and the root over the entries' hashes, and refuses another list of views. A snapshot is a
//! follower's shortcut and never evidence: when it does not fit, delete it and rebuild from the log.

use armistice_tlog::{Frontier, Hash};
use serde::{Deserialize, Serialize};

use crate::{Error, Projection, View, projection::State};

const MAGIC: &[u8] = b"armistice/snapshot/v3\n";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    views: Vec<String>,
    tree_size: u64,
    root: String,
    body: String,
}

fn version_list() -> Vec<String> {
    View::ALL
        .iter()
        .map(|view| format!("{}@{}", view.name(), view.version()))
        .collect()
}

impl Projection {
    /// The state as bytes, for [`Projection::restore`].
    ///
    /// # Panics
    /// Never: every part of the state has an encoding, and memory takes it.
    pub fn snapshot(&self) -> Vec<u8> {
        let body = postcard::to_stdvec(&self.state)
            .expect("every part of the state has a length and memory takes it");
        let head = Head {
            views: version_list(),
            tree_size: self.tree_size().0,
            root: self.root().to_string(),
            body: Hash::sha256(&body).to_string(),
        };
        let mut bytes = MAGIC.to_vec();
        serde_json::to_writer(&mut bytes, &head).expect("the head is plain text and numbers");
        bytes.push(b'\n');
        bytes.extend_from_slice(&body);
        bytes
    }

    /// The projection that a snapshot was taken of.
    ///
    /// The caller still has to compare [`Projection::root`] with the log's root at [`Projection::tree_size`]:
    /// a snapshot of another log is whole in itself.
    ///
    /// # Errors
    /// [`Error::SnapshotDamaged`], [`Error::SnapshotVersion`] or [`Error::SnapshotRoot`]; each time the
    /// remedy is to rebuild from the log.
    pub fn restore(bytes: &[u8]) -> Result<Self, Error> {
        let damaged = |expected| Error::SnapshotDamaged { expected };
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| damaged("the line armistice/snapshot/v3"))?;
        let end = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or_else(|| damaged("a head of one line"))?;
        let (head, body) = (&rest[..end], &rest[end + 1..]);
        let head: Head = serde_json::from_slice(head).map_err(|_| damaged("a head of one JSON object"))?;
        let expected = version_list();
        if head.views != expected {
            return Err(Error::SnapshotVersion {
                expected: expected.join(", "),
                found: head.views.join(", "),
            });
        }
        if head.body != Hash::sha256(body).to_string() {
            return Err(damaged("a body with the hash that the head names"));
        }
        let state: State =
            postcard::from_bytes(body).map_err(|_| damaged("a body that holds the views' state"))?;
        let mut frontier = Frontier::new();
        for hash in state.entries.hashes() {
            frontier.push(Hash(*hash));
        }
        let named = Hash::from_hex(&head.root).ok_or_else(|| damaged("a root of 64 hex digits"))?;
        if frontier.root() != named || frontier.size().0 != head.tree_size {
            return Err(Error::SnapshotRoot {
                expected: named,
                found: frontier.root(),
            });
        }
        Ok(Self::from_parts(state, frontier))
    }
}
