//! The committed reference pages are the ones that the types make. `UPDATE=1` writes them.

use std::{fs, path::PathBuf};

use armistice_report::{EventType, RefusalCode, reference};

fn check(name: &str, made: &str) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference")).join(name);
    #[expect(
        clippy::disallowed_methods,
        reason = "a test asks for permission to rewrite its own pages"
    )]
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        fs::write(&path, made).expect("written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/reference/{name} is old: run this test with UPDATE=1"
    );
}

#[test]
fn schema() {
    check("report-v1.schema.json", &reference::schema_text());
}

#[test]
fn vocabulary() {
    let page = reference::vocabulary();
    for of in EventType::ALL {
        assert!(page.contains(&format!("\n#### {of}\n")), "{of}");
    }
    // Every field of the page says what it is.
    assert!(
        !page.contains("|  |\n"),
        "a field or a word without a description"
    );
    check("vocabulary.md", &page);
}

#[test]
fn the_map_counts_the_types() {
    let map = include_str!("../../../../docs/architecture.md");
    assert!(map.contains(&format!("{} types of events", EventType::ALL.len())));
}

#[test]
fn refusals() {
    let page = reference::refusals();
    for code in RefusalCode::ALL {
        assert!(page.contains(&format!("\n## {code}\n")), "{code}");
    }
    check("refusals.md", &page);
}
