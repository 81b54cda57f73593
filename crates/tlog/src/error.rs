//! What can go wrong with a format, a key, a signature or a proof.
//!
//! Every variant is something a caller treats differently: bytes that are not the format,
//! a limit, a key that must not be used, a signature that is absent or wrong, a proof that
//! does not prove. The enum carries positions, never the bytes themselves.

use crate::{Hash, Index, KeyId, TreeSize};

/// A format, key, signature or proof that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More bytes or items than the named limit allows.
    #[error("{found} {what} where at most {max} are allowed")]
    TooLarge {
        /// What was counted, with its unit: "note bytes", "signature lines".
        what: &'static str,
        /// How many there were, or how many had been read when reading stopped.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// The bytes are not UTF-8.
    #[error("byte {at} is not part of valid UTF-8")]
    NotUtf8 {
        /// Byte offset of the first invalid sequence.
        at: usize,
    },
    /// A control character where the format allows none.
    #[error("byte {at} is a control character that the format does not allow")]
    ControlCharacter {
        /// Byte offset.
        at: usize,
    },
    /// The bytes do not have the shape of the format.
    #[error("line {line} of the {format} is not as expected: {expected}")]
    Malformed {
        /// The format: "note", "checkpoint", "receipt", "tile", "policy".
        format: &'static str,
        /// Line, from 1. For binary formats the position of the item, from 0.
        line: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// A producer's note must carry exactly one signature line.
    #[error("{found} signature lines where exactly one is expected")]
    SignatureCount {
        /// Signature lines found.
        found: usize,
    },
    /// A signature that is not canonical base64 of a key id and at least one byte, or that has
    /// not the length of its signature type.
    #[error("signature line {line} is not canonical base64 of a key id and a signature")]
    SignatureEncoding {
        /// Signature line, from 1.
        line: usize,
    },
    /// The text of a key, or a key name, is not in the signed-note form.
    #[error("the key is not in the signed-note form: expected {expected}")]
    KeyText {
        /// What should have been there. The key itself is never quoted: it may be secret.
        expected: &'static str,
    },
    /// A key of a signature type that is not supported here.
    #[error("signature type {found:#04x} where {supported:#04x} is supported")]
    KeyType {
        /// The signature type byte of the key.
        found: u8,
        /// The signature type byte that this place takes.
        supported: u8,
    },
    /// A public key that must never be enrolled: of small order, or not canonically encoded.
    #[error("the public key of {name} is weak")]
    WeakKey {
        /// Key name.
        name: String,
    },
    /// The key on a policy's line cannot be used.
    #[error("line {line} of the policy holds no key that can be used")]
    PolicyKey {
        /// Line, from 1.
        line: usize,
        /// What is wrong with the key.
        #[source]
        source: Box<Error>,
    },
    /// No signature by the key: neither good nor bad.
    #[error("not signed by {name}+{key_id}")]
    NotSigned {
        /// Key name.
        name: String,
        /// Key id.
        key_id: KeyId,
    },
    /// A signature that carries the key's name and id but does not verify.
    #[error("signature of {name}+{key_id} does not verify")]
    BadSignature {
        /// Key name.
        name: String,
        /// Key id.
        key_id: KeyId,
    },
    /// A checkpoint of another log than the one that was asked for.
    #[error("checkpoint of origin {found:?} where {expected:?} is expected")]
    WrongOrigin {
        /// Origin that the key or caller names.
        expected: String,
        /// Origin line of the checkpoint.
        found: String,
    },
    /// A position or size beyond the tree.
    #[error("position or size {asked} lies outside a tree of {size} leaves")]
    OutOfRange {
        /// What was asked for.
        asked: u64,
        /// What there is.
        size: TreeSize,
    },
    /// An inclusion proof that does not lead from the leaf to the root.
    #[error("the proof does not show entry {index} in the tree of {size} leaves")]
    NotIncluded {
        /// The position that the proof is for.
        index: Index,
        /// The tree that the proof is for.
        size: TreeSize,
    },
    /// A consistency proof that does not connect two roots. With two signed checkpoints this is
    /// evidence against the log, when the proof came from the log itself.
    #[error("the tree of {new} leaves is not shown to extend the tree of {old} leaves")]
    NotConsistent {
        /// The older, smaller size.
        old: TreeSize,
        /// The newer size.
        new: TreeSize,
    },
    /// An entry that does not hash to the leaf that the tile holds at its place.
    #[error("entry {position} of the bundle does not match its leaf hash")]
    LeafMismatch {
        /// Position within the bundle, from 0.
        position: usize,
    },
    /// Tiles that do not lead to the expected root.
    #[error("the tiles lead to root {found} where {expected} is expected")]
    RootMismatch {
        /// The root that a checkpoint states.
        expected: Hash,
        /// The root that was computed.
        found: Hash,
    },
}
