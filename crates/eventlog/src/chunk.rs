//! A chunk: up to 64 entries, compressed together, written once.
//!
//! ```text
//! 01            version of this value
//! 00 02         entries in the chunk, u16 big-endian
//! 00 00 00 0a   bytes of the bundle before compression, u32 big-endian
//! 28 b5 2f fd … one zstd frame (RFC 8878) with its content checksum: the bundle
//! ```
//!
//! The bundle is the concatenation of the entries, each after its length as u16 big-endian: the same bytes as an entry
//! bundle of c2sp.org/tlog-tiles, so that bundles are assembled by joining chunks. A chunk does not know its position
//! and proves nothing: whoever reads an entry compares its leaf hash.

use crate::limits::{CHUNK_ENTRIES_MAX, CHUNK_RAW_BYTES_MAX};
use zstd::zstd_safe::{CParameter, CompressionLevel};

const VERSION: u8 = 1;
const HEADER_BYTES: usize = 7;
/// Level 6 costs four times the time for 3 % of the bytes.
const LEVEL: CompressionLevel = 3;

/// Why the bytes of a chunk cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The first byte names another version.
    #[error("unknown version of the chunk")]
    Version,
    /// The counts in the header are not those of the content, of the index, or are beyond the limits.
    #[error("the chunk's header contradicts its content")]
    Header,
    /// zstd refuses the frame, or its checksum is wrong.
    #[error("the chunk's compressed frame is damaged")]
    Frame,
    /// The entry lengths do not fill the bundle.
    #[error("the chunk's entry lengths do not add up")]
    Lengths,
}

/// Compresses chunks; holds zstd's working memory, so one per writer.
pub(crate) struct Encoder(zstd::bulk::Compressor<'static>);

impl Encoder {
    pub(crate) fn new() -> std::io::Result<Self> {
        let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
        compressor.set_parameter(CParameter::ChecksumFlag(true))?;
        Ok(Self(compressor))
    }

    /// The value for these entries, each at most 65,535 bytes (the caller has checked).
    pub(crate) fn encode<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a [u8]>,
    ) -> std::io::Result<Vec<u8>> {
        let mut raw = Vec::new();
        let mut count = 0_u16;
        for entry in entries {
            let len = u16::try_from(entry.len()).map_err(std::io::Error::other)?;
            raw.extend_from_slice(&len.to_be_bytes());
            raw.extend_from_slice(entry);
            count += 1;
        }
        let raw_len = u32::try_from(raw.len()).map_err(std::io::Error::other)?;
        let mut value = vec![0; HEADER_BYTES + zstd::zstd_safe::compress_bound(raw.len())];
        value[0] = VERSION;
        value[1..3].copy_from_slice(&count.to_be_bytes());
        value[3..HEADER_BYTES].copy_from_slice(&raw_len.to_be_bytes());
        let written = self.0.compress_to_buffer(&raw, &mut value[HEADER_BYTES..])?;
        value.truncate(HEADER_BYTES + written);
        value.shrink_to_fit();
        Ok(value)
    }
}

/// A chunk after decompression.
#[derive(Debug)]
pub(crate) struct Chunk {
    bundle: Vec<u8>,
    /// End of each entry in `bundle`; its start is the previous end plus the two bytes of its length.
    ends: Vec<usize>,
}

impl Chunk {
    /// Reads a value; takes no more memory than [`CHUNK_RAW_BYTES_MAX`] whatever the bytes say.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Damage> {
        let (header, frame) = value.split_at_checked(HEADER_BYTES).ok_or(Damage::Header)?;
        if header[0] != VERSION {
            return Err(Damage::Version);
        }
        let count = usize::from(u16::from_be_bytes([header[1], header[2]]));
        let raw_len = u32::from_be_bytes([header[3], header[4], header[5], header[6]]) as usize;
        if count == 0 || count > CHUNK_ENTRIES_MAX || raw_len > CHUNK_RAW_BYTES_MAX {
            return Err(Damage::Header);
        }
        let bundle = zstd::bulk::decompress(frame, raw_len).map_err(|_| Damage::Frame)?;
        if bundle.len() != raw_len {
            return Err(Damage::Header);
        }
        let mut ends = Vec::with_capacity(count);
        let mut at = 0;
        while at < bundle.len() {
            let len = bundle.get(at..at + 2).ok_or(Damage::Lengths)?;
            at += 2 + usize::from(u16::from_be_bytes([len[0], len[1]]));
            ends.push(at);
        }
        if at != bundle.len() || ends.len() != count {
            return Err(Damage::Lengths);
        }
        Ok(Self { bundle, ends })
    }

    /// Entries in the chunk, 1 to 64.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The entry at this offset from the chunk's first.
    pub(crate) fn entry(&self, offset: usize) -> Option<&[u8]> {
        let end = *self.ends.get(offset)?;
        self.bundle.get(self.start(offset) + 2..end)
    }

    /// The entries of `range` with their lengths before them, as a bundle has them.
    pub(crate) fn bundle(&self, range: std::ops::Range<usize>) -> Option<&[u8]> {
        let end = *self.ends.get(range.end.checked_sub(1)?)?;
        self.bundle.get(self.start(range.start)..end)
    }

    fn start(&self, offset: usize) -> usize {
        offset.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(entries: &[&[u8]]) -> Vec<u8> {
        Encoder::new()
            .expect("encoder")
            .encode(entries.iter().copied())
            .expect("fits")
    }

    #[test]
    fn golden_chunk() {
        // The frame of zstd 1.5.7: single segment with checksum, 9 bytes, one raw block, the low half of XXH64.
        let expected = b"\x01\x00\x02\x00\x00\x00\x09\x28\xb5\x2f\xfd\x24\x09\x49\x00\x00\x00\x05hello\x00\x00\xcd\xa0\x86\xc1";
        let value = encode(&[b"hello", b""]);
        assert_eq!(value, expected);
        let chunk = Chunk::decode(&value).expect("whole");
        assert_eq!(
            (chunk.len(), chunk.entry(0), chunk.entry(1), chunk.entry(2)),
            (2, Some(&b"hello"[..]), Some(&b""[..]), None)
        );
        assert_eq!(chunk.bundle(0..2), Some(&b"\0\x05hello\0\0"[..]));
        assert_eq!(chunk.bundle(1..2), Some(&b"\0\0"[..]));
    }

    #[test]
    fn a_chunk_of_the_first_version_is_read() {
        let value = include_bytes!("../tests/golden/chunk-v1.bin");
        let chunk = Chunk::decode(value).expect("whole");
        assert_eq!(chunk.len(), 64);
        for offset in 0..64 {
            let expected = format!("entry {offset} of a test, with some words that compress");
            assert_eq!(chunk.entry(offset), Some(expected.as_bytes()));
        }
    }

    #[test]
    fn a_flipped_bit_never_gives_other_entries() {
        let long: Vec<u8> = (0..2_000_u32)
            .flat_map(|word| (word % 97).to_be_bytes())
            .collect();
        let value = encode(&[b"first", &long, b"third"]);
        for bit in 0..value.len() * 8 {
            let mut bad = value.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            // A few bits of a frame's header do not change what it says.
            if let Ok(chunk) = Chunk::decode(&bad) {
                assert_eq!(
                    (chunk.entry(0), chunk.entry(1), chunk.entry(2)),
                    (Some(&b"first"[..]), Some(&long[..]), Some(&b"third"[..]))
                );
            }
        }
    }

    #[test]
    fn no_bytes_panic_or_take_more_than_the_limit() {
        let value = encode(&[&[7; 500], &[8; 500]]);
        for len in 0..value.len() {
            assert!(Chunk::decode(&value[..len]).is_err(), "{len}");
        }
        for (at, byte) in [(0, 2), (2, 0), (2, 65), (1, 1), (3, 255)] {
            let mut bad = value.clone();
            bad[at] = byte;
            assert!(matches!(
                Chunk::decode(&bad),
                Err(Damage::Version | Damage::Header | Damage::Frame | Damage::Lengths)
            ));
        }
    }
}
