//! Tests of the report formats, through the public interface only.
#![allow(missing_docs, reason = "a test binary has no readers of its documentation")]

mod examples;
mod golden;
mod random;
mod reference;
mod refused;
mod values;

/// A report of one type around a provenance and a content, as a line.
fn line(of: &str, data: &str) -> String {
    format!(
        concat!(
            r#"{{"specversion":"1.0","id":"r-1","source":"demo-newsdesk","type":"{}","time":"2022-03-26T14:00:00Z","#,
            r#""subject":"karabakh-2020","ledger":"example.org/karabakh","producerseq":1,"data":{}}}"#,
            "\n"
        ),
        of, data
    )
}

/// A report of one type around a content, with the shortest provenance.
fn claim(of: &str, content: &str) -> String {
    line(
        of,
        &format!(r#"{{"provenance":{{"asserted_by":{{}},"hedge":"reported"}},"content":{content}}}"#),
    )
}

/// An entry hash for tests.
const HASH: &str = "00000000000000000000000000000000000000000000000000000000000000aa";
/// Another one.
const OTHER: &str = "00000000000000000000000000000000000000000000000000000000000000bb";
