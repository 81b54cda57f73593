//! Readers: any number, on any thread, while the writer writes.
//!
//! Positions, hashes and proofs come from memory. Entries come from the disk and are compared with their leaf hash
//! each time, so that an entry that is returned is the one that the tree covers. A reader sees whole commits only, and
//! only durable ones.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use armistice_tlog::{Hash, Index, TreeAt, TreeSize, leaf_hash};

use crate::chunk::Chunk;
use crate::disk::Disk;
use crate::error::{Damaged, Error};
use crate::head::Head;
use crate::index::Memory;
use crate::keys;
use crate::leaves::Fingerprint;

/// What the writer and the readers share.
pub(crate) struct Shared {
    pub(crate) disk: Box<dyn Disk>,
    /// Locked for writing while a durable batch is folded in: about 2 µs an entry.
    pub(crate) memory: RwLock<Memory>,
    pub(crate) head: RwLock<Option<Head>>,
}

impl Shared {
    pub(crate) fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        // Folding cannot fail half-way, so a thread that panicked with the lock left it whole.
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a log. Clones share it.
#[derive(Clone)]
pub struct Reader {
    pub(crate) shared: Arc<Shared>,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Entries in the log, all of them durable. Not necessarily covered by a signed head yet.
    pub fn size(&self) -> TreeSize {
        self.shared.memory().size()
    }

    /// The head that was published last, if any.
    pub fn head(&self) -> Option<Head> {
        self.shared
            .head
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// One entry, checked against the tree. Reads and decompresses its chunk: about 0.1 ms.
    ///
    /// # Errors
    /// [`Error::NoEntry`], [`Error::EntryDamaged`] with the position, or [`Error::Io`].
    pub fn entry(&self, index: Index) -> Result<Vec<u8>, Error> {
        let (first, chunk) = self.chunk(index)?;
        let offset = usize::try_from(index.0 - first.0).unwrap_or(usize::MAX);
        self.checked(index, chunk.entry(offset)).map(<[u8]>::to_vec)
    }

    /// The entries of a range in order, each checked against the tree. Holds one chunk in memory. A range beyond the
    /// log ends with [`Error::NoEntry`]; the iterator ends at the first error.
    pub fn entries(&self, range: Range<Index>) -> Entries {
        Entries {
            reader: self.clone(),
            next: range.start,
            end: range.end,
            chunk: None,
        }
    }

    /// The leaf hash at a position.
    pub fn leaf_hash(&self, index: Index) -> Option<Hash> {
        self.shared.memory().tree().leaf(index)
    }

    /// Position of the first entry with this leaf hash.
    pub fn find_hash(&self, hash: &Hash) -> Option<Index> {
        self.shared.memory().find_hash(hash)
    }

    /// Positions of the entries whose key begins with the same eight bytes, ascending: candidates, usually one or
    /// none. The caller compares the entry itself.
    pub fn find_key(&self, key: &[u8; 32]) -> Vec<Index> {
        self.shared.memory().find_key(Fingerprint::of(key))
    }

    /// The value of a cursor, as of the last durable batch.
    pub fn cursor(&self, name: &str) -> Option<Vec<u8>> {
        self.shared.memory().cursor(name).map(<[u8]>::to_vec)
    }

    /// Root over the first `size` entries.
    ///
    /// # Errors
    /// [`Error::BeyondTree`].
    pub fn root_at(&self, size: TreeSize) -> Result<Hash, Error> {
        let memory = self.shared.memory();
        memory
            .tree()
            .root_at(size)
            .map_err(|_| beyond(memory.size(), format!("root of size {size}")))
    }

    /// Gives `work` the tree of the first `size` entries, for many proofs at once: its right edge is hashed once.
    /// Appending waits until `work` returns.
    ///
    /// # Errors
    /// [`Error::BeyondTree`].
    pub fn at<R>(&self, size: TreeSize, work: impl FnOnce(&TreeAt<'_>) -> R) -> Result<R, Error> {
        let memory = self.shared.memory();
        let tree = memory.tree().at(size);
        Ok(work(&tree.map_err(|_| {
            beyond(memory.size(), format!("tree of size {size}"))
        })?))
    }

    /// Inclusion proof of an entry in the tree of `size` entries (RFC 6962 section 2.1.1).
    ///
    /// # Errors
    /// [`Error::BeyondTree`].
    pub fn inclusion(&self, index: Index, size: TreeSize) -> Result<Vec<Hash>, Error> {
        let memory = self.shared.memory();
        memory
            .tree()
            .inclusion(index, size)
            .map_err(|_| beyond(memory.size(), format!("entry {index} in a tree of size {size}")))
    }

    /// Consistency proof between two sizes (RFC 6962 section 2.1.2).
    ///
    /// # Errors
    /// [`Error::BeyondTree`].
    pub fn consistency(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Hash>, Error> {
        let memory = self.shared.memory();
        memory.tree().consistency(old, new).map_err(|_| {
            beyond(
                memory.size(),
                format!("tree of size {new} that extends one of size {old}"),
            )
        })
    }

    /// The first index and the chunk that holds an entry.
    pub(crate) fn chunk(&self, index: Index) -> Result<(Index, Chunk), Error> {
        let (first, len) = {
            let memory = self.shared.memory();
            memory.chunk_of(index).ok_or(Error::NoEntry {
                index,
                size: memory.size(),
            })?
        };
        let damaged = |source| Error::EntryDamaged { index, source };
        let value = self.shared.disk.get(&keys::entries(first)).map_err(|source| {
            if source.kind() == std::io::ErrorKind::InvalidData {
                damaged(Damaged::Store)
            } else {
                self.io_error(source)
            }
        })?;
        let value = value.ok_or_else(|| damaged(Damaged::ChunkMissing))?;
        let chunk = Chunk::decode(&value).map_err(|damage| damaged(Damaged::Chunk(damage)))?;
        if chunk.len() != len {
            return Err(damaged(Damaged::Chunk(crate::chunk::Damage::Header)));
        }
        Ok((first, chunk))
    }

    /// The entry, if it is there and is the one that the tree covers.
    pub(crate) fn checked<'a>(&self, index: Index, entry: Option<&'a [u8]>) -> Result<&'a [u8], Error> {
        let damaged = |source| Error::EntryDamaged { index, source };
        let entry = entry.ok_or_else(|| damaged(Damaged::ChunkMissing))?;
        let expected = self.leaf_hash(index).ok_or(Error::NoEntry {
            index,
            size: self.size(),
        })?;
        let found = leaf_hash(entry);
        if found != expected {
            return Err(damaged(Damaged::LeafDiffers { expected, found }));
        }
        Ok(entry)
    }

    fn io_error(&self, source: std::io::Error) -> Error {
        Error::Io {
            doing: "reading the store",
            path: self.shared.disk.path(),
            source,
        }
    }
}

pub(crate) fn beyond(size: TreeSize, wanted: String) -> Error {
    Error::BeyondTree { wanted, size }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

/// The iterator of [`Reader::entries`].
pub struct Entries {
    reader: Reader,
    next: Index,
    end: Index,
    chunk: Option<(Index, Chunk)>,
}

impl Entries {
    fn read(&mut self) -> Result<Vec<u8>, Error> {
        let index = self.next;
        let offset = |first: Index| usize::try_from(index.0 - first.0).unwrap_or(usize::MAX);
        let held = self
            .chunk
            .take()
            .filter(|(first, chunk)| offset(*first) < chunk.len());
        let (first, chunk) = match held {
            Some(held) => held,
            None => self.reader.chunk(index)?,
        };
        let entry = self.reader.checked(index, chunk.entry(offset(first)))?.to_vec();
        self.chunk = Some((first, chunk));
        Ok(entry)
    }
}

impl Iterator for Entries {
    type Item = Result<(Index, Vec<u8>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let index = self.next;
        let read = self.read();
        self.next = if read.is_ok() {
            Index(index.0 + 1)
        } else {
            self.end
        };
        Some(read.map(|entry| (index, entry)))
    }
}

impl std::fmt::Debug for Entries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entries")
            .field("next", &self.next)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
