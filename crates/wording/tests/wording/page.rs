//! The reference page is the one that the rules make. `UPDATE=1` writes it.

use std::collections::BTreeSet;
use std::path::Path;

use armistice_report::{Date, RuleId, Zone};
use armistice_wording::{RULES, Resolves, page, quantity, time};

#[test]
fn every_example_resolves_by_its_rule() {
    let (anchor, zone) = (Date::new("2022-03-26").unwrap(), Zone::new("+04:00").unwrap());
    for rule in RULES {
        RuleId::new(rule.id).unwrap();
        for example in rule.examples {
            let found = match rule.resolves {
                Resolves::Time => time(example, anchor, zone).map(|found| found.rule),
                Resolves::Quantity => quantity(example).map(|found| found.rule),
            };
            let found = found.unwrap_or_else(|reason| panic!("{example}: {reason}"));
            assert_eq!(found.as_str(), rule.id, "{example}");
        }
    }
    let ids: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
}

#[test]
fn the_page_is_made_from_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/wording.md");
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let (head, rest) = old
        .split_once("<!-- made from the rules: times -->\n")
        .unwrap_or((&old, ""));
    let middle = rest
        .split_once("<!-- end -->")
        .and_then(|(_, rest)| rest.split_once("<!-- made from the rules: quantities -->\n"))
        .map_or("\n\n", |(middle, _)| middle);
    let made = format!(
        "{head}<!-- made from the rules: times -->\n{}<!-- end -->{middle}<!-- made from the rules: quantities -->\n{}<!-- end -->\n",
        page(Resolves::Time),
        page(Resolves::Quantity)
    );
    #[expect(clippy::disallowed_methods, reason = "a test's own switch")]
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &made).unwrap();
    }
    let old = std::fs::read_to_string(&path).unwrap();
    assert!(
        old == made,
        "docs/reference/wording.md is old: run this test with UPDATE=1"
    );
}
