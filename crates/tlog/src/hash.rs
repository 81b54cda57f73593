//! Hashes of entries and of inner nodes, and the numbers that name a place in the tree.
//!
//! ```text
//! leaf = SHA-256(0x00 || entry)
//! node = SHA-256(0x01 || left || right)
//! root of no leaves = SHA-256("")
//! ```
//! Source: RFC 6962 section 2.1. The two prefixes keep an entry from posing as an inner node.
//!
//! Nothing here knows a tree: see [`crate::tree`] and [`crate::proof`].

use crate::text;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A SHA-256 hash: of a leaf, of a node or of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(
    /// The 32 bytes, as SHA-256 gives them.
    pub [u8; 32],
);

/// The position of an entry, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Index(
    /// Position, from 0.
    pub u64,
);

/// How many leaves a tree has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TreeSize(
    /// Number of leaves.
    pub u64,
);

impl Hash {
    /// Bytes of a hash.
    pub const BYTES: usize = 32;

    /// The root of the tree without leaves: the hash of the empty string.
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// Plain SHA-256 of some bytes, without a leaf or node prefix.
    pub fn sha256(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// `None` unless there are exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads 64 lower-case hexadecimal digits; `None` for any other spelling.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::BYTES];
        let upper_case = text.bytes().any(|byte| byte.is_ascii_uppercase());
        if upper_case || hex::decode_to_slice(text, &mut bytes).is_err() {
            return None;
        }
        Some(Self(bytes))
    }

    /// 44 characters of padded base64, as in checkpoints and proofs.
    pub fn to_base64(self) -> String {
        let mut out = String::with_capacity(44);
        text::base64_push_hash(&mut out, &self);
        out
    }

    /// Reads canonical, padded base64 of 32 bytes; `None` for any other spelling.
    pub fn from_base64(text: &str) -> Option<Self> {
        text::base64_hash(text)
    }
}

impl TreeSize {
    /// No leaves.
    pub const ZERO: Self = Self(0);

    /// Whether a tree of this size has an entry at the position.
    pub fn contains(self, index: Index) -> bool {
        index.0 < self.0
    }

    /// The position that the next entry will get.
    pub fn next_index(self) -> Index {
        Index(self.0)
    }
}

/// The hash of an entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(entry);
    Hash(hasher.finalize().into())
}

/// The hash of an inner node.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    let mut bytes = [0x01; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Hash(Sha256::digest(bytes).into())
}

/// Lower-case hexadecimal.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        f.pad(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_one_spelling_in_each_alphabet() {
        let hash = leaf_hash(b"");
        let hex = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        let base64 = "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=";
        assert_eq!(
            (hash.to_string().as_str(), hash.to_base64().as_str()),
            (hex, base64)
        );
        assert_eq!(
            (Hash::from_hex(hex), Hash::from_base64(base64)),
            (Some(hash), Some(hash))
        );
        for wrong in [
            "",
            &hex[1..],
            &hex[2..],
            &hex.to_uppercase(),
            &format!("{hex}00"),
            &hex.replace('b', "g"),
        ] {
            assert_eq!(Hash::from_hex(wrong), None, "{wrong}");
        }
        for wrong in [
            "",
            &base64[1..],
            &base64.replace("0=", "1="),
            &base64.replace('=', ""),
            "AAAA",
            &format!("{base64}\n"),
        ] {
            assert_eq!(Hash::from_base64(wrong), None, "{wrong}");
        }
        assert_eq!(
            format!("{hash:?} {:>3} {:<3}|", Index(7), TreeSize(8)),
            format!("Hash({hex})   7 8  |")
        );
    }

    #[test]
    fn a_leaf_is_no_node() {
        let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
        let as_entry = [&[0x01][..], &left.0, &right.0].concat();
        assert_eq!(node_hash(left, right), Hash::sha256(&as_entry));
        assert_ne!(node_hash(left, right), leaf_hash(&as_entry[1..]));
        assert_eq!(Hash::sha256(b""), Hash::EMPTY_ROOT);
        assert_eq!(Hash::from_slice(&[0; 31]), None);
    }
}
