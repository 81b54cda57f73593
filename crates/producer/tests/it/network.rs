//! From the outbox over a real server to a receipt, and everything that can stand between.

use crate::ledger::{self, Log, PATIENCE, World, until};
use crate::support::{draft, json_draft, key, open, settings};
use armistice_bus::{Access, Bus, Outgoing, PublishError, Stream, StreamSettings, header};
use armistice_producer::{Counter, Error, Outcome, Producer, Receipt, Settings, Ticket};
use armistice_report::RefusalCode;
use armistice_tlog::{Hash, Index};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Short enough for a test, long enough for a slow machine to answer first.
fn impatient() -> Settings {
    let mut settings = settings();
    settings.resend_after = Duration::from_millis(400);
    settings
}

async fn open_impatient(world: &World) -> Producer {
    Producer::open(world.folder.path().join("outbox"), impatient())
        .await
        .unwrap()
}

async fn outcome(ticket: &mut Ticket) -> Result<Outcome, Error> {
    tokio::time::timeout(PATIENCE, ticket.outcome())
        .await
        .expect("an outcome in time")
}

async fn recorded(ticket: &mut Ticket) -> Receipt {
    match outcome(ticket).await {
        Ok(Outcome::Recorded(receipt)) => receipt,
        other => panic!("{other:?}"),
    }
}

async fn drained(producer: &Producer) {
    tokio::time::timeout(PATIENCE, producer.drained())
        .await
        .unwrap_or_else(|_| panic!("{:?}", *producer.status().borrow()));
}

/// The numbers in the log, in its order.
fn numbers(log: &Log) -> Vec<u64> {
    log.notes()
        .iter()
        .map(|note| note.report().producer_seq)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_become_entries_in_their_order_and_receipts_are_kept() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let ledger = ledger::run(bus.clone());
    let producer = open(world.folder.path()).await;
    producer.connect(bus.clone()).unwrap();
    assert!(matches!(producer.connect(bus), Err(Error::Connected)));
    let mut tickets = Vec::new();
    for ticket in producer
        .report_all((1..=2_000).map(|n| draft(&format!("r-{n}"))))
        .await
    {
        tickets.push(ticket.unwrap());
    }
    for (at, ticket) in tickets.iter_mut().enumerate() {
        let receipt = recorded(ticket).await;
        assert_eq!((receipt.index, receipt.repeated), (Index(at as u64 + 2), false));
        let verifier = crate::support::ledger_key().verifier_key();
        armistice_audit::verify_receipt(receipt.text.as_bytes(), &receipt.entry, &verifier, None).unwrap();
    }
    assert_eq!(
        numbers(&ledger.log.lock().unwrap()),
        (1..=2_000).collect::<Vec<u64>>()
    );
    drained(&producer).await;
    assert!(producer.pending().unwrap().is_empty());
    producer.close().await;
    // The receipt outlives the process that asked for it.
    let producer = open(world.folder.path()).await;
    let mut ticket = producer.report(draft("r-7")).await.unwrap();
    assert_eq!(recorded(&mut ticket).await.index, Index(8));
    assert!(producer.forget("r-7").await.unwrap());
    assert!(producer.ticket("r-7").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_beyond_the_limit_are_forgotten_oldest_first() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let _ledger = ledger::run(bus.clone());
    let mut settings = settings();
    settings.kept_max = 3;
    let producer = Producer::open(world.folder.path().join("outbox"), settings)
        .await
        .unwrap();
    producer.connect(bus).unwrap();
    for n in 1..=5 {
        recorded(&mut producer.report(draft(&format!("r-{n}"))).await.unwrap()).await;
    }
    let mut kept = Vec::new();
    for n in 1..=5 {
        kept.push(producer.ticket(&format!("r-{n}")).await.unwrap().is_some());
    }
    assert_eq!(kept, [false, false, true, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_report_ends_and_its_number_stays_used() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let ledger = ledger::run(bus.clone());
    let producer = open(world.folder.path()).await;
    producer.connect(bus).unwrap();
    recorded(&mut producer.report(draft("r-1")).await.unwrap()).await;
    let denial = |target: &str| {
        json_draft(json!({ "id": "r-2", "type": "claim.denied.v1", "data": {
            "provenance": { "asserted_by": {}, "hedge": "stated" }, "content": { "target": target, "scope": "whole" } } }))
    };
    let mut ticket = producer.report(denial(&"ab".repeat(32))).await.unwrap();
    let refused = ticket.submission();
    match outcome(&mut ticket).await.unwrap() {
        Outcome::Refused(refusal) => assert_eq!(refusal.code, RefusalCode::UnknownTarget),
        Outcome::Recorded(receipt) => panic!("{receipt:?}"),
    }
    assert!(producer.ticket("r-2").await.unwrap().is_none());
    // Corrected, under the same id. Its number shows the gap, its `prev` names the note that filled it.
    let target = {
        let notes = ledger.log.lock().unwrap().notes();
        let entry = armistice_report::entry::encode(crate::support::time(), notes[0].bytes()).unwrap();
        armistice_tlog::leaf_hash(&entry).to_string()
    };
    recorded(&mut producer.report(denial(&target)).await.unwrap()).await;
    {
        let log = ledger.log.lock().unwrap();
        assert_eq!(numbers(&log), [1, 3]);
        assert_eq!(
            log.notes()[1].report().prev.map(|prev| Hash(prev.0)),
            Some(refused)
        );
    }
    // Nobody signed the refusal: the note is not thrown away for it.
    producer.close().await;
    let producer = open(world.folder.path()).await;
    let kept = producer.refused().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (
            kept[0].id.as_str(),
            kept[0].refusal.code,
            Hash::sha256(&kept[0].note)
        ),
        ("r-2", RefusalCode::UnknownTarget, refused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_queued_before_is_published_after_opening() {
    let world = World::new();
    let producer = open(world.folder.path()).await;
    for n in 1..=300 {
        producer.report(draft(&format!("r-{n}"))).await.unwrap();
    }
    producer.close().await;
    let bus = world.bus_with_streams().await;
    let ledger = ledger::run(bus.clone());
    let producer = open(world.folder.path()).await;
    let mut ticket = producer.ticket("r-300").await.unwrap().unwrap();
    producer.connect(bus).unwrap();
    recorded(&mut ticket).await;
    drained(&producer).await;
    assert_eq!(
        numbers(&ledger.log.lock().unwrap()),
        (1..=300).collect::<Vec<u64>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_nothing() {
    let mut world = World::new();
    let bus = world.bus_with_streams().await;
    let ledger = ledger::run(bus.clone());
    let producer = open_impatient(&world).await;
    producer.connect(bus).unwrap();
    let submitting = {
        let producer = producer.clone();
        tokio::spawn(async move {
            for n in 1..=1_500 {
                producer.report(draft(&format!("r-{n}"))).await.unwrap();
            }
        })
    };
    for after in [100, 400, 700] {
        until("some entries", || async {
            ledger.log.lock().unwrap().notes().len() > after
        })
        .await;
        world.server.kill();
        world.server.restart().unwrap();
    }
    submitting.await.unwrap();
    drained(&producer).await;
    let mut numbers = numbers(&ledger.log.lock().unwrap());
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=1_500).collect::<Vec<u64>>());
}

/// Everything in SUBMITTED, with the id that the server knows it by.
async fn submitted(bus: &Bus) -> Vec<(Hash, Option<String>)> {
    let state = bus.state(Stream::Submitted).await.unwrap().unwrap();
    let mut found = Vec::new();
    for sequence in state.first_sequence.max(1)..=state.last_sequence {
        if let Some(message) = bus.message(Stream::Submitted, sequence).await.unwrap() {
            let id = message.header(header::MESSAGE_ID).map(str::to_owned);
            found.push((Hash::sha256(&message.payload), id));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_receipt_a_report_goes_again_and_carries_no_id_then() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let producer = open_impatient(&world).await;
    producer.connect(bus.clone()).unwrap();
    let mut ticket = producer.report(draft("r-1")).await.unwrap();
    until("a second message", || async { submitted(&bus).await.len() >= 2 }).await;
    let sent = submitted(&bus).await;
    assert_eq!(
        sent[0],
        (ticket.submission(), Some(ticket.submission().to_string()))
    );
    assert_eq!(sent[1], (ticket.submission(), None));
    // It was recorded, and the receipt got lost: the ledger gives it again.
    let ledger = ledger::run(bus.clone());
    ledger.mute.store(true, Ordering::Relaxed);
    until("an entry", || async {
        !ledger.log.lock().unwrap().notes().is_empty()
    })
    .await;
    ledger.mute.store(false, Ordering::Relaxed);
    recorded(&mut ticket).await;
    assert_eq!(numbers(&ledger.log.lock().unwrap()), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_somebody_used_first_delays_and_swallows_nothing() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let mut settings = impatient();
    settings.counter = Some(Counter {
        sequence: 9,
        previous: None,
    });
    let producer = Producer::open(world.folder.path().join("outbox"), settings)
        .await
        .unwrap();
    producer.connect(bus.clone()).unwrap();
    // The note is known before it is sent only to somebody who can sign it: a thief of the key, or a reader of the disk.
    let twin = {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = impatient();
        settings.counter = Some(Counter {
            sequence: 9,
            previous: None,
        });
        let twin = Producer::open(folder.path().join("outbox"), settings)
            .await
            .unwrap();
        twin.report(draft("r-1")).await.unwrap().submission()
    };
    let mut squatting = Outgoing::new(bus.subjects().submit("squatter"), "not a report");
    squatting.message_id = Some(twin.to_string());
    bus.publish(squatting).await.unwrap();
    let ledger = ledger::run(bus);
    let mut ticket = producer.report(draft("r-1")).await.unwrap();
    assert_eq!(ticket.submission(), twin, "signatures are deterministic");
    recorded(&mut ticket).await;
    assert_eq!(numbers(&ledger.log.lock().unwrap()), [10]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_inbox_pushes_back_and_nothing_is_dropped() {
    let world = World::new();
    let small = StreamSettings {
        submitted_bytes_max: 128 << 10,
        ..StreamSettings::default()
    };
    let bus = world.bus_with(&small).await;
    let mut settings = settings();
    settings.in_flight_max = 32;
    let producer = Producer::open(world.folder.path().join("outbox"), settings)
        .await
        .unwrap();
    producer.connect(bus.clone()).unwrap();
    let all = producer
        .report_all((1..=500).map(|n| draft(&format!("r-{n}"))))
        .await;
    assert!(all.iter().all(Result::is_ok));
    let mut status = producer.status();
    let is_full = |error: &Error| matches!(error, Error::NotPublished(cause) if matches!(**cause, PublishError::Full { .. }));
    let full = status.wait_for(|status| {
        status
            .problem
            .as_ref()
            .is_some_and(|problem| is_full(&problem.error))
    });
    tokio::time::timeout(PATIENCE, full).await.unwrap().unwrap();
    assert_eq!(producer.pending().unwrap().len(), 500);
    let ledger = ledger::run(bus);
    drained(&producer).await;
    let mut numbers = numbers(&ledger.log.lock().unwrap());
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=500).collect::<Vec<u64>>());
    assert!(producer.status().borrow().problem.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_publish_is_told_and_the_report_stays() {
    let world = World::with(
        "authorization { users: [ { user: ledger, password: l }, { user: desk, password: d, \
         permissions: { publish: [\"armistice.*.submit.other\", \"$JS.API.>\"], subscribe: [\"_INBOX.>\"] } } ] }",
    );
    let bus_of = |name: &'static str, password: &'static str| {
        let mut access = armistice_bus::Access::new(world.server.url());
        access.credentials = Some(armistice_bus::Credentials::User {
            name: name.to_owned(),
            password: password.to_owned(),
        });
        async move { Bus::connect(&access, &crate::support::ceasefire()).await.unwrap() }
    };
    let ledger = bus_of("ledger", "l").await;
    for stream in Stream::ALL {
        ledger.ensure(stream, &StreamSettings::default()).await.unwrap();
    }
    let producer = open(world.folder.path()).await;
    producer.connect(bus_of("desk", "d").await).unwrap();
    let mut ticket = producer.report(draft("r-1")).await.unwrap();
    match outcome(&mut ticket).await {
        Err(Error::NotPublished(cause)) => {
            assert!(matches!(*cause, PublishError::Denied { .. }), "{cause:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(producer.pending().unwrap().len(), 1);
    assert!(producer.status().borrow().problem.is_some());
    assert!(submitted(&ledger).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_receipt_of_the_ledger_ends_nothing() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let producer = open_impatient(&world).await;
    producer.connect(bus.clone()).unwrap();
    let mut ticket = producer.report(draft("r-1")).await.unwrap();
    until("the report", || async { !submitted(&bus).await.is_empty() }).await;
    let submission = ticket.submission().to_string();
    let mut log = Log::new();
    log.answer(&producer.note("r-1").unwrap().unwrap());
    let forger = key(crate::support::ORIGIN, 77);
    for (outcome, payload, expected) in [
        ("recorded", log.receipt(Index(2), &forger), "BadReceipt"),
        (
            "recorded",
            log.receipt(Index(1), &crate::support::ledger_key()),
            "BadReceipt",
        ),
        ("recorded", b"nothing".to_vec(), "BadReceipt"),
        ("refused", b"nothing".to_vec(), "BadAnswer"),
        ("perhaps", Vec::new(), "BadAnswer"),
    ] {
        ledger::tell(&bus, "desk", &submission, outcome, payload).await;
        let mut status = producer.status();
        let seen = status.wait_for(|status| {
            let problem = status.problem.as_ref();
            problem.is_some_and(|problem| format!("{:?}", problem.error).starts_with(expected))
        });
        tokio::time::timeout(PATIENCE, seen).await.unwrap().unwrap();
        assert_eq!(producer.pending().unwrap().len(), 1);
    }
    // A refusal of another submission is not ours, and the ledger's own receipt ends it.
    let (_, refusal) = log.answer(b"not a note");
    ledger::tell(
        &bus,
        "desk",
        &Hash::sha256(b"not a note").to_string(),
        "refused",
        refusal,
    )
    .await;
    let good = log.receipt(Index(2), &crate::support::ledger_key());
    ledger::tell(&bus, "desk", &submission, "recorded", good).await;
    assert_eq!(recorded(&mut ticket).await.index, Index(2));
    assert!(producer.status().borrow().problem.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_waits_for_a_server_and_for_the_ledgers_streams() {
    let mut world = World::new();
    world.server.kill();
    let producer = open(world.folder.path()).await;
    producer.connect_to(Access::new(world.server.url())).unwrap();
    let mut ticket = producer.report(draft("r-1")).await.unwrap();
    let mut status = producer.status();
    for (restarts, expected) in [
        (false, "NotConnected"),
        (true, "NotFollowed"),
        (false, "NotPublished"),
    ] {
        if restarts {
            world.server.restart().unwrap();
        }
        let seen = status.wait_for(|status| {
            let problem = status.problem.as_ref();
            problem.is_some_and(|problem| format!("{:?}", problem.error).starts_with(expected))
        });
        tokio::time::timeout(PATIENCE, seen).await.unwrap().unwrap();
    }
    let streams = world.bus_with_streams().await;
    let _ledger = ledger::run(streams);
    recorded(&mut ticket).await;
}
