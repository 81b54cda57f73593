//! The leaves of a chunk: what opening needs of each entry, without reading the entry.
//!
//! ```text
//! per entry, 40 bytes: leaf hash, 32 bytes (RFC 6962 section 2.1) · fingerprint of its unique key, 8 bytes
//! ```
//!
//! The fingerprint is the first eight bytes of the key that the caller gave. Written in the same atomic batch as the
//! chunk, under the same first index. A leaf is not trusted for being here: the root over all leaves is compared with
//! the signed head when the log opens, and each entry with its leaf when it is read.

use armistice_tlog::Hash;

/// Bytes of one leaf.
pub(crate) const LEAF_BYTES: usize = 40;

/// A leaf hash and the fingerprint of the entry's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) hash: Hash,
    pub(crate) fingerprint: Fingerprint,
}

/// The first eight bytes of a unique key, as they stand. Two keys may share one: callers compare the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(crate) [u8; 8]);

impl Fingerprint {
    pub(crate) fn of(key: &[u8; 32]) -> Self {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&key[..8]);
        Self(bytes)
    }
}

/// The value for these leaves.
pub(crate) fn encode(leaves: &[Leaf]) -> Vec<u8> {
    let mut value = Vec::with_capacity(leaves.len() * LEAF_BYTES);
    for leaf in leaves {
        value.extend_from_slice(&leaf.hash.0);
        value.extend_from_slice(&leaf.fingerprint.0);
    }
    value
}

/// The leaves in a value. None if its length is not a whole number of leaves, or none at all.
pub(crate) fn decode(value: &[u8]) -> Option<impl Iterator<Item = Leaf>> {
    if value.is_empty() || !value.len().is_multiple_of(LEAF_BYTES) {
        return None;
    }
    Some(value.chunks_exact(LEAF_BYTES).map(|bytes| {
        let mut leaf = Leaf {
            hash: Hash([0; 32]),
            fingerprint: Fingerprint([0; 8]),
        };
        leaf.hash.0.copy_from_slice(&bytes[..32]);
        leaf.fingerprint.0.copy_from_slice(&bytes[32..]);
        leaf
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_leaves() {
        let leaf = Leaf {
            hash: Hash([0xaa; 32]),
            fingerprint: Fingerprint::of(&[7; 32]),
        };
        let mut expected = vec![0xaa; 32];
        expected.extend([7; 8]);
        assert_eq!(encode(&[leaf]), expected);
        assert_eq!(decode(&expected).expect("whole").collect::<Vec<_>>(), [leaf]);
    }

    #[test]
    fn a_part_of_a_leaf_is_refused() {
        for len in [0, 1, 39, 41, 79] {
            assert!(decode(&vec![0; len]).is_none(), "{len}");
        }
    }
}
