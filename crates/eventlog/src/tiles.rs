//! Tiles and entry bundles, assembled when they are read (c2sp.org/tlog-tiles). None is ever stored.
//!
//! ```text
//! tile/0/x001/067.p/8   eight leaf hashes, from the tree in memory
//! tile/entries/000      256 entries, each after its 16-bit length, from the chunks on the disk
//! ```
//!
//! Any tile whose hashes or entries the log has is given, also the partial ones of earlier sizes. Which of them a
//! checkpoint needs is told by `armistice_tlog::tile::paths`. This file writes no files.

use armistice_tlog::tile::{self, TileKind};
use armistice_tlog::{Index, TilePath};

use crate::error::Error;
use crate::reader::{Reader, beyond};

impl Reader {
    /// The bytes of a tile, or of a bundle if the path is one. Hashes come from memory; entries are read and each is
    /// checked against its leaf.
    ///
    /// # Errors
    /// [`Error::BeyondTree`] if the log is not that long yet; for bundles also those of [`Reader::entry`].
    pub fn tile(&self, path: &TilePath) -> Result<Vec<u8>, Error> {
        let TileKind::Hashes(level) = path.kind() else {
            return self.bundle(path);
        };
        let memory = self.shared.memory();
        memory
            .tree()
            .tile_hashes(level, path.n(), path.width())
            .map(tile::encode)
            .map_err(|_| beyond(memory.size(), path.to_string()))
    }

    fn bundle(&self, path: &TilePath) -> Result<Vec<u8>, Error> {
        let size = self.size();
        if !path.is_within(size) {
            return Err(beyond(size, path.to_string()));
        }
        let mut next = path.n() * tile::WIDTH as u64;
        let end = next + u64::from(path.width());
        let mut bundle = Vec::new();
        while next < end {
            let (first, chunk) = self.chunk(Index(next))?;
            let offset = |index: u64| usize::try_from(index - first.0).unwrap_or(usize::MAX);
            let until = end.min(first.0 + chunk.len() as u64);
            for index in next..until {
                self.checked(Index(index), chunk.entry(offset(index)))?;
            }
            bundle.extend_from_slice(chunk.bundle(offset(next)..offset(until)).unwrap_or_default());
            next = until;
        }
        Ok(bundle)
    }
}
