//! Two replicas: one publishes, the other stands by; either may be killed.

use crate::scribe::Scribe;
use crate::support::{Server, wait_for_views};

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
