//! The scenario through four producers over NATS, and two projections of it: the same entries and the same numbers as in one
//! process.

use armistice_audit::ViewDigest;
use armistice_bus::Bus;
use armistice_ledger::Outcome as Answer;
use armistice_producer::{Draft, Outcome, Producer, Settings as Outbox};
use armistice_projection::View;
use armistice_replica::{Event, Replica, Settings, Subscription};
use armistice_report::{CeasefireId, EventType, Timestamp};
use armistice_tests::bus::{TestServer, relay, run, until};
use armistice_tests::{CEASEFIRE, Public, World, key};
use armistice_tlog::{Frontier, SigningKey, leaf_hash};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SCENARIO: &str = include_str!("../scenarios/karabakh-2022-03.ndjson");

type Object = Map<String, Value>;

fn drafts() -> Vec<Object> {
    let draft = |line| serde_json::from_str(line).expect("a draft");
    SCENARIO.lines().map(draft).collect()
}

fn text<'a>(draft: &'a Object, field: &str) -> &'a str {
    draft[field].as_str().expect("text")
}

/// The producers of the scenario with the grants that their reports need.
fn producers() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut producers: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for draft in drafts() {
        let kind: EventType = text(&draft, "type").parse().expect("a type");
        let grants = producers.entry(text(&draft, "source").to_owned()).or_default();
        grants.insert(kind.grant().as_str());
    }
    producers
}

fn signer(name: &str) -> SigningKey {
    let number = producers().keys().position(|known| known == name);
    key(name, 200 + u8::try_from(number.expect("known")).expect("few"))
}

/// The ledger with the scenario's four producers, at the same time in each run.
fn world() -> World {
    let mut world = World::bare(armistice_ledger::Settings::default());
    for (name, grants) in producers() {
        let grants: Vec<&str> = grants.into_iter().collect();
        world.enrol_for(&signer(&name), &grants);
    }
    world
}

/// Puts the hashes of recorded entries in the place of `@id`.
fn resolve(value: &mut Value, known: &BTreeMap<String, String>) {
    match value {
        Value::String(word) => {
            if let Some(hash) = word.strip_prefix('@').and_then(|id| known.get(id)) {
                word.clone_from(hash);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, known)),
        Value::Object(fields) => fields.values_mut().for_each(|field| resolve(field, known)),
        _ => {}
    }
}

async fn outboxes(server: &TestServer, folder: &Path) -> BTreeMap<String, Producer> {
    let mut opened = BTreeMap::new();
    for name in producers().into_keys() {
        let ceasefire = CeasefireId::new(CEASEFIRE).expect("an id");
        let settings = Outbox::new(signer(&name), World::vkey(), ceasefire);
        let path = folder.join(format!("{name}.outbox"));
        let producer = Producer::open(path, settings).await.expect("opened");
        producer.connect(server.connect().await).expect("connected");
        opened.insert(name, producer);
    }
    opened
}

/// Reports the scenario, each producer over a connection of its own; returns the notes in the order of the log.
async fn play(server: &TestServer, folder: &Path) -> Vec<Vec<u8>> {
    let producers = outboxes(server, folder).await;
    let mut known = BTreeMap::new();
    let mut notes = Vec::new();
    for mut draft in drafts() {
        let (id, source) = (text(&draft, "id").to_owned(), text(&draft, "source").to_owned());
        resolve(&mut draft["data"], &known);
        let producer = &producers[&source];
        let time = Timestamp::new("2022-03-30T00:00:00Z").expect("a time");
        let ticket = producer.report(Draft::from_json(draft, time)).await;
        match ticket.expect("queued").outcome().await.expect("an outcome") {
            Outcome::Recorded(receipt) => known.insert(id.clone(), receipt.hash.to_string()),
            Outcome::Refused(refusal) => panic!("{id}: {refusal}"),
        };
        notes.push(producer.note(&id).expect("read").expect("kept"));
    }
    for producer in producers.values() {
        producer.close().await;
    }
    notes
}

fn digests(world: &World) -> Vec<ViewDigest> {
    let verdict = Public::of(world.ledger().reader()).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{:?}", verdict.finding);
    verdict.views
}

/// What a replica says about a view when it is asked by its name.
async fn asked(bus: &Bus, replica: &str, view: View) -> Option<Value> {
    let question = json!({ "view": view.name(), "limit": 1 }).to_string();
    let answer = bus.ask("view", Some(replica), question.into_bytes()).await.ok()?;
    serde_json::from_slice(&answer).ok()
}

/// Every replica comes to the ledger's own digests.
async fn replicas_agree(bus: &Bus, world: &World, replicas: &[&str]) {
    let size = world.ledger().reader().size().0;
    let own = digests(world);
    for replica in replicas {
        for (view, own) in View::ALL.iter().zip(&own) {
            let answer = until("a replica that has caught up", async || {
                let answer = asked(bus, replica, *view).await?;
                (answer["tree_size"] == size).then_some(answer)
            })
            .await;
            assert_eq!(answer["digest"], own.digest.to_string(), "{replica}: {view}");
        }
    }
}

/// The rows of a view as a subscriber has them once they are stated for `size`, and what they come to.
async fn subscribed(bus: &Bus, view: View, size: u64) -> String {
    let opened = until("the stream of views", async || {
        Subscription::open(bus, view, None).await.ok()
    });
    let mut subscription = opened.await;
    let mut rows = BTreeMap::new();
    loop {
        match subscription.next().await.expect("an event") {
            Event::Row(change) => {
                match change.row {
                    Some(row) => rows.insert(change.key, row),
                    None => rows.remove(&change.key),
                };
            }
            Event::Stated(statement) if statement.tree_size == size => break,
            Event::Restarted => rows.clear(),
            Event::Stated(_) | Event::Current => {}
        }
    }
    let mut frontier = Frontier::new();
    for row in rows.values() {
        frontier.push(leaf_hash(row.as_bytes()));
    }
    frontier.root().to_string()
}

#[test]
fn four_producers_over_nats_give_the_entries_and_digests_of_one_process() {
    let over_nats = world();
    let folder = tempfile::tempdir().expect("a folder");
    let notes = run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let relay = relay(&over_nats, &bus);
        let notes = play(&server, folder.path()).await;
        relay.stop().await.expect("stopped");
        notes
    });
    let embedded = world();
    for note in notes {
        let answer = embedded.ledger().submit_blocking(note).expect("answered");
        assert!(matches!(answer, Answer::Recorded(_)));
    }
    let (near, far) = (embedded.ledger().reader(), over_nats.ledger().reader());
    assert_eq!(
        near.head().map(|head| head.note),
        far.head().map(|head| head.note)
    );
    assert_eq!(digests(&embedded), digests(&over_nats));
    assert_eq!(near.size().0, 5 + drafts().len() as u64);
}

#[test]
fn two_projections_and_a_subscriber_come_to_the_ledgers_own_digests() {
    let world = world();
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let server = TestServer::start();
        let bus = server.connect().await;
        let relay = relay(&world, &bus);
        let start = |name: &str, bus: Bus| {
            let mut settings = Settings::new(name, World::vkey());
            settings.state = Some(folder.path().join(name));
            let replica = Replica::open(bus, settings).expect("opened");
            tokio::spawn(replica.run(std::future::pending()))
        };
        let first = start("one", server.connect().await);
        let second = start("two", server.connect().await);
        play(&server, folder.path()).await;
        replicas_agree(&bus, &world, &["one", "two"]).await;
        // One is killed where it is, and begins again with what it saved or with nothing.
        first.abort();
        let third = start("three", server.connect().await);
        let again = start("one", server.connect().await);
        replicas_agree(&bus, &world, &["one", "two", "three"]).await;
        let size = world.ledger().reader().size().0;
        for (view, own) in View::ALL.iter().zip(digests(&world)) {
            assert_eq!(
                subscribed(&bus, *view, size).await,
                own.digest.to_string(),
                "{view}"
            );
        }
        for replica in [second, third, again] {
            assert!(!replica.is_finished(), "{:?}", replica.await);
            replica.abort();
        }
        relay.stop().await.expect("stopped");
    });
}
