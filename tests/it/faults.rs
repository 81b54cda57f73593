//! The fault table: each write step of a commit fails, lost or persisted anyway; then the whole log is audited.

use armistice_audit::verify_receipt;
use armistice_eventlog::faults::{Fault, Faults, Outcome as Disk, Step};
use armistice_ledger::{Outcome, Settings, SubmitError};
use armistice_tests::{Public, World};
use armistice_tlog::Index;

const STEPS: [Step; 5] = [
    Step::Apply,
    Step::Flush,
    Step::Sync,
    Step::StageHead,
    Step::CommitHead,
];

#[test]
fn after_any_failed_step_every_receipt_holds_and_the_log_opens() {
    for step in STEPS {
        for outcome in [Disk::Lost, Disk::Persisted] {
            for after in [0, 2] {
                check(Fault { step, after, outcome });
            }
        }
    }
}

fn check(fault: Fault) {
    let mut world = World::default();
    let faults = Faults::default();
    world.reopen_with_faults(Settings::default(), &faults);
    faults.arm(fault);
    let mut receipts = Vec::new();
    let mut stopped = 0;
    let mut signed = world.ledger().reader().head().expect("a head").size;
    let mut unanswered = Vec::new();
    for _ in 0..5 {
        let note = world.desk.incident();
        // A refusal in the same group rests on entries that may be lost: it must not be given either.
        let forged = String::from_utf8(note.clone())
            .expect("text")
            .replace("mortar", "sniper")
            .into_bytes();
        let mut answers = world
            .ledger()
            .submit_all_blocking([note.clone(), forged])
            .into_iter();
        match answers.next().expect("two answers") {
            Ok(Outcome::Recorded(receipt)) => receipts.push((note, receipt)),
            Ok(Outcome::Refused(refusal)) => panic!("{fault:?}: {refusal}"),
            Err(SubmitError::Stopped { size, .. }) => {
                stopped += 1;
                assert_eq!(size, signed, "{fault:?}");
                unanswered.push(note);
            }
            Err(other) => panic!("{fault:?}: {other}"),
        }
        if stopped > 0 {
            let second = answers.next().expect("two answers");
            assert!(
                matches!(second, Err(SubmitError::Stopped { .. })),
                "{fault:?}: {second:?}"
            );
        } else {
            signed = world.ledger().reader().head().expect("a head").size;
        }
    }
    assert!(faults.fired(), "{fault:?}");
    // The first failure stops the writer; reading goes on.
    assert_eq!(stopped + receipts.len(), 5, "{fault:?}");
    assert!(stopped > 0, "{fault:?}");
    assert!(world.ledger().reader().entry(Index(0)).is_ok());

    world.reopen(Settings::default());
    for (note, receipt) in &receipts {
        verify_receipt(receipt.text.as_bytes(), note, &World::vkey(), None).expect("verified");
        assert_eq!(
            world.ledger().reader().leaf_hash(receipt.index),
            Some(receipt.hash),
            "{fault:?}"
        );
    }
    // What got no receipt is sent again: it is in the log once, whether the failed write had reached the disk or not.
    for note in &unanswered {
        world.record(note.clone());
    }
    let incidents = (4..world.ledger().reader().size().0)
        .filter(|at| world.is_incident(Index(*at)))
        .count();
    assert_eq!(incidents, 5, "{fault:?}");
    let verdict = Public::of(world.ledger().reader()).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{fault:?}: {:?}", verdict.finding);
}
