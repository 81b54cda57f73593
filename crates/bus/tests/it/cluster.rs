//! Three nodes, three copies, and a leader that is killed.

use std::time::{Duration, Instant};

use armistice_bus::local::{LocalCluster, binary};
use armistice_bus::{Access, Bus, Outgoing, Start, Stream, StreamSettings};

use crate::support::{ceasefire, patient};

/// A cluster chooses leaders in seconds, on a busy machine in more.
const PATIENCE: Duration = Duration::from_secs(60);

fn settings() -> StreamSettings {
    StreamSettings {
        replicas: 3,
        ..StreamSettings::default()
    }
}

async fn ensured(bus: &Bus, stream: Stream) {
    let begun = Instant::now();
    loop {
        match bus.ensure(stream, &settings()).await {
            Ok(state) => break assert_eq!(state.replicas, 3),
            // No leader, or fewer than three nodes have met.
            Err(error) => assert!(error.is_temporary(), "{error:?}"),
        }
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_killed_leader_loses_nothing_and_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut cluster = LocalCluster::start(&binary().unwrap(), dir.path(), 3, "").unwrap();
    let access = patient(Access::new(cluster.urls()));
    let bus = Bus::connect(&access, &ceasefire()).await.unwrap();
    assert_eq!(bus.server().cluster.as_deref(), Some("local"));
    for stream in [Stream::Entries, Stream::Submitted] {
        ensured(&bus, stream).await;
        // The second time it is compared with what a cluster returns.
        ensured(&bus, stream).await;
    }
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    let mut follow = bus
        .follow(Stream::Entries, None, Start::Sequence(1))
        .await
        .unwrap();
    let begun = Instant::now();
    let (mut recorded, mut followed, mut taken) = (0_u64, 0_u64, 0_u64);
    let mut killed = None;
    while recorded < 300 || followed < 300 || taken < 1 {
        assert!(
            begun.elapsed() < PATIENCE,
            "{recorded} recorded, {followed} followed, {taken} taken"
        );
        if recorded == 100 && killed.is_none() {
            let leader = bus.state(Stream::Entries).await.unwrap().unwrap().leader.unwrap();
            cluster.node(&leader).kill();
            killed = Some(leader);
        }
        if recorded < 300 {
            let mut entry = Outgoing::new(bus.subjects().entry("note.added.v1"), recorded.to_string());
            entry.expected_last_sequence = Some(recorded);
            match bus.publish(entry).await {
                Ok(published) => {
                    recorded += 1;
                    assert_eq!(published.sequence, recorded);
                }
                // What had no answer may be stored: the stream knows.
                Err(armistice_bus::PublishError::WrongLastSequence { .. }) => {
                    if let Ok(Some(state)) = bus.state(Stream::Entries).await {
                        recorded = state.last_sequence;
                    }
                }
                Err(error) => {
                    assert!(error.is_temporary(), "{error:?}");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
        match follow.next(100, Duration::from_millis(1)).await {
            Ok(messages) => {
                for message in messages {
                    followed += 1;
                    assert_eq!(message.sequence, followed);
                    assert_eq!(message.payload, (followed - 1).to_string());
                }
            }
            Err(error) => assert!(error.is_temporary(), "{error:?}"),
        }
        if recorded == 300 && taken == 0 {
            let report = Outgoing::new(bus.subjects().submit("desk"), "x");
            // Sent again and again until it is taken: only the first is counted.
            let _ = bus.publish(report).await;
            match intake.next(100, Duration::from_millis(100)).await {
                Ok(messages) => taken += messages.len() as u64,
                Err(error) => assert!(error.is_temporary(), "{error:?}"),
            }
        }
    }
    let killed = killed.unwrap();
    cluster.node(&killed).restart().unwrap();
    let state = bus.state(Stream::Entries).await.unwrap().unwrap();
    assert_eq!((state.messages, state.last_sequence), (300, 300));
}
