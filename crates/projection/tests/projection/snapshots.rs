//! Snapshots, statements, replay, and what is refused.

use std::convert::Infallible;

use armistice_projection::{
    CHUNK_ENTRIES, Error, Projection, ReplayError, Statement, View, replay, statement_origin,
};
use armistice_tlog::{Hash, Index, SigningKey, TlogProof, leaf_hash};
use serde_json::json;

use crate::{
    log::{Log, ORIGIN},
    scenario,
};

fn scenario() -> Projection {
    let log = scenario::log();
    log.fold(log.entries.len())
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let projection = scenario();
    let bytes = projection.snapshot();
    assert_eq!(Projection::restore(&bytes).unwrap().root(), projection.root());
    for at in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(Projection::restore(&damaged).is_err(), "byte {at}");
    }
    for length in [0, 1, 22, 100, bytes.len() - 1] {
        assert!(Projection::restore(&bytes[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn a_snapshot_of_another_version_is_refused() {
    let bytes = scenario().snapshot();
    let at = bytes
        .windows(13)
        .position(|text| text == b"allegations@2")
        .unwrap()
        + 12;
    let mut other = bytes.clone();
    other[at] = b'9';
    assert!(matches!(
        Projection::restore(&other),
        Err(Error::SnapshotVersion { .. })
    ));
}

#[test]
fn entries_come_one_by_one() {
    let log = Log::founded();
    let mut projection = log.fold(2);
    let entry = &log.entries[3];
    let item = armistice_projection::Item {
        index: 3,
        hash: entry.hash.0,
        submission: entry.submission.0,
        received: entry.received,
        report: &entry.report,
    };
    assert_eq!(
        projection.apply(&item),
        Err(Error::OutOfOrder {
            expected: 2,
            found: 3
        })
    );
    assert_eq!(projection.root(), log.fold(2).root());
    assert!(matches!(
        "nonsense".parse::<View>(),
        Err(Error::UnknownView { .. })
    ));
    assert!(matches!(
        projection.prove_row(View::Frame, "place/x"),
        Err(Error::UnknownRow { .. })
    ));
}

#[test]
fn replay_in_parallel_equals_applying_one_by_one() {
    let mut log = scenario::log();
    // More than two chunks, so that all three stages overlap.
    for at in 0..CHUNK_ENTRIES * 2 + 77 {
        let content = json!({"kind": "mortar", "accused": "azerbaijan", "time": {"precision": "unknown"}});
        let data = json!({"provenance": {"asserted_by": {}, "hedge": "reported"}, "content": content});
        log.add("demo-newsdesk", "incident.reported.v1", &format!("m{at}"), data);
    }
    let source = || {
        log.entries
            .iter()
            .enumerate()
            .map(|(at, entry)| Ok::<_, Infallible>((at as u64, entry.bytes.clone())))
    };
    let mut replayed = Projection::new();
    let mut seen = Vec::new();
    replay(&mut replayed, source(), |done| seen.push(done)).unwrap();
    let applied = log.fold(log.entries.len());
    assert_eq!(seen.last(), Some(&(log.entries.len() as u64)));
    assert_eq!(replayed.root(), applied.root());
    for view in View::ALL {
        assert_eq!(replayed.digest(*view), applied.digest(*view), "{view}");
    }
    let damaged =
        source().map(|entry| entry.map(|(at, bytes)| (at, if at == 5000 { b"?".to_vec() } else { bytes })));
    let refused = replay(&mut Projection::new(), damaged, |_| {});
    assert!(matches!(refused, Err(ReplayError::Entry { index: 5000, .. })));
}

#[test]
fn a_row_is_proved_to_somebody_who_has_the_key_only() {
    let projection = scenario();
    let ledger_key = SigningKey::from_seed(ORIGIN, [7; 32]).unwrap();
    for view in View::ALL {
        let statement = projection.statement(*view).unwrap();
        let name = statement_origin(ORIGIN, *view);
        let key = ledger_key.renamed(&name).unwrap();
        let checkpoint = statement.to_checkpoint().unwrap();
        assert_eq!(Statement::from_checkpoint(&checkpoint).unwrap(), statement);
        let signed = checkpoint.sign(&key);
        let row_key: serde_json::Value = match projection.rows(*view).last() {
            Some(row) => serde_json::from_str(row).unwrap(),
            None => continue,
        };
        let found = projection
            .prove_row(*view, row_key["key"].as_str().unwrap())
            .unwrap();
        let proof = TlogProof {
            extra: None,
            index: found.index,
            path: found.path,
            checkpoint: signed,
        };
        let read = TlogProof::parse(proof.to_string().as_bytes()).unwrap();
        let head = read.verify(leaf_hash(&found.row), &key.verifier_key()).unwrap();
        assert_eq!(
            Statement::from_checkpoint(&head).unwrap().tree_root,
            projection.root()
        );
        assert!(read.verify(leaf_hash(b"{}"), &key.verifier_key()).is_err());
    }
}

#[test]
fn a_statement_names_what_it_was_computed_from() {
    let statement = scenario().statement(View::Allegations).unwrap();
    let text = statement.to_checkpoint().unwrap().to_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "example.org/karabakh-2020/view/allegations@2");
    assert_eq!(lines[1], "7");
    assert_eq!(lines[3], "tree_size 54");
    assert!(lines[4].starts_with("tree_root "));
    assert_eq!(lines[5], format!("codebook {}", "5f".repeat(32)));
}

#[test]
fn an_empty_log_has_views_without_rows() {
    let empty = Projection::new();
    for view in View::ALL.iter().filter(|view| !empty.rows(**view).is_empty()) {
        // Totals of nothing are a row, and say so.
        assert_eq!(empty.rows(*view).len(), 1, "{view}");
    }
    assert_eq!(
        (empty.root(), empty.statement(View::Frame)),
        (Hash::EMPTY_ROOT, None)
    );
    assert_eq!(empty.digest(View::Frame).root, Hash::EMPTY_ROOT);
    assert_eq!(empty.prove_row(View::Incidents, "total").unwrap().index, Index(0));
}
