//! What an intake relies on: its cursor is as durable as what became of the submission, and it hears of new heads.

use armistice_ledger::{Cursor, Outcome, Settings, Taken};
use armistice_report::{IntakeRewound, Label, Line, Whole};
use armistice_tests::{Public, World, wait};
use armistice_tlog::{Index, TreeSize};
use std::sync::Arc;

const NAME: &str = "intake/SUBMITTED_karabakh-2020";

fn cursor(value: u64) -> Cursor {
    Cursor {
        name: Arc::from(NAME),
        value: value.to_string().into_bytes(),
    }
}

fn taken(value: u64) -> Taken {
    Taken {
        sender: None,
        cursor: Some(cursor(value)),
    }
}

fn kept(world: &World) -> Option<String> {
    let value = world.ledger().reader().cursor(NAME)?;
    Some(String::from_utf8(value).expect("text"))
}

#[test]
fn a_cursor_is_durable_with_the_answer() {
    let mut world = World::default();
    let notes = [
        world.desk.incident(),
        world.desk.incident(),
        world.desk.incident(),
    ];
    let mut pending = Vec::new();
    for (at, note) in (1..).zip(notes) {
        pending.push(wait(world.ledger().queue(note, taken(at))).expect("queued"));
    }
    for pending in pending {
        assert!(matches!(wait(pending.outcome()), Ok(Outcome::Recorded(_))));
    }
    assert_eq!(kept(&world).as_deref(), Some("3"));
    world.reopen(Settings::default());
    assert_eq!(kept(&world).as_deref(), Some("3"));
}

#[test]
fn a_refusal_and_a_repetition_move_the_cursor_without_an_entry() {
    let mut world = World::default();
    let note = world.desk.incident();
    world.record(note.clone());
    let before = world.ledger().reader().size();
    let repeated = wait(world.ledger().queue(note, taken(7))).expect("queued");
    assert!(matches!(wait(repeated.outcome()), Ok(Outcome::Recorded(receipt)) if receipt.repeated));
    assert_eq!(kept(&world).as_deref(), Some("7"));
    assert_eq!(world.ledger().reader().size(), before);
    let refused = wait(world.ledger().queue(b"not a note".to_vec(), taken(8))).expect("queued");
    assert!(matches!(wait(refused.outcome()), Ok(Outcome::Refused(_))));
    world.reopen(Settings::default());
    assert_eq!(kept(&world).as_deref(), Some("8"));
}

#[test]
fn an_intake_that_was_set_back_leaves_an_entry_of_the_ledgers_own() {
    let mut world = World::default();
    let mut heads = world.ledger().heads();
    assert_eq!(*heads.borrow_and_update(), TreeSize(4));
    let content = IntakeRewound {
        intake: Label::new("SUBMITTED_karabakh-2020").expect("a label"),
        from_position: Some(Whole::new(41).expect("a number")),
        to_position: Some(Whole::new(1).expect("a number")),
        reason: Line::new("the stream was created anew").expect("a line"),
    };
    let outcome = wait(world.ledger().record_rewound(content, Some(cursor(0))));
    let Ok(Outcome::Recorded(receipt)) = outcome else {
        panic!("{outcome:?}");
    };
    wait(heads.changed()).expect("a new head");
    assert_eq!(*heads.borrow_and_update(), TreeSize(receipt.index.0 + 1));
    assert_eq!(kept(&world).as_deref(), Some("0"));
    world.record_incident();
    let entry = world.ledger().reader().entry(receipt.index).expect("stored");
    assert!(String::from_utf8_lossy(&entry).contains("intake.rewound.v1"));
    // The same from outside is refused, whoever signs it.
    let content = serde_json::json!({ "intake": "SUBMITTED_karabakh-2020", "reason": "no" });
    let note = world.operator.sign("intake.rewound.v1", content);
    assert_eq!(world.refuse(note), "reserved_type");
    world.reopen(Settings::default());
    let verdict = Public::of(world.ledger().reader()).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{:?}", verdict.finding);
}

#[test]
fn a_note_that_somebody_else_hands_in_is_refused_and_not_held_against_its_signer() {
    let mut world = World::default();
    let note = world.desk.incident();
    let hand_in = |note: Vec<u8>, sender: &str| {
        let taken = Taken {
            sender: Some(Arc::from(sender)),
            cursor: None,
        };
        let pending = wait(world.ledger().queue(note, taken)).expect("queued");
        wait(pending.outcome()).expect("answered")
    };
    let Outcome::Refused(refusal) = hand_in(note.clone(), "monitor") else {
        panic!("recorded");
    };
    assert_eq!(
        (refusal.code.as_str(), refusal.field.as_str()),
        ("source_mismatch", "source")
    );
    assert!(matches!(hand_in(note, "desk"), Outcome::Recorded(_)));
    world.reopen(Settings::default());
    let stored = Public::of(world.ledger().reader());
    assert!(stored.audit(&World::vkey(), None).holds());
    let reader = world.ledger().reader();
    let entries = reader.entries(Index(0)..reader.size().next_index());
    let marks: Vec<String> = entries
        .map(|entry| String::from_utf8_lossy(&entry.expect("stored").1).into_owned())
        .filter(|entry| entry.contains("refusal.recorded.v1"))
        .collect();
    assert_eq!(marks.len(), 1);
    assert!(!marks[0].contains("desk"));
}
