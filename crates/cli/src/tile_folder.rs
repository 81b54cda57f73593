//! A folder of C2SP tlog-tiles: `checkpoint`, `tile/<level>/<n>` and `tile/entries/<n>`.
//!
//! Source: `c2sp.org/tlog-tiles`; page: `docs/formats/tiles.md`. Opening recomputes the root from the lowest tiles and
//! compares it with the checkpoint's; each bundle is compared with its tile as it is read. Whose signature is on the
//! checkpoint is not checked here: that is `armistice audit --key`.

use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use armistice_tlog::tile::{self, TileKind};
use armistice_tlog::{Checkpoint, Hash, Index, TilePath, TreeSize, bundle};

use crate::failure::{Exit, Failure, Outcome};
use crate::files;

/// An exported log.
#[derive(Debug, Clone)]
pub(crate) struct TileFolder {
    root: PathBuf,
    pub(crate) checkpoint: Checkpoint,
    /// The checkpoint's note, verbatim.
    pub(crate) head: Vec<u8>,
}

impl TileFolder {
    /// Reads the checkpoint; no tile is looked at yet.
    pub(crate) fn open(root: &Path) -> Outcome<Self> {
        let path = root.join("checkpoint");
        if !path.is_file() {
            let message = format!("{} holds no exported log", root.display());
            return Err(Failure::new(Exit::NotFound, "no_log", message)
                .hint("an exported log has a file `checkpoint`; make one with `armistice log export DIR`"));
        }
        let head = files::read(&path)?;
        let (checkpoint, _) = Checkpoint::parse_unverified(&head)
            .map_err(|error| damaged(format!("{} is not a checkpoint", path.display())).because(&error))?;
        Ok(Self {
            root: root.to_owned(),
            checkpoint,
            head,
        })
    }

    /// The bytes of a tile or bundle. A full one stands for a partial one that was removed, and is then cut to its width; the
    /// file of the very path is given as it is, so that whoever checks it sees what was added to it.
    pub(crate) fn exact_tile(&self, path: &TilePath) -> std::io::Result<Option<Vec<u8>>> {
        if let Some(bytes) = self.read(path)? {
            return Ok(Some(bytes));
        }
        let full = path.full();
        if full == *path {
            return Ok(None);
        }
        let Some(mut bytes) = self.read(&full)? else {
            return Ok(None);
        };
        if matches!(path.kind(), TileKind::Hashes(_)) {
            bytes.truncate(usize::from(path.width()) * Hash::BYTES);
        } else if let Some(length) = bundle_prefix(&bytes, path.width()) {
            bytes.truncate(length);
        }
        Ok(Some(bytes))
    }

    /// Reads at most one byte more than the largest tile or bundle has: the folder may be anybody's.
    fn read(&self, path: &TilePath) -> std::io::Result<Option<Vec<u8>>> {
        let bytes_max = match path.kind() {
            TileKind::Hashes(_) => tile::WIDTH * Hash::BYTES,
            TileKind::Entries => bundle::BUNDLE_BYTES_MAX,
        };
        let mut bytes = Vec::new();
        let read = std::fs::File::open(self.root.join(path.to_string()))
            .and_then(|file| file.take(bytes_max as u64 + 1).read_to_end(&mut bytes));
        match read.map_err(|error| error.kind()) {
            Ok(_) => Ok(Some(bytes)),
            // A file where a folder should be, or the other way round, is not the tile either.
            Err(ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory) => Ok(None),
            Err(kind) => Err(kind.into()),
        }
    }

    /// Recomputes the root from the lowest tiles.
    pub(crate) fn check_root(&self) -> Outcome {
        let size = self.checkpoint.size();
        let tiles = lowest_tiles(size)
            .map(|path| self.present(&path))
            .collect::<Outcome<Vec<_>>>()?;
        tile::verify_root(&tiles, size, self.checkpoint.root()).map_err(|error| {
            damaged(format!(
                "the tiles in {} do not lead to their checkpoint",
                self.root.display()
            ))
            .because(&error)
        })
    }

    /// The entries of `range`, in order, each checked against its tile.
    pub(crate) fn entries(&self, range: Range<u64>) -> impl Iterator<Item = Outcome<(u64, Vec<u8>)>> + '_ {
        let end = range.end.min(self.checkpoint.size().0);
        let bundles = tile::paths(self.checkpoint.size()).filter(|path| path.kind() == TileKind::Entries);
        let wanted = bundles.filter(move |path| {
            let first = path.n() * tile::WIDTH as u64;
            first < end && first + u64::from(path.width()) > range.start
        });
        wanted.flat_map(move |path| {
            let first = path.n() * tile::WIDTH as u64;
            let entries = match self.bundle(&path) {
                Ok(entries) => entries.into_iter().map(Ok).collect(),
                Err(failure) => vec![Err(failure)],
            };
            let indexed = (first..)
                .zip(entries)
                .map(|(index, entry)| entry.map(|entry| (index, entry)));
            indexed.filter(move |item| {
                item.as_ref()
                    .map_or(true, |(index, _)| *index >= range.start && *index < end)
            })
        })
    }

    /// One entry.
    pub(crate) fn entry(&self, index: Index) -> Outcome<Vec<u8>> {
        if !self.checkpoint.size().contains(index) {
            let message = format!(
                "there is no entry {index}, the log has {}",
                self.checkpoint.size()
            );
            return Err(Failure::new(Exit::NotFound, "no_entry", message));
        }
        let found = self.entries(index.0..index.0 + 1).next();
        found
            .unwrap_or_else(|| Err(damaged(format!("entry {index} is not in its bundle"))))
            .map(|(_, entry)| entry)
    }

    fn bundle(&self, path: &TilePath) -> Outcome<Vec<Vec<u8>>> {
        let bytes = self.present(path)?;
        let unreadable = |error: &armistice_tlog::Error| {
            damaged(format!("the bundle {path} does not hold the log's entries")).because(error)
        };
        let width = path.width();
        let entries = bundle::decode(&bytes, width).map_err(|error| unreadable(&error))?;
        let kind = TileKind::Hashes(0);
        let hashes = TilePath::new(kind, path.n(), width).map_err(|error| unreadable(&error))?;
        let hashes = self.present(&hashes)?;
        let hashes = tile::decode(&hashes, width).map_err(|error| unreadable(&error))?;
        for ((entry, hash), index) in entries.iter().zip(&hashes).zip(path.n() * tile::WIDTH as u64..) {
            if armistice_tlog::leaf_hash(entry) != *hash {
                return Err(damaged(format!(
                    "entry {index} is not the one that its tile names"
                )));
            }
        }
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }

    fn present(&self, path: &TilePath) -> Outcome<Vec<u8>> {
        let file = self.root.join(path.to_string());
        match self.exact_tile(path) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(damaged(format!("{} is missing", file.display()))
                .hint("export the log again: files that are there already are kept")),
            Err(error) => Err(Failure::file("read", &file, &error)),
        }
    }
}

/// The tiles of level 0, in order. The size is whatever the folder claims: the first missing tile ends the walk.
fn lowest_tiles(size: TreeSize) -> impl Iterator<Item = TilePath> {
    let width = tile::WIDTH as u64;
    (0..size.0.div_ceil(width)).filter_map(move |n| {
        let in_it = u16::try_from((size.0 - n * width).min(width)).ok()?;
        TilePath::new(TileKind::Hashes(0), n, in_it).ok()
    })
}

/// The bytes that the first `entries` entries of a bundle take: each has a length of two bytes before it.
fn bundle_prefix(bytes: &[u8], entries: u16) -> Option<usize> {
    (0..entries).try_fold(0_usize, |at, _| {
        let length = u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
        Some(at + 2 + usize::from(length)).filter(|end| *end <= bytes.len())
    })
}

fn damaged(message: String) -> Failure {
    Failure::new(Exit::VerificationFailed, "log_damaged", message)
}
