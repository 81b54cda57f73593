//! Receipts: a C2SP tlog-proof that the entry at an index is under a signed checkpoint.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64 of the entry's two header lines>
//! index 7
//! <base64 hash>
//! …
//!
//! <checkpoint>
//! ```
//!
//! The `extra` line carries the header, so that a producer rebuilds the leaf from its own bytes
//! (`docs/formats/receipt.md`). A receipt is rebuilt from the store whenever it is asked for again.

use crate::SubmitError;
use armistice_eventlog::Reader;
use armistice_report::entry;
use armistice_tlog::{Hash, Index, TreeAt, TreeSize, receipt};

/// Proof that a submission became an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's position.
    pub index: Index,
    /// The entry's leaf hash: the name by which later reports refer to it.
    pub hash: Hash,
    /// Whether the same bytes were in the log before: this is then the first receipt again.
    pub repeated: bool,
    /// The tlog-proof.
    pub text: String,
}

/// The leaf hash and the receipt of the entry at `index` under `checkpoint`, whose tree is `tree`. `header` is the
/// entry's two header lines.
///
/// # Errors
/// [`SubmitError::Unreadable`] if the position is not in that tree.
pub(crate) fn receipt_under(
    tree: &TreeAt<'_>,
    index: Index,
    header: &str,
    checkpoint: &str,
) -> Result<(Hash, String), SubmitError> {
    let beyond = || SubmitError::Unreadable { index };
    let mut path = Vec::new();
    tree.inclusion_into(index, &mut path).map_err(|_| beyond())?;
    let hash = tree.leaf(index).ok_or_else(beyond)?;
    let mut text = String::new();
    receipt::write(&mut text, Some(header.as_bytes()), index, &path, checkpoint);
    Ok((hash, text))
}

/// The receipt of an entry that is stored already, under `checkpoint`, whose tree has `size` entries: its header is read back.
///
/// # Errors
/// [`SubmitError`] if the entry cannot be read back.
pub fn stored_receipt(
    reader: &Reader,
    index: Index,
    size: TreeSize,
    checkpoint: &str,
) -> Result<Receipt, SubmitError> {
    let bytes = reader.entry(index)?;
    let parts = entry::parse(&bytes).map_err(|_| SubmitError::Unreadable { index })?;
    let header = entry::header(parts.received);
    let (hash, text) = reader.at(size, |tree| receipt_under(tree, index, &header, checkpoint))??;
    Ok(Receipt {
        index,
        hash,
        repeated: true,
        text,
    })
}
