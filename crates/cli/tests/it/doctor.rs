//! `armistice doctor` and `armistice office` against real servers.

use armistice_bus::{Bus, Outgoing, Stream, StreamSettings};
use armistice_report::CeasefireId;

use crate::desk::{Desk, Ran};
use crate::nats_server::{access, start, wait};

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
            "doctor --ceasefire karabakh-2020 --nats {} --nkey nats/logins/{login}.nk --inbox-prefix _INBOX_{login} -o json",
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

/// A hub and an office from their generated configurations: what is submitted at the office arrives at the hub once, and
/// the office's login can do nothing else there.
#[test]
fn an_office_s_streams_reach_the_hub() {
    let hub = Desk::new();
    // The server's ports file does not tell this one.
    let port = armistice_bus::local::free_port().unwrap();
    hub.good(&format!("nats-config --ceasefire karabakh-2020 --leaf erebuni --out nats --listen 127.0.0.1:-1 --leaf-listen 127.0.0.1:{port} --monitor 127.0.0.1:-1 --store streams"));
    let hub_server = start(&hub, "nats/single.conf");
    let ceasefire = CeasefireId::new("karabakh-2020").unwrap();
    let settings = StreamSettings {
        offices: vec!["erebuni".to_owned()],
        ..StreamSettings::default()
    };
    // A mirror and a source of a stream that is not there yet look again only after ten seconds: the hub's RECEIPTS come
    // before the office's mirror of them, and the hub's SUBMITTED after the office's.
    let make = async |streams: &[Stream]| {
        let ledger = Bus::connect(&access(&hub, &hub_server, "ledger"), &ceasefire)
            .await
            .unwrap();
        for stream in streams {
            ledger.ensure(*stream, &settings).await.unwrap();
        }
        ledger
    };
    wait(make(&[
        Stream::Entries,
        Stream::Checkpoints,
        Stream::Receipts,
        Stream::Views,
    ]));
    let office = Desk::new();
    let login = hub.path("nats/logins/office-erebuni.nk").display().to_string();
    office.good(&format!(
        "nats-config --shape office --office erebuni --ceasefire karabakh-2020 --producer observers --hub-url nats-leaf://127.0.0.1:{port} --hub-login {login} --out nats --listen 127.0.0.1:-1 --monitor 127.0.0.1:-1 --store streams"
    ));
    // On one machine, without certificates.
    let config = String::from_utf8(office.read("nats/office.conf")).unwrap();
    office.write("nats/office.conf", &without_tls(&config));
    let office_server = start(&office, "nats/office.conf");
    let line = format!(
        "office --ceasefire karabakh-2020 --nats {} --nkey nats/logins/operator.nk --inbox-prefix _INBOX_operator",
        office_server.url
    );
    insta::assert_snapshot!("office", shown(&office.ends(0, &line), &office));
    insta::assert_snapshot!("office_again", shown(&office.ends(0, &line), &office));
    let wrong = format!(
        "office --ceasefire karabakh-2020 --nats {} --nkey nats/logins/operator.nk --inbox-prefix _INBOX_operator",
        hub_server.url
    );
    insta::assert_snapshot!("office_is_hub", shown(&hub.ends(6, &wrong), &hub));
    let doctor = line.replacen("office", "doctor --hub-domain hub", 1);
    let found = findings(&office.ends(0, &format!("{doctor} -o json")));
    assert!(
        found.contains(&"ok stream RECEIPTS_karabakh-2020".to_owned()),
        "{found:?}"
    );

    wait(async {
        let ledger = make(&[Stream::Submitted]).await;
        let observers = Bus::connect(&access(&office, &office_server, "observers"), &ceasefire)
            .await
            .unwrap();
        for number in 0..100 {
            let to = observers.subjects().submit("observers");
            observers
                .publish(Outgoing::new(to, format!("note {number}")))
                .await
                .unwrap();
        }
        let receipt = Outgoing::new(ledger.subjects().receipt("observers"), "a receipt");
        ledger.publish(receipt).await.unwrap();
        let reached = async |bus: &Bus, stream: Stream, messages: u64| {
            loop {
                let state = bus.state(stream).await.unwrap().unwrap();
                if state.messages >= messages {
                    return state.messages;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let operator = Bus::connect(&access(&office, &office_server, "operator"), &ceasefire)
            .await
            .unwrap();
        let limit = std::time::Duration::from_secs(20);
        let arrived = tokio::time::timeout(limit, reached(&ledger, Stream::Submitted, 100))
            .await
            .unwrap();
        assert_eq!(arrived, 100, "each report is captured once");
        let mirrored = tokio::time::timeout(limit, reached(&operator, Stream::Receipts, 1))
            .await
            .unwrap();
        assert_eq!(mirrored, 1);
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
