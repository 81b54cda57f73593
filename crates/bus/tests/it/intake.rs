//! Taking in: in order, once, without gaps, whatever happens on the way.

use std::time::{Duration, Instant};

use armistice_bus::{Error, Stream, StreamSettings};

use crate::support::{PATIENCE, World, raw, sequences, submit, take, texts};

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn messages_come_in_order_and_pending_counts_down() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..5_001).await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    assert_eq!(intake.pending(), 5_000);
    let taken = take(&mut intake, 5_000).await;
    assert_eq!(sequences(&taken), (1..=5_000).collect::<Vec<_>>());
    assert_eq!(texts(&taken[..3]), ["1", "2", "3"]);
    assert_eq!(intake.pending(), 0);
    let begun = Instant::now();
    assert!(intake.next(10, SHORT).await.unwrap().is_empty());
    assert!(begun.elapsed() >= SHORT);
}

#[tokio::test]
async fn one_message_is_given_at_once() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    let begun = Instant::now();
    let (taken, ()) = tokio::join!(intake.next(100, PATIENCE), submit(&bus, 1..2));
    assert_eq!(sequences(&taken.unwrap()), [1]);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_killed_reader_is_replaced_without_waiting() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..101).await;
    // It takes all and acknowledges nothing, as if it had been killed.
    let mut first = bus.intake("ledger", 1).await.unwrap();
    take(&mut first, 100).await;
    let begun = Instant::now();
    let mut second = bus.intake("ledger", 41).await.unwrap();
    let taken = take(&mut second, 60).await;
    assert_eq!(sequences(&taken), (41..=100).collect::<Vec<_>>());
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    // The first one, were it alive, is told.
    let gone = loop {
        match first.next(10, SHORT).await {
            Ok(messages) => assert!(messages.is_empty()),
            Err(error) => break error,
        }
    };
    assert!(matches!(gone, Error::ConsumerGone { .. }), "{gone:?}");
    submit(&bus, 101..103).await;
    assert_eq!(sequences(&take(&mut second, 2).await), [101, 102]);
}

#[tokio::test]
async fn acknowledging_covers_all_before() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..101).await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    take(&mut intake, 100).await;
    let stream = raw(&world).await.get_stream("SUBMITTED_test-1").await.unwrap();
    for (through, floor) in [(30, 30), (20, 30), (100, 100), (1_000, 100)] {
        intake.ack_through(through).await.unwrap();
        let begun = Instant::now();
        loop {
            let info = stream.consumer_info("ledger").await.unwrap();
            if info.ack_floor.stream_sequence == floor {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{info:?}");
        }
    }
}

#[tokio::test]
async fn a_deleted_message_is_passed_and_only_that() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..21).await;
    let stream = raw(&world).await.get_stream("SUBMITTED_test-1").await.unwrap();
    for sequence in [1, 2, 7, 12, 13] {
        stream.delete_message(sequence).await.unwrap();
    }
    let expected: Vec<u64> = (1..=20).filter(|n| ![1, 2, 7, 12, 13].contains(n)).collect();
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    assert_eq!(sequences(&take(&mut intake, 15).await), expected);
    // While it waits, one disappears before it was read.
    submit(&bus, 21..24).await;
    stream.delete_message(22).await.unwrap();
    let mut intake = bus.intake("ledger", 21).await.unwrap();
    assert_eq!(sequences(&take(&mut intake, 2).await), [21, 23]);
}

#[tokio::test]
async fn what_was_purged_is_not_waited_for() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..11).await;
    bus.purge_before(Stream::Submitted, 6).await.unwrap();
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    assert_eq!(sequences(&take(&mut intake, 5).await), [6, 7, 8, 9, 10]);
}

#[tokio::test]
async fn a_restart_repeats_nothing_and_loses_nothing() {
    let mut world = World::new();
    let bus = world.bus_with_safe_streams().await;
    submit(&bus, 1..3_001).await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    let mut taken = take(&mut intake, 500).await;
    for _ in 0..3 {
        world.server.kill();
        world.server.restart().unwrap();
        let begun = Instant::now();
        let more = take(&mut intake, 1).await;
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        taken.extend(more);
        taken.extend(take(&mut intake, 499).await);
        intake.ack_through(taken.last().unwrap().sequence).await.unwrap();
    }
    taken.extend(take(&mut intake, 1_000).await);
    assert_eq!(sequences(&taken), (1..=3_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_deleted_stream_ends_it() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..11).await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    take(&mut intake, 10).await;
    let js = raw(&world).await;
    js.delete_stream("SUBMITTED_test-1").await.unwrap();
    let error = end(&mut intake).await;
    assert!(
        matches!(error, Error::ConsumerGone { .. } | Error::NoStream { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_stream_created_anew_while_the_server_was_away_ends_it() {
    let mut world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..11).await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    take(&mut intake, 10).await;
    // As after a power cut that took the stream, and a ledger elsewhere that made it again.
    world.server.kill();
    std::fs::remove_dir_all(world.dir.path().join("jetstream")).unwrap();
    world.server.restart().unwrap();
    let other = world.bus().await;
    other
        .ensure(Stream::Submitted, &StreamSettings::default())
        .await
        .unwrap();
    let error = end(&mut intake).await;
    assert!(
        matches!(error, Error::StreamRecreated { .. } | Error::NoStream { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_rewound_stream_ends_it() {
    let mut world = World::new();
    let bus = world.bus_with_safe_streams().await;
    submit(&bus, 1..6).await;
    // A copy of the server's folder is what a disk has that did not get the rest.
    let (store, kept) = (world.dir.path().join("jetstream"), world.dir.path().join("kept"));
    world.server.kill();
    copy(&store, &kept);
    world.server.restart().unwrap();
    let bus_again = world.bus().await;
    submit(&bus_again, 6..11).await;
    let mut intake = bus_again.intake("ledger", 1).await.unwrap();
    take(&mut intake, 10).await;
    world.server.kill();
    std::fs::remove_dir_all(&store).unwrap();
    std::fs::rename(&kept, &store).unwrap();
    world.server.restart().unwrap();
    let error = end(&mut intake).await;
    match error {
        Error::StreamRewound { expected, last, .. } => assert_eq!((expected, last), (10, 5)),
        other => panic!("{other:?}"),
    }
}

/// A reader that had read everything, or nothing yet, must not take the new messages of a rewound stream for old ones.
#[tokio::test]
async fn a_stream_rewound_under_idle_readers_ends_them() {
    let mut world = World::new();
    let bus = world.bus_with_safe_streams().await;
    let (store, kept) = (world.dir.path().join("jetstream"), world.dir.path().join("kept"));
    world.server.kill();
    copy(&store, &kept);
    world.server.restart().unwrap();
    let bus_again = world.bus().await;
    submit(&bus_again, 1..11).await;
    for _ in 0..10 {
        let receipt = armistice_bus::Outgoing::new(bus.subjects().receipt("desk"), "x");
        bus_again.publish(receipt).await.unwrap();
    }
    // None of them is given anything before the server is gone.
    let mut intake = bus_again.intake("ledger", 11).await.unwrap();
    let mut inside = bus_again.intake("other", 8).await.unwrap();
    let start = armistice_bus::Start::New;
    let mut follow = bus_again.follow(Stream::Receipts, None, start).await.unwrap();
    world.server.kill();
    std::fs::remove_dir_all(&store).unwrap();
    std::fs::rename(&kept, &store).unwrap();
    world.server.restart().unwrap();
    let error = end(&mut intake).await;
    assert!(matches!(error, Error::StreamRewound { .. }), "{error:?}");
    // This one may have had some on their way to it when the server went.
    let error = loop {
        match inside.next(10, SHORT).await {
            Ok(messages) => assert!(messages.iter().all(|message| message.sequence >= 8)),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::StreamRewound { .. }), "{error:?}");
    let gone = loop {
        match follow.next(10, SHORT).await {
            Ok(messages) => assert!(messages.is_empty()),
            Err(error) => break error,
        }
    };
    assert!(
        matches!(gone, armistice_bus::FollowError::Gone { .. }),
        "{gone:?}"
    );
}

#[tokio::test]
async fn a_stream_that_was_rewound_and_grew_again_is_noticed() {
    let mut world = World::new();
    world.bus_with_safe_streams().await;
    let (store, kept) = (world.dir.path().join("jetstream"), world.dir.path().join("kept"));
    world.server.kill();
    copy(&store, &kept);
    world.server.restart().unwrap();
    let bus = world.bus().await;
    submit(&bus, 1..11).await;
    let mut read = bus.intake("ledger", 1).await.unwrap();
    take(&mut read, 10).await;
    let mut idle = bus.intake("idle", 11).await.unwrap();
    world.server.kill();
    std::fs::remove_dir_all(&store).unwrap();
    std::fs::rename(&kept, &store).unwrap();
    world.server.restart().unwrap();
    // Others are faster: when the readers look, the stream is longer than it was.
    submit(&world.bus().await, 100..150).await;
    for reader in [&mut read, &mut idle] {
        match end(reader).await {
            Error::StreamRewound { expected, .. } => assert_eq!(expected, 10),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_wait_that_is_given_up_loses_nothing() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..2_001).await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    let mut taken = Vec::new();
    let begun = Instant::now();
    while taken.len() < 2_000 {
        assert!(begun.elapsed() < PATIENCE);
        tokio::select! {
            biased;
            messages = intake.next(37, PATIENCE) => taken.extend(messages.unwrap()),
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(sequences(&taken), (1..=2_000).collect::<Vec<_>>());
}

async fn end(intake: &mut armistice_bus::Intake) -> Error {
    let ending = async {
        loop {
            match intake.next(10, SHORT).await {
                Ok(messages) => assert!(messages.is_empty(), "{messages:?}"),
                Err(error) => break error,
            }
        }
    };
    tokio::time::timeout(PATIENCE, ending).await.unwrap()
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
