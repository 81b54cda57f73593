//! Entry bundles: up to 256 entries, each after its length.
//!
//! ```text
//! 00 05 68 65 6c 6c 6f   "hello"
//! 00 00                  an empty entry
//! ```
//! Source: `c2sp.org/tlog-tiles`, "Log entries"; page: `docs/formats/tiles.md`.
//!
//! Which entries belong into which bundle says [`crate::TilePath`]; whether they are the logged ones says
//! [`crate::tile::verify_bundle_against_tile`].

use crate::{Error, tile};

/// Bytes of an entry: its length is a 16-bit number.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// Bytes of a bundle: 256 entries of 65,535 bytes with their lengths, 16.8 MB.
pub const BUNDLE_BYTES_MAX: usize = tile::WIDTH * (2 + ENTRY_BYTES_MAX);

const FORMAT: &str = "bundle";

/// Writes 1 to 256 entries.
///
/// # Errors
/// [`Error::TooLarge`] for a long entry or too many of them, [`Error::Malformed`] for none.
pub fn encode<T: AsRef<[u8]>>(entries: impl IntoIterator<Item = T>) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut count = 0;
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| Error::TooLarge {
            what: "entry bytes",
            found: entry.len(),
            max: ENTRY_BYTES_MAX,
        })?;
        count += 1;
        if count > tile::WIDTH {
            return Err(Error::TooLarge {
                what: "entries of a bundle",
                found: count,
                max: tile::WIDTH,
            });
        }
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    if count == 0 {
        return Err(Error::Malformed {
            format: FORMAT,
            line: 0,
            expected: "at least one entry",
        });
    }
    Ok(out)
}

/// Reads exactly `width` entries and nothing after them.
///
/// # Errors
/// [`Error::Malformed`] with the position of the entry that is cut short, or of the bytes that are too many;
/// [`Error::TooLarge`] for a width over 256.
pub fn decode(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, Error> {
    let width = usize::from(width);
    if width > tile::WIDTH {
        return Err(Error::TooLarge {
            what: "entries of a bundle",
            found: width,
            max: tile::WIDTH,
        });
    }
    let mut entries = Vec::with_capacity(width);
    let mut rest = bytes;
    for line in 0..width {
        let cut_short = Error::Malformed {
            format: FORMAT,
            line,
            expected: "an entry after its length",
        };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(cut_short.clone())?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(cut_short)?;
        entries.push(entry);
        rest = after;
    }
    if !rest.is_empty() {
        return Err(Error::Malformed {
            format: FORMAT,
            line: width,
            expected: "nothing after the last entry",
        });
    }
    Ok(entries)
}
