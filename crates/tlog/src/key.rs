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

use crate::note::{Note, SignatureLine};
use crate::vkey::{KEY_ID_EXPECTED, PublicKey, checked_name, parse_vkey, write_key};
use crate::{Error, KeyId, text};
use ed25519_dalek::Signer as _;
use std::fmt;

/// Signature type byte of plain Ed25519 note signatures.
pub const ED25519: u8 = 0x01;

/// The beginning of a signing key's text.
const SECRET_PREFIX: &str = "PRIVATE+KEY+";

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
        if key.id == id {
            Ok(key)
        } else {
            Err(Error::KeyText {
                expected: KEY_ID_EXPECTED,
            })
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
        if key.verifier.id == id {
            Ok(key)
        } else {
            Err(Error::KeyText {
                expected: KEY_ID_EXPECTED,
            })
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

    pub(crate) fn public(&self) -> &PublicKey {
        &self.verifier.public
    }

    /// The bare Ed25519 signature of a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }

    /// The signature line for a text.
    pub fn sign_line(&self, text: &str) -> SignatureLine {
        SignatureLine::of(self.name(), self.verifier.id, self.sign(text.as_bytes()).to_vec())
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SKEY: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    #[test]
    fn keys_have_the_text_of_the_first_implementation() {
        let key = SigningKey::parse(SKEY).expect("a key");
        assert_eq!(key.to_secret_text(), SKEY);
        assert_eq!(key.verifier_key().to_string(), VKEY);
        assert_eq!(VKEY.parse(), Ok(key.verifier_key()));
        assert!(!format!("{key:?}").contains("AYEKF"), "a secret is not printed");
    }

    #[test]
    fn a_key_has_one_spelling() {
        for (from, to) in [
            ("PeterNeumann", ""),
            ("PeterNeumann", "Peter Neumann"),
            ("PeterNeumann", "Peter"),
            ("PeterNeumann", "P\u{1}"),
            ("c74f20a3", "C74F20A3"),
            ("c74f20a3", "c74f20a4"),
            ("c74f20a3", "c74f20a"),
            ("c74f20a3", ""),
            ("10TW", "10T"),
            ("10TW", "10TW="),
            ("10TW", "10TWAAAA"),
            ("10TW", "10TW "),
            ("10TW", "10TW\n"),
            ("+ARpc", "+AR"),
            ("+ARpc", ""),
            ("+ARpc", "++ARpc"),
        ] {
            let wrong = VKEY.replace(from, to);
            let refused = VerifierKey::parse(&wrong).expect_err(&wrong);
            assert!(matches!(refused, Error::KeyText { .. }), "{wrong}: {refused:?}");
        }
        assert_eq!(
            VerifierKey::parse(&VKEY.replace("+AR", "+BR")),
            Err(Error::KeyType {
                found: 5,
                supported: 1
            })
        );
        for wrong in [
            "",
            "PRIVATE+KEY+",
            VKEY,
            &SKEY.replace("KEY", "KEYS"),
            &SKEY.replace("c74f", "c74e"),
        ] {
            SigningKey::parse(wrong).expect_err(wrong);
        }
        let longest = "a".repeat(crate::KEY_NAME_BYTES_MAX);
        SigningKey::from_seed(longest.clone(), [0; 32]).expect("255 bytes");
        let over = SigningKey::from_seed(longest + "a", [0; 32]);
        assert!(matches!(over, Err(Error::TooLarge { .. })));
    }

    #[test]
    fn a_renamed_key_signs_for_its_new_name_only() {
        let key = SigningKey::parse(SKEY).expect("a key");
        let renamed = key.renamed("PeterNeumann/view/a@1").expect("a name");
        assert_eq!(
            renamed.verifier_key(),
            key.verifier_key().renamed(renamed.name()).expect("a name")
        );
        assert_eq!(
            renamed.verifier_key().public_key(),
            key.verifier_key().public_key()
        );
        assert_ne!(renamed.verifier_key().id(), key.verifier_key().id());
        let note = renamed.sign_note("text\n").expect("a text");
        renamed
            .verifier_key()
            .verify_note(&note)
            .expect("its own signature");
        assert!(matches!(
            key.verifier_key().verify_note(&note),
            Err(Error::NotSigned { .. })
        ));
        key.renamed("a+b")
            .expect_err("a name that cannot stand in a note");
    }

    #[test]
    fn every_line_that_names_the_key_must_verify() {
        let key = SigningKey::parse(SKEY).expect("a key");
        let other = SigningKey::from_seed("PeterNeumann", [1; 32]).expect("a name");
        let verifier = key.verifier_key();
        let mut note = other.sign_note("text\n").expect("a text");
        assert!(matches!(
            verifier.verify_note(&note),
            Err(Error::NotSigned { .. })
        ));
        note.push(key.sign_line("text\n")).expect("two lines");
        verifier
            .verify_note(&note)
            .expect("an unknown signature is ignored");
        for bytes in [vec![0; 64], vec![0; 63], vec![0; 65]] {
            let mut note = note.clone();
            note.push(SignatureLine::new(verifier.name(), verifier.id(), bytes).expect("a name"))
                .expect("three");
            assert!(matches!(
                verifier.verify_note(&note),
                Err(Error::BadSignature { .. })
            ));
        }
        assert_eq!(verifier.verify_line("text\n", &key.sign_line("text\n")), Ok(()));
        let strange = verifier.verify_line("text\n", &other.sign_line("text\n"));
        assert!(matches!(strange, Err(Error::NotSigned { .. })));
    }

    #[test]
    fn any_flipped_bit_of_a_note_fails() {
        let key = SigningKey::parse(SKEY).expect("a key");
        let bytes = key
            .sign_note("two\nlines\n")
            .expect("a text")
            .to_string()
            .into_bytes();
        let verify = |bytes: &[u8]| Note::parse(bytes).and_then(|note| key.verifier_key().verify_note(&note));
        verify(&bytes).expect("unaltered");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            verify(&flipped).expect_err("a flipped bit");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(vkey in "\\PC{0,60}|[a+]{1,3}[0-9a-f]{8}\\+[A-Za-z0-9+/]{44}", point: [u8; 32]) {
            let _ = VerifierKey::parse(&vkey);
            let _ = SigningKey::parse(&vkey);
            let _ = VerifierKey::new("a", point);
        }

        #[test]
        fn what_is_written_parses(name in "[^\\pC\\s+]{1,20}", seed: [u8; 32]) {
            let key = SigningKey::from_seed(name, seed).expect("a name");
            let again = SigningKey::parse(&key.to_secret_text()).expect("its own text");
            prop_assert_eq!(again.verifier_key(), key.verifier_key());
            prop_assert_eq!(VerifierKey::parse(&key.verifier_key().to_string()), Ok(key.verifier_key()));
        }
    }
}
