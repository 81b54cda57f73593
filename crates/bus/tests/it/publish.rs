//! Publishing, and each way in which it can end.

use std::time::{Duration, Instant};

use armistice_bus::{Outgoing, PublishError, Stream, StreamSettings};

use crate::support::{PATIENCE, World, sequences, take};

#[tokio::test]
async fn a_message_and_its_headers_arrive() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let mut message = Outgoing::new(bus.subjects().receipt("desk"), "text");
    message.headers = vec![("Armistice-Index", "7".to_owned()), ("ce-id", "ü 1".to_owned())];
    let published = bus.publish(message).await.unwrap();
    assert_eq!((published.sequence, published.duplicate), (1, false));
    let found = bus.message(Stream::Receipts, 1).await.unwrap().unwrap();
    assert_eq!(found.header("Armistice-Index"), Some("7"));
    assert_eq!(found.header("ce-id"), Some("ü 1"));
    assert_eq!(found.header("armistice-index"), None);

    let mut message = Outgoing::new(bus.subjects().receipt("desk"), "text");
    message.headers = vec![("ce-id", "a\r\nb: c".to_owned())];
    assert!(matches!(
        bus.publish(message).await,
        Err(PublishError::BadHeader { name: "ce-id" })
    ));
}

#[tokio::test]
async fn the_same_id_is_stored_once() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let mut message = Outgoing::new(bus.subjects().submit("desk"), "text");
    message.message_id = Some("id".to_owned());
    let first = bus.publish(message.clone()).await.unwrap();
    let second = bus.publish(message.clone()).await.unwrap();
    assert_eq!((first.sequence, first.duplicate), (1, false));
    assert_eq!((second.sequence, second.duplicate), (1, true));
    message.message_id = None;
    assert_eq!(bus.publish(message).await.unwrap().sequence, 2);
}

#[tokio::test]
async fn a_full_inbox_refuses_and_drops_nothing() {
    let world = World::new();
    let bus = world.bus().await;
    let settings = StreamSettings {
        submitted_bytes_max: 20_000,
        ..StreamSettings::default()
    };
    bus.ensure(Stream::Submitted, &settings).await.unwrap();
    let mut stored = 0_u64;
    let error = loop {
        let message = Outgoing::new(bus.subjects().submit("desk"), vec![b'x'; 1_000]);
        match bus.publish(message).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100, "the stream never fills");
    };
    assert!(matches!(error, PublishError::Full { .. }), "{error:?}");
    assert!(error.is_temporary() && error.hint().is_some());
    let state = bus.state(Stream::Submitted).await.unwrap().unwrap();
    assert_eq!((state.first_sequence, state.messages), (1, stored));
    // The ledger makes room, and it goes on.
    bus.purge_before(Stream::Submitted, stored).await.unwrap();
    let message = Outgoing::new(bus.subjects().submit("desk"), "x");
    assert_eq!(bus.publish(message).await.unwrap().sequence, stored + 1);
}

#[tokio::test]
async fn one_producer_does_not_take_the_whole_inbox() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let (greedy, other) = (bus.subjects().submit("greedy"), bus.subjects().submit("other"));
    let mut window = bus.window(4_096);
    for number in 0..65_536_u32 {
        window.send(number, Outgoing::new(greedy.clone(), "x")).await;
        while window.is_full() {
            window.next().await.unwrap().1.unwrap();
        }
    }
    while let Some((_, outcome)) = window.next().await {
        outcome.unwrap();
    }
    let error = bus.publish(Outgoing::new(greedy.clone(), "x")).await.unwrap_err();
    assert!(matches!(error, PublishError::Full { .. }), "{error:?}");
    bus.publish(Outgoing::new(other, "x")).await.unwrap();
    bus.purge_before(Stream::Submitted, 11).await.unwrap();
    bus.publish(Outgoing::new(greedy, "x")).await.unwrap();
}

#[tokio::test]
async fn without_a_stream_it_fails_at_once() {
    let world = World::new();
    let bus = world.bus().await;
    let begun = Instant::now();
    let error = bus
        .publish(Outgoing::new(bus.subjects().submit("desk"), "x"))
        .await
        .unwrap_err();
    assert!(matches!(error, PublishError::NoStream { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn an_entry_behind_a_gap_is_refused() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let mut message = Outgoing::new(bus.subjects().entry("note.added.v1"), "x");
    for sequence in 0..3 {
        message.expected_last_sequence = Some(sequence);
        assert_eq!(bus.publish(message.clone()).await.unwrap().sequence, sequence + 1);
    }
    message.expected_last_sequence = Some(1);
    match bus.publish(message).await.unwrap_err() {
        PublishError::WrongLastSequence { expected, found } => {
            assert_eq!((expected, found), (Some(1), Some(3)));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_named_so() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    // The greatest submission that can become an entry, with its id and our headers, fits.
    let mut message = Outgoing::new(
        bus.subjects().submit("desk"),
        vec![b'x'; armistice_report::NOTE_BYTES_MAX],
    );
    message.message_id = Some("0".repeat(64));
    bus.publish(message).await.unwrap();
    for bytes in [70_000, 2_000_000] {
        let message = Outgoing::new(bus.subjects().submit("desk"), vec![b'x'; bytes]);
        match bus.publish(message).await.unwrap_err() {
            PublishError::TooLarge {
                bytes: found,
                bytes_max,
            } => {
                assert_eq!(found, bytes);
                assert!(bytes_max > 65_000 && bytes_max < bytes, "{bytes_max}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_forged_publish_is_denied_and_not_a_timeout() {
    let world = World::with(
        r#"authorization { users: [
            { user: ledger, password: p }
            { user: desk, password: p, permissions {
                publish: ["armistice.test-1.submit.desk"], subscribe: ["_INBOX.>"] } }
        ] }"#,
    );
    let mut access = world.access();
    let user = |name: &str| {
        Some(armistice_bus::Credentials::User {
            name: name.to_owned(),
            password: "p".to_owned(),
        })
    };
    access.credentials = user("ledger");
    let ledger = armistice_bus::Bus::connect(&access, &crate::support::ceasefire())
        .await
        .unwrap();
    ledger
        .ensure(Stream::Submitted, &StreamSettings::default())
        .await
        .unwrap();
    access.credentials = user("desk");
    let desk = armistice_bus::Bus::connect(&access, &crate::support::ceasefire())
        .await
        .unwrap();
    let own = desk.subjects().submit("desk");
    let forged = desk.subjects().submit("other");
    let begun = Instant::now();
    match desk
        .publish(Outgoing::new(forged.clone(), "x"))
        .await
        .unwrap_err()
    {
        PublishError::Denied { subject } => assert_eq!(subject, forged),
        other => panic!("{other:?}"),
    }
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(desk.denied().unwrap().contains(&forged));
    // In a window, among good ones: those are not touched.
    let mut window = desk.window(1_000);
    for number in 0..500 {
        let subject = if number % 2 == 0 { &own } else { &forged };
        window.send(number, Outgoing::new(subject.clone(), "x")).await;
    }
    while let Some((number, outcome)) = window.next().await {
        match outcome {
            Ok(_) => assert_eq!(number % 2, 0),
            Err(PublishError::Denied { .. }) => assert_eq!(number % 2, 1),
            Err(other) => panic!("{number}: {other:?}"),
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    // A request that is not allowed says so too.
    match desk.state(Stream::Submitted).await.unwrap_err() {
        armistice_bus::Error::Denied { subject, .. } => assert!(subject.contains("STREAM.INFO"), "{subject}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_window_keeps_the_order_and_its_size() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let mut window = bus.window(64);
    let mut next = 0_u64;
    let check = |(tag, outcome): (u64, Result<armistice_bus::Published, PublishError>), next: &mut u64| {
        assert_eq!(tag, *next);
        assert_eq!(outcome.unwrap().sequence, *next + 1);
        *next += 1;
    };
    for number in 0..2_000_u64 {
        let mut message = Outgoing::new(bus.subjects().entry("note.added.v1"), number.to_string());
        message.expected_last_sequence = Some(number);
        window.send(number, message).await;
        // Every other time the window is left to make room by itself.
        while number % 2 == 0 && window.is_full() {
            check(window.next().await.unwrap(), &mut next);
        }
    }
    while let Some(outcome) = window.next().await {
        check(outcome, &mut next);
    }
    assert_eq!(next, 2_000);
    assert!(window.is_empty());
}

#[tokio::test]
async fn what_is_in_flight_when_the_server_dies_fails_at_once() {
    let mut world = World::new();
    let bus = world.bus_with_streams().await;
    bus.publish(Outgoing::new(bus.subjects().submit("desk"), "x"))
        .await
        .unwrap();
    let mut window = bus.window(1_000);
    // A stopped server takes bytes and answers nothing.
    signal(world.server.pid(), "STOP");
    for number in 0..10 {
        window
            .send(number, Outgoing::new(bus.subjects().submit("desk"), "x"))
            .await;
    }
    let begun = Instant::now();
    world.server.kill();
    while let Some((_, outcome)) = window.next().await {
        assert!(
            matches!(outcome, Err(PublishError::Disconnected { .. })),
            "{outcome:?}"
        );
    }
    let alone = bus
        .publish(Outgoing::new(bus.subjects().submit("desk"), "x"))
        .await;
    assert!(
        matches!(alone, Err(PublishError::Disconnected { .. })),
        "{alone:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_a_timeout_from_sending() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    bus.publish(Outgoing::new(bus.subjects().submit("desk"), "x"))
        .await
        .unwrap();
    signal(world.server.pid(), "STOP");
    let begun = Instant::now();
    let mut window = bus.window(100);
    for number in 0..50 {
        window
            .send(number, Outgoing::new(bus.subjects().submit("desk"), "x"))
            .await;
    }
    while let Some((_, outcome)) = window.next().await {
        assert!(
            matches!(outcome, Err(PublishError::TimedOut { .. })),
            "{outcome:?}"
        );
    }
    // Fifty waits of five seconds each would be minutes.
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    signal(world.server.pid(), "CONT");
}

#[tokio::test]
async fn a_restarted_server_takes_messages_within_a_second() {
    let mut world = World::new();
    let bus = world.bus_with_safe_streams().await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    bus.publish(Outgoing::new(bus.subjects().submit("desk"), "x"))
        .await
        .unwrap();
    assert_eq!(sequences(&take(&mut intake, 1).await), [1]);
    for round in 2..5 {
        let connections = *bus.reconnects().borrow();
        world.server.kill();
        world.server.restart().unwrap();
        let begun = Instant::now();
        loop {
            match bus
                .publish(Outgoing::new(bus.subjects().submit("desk"), "x"))
                .await
            {
                Ok(_) => break,
                Err(error) => assert!(error.is_temporary(), "{error:?}"),
            }
            tokio::time::timeout(PATIENCE, bus.reconnects().wait_for(|count| *count > connections))
                .await
                .unwrap()
                .unwrap();
        }
        let taken = take(&mut intake, 1).await;
        assert_eq!(taken[0].sequence, round);
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
}

/// A signal that the standard library does not send. A stop is waited for, where the system shows it.
fn signal(pid: u32, name: &str) {
    let status = std::process::Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
    if name != "STOP" {
        return;
    }
    let begun = Instant::now();
    loop {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
            break;
        };
        let is_stopped = |thread: std::fs::DirEntry| {
            let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            stat.rsplit(')')
                .next()
                .is_some_and(|rest| rest.trim_start().starts_with('T'))
        };
        if threads.flatten().all(is_stopped) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE);
    }
}
