//! More than one server: a cluster that loses its stream's leader, and a field office whose link is cut.

use armistice_bus::local::{LocalLink, LocalServer, binary, free_port};
use armistice_bus::{Access, Bus, OfficeSide, Patience, Stream, StreamSettings};
use armistice_producer::{Draft, Outcome, Producer, Settings as Outbox, Ticket};
use armistice_relay::{Relay, Settings};
use armistice_report::{CeasefireId, Timestamp};
use armistice_tests::bus::{connect, run, until};
use armistice_tests::{CEASEFIRE, Public, World, incident, key};
use armistice_tlog::{Index, SigningKey};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

fn desk() -> SigningKey {
    key("desk", 3)
}

fn ceasefire() -> CeasefireId {
    CeasefireId::new(CEASEFIRE).expect("an id")
}

async fn producer(folder: &Path) -> Producer {
    let mut settings = Outbox::new(desk(), World::vkey(), ceasefire());
    settings.resend_after = Duration::from_secs(1);
    let outbox = folder.join("desk.outbox");
    Producer::open(outbox, settings).await.expect("opened")
}

async fn report(producer: &Producer, numbers: std::ops::Range<u32>) -> Vec<Ticket> {
    let drafts = numbers.map(|number| {
        let draft = json!({
            "id": format!("desk-{number}"),
            "type": "incident.reported.v1",
            "data": { "provenance": { "asserted_by": {}, "hedge": "stated" }, "content": incident() },
        });
        let Value::Object(draft) = draft else {
            unreachable!("an object was written");
        };
        Draft::from_json(draft, Timestamp::new("2022-03-26T14:00:00Z").expect("a time"))
    });
    let tickets = producer.report_all(drafts).await;
    tickets
        .into_iter()
        .map(|ticket| ticket.expect("queued"))
        .collect()
}

/// Every report has a receipt, and each of these receipts names another entry.
async fn recorded(tickets: Vec<Ticket>) {
    let mut positions = BTreeSet::new();
    let count = tickets.len();
    for mut ticket in tickets {
        let outcome = tokio::time::timeout(Duration::from_secs(90), ticket.outcome()).await;
        match outcome.expect("in time").expect("an outcome") {
            Outcome::Recorded(receipt) => assert!(positions.insert(receipt.index)),
            Outcome::Refused(refusal) => panic!("{refusal}"),
        }
    }
    assert_eq!(positions.len(), count);
}

fn holds(world: &World, reports: u64) {
    let reader = world.ledger().reader();
    let incidents = (0..reader.size().0).filter(|index| world.is_incident(Index(*index)));
    assert_eq!(incidents.count() as u64, reports);
    let verdict = Public::of(reader).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{:?}", verdict.finding);
}

struct Cluster {
    servers: Vec<LocalServer>,
    _folder: tempfile::TempDir,
}

impl Cluster {
    /// Three servers that sync each message to the disk.
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ports: Vec<u16> = (0..3).map(|_| free_port().expect("a port")).collect();
        let routes: Vec<String> = ports
            .iter()
            .map(|port| format!("\"nats-route://127.0.0.1:{port}\""))
            .collect();
        let routes = routes.join(", ");
        let servers = (1..)
            .zip(&ports)
            .map(|(n, port)| {
                let dir = folder.path().join(format!("n{n}"));
                std::fs::create_dir_all(&dir).expect("a folder");
                let config = format!(
                    "server_name: n{n}\ncluster {{ name: test, listen: \"127.0.0.1:{port}\", routes: [{routes}] }}\n"
                );
                let binary = binary().expect("cargo xtask nats-server installs it");
                LocalServer::always(&binary, &dir, &config).expect("a server")
            })
            .collect();
        Self {
            servers,
            _folder: folder,
        }
    }

    async fn connect(&self) -> Bus {
        let mut access = Access::new("");
        access.servers = self.servers.iter().map(LocalServer::url).collect();
        access.patience = Patience::Retry;
        Bus::connect(&access, &ceasefire()).await.expect("connected")
    }
}

#[test]
fn a_cluster_that_loses_the_leader_of_its_inbox_loses_no_report() {
    let world = World::default();
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let mut cluster = Cluster::start();
        let bus = cluster.connect().await;
        let streams = StreamSettings {
            replicas: 3,
            ..StreamSettings::default()
        };
        until("the cluster", async || {
            bus.ensure(Stream::Submitted, &streams).await.ok()
        })
        .await;
        let relay = Relay::start(world.ledger(), &bus, &Settings { streams });
        let producer = producer(folder.path()).await;
        producer.connect(cluster.connect().await).expect("connected");
        let mut tickets = report(&producer, 0..200).await;
        until("the first reports", async || {
            (world.ledger().reader().size().0 > 50).then_some(())
        })
        .await;
        let leader = until("a leader", async || {
            bus.state(Stream::Submitted).await.ok()??.leader
        })
        .await;
        let victim = usize::from(leader.as_bytes()[1] - b'1');
        cluster.servers[victim].kill();
        tickets.extend(report(&producer, 200..600).await);
        recorded(tickets).await;
        // With the dead one back all goes on.
        cluster.servers[victim].restart().expect("started again");
        until("a leader again", async || {
            let state = bus.state(Stream::Submitted).await.ok()??;
            state.leader.map(|_| ())
        })
        .await;
        recorded(report(&producer, 600..700).await).await;
        until("publication", async || {
            let state = bus.state(Stream::Entries).await.ok()??;
            (state.last_sequence == world.ledger().reader().size().0).then_some(())
        })
        .await;
        producer.close().await;
        relay.stop().await.expect("stopped");
    });
    holds(&world, 700);
}

struct Office {
    hub: LocalServer,
    leaf: LocalServer,
    link: LocalLink,
    _folder: tempfile::TempDir,
}

impl Office {
    /// A hub, and a leaf node behind a link that can be cut; each with a JetStream domain of its own.
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let binary = binary().expect("cargo xtask nats-server installs it");
        let dir = |name: &str| {
            let dir = folder.path().join(name);
            std::fs::create_dir_all(&dir).expect("a folder");
            dir
        };
        let port = free_port().expect("a port");
        let link = LocalLink::to(port).expect("a link");
        // The hub tells the link's address to the leaf: its own would lead around the link.
        let config = format!(
            "server_name: hub\njetstream {{ domain: hub, store_dir: $STORE }}\n\
             leafnodes {{ listen: \"127.0.0.1:{port}\", advertise: \"127.0.0.1:{}\" }}\n",
            link.port()
        );
        let hub = LocalServer::start(&binary, &dir("hub"), &config).expect("a hub");
        let config = format!(
            "server_name: field\njetstream {{ domain: field, store_dir: $STORE }}\n\
             leafnodes {{ reconnect: 1, remotes: [{{ url: \"nats-leaf://127.0.0.1:{}\", \
             deny_exports: [\"armistice.>\"], deny_imports: [\"armistice.>\"] }}] }}\n",
            link.port()
        );
        let leaf = LocalServer::start(&binary, &dir("leaf"), &config).expect("a leaf");
        Self {
            hub,
            leaf,
            link,
            _folder: folder,
        }
    }
}

#[test]
fn an_office_whose_link_is_cut_for_ten_seconds_loses_and_doubles_nothing() {
    let world = World::default();
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let office = Office::start();
        let field = connect(&office.leaf.url()).await;
        let side = StreamSettings {
            office: Some(OfficeSide {
                hub_domain: "hub".to_owned(),
            }),
            ..StreamSettings::default()
        };
        let hub = connect(&office.hub.url()).await;
        let streams = StreamSettings {
            offices: vec!["field".to_owned()],
            ..StreamSettings::default()
        };
        let relay = Relay::start(world.ledger(), &hub, &Settings { streams });
        until("the hub", async || hub.state(Stream::Receipts).await.ok()?).await;
        field.ensure(Stream::Submitted, &side).await.expect("made");
        field.ensure(Stream::Receipts, &side).await.expect("made");
        let producer = producer(folder.path()).await;
        producer.connect(field.clone()).expect("connected");
        recorded(report(&producer, 0..100).await).await;
        office.link.cut();
        let tickets = report(&producer, 100..2_100).await;
        until("2,000 in the office", async || {
            let state = field.state(Stream::Submitted).await.ok()??;
            (state.last_sequence >= 2_100).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(
            world.ledger().reader().size().0,
            104,
            "nothing crosses a cut link"
        );
        office.link.mend();
        recorded(tickets).await;
        producer.close().await;
        relay.stop().await.expect("stopped");
    });
    holds(&world, 2_100);
}
