//! Tests of the desk against logs that are folded as a ledger's are.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails where an expectation does not hold"
)]
#![expect(clippy::needless_pass_by_value, reason = "contents are literals at the call")]
#![expect(clippy::too_many_lines, reason = "a table of cases reads best in one piece")]

mod apart;
mod documents;
mod log;
mod properties;
mod tables;
