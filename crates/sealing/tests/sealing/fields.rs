//! Which fields may be sealed, and what taking them out leaves.

use armistice_sealing::{Error, Field};
use serde_json::json;

#[test]
fn names_words_sources_and_places_and_nothing_that_counts() {
    for (path, expected) in [
        ("data.provenance.asserted_by.speaker", true),
        ("data.provenance.asserted_by.as_named", true),
        ("data.provenance.asserted_by.actor", false),
        ("data.provenance.asserted_by", false),
        ("data.provenance.attribution", true),
        ("data.provenance.attribution[0]", false),
        ("data.provenance.verbatim", true),
        ("data.provenance.hedge", false),
        ("data.provenance.sealed", false),
        ("data.provenance.refers_to", false),
        ("data.provenance.source", true),
        ("data.provenance.source.url", true),
        ("data.provenance.source.kind", false),
        ("data.content.place", true),
        ("data.content.place.names", true),
        ("data.content.place.precision", false),
        ("data.content.replacement.content.place.lat", true),
        ("data.content.route", true),
        ("data.content.text", true),
        ("data.content.accused", false),
        ("data.content.kind", false),
        ("data.content.time", false),
        ("data.content.number", false),
        ("data.content.supersedes", false),
        ("data.content", false),
        ("data", false),
        ("id", false),
        ("", false),
    ] {
        assert_eq!(Field::new(path).is_ok(), expected, "{path}");
    }
}

#[test]
fn a_field_is_taken_out_once_and_put_back() {
    let field = Field::new("data.content.place.names").unwrap();
    let whole = json!({"data": {"content": {"place": {"names": [{"name": "x"}], "precision": "exact"}}}});
    let mut report = whole.clone();
    let value = field.take(&mut report).unwrap();
    assert_eq!(value, json!([{"name": "x"}]));
    assert_eq!(
        report,
        json!({"data": {"content": {"place": {"precision": "exact"}}}})
    );
    let path = field.to_string();
    assert_eq!(field.take(&mut report), Err(Error::NotThere { path }));
    assert!(field.put(&mut report, value));
    assert_eq!(report, whole);
    assert!(!field.put(&mut json!({"data": {}}), json!(1)));
}

#[test]
fn a_reference_to_an_entry_is_never_sealed() {
    let field = Field::new("data.content.target").unwrap();
    for (value, expected) in [
        (json!("@r-4"), true),
        (json!("0f".repeat(32)), true),
        (json!("a bridge"), false),
    ] {
        let mut report = json!({"data": {"content": {"target": value}}});
        let refused = matches!(field.take(&mut report), Err(Error::Reference { .. }));
        assert_eq!(refused, expected);
        assert_eq!(report["data"]["content"].get("target").is_some(), expected);
    }
}
