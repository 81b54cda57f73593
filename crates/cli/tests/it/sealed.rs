//! Sealing, unsealing and redacting with the real binary, killed between the entry and the key.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::desk::{Desk, binary, incident};

const SPEAKER: &str = "data.provenance.asserted_by.speaker";
const PLACE: &str = "data.content.place";
const SEAL: &str = "seal --dir ledger --source newsdesk --keys sealed-keys --field data.provenance.asserted_by.speaker --field data.content.place draft.ndjson";
const UNSEAL: &str = "unseal newsdesk/r-1 --dir ledger --keys sealed-keys";
const REDACT: &str = "redact newsdesk/r-1 --dir ledger --key curator.key --keys sealed-keys --field data.provenance.asserted_by --field data.content.place --reason safety";

fn draft(id: &str) -> String {
    let draft = incident(id, "azerbaijan", "karabakh-armenian");
    let draft = draft.replace(
        r#""capacity":"party""#,
        r#""capacity":"party","speaker":"A. Person""#,
    );
    draft.replace(
        r#""accused""#,
        r#""place":{"names":[{"name":"The second house"}],"precision":"exact"},"accused""#,
    )
}

/// A ledger with a report of which two fields are sealed.
fn sealed() -> Desk {
    let desk = Desk::with_ledger();
    desk.good("key generate curator --out curator.key");
    desk.good("producer enrol curator --dir ledger --key curator.key --may curate");
    desk.write("draft.ndjson", &draft("r-1"));
    let draft = desk.good(SEAL);
    assert!(!draft.contains("Person") && !draft.contains("house"), "{draft}");
    desk.write("sealed.ndjson", &draft);
    desk.good("submit --dir ledger --key newsdesk.key sealed.ndjson");
    desk
}

#[test]
fn two_drafts_of_one_id_share_the_key_that_is_kept() {
    let desk = Desk::with_ledger();
    let other = draft("r-1").replace("second house", "third house");
    desk.write("draft.ndjson", &format!("{}\n{other}\n", draft("r-1")));
    let both = desk.good(SEAL);
    // The ledger takes the second of them: its value must open.
    desk.write("sealed.ndjson", both.lines().nth(1).unwrap());
    desk.good("submit --dir ledger --key newsdesk.key sealed.ndjson");
    assert!(desk.good(UNSEAL).contains("The third house"));
}

fn key_files(desk: &Desk) -> usize {
    std::fs::read_dir(desk.path("sealed-keys")).unwrap().count()
}

fn key_file(desk: &Desk, field: &str) -> std::path::PathBuf {
    let files = std::fs::read_dir(desk.path("sealed-keys")).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    let names = |path: &std::path::PathBuf| {
        std::fs::read_to_string(path).is_ok_and(|text| text.contains(&format!("field {field}\n")))
    };
    files.find(names).unwrap()
}

fn audit(desk: &Desk) {
    desk.good("audit --dir ledger --key ledger/keys/log.key");
}

fn entries(desk: &Desk) -> u64 {
    desk.json("log head --dir ledger -o json")["tree_size"]
        .as_u64()
        .unwrap()
}

fn row(desk: &Desk) -> Value {
    desk.json("view allegations --dir ledger --where row=allegation -o json")["rows"][0].clone()
}

fn field<'a>(document: &'a Value, name: &str) -> &'a Value {
    let fields = document["fields"].as_array().unwrap();
    fields.iter().find(|field| field["field"] == name).unwrap()
}

#[test]
fn a_sealed_field_is_read_with_its_key_and_by_nobody_after_its_redaction() {
    let desk = sealed();
    audit(&desk);
    let log = std::fs::read(desk.path("sealed.ndjson")).unwrap();
    let entry = desk.good("log get 3 --dir ledger");
    assert!(
        !entry.contains("Person") && entry.contains("xchacha20poly1305"),
        "{entry}"
    );
    let opened = desk.json(&format!("{UNSEAL} -o json"));
    assert_eq!(field(&opened, SPEAKER)["value"], "A. Person");
    assert_eq!(
        field(&opened, PLACE)["value"]["names"][0]["name"],
        "The second house"
    );
    assert_eq!(row(&desk)["place"], Value::Null);

    // Sealing again gives the same bytes; submitting them again gives the first receipt.
    assert_eq!(desk.good(SEAL).as_bytes(), log);
    desk.good("submit --dir ledger --key newsdesk.key sealed.ndjson");
    assert_eq!((entries(&desk), key_files(&desk)), (4, 2));

    let redacted = desk.json(&format!("{REDACT} -o json"));
    assert_eq!(field(&redacted, SPEAKER)["key"], "destroyed");
    assert_eq!((entries(&desk), key_files(&desk)), (5, 0));
    audit(&desk);
    assert_eq!(desk.ends(5, UNSEAL).code, 5);
    assert_eq!(desk.good("log get 3 --dir ledger"), entry);
    let row = row(&desk);
    assert_eq!(row["asserted_by"], "redacted");
    assert_eq!(row["entries"][0]["redacted"], true);
    let incidents = desk.json("view incidents --dir ledger --where row=redaction -o json");
    assert_eq!(incidents["rows"][0]["reason"], "safety");

    let again = desk.json(&format!("{REDACT} -o json"));
    assert_eq!(field(&again, PLACE)["key"], "destroyed before");
    assert_eq!(entries(&desk), 5);
}

#[test]
fn killed_between_the_entry_and_the_key_the_same_command_finishes() {
    let desk = sealed();
    // A pipe in the place of the key file: the command blocks when it begins to destroy it, and is killed there.
    let path = key_file(&desk, PLACE);
    let aside = desk.path("aside");
    std::fs::rename(&path, &aside).unwrap();
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut command = desk.command(binary());
    let mut child = command
        .args(REDACT.split_whitespace())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert!(said.contains("entry 4 says that entry 3 is redacted"), "{said}");
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::rename(&aside, &path).unwrap();

    // The log says so already, the audit passes, and the keys that are left open nothing.
    assert_eq!((entries(&desk), key_files(&desk)), (5, 2));
    audit(&desk);
    assert_eq!(row(&desk)["place"], "redacted");
    assert_eq!(row(&desk)["asserted_by"], "redacted");
    desk.ends(5, UNSEAL);

    // Killed again, half way through overwriting.
    std::fs::write(key_file(&desk, SPEAKER), [0; 180]).unwrap();
    let redacted = desk.json(&format!("{REDACT} -o json"));
    assert_eq!(field(&redacted, PLACE)["key"], "destroyed");
    assert_eq!(field(&redacted, SPEAKER)["key"], "destroyed");
    assert_eq!((entries(&desk), key_files(&desk)), (5, 0));
    audit(&desk);
}

#[test]
fn cleartext_is_hidden_by_views_and_stays_in_the_entry() {
    let desk = sealed();
    desk.write("draft.ndjson", &draft("r-2"));
    desk.good("submit --dir ledger --key newsdesk.key draft.ndjson");
    let entry = desk.good("log get 4 --dir ledger");
    let redacted = desk.json(
        "redact newsdesk/r-2 --dir ledger --key curator.key --field data.content.place --reason privacy -o json",
    );
    let key = field(&redacted, PLACE)["key"].as_str().unwrap().to_owned();
    assert!(key.contains("the entry keeps the cleartext"), "{key}");
    assert_eq!(desk.good("log get 4 --dir ledger"), entry);
    let view = desk.json("view allegations --dir ledger --where place=redacted -o json");
    assert_eq!(view["rows"].as_array().unwrap().len(), 1);
    assert!(
        !desk
            .good("view incidents --dir ledger -o json")
            .contains("second house")
    );
    audit(&desk);
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_written() {
    let desk = sealed();
    let cases: [(i32, &str, &str); 10] = [
        (
            2,
            "seal --dir ledger --source newsdesk --keys more --field data.content.accused draft.ndjson",
            "data.content.accused is no field that may be sealed",
        ),
        (
            2,
            "seal --dir ledger --source newsdesk --keys more --field data.content.text draft.ndjson",
            "the report has no data.content.text",
        ),
        (
            2,
            "seal --dir ledger --keys more --field data.content.place draft.ndjson",
            "who will sign it",
        ),
        (
            2,
            "seal --dir ledger --source newsdesk --keys ledger/more --field data.content.place draft.ndjson",
            "lies in the ledger's folder",
        ),
        (
            4,
            "redact newsdesk/r-1 --dir ledger --key curator.key --field data.content.place --reason safety",
            "no folder of key files was given",
        ),
        (
            4,
            "redact newsdesk/r-1 --dir ledger --key curator.key --keys empty --field data.content.place --reason safety",
            "there is no empty/",
        ),
        (
            4,
            "redact 3 --dir ledger --key curator.key --field data.content.text --reason safety",
            "entry 3 has no field data.content.text",
        ),
        (
            6,
            "redact 3 --dir ledger --key newsdesk.key --keys sealed-keys --field data.content.place --reason safety",
            "beyond_grant",
        ),
        (
            6,
            "redact 3 --dir ledger --key curator.key --keys sealed-keys --field data.content.place --reason whim",
            "data.content.reason",
        ),
        (
            4,
            "unseal newsdesk/r-1 --dir ledger --keys empty",
            "no key of them is in the folder",
        ),
    ];
    for (code, line, expected) in cases {
        let ran = desk.ends(code, line);
        assert!(ran.stderr.contains(expected), "{line}\n{}", ran.stderr);
    }
    // The refusal of the ledger left its mark, and nothing else was written.
    assert_eq!((entries(&desk), key_files(&desk)), (5, 2));
    assert!(!desk.path("more").exists() && !desk.path("empty").exists());

    // Another report's key under this one's name does not open.
    let key = std::fs::read_to_string(key_file(&desk, PLACE)).unwrap();
    std::fs::write(key_file(&desk, PLACE), key.replace("report r-1", "report r-9")).unwrap();
    let ran = desk.ends(2, UNSEAL);
    assert!(
        ran.stderr.contains("its name follows from what it is for"),
        "{}",
        ran.stderr
    );
}
