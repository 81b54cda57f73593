//! Who is let in, and what is said to who is not.

use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

use armistice_bus::local::free_port;
use armistice_bus::{Access, Bus, Credentials, Error, FollowError, Start, Stream, StreamSettings, new_login};

use crate::support::{PATIENCE, World, ceasefire, patient};

#[tokio::test]
async fn the_server_is_known() {
    let world = World::with("server_name: one\n");
    let bus = world.bus().await;
    let facts = bus.server();
    assert_eq!((facts.name.as_str(), facts.jetstream), ("one", true));
    assert_eq!(facts.version.to_string(), armistice_bus::local::VERSION);
    assert!(facts.max_payload >= 1 << 20 && facts.cluster.is_none());
    assert_eq!(bus.warnings(), []);
    assert_eq!(*bus.reconnects().borrow(), 1);
    assert!(bus.is_connected() && bus.denied().is_none());
    bus.ensure(Stream::Entries, &StreamSettings::default())
        .await
        .unwrap();
    let mut follow = bus.follow(Stream::Entries, None, Start::New).await.unwrap();
    bus.close().await;
    let after = bus.state(Stream::Entries).await;
    assert!(matches!(after, Err(Error::Disconnected { .. })), "{after:?}");
    let mut left = follow.next(10, PATIENCE).await;
    if matches!(&left, Ok(messages) if messages.is_empty()) {
        left = follow.next(10, PATIENCE).await;
    }
    assert!(matches!(left, Err(FollowError::Bus(Error::Closed))), "{left:?}");
}

#[tokio::test]
async fn nobody_there_fails_fast_and_a_service_waits() {
    let port = free_port().unwrap();
    let access = Access::new(format!("nats://127.0.0.1:{port}"));
    let failed = Bus::connect(&access, &ceasefire()).await.unwrap_err();
    assert!(matches!(failed, Error::Unreachable { .. }) && failed.is_temporary());
    let waiting = tokio::spawn(async move { Bus::connect(&patient(access), &ceasefire()).await });
    let dir = tempfile::tempdir().unwrap();
    // Of two lines that say where to listen, the server takes the later one.
    let _server = crate::support::server(dir.path(), &format!("listen: \"127.0.0.1:{port}\"\n"));
    let bus = tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(bus.is_connected());
}

#[tokio::test]
async fn login_keys_let_in_their_owner_only() {
    let (known, unknown) = (new_login(), new_login());
    let world = World::with(&format!(
        "authorization {{ users: [ {{ nkey: {} }} ] }}\n",
        known.public
    ));
    let file = |name: &str, seed: &str| {
        let path = world.dir.path().join(name);
        std::fs::write(&path, format!("{seed}\n")).unwrap();
        Some(Credentials::NkeyFile(path))
    };
    let mut access = world.access();
    let refused = Bus::connect(&access, &ceasefire()).await.unwrap_err();
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused:?}");
    access.credentials = file("unknown.nk", &unknown.seed);
    let refused = Bus::connect(&access, &ceasefire()).await.unwrap_err();
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused:?}");
    access.credentials = file("known.nk", &known.seed);
    let bus = Bus::connect(&access, &ceasefire()).await.unwrap();
    bus.ensure(Stream::Entries, &StreamSettings::default())
        .await
        .unwrap();
    access.credentials = file("broken.nk", "SUNOTASEED");
    let refused = Bus::connect(&access, &ceasefire()).await.unwrap_err();
    assert!(matches!(refused, Error::BadCredentials { .. }), "{refused:?}");
    access.credentials = Some(Credentials::NkeyFile("not-there.nk".into()));
    let refused = Bus::connect(&access, &ceasefire()).await.unwrap_err();
    assert!(matches!(refused, Error::ReadFile { .. }), "{refused:?}");
}

#[tokio::test]
async fn users_and_tokens_stand_in_addresses_too() {
    let world = World::with("authorization { user: me, password: secret }\n");
    let address = world.server.url().replace("nats://", "nats://me:secret@");
    Bus::connect(&Access::new(address), &ceasefire()).await.unwrap();
    let refused = Bus::connect(&Access::new(world.server.url()), &ceasefire())
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused:?}");
    let world = World::with("authorization { token: t0ken }\n");
    let address = world.server.url().replace("nats://", "nats://t0ken@");
    Bus::connect(&Access::new(address), &ceasefire()).await.unwrap();
    let context = format!(r#"{{"url":"{}","token":"t0ken"}}"#, world.server.url());
    let access = Access::from_context(&context).unwrap();
    Bus::connect(&access, &ceasefire()).await.unwrap();
}

#[tokio::test]
async fn a_server_without_jetstream_is_warned_about() {
    let dir = tempfile::tempdir().unwrap();
    // A block of its own that switches it off: ours is then left out.
    let server = crate::support::server(dir.path(), "jetstream: disabled\n");
    let bus = Bus::connect(&Access::new(server.url()), &ceasefire())
        .await
        .unwrap();
    assert_eq!(bus.warnings().len(), 1);
    let failed = bus
        .ensure(Stream::Entries, &StreamSettings::default())
        .await
        .unwrap_err();
    assert!(matches!(failed, Error::NoJetStream), "{failed:?}");
}

#[tokio::test]
async fn a_wrong_inbox_prefix_is_found_at_once() {
    let world = World::with(
        r#"authorization { users: [ { user: me, password: p,
            permissions { publish: [">"], subscribe: ["_INBOX_me.>"] } } ] }"#,
    );
    let mut access = world.access();
    access.credentials = Some(Credentials::User {
        name: "me".to_owned(),
        password: "p".to_owned(),
    });
    let bus = Bus::connect(&access, &ceasefire()).await.unwrap();
    let asking = bus.state(Stream::Entries);
    let denied = tokio::time::timeout(Duration::from_secs(2), asking)
        .await
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(
            &denied,
            Error::Denied {
                action: "subscribe to",
                ..
            }
        ),
        "{denied:?}"
    );
    access.inbox_prefix = Some("_INBOX_me".to_owned());
    let bus = Bus::connect(&access, &ceasefire()).await.unwrap();
    assert_eq!(bus.state(Stream::Entries).await.unwrap(), None);
}

/// A server that says that it is of one version to the first, and of another to all who come later.
fn liar(first: &'static str, later: &'static str) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut version = first;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let info = format!(
                "INFO {{\"server_id\":\"i\",\"server_name\":\"n\",\"version\":\"{version}\",\"host\":\"h\",\"port\":{port},\
                 \"headers\":true,\"max_payload\":1048576,\"proto\":1,\"client_id\":1,\"go\":\"\",\"jetstream\":true}}\r\n"
            );
            stream.write_all(info.as_bytes()).unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            // The first request ends the first connection.
            for line in lines.map_while(Result::ok) {
                if line.starts_with("PING") {
                    stream.write_all(b"PONG\r\n").unwrap();
                } else if version != later && line.starts_with("PUB") {
                    break;
                }
            }
            version = later;
            stream.shutdown(std::net::Shutdown::Both).ok();
        }
    });
    port
}

#[tokio::test]
async fn an_old_server_is_refused_after_a_reconnect_too() {
    let port = liar("2.14.0", "2.9.25");
    let bus = Bus::connect(&Access::new(format!("nats://127.0.0.1:{port}")), &ceasefire())
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    let error = loop {
        match bus.state(Stream::Entries).await {
            Err(error) if error.is_temporary() => {}
            other => break other.unwrap_err(),
        }
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(
        matches!(&error, Error::OldServer { found, .. } if found == "2.9.25"),
        "{error:?}"
    );
}
