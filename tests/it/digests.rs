//! The same reports in other groups, folded by another process: the same entries, the same digests.

use armistice_audit::ViewDigest;
use armistice_ledger::Settings;
use armistice_projection::{Item, Projection, View};
use armistice_report::entry;
use armistice_tests::{Producer, Public, World, key};
use armistice_tlog::{Hash, Index, SingleNote, leaf_hash};
use serde_json::json;

/// Reports of three types; the answers name entries that every run has at the same place.
fn notes(world: &mut World) -> Vec<Vec<u8>> {
    let first = world
        .ledger()
        .reader()
        .leaf_hash(Index(4))
        .expect("recorded")
        .to_string();
    let mut notes = Vec::new();
    for n in 0..40 {
        notes.push(world.desk.incident());
        if n % 5 == 0 {
            notes.push(
                world
                    .desk
                    .sign("claim.denied.v1", json!({ "target": first, "scope": "whole" })),
            );
        }
        if n % 7 == 0 {
            let assessed = json!({ "assessor": "mission", "targets": [first], "occurrence": "confirmed" });
            notes.push(world.monitor.sign("incident.assessed.v1", assessed));
        }
    }
    notes
}

fn imported(group: usize) -> (Hash, Vec<ViewDigest>, World) {
    let settings = Settings {
        group_items_max: group,
        ..Settings::default()
    };
    let mut world = World::new(settings);
    world.record_incident();
    let notes = notes(&mut world);
    for part in notes.chunks(group) {
        for answer in world.ledger().submit_all_blocking(part.to_vec()) {
            answer.expect("answered");
        }
    }
    let verdict = Public::of(world.ledger().reader()).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{:?}", verdict.finding);
    (verdict.root.expect("a root"), verdict.views, world)
}

#[test]
fn other_groups_and_another_fold_give_the_same_digests() {
    let (root, views, world) = imported(1);
    for group in [2, 7, 64, 1_024] {
        let (other_root, other_views, _) = imported(group);
        assert_eq!((other_root, &other_views), (root, &views), "groups of {group}");
    }
    // Rebuilt from the stored entries alone, one by one.
    let mut projection = Projection::new();
    for read in world
        .ledger()
        .reader()
        .entries(Index(0)..world.ledger().reader().size().next_index())
    {
        let (index, bytes) = read.expect("stored");
        let parts = entry::parse(&bytes).expect("an entry");
        let text = SingleNote::parse(parts.note).expect("a note").text;
        let report = armistice_report::parse(text.as_bytes()).expect("a report");
        let item = Item {
            index: index.0,
            hash: leaf_hash(&bytes).0,
            submission: Hash::sha256(parts.note).0,
            received: parts.received,
            report: &report,
        };
        projection.apply(&item).expect("in order");
    }
    for (view, expected) in View::ALL.iter().zip(&views) {
        assert_eq!(projection.digest(*view).root, expected.digest, "{view}");
    }
}

#[test]
fn a_gap_and_a_fork_in_a_counter_are_shown_and_nothing_is_dropped() {
    let mut world = World::default();
    let mut again = Producer::new(key("desk", 3));
    world.record_incident();
    // The second report is withheld; the third is sent, and then another third with other content.
    let _withheld = world.desk.incident();
    let third = world.desk.incident();
    world.record(third);
    for _ in 0..2 {
        let _ = again.incident();
    }
    let rewritten = again.sign(
        "incident.reported.v1",
        json!({ "kind": "sniper", "time": { "precision": "unknown" } }),
    );
    let text = String::from_utf8(rewritten).expect("text");
    assert!(text.contains("\"producerseq\":3"));
    // The same counter under another id: equivocation, not repetition.
    let report = text.lines().next().expect("a line").replace("desk-3", "desk-3b");
    let text = format!("{report}\n");
    let note = format!("{text}\n{}\n", key("desk", 3).sign_line(&text)).into_bytes();
    world.record(note);
    let mut projection = Projection::new();
    let reader = world.ledger().reader();
    let source = reader
        .entries(Index(0)..reader.size().next_index())
        .map(|read| read.map(|(index, bytes)| (index.0, bytes)));
    armistice_projection::replay(&mut projection, source, |_| {}).expect("replayed");
    let rows = projection.rows(View::Producers);
    let desk = rows.iter().find(|row| row.contains("\"desk\"")).expect("a row");
    let row: serde_json::Value = serde_json::from_str(desk).expect("JSON");
    assert!(row["gaps"].to_string().contains('2'), "{row}");
    assert!(row["forks"].to_string().contains('3'), "{row}");
}
