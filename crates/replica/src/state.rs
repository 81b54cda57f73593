//! The saved state: what spares a replica reading the stream from its first entry.
//!
//! ```text
//! armistice/replica/v1
//! {"key":"example.org/…","ceasefire":"karabakh-2020","tree_size":36,"note_bytes":215,"body":"<SHA-256 of the rest>"}
//! <the verified note><36 × 32 bytes: submissions><36 × 32 bytes: producer and id><projection snapshot>
//! ```
//! Written beside itself, flushed, then renamed: a reader finds the old one or the new one. Read back, its leaf hashes must
//! lead to the root of its note, and the note be signed by the ledger: otherwise it is as if it were not there.
//! It is a shortcut and never evidence. Whoever can write it could have changed rows in it; the digests would show it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use armistice_projection::Projection;
use armistice_report::CeasefireId;
use armistice_tlog::{Hash, VerifierKey};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::copy::VerifiedCopy;
use crate::error::{Conflict, Error};
use crate::lookup::Lookup;
use crate::views::Views;

const MAGIC: &[u8] = b"armistice/replica/v1\n";
const FILE: &str = "replica.state";
const NEW_FILE: &str = "replica.state.new";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    key: String,
    ceasefire: String,
    tree_size: u64,
    note_bytes: usize,
    body: String,
}

/// The state as bytes; `None` unless the views hold exactly the verified entries.
pub(crate) fn encode(
    key: &VerifierKey,
    ceasefire: &CeasefireId,
    copy: &VerifiedCopy,
    views: &Views,
) -> Option<Vec<u8>> {
    let verified = copy.verified()?;
    let projection = views.projection();
    if projection.tree_size() != verified.checkpoint.size() {
        return None;
    }
    let mut body = verified.note.clone().into_bytes();
    let lookup = &views.lookup;
    for hash in lookup.submissions().iter().chain(lookup.names()) {
        body.extend_from_slice(&hash.0);
    }
    body.extend_from_slice(&projection.snapshot());
    let head = Head {
        key: key.to_string(),
        ceasefire: ceasefire.to_string(),
        tree_size: projection.tree_size().0,
        note_bytes: verified.note.len(),
        body: Hash::sha256(&body).to_string(),
    };
    let mut bytes = MAGIC.to_vec();
    serde_json::to_writer(&mut bytes, &head).expect("text and numbers have a JSON form");
    bytes.push(b'\n');
    bytes.extend_from_slice(&body);
    Some(bytes)
}

/// Reads a state back; `Err` says in what it is not one of this ledger.
fn decode(bytes: &[u8], key: &VerifierKey, ceasefire: &CeasefireId) -> Result<(VerifiedCopy, Views), String> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("its first line is another")?;
    let end = rest
        .iter()
        .position(|&byte| byte == b'\n')
        .ok_or("it has no head")?;
    let (head, body) = (&rest[..end], &rest[end + 1..]);
    let head: Head = serde_json::from_slice(head).map_err(|_| "its head cannot be read")?;
    if head.key != key.to_string() || head.ceasefire != ceasefire.as_str() {
        return Err(format!("it is of the ledger {}", head.key));
    }
    if head.body != Hash::sha256(body).to_string() {
        return Err("it is damaged".to_owned());
    }
    let list_bytes = usize::try_from(head.tree_size)
        .ok()
        .and_then(|entries| entries.checked_mul(32))
        .ok_or("its head cannot be right")?;
    let cut = |bytes: &mut &[u8], at: usize| {
        let (first, rest) = bytes.split_at_checked(at)?;
        let first = first.to_vec();
        *bytes = rest;
        Some(first)
    };
    let mut rest = body;
    let mut next = |at| cut(&mut rest, at).ok_or("it is too short");
    let (note, submissions, names) = (next(head.note_bytes)?, next(list_bytes)?, next(list_bytes)?);
    let projection = Projection::restore(rest).map_err(|error| error.to_string())?;
    let mut copy = VerifiedCopy::new(key.clone(), ceasefire.clone());
    let leaves = projection.leaf_hashes().iter().map(|&hash| Hash(hash));
    copy.restore(leaves, &note)
        .map_err(|conflict| conflict.to_string())?;
    let lookup = Lookup::restore(&submissions, &names);
    Ok((copy, Views::new(projection, lookup)))
}

/// What a folder has of a ledger; from nothing, with a warning, when it is damaged or another ledger's.
pub(crate) fn load(
    folder: Option<&Path>,
    key: &VerifierKey,
    ceasefire: &CeasefireId,
) -> Result<(VerifiedCopy, Views), Error> {
    let empty = || {
        (
            VerifiedCopy::new(key.clone(), ceasefire.clone()),
            Views::new(Projection::new(), Lookup::default()),
        )
    };
    let Some(folder) = folder else { return Ok(empty()) };
    let failed = |path: PathBuf| |source| Error::State { path, source };
    std::fs::create_dir_all(folder).map_err(failed(folder.to_owned()))?;
    let path = folder.join(FILE);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(empty()),
        Err(error) => return Err(failed(path)(error)),
    };
    match decode(&bytes, key, ceasefire) {
        Ok((copy, views)) => {
            info!(tree_size = copy.next_index(), "state restored");
            Ok((copy, views))
        }
        Err(reason) => {
            warn!(
                reason,
                "the saved state is not used; everything is read from the stream again"
            );
            Ok(empty())
        }
    }
}

/// Writes a state; durable when this returns. Blocks.
pub(crate) fn save(folder: &Path, bytes: &[u8]) -> Result<(), Error> {
    let (path, new) = (folder.join(FILE), folder.join(NEW_FILE));
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        // Flushed before the rename: otherwise the name could stand for half of it after a power cut.
        file.sync_all()?;
        std::fs::rename(&new, &path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|source| Error::State {
        path: path.clone(),
        source,
    })
}

/// Keeps the evidence of a conflict beside the state. The same conflict has the same name.
pub(crate) fn keep_evidence(folder: &Path, conflict: &Conflict) -> Result<PathBuf, Error> {
    let text = conflict.evidence();
    let path = folder.join(format!("evidence-{:.16}.txt", Hash::sha256(text.as_bytes())));
    let write = || {
        let mut file = File::create(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|source| Error::State {
        path: path.clone(),
        source,
    })?;
    Ok(path)
}
