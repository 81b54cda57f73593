//! A hub and a field office: each report crosses once, and its receipt comes back.

use std::time::{Duration, Instant};

use armistice_bus::local::{LocalLink, LocalServer, free_port};
use armistice_bus::{Access, Bus, OfficeSide, Outgoing, Start, Stream, StreamSettings};

use crate::support::{PATIENCE, ceasefire, sequences, server, submit, take, texts};

struct Pair {
    hub: LocalServer,
    office: LocalServer,
    link: LocalLink,
    _dirs: [tempfile::TempDir; 2],
}

impl Pair {
    /// The configurations of the documentation of `stream.rs`, on free ports. The hub tells the
    /// link's address, since its own would lead around the link.
    fn new() -> Self {
        Self::with("deny_exports: [\"armistice.>\"]\n deny_imports: [\"armistice.>\"]")
    }

    fn with(denied: &str) -> Self {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let port = free_port().unwrap();
        let link = LocalLink::to(port).unwrap();
        let hub = server(
            dirs[0].path(),
            &format!(
                "server_name: hub\njetstream {{ domain: hub, store_dir: $STORE }}\n\
                 leafnodes {{ listen: \"127.0.0.1:{port}\", advertise: \"127.0.0.1:{}\" }}\n",
                link.port()
            ),
        );
        let office = server(
            dirs[1].path(),
            &format!(
                "server_name: office\njetstream {{ domain: office, store_dir: $STORE }}\n\
                 leafnodes {{\n  reconnect: \"100ms\"\n\
                 remotes: [{{ url: \"nats-leaf://127.0.0.1:{}\"\n{denied} }}] }}\n",
                link.port()
            ),
        );
        Self {
            hub,
            office,
            link,
            _dirs: dirs,
        }
    }

    async fn at_hub(&self) -> Bus {
        Bus::connect(&Access::new(self.hub.url()), &ceasefire())
            .await
            .unwrap()
    }

    async fn at_office(&self) -> Bus {
        Bus::connect(&Access::new(self.office.url()), &ceasefire())
            .await
            .unwrap()
    }
}

fn of_hub() -> StreamSettings {
    StreamSettings {
        offices: vec!["office".to_owned()],
        ..StreamSettings::default()
    }
}

fn of_office() -> StreamSettings {
    StreamSettings {
        office: Some(OfficeSide {
            hub_domain: "hub".to_owned(),
        }),
        ..StreamSettings::default()
    }
}

async fn prepare(hub: &Bus, office: &Bus) {
    for _ in 0..2 {
        hub.ensure(Stream::Submitted, &of_hub()).await.unwrap();
        hub.ensure(Stream::Receipts, &of_hub()).await.unwrap();
        office.ensure(Stream::Submitted, &of_office()).await.unwrap();
        office.ensure(Stream::Receipts, &of_office()).await.unwrap();
    }
}

/// Whatever else would come has come when the same number stays for this long.
async fn stays(bus: &Bus, stream: Stream, messages: u64) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        let state = bus.state(stream).await.unwrap().unwrap();
        assert_eq!(state.last_sequence, messages, "{stream:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn each_report_crosses_once_and_its_receipt_comes_back() {
    let pair = Pair::new();
    let (hub, office) = (pair.at_hub().await, pair.at_office().await);
    assert_eq!(hub.server().domain.as_deref(), Some("hub"));
    prepare(&hub, &office).await;
    // As a producer at the office does: its own, of the mirror.
    let own = office.subjects().receipt("desk");
    let mut receipts = office
        .follow(Stream::Receipts, Some(&own), Start::New)
        .await
        .unwrap();
    // The office's own, and one that works at the hub.
    submit(&office, 1..101).await;
    let mut intake = hub.intake("ledger", 1).await.unwrap();
    let taken = take(&mut intake, 100).await;
    assert_eq!(sequences(&taken), (1..=100).collect::<Vec<_>>());
    assert!(
        taken
            .iter()
            .all(|message| message.subject.ends_with(".submit.desk"))
    );
    let from_hub = Outgoing::new(hub.subjects().submit("hub-desk"), "x");
    hub.publish(from_hub).await.unwrap();
    take(&mut intake, 1).await;
    stays(&hub, Stream::Submitted, 101).await;
    stays(&office, Stream::Submitted, 100).await;

    for number in 0..50 {
        let receipt = Outgoing::new(hub.subjects().receipt("desk"), number.to_string());
        hub.publish(receipt).await.unwrap();
    }
    let mut came = Vec::new();
    let begun = Instant::now();
    while came.len() < 50 {
        assert!(begun.elapsed() < PATIENCE, "{} of 50 came", came.len());
        came.extend(receipts.next(50, Duration::from_millis(100)).await.unwrap());
    }
    assert_eq!(sequences(&came), (1..=50).collect::<Vec<_>>());
    stays(&office, Stream::Receipts, 50).await;
}

#[tokio::test]
async fn the_greatest_message_that_an_office_takes_crosses() {
    let pair = Pair::new();
    let (hub, office) = (pair.at_hub().await, pair.at_office().await);
    prepare(&hub, &office).await;
    // The limit counts headers and content.
    let longest = "a".repeat(64);
    let subject = office.subjects().submit(&longest);
    let message = |bytes: usize| Outgoing::new(subject.clone(), vec![b'x'; bytes]);
    assert!(office.publish(message(66_561)).await.is_err());
    office.publish(message(66_560)).await.unwrap();
    submit(&office, 2..3).await;
    let mut intake = hub.intake("ledger", 1).await.unwrap();
    let taken = take(&mut intake, 2).await;
    assert_eq!((taken[0].payload.len(), taken[1].payload.len()), (66_560, 1));
}

#[tokio::test]
async fn a_cut_link_delays_and_loses_nothing() {
    let pair = Pair::new();
    let (hub, office) = (pair.at_hub().await, pair.at_office().await);
    prepare(&hub, &office).await;
    let mut intake = hub.intake("ledger", 1).await.unwrap();
    let mut receipts = office
        .follow(Stream::Receipts, None, Start::Sequence(1))
        .await
        .unwrap();
    submit(&office, 1..11).await;
    take(&mut intake, 10).await;

    pair.link.cut();
    submit(&office, 11..2_011).await;
    let receipt = Outgoing::new(hub.subjects().receipt("desk"), "x");
    hub.publish(receipt).await.unwrap();
    stays(&hub, Stream::Submitted, 10).await;
    pair.link.mend();
    let begun = Instant::now();
    let came = take(&mut intake, 2_000).await;
    assert_eq!(sequences(&came), (11..=2_010).collect::<Vec<_>>());
    let numbers: Vec<u64> = texts(&came).iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(numbers, (11..2_011).collect::<Vec<_>>());
    while receipts
        .next(10, Duration::from_millis(100))
        .await
        .unwrap()
        .is_empty()
    {
        assert!(begun.elapsed() < PATIENCE);
    }
    stays(&hub, Stream::Submitted, 2_010).await;
}

/// Why the documented configuration refuses our subjects on the link.
#[tokio::test]
async fn a_link_that_lets_our_subjects_through_doubles_reports() {
    let pair = Pair::with("");
    let (hub, office) = (pair.at_hub().await, pair.at_office().await);
    hub.ensure(Stream::Submitted, &of_hub()).await.unwrap();
    office.ensure(Stream::Submitted, &of_office()).await.unwrap();
    let begun = Instant::now();
    let mut sent = 0;
    loop {
        sent += 1;
        submit(&office, sent..sent + 1).await;
        let arrived = hub.state(Stream::Submitted).await.unwrap().unwrap().last_sequence;
        let kept = office
            .state(Stream::Submitted)
            .await
            .unwrap()
            .unwrap()
            .last_sequence;
        if arrived > sent || kept > sent {
            break;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "{arrived} arrived and {kept} were kept of {sent}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_hubs_streams_are_reached_from_the_office_by_domain() {
    let pair = Pair::new();
    let hub = pair.at_hub().await;
    hub.ensure(Stream::Entries, &of_hub()).await.unwrap();
    let entry = Outgoing::new(hub.subjects().entry("note.added.v1"), "x");
    hub.publish(entry).await.unwrap();
    let mut access = Access::new(pair.office.url());
    access.domain = Some("hub".to_owned());
    let begun = Instant::now();
    let office = Bus::connect(&access, &ceasefire()).await.unwrap();
    // The link comes up a moment after the server.
    let mut follow = loop {
        match office.follow(Stream::Entries, None, Start::Sequence(1)).await {
            Ok(follow) => break follow,
            Err(error) => assert!(error.is_temporary(), "{error:?}"),
        }
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    // Delivered to an inbox, under the entry's own subject: that crosses.
    let found = follow.next(10, PATIENCE).await.unwrap();
    assert_eq!(sequences(&found), [1]);
}
