//! Two replicas: one publishes, the other stands by; either may be killed.

use std::collections::BTreeMap;

use armistice_bus::{Bus, Outgoing, Start, Stream, StreamSettings, header};
use armistice_projection::View;
use armistice_tlog::Hash;

use crate::scribe::Scribe;
use crate::support::{PATIENCE, Server, current, wait_for_views};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_and_statements_are_those_of_the_fold() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(30);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(31).await;
    wait_for_views(&bus, &scribe.fold(31)).await;
    for _ in 0..10 {
        scribe.more(5);
        scribe.publish(&bus).await;
    }
    replica.at(81).await;
    wait_for_views(&bus, &scribe.fold(81)).await;
    replica.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_replica_is_followed_by_the_other() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let mut one = server.replica("one", &scribe).await;
    one.at(21).await;
    wait_for_views(&bus, &scribe.fold(21)).await;
    let mut two = server.replica("two", &scribe).await;
    two.at(21).await;
    // Whichever of them publishes: it is killed while entries keep coming, and the other goes on.
    for round in 0..2 {
        scribe.more(40);
        scribe.publish(&bus).await;
        if round == 0 {
            one.heads.changed().await.unwrap();
        }
    }
    one.kill().await;
    scribe.more(10);
    scribe.publish(&bus).await;
    two.at(111).await;
    wait_for_views(&bus, &scribe.fold(111)).await;
    // A third one starts from nothing and takes over from the second.
    two.kill().await;
    scribe.more(3);
    scribe.publish(&bus).await;
    let mut three = server.replica("three", &scribe).await;
    three.at(114).await;
    wait_for_views(&bus, &scribe.fold(114)).await;
    three.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_at_once_end_with_the_same_rows() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.publish(&bus).await;
    let mut one = server.replica("one", &scribe).await;
    let mut two = server.replica("two", &scribe).await;
    for _ in 0..40 {
        scribe.more(3);
        scribe.publish(&bus).await;
    }
    one.at(121).await;
    two.at(121).await;
    wait_for_views(&bus, &scribe.fold(121)).await;
    one.stop().await.unwrap();
    two.stop().await.unwrap();
}

/// Reads VIEWS until a statement of every view counts `size` entries; per subject the tree size never falls. What was
/// replaced before it was read does not come.
async fn read_to(bus: &Bus, size: u64) {
    let mut follow = bus.follow(Stream::Views, None, Start::Sequence(1)).await.unwrap();
    let mut sizes = BTreeMap::new();
    let mut read = 0;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        for message in follow.next(256, PATIENCE).await.unwrap() {
            let size: u64 = message.header(header::TREE_SIZE).unwrap().parse().unwrap();
            let before = sizes.insert(message.subject.clone(), size).unwrap_or_default();
            assert!(before <= size, "{}: {size} after {before}", message.subject);
            read += 1;
        }
        let stated = |view: &View| sizes.get(&bus.subjects().view(view.name())) == Some(&size);
        if View::ALL.iter().all(stated) {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{read} messages read");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_publish_neither_goes_back() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    bus.ensure(Stream::Views, &StreamSettings::default())
        .await
        .unwrap();
    let reading = tokio::spawn({
        let bus = server.bus().await;
        async move { read_to(&bus, 321).await }
    });
    // Both begin at once, and again in the middle, when one of them leads.
    let one = server.replica("one", &scribe).await;
    let two = server.replica("two", &scribe).await;
    let mut third = None;
    for round in 0..100 {
        scribe.more(3);
        scribe.publish(&bus).await;
        if round == 50 {
            third = Some(server.replica("three", &scribe).await);
        }
    }
    reading.await.unwrap();
    wait_for_views(&bus, &scribe.fold(321)).await;
    for replica in [one, two].into_iter().chain(third) {
        replica.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_that_are_deleted_or_emptied_are_filled_again_while_nothing_comes() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(21).await;
    wait_for_views(&bus, &scribe.fold(21)).await;
    server.operate_on_views("DELETE");
    wait_for_views(&bus, &scribe.fold(21)).await;
    server.operate_on_views("PURGE");
    wait_for_views(&bus, &scribe.fold(21)).await;
    replica.stop().await.unwrap();
}

/// A message as a replica that counted `tree_size` entries would have left it.
fn left(bus: &Bus, view: View, key: &str, row: &'static str, tree_size: u64) -> Outgoing {
    let mut message = Outgoing::new(bus.subjects().row(view.name(), key), row);
    message.headers = vec![
        (header::VIEW, view.name().to_owned()),
        (header::VIEW_VERSION, view.version().to_string()),
        (header::TREE_SIZE, tree_size.to_string()),
        (header::ROOT, Hash::sha256(b"").to_string()),
        (header::INDEX, (tree_size - 1).to_string()),
        (header::KEY, key.to_owned()),
    ];
    message
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_batch_is_mended_by_whoever_comes_next() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let mut one = server.replica("one", &scribe).await;
    one.at(21).await;
    wait_for_views(&bus, &scribe.fold(21)).await;
    one.kill().await;
    // It died in the middle of a batch: a row of the next tree size, one that should be gone, a tombstone too many.
    let allegations = View::Allegations;
    let other = r#"{"key":"allegation/000000000001","row":"allegation"}"#;
    bus.publish(left(&bus, allegations, "allegation/000000000001", other, 22))
        .await
        .unwrap();
    bus.publish(left(
        &bus,
        allegations,
        "no such/row",
        r#"{"key":"no such/row"}"#,
        22,
    ))
    .await
    .unwrap();
    let mut tombstone = left(&bus, View::Incidents, "total", "", 22);
    tombstone.headers.push((header::REMOVED, "true".to_owned()));
    bus.publish(tombstone).await.unwrap();
    scribe.more(1);
    scribe.publish(&bus).await;
    let mut two = server.replica("two", &scribe).await;
    two.at(22).await;
    wait_for_views(&bus, &scribe.fold(22)).await;
    two.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_rows_never_replace_newer_ones() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    bus.ensure(Stream::Views, &StreamSettings::default())
        .await
        .unwrap();
    let row = r#"{"key":"total","row":"total"}"#;
    bus.publish(left(&bus, View::Incidents, "total", row, 60))
        .await
        .unwrap();
    let mut replica = server.replica("one", &scribe).await;
    replica.at(21).await;
    // It looks several times, and every time VIEWS is newer.
    let looking = tokio::time::sleep(std::time::Duration::from_millis(1_500));
    tokio::pin!(looking);
    loop {
        let state = bus.state(Stream::Views).await.unwrap().unwrap();
        assert_eq!(state.last_sequence, 1, "rows of 21 entries replaced one of 60");
        tokio::select! {
            () = &mut looking => break,
            () = tokio::time::sleep(std::time::Duration::from_millis(50)) => {}
        }
    }
    scribe.more(40);
    scribe.publish(&bus).await;
    replica.at(61).await;
    wait_for_views(&bus, &scribe.fold(61)).await;
    replica.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_too_long_is_stood_for() {
    let server = Server::start_with("max_payload: 6000\n");
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(40);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(41).await;
    let fold = scribe.fold(41);
    let deadline = tokio::time::Instant::now() + crate::support::PATIENCE;
    let messages = loop {
        let messages = current(&bus).await;
        let statements = messages
            .iter()
            .filter(|message| message.subject.split('.').count() == 4);
        if statements.count() == View::ALL.len() {
            break messages;
        }
        assert!(tokio::time::Instant::now() < deadline);
    };
    let mut left_out = 0;
    fold.for_each_row(View::Allegations, |key, row| {
        let subject = bus.subjects().row("allegations", key);
        let message = messages
            .iter()
            .find(|message| message.subject == subject)
            .unwrap();
        if row.len() + 4_096 > 6_000 {
            let leaf = armistice_tlog::leaf_hash(row).to_string();
            assert_eq!(message.header("Armistice-Left-Out"), Some(leaf.as_str()));
            assert!(
                message
                    .payload
                    .starts_with(format!(r#"{{"key":"{key}","row":"left_out""#).as_bytes())
            );
            left_out += 1;
        } else {
            assert_eq!(&message.payload[..], row);
        }
    });
    assert!(left_out > 0, "the side's row names 20 entries");
    replica.stop().await.unwrap();
}

async fn last_sequence(bus: &Bus) -> u64 {
    let state = bus.state(Stream::Views).await.unwrap();
    state.map_or(0, |state| state.last_sequence)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_as_soon_as_it_publishes_again_and_again() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(60);
    scribe.publish(&bus).await;
    for round in 0..5 {
        let before = last_sequence(&bus).await;
        let replica = server.replica(&format!("round-{round}"), &scribe).await;
        let deadline = tokio::time::Instant::now() + crate::support::PATIENCE;
        while last_sequence(&bus).await == before {
            assert!(tokio::time::Instant::now() < deadline, "round {round}");
        }
        replica.kill().await;
        scribe.more(25);
        scribe.publish(&bus).await;
    }
    let mut last = server.replica("last", &scribe).await;
    last.at(186).await;
    wait_for_views(&bus, &scribe.fold(186)).await;
    last.stop().await.unwrap();
}
