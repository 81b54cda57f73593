//! The keys that were ever enrolled, for checking signatures ahead of admission.
//!
//! A keyring answers "does this signature verify under a key of that name?", not "was the key valid?":
//! validity depends on the log index and is decided in [`crate::admit()`].

use crate::submission::Signed;
use crate::{Rejected, Submission};
use armistice_report::Event;
use armistice_tlog::{KeyId, VerifierKey};
use std::collections::HashMap;
use std::sync::Arc;

/// Every key ever enrolled, by name and key id. Cheap to share behind an `Arc`; a clone is a snapshot.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    keys: HashMap<String, Vec<Arc<VerifierKey>>>,
}

/// A submission that was read, and what became of its signature.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What was sent, or why it cannot be read.
    pub submission: Result<Submission, Rejected>,
    /// Whether its signature verifies under a key of that name.
    pub signature: Signature,
}

/// What a check ahead of admission found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// No key of that name and id was known: admission tries the keys of its own state.
    NotTried,
    /// It verifies under this key.
    Good(Arc<VerifierKey>),
    /// It does not verify under this key, and need not be tried again.
    Bad(Arc<VerifierKey>),
}

impl Checked {
    /// Whose key signed it, if that was shown. Says who made the note, not who sent it here.
    pub fn proven_signer(&self) -> Option<&str> {
        match &self.signature {
            Signature::Good(key) => Some(key.name()),
            Signature::NotTried | Signature::Bad(_) => None,
        }
    }
}

impl Keyring {
    /// Adds a key; a key once added stays, since old entries stay checkable for ever.
    pub fn add(&mut self, key: VerifierKey) {
        self.keys
            .entry(key.name().to_owned())
            .or_default()
            .push(Arc::new(key));
    }

    /// Adds the keys that an event of the founding family names.
    pub fn learn(&mut self, event: &Event) {
        let vkeys: &[&str] = match event {
            Event::LedgerFounded(founded) => &[&founded.ledger_key, &founded.operator.key],
            Event::ProducerEnrolled(enrolled) => &[&enrolled.key],
            Event::KeyRotated(rotated) => &[&rotated.key],
            _ => &[],
        };
        // A key that does not parse was refused at admission; it verifies nothing.
        vkeys
            .iter()
            .filter_map(|vkey| VerifierKey::parse(vkey).ok())
            .for_each(|key| self.add(key));
    }

    /// The key with this name and id.
    pub fn get(&self, name: &str, id: KeyId) -> Option<&Arc<VerifierKey>> {
        // A name has few keys; of two with one id, which admission refuses, the first counts there too.
        self.keys.get(name)?.iter().find(|key| key.id() == id)
    }

    /// Reads a submission and checks its signature. Needs no state, so it may run on any core.
    pub fn check(&self, bytes: Vec<u8>) -> Checked {
        let submission = Submission::read(bytes);
        let signed = match &submission {
            Ok(submission) => Some(submission.signed()),
            Err(rejected) => rejected.signed.as_deref(),
        };
        let signature = signed.map_or(Signature::NotTried, |signed| self.verify(signed));
        Checked {
            submission,
            signature,
        }
    }

    fn verify(&self, signed: &Signed) -> Signature {
        match self.get(signed.signer(), signed.key_id()) {
            None => Signature::NotTried,
            Some(key) if signed.is_signed_by(key) => Signature::Good(Arc::clone(key)),
            Some(key) => Signature::Bad(Arc::clone(key)),
        }
    }
}
