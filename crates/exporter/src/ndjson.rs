//! NDJSON: a line that says what this is, then the rows, one a line, byte for byte as the view's digest covers them.
//!
//! ```text
//! {"format":"armistice/export/v1","ledger":"…","tree_size":54,"root":"…","query":{"views":[{"view":"tallies",…}],…},…}
//! {"key":"tally/000000000031","row":"tally",…}
//! ```
//! The header is the only line without `key`. A row from which something withheld was taken out is not as the digest covers it.

use std::io::Write;

use crate::{About, Error, Rows};

/// Writes the header and the rows; says how many rows.
///
/// # Errors
/// [`Error::Write`], or a row that is no JSON.
pub fn write(rows: &Rows<'_>, about: &About, mut out: impl Write) -> Result<u64, Error> {
    serde_json::to_writer(&mut out, about).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    let written = rows.each(|line| {
        out.write_all(line)?;
        out.write_all(b"\n")?;
        Ok(())
    })?;
    out.flush()?;
    Ok(written)
}
