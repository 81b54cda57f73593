//! Ed25519 keys in the text forms of signed notes.
//!
//! ```text
//! verifier key  example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
//! signing key   PRIVATE+KEY+example.com/foo+530d903a+<base64 of 0x01 and the 32-byte seed>
//! ```
//! Source: `c2sp.org/signed-note`, and the `PRIVATE+KEY` form of `golang.org/x/mod/sumdb/note`;
//! page: `docs/formats/signed-note.md`.
//!
//! Verification is the narrowest that is in use: whatever it accepts, every other verifier accepts.
//! It makes no keys out of randomness: a seed is an argument. Witness keys (type `0x04`) are in
//! [`crate::cosignature`].

use crate::note::{KEY_NAME_EXPECTED, Note, SignatureLine, is_key_name};
use crate::{Error, text};
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Bytes of a key name. A cosignature of a later type has one byte for the length of a name.
pub const KEY_NAME_BYTES_MAX: usize = 255;

/// Signature type byte of plain Ed25519 note signatures.
pub const ED25519: u8 = 0x01;

/// The beginning of a signing key's text.
const SECRET_PREFIX: &str = "PRIVATE+KEY+";

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

/// A named public key for plain Ed25519 note signatures (type `0x01`).
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    public: PublicKey,
}

impl VerifierKey {
    /// A public key under a name.
    ///
    /// # Errors
    /// [`Error::WeakKey`] for a key that would verify anything or has a second encoding,
    /// [`Error::KeyText`] for a name that cannot stand in a note or bytes that are no point.
    pub fn new(name: impl Into<String>, public_key: [u8; 32]) -> Result<Self, Error> {
        let name = checked_name(name.into())?;
        let public = PublicKey::new(&name, &public_key)?;
        Ok(Self {
            id: KeyId::of(&name, ED25519, &public_key),
            name,
            public,
        })
    }

    /// Reads `name+id+base64`.
    ///
    /// # Errors
    /// As [`VerifierKey::new`], and [`Error::KeyType`] for another signature type.
    pub fn parse(vkey: &str) -> Result<Self, Error> {
        let (name, id, bytes) = parse_vkey(vkey, ED25519)?;
        let key = Self::new(name, bytes)?;
        if key.id != id {
            Err(Error::KeyText {
                expected: KEY_ID_EXPECTED,
            })
        } else {
            Ok(key)
        }
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The 32 bytes of the public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.public.bytes()
    }

    /// The same public key under another name, with the id that belongs to it.
    ///
    /// # Errors
    /// [`Error::KeyText`] for a name that cannot stand in a note.
    pub fn renamed(&self, name: impl Into<String>) -> Result<Self, Error> {
        let name = checked_name(name.into())?;
        Ok(Self {
            id: KeyId::of(&name, ED25519, &self.public_key()),
            name,
            public: self.public.clone(),
        })
    }

    /// Checks a signature over a message strictly: no small-order point, no second encoding.
    /// About 50 µs; safe to call from many threads.
    ///
    /// # Errors
    /// [`Error::BadSignature`].
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), Error> {
        if self.public.verify(message, signature) {
            return Ok(());
        }
        Err(Error::BadSignature {
            name: self.name.clone(),
            key_id: self.id,
        })
    }

    /// Whether a signature line claims to be by this key.
    pub fn matches(&self, line: &SignatureLine) -> bool {
        line.key_id() == self.id && line.name() == self.name
    }

    /// Checks a signature line over a text.
    ///
    /// # Errors
    /// [`Error::NotSigned`] when the line names another key, [`Error::BadSignature`].
    pub fn verify_line(&self, text: &str, line: &SignatureLine) -> Result<(), Error> {
        if !self.matches(line) {
            return Err(Error::NotSigned {
                name: self.name.clone(),
                key_id: self.id,
            });
        }
        match line.bytes().try_into() {
            Ok(signature) => self.verify(text.as_bytes(), signature),
            Err(_) => Err(Error::BadSignature {
                name: self.name.clone(),
                key_id: self.id,
            }),
        }
    }

    /// Checks that the note is signed by this key. Signatures by other keys are ignored; every line that
    /// names this key must verify.
    ///
    /// # Errors
    /// [`Error::NotSigned`], [`Error::BadSignature`].
    pub fn verify_note(&self, note: &Note) -> Result<(), Error> {
        let mut signed = false;
        for line in note.signatures().iter().filter(|line| self.matches(line)) {
            self.verify_line(note.text(), line)?;
            signed = true;
        }
        if signed {
            return Ok(());
        }
        Err(Error::NotSigned {
            name: self.name.clone(),
            key_id: self.id,
        })
    }
}

/// The verifier key's text, `name+id+base64`.
impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(f, &self.name, self.id, ED25519, &self.public_key())
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl std::str::FromStr for VerifierKey {
    type Err = Error;

    fn from_str(vkey: &str) -> Result<Self, Error> {
        Self::parse(vkey)
    }
}

/// A named Ed25519 private key. Wiped from memory when dropped; never printed by `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    secret: ed25519_dalek::SigningKey,
    verifier: VerifierKey,
}

impl SigningKey {
    /// The key of a seed. The seed is the secret: it must come from a cryptographic source.
    ///
    /// # Errors
    /// [`Error::KeyText`] for a name that cannot stand in a note.
    pub fn from_seed(name: impl Into<String>, seed: [u8; 32]) -> Result<Self, Error> {
        let secret = ed25519_dalek::SigningKey::from_bytes(&seed);
        let verifier = VerifierKey::new(name, secret.verifying_key().to_bytes())?;
        Ok(Self { secret, verifier })
    }

    /// Reads `PRIVATE+KEY+name+id+base64`.
    ///
    /// # Errors
    /// [`Error::KeyText`], [`Error::KeyType`]. Neither quotes the text.
    pub fn parse(skey: &str) -> Result<Self, Error> {
        let expected = "PRIVATE+KEY+name+id+base64";
        let rest = skey
            .strip_prefix(SECRET_PREFIX)
            .ok_or(Error::KeyText { expected })?;
        let (name, id, seed) = parse_vkey(rest, ED25519)?;
        let key = Self::from_seed(name, seed)?;
        if key.verifier.id != id {
            Err(Error::KeyText {
                expected: KEY_ID_EXPECTED,
            })
        } else {
            Ok(key)
        }
    }

    /// The key's text, `PRIVATE+KEY+name+id+base64`: a secret.
    pub fn to_secret_text(&self) -> String {
        let mut bytes = [ED25519; 33];
        bytes[1..].copy_from_slice(self.secret.as_bytes());
        let mut out = format!("{SECRET_PREFIX}{}+{}+", self.name(), self.verifier.id);
        text::base64_push(&mut out, &bytes);
        out
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// The public half.
    pub fn verifier_key(&self) -> VerifierKey {
        self.verifier.clone()
    }

    /// The same key under another name, as for the statements about a view.
    ///
    /// # Errors
    /// [`Error::KeyText`] for a name that cannot stand in a note.
    pub fn renamed(&self, name: impl Into<String>) -> Result<Self, Error> {
        Ok(Self {
            secret: self.secret.clone(),
            verifier: self.verifier.renamed(name)?,
        })
    }

    /// The bare Ed25519 signature of a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }

    /// The signature line for a text.
    pub fn sign_line(&self, text: &str) -> SignatureLine {
        let signature = self.sign(text.as_bytes()).to_vec();
        SignatureLine::new(self.name(), self.verifier.id, signature)
            .expect("a key's name can stand in a note")
    }

    /// A note of the text with this key's signature.
    ///
    /// # Errors
    /// As [`Note::new`]: the text must end in a newline.
    pub fn sign_note(&self, text: impl Into<String>) -> Result<Note, Error> {
        let mut note = Note::new(text)?;
        note.push(self.sign_line(note.text()))?;
        Ok(note)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.verifier)
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
