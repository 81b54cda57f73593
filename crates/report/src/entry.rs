//! An entry: the bytes that become one leaf of the tree.
//!
//! ```text
//! armistice/entry/v1
//! 2022-03-26T14:00:03.250000Z
//! <the signed note, verbatim>
//! ```
//!
//! Format: `docs/formats/entry-v1.md`. The note is not looked into: what it says is [`crate::parse`]'s business, whether
//! its signature is right admission's.

use crate::{
    clock::Timestamp,
    refusal::{Refusal, RefusalCode},
};

/// The first line of every entry, with its line feed.
pub const ENTRY_MAGIC: &str = "armistice/entry/v1\n";
/// The greatest length of an entry, in bytes: C2SP tlog-tiles bundles give the length in 16 bits.
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// The length of a receiving time with its line feed: `2022-03-26T14:00:03.250000Z` LF.
const TIME_LINE_BYTES: usize = 28;
/// The length of the two header lines, in bytes.
pub const ENTRY_HEADER_BYTES: usize = ENTRY_MAGIC.len() + TIME_LINE_BYTES;
/// The greatest length of a submission that still fits into an entry, in bytes: 65,535 − 47.
pub const NOTE_BYTES_MAX: usize = ENTRY_BYTES_MAX - ENTRY_HEADER_BYTES;

/// An entry taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryParts<'a> {
    /// When the ledger received the submission, by its own clock, UTC.
    pub received: Timestamp,
    /// The signed note, verbatim.
    pub note: &'a [u8],
}

/// The two header lines of an entry: what a receipt's `extra` line carries.
pub fn header(received: Timestamp) -> String {
    format!("{ENTRY_MAGIC}{}\n", received.to_micros_text())
}

/// Puts an entry together.
///
/// # Errors
/// `entry_too_large` above [`ENTRY_BYTES_MAX`]; `empty` without a note.
pub fn encode(received: Timestamp, note: &[u8]) -> Result<Vec<u8>, Refusal> {
    check_note(note)?;
    let header = header(received);
    let mut entry = Vec::with_capacity(header.len() + note.len());
    entry.extend_from_slice(header.as_bytes());
    entry.extend_from_slice(note);
    Ok(entry)
}

fn check_note(note: &[u8]) -> Result<(), Refusal> {
    if note.is_empty() {
        return Err(Refusal::new(RefusalCode::NotANote, "", "a signed note"));
    }
    if note.len() > NOTE_BYTES_MAX {
        let expected = format!("at most {NOTE_BYTES_MAX} bytes");
        return Err(
            Refusal::new(RefusalCode::EntryTooLarge, "", expected).found(&format!("{} bytes", note.len()))
        );
    }
    Ok(())
}

/// Why bytes are not an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The first line is another.
    #[error("entry does not begin with armistice/entry/v1")]
    Magic,
    /// The second line is no time with six digits of fraction.
    #[error("entry has no receiving time on its second line")]
    Received,
    /// Nothing follows the header.
    #[error("entry holds no note")]
    Empty,
    /// It is longer than an entry can be.
    #[error("entry is longer than {ENTRY_BYTES_MAX} bytes")]
    TooLarge,
}

/// Takes an entry apart. Every entry that [`encode`] makes is read back, and nothing else is.
///
/// # Errors
/// The part that is not as the format says.
pub fn parse(entry: &[u8]) -> Result<EntryParts<'_>, EntryError> {
    if entry.len() > ENTRY_BYTES_MAX {
        return Err(EntryError::TooLarge);
    }
    let rest = entry
        .strip_prefix(ENTRY_MAGIC.as_bytes())
        .ok_or(EntryError::Magic)?;
    let (time, note) = rest
        .split_at_checked(TIME_LINE_BYTES)
        .ok_or(EntryError::Received)?;
    let time = time
        .strip_suffix(b"\n")
        .and_then(|time| std::str::from_utf8(time).ok())
        .ok_or(EntryError::Received)?;
    // Fixed length and the reader's one spelling leave no second way to write the same time.
    let received = Timestamp::new(time).map_err(|_| EntryError::Received)?;
    if note.is_empty() {
        return Err(EntryError::Empty);
    }
    Ok(EntryParts { received, note })
}
