//! The ledger on the bus, over a real server: what is submitted becomes an entry once, whatever happens to the streams.

use armistice_audit::verify_receipt;
use armistice_bus::{Bus, Outgoing, PublishError, Stream, StreamSettings, header};
use armistice_relay::{Relay, Settings};
use armistice_tests::bus::{TestServer, messages, relay, run, streams, submit, until};
use armistice_tests::{CEASEFIRE, World};
use armistice_tlog::{Hash, Index, TreeSize};

fn size(world: &World) -> u64 {
    world.ledger().reader().size().0
}

async fn grown(world: &World, to: u64) {
    until("entries", async || (size(world) >= to).then_some(())).await;
    assert_eq!(size(world), to);
}

async fn published(bus: &Bus, to: u64) {
    until("published entries", async || {
        let state = bus.state(Stream::Entries).await.ok()??;
        (state.last_sequence >= to).then_some(())
    })
    .await;
}

/// Deletes a stream as an operator can.
async fn delete(server: &TestServer, stream: Stream) {
    let client = async_nats::connect(server.server.url()).await.expect("connected");
    let name = stream.name(&armistice_report::CeasefireId::new(CEASEFIRE).expect("an id"));
    async_nats::jetstream::new(client)
        .delete_stream(name)
        .await
        .expect("deleted");
}

fn reason(world: &World, index: u64) -> String {
    let entry = world.ledger().reader().entry(Index(index)).expect("stored");
    let text = String::from_utf8(entry).expect("text");
    assert!(text.contains("intake.rewound.v1"), "{text}");
    let (_, rest) = text.split_once("\"reason\":\"").expect("a reason");
    rest.split('"').next().expect("an end").to_owned()
}

#[test]
fn submissions_become_entries_and_get_receipts_that_verify() {
    let mut world = World::default();
    let notes: Vec<_> = (0..100).map(|_| world.desk.incident()).collect();
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        bus.ensure(Stream::Submitted, &streams()).await.expect("made");
        for note in &notes {
            submit(&bus, "desk", note).await;
        }
        let relay = relay(&world, &bus);
        grown(&world, 104).await;
        let entries = messages(&bus, Stream::Entries, 104).await;
        for (index, message) in (0..).zip(&entries) {
            let stored = world.ledger().reader().entry(Index(index)).expect("stored");
            assert_eq!((message.sequence, &message.payload[..]), (index + 1, &stored[..]));
            assert_eq!(message.header(header::INDEX), Some(index.to_string().as_str()));
        }
        assert_eq!(entries[4].header("ce-type"), Some("incident.reported.v1"));
        assert!(entries[4].subject.ends_with(".entry.incident-reported-v1"));
        let receipts = messages(&bus, Stream::Receipts, 100).await;
        for (note, message) in notes.iter().zip(&receipts) {
            let submission = Hash::sha256(note).to_string();
            assert_eq!(message.header(header::SUBMISSION), Some(submission.as_str()));
            assert_eq!(message.header(header::OUTCOME), Some("recorded"));
            verify_receipt(&message.payload, note, &World::vkey(), None).expect("verified");
        }
        relay.stop().await.expect("stopped");
        let checkpoint = bus.last_message(Stream::Checkpoints, None).await.expect("read");
        let head = world.ledger().reader().head().expect("a head");
        assert_eq!(checkpoint.expect("a checkpoint").payload[..], head.note[..]);
    });
}

#[test]
fn a_deleted_stream_of_entries_is_filled_again() {
    let mut world = World::default();
    let note = world.desk.incident();
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let relay = relay(&world, &bus);
        published(&bus, 4).await;
        delete(&server, Stream::Entries).await;
        delete(&server, Stream::Checkpoints).await;
        delete(&server, Stream::Receipts).await;
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        submit(&bus, "desk", &note).await;
        published(&bus, 5).await;
        let entries = messages(&bus, Stream::Entries, 5).await;
        assert!(entries[0].subject.ends_with("ledger-founded-v1"));
        until("a receipt", async || {
            bus.last_message(Stream::Receipts, None).await.ok()?
        })
        .await;
        relay.stop().await.expect("stopped");
        assert!(
            bus.last_message(Stream::Checkpoints, None)
                .await
                .expect("read")
                .is_some()
        );
    });
    assert_eq!(size(&world), 5);
}

#[test]
fn an_inbox_that_was_deleted_leaves_an_entry_and_is_read_from_its_beginning() {
    let mut world = World::default();
    let (first, second) = (world.desk.incident(), world.desk.incident());
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let relay = relay(&world, &bus);
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        submit(&bus, "desk", &first).await;
        grown(&world, 5).await;
        delete(&server, Stream::Submitted).await;
        // The ledger finds it gone and makes it anew; that it was set back stands in the log before what comes next.
        grown(&world, 6).await;
        submit(&bus, "desk", &first).await;
        submit(&bus, "desk", &second).await;
        grown(&world, 7).await;
        relay.stop().await.expect("stopped");
    });
    assert_eq!(reason(&world, 5), "the stream was created anew");
}

/// A power cut, with the server's disk as it was some time before: acknowledged messages are gone, and their sequences are given
/// to others.
#[test]
fn a_rewound_server_is_noticed_by_its_length() {
    let mut world = World::default();
    let notes: Vec<_> = (0..6).map(|_| world.desk.incident()).collect();
    run(async {
        let mut server = TestServer::start();
        let bus = server.connect().await;
        let mut running = relay(&world, &bus);
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        submit(&bus, "desk", &notes[0]).await;
        grown(&world, 5).await;
        published(&bus, 5).await;
        let old = rewindable(&mut server);
        for note in &notes[1..4] {
            until("the server", async || {
                let message = Outgoing::new(bus.subjects().submit("desk"), note.clone());
                bus.publish(message).await.ok()
            })
            .await;
        }
        grown(&world, 8).await;
        published(&bus, 8).await;
        running.stop().await.expect("stopped");
        // Sequences 2 to 4 are gone, and 2 to 3 belong to other reports now; the cursor stands at 4.
        rewind(&mut server, &old);
        let bus = server.connect().await;
        for note in &notes[4..] {
            submit(&bus, "desk", note).await;
        }
        running = relay(&world, &bus);
        grown(&world, 11).await;
        published(&bus, 11).await;
        running.stop().await.expect("stopped");
    });
    assert_eq!(
        reason(&world, 8),
        "the stream ends before the last position that was taken"
    );
}

#[test]
fn a_rewound_server_that_has_grown_again_is_noticed_by_the_message_at_the_cursor() {
    let mut world = World::default();
    let notes: Vec<_> = (0..6).map(|_| world.desk.incident()).collect();
    run(async {
        let mut server = TestServer::start();
        let bus = server.connect().await;
        let mut running = relay(&world, &bus);
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        submit(&bus, "desk", &notes[0]).await;
        grown(&world, 5).await;
        let old = rewindable(&mut server);
        until("the server", async || {
            let message = Outgoing::new(bus.subjects().submit("desk"), notes[1].clone());
            bus.publish(message).await.ok()
        })
        .await;
        grown(&world, 6).await;
        running.stop().await.expect("stopped");
        rewind(&mut server, &old);
        let bus = server.connect().await;
        for note in &notes[2..] {
            submit(&bus, "desk", note).await;
        }
        running = relay(&world, &bus);
        grown(&world, 11).await;
        running.stop().await.expect("stopped");
    });
    assert_eq!(
        reason(&world, 6),
        "another message stands at the last position that was taken"
    );
}

/// Stops the server, keeps a copy of its store, and starts it again.
fn rewindable(server: &mut TestServer) -> tempfile::TempDir {
    server.server.kill();
    let kept = tempfile::tempdir().expect("a folder");
    copy(server.folder.path(), kept.path());
    server.server.restart().expect("started again");
    kept
}

fn rewind(server: &mut TestServer, kept: &tempfile::TempDir) {
    server.server.kill();
    for entry in std::fs::read_dir(server.folder.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            std::fs::remove_dir_all(path).expect("removed");
        }
    }
    copy(kept.path(), server.folder.path());
    server.server.restart().expect("started again");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

#[test]
fn a_report_that_another_producer_hands_in_is_refused_and_its_own_goes_through() {
    let mut world = World::default();
    let note = world.desk.incident();
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let relay = relay(&world, &bus);
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        submit(&bus, "monitor", &note).await;
        submit(&bus, "desk", &note).await;
        let receipts = messages(&bus, Stream::Receipts, 2).await;
        relay.stop().await.expect("stopped");
        assert!(receipts[0].subject.ends_with(".receipt.monitor"));
        assert_eq!(receipts[0].header(header::OUTCOME), Some("refused"));
        let refusal: serde_json::Value = serde_json::from_slice(&receipts[0].payload).expect("JSON");
        assert_eq!(refusal["code"], "source_mismatch");
        assert!(receipts[1].subject.ends_with(".receipt.desk"));
        assert_eq!(receipts[1].header(header::OUTCOME), Some("recorded"));
    });
}

/// A stranger who knows a report before it is sent can take its message id: the server then drops the report as a duplicate.
/// Sent again it has no id, and cannot be dropped.
#[test]
fn a_squatted_message_id_swallows_nothing_for_good() {
    let mut world = World::default();
    let note = world.desk.incident();
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let relay = relay(&world, &bus);
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        let id = Hash::sha256(&note).to_string();
        let mut squat = Outgoing::new(bus.subjects().submit("monitor"), "nothing");
        squat.message_id = Some(id.clone());
        bus.publish(squat).await.expect("published");
        let mut first = Outgoing::new(bus.subjects().submit("desk"), note.clone());
        first.message_id = Some(id);
        let published = bus.publish(first).await.expect("published");
        assert!(published.duplicate);
        submit(&bus, "desk", &note).await;
        until("the report", async || {
            let reader = world.ledger().reader();
            let end = reader.size().next_index();
            let is_it = |item: Result<(Index, Vec<u8>), _>| item.expect("stored").1.ends_with(&note);
            reader.entries(Index(4)..end).any(is_it).then_some(())
        })
        .await;
        relay.stop().await.expect("stopped");
    });
}

#[test]
fn a_full_inbox_refuses_and_drops_nothing() {
    let mut world = World::default();
    let notes: Vec<_> = (0..400).map(|_| world.desk.incident()).collect();
    let small = StreamSettings {
        submitted_bytes_max: 100_000,
        ..StreamSettings::default()
    };
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        bus.ensure(Stream::Submitted, &small).await.expect("made");
        let mut taken = 0;
        for note in &notes {
            let message = Outgoing::new(bus.subjects().submit("desk"), note.clone());
            match bus.publish(message).await {
                Ok(_) => taken += 1,
                Err(PublishError::Full { .. }) => break,
                Err(error) => panic!("{error}"),
            }
        }
        assert!(taken > 10 && taken < notes.len(), "{taken} were taken");
        let relay = Relay::start(world.ledger(), &bus, &Settings { streams: small });
        for note in &notes[taken..] {
            until("room", async || {
                let message = Outgoing::new(bus.subjects().submit("desk"), note.clone());
                bus.publish(message).await.ok()
            })
            .await;
        }
        grown(&world, 4 + 400).await;
        relay.stop().await.expect("stopped");
    });
    let entries = world
        .ledger()
        .reader()
        .entries(Index(4)..TreeSize(404).next_index());
    for (note, entry) in notes.iter().zip(entries) {
        assert!(entry.expect("stored").1.ends_with(note));
    }
}

#[test]
fn a_server_that_is_killed_and_started_again_is_used_again() {
    let mut world = World::default();
    let notes: Vec<_> = (0..10).map(|_| world.desk.incident()).collect();
    run(async {
        let mut server = TestServer::start();
        let bus = server.connect().await;
        let relay = relay(&world, &bus);
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        for (at, note) in (5..).zip(&notes) {
            submit(&bus, "desk", note).await;
            grown(&world, at).await;
            server.server.kill();
            server.server.restart().expect("started again");
            until("the server", async || bus.state(Stream::Submitted).await.ok()?).await;
        }
        relay.stop().await.expect("stopped");
    });
    // A restart is no rewinding: nothing but the reports was recorded.
    assert_eq!(size(&world), 14);
}

#[test]
fn a_stream_of_another_log_is_not_mixed_with_this_one() {
    let mut world = World::default();
    let mut other = World::default();
    other.pass(1);
    for _ in 0..3 {
        other.record_incident();
    }
    world.record_incident();
    let shorter = World::default();
    let late = world.desk.incident();
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let first = relay(&world, &bus);
        published(&bus, 5).await;
        let mut second = relay(&other, &bus);
        let error = second.ended().await;
        assert!(error.to_string().contains("entry 4"), "{error}");
        // The log restored from an older copy: shorter than what it published.
        drop(second);
        submit(&bus, "desk", &late).await;
        grown(&world, 6).await;
        published(&bus, 6).await;
        submit(&bus, "monitor", b"for whoever takes it").await;
        let mut third = relay(&shorter, &bus);
        let error = third.ended().await;
        assert!(error.to_string().contains("holds"), "{error}");
        // It took nothing in: what it would have signed would be another history under the same name.
        assert_eq!(size(&shorter), 4);
        // The first one went on all the while.
        first.stop().await.expect("stopped");
    });
}

#[test]
fn a_message_that_somebody_removed_before_it_was_taken_leaves_an_entry() {
    let mut world = World::default();
    let notes: Vec<_> = (0..3).map(|_| world.desk.incident()).collect();
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let first = relay(&world, &bus);
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        submit(&bus, "desk", &notes[0]).await;
        grown(&world, 5).await;
        first.stop().await.expect("stopped");
        submit(&bus, "desk", &notes[1]).await;
        submit(&bus, "desk", &notes[2]).await;
        let name = Stream::Submitted.name(&armistice_report::CeasefireId::new(CEASEFIRE).expect("an id"));
        let client = async_nats::connect(server.server.url()).await.expect("connected");
        let stream = async_nats::jetstream::new(client)
            .get_stream(name)
            .await
            .expect("there");
        stream.delete_message(2).await.expect("deleted");
        let second = relay(&world, &bus);
        grown(&world, 7).await;
        second.stop().await.expect("stopped");
    });
    assert_eq!(reason(&world, 5), "messages were removed before they were taken");
    assert!(world.is_incident(Index(6)));
}

#[test]
fn a_relay_that_is_stopped_has_published_what_it_took() {
    let mut world = World::default();
    let notes: Vec<_> = (0..500).map(|_| world.desk.incident()).collect();
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let relay = relay(&world, &bus);
        until("the inbox", async || bus.state(Stream::Submitted).await.ok()?).await;
        for note in &notes {
            submit(&bus, "desk", note).await;
        }
        until("some", async || (size(&world) > 10).then_some(())).await;
        relay.stop().await.expect("stopped");
        let entries = bus.state(Stream::Entries).await.expect("read").expect("there");
        assert_eq!(entries.last_sequence, size(&world));
        let checkpoint = bus.last_message(Stream::Checkpoints, None).await.expect("read");
        let head = world.ledger().reader().head().expect("a head");
        assert_eq!(checkpoint.expect("a checkpoint").payload[..], head.note[..]);
        let receipts = bus.state(Stream::Receipts).await.expect("read").expect("there");
        assert_eq!(receipts.messages, size(&world) - 4);
    });
}

/// Each time the ledger takes too little to purge, and the next time it begins anew.
#[test]
fn an_inbox_that_is_taken_in_many_short_sittings_does_not_stay_full() {
    let mut world = World::default();
    let small = StreamSettings {
        submitted_bytes_max: 40_000,
        ..StreamSettings::default()
    };
    let notes: Vec<_> = (0..120).map(|_| world.desk.incident()).collect();
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        for (at, part) in notes.chunks(10).enumerate() {
            let relay = Relay::start(
                world.ledger(),
                &bus,
                &Settings {
                    streams: small.clone(),
                },
            );
            for note in part {
                until("room", async || {
                    let message = Outgoing::new(bus.subjects().submit("desk"), note.clone());
                    bus.publish(message).await.ok()
                })
                .await;
            }
            grown(&world, 4 + 10 * (at as u64 + 1)).await;
            relay.stop().await.expect("stopped");
        }
    });
}
