//! The disk, and the only file that names sled.
//!
//! sled `=0.34.7` is wrapped because unwrapped it loses what it acknowledged: `flush` calls `sync_file_range` and never
//! fsync (spacejam/sled #1452), pages above a quarter of a segment go to files that nobody syncs (#1387), a death in
//! the middle of its snapshot makes every later open answer `Corruption` (#1527), and it can reopen empty with `Ok`.
//! Measurements: docs/decisions/0002-sled-wrapped.md.
//!
//! [`Disk`] is a trait because it has a twin that fails where a test says (`faults.rs`). It does not know what the
//! keys and values mean; it does not retry, and it does not decide whether a store is the right one.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::limits::{LOCK_TRIES_MAX, SEGMENT_BYTES};

/// One key and the value that it gets.
pub(crate) struct Put {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

/// What a scan does with each key and value.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// The steps of a commit and the reads. A commit is durable after `apply`, `flush` and `sync`, in this order.
pub(crate) trait Disk: Send + Sync {
    /// Writes all or none, into memory or the page cache: nothing is durable yet.
    fn apply(&self, puts: Vec<Put>) -> io::Result<()>;
    /// Hands what was applied to the operating system.
    fn flush(&self) -> io::Result<()>;
    /// Makes what was flushed survive a power cut.
    fn sync(&self) -> io::Result<()>;
    /// The value under a key.
    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>>;
    /// Visits the keys with this prefix in order.
    fn scan(&self, prefix: u8, visit: &mut Visit<'_>) -> io::Result<()>;
    /// Writes and syncs the next head beside the current one.
    fn stage_head(&self, note: &[u8]) -> io::Result<()>;
    /// Puts the staged head in place and syncs the directory.
    fn commit_head(&self) -> io::Result<()>;
    /// Where the store is, for messages.
    fn path(&self) -> PathBuf;
}

/// Why sled did not open.
#[derive(Debug)]
pub(crate) enum OpenFailure {
    /// Another process has the store open.
    Locked,
    /// sled says that its files are damaged, or panicked over them.
    Damaged,
    /// The operating system said no.
    Io(io::Error),
}

/// The real disk: one directory, with the head and the sled store.
pub(crate) struct SledDisk {
    dir: PathBuf,
    db: sled::Db,
    /// Our own handle to sled's only data file: sled never fsyncs it.
    file: File,
    /// Held as long as the log is open.
    _lock: Arc<Lock>,
}

/// An exclusive lock on the log's directory itself, so that locking creates no file. It is taken before anything is
/// looked at; sled locks its file too, and later.
pub(crate) struct Lock {
    _dir: File,
}

impl Lock {
    /// None if another holder has it, here or in another process.
    pub(crate) fn take(dir: &Path) -> io::Result<Option<Self>> {
        let dir = File::open(dir)?;
        for _ in 0..LOCK_TRIES_MAX {
            match dir.try_lock() {
                Ok(()) => return Ok(Some(Self { _dir: dir })),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }
}

impl SledDisk {
    /// Opens or creates the store below `dir` (which exists), and makes the names of its files durable.
    pub(crate) fn open(dir: &Path, cache_bytes: u64, lock: Arc<Lock>) -> Result<Self, OpenFailure> {
        let store = store_path(dir);
        remove_unfinished_snapshots(&store).map_err(OpenFailure::Io)?;
        let config = sled::Config::new()
            .path(&store)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(cache_bytes)
            // No background flush: it would make bytes durable that the writer has not decided about, and only the
            // writer may learn of an error.
            .flush_every_ms(None);
        let db = open_unlocked(&config)?;
        let file = File::options()
            .read(true)
            .write(true)
            .open(db_path(dir))
            .map_err(OpenFailure::Io)?;
        let disk = Self {
            dir: dir.to_owned(),
            db,
            file,
            _lock: lock,
        };
        disk.sync_names().map_err(OpenFailure::Io)?;
        Ok(disk)
    }

    /// Syncs sled's files and the directories that name them: sled syncs no directory.
    fn sync_names(&self) -> io::Result<()> {
        let store = store_path(&self.dir);
        self.db.flush().map_err(io_error)?;
        self.file.sync_all()?;
        File::open(store.join("conf"))?.sync_all()?;
        for dir in [store.as_path(), self.dir.as_path()] {
            sync_dir(dir)?;
        }
        Ok(())
    }
}

impl Disk for SledDisk {
    fn apply(&self, puts: Vec<Put>) -> io::Result<()> {
        let mut batch = sled::Batch::default();
        for put in puts {
            batch.insert(put.key, put.value);
        }
        self.db.apply_batch(batch).map_err(io_error)
    }

    fn flush(&self) -> io::Result<()> {
        self.db.flush().map(|_| ()).map_err(io_error)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        guarded(|| Ok(self.db.get(key).map_err(io_error)?.map(|value| value.to_vec())))
    }

    fn scan(&self, prefix: u8, visit: &mut Visit<'_>) -> io::Result<()> {
        guarded(|| {
            for pair in self.db.scan_prefix([prefix]) {
                let (key, value) = pair.map_err(io_error)?;
                if visit(&key, &value).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    fn stage_head(&self, note: &[u8]) -> io::Result<()> {
        let mut file = File::create(staged_head_path(&self.dir))?;
        file.write_all(note)?;
        file.sync_all()
    }

    fn commit_head(&self) -> io::Result<()> {
        fs::rename(staged_head_path(&self.dir), head_path(&self.dir))?;
        sync_dir(&self.dir)
    }

    fn path(&self) -> PathBuf {
        store_path(&self.dir)
    }
}

/// The signed head.
pub(crate) fn head_path(dir: &Path) -> PathBuf {
    dir.join("head")
}

fn staged_head_path(dir: &Path) -> PathBuf {
    dir.join("head.next")
}

/// sled's directory.
pub(crate) fn store_path(dir: &Path) -> PathBuf {
    dir.join("store")
}

/// sled's data file.
pub(crate) fn db_path(dir: &Path) -> PathBuf {
    store_path(dir).join("db")
}

/// sled's directory for values outside its log: always empty here.
pub(crate) fn blobs_path(dir: &Path) -> PathBuf {
    store_path(dir).join("blobs")
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// A snapshot that sled was writing when it died: sled reads it at the next open and answers `Corruption` (#1527).
/// It holds nothing that the log does not.
fn remove_unfinished_snapshots(store: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(store) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Input from the disk must not panic us, and sled panics on some damaged files (#1387).
fn guarded<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "sled panicked over its files",
        ))
    })
}

/// Opens sled, and waits for its own lock if threads of an earlier store still hold it.
fn open_unlocked(config: &sled::Config) -> Result<sled::Db, OpenFailure> {
    for _ in 0..LOCK_TRIES_MAX {
        match guarded(|| Ok(config.open())).map_err(|_| OpenFailure::Damaged)? {
            Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(Duration::from_millis(10));
            }
            opened => return opened.map_err(open_failure),
        }
    }
    Err(OpenFailure::Locked)
}

fn open_failure(error: sled::Error) -> OpenFailure {
    match error {
        sled::Error::Io(error) => OpenFailure::Io(error),
        _ => OpenFailure::Damaged,
    }
}

/// sled's errors become the operating system's; the rest keep sled's words.
fn io_error(error: sled::Error) -> io::Error {
    match error {
        sled::Error::Io(error) => restored(error),
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}

/// sled keeps the first error of its threads as the text `Os { code: 28, kind: …, message: … }`. The code says it better.
fn restored(error: io::Error) -> io::Error {
    let text = error.to_string();
    let code = text
        .strip_prefix("Os { code: ")
        .and_then(|rest| rest.split(',').next()?.parse().ok());
    code.map_or(error, io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleds_text_of_an_error_becomes_the_error_again() {
        let full = io::Error::from_raw_os_error(28);
        let told = io::Error::new(full.kind(), format!("{full:?}"));
        assert_eq!(restored(told).raw_os_error(), Some(28));
        assert_eq!(restored(io::Error::other("anything")).to_string(), "anything");
    }
}
