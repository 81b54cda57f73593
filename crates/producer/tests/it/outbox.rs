//! Queueing, without a network.

use crate::support::{
    CEASEFIRE, ceasefire, chain, draft, draft_saying, json_draft, key, ledger_key, open, settings, time,
};
use armistice_producer::{Counter, Draft, Error, Producer, Settings};
use armistice_report::{ProducerName, RefusalCode, ReportId};
use armistice_tlog::Hash;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn reports_are_one_chain_across_openings() {
    let folder = tempfile::tempdir().unwrap();
    let producer = open(folder.path()).await;
    let first = producer.report(draft("r-1")).await.unwrap();
    let many = producer
        .report_all((2..=300).map(|n| draft(&format!("r-{n}"))))
        .await;
    assert!(many.iter().all(Result::is_ok));
    let before = chain(&producer, Counter::default());
    assert_eq!((before.len(), before[0].sha256()), (300, first.submission()));
    let verifier = key("desk", 3).verifier_key();
    assert!(before.iter().all(|note| note.signed().is_signed_by(&verifier)));
    producer.close().await;

    let producer = open(folder.path()).await;
    producer.report(draft("r-301")).await.unwrap();
    let after = chain(&producer, Counter::default());
    assert_eq!(after.len(), 301);
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(one, other)| one.bytes() == other.bytes())
    );
    assert_eq!(producer.status().borrow().pending, 301);
}

#[tokio::test]
async fn reports_queued_at_once_are_one_chain_too() {
    let folder = tempfile::tempdir().unwrap();
    let producer = open(folder.path()).await;
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let producer = producer.clone();
            tokio::spawn(async move {
                producer
                    .report(draft(&format!("r-{n}")))
                    .await
                    .map(|ticket| ticket.submission())
            })
        })
        .collect();
    let mut given = Vec::new();
    for task in tasks {
        given.push(task.await.unwrap().unwrap());
    }
    let mut kept: Vec<Hash> = chain(&producer, Counter::default())
        .iter()
        .map(armistice_admission::Submission::sha256)
        .collect();
    given.sort_unstable();
    kept.sort_unstable();
    assert_eq!(given, kept);
}

#[tokio::test]
async fn the_same_draft_again_is_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    let producer = open(folder.path()).await;
    let first = producer.report(draft("r-1")).await.unwrap().submission();
    producer.report(draft("r-2")).await.unwrap();
    // Another time of signing is no other content, unless the draft says its time.
    let later = armistice_report::Timestamp::new("2022-03-27T14:00:00Z").unwrap();
    let again = json!({"id": "r-3", "type": "statement.made.v1", "data": statement()});
    let serde_json::Value::Object(again) = again else {
        unreachable!()
    };
    let early = producer
        .report(Draft::from_json(again.clone(), time()))
        .await
        .unwrap();
    let late = producer.report(Draft::from_json(again, later)).await.unwrap();
    assert_eq!(early.submission(), late.submission());
    assert_eq!(producer.report(draft("r-1")).await.unwrap().submission(), first);
    assert_eq!(producer.ticket("r-1").await.unwrap().unwrap().submission(), first);
    assert!(producer.ticket("r-9").await.unwrap().is_none());
    assert_eq!(chain(&producer, Counter::default()).len(), 3);

    let other = producer.report(draft_saying("r-1", "silence")).await.unwrap_err();
    assert_eq!(refused_as(&other), RefusalCode::IdConflict);
    assert_eq!(producer.counter().unwrap().sequence, 3);
}

fn statement() -> serde_json::Value {
    json!({
        "provenance": { "asserted_by": { "actor": "eu" }, "hedge": "stated" },
        "content": { "act": "urge_restraint", "time": { "precision": "unknown" } },
    })
}

fn refused_as(error: &Error) -> RefusalCode {
    match error {
        Error::Invalid(refusal) => refusal.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_invalid_uses_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let producer = open(folder.path()).await;
    let report = |change: serde_json::Value| {
        let mut draft = json!({"id": "r-1", "type": "statement.made.v1", "data": statement()});
        for (name, value) in change.as_object().unwrap() {
            draft[name] = value.clone();
        }
        json_draft(draft)
    };
    let long = "x".repeat(70_000);
    for (change, code) in [
        (json!({"id": "r 1"}), RefusalCode::InvalidValue),
        (json!({"type": "statement.sung.v1"}), RefusalCode::UnknownType),
        (json!({"source": "other"}), RefusalCode::SourceMismatch),
        (json!({"subject": "other"}), RefusalCode::WrongCeasefire),
        (json!({"ledger": "example.org/other"}), RefusalCode::WrongLedger),
        (json!({"mood": "grim"}), RefusalCode::UnknownField),
        (
            json!({"data": {"content": {"act": long}}}),
            RefusalCode::EntryTooLarge,
        ),
    ] {
        let error = producer.report(report(change.clone())).await.unwrap_err();
        assert_eq!(refused_as(&error), code, "{code}");
    }
    // A typed draft without the provenance that its family needs.
    let content: armistice_report::StatementMade =
        serde_json::from_value(statement()["content"].clone()).unwrap();
    let typed = Draft::new(ReportId::new("r-1").unwrap(), time(), content);
    let error = producer.report(typed.clone()).await.unwrap_err();
    assert_eq!(refused_as(&error), RefusalCode::MissingField);
    assert_eq!(producer.counter().unwrap(), Counter::default());

    let provenance = serde_json::from_value(statement()["provenance"].clone()).unwrap();
    producer.report(typed.provenance(provenance)).await.unwrap();
    assert_eq!(chain(&producer, Counter::default()).len(), 1);
}

#[tokio::test]
async fn an_outbox_belongs_to_one_producer_ledger_and_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let producer = open(folder.path()).await;
    let error = Producer::open(&path, settings()).await.unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error:?}");
    producer.close().await;
    assert!(matches!(producer.report(draft("r-1")).await, Err(Error::Closed)));
    let ledger = ledger_key().verifier_key();
    let other = armistice_report::CeasefireId::new("other").unwrap();
    for (settings, expected) in [
        (
            Settings::new(key("monitor", 3), ledger.clone(), ceasefire()),
            "producer",
        ),
        (
            Settings::new(
                key("desk", 3),
                key("example.org/test-ledger", 9).verifier_key(),
                ceasefire(),
            ),
            "ledger",
        ),
        (Settings::new(key("desk", 3), ledger.clone(), other), "ceasefire"),
    ] {
        match Producer::open(&path, settings).await.unwrap_err() {
            Error::Mismatch { what, .. } => assert_eq!(what, expected),
            error => panic!("{error:?}"),
        }
    }
    let named = Settings::new(key("Desk_1", 3), ledger.clone(), ceasefire());
    assert!(matches!(
        Producer::open(&path, named).await,
        Err(Error::Name { .. })
    ));
    // A new key of the same producer goes on.
    let rotated = Settings::new(key("desk", 4), ledger, ceasefire());
    Producer::open(&path, rotated).await.unwrap().close().await;
    let not_ours = folder.path().join("text");
    std::fs::write(&not_ours, "not an outbox").unwrap();
    assert!(matches!(
        Producer::open(&not_ours, settings()).await,
        Err(Error::Open { .. })
    ));
}

#[tokio::test]
async fn a_new_outbox_goes_on_where_the_ledger_stands() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings();
    let from = Counter {
        sequence: 41,
        previous: Some(Hash::sha256(b"the last note")),
    };
    settings.counter = Some(from);
    let path = folder.path().join("outbox");
    let producer = Producer::open(&path, settings.clone()).await.unwrap();
    producer.report(draft("r-42")).await.unwrap();
    chain(&producer, from);
    producer.close().await;
    // An outbox that exists knows better.
    for counter in [Some(Counter::default()), None] {
        settings.counter = counter;
        let producer = Producer::open(&path, settings.clone()).await.unwrap();
        assert_eq!(producer.counter().unwrap().sequence, 42);
        producer.close().await;
    }
}

#[tokio::test]
async fn a_counter_that_nobody_confirmed_signs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let mut unsure = settings();
    unsure.counter = None;
    let error = Producer::open(&path, unsure.clone()).await.unwrap_err();
    assert!(matches!(error, Error::CounterUnknown { .. }), "{error:?}");
    assert!(!path.exists(), "nothing was created");
    // Nor does a file that a process left behind when it died at once say that the counter is at 0.
    std::fs::write(&path, "").unwrap();
    let error = Producer::open(&path, unsure.clone()).await.unwrap_err();
    assert!(matches!(error, Error::CounterUnknown { .. }), "{error:?}");

    // Nor does a note that was only carried; but its number is not used again.
    std::fs::remove_file(&path).unwrap();
    let other = folder.path().join("other");
    let elsewhere = Producer::open(&other, settings()).await.unwrap();
    for n in 1..=3 {
        elsewhere.report(draft(&format!("r-{n}"))).await.unwrap();
    }
    let third = elsewhere.note("r-3").unwrap().unwrap();
    let name = ProducerName::new("desk").unwrap();
    let carrying = Settings::carrying(name, ledger_key().verifier_key(), ceasefire());
    let carrier = Producer::open(&path, carrying.clone()).await.unwrap();
    carrier.queue_note(third.clone()).await.unwrap();
    carrier.close().await;
    let error = Producer::open(&path, unsure.clone()).await.unwrap_err();
    assert!(matches!(error, Error::CounterUnknown { .. }), "{error:?}");
    for (given, stands) in [(2, 3), (9, 9)] {
        let copy = folder.path().join(format!("copy-{given}"));
        std::fs::copy(&path, &copy).unwrap();
        let mut sure = settings();
        sure.counter = Some(Counter {
            sequence: given,
            previous: None,
        });
        let producer = Producer::open(&copy, sure).await.unwrap();
        assert_eq!(producer.counter().unwrap().sequence, stands);
        producer.close().await;
        // From now on it knows by itself.
        Producer::open(&copy, unsure.clone()).await.unwrap().close().await;
    }
    // Until somebody else's number comes in unchecked.
    elsewhere.close().await;
    let carrier = Producer::open(folder.path().join("copy-2"), carrying)
        .await
        .unwrap();
    let elsewhere = Producer::open(&other, settings()).await.unwrap();
    elsewhere.report(draft("r-4")).await.unwrap();
    let fourth = elsewhere.note("r-4").unwrap().unwrap();
    carrier.queue_note(fourth).await.unwrap();
    carrier.close().await;
    let error = Producer::open(folder.path().join("copy-2"), unsure)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::CounterUnknown { .. }), "{error:?}");
}

#[tokio::test]
async fn only_what_our_key_signed_moves_our_counter() {
    let folder = tempfile::tempdir().unwrap();
    let impostor = Settings::new(key("desk", 8), ledger_key().verifier_key(), ceasefire());
    let impostor = Producer::open(folder.path().join("impostor"), impostor)
        .await
        .unwrap();
    impostor.report(draft("r-1")).await.unwrap();
    let forged = impostor.note("r-1").unwrap().unwrap();
    let elsewhere = Producer::open(folder.path().join("elsewhere"), settings())
        .await
        .unwrap();
    elsewhere.report(draft("early")).await.unwrap();
    let early = elsewhere.note("early").unwrap().unwrap();

    let producer = open(folder.path()).await;
    let error = producer.queue_note(forged).await.unwrap_err();
    assert_eq!(refused_as(&error), RefusalCode::BadSignature);
    assert_eq!(producer.counter().unwrap(), Counter::default());
    producer.report(draft("r-1")).await.unwrap();
    let last = producer.report(draft("r-2")).await.unwrap().submission();
    // An older number of our own goes its way, and the chain does not go on from it.
    producer.queue_note(early).await.unwrap();
    let stands = Counter {
        sequence: 2,
        previous: Some(last),
    };
    assert_eq!(producer.counter().unwrap(), stands);
}

#[tokio::test]
async fn notes_signed_elsewhere_are_queued_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = open(folder.path()).await;
    for n in 1..=3 {
        elsewhere.report(draft(&format!("r-{n}"))).await.unwrap();
    }
    let note = |id: &str| elsewhere.note(id).unwrap().unwrap();
    let name = ProducerName::new("desk").unwrap();
    let carrying = Settings::carrying(name, ledger_key().verifier_key(), ceasefire());
    let carrier = Producer::open(folder.path().join("carrier"), carrying)
        .await
        .unwrap();
    for id in ["r-1", "r-2", "r-3", "r-2"] {
        carrier.queue_note(note(id)).await.unwrap();
    }
    chain(&carrier, Counter::default());
    assert_eq!(carrier.note("r-2").unwrap().unwrap(), note("r-2"));
    assert!(matches!(carrier.report(draft("r-4")).await, Err(Error::NoKey)));
    let error = carrier.queue_note(b"no note".to_vec()).await.unwrap_err();
    assert_eq!(refused_as(&error), RefusalCode::NotANote);

    let monitor = Settings::new(key("monitor", 4), ledger_key().verifier_key(), ceasefire());
    let monitor = Producer::open(folder.path().join("monitor"), monitor)
        .await
        .unwrap();
    let error = monitor.queue_note(note("r-1")).await.unwrap_err();
    assert!(matches!(error, Error::NotOurs { .. }), "{error:?}");
    assert_eq!(CEASEFIRE, monitor.ceasefire().as_str());
}

#[tokio::test]
async fn a_full_outbox_says_so_or_makes_the_caller_wait() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.pending_max = 2;
    let path = folder.path().join("outbox");
    let producer = Producer::open(&path, settings.clone()).await.unwrap();
    producer.try_report(draft("r-1")).await.unwrap();
    producer.report(draft("r-2")).await.unwrap();
    let error = producer.try_report(draft("r-3")).await.unwrap_err();
    assert!(matches!(error, Error::Full { pending_max: 2 }), "{error:?}");
    let waiting = tokio::time::timeout(Duration::from_millis(20), producer.report(draft("r-3"))).await;
    assert!(waiting.is_err(), "there is no room");
    producer.close().await;
    // Nor after another opening, with less room than is taken.
    settings.pending_max = 1;
    let producer = Producer::open(&path, settings).await.unwrap();
    let error = producer.try_report(draft("r-3")).await.unwrap_err();
    assert!(matches!(error, Error::Full { pending_max: 1 }), "{error:?}");
}

#[tokio::test]
async fn a_ticket_ends_when_the_producer_closes() {
    let folder = tempfile::tempdir().unwrap();
    let producer = open(folder.path()).await;
    let mut ticket = producer.report(draft("r-1")).await.unwrap();
    producer.close().await;
    for _ in 0..2 {
        assert!(matches!(ticket.outcome().await, Err(Error::Closed)));
    }
    assert!(matches!(producer.pending(), Err(Error::Closed)));
}

#[test]
fn the_blocking_form_queues_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let producer = armistice_producer::blocking::Producer::open(&path, settings()).unwrap();
    let mut ticket = producer.report(draft("r-1")).unwrap();
    assert!(producer.wait(&mut ticket, Duration::from_millis(10)).is_none());
    assert_eq!(
        (producer.pending().unwrap().len(), producer.status().pending),
        (1, 1)
    );
    assert!(!producer.drain(Duration::from_millis(10)));
    assert!(
        !producer.forget("r-1").unwrap(),
        "what is pending is not forgotten"
    );
    producer.close();
    armistice_producer::blocking::Producer::open(&path, settings())
        .unwrap()
        .close();
}
