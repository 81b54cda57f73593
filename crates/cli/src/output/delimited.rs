//! CSV (RFC 4180) with a header line, safe to open in a spreadsheet.
//!
//! Text that a spreadsheet would run as a formula gets a leading `'`, by the one rule of [`armistice_exporter::cell`]; numbers are
//! written as they are, so `-3` stays a number.

use std::io::Write;

use serde_json::Value;

use super::cell;

/// Writes the header and the rows.
pub(super) fn write(out: &mut impl Write, columns: &[String], rows: &[Vec<Value>]) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row.iter().map(guarded))?;
    }
    writer.flush()
}

fn guarded(value: &Value) -> String {
    armistice_exporter::cell::guarded(&cell::text(value)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn formulas_are_quoted_and_numbers_are_not() {
        for formula in ["=HYPERLINK(1)", "+1+1", "-a", "@x", "\tx", "\rx"] {
            assert!(guarded(&json!(formula)).starts_with('\''), "{formula:?}");
        }
        assert_eq!(guarded(&json!(-3)), "-3");
        assert_eq!(guarded(&json!("a=b")), "a=b");
    }
}
