//! What the state keeps beside its counts: codebooks, receiving times, and fields of rows that are passed on as they are.

use armistice_projection::{Projection, View};
use armistice_report::Sha256;
use armistice_tlog::Hash;
use serde_json::{Value, json};

use crate::log::Log;

#[test]
fn codebooks_come_in_the_order_of_the_log_with_the_text_that_their_entry_holds() {
    let mut log = Log::founded();
    assert_eq!(Projection::new().codebooks(), []);
    assert_eq!(Projection::new().last_received(), None);
    let text = r#"{"format":"armistice/codebook/v1","codebook":"un-zone"}"#;
    let sha256 = Hash::sha256(text.as_bytes());
    log.add(
        "operator",
        "codebook.adopted.v1",
        "adopted",
        json!({"content": {"codebook": {"id": "un-zone", "sha256": sha256.to_string()}, "text": text}}),
    );
    let folded = log.fold(log.entries.len());
    let restored = Projection::restore(&folded.snapshot()).unwrap();
    for projection in [folded, restored] {
        let codebooks = projection.codebooks();
        assert_eq!(codebooks.len(), 2);
        assert_eq!(
            (codebooks[0].id.as_str(), codebooks[0].index, &codebooks[0].text),
            ("demo", 0, &None)
        );
        let adopted = &codebooks[1];
        assert_eq!((adopted.id.as_str(), adopted.index), ("un-zone", 5));
        assert_eq!(adopted.text.as_deref(), Some(text));
        assert_eq!(
            (adopted.sha256, adopted.hash.0),
            (Sha256(sha256.0), log.entries[5].hash.0)
        );
        assert_eq!(projection.codebook(), Some(adopted.sha256));
        assert_eq!(projection.last_received(), Some(log.entries[5].received));
    }
}

#[test]
fn the_texts_of_the_newest_codebooks_are_kept() {
    let mut log = Log::founded();
    for at in 0..70 {
        let text = format!(r#"{{"version":{at}}}"#);
        let sha256 = Hash::sha256(text.as_bytes()).to_string();
        let content = json!({"codebook": {"id": "b", "sha256": sha256}, "text": text});
        log.add(
            "operator",
            "codebook.adopted.v1",
            &format!("b{at}"),
            json!({"content": content}),
        );
    }
    let codebooks = log.fold(log.entries.len()).codebooks();
    let kept = codebooks
        .iter()
        .filter(|codebook| codebook.text.is_some())
        .count();
    assert_eq!((codebooks.len(), kept), (71, 64));
    assert!(codebooks.last().unwrap().text.is_some());
}

/// Compares fields of the row of one claim.
fn allegation(log: &Log, id: &str, expected: Value) {
    log.rows(View::Allegations)
        .check(&format!("allegation/{:012}", log.index(id)), expected);
}

#[test]
fn a_claim_passes_on_its_weapons_target_count_and_whom_it_was_filed_with() {
    let mut log = Log::founded();
    let says = |content: Value| json!({"provenance": {"asserted_by": {"actor": "b"}, "hedge": "stated"}, "content": content});
    let bare = json!({"kind": "mortar", "accused": "a", "time": {"precision": "unknown"}});
    let mut full = bare.clone();
    full["weapons"] = json!(["uav", "mortar", "uav"]);
    full["target_kind"] = json!("civilians");
    full["count"] = json!({"best": 3, "relation": "exactly"});
    full["filed_with"] = json!("mission");
    log.add("demo-newsdesk", "incident.reported.v1", "bare", says(bare));
    let first = log.add(
        "demo-newsdesk",
        "incident.reported.v1",
        "full",
        says(full.clone()),
    );
    allegation(
        &log,
        "bare",
        json!({"weapons": [], "target_kind": null, "count": null, "filed_with": null}),
    );
    let expected = json!({
        "weapons": ["mortar", "uav"], "target_kind": "civilians", "filed_with": "mission",
        "count": {"min": 3, "best": 3, "max": 3}, "received": log.entries[usize::try_from(first).unwrap()].received,
    });
    allegation(&log, "full", expected.clone());
    // A correction is received later; the claim was received when it was made.
    let replacement = json!({"type": "incident.reported.v1", "content": full});
    log.add(
        "demo-newsdesk",
        "claim.corrected.v1",
        "corrected",
        says(json!({"target": "@full", "reason": "publisher_error", "replacement": replacement})),
    );
    allegation(&log, "full", expected);
}

#[test]
fn a_complaint_is_one_though_another_published_the_same_first() {
    let mut log = Log::founded();
    let says = |content: Value| json!({"provenance": {"asserted_by": {"actor": "b"}, "hedge": "stated"}, "content": content});
    let bare = json!({"kind": "mortar", "accused": "a", "time": {"precision": "unknown"}});
    let mut filed = bare.clone();
    filed["weapons"] = json!(["mortar"]);
    filed["target_kind"] = json!("civilians");
    filed["count"] = json!({"best": 3, "relation": "exactly"});
    filed["filed_with"] = json!("mission");
    log.add(
        "demo-newsdesk",
        "incident.reported.v1",
        "first",
        says(bare.clone()),
    );
    log.add(
        "demo-azerbaijan-mod",
        "incident.reported.v1",
        "filed",
        says(filed.clone()),
    );
    filed["filed_with"] = json!("commission");
    filed["weapons"] = json!(["uav"]);
    log.add("demo-peacekeepers", "incident.reported.v1", "later", says(filed));
    let expected = json!({
        "weapons": ["mortar"], "target_kind": "civilians", "filed_with": "mission",
        "count": {"min": 3, "best": 3, "max": 3},
    });
    allegation(&log, "first", expected.clone());
    // What the first states itself stands, whatever those say that repeat it.
    let mut armed = bare;
    armed["weapons"] = json!(["sniper_rifle"]);
    let replacement = json!({"type": "incident.reported.v1", "content": armed});
    let content = json!({"target": "@first", "reason": "publisher_error", "replacement": replacement});
    log.add("demo-newsdesk", "claim.corrected.v1", "corrected", says(content));
    let mut corrected = expected;
    corrected["weapons"] = json!(["sniper_rifle"]);
    allegation(&log, "first", corrected);
    let retraction = json!({"target": "@filed", "reason": "publisher_error"});
    log.add(
        "demo-azerbaijan-mod",
        "claim.retracted.v1",
        "taken-back",
        says(retraction),
    );
    allegation(&log, "first", json!({"filed_with": "commission"}));
}

#[test]
fn the_parts_of_a_tally_keep_their_units() {
    let mut log = Log::founded();
    let number = |best: u64| json!({"best": best, "relation": "exactly"});
    let amount = |all: u64| json!({"min": all, "best": all, "max": all});
    let content = json!({
        "period": {"precision": "unknown"}, "number": number(14), "unit": "ceasefire violations",
        "breakdown": [
            {"label": "north", "number": number(9)},
            {"label": "shots", "number": number(123), "unit": "shots"},
        ],
    });
    let data = json!({"provenance": {"asserted_by": {"actor": "b"}, "hedge": "stated"}, "content": content});
    let at = log.add("demo-newsdesk", "tally.claimed.v1", "t", data);
    log.rows(View::Tallies).check(
        &format!("tally/{at:012}"),
        json!({
            "number": amount(14), "unit": "ceasefire violations", "parts": 2,
            "breakdown": [
                {"label": "north", "number": amount(9), "unit": "ceasefire violations"},
                {"label": "shots", "number": amount(123), "unit": "shots"},
            ],
        }),
    );
}
