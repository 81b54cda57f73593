//! What can happen to the streams, the server and the state folder.

use std::fs;

use armistice_bus::{Outgoing, Stream};
use armistice_replica::{Conflict, Error};
use armistice_tlog::Hash;

use crate::scribe::Scribe;
use crate::support::{Server, wait_for_views};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_goes_on_from_its_state_and_without_it() {
    let server = Server::start();
    let bus = server.bus().await;
    let folder = server.folder("state");
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let run = || server.replica_with("one", &scribe, |settings| settings.state = Some(folder.clone()));
    let mut replica = run().await;
    replica.at(21).await;
    replica.stop().await.unwrap();
    let saved = fs::read(folder.join("replica.state")).unwrap();

    // Restored, it knows its head before it heard of the ledger.
    let mut replica = run().await;
    replica
        .heads
        .wait_for(|head| head.is_some_and(|head| head.tree_size.0 == 21))
        .await
        .unwrap();
    replica.at(21).await;
    replica.stop().await.unwrap();

    // Damaged, cut short, of another ledger: as if it were not there.
    let mut damaged = saved.clone();
    let at = damaged.len() / 2;
    damaged[at] ^= 1;
    for state in [&damaged[..], &saved[..saved.len() - 40], b"nonsense"] {
        fs::write(folder.join("replica.state"), state).unwrap();
        let mut replica = run().await;
        replica.at(21).await;
        replica.stop().await.unwrap();
        assert_eq!(fs::read(folder.join("replica.state")).unwrap(), saved);
    }
    let mut scribe = scribe.clone();
    scribe.more(7);
    scribe.publish(&bus).await;
    let mut replica = run().await;
    replica.at(28).await;
    wait_for_views(&bus, &scribe.fold(28)).await;
    replica.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_is_waited_for() {
    let mut server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(21).await;
    wait_for_views(&bus, &scribe.fold(21)).await;
    server.server.kill();
    server.server.restart().unwrap();
    scribe.more(9);
    let bus = server.bus().await;
    scribe.publish(&bus).await;
    replica.at(30).await;
    wait_for_views(&bus, &scribe.fold(30)).await;
    replica.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_is_waited_for_while_questions_come() {
    let mut server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(21).await;
    let bus = server.bus().await;
    let asking = tokio::spawn(async move {
        let mut turns = tokio::time::interval(std::time::Duration::from_millis(2));
        loop {
            turns.tick().await;
            let bus = bus.clone();
            tokio::spawn(async move { bus.ask("head", None, Vec::new()).await });
        }
    });
    server.server.kill();
    server.server.restart().unwrap();
    scribe.more(9);
    scribe.publish(&server.bus().await).await;
    replica.at(30).await;
    asking.abort();
    replica.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_that_were_lost_and_filled_again_must_be_the_same() {
    let mut server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(21).await;
    // A new disk at the same address: the streams are gone.
    let lose = |server: &mut Server| {
        server.server.kill();
        fs::remove_dir_all(server.server.dir().join("jetstream"))
            .or_else(|_| remove_stores(server.server.dir()))
            .unwrap();
        server.server.restart().unwrap();
    };
    lose(&mut server);
    let bus = server.bus().await;
    scribe.more(5);
    scribe.publish(&bus).await;
    replica.at(26).await;
    wait_for_views(&bus, &scribe.fold(26)).await;

    // Another history under the same key: every entry is compared again.
    lose(&mut server);
    let bus = server.bus().await;
    let mut other = Scribe::new();
    other.report(
        "statement.made.v1",
        &serde_json::json!({"act": "concern", "time": {"precision": "unknown"}}),
    );
    other.more(30);
    other.publish_entries(&bus).await;
    let error = replica.ended().await;
    let Error::Conflict { source, .. } = &error else {
        panic!("{error}")
    };
    assert!(
        matches!(**source, Conflict::OtherEntry { index: 1, .. }),
        "{source}"
    );
    assert!(error.is_conflict());
}

/// The folder in which the server keeps its streams, whatever it is called.
fn remove_stores(dir: &std::path::Path) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_stops_it_and_leaves_both_notes() {
    let server = Server::start();
    let bus = server.bus().await;
    let folder = server.folder("state");
    let mut scribe = Scribe::new();
    scribe.more(10);
    scribe.publish(&bus).await;
    let mut replica = server
        .replica_with("one", &scribe, |settings| settings.state = Some(folder.clone()))
        .await;
    replica.at(11).await;
    let lie = scribe.lie(11, Hash::sha256(b"another history"));
    scribe.publish_checkpoint(&bus, lie).await;
    let error = replica.ended().await;
    let Error::Conflict { source, evidence, .. } = &error else {
        panic!("{error}")
    };
    assert!(matches!(**source, Conflict::Fork { .. }), "{source}");
    let text = fs::read_to_string(evidence.as_ref().unwrap()).unwrap();
    assert_eq!(
        text.matches("\u{2014} example.org/test-ledger").count(),
        2,
        "{text}"
    );
    assert!(text.starts_with("armistice/evidence/v1\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_is_none_stops_it() {
    let server = Server::start();
    let bus = server.bus().await;
    let scribe = Scribe::new();
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(1).await;
    bus.publish(Outgoing::new(bus.subjects().entry("note.added.v1"), "no entry"))
        .await
        .unwrap();
    let error = replica.ended().await;
    assert!(error.is_conflict(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_are_not_there_yet_are_waited_for() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    let mut replica = server.replica("one", &scribe).await;
    assert!(bus.state(Stream::Entries).await.unwrap().is_none());
    scribe.more(3);
    scribe.publish(&bus).await;
    replica.at(4).await;
    replica.stop().await.unwrap();
}
