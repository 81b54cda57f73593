//! Codebook documents: what is refused and where, and that the page shows what is shipped.

use armistice_desk::{Codebook, SHIPPED};
use armistice_tlog::Hash;
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../../docs/formats/codebook-v1.md");

/// The JSON blocks of the page.
fn blocks() -> Vec<&'static str> {
    PAGE.split("```json\n")
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}

fn example() -> Value {
    serde_json::from_str(blocks()[0]).unwrap()
}

/// Changes the page's example at a path and gives the flaw.
fn check(path: &str, value: Value, field: &str, expected: &str) {
    let mut document = example();
    *document.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
    refused(&document.to_string(), field, expected);
}

fn refused(text: &str, field: &str, expected: &str) {
    let flaw = Codebook::parse(text).expect_err(field);
    assert_eq!(flaw.field, field, "{flaw}");
    assert!(flaw.expected.contains(expected), "{flaw}");
}

#[test]
fn the_page_begins_with_a_whole_codebook_and_ends_with_those_shipped() {
    let codebook = Codebook::parse(blocks()[0]).unwrap();
    assert_eq!(codebook.id(), "shots");
    assert_eq!(codebook.sha256().0, Hash::sha256(blocks()[0].as_bytes()).0);
    for (id, text) in SHIPPED {
        let shipped: Value = serde_json::from_str(text).unwrap();
        let shown = blocks()
            .into_iter()
            .skip(1)
            .map(|block| serde_json::from_str::<Value>(block).unwrap())
            .find(|document| document["codebook"] == *id)
            .unwrap_or_else(|| panic!("{id} is not on the page"));
        assert_eq!(shown, shipped, "{id}");
    }
}

#[test]
fn a_flaw_names_its_field() {
    check(
        "/format",
        json!("armistice/codebook/v2"),
        "format",
        "armistice/codebook/v1",
    );
    check("/codebook", json!("Shots!"), "codebook", "a-z");
    check("/version", json!(0), "version", "from 1");
    check("/zone", json!("Europe/Kyiv"), "zone", "offset");
    check("/day_starts", json!("24:00"), "day_starts", "local time");
    check("/week_starts", json!("lundi"), "week_starts", "monday");
    check("/title", json!(""), "title", "1 to 200");
    check("/series", json!([]), "series", "1 to 32");
    check("/series/0/unit", json!("shell"), "series[0].unit", "observation");
    check(
        "/series/0/series",
        json!("not_stated"),
        "series[0].series",
        "bucket",
    );
    check(
        "/series/0/sides",
        json!("accused"),
        "series[0].sides",
        "unit is observation",
    );
    check(
        "/series/0/unattributed",
        json!("left_out"),
        "series[0].unattributed",
        "sides is never",
    );
    check(
        "/series/0/exercises",
        json!("by_kind"),
        "series[0].exercises",
        "left_out",
    );
    check(
        "/series/0/withdrawn",
        json!("counted"),
        "series[0].withdrawn",
        "left_out",
    );
    check(
        "/series/0/denied",
        json!("left_out"),
        "series[0].denied",
        "counted",
    );
    check("/series/0/apart", json!([]), "series[0].apart", "asserter");
    check(
        "/series/0/apart",
        json!(["asserter", "side"]),
        "series[0].apart[1]",
        "one of district",
    );
    check(
        "/series/0/apart",
        json!(["asserter", "asserter"]),
        "series[0].apart[1]",
        "once",
    );
    check("/series/0/groups", json!([]), "series[0].groups", "1 to 64");
    let kinds = "/series/0/groups/0/parts/0/kinds";
    check(
        kinds,
        json!(["mortar"]),
        "series[0].groups[0].parts[0].kinds[0]",
        "explosion_impact",
    );
    check(
        kinds,
        json!(["shot"]),
        "series[0].groups[0].parts[1].kinds[0]",
        "came before",
    );
    check("/series/0/unit", json!("tally"), "series[0].exercises", "by_kind");
}

#[test]
fn what_is_unknown_missing_or_said_twice_is_refused() {
    let text = blocks()[0];
    refused(
        &text.replacen("\"zone\"", "\"zones\"", 1),
        "zones",
        "unknown field",
    );
    refused(&text.replacen("\"zone\":\"+02:00\",", "", 1), ".", "zone");
    let twice = text.replacen("\"version\":1", "\"version\":1,\"version\":1", 1);
    refused(&twice, ".", "duplicate field `version`");
    refused(&format!("{text}\n"), ".", "one line");
    refused(&format!("{text} {{}}"), ".", "nothing after");
    refused(&" ".repeat(30_001), ".", "30000 bytes");
    refused("", ".", "EOF");
    let two = text.replacen(
        "\"series\":[",
        &format!("\"series\":[{},", example()["series"][0]),
        1,
    );
    refused(&two, "series[1].series", "once");
    let left_out = |words: &str| {
        text.replacen(
            "\"withdrawn\"",
            &format!("\"assessed_as_left_out\":{words},\"withdrawn\""),
            1,
        )
    };
    assert!(Codebook::parse(&left_out(r#"["unrelated"]"#)).is_ok());
    refused(
        &left_out(r#"["fun"]"#),
        "series[0].assessed_as_left_out[0]",
        "unrelated",
    );
    refused(
        &left_out(r#"["live_fire_exercise"]"#),
        "series[0].assessed_as_left_out[0]",
        "exercises",
    );
}
