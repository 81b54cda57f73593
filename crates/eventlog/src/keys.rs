//! Every key of the store. One sled tree, because sled's batch is atomic on one tree.
//!
//! ```text
//! 65 00 00 00 00 00 00 00 40        e + first index   a chunk of entries     (chunk.rs)
//! 6c 00 00 00 00 00 00 00 40        l + first index   its leaves             (leaves.rs)
//! 63 69 6e 74 61 6b 65              c + name          a cursor               (the caller's bytes)
//! 6d 66 6f 72 6d 61 74              m + "format"      the format's name      FORMAT
//! ```
//!
//! Source: docs/formats/store-v1.md. This file does not know the values.

use armistice_tlog::Index;

/// Prefix of entry chunks.
pub(crate) const ENTRIES: u8 = b'e';
/// Prefix of leaf chunks.
pub(crate) const LEAVES: u8 = b'l';
/// Prefix of cursors.
pub(crate) const CURSOR: u8 = b'c';
/// Key of the format's name, written once, at creation.
pub(crate) const FORMAT_KEY: &[u8] = b"mformat";
/// Value under [`FORMAT_KEY`].
pub(crate) const FORMAT: &[u8] = b"armistice/store/v1\n";

/// Key of the entry chunk that begins at `first`.
pub(crate) fn entries(first: Index) -> [u8; 9] {
    indexed(ENTRIES, first)
}

/// Key of the leaf chunk that begins at `first`.
pub(crate) fn leaves(first: Index) -> [u8; 9] {
    indexed(LEAVES, first)
}

/// Key of the cursor `name`.
pub(crate) fn cursor(name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + name.len());
    key.push(CURSOR);
    key.extend_from_slice(name.as_bytes());
    key
}

/// The index in a key that [`entries`] or [`leaves`] made. None if it is no such key.
pub(crate) fn first_index(key: &[u8]) -> Option<Index> {
    let bytes: [u8; 8] = key.get(1..)?.try_into().ok()?;
    Some(Index(u64::from_be_bytes(bytes)))
}

fn indexed(prefix: u8, first: Index) -> [u8; 9] {
    let mut key = [prefix; 9];
    key[1..].copy_from_slice(&first.0.to_be_bytes());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_keys() {
        assert_eq!(entries(Index(64)), *b"e\0\0\0\0\0\0\0\x40");
        assert_eq!(
            leaves(Index(0x0102_0304_0506_0708)),
            *b"l\x01\x02\x03\x04\x05\x06\x07\x08"
        );
        assert_eq!(cursor("intake"), b"cintake");
        assert_eq!(FORMAT_KEY, b"mformat");
    }

    #[test]
    fn an_index_comes_back_and_other_keys_are_none() {
        for index in [0, 1, 64, u64::MAX] {
            assert_eq!(first_index(&entries(Index(index))), Some(Index(index)));
        }
        for key in [&b""[..], b"e", b"e1234567", b"e123456789"] {
            assert_eq!(first_index(key), None);
        }
    }
}
