//! What keys of every signature type share: name, id, point and text.
//!
//! ```text
//! example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
//! name            key id   base64 of the signature type and the 32-byte public key
//! ```
//! Source: `c2sp.org/signed-note`, "Verifier keys"; page: `docs/formats/signed-note.md`.
//!
//! Which signature type signs what is in [`crate::key`] and [`crate::cosignature`].

use crate::note::{KEY_NAME_EXPECTED, is_key_name};
use crate::{Error, text};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Bytes of a key name. A cosignature of a later type has one byte for the length of a name.
pub const KEY_NAME_BYTES_MAX: usize = 255;

/// The short identifier of a key in a signature line; unique only together with the key's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(
    /// The first four bytes of the hash, big-endian.
    pub u32,
);

impl KeyId {
    /// `SHA-256(name || 0x0A || signature type || public key)[:4]`.
    pub fn of(name: &str, signature_type: u8, public_key: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name);
        hasher.update([b'\n', signature_type]);
        hasher.update(public_key);
        let digest: [u8; 32] = hasher.finalize().into();
        Self(u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]))
    }
}

/// Eight lower-case hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// A point that is neither weak nor oddly encoded.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    pub(crate) fn new(name: &str, bytes: &[u8; 32]) -> Result<Self, Error> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| Error::KeyText {
            expected: "the 32 bytes of an Ed25519 public key",
        })?;
        // A small-order key verifies signatures that nobody made; a coordinate of p or more is a second
        // encoding of a point, under which verifiers hash differently.
        if key.is_weak() || !is_canonical(bytes) {
            return Err(Error::WeakKey {
                name: name.to_owned(),
            });
        }
        Ok(Self(key))
    }

    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Refuses small-order points and every second encoding of a scalar or a point.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).is_ok()
    }
}

/// Whether the y coordinate is below `p = 2^255 - 19`.
fn is_canonical(point: &[u8; 32]) -> bool {
    let high = point[31] & 0x7f == 0x7f && point[1..31].iter().all(|&byte| byte == 0xff);
    !(high && point[0] >= 0xed)
}

pub(crate) const KEY_ID_EXPECTED: &str = "a key id that belongs to the name and the public key";

pub(crate) fn checked_name(name: String) -> Result<String, Error> {
    if name.len() > KEY_NAME_BYTES_MAX {
        return Err(Error::TooLarge {
            what: "bytes of a key name",
            found: name.len(),
            max: KEY_NAME_BYTES_MAX,
        });
    }
    if is_key_name(&name) {
        Ok(name)
    } else {
        Err(Error::KeyText {
            expected: KEY_NAME_EXPECTED,
        })
    }
}

/// Splits `name+id+base64` of a 32-byte key of one signature type. The id is not compared yet.
pub(crate) fn parse_vkey(vkey: &str, signature_type: u8) -> Result<(&str, KeyId, [u8; 32]), Error> {
    let wrong = |expected| Error::KeyText { expected };
    let mut parts = vkey.splitn(3, '+');
    let (Some(name), Some(id), Some(base64)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong("name+id+base64"));
    };
    let id = text::hex_u32(id).ok_or(wrong("a key id of eight lower-case hexadecimal digits"))?;
    let bytes = text::base64_decode(base64).ok_or(wrong("canonical base64 after the key id"))?;
    let (&found, key) = bytes.split_first().ok_or(wrong("a signature type and a key"))?;
    if found != signature_type {
        return Err(Error::KeyType {
            found,
            supported: signature_type,
        });
    }
    let key = key
        .try_into()
        .map_err(|_| wrong("32 bytes of key after the signature type"))?;
    Ok((name, KeyId(id), key))
}

pub(crate) fn write_key(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    id: KeyId,
    signature_type: u8,
    key: &[u8; 32],
) -> fmt::Result {
    let mut bytes = [signature_type; 33];
    bytes[1..].copy_from_slice(key);
    let mut base64 = String::with_capacity(44);
    text::base64_push(&mut base64, &bytes);
    write!(f, "{name}+{id}+{base64}")
}
