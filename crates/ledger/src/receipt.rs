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
use armistice_tlog::{Hash, Index, TreeSize, receipt};

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

/// Builds the receipt of the entry at `index` under `checkpoint`, whose tree has `size` entries.
/// `header` is the entry's two header lines.
///
/// # Errors
/// [`SubmitError::Store`] if the position is not in that tree.
pub fn receipt_for(
    reader: &Reader,
    index: Index,
    header: &str,
    size: TreeSize,
    checkpoint: &str,
) -> Result<String, SubmitError> {
    let path = reader.inclusion(index, size)?;
    let mut text = String::new();
    receipt::write(&mut text, Some(header.as_bytes()), index, &path, checkpoint);
    Ok(text)
}

/// The same for an entry that is stored already: its header is read back.
pub(crate) fn stored_receipt(
    reader: &Reader,
    index: Index,
    size: TreeSize,
    checkpoint: &str,
) -> Result<Receipt, SubmitError> {
    let bytes = reader.entry(index)?;
    let parts = entry::parse(&bytes).map_err(|_| SubmitError::Unreadable { index })?;
    let text = receipt_for(reader, index, &entry::header(parts.received), size, checkpoint)?;
    Ok(Receipt {
        index,
        hash: armistice_tlog::leaf_hash(&bytes),
        repeated: true,
        text,
    })
}
