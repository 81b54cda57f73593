//! Subscriptions: current rows, changes, going on later, another stream.

use std::collections::BTreeMap;

use armistice_bus::{Bus, Stream};
use armistice_projection::View;
use armistice_replica::{Cursor, Event, Subscription};

use crate::scribe::Scribe;
use crate::support::{PATIENCE, Server, wait_for_views};

/// What a subscriber has of a view.
#[derive(Default)]
struct Book {
    rows: BTreeMap<String, String>,
    stated: u64,
    current: bool,
    restarts: u32,
}

impl Book {
    async fn hear(&mut self, subscription: &mut Subscription) {
        let event = tokio::time::timeout(PATIENCE, subscription.next())
            .await
            .unwrap()
            .unwrap();
        match event {
            Event::Row(change) => {
                assert_eq!(change.index + 1, change.tree_size);
                match change.row {
                    Some(row) => self.rows.insert(change.key, row),
                    None => self.rows.remove(&change.key),
                };
            }
            Event::Stated(statement) => self.stated = statement.tree_size,
            Event::Current => self.current = true,
            Event::Restarted => {
                self.restarts += 1;
                self.rows.clear();
                self.current = false;
            }
        }
    }

    /// Hears until a tree size is stated, then compares.
    async fn until(&mut self, subscription: &mut Subscription, scribe: &Scribe, size: u64) {
        while self.stated < size || !self.current {
            self.hear(subscription).await;
        }
        let expected: Vec<String> = scribe.fold(size).rows(View::Incidents);
        assert_eq!(self.rows.values().cloned().collect::<Vec<_>>(), expected);
    }
}

async fn open(bus: &Bus, since: Option<Cursor>) -> Subscription {
    Subscription::open(bus, View::Incidents, since).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_has_what_is_there_and_what_comes_and_goes_on_later() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(21).await;
    wait_for_views(&bus, &scribe.fold(21)).await;

    let mut subscription = open(&bus, None).await;
    let mut book = Book::default();
    book.until(&mut subscription, &scribe, 21).await;
    scribe.more(10);
    scribe.publish(&bus).await;
    book.until(&mut subscription, &scribe, 31).await;
    // Away for a while: the cursor as text, then the rows that changed, and those that went.
    let cursor: Cursor = subscription.cursor().to_string().parse().unwrap();
    drop(subscription);
    scribe.more(10);
    scribe.publish(&bus).await;
    replica.at(41).await;
    wait_for_views(&bus, &scribe.fold(41)).await;
    let mut subscription = open(&bus, Some(cursor)).await;
    book.current = false;
    book.until(&mut subscription, &scribe, 41).await;
    assert_eq!(book.restarts, 0);
    replica.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_stream_is_begun_from_its_start() {
    let mut server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(20);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(21).await;
    wait_for_views(&bus, &scribe.fold(21)).await;
    let mut subscription = open(&bus, None).await;
    let mut book = Book::default();
    book.until(&mut subscription, &scribe, 21).await;
    let cursor = subscription.cursor();

    // The server loses its disk; ledger and replica fill the streams again, and the subscriber hears all of it.
    server.server.kill();
    for entry in std::fs::read_dir(server.server.dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        }
    }
    server.server.restart().unwrap();
    let bus = server.bus().await;
    scribe.more(4);
    scribe.publish(&bus).await;
    replica.at(25).await;
    book.stated = 0;
    book.until(&mut subscription, &scribe, 25).await;
    assert_eq!(book.restarts, 1);

    let mut later = open(&bus, Some(cursor)).await;
    let mut book = Book::default();
    book.until(&mut later, &scribe, 25).await;
    assert_eq!(book.restarts, 1);
    assert_eq!(
        later.cursor().created_ns,
        bus.state(Stream::Views).await.unwrap().unwrap().created_ns
    );
    replica.stop().await.unwrap();
}
