//! Following: what is there, what comes, restarts, gaps, and streams that are another one.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;

use armistice_bus::{Bus, Follow, FollowError, Message, Outgoing, Start, Stream, StreamSettings};

use crate::support::{PATIENCE, World, raw, sequences, texts};

const SHORT: Duration = Duration::from_millis(200);

async fn record(bus: &Bus, numbers: std::ops::Range<u64>) {
    let mut window = bus.window(256);
    for number in numbers {
        let mut message = Outgoing::new(bus.subjects().entry("note.added.v1"), number.to_string());
        message.expected_last_sequence = Some(number);
        window.send(number, message).await;
    }
    while let Some((number, outcome)) = window.next().await {
        outcome.unwrap_or_else(|error| panic!("{number}: {error:?}"));
    }
}

async fn read(follow: &mut Follow, count: usize) -> Vec<Message> {
    let mut found = Vec::new();
    let reading = async {
        while found.len() < count {
            found.extend(follow.next(count - found.len(), SHORT).await.unwrap());
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, reading).await.is_ok();
    assert!(in_time, "{} of {count} came", found.len());
    found
}

async fn end(follow: &mut Follow) -> FollowError {
    let ending = async {
        loop {
            match follow.next(10, SHORT).await {
                Ok(messages) => assert!(messages.is_empty(), "{messages:?}"),
                Err(error) => break error,
            }
        }
    };
    tokio::time::timeout(PATIENCE, ending).await.unwrap()
}

#[tokio::test]
async fn entries_are_followed_from_any_position() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    record(&bus, 0..3_000).await;
    let mut all = bus
        .follow(Stream::Entries, None, Start::Sequence(0))
        .await
        .unwrap();
    let mut some = bus
        .follow(Stream::Entries, None, Start::Sequence(2_990))
        .await
        .unwrap();
    let mut new = bus.follow(Stream::Entries, None, Start::New).await.unwrap();
    assert_eq!((all.pending(), some.pending(), new.pending()), (3_000, 11, 0));
    assert_eq!(
        sequences(&read(&mut all, 3_000).await),
        (1..=3_000).collect::<Vec<_>>()
    );
    assert_eq!(
        sequences(&read(&mut some, 11).await),
        (2_990..=3_000).collect::<Vec<_>>()
    );
    assert!(new.next(1, SHORT).await.unwrap().is_empty());
    record(&bus, 3_000..3_002).await;
    for follow in [&mut all, &mut some, &mut new] {
        assert_eq!(sequences(&read(follow, 2).await), [3_001, 3_002]);
    }
}

#[tokio::test]
async fn a_new_message_comes_at_once() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let mut follow = bus.follow(Stream::Entries, None, Start::New).await.unwrap();
    let mut slowest = Duration::ZERO;
    for number in 0..50 {
        let begun = Instant::now();
        let (found, ()) = tokio::join!(follow.next(10, PATIENCE), record(&bus, number..number + 1));
        assert_eq!(found.unwrap().len(), 1);
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
}

#[tokio::test]
async fn following_goes_on_within_a_second_of_a_restart() {
    let mut world = World::new();
    let bus = world.bus_with_safe_streams().await;
    let mut follow = bus
        .follow(Stream::Entries, None, Start::Sequence(1))
        .await
        .unwrap();
    record(&bus, 0..100).await;
    assert_eq!(read(&mut follow, 100).await.len(), 100);
    for round in 1..4_u64 {
        world.server.kill();
        // While there is no server, waiting is all that happens.
        assert!(follow.next(10, SHORT).await.unwrap().is_empty());
        world.server.restart().unwrap();
        let begun = Instant::now();
        let other = world.bus().await;
        record(&other, round * 100..round * 100 + 100).await;
        let found = read(&mut follow, 100).await;
        let resumed = begun.elapsed();
        assert_eq!(found[0].sequence, round * 100 + 1);
        assert!(resumed < Duration::from_secs(1), "{resumed:?}");
    }
}

#[tokio::test]
async fn a_missing_entry_is_an_error_and_stays_one() {
    let world = World::new();
    let bus = world.bus().await;
    let js = raw(&world).await;
    // Our own ENTRIES denies it, so somebody else's is followed here.
    js.create_stream(async_nats::jetstream::stream::Config {
        name: "ENTRIES_test-1".to_owned(),
        subjects: vec!["armistice.test-1.entry.*".to_owned()],
        ..Default::default()
    })
    .await
    .unwrap();
    record(&bus, 0..10).await;
    let stream = js.get_stream("ENTRIES_test-1").await.unwrap();
    stream.delete_message(5).await.unwrap();
    let mut follow = bus
        .follow(Stream::Entries, None, Start::Sequence(1))
        .await
        .unwrap();
    assert_eq!(sequences(&read(&mut follow, 4).await), [1, 2, 3, 4]);
    for _ in 0..3 {
        match end(&mut follow).await {
            FollowError::Gap { expected, found } => assert_eq!((expected, found), (5, 6)),
            other => panic!("{other:?}"),
        }
    }
    // A filter leaves messages out by itself.
    let filter = bus.subjects().entry("note.added.v1");
    let mut filtered = bus
        .follow(Stream::Entries, Some(&filter), Start::Sequence(1))
        .await
        .unwrap();
    assert_eq!(read(&mut filtered, 9).await.len(), 9);
}

#[tokio::test]
async fn a_stream_deleted_or_created_anew_is_gone() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    record(&bus, 0..10).await;
    let mut follow = bus
        .follow(Stream::Entries, None, Start::Sequence(1))
        .await
        .unwrap();
    let mut slow = bus
        .follow(Stream::Entries, None, Start::Sequence(1))
        .await
        .unwrap();
    read(&mut follow, 10).await;
    raw(&world).await.delete_stream("ENTRIES_test-1").await.unwrap();
    let gone = end(&mut follow).await;
    assert!(matches!(gone, FollowError::Gone { .. }), "{gone:?}");
    assert!(!gone.is_temporary() && gone.hint().is_some());
    bus.ensure(Stream::Entries, &StreamSettings::default())
        .await
        .unwrap();
    record(&bus, 0..10).await;
    // It was opened on the stream before, and must not read the one that is there now.
    let gone = end(&mut slow).await;
    assert!(matches!(gone, FollowError::Gone { .. }), "{gone:?}");
    let mut again = bus
        .follow(Stream::Entries, None, Start::Sequence(1))
        .await
        .unwrap();
    assert_eq!(read(&mut again, 10).await.len(), 10);
}

#[tokio::test]
async fn views_begin_with_the_newest_of_each_row() {
    let mut world = World::new();
    let bus = world.bus_with_streams().await;
    let put = async |bus: &Bus, key: &str, text: &str| {
        let message = Outgoing::new(bus.subjects().row("totals", key), text.to_owned());
        bus.publish(message).await.unwrap();
    };
    for (key, text) in [("a", "1"), ("b", "2"), ("a", "3"), ("c", "4"), ("b", "5")] {
        put(&bus, key, text).await;
    }
    let filter = bus.subjects().view_all("totals");
    let mut some = bus
        .follow(Stream::Views, Some(&filter), Start::LastPerSubject)
        .await
        .unwrap();
    let mut all = bus
        .follow(Stream::Views, None, Start::LastPerSubject)
        .await
        .unwrap();
    for follow in [&mut some, &mut all] {
        assert_eq!(texts(&read(follow, 3).await), ["3", "4", "5"]);
        assert!(follow.next(10, SHORT).await.unwrap().is_empty());
    }
    put(&bus, "a", "6").await;
    for follow in [&mut some, &mut all] {
        assert_eq!(texts(&read(follow, 1).await), ["6"]);
    }
    // After a restart the rows that did not change are not repeated.
    world.server.kill();
    world.server.restart().unwrap();
    let other = world.bus().await;
    put(&other, "c", "7").await;
    for follow in [&mut some, &mut all] {
        assert_eq!(texts(&read(follow, 1).await), ["7"]);
        assert!(follow.next(10, SHORT).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_empty_view_waits_through_a_restart() {
    let mut world = World::new();
    let bus = world.bus_with_streams().await;
    let mut follow = bus
        .follow(Stream::Views, None, Start::LastPerSubject)
        .await
        .unwrap();
    assert!(follow.next(10, SHORT).await.unwrap().is_empty());
    world.server.restart().unwrap();
    let other = world.bus().await;
    let message = Outgoing::new(bus.subjects().view("totals"), "statement");
    other.publish(message).await.unwrap();
    assert_eq!(texts(&read(&mut follow, 1).await), ["statement"]);
}

#[tokio::test]
async fn a_consumer_that_vanishes_is_made_again() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let mut follow = bus
        .follow(Stream::Entries, None, Start::Sequence(1))
        .await
        .unwrap();
    record(&bus, 0..10).await;
    read(&mut follow, 10).await;
    let stream = raw(&world).await.get_stream("ENTRIES_test-1").await.unwrap();
    let mut names = stream.consumer_names();
    while let Some(name) = names.next().await {
        stream.delete_consumer(&name.unwrap()).await.unwrap();
    }
    record(&bus, 10..20).await;
    assert_eq!(
        sequences(&read(&mut follow, 10).await),
        (11..=20).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn consumers_that_end_at_once_are_made_with_pauses() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let subject = bus.subjects().receipt("desk");
    let mut follow = bus.follow(Stream::Receipts, None, Start::New).await.unwrap();
    let stream = raw(&world).await.get_stream("RECEIPTS_test-1").await.unwrap();
    let mut deleted = std::collections::BTreeSet::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        let names: Vec<_> = stream.consumer_names().collect().await;
        for name in names.into_iter().flatten() {
            // It may be gone when it is asked for.
            let _ = stream.delete_consumer(&name).await;
            deleted.insert(name);
        }
        let messages = follow.next(1, Duration::from_millis(20)).await.unwrap();
        assert!(messages.is_empty());
    }
    // 20 ms, doubling to half a second: nine in two seconds.
    assert!((2..=10).contains(&deleted.len()), "{deleted:?}");
    bus.publish(Outgoing::new(subject, "x")).await.unwrap();
    assert_eq!(texts(&follow.next(1, PATIENCE).await.unwrap()), ["x"]);
}
