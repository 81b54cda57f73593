//! Sealing and opening one value.
//!
//! ```text
//! home       = the five lines of `Home`
//! text       = the value's JSON, filled up with spaces to a multiple of 64 bytes
//! salt       = SHA-256("armistice/sealed/v1 salt\n"  || key || home || text)
//! nonce      = SHA-256("armistice/sealed/v1 nonce\n" || key || home || text), the first 24 bytes
//! commitment = SHA-256("armistice/sealed/v1 commitment\n" || home || salt || text)
//! sealed     = base64(nonce || XChaCha20-Poly1305(key, nonce, plaintext = salt || text, associated data = home))
//! ```
//! Sources: draft-irtf-cfrg-xchacha-03; RFC 8439; RFC 4648 section 4. The key is the only randomness: salt and nonce follow from it, so
//! that sealing a draft again gives the same bytes, and the same report. Two values under one key have two nonces. The commitment
//! binds the value even against a sealer who looks for a second key that opens the same cipher text, which the cipher alone does not.

use armistice_report::{Cipher, SealedField, Sha256, Text};
use armistice_tlog::Hash;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{error::Error, home::Home, key::Key};

/// The text is filled up to a multiple of this, so that its length tells little about a name.
const BLOCK_BYTES: usize = 64;
/// Longest JSON of a value: 190 blocks; with salt (32), nonce (24) and tag (16) 12,232 bytes, 16,312 in base64, of the 16,384 that a
/// report takes.
pub const VALUE_BYTES_MAX: usize = 190 * BLOCK_BYTES;
const NONCE_BYTES: usize = 24;

/// Seals a value for its home.
///
/// # Errors
/// [`Error::TooLong`].
pub fn seal(key: &Key, home: &Home<'_>, value: &Value) -> Result<SealedField, Error> {
    let mut text = Zeroizing::new(value.to_string());
    let bytes = text.len();
    let too_long = || Error::TooLong {
        path: home.field.to_string(),
        bytes,
        max: VALUE_BYTES_MAX,
    };
    if bytes > VALUE_BYTES_MAX {
        return Err(too_long());
    }
    let fill = bytes.next_multiple_of(BLOCK_BYTES) - bytes;
    text.extend(std::iter::repeat_n(' ', fill));
    let from_key = |label: &str| {
        let key = key.bytes().as_slice();
        hash(&[label.as_bytes(), key, &home.bytes(), text.as_bytes()])
    };
    let salt = from_key("armistice/sealed/v1 salt\n");
    let nonce = from_key("armistice/sealed/v1 nonce\n");
    let nonce = &nonce.0[..NONCE_BYTES];
    let plain = Zeroizing::new([&salt.0, text.as_bytes()].concat());
    let payload = Payload {
        msg: &plain,
        aad: &home.bytes(),
    };
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let sealed = cipher.encrypt(XNonce::from_slice(nonce), payload);
    // The cipher refuses texts of more than 256 GiB only.
    let sealed = sealed.map_err(|_| too_long())?;
    let sealed = Text::new(STANDARD.encode([nonce, sealed.as_slice()].concat()));
    Ok(SealedField {
        field: home.field.name().clone(),
        commitment: Sha256(commitment(home, &plain).0),
        cipher: Cipher::XChaCha20Poly1305,
        sealed: sealed.map_err(|_| too_long())?,
    })
}

/// Opens a sealed field, and checks that it is what the log's commitment is about.
///
/// # Errors
/// [`Error::DoesNotOpen`], [`Error::NotCommitted`].
pub fn unseal(key: &Key, home: &Home<'_>, sealed: &SealedField) -> Result<Value, Error> {
    let does_not_open = || Error::DoesNotOpen {
        path: sealed.field.to_string(),
    };
    let Cipher::XChaCha20Poly1305 = sealed.cipher;
    let bytes = STANDARD.decode(sealed.sealed.as_str()).unwrap_or_default();
    let (nonce, sealed_text) = bytes.split_at_checked(NONCE_BYTES).ok_or_else(does_not_open)?;
    let payload = Payload {
        msg: sealed_text,
        aad: &home.bytes(),
    };
    let plain = XChaCha20Poly1305::new(key.bytes().into()).decrypt(XNonce::from_slice(nonce), payload);
    let plain = Zeroizing::new(plain.map_err(|_| does_not_open())?);
    let not_committed = || Error::NotCommitted {
        path: sealed.field.to_string(),
    };
    if sealed.field != *home.field.name() || commitment(home, &plain).0 != sealed.commitment.0 {
        return Err(not_committed());
    }
    let text = plain.get(Hash::BYTES..).unwrap_or_default();
    serde_json::from_slice(text).map_err(|_| not_committed())
}

/// The commitment to `salt || text`.
fn commitment(home: &Home<'_>, plain: &[u8]) -> Hash {
    hash(&[b"armistice/sealed/v1 commitment\n", &home.bytes(), plain])
}

fn hash(parts: &[&[u8]]) -> Hash {
    Hash::sha256(&Zeroizing::new(parts.concat()))
}
