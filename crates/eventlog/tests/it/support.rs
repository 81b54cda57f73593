//! What the tests of this crate share.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use armistice_eventlog::{Batch, Error, Opened, Options, Record, Writer};
use armistice_tlog::{Checkpoint, Hash, SigningKey, TreeSize};

/// The entry that belongs at a position.
pub(crate) fn entry(index: u64) -> Vec<u8> {
    format!("entry {index} of a test, with some words that compress").into_bytes()
}

pub(crate) fn record(index: u64) -> Record {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&(index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    Record {
        bytes: entry(index),
        key,
    }
}

pub(crate) fn batch(first: u64, count: usize) -> Batch {
    Batch {
        records: (first..first + count as u64).map(record).collect(),
        cursors: vec![],
    }
}

pub(crate) fn create(dir: &Path) -> Opened {
    Writer::open(dir, Options::create()).expect("creates")
}

pub(crate) fn open(dir: &Path) -> Result<Opened, Error> {
    Writer::open(dir, Options::default())
}

pub(crate) fn reopened(log: Opened, dir: &Path) -> Opened {
    drop(log);
    open(dir).expect("opens again")
}

/// Appends the next `count` entries as one batch.
pub(crate) fn append(log: &mut Opened, count: u64) {
    let first = log.reader.size().0;
    let appended = log
        .writer
        .append(&batch(first, usize::try_from(count).expect("count")))
        .expect("durable");
    assert_eq!((appended.first.0, appended.size.0), (first, first + count));
}

/// A signed head of a tree.
pub(crate) fn head(size: TreeSize, root: Hash) -> Vec<u8> {
    let key = SigningKey::from_seed("example.org/log", [1; 32]).expect("key");
    Checkpoint::new("example.org/log", size, root)
        .expect("checkpoint")
        .sign(&key)
        .into_bytes()
}

/// Publishes the head of all that is stored.
pub(crate) fn publish(log: &mut Opened) {
    let size = log.reader.size();
    let note = head(size, log.reader.root_at(size).expect("root"));
    log.writer.publish_head(&note).expect("published");
}

/// Every file below a directory with its bytes.
pub(crate) fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for item in fs::read_dir(dir).expect("dir") {
        let path = item.expect("item").path();
        if path.is_dir() {
            files.insert(path.clone(), Vec::new());
            files.append(&mut contents(&path));
        } else {
            files.insert(path.clone(), fs::read(&path).expect("file"));
        }
    }
    files
}

/// Puts a directory back to what [`contents`] saw.
pub(crate) fn restore(dir: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) {
    fs::remove_dir_all(dir).expect("removed");
    fs::create_dir_all(dir).expect("dir");
    // A directory comes before its files, and has no bytes of its own.
    for (path, bytes) in files {
        let is_dir = files.keys().any(|other| other.parent() == Some(path)) || path.ends_with("blobs");
        if is_dir {
            fs::create_dir_all(path).expect("dir");
        } else {
            fs::write(path, bytes).expect("file");
        }
    }
}

/// Flips one bit of a file.
pub(crate) fn flip(path: &Path, at: usize, bit: u8) {
    let mut file = fs::File::options()
        .read(true)
        .write(true)
        .open(path)
        .expect("file");
    let mut byte = [0];
    file.seek(SeekFrom::Start(at as u64)).expect("seek");
    file.read_exact(&mut byte).expect("read");
    file.seek(SeekFrom::Start(at as u64)).expect("seek");
    file.write_all(&[byte[0] ^ (1 << bit)]).expect("write");
}

/// Bytes that do not compress, the same for the same seed (splitmix64).
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(len);
        bytes
    }
}
