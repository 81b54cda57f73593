//! Signing a report: one line of JSON, one signature line.

use armistice_report::{Report, to_json_line};
use armistice_tlog::SigningKey;

/// The submission: the report as a signed note, by a key whose name is the report's source.
///
/// ```text
/// {"specversion":"1.0",…}
///
/// — field-office-3 Az3grlgtzPICa5OS8npVmf1Myq/…
/// ```
pub fn sign_report(report: &Report, key: &SigningKey) -> Vec<u8> {
    let text = to_json_line(report);
    let line = key.sign_line(&text);
    format!("{text}\n{line}\n").into_bytes()
}
