//! A refusal touches nothing, although sled writes as it opens.
//!
//! sled's recovery overwrites what it takes for a torn end before anybody can ask whether it was one: with one flipped
//! bit in the newest segment it wipes up to 8 MiB of good, acknowledged entries, and answers `Corruption`. What it may
//! overwrite is known beforehand: the segments from the stable position on that the newest headers state, its snapshot
//! files, and the file's length. They are read before, and put back if the log is refused.
//!
//! ```text
//! a segment begins   crc32 · position · stable position     4 + 8 + 8 bytes, little-endian, each inverted as below
//! ```
//! Source: sled 0.34.7, `pagecache/logger.rs` (`SegmentHeader`) and `pagecache/iterator.rs`
//! (`scan_segment_headers_and_tail`); the version is pinned exactly.
//!
//! It does not protect against the death of this process between sled's writes and the putting back.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::limits::{SEGMENT_BYTES, TAIL_SEGMENTS_MAX};

const HEADER_BYTES: usize = 20;
const SEGMENT: u64 = SEGMENT_BYTES as u64;

/// What sled's recovery may overwrite, as it was.
pub(crate) struct Undo {
    store: PathBuf,
    /// Files beside `db`.
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Length of `db`, if there was one.
    db_bytes: Option<u64>,
    /// Offset and bytes of each segment in the unstable tail.
    tail: Vec<(u64, Vec<u8>)>,
    /// Segments with a whole header.
    headers: usize,
}

/// What a `db` without any segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blank {
    /// Nothing, or zeros: what a power cut leaves of a file that was never synced.
    Zeros,
    /// Bytes that may once have been a store.
    Other,
}

impl Undo {
    /// Reads the store below `store`, which must not change meanwhile. None if the unstable tail is longer than any
    /// writer leaves it: then sled must not be let near it.
    pub(crate) fn capture(store: &Path) -> io::Result<Option<Self>> {
        let mut undo = Self {
            store: store.to_owned(),
            files: small_files(store)?,
            db_bytes: None,
            tail: Vec::new(),
            headers: 0,
        };
        let db = match File::open(store.join("db")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(undo)),
            db => db?,
        };
        let db_bytes = db.metadata()?.len();
        undo.db_bytes = Some(db_bytes);
        let (segments, unreadable) = segments(&db, db_bytes)?;
        undo.headers = segments.len();
        let stable = segments.iter().map(|segment| segment.stable).max().unwrap_or(0);
        let in_tail = |segment: &&Segment| segment.position >= stable / SEGMENT * SEGMENT;
        let mut tail: Vec<u64> = segments
            .iter()
            .filter(in_tail)
            .map(|segment| segment.offset)
            .collect();
        if tail.len() > TAIL_SEGMENTS_MAX {
            return Ok(None);
        }
        // sled takes a segment without a whole header for free and may write there.
        tail.extend(unreadable.iter().rev().take(TAIL_SEGMENTS_MAX));
        for offset in tail {
            let len = SEGMENT.min(db_bytes - offset);
            let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
            db.read_exact_at(&mut bytes, offset)?;
            undo.tail.push((offset, bytes));
        }
        Ok(Some(undo))
    }

    /// Whether `db` has no segment at all: sled would begin anew. And if so, whether anything else is in it.
    pub(crate) fn blank(&self) -> Option<Blank> {
        if self.headers > 0 {
            return None;
        }
        let zeros = self
            .tail
            .iter()
            .all(|(_, bytes)| bytes.iter().all(|&byte| byte == 0));
        Some(if zeros { Blank::Zeros } else { Blank::Other })
    }

    /// Where in `db` the first message is that cannot be read, in the segments that sled's recovery reads. Also finds
    /// the end of the log, if there is no damage before it.
    pub(crate) fn first_damage(&self) -> Option<u64> {
        let mut found: Vec<u64> = Vec::new();
        for (offset, bytes) in &self.tail {
            if let Some((position, _)) = bytes.first_chunk().and_then(parse_header) {
                found.extend(messages::first_damage(bytes, position / SEGMENT).map(|at| offset + at as u64));
            }
        }
        found.into_iter().min()
    }

    /// Puts everything back. sled must be closed; its threads may still be letting go of the file.
    pub(crate) fn put_back(self) -> io::Result<()> {
        let path = self.store.join("db");
        if let Some(db_bytes) = self.db_bytes {
            let db = File::options().write(true).open(path)?;
            db.lock()?;
            for (offset, bytes) in &self.tail {
                db.write_all_at(bytes, *offset)?;
            }
            db.set_len(db_bytes)?;
            db.sync_all()?;
        } else if path.exists() {
            fs::remove_file(path)?;
        }
        for path in small_files(&self.store)?.into_keys() {
            if !self.files.contains_key(&path) {
                fs::remove_file(path)?;
            }
        }
        for (path, bytes) in &self.files {
            if fs::read(path).ok().as_ref() != Some(bytes) {
                fs::write(path, bytes)?;
                File::open(path)?.sync_all()?;
            }
        }
        Ok(())
    }
}

/// The files of a directory but `db`: sled's configuration and snapshots, some 100 kB at a million entries.
fn small_files(store: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let items = match fs::read_dir(store) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        items => items?,
    };
    for item in items {
        let item = item?;
        if item.file_type()?.is_file() && item.file_name() != "db" {
            files.insert(item.path(), fs::read(item.path())?);
        }
    }
    Ok(files)
}

struct Segment {
    offset: u64,
    position: u64,
    stable: u64,
}

/// The segments whose headers are whole, and the offsets of the others.
fn segments(db: &File, db_bytes: u64) -> io::Result<(Vec<Segment>, Vec<u64>)> {
    let (mut segments, mut unreadable) = (Vec::new(), Vec::new());
    for offset in (0..db_bytes).step_by(SEGMENT_BYTES) {
        let mut header = [0; HEADER_BYTES];
        if offset + HEADER_BYTES as u64 > db_bytes {
            unreadable.push(offset);
            break;
        }
        db.read_exact_at(&mut header, offset)?;
        match parse_header(&header) {
            Some((position, stable)) => segments.push(Segment {
                offset,
                position,
                stable,
            }),
            None => unreadable.push(offset),
        }
    }
    Ok((segments, unreadable))
}

/// Position and stable position of a segment header. None if its checksum is wrong.
fn parse_header(header: &[u8; HEADER_BYTES]) -> Option<(u64, u64)> {
    let [c0, c1, c2, c3, rest @ ..] = header;
    if u32::from_le_bytes([*c0, *c1, *c2, *c3]) ^ u32::MAX != crc32(rest) {
        return None;
    }
    let (position, stable) = rest.split_at(8);
    let number = |bytes: &[u8]| Some(i64::from_le_bytes(bytes.try_into().ok()?) ^ i64::MAX);
    // The first segment's stable position is -1.
    let number = |bytes| number(bytes).map(|number| u64::try_from(number).unwrap_or(0));
    Some((number(position)?, number(stable)?))
}

/// CRC-32 (IEEE 802.3), bit by bit: 16 bytes a segment, and some megabytes when a store is refused.
fn crc32<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> u32 {
    !bytes.into_iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// The messages of a segment, as far as telling the first damaged one takes.
mod messages {
    use super::{HEADER_BYTES, crc32};

    /// Kinds of a message: 0 is written where nothing is, 2 fills up a segment.
    const NOTHING: u8 = 0;
    const CAP: u8 = 2;
    /// No message begins in the last bytes of a segment.
    const RED_ZONE_BYTES: usize = 32;

    /// Offset of the first message whose checksum or segment number is wrong.
    pub(super) fn first_damage(segment: &[u8], number: u64) -> Option<usize> {
        let mut at = HEADER_BYTES;
        while at + RED_ZONE_BYTES <= segment.len() {
            let Some((kind, len)) = message(&segment[at..], number) else {
                return Some(at);
            };
            if kind == CAP {
                return None;
            }
            at += len;
        }
        None
    }

    /// Kind and whole length of the message that begins here, if it is whole:
    /// crc32 · kind · length of the body · segment number · page, the last three in one to nine bytes each.
    fn message(bytes: &[u8], number: u64) -> Option<(u8, usize)> {
        let (crc, after) = bytes.split_first_chunk::<4>()?;
        let (&kind, after) = after.split_first()?;
        let (len, after) = varint(after)?;
        let (segment, after) = varint(after)?;
        let (_page, after) = varint(after)?;
        let body = after.get(..usize::try_from(len).ok()?)?;
        let header = &bytes[4..bytes.len() - after.len()];
        let whole = kind != NOTHING
            && segment == number
            && crc32(body.iter().chain(header)) ^ u32::MAX == u32::from_le_bytes(*crc);
        whole.then_some((kind, 4 + header.len() + body.len()))
    }

    /// The variable-length integer of `SQLite` 4, little-endian from four bytes on.
    fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
        let (&first, rest) = bytes.split_first()?;
        let taken = match first {
            0..=240 => return Some((first.into(), rest)),
            241..=248 => 1,
            249 => 2,
            _ => usize::from(first) - 247,
        };
        let (number, rest) = rest.split_at_checked(taken)?;
        let value = match first {
            241..=248 => 240 + 256 * (u64::from(first) - 241) + u64::from(number[0]),
            249 => 2288 + 256 * u64::from(number[0]) + u64::from(number[1]),
            _ => number
                .iter()
                .rev()
                .fold(0, |value, &byte| value << 8 | u64::from(byte)),
        };
        Some((value, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_of_the_standard_check_string() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_header_that_sled_wrote_is_read() {
        let dir = tempfile::tempdir().expect("dir");
        let opened = crate::Writer::open(dir.path(), crate::Options::create()).expect("creates");
        drop(opened);
        let db = File::open(crate::disk::db_path(dir.path())).expect("db");
        let mut header = [0; HEADER_BYTES];
        db.read_exact_at(&mut header, 0).expect("header");
        assert_eq!(parse_header(&header), Some((0, 0)));
        header[7] ^= 1;
        assert_eq!(parse_header(&header), None);
    }
}
