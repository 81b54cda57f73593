//! The part of an audit that needs no order: one bundle with its tile, on any core.

use crate::source::{Source, SourceError};
use crate::{Finding, Verdict};
use armistice_admission::{Checked, Keyring};
use armistice_report::{Timestamp, entry};
use armistice_tlog::tile::{self, TileKind, WIDTH};
use armistice_tlog::{Hash, Index, TilePath, TreeSize, bundle, leaf_hash};

/// An entry whose bytes are the logged ones, its report read and its signature tried.
pub(crate) struct CheckedEntry {
    pub(crate) index: Index,
    pub(crate) hash: Hash,
    pub(crate) received: Timestamp,
    pub(crate) checked: Checked,
}

/// The entries of one bundle up to the first bad one, and what is wrong with that one.
pub(crate) struct CheckedBundle {
    pub(crate) entries: Vec<CheckedEntry>,
    pub(crate) finding: Option<Stop>,
}

/// Why an audit ends early.
pub(crate) enum Stop {
    /// The log is wrong.
    Found(Box<Finding>),
    /// The source failed: nothing is known.
    Unreadable(SourceError),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Found(Box::new(finding))
    }
}

/// Fetches what is published at `path`; what is missing or damaged there is a finding.
pub(crate) fn fetch(source: &impl Source, path: TilePath) -> Result<Vec<u8>, Stop> {
    source.tile(&path).map_err(|error| match error {
        SourceError::Missing => Finding::Missing {
            path: path.to_string(),
            first: first(path),
        }
        .into(),
        SourceError::Damaged(cause) => Finding::Damaged {
            path: path.to_string(),
            first: first(path),
            cause,
        }
        .into(),
        unreadable @ SourceError::Unreadable(_) => Stop::Unreadable(unreadable),
    })
}

/// Checks the bundle number `n` of a log of `size` entries against its level 0 tile.
pub(crate) fn bundle(source: &impl Source, n: u64, size: TreeSize, keys: &Keyring) -> CheckedBundle {
    let mut entries = Vec::with_capacity(WIDTH);
    let finding = check_bundle(source, n, size, keys, &mut entries).err();
    CheckedBundle { entries, finding }
}

fn check_bundle(
    source: &impl Source,
    n: u64,
    size: TreeSize,
    keys: &Keyring,
    out: &mut Vec<CheckedEntry>,
) -> Result<(), Stop> {
    let (bundle_path, tile_path) = paths(n, size)?;
    let (bundle_bytes, tile_bytes) = (fetch(source, bundle_path)?, fetch(source, tile_path)?);
    let malformed = |path: TilePath| Finding::Malformed {
        path: path.to_string(),
        first: first(path),
    };
    let leaves = tile::decode(&tile_bytes, tile_path.width()).map_err(|_| malformed(tile_path))?;
    let stored = bundle::decode(&bundle_bytes, bundle_path.width()).map_err(|_| malformed(bundle_path))?;
    for (at, (bytes, leaf)) in stored.into_iter().zip(leaves).enumerate() {
        let index = Index(n * WIDTH as u64 + at as u64);
        let hash = leaf_hash(bytes);
        if hash != leaf {
            return Err(Finding::EntryHash {
                index,
                path: tile_path.to_string(),
            }
            .into());
        }
        let parts = entry::parse(bytes).map_err(|_| Finding::Header { index })?;
        let checked = keys.check(parts.note.to_vec());
        out.push(CheckedEntry {
            index,
            hash,
            received: parts.received,
            checked,
        });
    }
    Ok(())
}

fn paths(n: u64, size: TreeSize) -> Result<(TilePath, TilePath), Stop> {
    let width = (size.0 - n * WIDTH as u64).min(WIDTH as u64);
    let width = u16::try_from(width).unwrap_or(256);
    let path = |kind| TilePath::new(kind, n, width);
    match (path(TileKind::Entries), path(TileKind::Hashes(0))) {
        (Ok(bundle), Ok(tile)) => Ok((bundle, tile)),
        (Err(error), _) | (_, Err(error)) => Err(Finding::Checkpoint(error).into()),
    }
}

/// The first entry under a tile or bundle.
pub(crate) fn first(path: TilePath) -> Index {
    let level = match path.kind() {
        TileKind::Entries => 0,
        TileKind::Hashes(level) => u32::from(level),
    };
    Index(under(path.n().saturating_mul(WIDTH as u64), level))
}

/// The first leaf under the node at `position` of tile level `level`.
pub(crate) fn under(position: u64, level: u32) -> u64 {
    (WIDTH as u64)
        .checked_pow(level)
        .map_or(u64::MAX, |span| position.saturating_mul(span))
}

impl Verdict {
    pub(crate) fn prove(&mut self, sentence: impl Into<String>) {
        self.proved.push(sentence.into());
    }
}
