//! Cosignatures: a witness states that it saw a checkpoint, consistent with all before, at a time.
//!
//! ```text
//! cosignature/v1
//! time 1679315147
//! example.com/behind-the-sofa
//! 20852163
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! ```
//! is what an Ed25519 witness signs; its line under the checkpoint carries the time before the signature:
//! `key id (4) || time (8, big-endian) || Ed25519 signature (64)`.
//! Source: `c2sp.org/tlog-cosignature`; page: `docs/formats/cosignature.md`.
//!
//! It does not check consistency before signing: that is the witness's whole duty, and the caller's.
//! ML-DSA-44 cosignatures (type `0x06`) are not supported.

use crate::vkey::{KEY_ID_EXPECTED, PublicKey, checked_name, parse_vkey, write_key};
use crate::{Error, KeyId, SignatureLine, SigningKey, text};
use std::fmt;

/// Signature type byte of timestamped Ed25519 checkpoint cosignatures.
pub const COSIGNATURE_ED25519: u8 = 0x04;

/// Seconds since 1970-01-01T00:00:00Z. A cosignature's is at most `2^63 - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(u64);

impl UnixSeconds {
    /// `None` for a time that a cosignature cannot state.
    pub fn new(seconds: u64) -> Option<Self> {
        i64::try_from(seconds).is_ok().then_some(Self(seconds))
    }

    /// The seconds, without leap seconds.
    pub fn get(self) -> u64 {
        self.0
    }
}

/// A witness's public key (type `0x04`).
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    id: KeyId,
    public: PublicKey,
}

impl WitnessKey {
    /// A public key under a name.
    ///
    /// # Errors
    /// As [`crate::VerifierKey::new`].
    pub fn new(name: impl Into<String>, public_key: [u8; 32]) -> Result<Self, Error> {
        let name = checked_name(name.into())?;
        let public = PublicKey::new(&name, &public_key)?;
        Ok(Self {
            id: KeyId::of(&name, COSIGNATURE_ED25519, &public_key),
            name,
            public,
        })
    }

    /// Reads `name+id+base64`.
    ///
    /// # Errors
    /// As [`crate::VerifierKey::parse`].
    pub fn parse(vkey: &str) -> Result<Self, Error> {
        let (name, id, bytes) = parse_vkey(vkey, COSIGNATURE_ED25519)?;
        let key = Self::new(name, bytes)?;
        if key.id == id {
            Ok(key)
        } else {
            Err(Error::KeyText {
                expected: KEY_ID_EXPECTED,
            })
        }
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id: another one than the same bytes have as a plain note key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The 32 bytes of the public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.public.bytes()
    }

    /// Whether a signature line claims to be by this key.
    pub fn matches(&self, line: &SignatureLine) -> bool {
        line.key_id() == self.id && line.name() == self.name
    }

    /// Checks a cosignature of a checkpoint's text and returns its time.
    ///
    /// # Errors
    /// [`Error::NotSigned`] when the line names another key, [`Error::BadSignature`].
    pub fn verify(&self, checkpoint_text: &str, line: &SignatureLine) -> Result<UnixSeconds, Error> {
        if !self.matches(line) {
            return Err(Error::NotSigned {
                name: self.name.clone(),
                key_id: self.id,
            });
        }
        let bad = || Error::BadSignature {
            name: self.name.clone(),
            key_id: self.id,
        };
        let (time, signature) = line.bytes().split_first_chunk::<8>().ok_or_else(bad)?;
        let signature = signature.try_into().map_err(|_| bad())?;
        let time = UnixSeconds::new(u64::from_be_bytes(*time)).ok_or_else(bad)?;
        let good = self
            .public
            .verify(message(checkpoint_text, time).as_bytes(), signature);
        if good { Ok(time) } else { Err(bad()) }
    }
}

/// The witness's verifier key text, `name+id+base64`.
impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(f, &self.name, self.id, COSIGNATURE_ED25519, &self.public_key())
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessKey({self})")
    }
}

/// The public half of a key that cosigns. A key must do nothing but cosign, as one witness: the signed
/// message does not name the signer.
pub fn witness_key(key: &SigningKey) -> WitnessKey {
    let public = key.public().clone();
    let id = KeyId::of(key.name(), COSIGNATURE_ED25519, &public.bytes());
    WitnessKey {
        name: key.name().to_owned(),
        id,
        public,
    }
}

/// A witness's signature line for a checkpoint's text (not its signatures).
pub fn sign(checkpoint_text: &str, time: UnixSeconds, key: &SigningKey) -> SignatureLine {
    let mut bytes = Vec::with_capacity(72);
    bytes.extend_from_slice(&time.0.to_be_bytes());
    bytes.extend_from_slice(&key.sign(message(checkpoint_text, time).as_bytes()));
    SignatureLine::of(key.name(), witness_key(key).id(), bytes)
}

fn message(checkpoint_text: &str, time: UnixSeconds) -> String {
    let mut out = String::with_capacity(48 + checkpoint_text.len());
    out.push_str("cosignature/v1\ntime ");
    text::push_decimal(&mut out, time.0);
    out.push('\n');
    out.push_str(checkpoint_text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Checkpoint, Hash, Note, TreeSize, VerifierKey};

    fn cosigned() -> (String, SigningKey, UnixSeconds, SignatureLine) {
        let head = Checkpoint::new("example.com/log", TreeSize(0), Hash::EMPTY_ROOT).expect("an origin");
        let key = SigningKey::from_seed("witness.example/w1", [4; 32]).expect("a name");
        let time = UnixSeconds::new(1_679_315_147).expect("a time");
        let text = head.to_text();
        let line = sign(&text, time, &key);
        (text, key, time, line)
    }

    #[test]
    fn a_witness_states_text_and_time() {
        let (text, key, time, line) = cosigned();
        let witness = witness_key(&key);
        assert_eq!(WitnessKey::parse(&witness.to_string()), Ok(witness.clone()));
        assert_eq!(witness.verify(&text, &line), Ok(time));
        assert_eq!(line.bytes().len(), 72);
        assert!(matches!(
            witness.verify(&text.replace("/log", "/lag"), &line),
            Err(Error::BadSignature { .. })
        ));
        let other = WitnessKey::new("witness.example/w2", witness.public_key()).expect("a name");
        assert!(matches!(other.verify(&text, &line), Err(Error::NotSigned { .. })));
    }

    #[test]
    fn a_plain_signature_is_no_cosignature() {
        let (text, key, _, line) = cosigned();
        let witness = witness_key(&key);
        let plain = key.sign_line(&text);
        assert!(matches!(
            witness.verify(&text, &plain),
            Err(Error::NotSigned { .. })
        ));
        let posing =
            SignatureLine::new(witness.name(), witness.id(), plain.bytes().to_vec()).expect("a name");
        assert!(matches!(
            witness.verify(&text, &posing),
            Err(Error::BadSignature { .. })
        ));
        let mut note = Note::new(text).expect("a text");
        note.push(line).expect("one line");
        assert!(matches!(
            key.verifier_key().verify_note(&note),
            Err(Error::NotSigned { .. })
        ));
        assert!(matches!(
            WitnessKey::parse(&key.verifier_key().to_string()),
            Err(Error::KeyType { found: 1, .. })
        ));
        assert!(matches!(
            VerifierKey::parse(&witness.to_string()),
            Err(Error::KeyType { found: 4, .. })
        ));
    }

    #[test]
    fn any_flipped_bit_fails() {
        let (text, key, _, line) = cosigned();
        let witness = witness_key(&key);
        for bit in 0..72 * 8 {
            let mut bytes = line.bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let line = SignatureLine::new(line.name(), line.key_id(), bytes).expect("a name");
            witness.verify(&text, &line).expect_err("a flipped bit");
        }
    }

    #[test]
    fn a_time_has_63_bits() {
        assert_eq!(UnixSeconds::new(1 << 63), None);
        assert_eq!(
            UnixSeconds::new((1 << 63) - 1).map(UnixSeconds::get),
            Some((1 << 63) - 1)
        );
        // Even when the witness signed it.
        let (text, key, ..) = cosigned();
        let time = UnixSeconds(1 << 63);
        let line = sign(&text, time, &key);
        witness_key(&key)
            .verify(&text, &line)
            .expect_err("a time beyond the range");
    }
}
