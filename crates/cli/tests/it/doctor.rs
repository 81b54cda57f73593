//! `armistice doctor` and `armistice office` against real servers.

use armistice_bus::{Bus, Outgoing, Stream, StreamSettings};
use armistice_report::CeasefireId;

use crate::desk::{Desk, Ran};
use crate::nats_server::{Server, access, start, wait};

/// What a doctor printed, with what differs from run to run replaced.
fn shown(ran: &Ran, desk: &Desk) -> String {
    let here = desk.path("").display().to_string();
    let text = ran.shown().replace(&here, "DESK/");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = match line.find("127.0.0.1:") {
            Some(at) => {
                let rest = &line[at + "127.0.0.1:".len()..];
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                format!("{}127.0.0.1:<port>{}", &line[..at], &rest[end..])
            }
            None => line.to_owned(),
        };
        // The free room and the kind of file system are this machine's own.
        if !line.contains(" disk ") && !line.contains(" file system ") && !line.contains("storage of") {
            lines.push(line.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    lines.join("\n")
}

/// The findings of a doctor that prints JSON, as `level about`.
fn findings(ran: &Ran) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let rows = value["findings"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            format!(
                "{} {}",
                row["level"].as_str().unwrap(),
                row["about"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn a_ledger_without_streams_is_told_to_make_them() {
    let desk = Desk::with_ledger();
    desk.good(
        "nats-config --dir ledger --out nats --listen 127.0.0.1:-1 --monitor 127.0.0.1:-1 --store streams",
    );
    let server = start(&desk, "nats/single.conf");
    let line = format!(
        "doctor --dir ledger --nats {} --nkey nats/logins/operator.nk --inbox-prefix _INBOX_operator --monitor {}",
        server.url, server.monitor
    );
    insta::assert_snapshot!("doctor_no_streams", shown(&desk.ends(1, &line), &desk));

    let ceasefire = CeasefireId::new("karabakh-2020").unwrap();
    wait(async {
        let ledger = Bus::connect(&access(&desk, &server, "ledger"), &ceasefire)
            .await
            .unwrap();
        for stream in Stream::ALL {
            ledger.ensure(stream, &StreamSettings::default()).await.unwrap();
        }
        // Somebody publishes what the log does not have.
        for index in 1..=5 {
            let mut entry = Outgoing::new(ledger.subjects().entry("note.added.v1"), format!("{index}"));
            entry.expected_last_sequence = Some(index - 1);
            ledger.publish(entry).await.unwrap();
        }
    });
    let found = findings(&desk.ends(1, &format!("{line} -o json")));
    assert!(found.contains(&"problem lag of ENTRIES".to_owned()), "{found:?}");
    assert!(
        found.contains(&"ok stream SUBMITTED_karabakh-2020".to_owned()),
        "{found:?}"
    );
    assert!(found.contains(&"ok sync of armistice-1".to_owned()), "{found:?}");

    // Streams that are not what the ledger asks for are named, and left as they are.
    let found = findings(&desk.ends(1, &format!("{line} -o json --inbox-mib 5")));
    assert!(
        found.contains(&"problem stream SUBMITTED_karabakh-2020".to_owned()),
        "{found:?}"
    );
}

#[test]
fn without_a_server_the_folder_and_the_machine_are_looked_at() {
    let desk = Desk::with_ledger();
    insta::assert_snapshot!(
        "doctor_folder",
        shown(&desk.ends(0, "doctor --dir ledger"), &desk)
    );
    desk.ends(2, "doctor");
    desk.ends(4, "doctor --dir elsewhere");
    // Nobody listens on port 1.
    let ran = desk.ends(
        1,
        "doctor --nats nats://127.0.0.1:1 --ceasefire karabakh-2020 -o json",
    );
    assert_eq!(findings(&ran), ["problem server"]);
    let ran = desk.ends(1, "doctor --monitor http://127.0.0.1:1 -o json");
    assert_eq!(findings(&ran), ["problem monitoring"]);
}

#[test]
fn who_may_not_look_is_told_so() {
    let desk = Desk::new();
    desk.good("nats-config --ceasefire karabakh-2020 --producer newsdesk --out nats --listen 127.0.0.1:-1 --monitor 127.0.0.1:-1 --store streams");
    let server = start(&desk, "nats/single.conf");
    let with = |login: &str| {
        let line = format!(
            "doctor --ceasefire karabakh-2020 --nats {} --nkey nats/logins/{login}.nk --inbox-prefix _INBOX_producer-{login} -o json",
            server.url
        );
        desk.ends(1, &line)
    };
    let ran = with("newsdesk");
    assert!(findings(&ran).contains(&"problem stream ENTRIES_karabakh-2020".to_owned()));
    assert!(
        ran.stdout
            .contains("may not publish to $JS.API.STREAM.INFO.ENTRIES_karabakh-2020"),
        "{}",
        ran.stdout
    );
    desk.write("stranger.nk", &armistice_bus::new_login().seed);
    let line = format!(
        "doctor --ceasefire karabakh-2020 --nats {} --nkey stranger.nk",
        server.url
    );
    insta::assert_snapshot!("doctor_stranger", shown(&desk.ends(1, &line), &desk));
}

/// A hub with a login for the office, and where leaf nodes connect.
fn hub() -> (Desk, Server, String) {
    let desk = Desk::new();
    // The server's ports file does not tell this one.
    let port = armistice_bus::local::free_port().unwrap();
    desk.good(&format!("nats-config --ceasefire karabakh-2020 --leaf erebuni --out nats --listen 127.0.0.1:-1 --leaf-listen 127.0.0.1:{port} --monitor 127.0.0.1:-1 --store streams"));
    let server = start(&desk, "nats/single.conf");
    (desk, server, format!("nats-leaf://127.0.0.1:{port}"))
}

/// An office of that hub, on this machine and without certificates.
fn office(hub: &Desk, leaf_url: &str) -> (Desk, Server) {
    let desk = Desk::new();
    let login = hub.path("nats/logins/office-erebuni.nk").display().to_string();
    desk.good(&format!("nats-config --shape office --office erebuni --ceasefire karabakh-2020 --producer observers --hub-url {leaf_url} --hub-login {login} --out nats --listen 127.0.0.1:-1 --monitor 127.0.0.1:-1 --store streams"));
    let config = String::from_utf8(desk.read("nats/office.conf")).unwrap();
    desk.write("nats/office.conf", &without_tls(&config));
    let server = start(&desk, "nats/office.conf");
    (desk, server)
}

/// Makes streams of the hub as its ledger does.
async fn make(hub: &Desk, server: &Server, streams: &[Stream]) -> Bus {
    let settings = StreamSettings {
        offices: vec!["erebuni".to_owned()],
        ..StreamSettings::default()
    };
    let ledger = connect(hub, server, "ledger").await;
    for stream in streams {
        ledger.ensure(*stream, &settings).await.unwrap();
    }
    ledger
}

async fn connect(desk: &Desk, server: &Server, user: &str) -> Bus {
    let ceasefire = CeasefireId::new("karabakh-2020").unwrap();
    Bus::connect(&access(desk, server, user), &ceasefire)
        .await
        .unwrap()
}

/// The messages of a stream once it has at least `least`; fails after twenty seconds.
async fn reached(bus: &Bus, stream: Stream, least: u64) -> u64 {
    for _ in 0..1_000 {
        let messages = bus.state(stream).await.unwrap().unwrap().messages;
        if messages >= least {
            return messages;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{stream:?} never had {least} messages");
}

#[test]
fn office_makes_its_streams_once_and_never_at_the_hub() {
    let (hub, hub_server, leaf_url) = hub();
    let (office, office_server) = office(&hub, &leaf_url);
    let line = |server: &Server| {
        format!(
            "office --ceasefire karabakh-2020 --nats {} --nkey nats/logins/operator.nk --inbox-prefix _INBOX_operator",
            server.url
        )
    };
    let here = line(&office_server);
    insta::assert_snapshot!("office", shown(&office.ends(0, &here), &office));
    insta::assert_snapshot!("office_again", shown(&office.ends(0, &here), &office));
    let there = hub.ends(6, &line(&hub_server));
    insta::assert_snapshot!("office_is_hub", shown(&there, &hub));
    let doctor = here.replacen("office", "doctor --hub-domain hub -o json", 1);
    let found = findings(&office.ends(0, &doctor));
    assert!(
        found.contains(&"ok stream RECEIPTS_karabakh-2020".to_owned()),
        "{found:?}"
    );
}

/// From their generated configurations: what is submitted at the office arrives at the hub once, and receipts come back,
/// with a login that can do nothing else at the hub.
#[test]
fn what_an_office_takes_reaches_the_hub_once() {
    let (hub, hub_server, leaf_url) = hub();
    let (office, office_server) = office(&hub, &leaf_url);
    // A mirror and a source of a stream that is not there yet look again only after ten seconds: the hub's RECEIPTS come
    // before the office's mirror of them, and the hub's SUBMITTED after the office's.
    wait(make(
        &hub,
        &hub_server,
        &[Stream::Entries, Stream::Checkpoints, Stream::Receipts],
    ));
    let url = &office_server.url;
    office.good(&format!("office --ceasefire karabakh-2020 --nats {url} --nkey nats/logins/operator.nk --inbox-prefix _INBOX_operator"));
    wait(async {
        let ledger = make(&hub, &hub_server, &[Stream::Submitted]).await;
        let observers = connect(&office, &office_server, "observers").await;
        for number in 0..100 {
            let to = observers.subjects().submit("observers");
            let note = Outgoing::new(to, format!("note {number}"));
            observers.publish(note).await.unwrap();
        }
        let receipt = Outgoing::new(ledger.subjects().receipt("observers"), "a receipt");
        ledger.publish(receipt).await.unwrap();
        assert_eq!(reached(&ledger, Stream::Submitted, 100).await, 100);
        let operator = connect(&office, &office_server, "operator").await;
        assert_eq!(reached(&operator, Stream::Receipts, 1).await, 1);
    });
}

/// The configuration without its TLS blocks.
fn without_tls(config: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in config.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("tls {") {
            inside = !trimmed.ends_with('}');
        } else if inside {
            inside = trimmed != "}";
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
