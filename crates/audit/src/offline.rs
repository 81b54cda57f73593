//! Offline checks of single things: a receipt, a row of a view.

use armistice_projection::Statement;
use armistice_report::entry;
use armistice_tlog::{Checkpoint, Error, Hash, Index, Policy, TlogProof, VerifierKey, leaf_hash};

/// What a verified receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedReceipt {
    /// The entry's position.
    pub index: Index,
    /// The entry's leaf hash.
    pub hash: Hash,
    /// The checkpoint that covers it.
    pub checkpoint: Checkpoint,
    /// Whether `entry` was the whole entry; otherwise it was the signed note and the header came from the receipt.
    pub whole_entry: bool,
}

/// What a verified row proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRow {
    /// The view's name and version, `allegations@2`.
    pub view: String,
    /// The row's position in key order.
    pub row: Index,
    /// What the ledger signed: the view's digest, and the tree that it was computed from.
    pub statement: Statement,
}

/// Why an offline check fails.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// The proof is not a tlog-proof.
    #[error("the proof cannot be read as a tlog-proof")]
    NotAProof(#[source] Error),
    /// The receipt has no header lines, so the entry cannot be rebuilt from the signed note alone.
    #[error("the receipt's extra line does not hold an entry header")]
    NoHeader,
    /// The proof does not show that these bytes are at position `index`.
    #[error("the proof for position {index} does not verify for these bytes", index = .index.0)]
    NotProved {
        /// The position that the proof names.
        index: Index,
        /// What failed.
        #[source]
        cause: Error,
    },
    /// The receipt's checkpoint has not the cosignatures that the policy demands.
    #[error("the checkpoint of the receipt for position {index} has no quorum under the policy", index = .index.0)]
    NoQuorum {
        /// The position that the proof names.
        index: Index,
    },
    /// The statement is about something else than a view of this ledger.
    #[error("the statement's origin {origin:?} is not a view of {ledger:?}")]
    NotAView {
        /// The statement's origin.
        origin: String,
        /// The ledger's origin.
        ledger: String,
    },
}

/// Verifies a receipt for `bytes`: a whole entry, or the signed note that was submitted.
///
/// # Errors
/// [`OfflineError`]; `NotProved` names the position.
pub fn verify_receipt(
    receipt: &[u8],
    bytes: &[u8],
    key: &VerifierKey,
    policy: Option<&Policy>,
) -> Result<VerifiedReceipt, OfflineError> {
    let proof = TlogProof::parse(receipt).map_err(OfflineError::NotAProof)?;
    let whole_entry = entry::parse(bytes).is_ok();
    let leaf = if whole_entry {
        leaf_hash(bytes)
    } else {
        leaf_hash(&rebuilt(&proof, bytes)?)
    };
    let mut holds = true;
    let checkpoint = proof
        .verify(leaf, key)
        .and_then(|checkpoint| match policy {
            Some(policy) => {
                let judged = proof.verify_with_policy(leaf, policy, std::slice::from_ref(key))?;
                holds = judged.quorum;
                Ok(checkpoint)
            }
            None => Ok(checkpoint),
        })
        .map_err(|cause| OfflineError::NotProved {
            index: proof.index,
            cause,
        })?;
    if !holds {
        return Err(OfflineError::NoQuorum { index: proof.index });
    }
    Ok(VerifiedReceipt {
        index: proof.index,
        hash: leaf,
        checkpoint,
        whole_entry,
    })
}

/// The entry, from the header lines in the receipt and the signed note.
fn rebuilt(proof: &TlogProof, note: &[u8]) -> Result<Vec<u8>, OfflineError> {
    let mut bytes = proof.extra.clone().ok_or(OfflineError::NoHeader)?;
    bytes.extend_from_slice(note);
    // The header is not trusted: it must make an entry, and that entry's hash must be the proved one.
    entry::parse(&bytes).map_err(|_| OfflineError::NoHeader)?;
    Ok(bytes)
}

/// Verifies a row of a view under the ledger's key.
///
/// # Errors
/// [`OfflineError`].
pub fn verify_row(proof: &[u8], row: &[u8], ledger_key: &VerifierKey) -> Result<VerifiedRow, OfflineError> {
    let proof = TlogProof::parse(proof).map_err(OfflineError::NotAProof)?;
    let (statement, _) =
        Checkpoint::parse_unverified(proof.checkpoint.as_bytes()).map_err(OfflineError::NotAProof)?;
    let prefix = format!("{}/view/", ledger_key.name());
    let not_a_view = || OfflineError::NotAView {
        origin: statement.origin().to_owned(),
        ledger: ledger_key.name().to_owned(),
    };
    let view = statement
        .origin()
        .strip_prefix(&prefix)
        .ok_or_else(not_a_view)?
        .to_owned();
    let key = ledger_key.renamed(statement.origin()).map_err(|_| not_a_view())?;
    let statement = proof
        .verify(leaf_hash(row), &key)
        .map_err(|cause| OfflineError::NotProved {
            index: proof.index,
            cause,
        })?;
    let statement = Statement::from_checkpoint(&statement).map_err(|_| not_a_view())?;
    Ok(VerifiedRow {
        view,
        row: proof.index,
        statement,
    })
}
