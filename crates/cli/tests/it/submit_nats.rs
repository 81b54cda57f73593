//! `armistice submit --nats`: the same table as with `--dir`, and what stays in the outbox when nobody answers.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use armistice_bus::local::{LocalServer, binary};
use armistice_bus::{Access, Bus, Outgoing};
use armistice_report::CeasefireId;
use armistice_tlog::{Checkpoint, Hash, SigningKey, TreeSize};
use serde_json::Value;

use crate::desk::{self, Desk, denial, incident, statement};

/// A program of ours that runs until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a command that says on standard output when it is ready.
fn start(desk: &Desk, line: &str) -> Running {
    let mut child = desk
        .command(desk::binary())
        .args(line.split_whitespace())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert!(!said.is_empty(), "{line} said nothing and ended");
    Running(child)
}

fn server(desk: &Desk) -> LocalServer {
    let folder = desk.path("nats");
    std::fs::create_dir_all(&folder).unwrap();
    LocalServer::start(&binary().unwrap(), &folder, "").unwrap()
}

fn serve(desk: &Desk, server: &LocalServer) -> Running {
    start(desk, &format!("serve --dir ledger --nats {}", server.url()))
}

/// The words of `submit` that name this server and ledger.
fn submit(server: &LocalServer) -> String {
    format!(
        "submit --nats {} --ceasefire karabakh-2020 --ledger ledger.vkey --outbox outbox",
        server.url()
    )
}

/// The words that say whose drafts these are.
const FIRST: &str = "--key newsdesk.key --first-report";

fn desk() -> Desk {
    let desk = Desk::with_ledger();
    let vkey = desk.good("key show ledger/keys/log.key");
    let vkey = vkey
        .split_whitespace()
        .find(|word| word.starts_with("ledger.example/"))
        .unwrap()
        .to_owned();
    desk.write("ledger.vkey", &format!("{vkey}\n"));
    desk
}

/// Outcome and index of each line of the table.
fn outcomes(table: &Value) -> Vec<(String, Option<u64>)> {
    let rows = table["receipts"].as_array().unwrap().iter();
    rows.map(|row| (row["outcome"].as_str().unwrap().to_owned(), row["index"].as_u64()))
        .collect()
}

fn of(words: &[(&str, Option<u64>)]) -> Vec<(String, Option<u64>)> {
    words
        .iter()
        .map(|(outcome, index)| ((*outcome).to_owned(), *index))
        .collect()
}

#[test]
fn the_table_is_that_of_a_ledger_opened_here() {
    let desk = desk();
    let server = server(&desk);
    let _ledger = serve(&desk, &server);
    let beyond = statement("r-3").replace("statement.made.v1", "note.added.v1");
    let lines = [
        incident("r-1", "azerbaijan", "karabakh-armenian"),
        statement("r-2"),
        "not JSON at all".to_owned(),
        beyond,
        denial("r-4", "france", "r-1"),
        denial("r-5", "france", "nothing"),
    ];
    desk.write("reports.ndjson", &lines.join("\n"));
    let submit = submit(&server);
    // Nothing answers questions here, so an id that nobody knows is not a text but a question that stays open.
    let ran = desk.ends(
        6,
        &format!("{submit} {FIRST} --receipts receipts reports.ndjson -o json"),
    );
    let table: Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = of(&[
        ("recorded", Some(2)),
        ("recorded", Some(3)),
        ("refused", None),
        ("refused", None),
        ("recorded", Some(4)),
        ("not_sent", None),
    ]);
    assert_eq!(outcomes(&table), expected, "{}", ran.stdout);
    for index in 2..=4 {
        desk.good(&format!(
            "receipt verify receipts/{index}.tlog-proof --entry receipts/{index}.entry --key ledger.vkey"
        ));
    }
    // Again, and with a reference into the earlier run.
    let again = [lines[0].clone(), lines[4].clone(), denial("r-6", "eu", "r-2")].join("\n");
    desk.write("again.ndjson", &again);
    let table = desk.json(&format!("{submit} --key newsdesk.key again.ndjson -o json"));
    let expected = of(&[
        ("repeated", Some(2)),
        ("repeated", Some(4)),
        ("recorded", Some(5)),
    ]);
    assert_eq!(outcomes(&table), expected, "{table}");
}

#[test]
fn what_has_no_receipt_stays_in_the_outbox_and_a_later_run_sends_it() {
    let desk = desk();
    let mut server = server(&desk);
    server.kill();
    let lines = [
        incident("r-1", "azerbaijan", "karabakh-armenian"),
        statement("r-2"),
        denial("r-3", "france", "r-1"),
    ];
    desk.write("reports.ndjson", &lines.join("\n"));
    let submit = submit(&server);
    let ran = desk.ends(7, &format!("{submit} {FIRST} --wait 0 reports.ndjson -o json"));
    let table: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        outcomes(&table),
        of(&[("pending", None), ("pending", None), ("not_sent", None)])
    );
    assert!(ran.stderr.contains("not_sent"), "{}", ran.stderr);
    // A server, and no ledger behind it.
    server.restart().unwrap();
    let ran = desk.ends(7, &format!("{submit} --wait 0"));
    assert!(ran.stdout.contains("pending"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("2 of 2 submissions have no receipt yet"),
        "{}",
        ran.stderr
    );

    let _ledger = serve(&desk, &server);
    let table = desk.json(&format!("{submit} -o json"));
    assert_eq!(
        outcomes(&table),
        of(&[("recorded", Some(2)), ("recorded", Some(3))]),
        "{table}"
    );
    // Nothing is left; the whole file again gives what it would have given.
    assert_eq!(outcomes(&desk.json(&format!("{submit} -o json"))), []);
    let table = desk.json(&format!("{submit} --key newsdesk.key reports.ndjson -o json"));
    let expected = of(&[
        ("repeated", Some(2)),
        ("repeated", Some(3)),
        ("recorded", Some(4)),
    ]);
    assert_eq!(outcomes(&table), expected, "{table}");
}

#[test]
fn where_nobody_knows_the_last_number_nothing_is_signed() {
    let desk = desk();
    let mut server = server(&desk);
    desk.write("reports.ndjson", &statement("r-2"));
    let submit = submit(&server);
    let line = format!("{submit} --key newsdesk.key --wait 0 reports.ndjson");
    // A server without a projection, and no server.
    for _ in 0..2 {
        let ran = desk.ends(7, &line);
        assert!(ran.stderr.contains("--first-report"), "{}", ran.stderr);
        assert!(!desk.path("outbox/newsdesk.outbox").exists());
        server.kill();
    }
    // A note that was carried makes an outbox, and no counter.
    desk.write(
        "first.ndjson",
        &incident("r-1", "azerbaijan", "karabakh-armenian"),
    );
    desk.good("submit --dir ledger --key newsdesk.key first.ndjson");
    let entry = desk.good("log get 2 --dir ledger");
    let note = entry.splitn(3, '\n').nth(2).unwrap();
    desk.write("note.txt", note);
    desk.ends(7, &format!("{submit} --wait 0 note.txt"));
    assert!(desk.path("outbox/newsdesk.outbox").exists());
    let ran = desk.ends(7, &line);
    assert!(ran.stderr.contains("nothing was signed"), "{}", ran.stderr);
    // One that our key did not sign is not queued where it would move our number.
    desk.write("forged.txt", &note.replace("azerbaijan", "azerbaijas"));
    let ran = desk.ends(
        6,
        &format!("{submit} {FIRST} --wait 0 forged.txt").replace("--outbox outbox", "--outbox other"),
    );
    assert!(ran.stderr.contains("bad_signature"), "{}", ran.stderr);
    // With the word of who runs it, the number that waits here is not used again.
    let ran = desk.ends(7, &format!("{line} --first-report -o json"));
    let table: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(outcomes(&table), of(&[("pending", None)]));
    server.restart().unwrap();
    let ledger = serve(&desk, &server);
    let table = desk.json(&format!("{submit} -o json"));
    let expected = of(&[("repeated", Some(2)), ("recorded", Some(3))]);
    assert_eq!(outcomes(&table), expected, "{table}");
    drop(ledger);
    let producers = desk.json("view producers --dir ledger --where producer=newsdesk -o json");
    let row = &producers["rows"][0];
    assert_eq!(
        (&row["last_seq"], &row["forks_count"]),
        (&2.into(), &0.into()),
        "{row}"
    );
}

#[test]
fn a_new_outbox_and_an_old_id_are_asked_of_a_replica() {
    let desk = desk();
    let server = server(&desk);
    desk.write(
        "before.ndjson",
        &incident("r-1", "azerbaijan", "karabakh-armenian"),
    );
    desk.good("submit --dir ledger --key newsdesk.key before.ndjson");
    let ledger = serve(&desk, &server);
    let url = server.url();
    let _replica = start(
        &desk,
        &format!("project --nats {url} --ceasefire karabakh-2020 --ledger ledger.vkey --state replica"),
    );
    let lines = [denial("r-2", "france", "r-1"), denial("r-3", "france", "nothing")];
    desk.write("reports.ndjson", &lines.join("\n"));
    let ran = desk.ends(
        6,
        &format!("{} --key newsdesk.key reports.ndjson -o json", submit(&server)),
    );
    let table: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        outcomes(&table),
        of(&[("recorded", Some(3)), ("refused", None)]),
        "{}",
        ran.stdout
    );
    assert_eq!(table["receipts"][1]["code"], "invalid_value");
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    drop(ledger);
    // One chain, although another program began it.
    let producers = desk.json("view producers --dir ledger --where producer=newsdesk -o json");
    let row = &producers["rows"][0];
    assert_eq!(
        (&row["last_seq"], &row["missing_count"]),
        (&2.into(), &0.into()),
        "{row}"
    );
    assert_eq!(
        (&row["forks_count"], &row["prev_mismatches_count"]),
        (&0.into(), &0.into()),
        "{row}"
    );
}

#[test]
fn a_replica_that_is_behind_is_not_believed() {
    let desk = desk();
    let server = server(&desk);
    let ledger = serve(&desk, &server);
    let url = server.url();
    let _replica = start(
        &desk,
        &format!("project --nats {url} --ceasefire karabakh-2020 --ledger ledger.vkey --state replica"),
    );
    drop(ledger);
    let key = String::from_utf8(desk.read("ledger/keys/log.key")).unwrap();
    let key = SigningKey::parse(key.trim()).unwrap();
    let newer = Checkpoint::new(key.name(), TreeSize(99), Hash::sha256(b""))
        .unwrap()
        .sign(&key);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let ceasefire = CeasefireId::new("karabakh-2020").unwrap();
        let bus = Bus::connect(&Access::new(url), &ceasefire).await.unwrap();
        let subject = bus.subjects().checkpoint();
        bus.publish(Outgoing::new(subject, newer.into_bytes()))
            .await
            .unwrap();
        bus.close().await;
    });
    desk.write("reports.ndjson", &statement("r-1"));
    let line = format!("{} --key newsdesk.key --wait 0 reports.ndjson", submit(&server));
    let ran = desk.ends(7, &line);
    assert!(ran.stderr.contains("a replica is behind"), "{}", ran.stderr);
    assert!(!desk.path("outbox/newsdesk.outbox").exists());
}

#[test]
fn a_command_line_names_one_place() {
    let desk = desk();
    desk.write("reports.ndjson", &statement("r-1"));
    for line in [
        "submit --key newsdesk.key reports.ndjson",
        "submit --dir ledger --nats nats://127.0.0.1:1 --key newsdesk.key reports.ndjson",
        "submit --dir ledger --outbox outbox --key newsdesk.key reports.ndjson",
        "submit --nats nats://127.0.0.1:1 --ceasefire karabakh-2020 --outbox outbox --key newsdesk.key reports.ndjson",
        "submit --nats nats://127.0.0.1:1 --ledger ledger.vkey --outbox outbox --key newsdesk.key reports.ndjson",
        "submit --nats nats://127.0.0.1:1 --ceasefire karabakh-2020 --ledger nothing --outbox outbox --key newsdesk.key reports.ndjson",
        "submit --dir ledger --key newsdesk.key",
        "submit --dir ledger --key newsdesk.key --first-report reports.ndjson",
    ] {
        let ran = desk.ends(2, line);
        assert!(ran.stdout.is_empty(), "{line}");
    }
    // The outbox of another ledger is not used.
    desk.good("key generate other --out other.key");
    let words = "submit --nats nats://127.0.0.1:1 --ceasefire karabakh-2020 --outbox outbox --key newsdesk.key --first-report --wait 0";
    desk.ends(7, &format!("{words} --ledger ledger.vkey reports.ndjson"));
    let ran = desk.ends(6, &format!("{words} --ledger other.key reports.ndjson"));
    assert!(ran.stderr.contains("is for the ledger"), "{}", ran.stderr);
}
