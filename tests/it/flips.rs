//! One changed bit or byte anywhere in the public bytes: the audit finds it and names the position.

use armistice_audit::{Finding, verify_receipt};
use armistice_tests::{Public, World};
use armistice_tlog::Index;

fn log(entries: usize) -> (World, Public) {
    let mut world = World::default();
    let notes: Vec<_> = (4..entries).map(|_| world.desk.incident()).collect();
    for answer in world.ledger().submit_all_blocking(notes) {
        answer.expect("answered");
    }
    let public = Public::of(world.ledger().reader());
    (world, public)
}

#[test]
fn every_byte_of_a_small_log_counts() {
    let (_world, public) = log(6);
    assert!(public.audit(&World::vkey(), None).holds());
    for (path, bytes) in &public.files {
        for byte in 0..bytes.len() {
            let bit = u8::try_from(byte % 8).expect("small");
            let verdict = public.flipped(path, byte, bit).audit(&World::vkey(), None);
            assert!(!verdict.holds(), "{path} byte {byte} bit {bit}");
        }
    }
}

#[test]
fn the_position_of_a_changed_entry_or_tile_is_named() {
    let (_world, public) = log(600);
    let find = |path: &str, byte| {
        public
            .flipped(path, byte, 0)
            .audit(&World::vkey(), None)
            .finding
            .expect("found")
    };
    // Bundle 1 begins with entry 256; its first entry's length is in the first two bytes.
    assert_eq!(find("tile/entries/001", 100).position(), Some(Index(256)));
    assert_eq!(find("tile/0/000", 32 * 17 + 5).position(), Some(Index(17)));
    assert_eq!(find("tile/0/002.p/88", 32 * 87).position(), Some(Index(599)));
    assert_eq!(find("tile/1/000.p/2", 32).position(), Some(Index(256)));
    assert!(matches!(find("checkpoint", 30), Finding::Checkpoint(_)));
}

#[test]
fn a_missing_file_is_named() {
    let (_world, public) = log(300);
    for path in [
        "tile/entries/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "checkpoint",
    ] {
        let mut public = public.clone();
        public.files.remove(path);
        let finding = public.audit(&World::vkey(), None).finding.expect("found");
        assert!(
            matches!(&finding, Finding::Missing { path: missing, .. } if missing == path),
            "{finding}"
        );
    }
}

#[test]
fn every_byte_of_a_receipt_counts() {
    let mut world = World::default();
    let note = world.desk.incident();
    let receipt = world.record(note.clone()).text.into_bytes();
    assert!(verify_receipt(&receipt, &note, &World::vkey(), None).is_ok());
    for byte in 0..receipt.len() {
        let mut changed = receipt.clone();
        changed[byte] ^= 1;
        assert!(
            verify_receipt(&changed, &note, &World::vkey(), None).is_err(),
            "byte {byte}"
        );
    }
}

#[test]
fn a_rewritten_history_is_found_with_a_kept_checkpoint() {
    let (mut world, old) = log(10);
    let kept = old.files["checkpoint"].clone();
    world.record_incident();
    let public = Public::of(world.ledger().reader());
    let verdict = public.audit(&World::vkey(), Some(&kept));
    assert!(verdict.holds() && verdict.kept.is_some(), "{:?}", verdict.finding);
    let shorter = Public::of(log(5).0.ledger().reader()).audit(&World::vkey(), Some(&kept));
    assert!(
        matches!(shorter.finding, Some(Finding::Shrunk { .. })),
        "{:?}",
        shorter.finding
    );
    // A log of the same ledger with another history, lawful in itself.
    let mut other = World::default();
    other.pass(1);
    (0..10).for_each(|_| drop(other.record_incident()));
    let public = Public::of(other.ledger().reader());
    assert!(public.audit(&World::vkey(), None).holds());
    let rewritten = public.audit(&World::vkey(), Some(&kept));
    assert!(
        matches!(rewritten.finding, Some(Finding::Rewritten { .. })),
        "{:?}",
        rewritten.finding
    );
}
