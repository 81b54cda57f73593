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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_entry_follows_its_length() {
        let bytes = encode(["hello", ""]).expect("short entries");
        assert_eq!(bytes, b"\x00\x05hello\x00\x00");
        assert_eq!(decode(&bytes, 2), Ok(vec![&b"hello"[..], b""]));
        for width in [0, 1, 3, 256] {
            assert!(
                matches!(decode(&bytes, width), Err(Error::Malformed { .. })),
                "{width}"
            );
        }
        assert!(matches!(decode(&bytes, 257), Err(Error::TooLarge { .. })));
        for length in 0..bytes.len() {
            decode(&bytes[..length], 2).expect_err("cut short");
        }
    }

    #[test]
    fn limits_are_those_of_the_length() {
        let longest = vec![0; ENTRY_BYTES_MAX];
        let full = encode(vec![&longest; tile::WIDTH]).expect("a full bundle");
        assert_eq!(full.len(), BUNDLE_BYTES_MAX);
        assert_eq!(decode(&full, 256).expect("a full bundle").len(), 256);
        assert!(matches!(encode(vec![b""; 257]), Err(Error::TooLarge { .. })));
        assert!(matches!(
            encode([vec![0; ENTRY_BYTES_MAX + 1]]),
            Err(Error::TooLarge { .. })
        ));
        assert!(matches!(encode::<&[u8]>([]), Err(Error::Malformed { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), width in 0..5_u16) {
            if let Ok(entries) = decode(&bytes, width) && width > 0 {
                prop_assert_eq!(encode(entries), Ok(bytes.clone()));
            }
        }

        #[test]
        fn what_is_written_parses(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 1..9)) {
            let bytes = encode(&entries).expect("short entries");
            let width = u16::try_from(entries.len()).expect("few");
            prop_assert_eq!(decode(&bytes, width).expect("whole"), entries);
        }
    }
}
