//! Receipts, checked against the ledger's key and the note that is in the outbox.
//!
//! ```text
//! extra ‖ own note ─► leaf ─► path ─► root ═ checkpoint ◄─ the ledger's signature
//! ```
//! One group of the ledger has one checkpoint, so its signature is checked once and remembered. Source: `c2sp.org/tlog-proof`,
//! `docs/formats/receipt.md`. Whether two checkpoints agree is not looked at.

use crate::ticket::Receipt;
use armistice_audit::OfflineError;
use armistice_report::entry;
use armistice_tlog::proof::verify_inclusion;
use armistice_tlog::{Checkpoint, TlogProof, VerifierKey, leaf_hash};

/// Verifies receipts under one key.
#[derive(Debug)]
pub(crate) struct Verifier {
    key: VerifierKey,
    /// The text of the last checkpoint whose signature was good, and what it says.
    last: Option<(String, Checkpoint)>,
}

impl Verifier {
    pub(crate) fn new(key: VerifierKey) -> Self {
        Self { key, last: None }
    }

    /// The receipt, if it proves that this very note is in the ledger's log.
    pub(crate) fn verify(
        &mut self,
        text: &[u8],
        note: &[u8],
        repeated: bool,
    ) -> Result<Receipt, OfflineError> {
        let proof = TlogProof::parse(text).map_err(OfflineError::NotAProof)?;
        let mut bytes = proof.extra.clone().ok_or(OfflineError::NoHeader)?;
        bytes.extend_from_slice(note);
        // The header is not trusted: it must make an entry around this note, and that entry's hash must be the proved one.
        let parts = entry::parse(&bytes).map_err(|_| OfflineError::NoHeader)?;
        if parts.note != note {
            return Err(OfflineError::NoHeader);
        }
        let hash = leaf_hash(&bytes);
        let index = proof.index;
        let not_proved = |cause| OfflineError::NotProved { index, cause };
        let checkpoint = self.checkpoint(&proof.checkpoint).map_err(not_proved)?;
        verify_inclusion(hash, index, checkpoint.size(), &proof.path, checkpoint.root())
            .map_err(not_proved)?;
        Ok(Receipt {
            index,
            hash,
            repeated,
            text: proof.to_string(),
            entry: bytes,
        })
    }

    fn checkpoint(&mut self, text: &str) -> Result<&Checkpoint, armistice_tlog::Error> {
        let known = self.last.take().filter(|(last, _)| last == text);
        let known = match known {
            Some(known) => known,
            None => (text.to_owned(), Checkpoint::open(text.as_bytes(), &self.key)?.0),
        };
        Ok(&self.last.insert(known).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use armistice_report::Timestamp;
    use armistice_tlog::{Index, SigningKey, Tree};

    #[test]
    fn a_receipt_is_for_its_note_and_its_ledger_alone() {
        let key = SigningKey::from_seed("example.org/log", [3; 32]).unwrap();
        let header = entry::header(Timestamp::new("2022-03-26T14:00:03.25Z").unwrap());
        let mut tree = Tree::new();
        for note in ["one", "two", "three"] {
            tree.push(leaf_hash(format!("{header}{note}").as_bytes()));
        }
        let checkpoint = Checkpoint::new("example.org/log", tree.size(), tree.root()).unwrap();
        let proof = |index: u64, signer: &SigningKey, extra: &str| TlogProof {
            extra: Some(extra.as_bytes().to_vec()),
            index: Index(index),
            path: tree.inclusion(Index(index), tree.size()).unwrap(),
            checkpoint: checkpoint.sign(signer),
        };
        let mut verifier = Verifier::new(key.verifier_key());
        let good = proof(1, &key, &header).to_string();
        for _ in 0..2 {
            let receipt = verifier.verify(good.as_bytes(), b"two", false).unwrap();
            assert_eq!((receipt.index, receipt.text.as_str()), (Index(1), good.as_str()));
            assert_eq!(receipt.entry, format!("{header}two").into_bytes());
        }
        let other = SigningKey::from_seed("example.org/log", [4; 32]).unwrap();
        for (text, note) in [
            (good.clone(), "three"),
            (proof(2, &key, &header).to_string(), "two"),
            (proof(1, &other, &header).to_string(), "two"),
            // The header swallows the beginning of the note.
            (proof(1, &key, &format!("{header}t")).to_string(), "wo"),
            (good.replace("@v1", "@v2"), "two"),
        ] {
            assert!(
                verifier.verify(text.as_bytes(), note.as_bytes(), false).is_err(),
                "{text}"
            );
        }
        verifier.verify(good.as_bytes(), b"two", false).unwrap();
    }
}
