//! The running ledger: receipts, repetition, refusals and their marks, restarts.

use armistice_audit::verify_receipt;
use armistice_ledger::{Outcome, Settings};
use armistice_report::{Event, entry};
use armistice_tests::{Producer, Public, World, key};
use armistice_tlog::{Index, SingleNote, TreeSize};
use serde_json::json;
use std::thread;

#[test]
fn a_receipt_verifies_offline_from_the_producers_own_bytes() {
    let mut world = World::default();
    let note = world.desk.incident();
    let receipt = world.record(note.clone());
    let verified = verify_receipt(receipt.text.as_bytes(), &note, &World::vkey(), None).expect("verified");
    assert_eq!(
        (verified.index, verified.hash, verified.whole_entry),
        (Index(4), receipt.hash, false)
    );
    let stored = world.ledger().reader().entry(Index(4)).expect("stored");
    assert_eq!(entry::parse(&stored).expect("an entry").note, note);
    assert!(
        verify_receipt(receipt.text.as_bytes(), &stored, &World::vkey(), None)
            .expect("verified")
            .whole_entry
    );
    let other = world.desk.incident();
    assert!(verify_receipt(receipt.text.as_bytes(), &other, &World::vkey(), None).is_err());
}

#[test]
fn the_same_bytes_get_the_first_receipt_again_also_after_a_restart() {
    let mut world = World::default();
    let note = world.desk.incident();
    let first = world.record(note.clone());
    assert!(!first.repeated);
    let again = world.ledger().submit_all_blocking([note.clone(), note.clone()]);
    world.reopen(Settings::default());
    for outcome in again
        .into_iter()
        .chain([world.ledger().submit_blocking(note.clone())])
    {
        let Ok(Outcome::Recorded(receipt)) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(
            (receipt.index, receipt.hash, receipt.repeated),
            (first.index, first.hash, true)
        );
        verify_receipt(receipt.text.as_bytes(), &note, &World::vkey(), None).expect("verified");
    }
    assert_eq!(world.ledger().reader().size(), TreeSize(5));
}

#[test]
fn twice_in_one_group_is_one_entry() {
    let mut world = World::default();
    let note = world.desk.incident();
    let answers = world.ledger().submit_all_blocking(vec![note; 50]);
    let indices: Vec<_> = answers
        .into_iter()
        .map(|answer| match answer {
            Ok(Outcome::Recorded(receipt)) => receipt.index,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(indices, vec![Index(4); 50]);
    assert_eq!(world.ledger().reader().size(), TreeSize(5));
}

#[test]
fn a_key_enrolled_in_the_same_group_signs_behind_its_enrolment_only() {
    let mut world = World::default();
    let fresh = key("fresh", 9);
    let mut producer = Producer::new(fresh.clone());
    let content = json!({ "producer": "fresh", "key": fresh.verifier_key().to_string(), "may": ["claim"] });
    let enrolment = world.operator.sign("producer.enrolled.v1", content);
    let (early, late) = (producer.incident(), producer.incident());
    let answers = world.ledger().submit_all_blocking([early, enrolment, late]);
    let codes: Vec<_> = answers
        .into_iter()
        .map(|answer| match answer.expect("answered") {
            Outcome::Recorded(_) => "recorded",
            Outcome::Refused(refusal) => refusal.code.as_str(),
        })
        .collect();
    assert_eq!(codes, ["unknown_producer", "recorded", "recorded"]);
}

#[test]
fn a_refusal_leaves_its_mark_and_nothing_else() {
    let mut world = World::default();
    let note = world.desk.incident();
    let forged = String::from_utf8(note)
        .expect("text")
        .replace("mortar", "sniper")
        .into_bytes();
    assert_eq!(world.refuse(forged.clone()), "bad_signature");
    let stored = world.ledger().reader().entry(Index(4)).expect("the mark");
    let parts = entry::parse(&stored).expect("an entry");
    let text = SingleNote::parse(parts.note).expect("a note").text;
    let report = armistice_report::parse(text.as_bytes()).expect("a report");
    let Event::RefusalRecorded(content) = &report.event else {
        panic!("{report:?}")
    };
    assert_eq!(content.marks.len(), 1);
    assert_eq!(
        content.marks[0].submission_sha256.0,
        armistice_tlog::Hash::sha256(&forged).0
    );
    assert_eq!(content.marks[0].producer, None, "a bad signature proves no name");
    assert_eq!(world.ledger().reader().size(), TreeSize(5));
    assert!(
        Public::of(world.ledger().reader())
            .audit(&World::vkey(), None)
            .holds()
    );
}

#[test]
fn what_is_refused_never_becomes_an_entry() {
    let mut world = World::default();
    let known = world.desk.incident();
    world.record(known.clone());
    let retired = key("retired", 40);
    world.enrol(&retired, "claim");
    let revoked = json!({ "producer": "retired", "key_id": retired.verifier_key().id().to_string() });
    let revocation = world.operator.sign("key.revoked.v1", revoked);
    world.record(revocation);
    let resigned = |note: &[u8], from: &str, to: &str| {
        let text = String::from_utf8_lossy(note)
            .lines()
            .next()
            .expect("a line")
            .replace(from, to)
            + "\n";
        format!("{text}\n{}\n", key("desk", 3).sign_line(&text)).into_bytes()
    };
    let fresh = world.desk.incident();
    let refused = [
        (
            String::from_utf8_lossy(&fresh)
                .replace("mortar", "sniper")
                .into_bytes(),
            "bad_signature",
        ),
        (Producer::new(retired).incident(), "revoked_key"),
        (
            world
                .desk
                .sign("incidents.unlinked.v1", json!({ "target": "00".repeat(32) })),
            "beyond_grant",
        ),
        (resigned(&fresh, "mortar", "quarrel"), "invalid_value"),
        (resigned(&known, "mortar", "sniper"), "id_conflict"),
    ];
    for (note, code) in refused {
        assert_eq!(world.refuse(note.clone()), code);
        let reader = world.ledger().reader();
        for read in reader.entries(Index(0)..reader.size().next_index()) {
            assert!(
                !read.expect("stored").1.ends_with(&note),
                "{code} became an entry"
            );
        }
    }
    world.ledger().close();
    let marks = world.ledger().reader().size().0 - 7;
    assert!((1..=5).contains(&marks), "{marks} entries of marks");
    assert!(
        Public::of(world.ledger().reader())
            .audit(&World::vkey(), None)
            .holds()
    );
}

#[test]
fn a_flood_of_100_000_bad_submissions_stays_small() {
    let world = World::default();
    let before = world.ledger().reader().size();
    for part in 0..100 {
        // From all at once to a day, so that the limit holds for a slow flood as for a fast one.
        world.pass(part * 17);
        let bad = (0..1_000).map(|n| format!("not a note {part} {n}").into_bytes());
        let answers = world.ledger().submit_all_blocking(bad);
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer, Ok(Outcome::Refused(_))))
        );
    }
    world.ledger().close();
    let grown = world.ledger().reader().size().0 - before.0;
    assert!((1..1_000).contains(&grown), "grew by {grown}");
    let verdict = Public::of(world.ledger().reader()).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{:?}", verdict.finding);
}

#[test]
fn many_submitters_share_flushes_and_each_gets_its_own_receipt() {
    let mut world = World::default();
    let signers: Vec<_> = (0..16).map(|n| key(&format!("p{n}"), 100 + n)).collect();
    for signer in &signers {
        world.enrol(signer, "claim");
    }
    thread::scope(|scope| {
        for signer in &signers {
            let ledger = world.ledger().clone();
            scope.spawn(move || {
                let mut producer = Producer::new(signer.clone());
                for _ in 0..20 {
                    let note = producer.incident();
                    let Ok(Outcome::Recorded(receipt)) = ledger.submit_blocking(note.clone()) else {
                        panic!("refused")
                    };
                    verify_receipt(receipt.text.as_bytes(), &note, &World::vkey(), None).expect("verified");
                }
            });
        }
    });
    assert_eq!(world.ledger().reader().size(), TreeSize(4 + 16 + 320));
    assert!(
        Public::of(world.ledger().reader())
            .audit(&World::vkey(), None)
            .holds()
    );
}

#[test]
fn the_receiving_time_never_goes_back() {
    let mut world = World::default();
    world.record_incident();
    world.pass(-3_600);
    world.reopen(Settings::default());
    world.record_incident();
    let received = |at| {
        let stored = world.ledger().reader().entry(Index(at)).expect("stored");
        entry::parse(&stored).expect("an entry").received
    };
    assert_eq!(received(5), received(4));
}

#[test]
fn a_restart_from_the_saved_state_or_without_it_decides_the_same() {
    let mut world = World::new(Settings {
        snapshot_entries: 3,
        ..Settings::default()
    });
    let receipt = world.record_incident();
    world.record_incident();
    for keep in [true, false] {
        world.close();
        if !keep {
            std::fs::remove_file(world.dir().join("admission")).expect("the saved state was there");
        }
        world.reopen(Settings::default());
        let denial = json!({ "target": receipt.hash.to_string(), "scope": "whole" });
        let denial = world.desk.sign("claim.denied.v1", denial);
        world.record(denial);
        let stranger = Producer::new(key("stranger", 77)).incident();
        assert_eq!(world.refuse(stranger), "unknown_producer");
    }
    assert!(
        Public::of(world.ledger().reader())
            .audit(&World::vkey(), None)
            .holds()
    );
}

#[test]
fn a_closed_ledger_says_so_and_goes_on_reading() {
    let mut world = World::default();
    world.ledger().close();
    let note = world.desk.incident();
    let answer = world.ledger().submit_blocking(note);
    assert!(matches!(answer, Err(armistice_ledger::SubmitError::Closed)));
    assert!(world.ledger().reader().entry(Index(0)).is_ok());
}
