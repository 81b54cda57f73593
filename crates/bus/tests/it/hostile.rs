//! Messages that no client library sends: the server looks at the lengths of headers only.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use armistice_bus::{Outgoing, Start, Stream};

use crate::support::{PATIENCE, World, sequences, submit, take, texts};

/// Publishes messages with such headers, by bytes on a socket.
fn publish_raw(world: &World, subject: &str, messages: &[(&[u8], &str)]) {
    let url = world.server.url();
    let stream = TcpStream::connect(url.trim_start_matches("nats://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut writer = stream.try_clone().unwrap();
    writer
        .write_all(b"CONNECT {\"verbose\":false,\"headers\":true,\"lang\":\"raw\",\"version\":\"0\",\"protocol\":1}\r\n")
        .unwrap();
    for (headers, payload) in messages {
        let (length, total) = (headers.len(), headers.len() + payload.len());
        write!(writer, "HPUB {subject} {length} {total}\r\n").unwrap();
        writer.write_all(headers).unwrap();
        write!(writer, "{payload}\r\n").unwrap();
    }
    writer.write_all(b"PING\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines();
    let pong = lines
        .by_ref()
        .map(|line| line.unwrap())
        .find(|line| line == "PONG" || line.starts_with("-ERR"));
    assert_eq!(pong.as_deref(), Some("PONG"));
}

const NO_COLON: &[u8] = b"NATS/1.0\r\nno colon\r\nArmistice-Index: 7\r\n\r\n";
const NOT_UTF8: &[u8] = b"NATS/1.0\r\nname: \xff\xfe\r\n\r\n";
const NO_STATUS: &[u8] = b"NATS/1.0 many words\r\n\r\n";
const DELETED: &[u8] = b"NATS/1.0 409 Consumer Deleted\r\n\r\n";
const HEARTBEAT: &[u8] = b"NATS/1.0 100 Idle Heartbeat\r\n\r\n";

#[tokio::test]
async fn headers_that_are_none_stop_no_reader() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    submit(&bus, 1..3).await;
    let subject = bus.subjects().submit("desk");
    let hostile = [(NO_COLON, "3"), (NOT_UTF8, "4"), (NO_STATUS, "5")];
    publish_raw(&world, &subject, &hostile);
    submit(&world.bus().await, 6..9).await;
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    let taken = take(&mut intake, 8).await;
    assert_eq!(texts(&taken), ["1", "2", "3", "4", "5", "6", "7", "8"]);
    assert_eq!(taken[2].headers, [("Armistice-Index".to_owned(), "7".to_owned())]);
    assert!(taken[3].headers.is_empty());
    intake.ack_through(8).await.unwrap();
    // As the last message, and again behind it.
    publish_raw(&world, &subject, &[(NO_COLON, "9")]);
    assert_eq!(texts(&take(&mut intake, 1).await), ["9"]);
    submit(&world.bus().await, 10..11).await;
    assert_eq!(texts(&take(&mut intake, 1).await), ["10"]);
    // A reader that begins behind such a message, and then loses its connection.
    publish_raw(&world, &subject, &[(NOT_UTF8, "11")]);
    let other = world.bus().await;
    let mut behind = other.intake("behind", 12).await.unwrap();
    assert!(behind.next(1, Duration::ZERO).await.unwrap().is_empty());
    publish_raw(&world, &subject, &[(NOT_UTF8, "12"), (NO_COLON, "13")]);
    assert_eq!(texts(&take(&mut behind, 2).await), ["12", "13"]);
    assert_eq!(sequences(&take(&mut intake, 3).await), [11, 12, 13]);
    let single = bus.message(Stream::Submitted, 4).await.unwrap().unwrap();
    assert_eq!((single.payload.as_ref(), single.headers.len()), (&b"4"[..], 0));
}

#[tokio::test]
async fn many_such_messages_take_few_connections() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let subject = bus.subjects().submit("desk");
    let payloads: Vec<String> = (1..=600_u32).map(|number| number.to_string()).collect();
    let messages: Vec<(&[u8], &str)> = payloads
        .iter()
        .enumerate()
        .map(|(index, text)| {
            (
                if index % 2 == 0 {
                    NO_COLON
                } else {
                    &b"NATS/1.0\r\n\r\n"[..]
                },
                text.as_str(),
            )
        })
        .collect();
    publish_raw(&world, &subject, &messages);
    let connections = bus.reconnects();
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    assert_eq!(texts(&take(&mut intake, 600).await), payloads);
    assert!(*connections.borrow() < 12, "{}", *connections.borrow());
}

#[tokio::test]
async fn a_follower_passes_them_too_and_keeps_to_its_filter() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let (mine, theirs) = (bus.subjects().receipt("desk"), bus.subjects().receipt("other"));
    let mut follow = bus
        .follow(Stream::Receipts, Some(&mine), Start::Sequence(1))
        .await
        .unwrap();
    bus.publish(Outgoing::new(mine.clone(), "1")).await.unwrap();
    publish_raw(&world, &mine, &[(NO_COLON, "2")]);
    publish_raw(&world, &theirs, &[(NO_COLON, "x")]);
    publish_raw(&world, &mine, &[(NOT_UTF8, "3")]);
    world
        .bus()
        .await
        .publish(Outgoing::new(mine.clone(), "4"))
        .await
        .unwrap();
    let mut taken = Vec::new();
    let taking = async {
        while taken.len() < 4 {
            taken.extend(follow.next(10, Duration::from_millis(500)).await.unwrap());
        }
    };
    tokio::time::timeout(PATIENCE, taking).await.unwrap();
    assert_eq!(texts(&taken), ["1", "2", "3", "4"]);
}

#[tokio::test]
async fn a_stored_message_is_no_word_of_the_server() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let subject = bus.subjects().submit("desk");
    let mut intake = bus.intake("ledger", 1).await.unwrap();
    publish_raw(
        &world,
        &subject,
        &[(DELETED, "1"), (HEARTBEAT, "2"), (DELETED, "3")],
    );
    assert_eq!(texts(&take(&mut intake, 3).await), ["1", "2", "3"]);
    assert_eq!(*bus.reconnects().borrow(), 1);
}
