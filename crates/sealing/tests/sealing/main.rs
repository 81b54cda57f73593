//! Sealing: golden bytes, and refusals of what was tampered with, moved, or opened with another key.

#![expect(clippy::unwrap_used, reason = "a test fails where its fixture does")]

mod fields;
mod properties;

use armistice_report::{Origin, ReportId, SealedField, SourceName};
use armistice_sealing::{Error, Field, Home, Key, KeyFile, VALUE_BYTES_MAX, seal, unseal};
use serde_json::{Value, json};

/// A home that owns its parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    ledger: Origin,
    source: SourceName,
    report: ReportId,
    field: Field,
}

impl Parts {
    pub(crate) fn new(ledger: &str, source: &str, report: &str, field: &str) -> Self {
        Self {
            ledger: Origin::new(ledger).unwrap(),
            source: source.parse().unwrap(),
            report: ReportId::new(report).unwrap(),
            field: Field::new(field).unwrap(),
        }
    }

    pub(crate) fn home(&self) -> Home<'_> {
        Home {
            ledger: &self.ledger,
            source: &self.source,
            report: &self.report,
            field: &self.field,
        }
    }
}

const SPEAKER: &str = "data.provenance.asserted_by.speaker";

fn example() -> Parts {
    Parts::new("ledger.example/karabakh", "newsdesk", "r-4", SPEAKER)
}

#[test]
fn golden_bytes() {
    let parts = example();
    let sealed = seal(&Key::new([7; 32]), &parts.home(), &json!("A. Person")).unwrap();
    let golden = include_str!("../golden/sealed.json");
    assert_eq!(serde_json::to_string(&sealed).unwrap(), golden.trim_end());
    assert_eq!(
        parts.home().file_name(),
        "9067d5d5da231f4545204717e470d5e3b261b6a93adae33ce3994e6c3781cca4.sealed-key"
    );
    let read: SealedField = serde_json::from_str(golden).unwrap();
    assert_eq!(
        unseal(&Key::new([7; 32]), &parts.home(), &read).unwrap(),
        "A. Person"
    );
}

#[test]
fn a_key_file_reads_back_and_every_wrong_line_is_named() {
    let parts = example();
    let file = KeyFile {
        ledger: parts.ledger.clone(),
        source: parts.source.clone(),
        report: parts.report.clone(),
        field: parts.field.clone(),
        key: Key::new([7; 32]),
    };
    let golden = include_str!("../golden/field.sealed-key");
    assert_eq!(*file.to_text(), golden);
    assert_eq!(KeyFile::parse(golden).unwrap(), file);
    assert_eq!(file.home(), parts.home());
    assert_eq!(format!("{:?}", file.key), "Key(…)");
    let line = |text: &str| match KeyFile::parse(text) {
        Err(Error::KeyFile { line, .. }) => line,
        other => panic!("{other:?}"),
    };
    for (text, expected) in [
        (String::new(), 1),
        ("\0".repeat(golden.len()), 1),
        (golden.replace("/v1", "/v2"), 1),
        (golden.replace("ledger.example", "?"), 2),
        (golden.replace("source ", "from "), 3),
        (golden.replace("r-4", ""), 4),
        (golden.replace("speaker", "capacity"), 5),
        (golden.replace("BwcH", "BwcHBwcH"), 6),
        (golden.replace("key Bw", "key *w"), 6),
        (format!("{golden}more\n"), 7),
        (golden.trim_end().to_owned(), 7),
    ] {
        assert_eq!(line(&text), expected, "{text:?}");
    }
}

#[test]
fn what_was_tampered_with_moved_or_belongs_to_another_key_is_refused() {
    let key = Key::new([7; 32]);
    let parts = example();
    let sealed = seal(&key, &parts.home(), &json!("A. Person")).unwrap();
    let does_not_open = Err(Error::DoesNotOpen {
        path: SPEAKER.to_owned(),
    });
    assert_eq!(unseal(&Key::new([8; 32]), &parts.home(), &sealed), does_not_open);
    for moved in [
        Parts::new("ledger.example/other", "newsdesk", "r-4", SPEAKER),
        Parts::new("ledger.example/karabakh", "other", "r-4", SPEAKER),
        Parts::new("ledger.example/karabakh", "newsdesk", "r-5", SPEAKER),
        Parts::new(
            "ledger.example/karabakh",
            "newsdesk",
            "r-4",
            "data.provenance.asserted_by.office",
        ),
    ] {
        assert_eq!(unseal(&key, &moved.home(), &sealed), does_not_open);
    }
    let change = |field: &str, value: Value| -> SealedField {
        let mut changed = serde_json::to_value(&sealed).unwrap();
        changed[field] = value;
        serde_json::from_value(changed).unwrap()
    };
    for text in ["", "AAAA", "no base64"] {
        let Ok(cut) = serde_json::from_value::<SealedField>(json!({
            "field": SPEAKER, "commitment": sealed.commitment, "cipher": "xchacha20poly1305", "sealed": text,
        })) else {
            continue;
        };
        assert_eq!(unseal(&key, &parts.home(), &cut), does_not_open);
    }
    for (field, value) in [
        ("commitment", json!("00".repeat(32))),
        ("field", json!("data.provenance.asserted_by.office")),
    ] {
        let changed = change(field, value);
        let path = changed.field.to_string();
        assert_eq!(
            unseal(&key, &parts.home(), &changed),
            Err(Error::NotCommitted { path })
        );
    }
}

#[test]
fn lengths_are_told_in_blocks_only_and_have_a_limit() {
    let parts = example();
    let key = Key::new([7; 32]);
    let length = |value: &str| seal(&key, &parts.home(), &json!(value)).unwrap().sealed.len();
    assert_eq!(length("A"), length("Somebody with quite a long name, and titles"));
    assert!(length("A") < length(&"long ".repeat(20)));
    // Two quotation marks are JSON's.
    assert!(length(&"x".repeat(VALUE_BYTES_MAX - 2)) <= armistice_report::SEALED_BYTES_MAX);
    let refused = seal(&key, &parts.home(), &json!("x".repeat(VALUE_BYTES_MAX - 1)));
    assert!(matches!(refused, Err(Error::TooLong { bytes, .. }) if bytes == VALUE_BYTES_MAX + 1));
}
