//! Opening: prove that what is stored is what was promised, or refuse.
//!
//! The order, and what is true after each step:
//! 1. The head is read. It is the promise: so many entries, this root.
//! 2. The directory is looked at without sled. A store that is missing, empty or has blobs is refused untouched.
//! 3. Half-written snapshots are removed, sled opens, the names of its files become durable.
//! 4. The format is known, or the store is new and gets one.
//! 5. The leaves are loaded without a gap into the same index that appending fills.
//! 6. The stored log is at least as long as the head, and its root at that size is the head's.
//!
//! More than the head is fine: it was flushed and never acknowledged, or acknowledged and the head not yet published.
//! It is kept and reported. Nothing is ever cut off here.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use armistice_tlog::{Index, TreeSize};

use crate::chunk::Encoder;
use crate::disk::{self, Disk, Lock, OpenFailure, Put, SledDisk};
use crate::error::Error;
use crate::head::Head;
use crate::index::Memory;
use crate::limits::CACHE_BYTES_DEFAULT;
use crate::reader::{Reader, Shared};
use crate::undo::{Blank, Undo};
use crate::writer::Writer;
use crate::{keys, leaves};

/// What to do where there is no log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Say so: [`Error::NotFound`].
    #[default]
    Refuse,
    /// Create it. Never over a directory that has a head.
    Create,
}

/// How to open a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// What to do where there is no log. Default: refuse.
    pub missing: Missing,
    /// Memory that sled may use for its pages. Default [`CACHE_BYTES_DEFAULT`].
    pub cache_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            missing: Missing::Refuse,
            cache_bytes: CACHE_BYTES_DEFAULT,
        }
    }
}

impl Options {
    /// The defaults, and a log is created where there is none.
    pub fn create() -> Self {
        Self {
            missing: Missing::Create,
            ..Self::default()
        }
    }
}

/// An open log.
#[derive(Debug)]
pub struct Opened {
    /// The only writer.
    pub writer: Writer,
    /// A reader; clone it for more.
    pub reader: Reader,
    /// What was found.
    pub recovery: Recovery,
}

/// What opening found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Whether the log was created just now.
    pub created: bool,
    /// Entries in the store.
    pub stored: TreeSize,
    /// The head, not verified beyond its size and root: its signature is the caller's business.
    pub head: Option<Head>,
    /// Entries behind the head: durable, perhaps never acknowledged, and kept.
    pub beyond_head: u64,
}

/// Opens the log in `dir` over the disk that `wrap` makes of the real one.
pub(crate) fn open(
    dir: &Path,
    options: Options,
    wrap: impl FnOnce(SledDisk) -> Box<dyn Disk>,
) -> Result<Opened, Error> {
    if !dir.is_dir() && options.missing == Missing::Refuse {
        return Err(Error::NotFound { dir: dir.to_owned() });
    }
    create_dir(dir).map_err(at("creating the directory", dir))?;
    let lock = Lock::take(dir).map_err(at("locking the directory", dir))?;
    let lock = lock.ok_or_else(|| Error::Locked { dir: dir.to_owned() })?;
    let head = Head::load(dir)?;
    inspect(dir, options, head.as_ref())?;
    let undo = Undo::capture(&disk::store_path(dir)).map_err(at("reading the store", dir))?;
    let undo = undo.ok_or_else(|| Error::StoreDamaged {
        dir: dir.to_owned(),
        at: None,
    })?;
    match (undo.blank(), &head) {
        (Some(_), Some(head)) => {
            return Err(Error::StoreMissing {
                dir: dir.to_owned(),
                head_size: head.size.0,
            });
        }
        (Some(Blank::Other), None) => {
            return Err(Error::StoreDamaged {
                dir: dir.to_owned(),
                at: Some(0),
            });
        }
        (Some(Blank::Zeros) | None, _) => {}
    }
    let lock = Arc::new(lock);
    match prove(dir, options, Arc::clone(&lock), head, wrap) {
        // Somebody who does not take our lock has the store: it is theirs to write.
        Err(Error::Locked { dir }) => Err(Error::Locked { dir }),
        Err(refused) => {
            // sled may have written. It is closed, and our lock still keeps everybody else out.
            let at_byte = undo.first_damage();
            undo.put_back()
                .map_err(at("putting the store back as it was", dir))?;
            Err(match refused {
                Error::StoreDamaged { dir, at: None } => Error::StoreDamaged { dir, at: at_byte },
                refused => refused,
            })
        }
        opened => opened,
    }
}

fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { doing, path, source }
}

/// Opens sled and proves that it holds what the head promises.
fn prove(
    dir: &Path,
    options: Options,
    lock: Arc<Lock>,
    head: Option<Head>,
    wrap: impl FnOnce(SledDisk) -> Box<dyn Disk>,
) -> Result<Opened, Error> {
    let disk = SledDisk::open(dir, options.cache_bytes, lock).map_err(|failure| match failure {
        OpenFailure::Locked => Error::Locked { dir: dir.to_owned() },
        OpenFailure::Damaged => Error::StoreDamaged {
            dir: dir.to_owned(),
            at: None,
        },
        OpenFailure::Io(source) => Error::Io {
            doing: "opening the store",
            path: disk::store_path(dir),
            source,
        },
    })?;
    let disk = wrap(disk);
    let created = ensure_format(dir, disk.as_ref(), head.as_ref())?;
    blobs_are_empty(dir)?;
    let memory = load(dir, disk.as_ref())?;
    let beyond_head = compare(dir, &memory, head.as_ref())?;
    let stored = memory.size();
    let encoder = Encoder::new().map_err(at("starting the compressor", dir))?;
    let shared = Arc::new(Shared {
        disk,
        memory: RwLock::new(memory),
        head: RwLock::new(head.clone()),
    });
    let reader = Reader::new(Arc::clone(&shared));
    let writer = Writer::new(shared, encoder);
    Ok(Opened {
        writer,
        reader,
        recovery: Recovery {
            created,
            stored,
            head,
            beyond_head,
        },
    })
}

/// Refuses what can be refused without opening sled, which may write as it opens.
fn inspect(dir: &Path, options: Options, head: Option<&Head>) -> Result<(), Error> {
    blobs_are_empty(dir)?;
    let path = disk::db_path(dir);
    let db_bytes = match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        metadata => metadata
            .map_err(|source| Error::Io {
                doing: "looking at the store",
                path,
                source,
            })?
            .len(),
    };
    match (db_bytes, head) {
        (0, Some(head)) => Err(Error::StoreMissing {
            dir: dir.to_owned(),
            head_size: head.size.0,
        }),
        (0, None) if options.missing == Missing::Refuse => Err(Error::NotFound { dir: dir.to_owned() }),
        _ => Ok(()),
    }
}

fn blobs_are_empty(dir: &Path) -> Result<(), Error> {
    let path = disk::blobs_path(dir);
    let files = match fs::read_dir(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(source) => {
            return Err(Error::Io {
                doing: "looking at the store",
                path,
                source,
            });
        }
        Ok(entries) => entries.count(),
    };
    if files > 0 {
        Err(Error::BlobsNotEmpty { path, files })
    } else {
        Ok(())
    }
}

/// Creates the directory and makes its name durable in its parent.
fn create_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir)?;
    let absolute: PathBuf = fs::canonicalize(dir)?;
    absolute.parent().map_or(Ok(()), disk::sync_dir)
}

/// Checks the store's format, or gives one to a store without any key. True if it was new.
fn ensure_format(dir: &Path, disk: &dyn Disk, head: Option<&Head>) -> Result<bool, Error> {
    let failed = |source| io_error(dir, source);
    let found = match disk.get(keys::FORMAT_KEY) {
        // Its page is damaged. Loading the leaves tells where, unless no leaf shares the damage.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            load(dir, disk)?;
            return Err(Error::StoreDamaged {
                dir: dir.to_owned(),
                at: None,
            });
        }
        found => found.map_err(failed)?,
    };
    if found.as_deref() == Some(keys::FORMAT) {
        return Ok(false);
    }
    if let Some(found) = found {
        let found = String::from_utf8_lossy(&found[..found.len().min(64)])
            .trim_end()
            .to_owned();
        return Err(Error::UnknownFormat {
            dir: dir.to_owned(),
            found,
        });
    }
    let mut empty = true;
    for prefix in [keys::ENTRIES, keys::LEAVES, keys::CURSOR] {
        let mut visit = |_: &[u8], _: &[u8]| {
            empty = false;
            ControlFlow::Break(())
        };
        disk.scan(prefix, &mut visit).map_err(failed)?;
    }
    if !empty {
        return Err(Error::UnknownFormat {
            dir: dir.to_owned(),
            found: String::new(),
        });
    }
    if let Some(head) = head {
        // sled found files and reopened empty: that is a loss, not a new log.
        return Err(Error::ShorterThanHead {
            dir: dir.to_owned(),
            stored: 0,
            head_size: head.size.0,
        });
    }
    let put = Put {
        key: keys::FORMAT_KEY.to_vec(),
        value: keys::FORMAT.to_vec(),
    };
    disk.apply(vec![put])
        .and_then(|()| disk.flush())
        .and_then(|()| disk.sync())
        .map_err(failed)?;
    Ok(true)
}

/// Loads the leaves of all chunks, which must follow each other from entry 0 without a gap, and the cursors.
fn load(dir: &Path, disk: &dyn Disk) -> Result<Memory, Error> {
    let mut memory = Memory::new();
    let mut broken = false;
    let mut visit = |key: &[u8], value: &[u8]| {
        let next = Index(memory.size().0);
        match (keys::first_index(key), leaves::decode(value)) {
            (Some(first), Some(leaves)) if first == next => {
                memory.fold(&[first], leaves);
                ControlFlow::Continue(())
            }
            _ => {
                broken = true;
                ControlFlow::Break(())
            }
        }
    };
    match disk.scan(keys::LEAVES, &mut visit) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => broken = true,
        scanned => scanned.map_err(|source| io_error(dir, source))?,
    }
    if broken {
        return Err(Error::IndexBroken {
            at: Index(memory.size().0),
        });
    }
    let mut visit = |key: &[u8], value: &[u8]| {
        memory.move_cursor(&String::from_utf8_lossy(&key[1..]), value);
        ControlFlow::Continue(())
    };
    disk.scan(keys::CURSOR, &mut visit)
        .map_err(|source| io_error(dir, source))?;
    Ok(memory)
}

/// Compares the stored log with its head. How many entries it has beyond it.
fn compare(dir: &Path, memory: &Memory, head: Option<&Head>) -> Result<u64, Error> {
    let stored = memory.size().0;
    let Some(head) = head else { return Ok(stored) };
    let dir = dir.to_owned();
    let Ok(stored_root) = memory.tree().root_at(head.size) else {
        return Err(Error::ShorterThanHead {
            dir,
            stored,
            head_size: head.size.0,
        });
    };
    if stored_root != head.root {
        return Err(Error::RootDiffers {
            dir,
            head_size: head.size.0,
            stored_root,
            head_root: head.root,
        });
    }
    Ok(stored - head.size.0)
}

fn io_error(dir: &Path, source: io::Error) -> Error {
    if source.kind() == io::ErrorKind::InvalidData {
        return Error::StoreDamaged {
            dir: dir.to_owned(),
            at: None,
        };
    }
    Error::Io {
        doing: "reading the store",
        path: disk::store_path(dir),
        source,
    }
}
