//! Submitting: receipts, refusals, repeats, keys that come and go.

use crate::desk::{Desk, denial, incident, statement};

#[test]
fn good_reports_are_recorded_and_refused_ones_listed() {
    let desk = Desk::with_ledger();
    let far_north = incident("r-3", "azerbaijan", "karabakh-armenian").replace(
        r#""time":{"earliest""#,
        r#""place":{"lat":91,"lon":46,"precision":"exact"},"time":{"earliest""#,
    );
    let unknown_field = statement("r-4").replace(r#""act""#, r#""mood":"grim","act""#);
    let unknown_type = statement("r-5").replace("statement.made.v1", "statement.sung.v1");
    let beyond = statement("r-6").replace("statement.made.v1", "note.added.v1");
    let finding = r#"{"id":"r-7","type":"access.denied.v1","time":"2022-03-26T12:00:00Z","data":{}}"#;
    let lines = [
        statement("r-1"),
        "not JSON at all".to_owned(),
        far_north,
        unknown_field,
        unknown_type,
        beyond,
        finding.to_owned(),
        statement("r-8"),
    ];
    desk.write("reports.ndjson", &lines.join("\n"));
    let ran = desk.ends(6, "submit --dir ledger --key newsdesk.key reports.ndjson");
    insta::assert_snapshot!("submit_refusals", ran.shown());
    assert!(
        ran.stdout
            .lines()
            .any(|line| line.contains("recorded") && line.contains("r-8"))
    );
}

#[test]
fn refusals_as_json_carry_code_field_and_expected() {
    let desk = Desk::with_ledger();
    desk.write(
        "reports.ndjson",
        &statement("r-1").replace(r#""precision":"day""#, r#""precision":"moment""#),
    );
    let ran = desk.ends(6, "submit --dir ledger --key newsdesk.key reports.ndjson -o json");
    let row = &serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap()["receipts"][0];
    assert_eq!(
        (&row["outcome"], &row["code"]),
        (&"refused".into(), &"invalid_value".into())
    );
    assert_eq!(row["field"], "data.content.time.precision");
    let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(error["error"]["details"][0]["at"], "line 1");
    assert_eq!(error["error"]["exit"], 6);
}

#[test]
fn a_refusal_leaves_no_gap_in_the_counter() {
    let desk = Desk::with_ledger();
    let lines = [
        statement("r-1"),
        denial("r-2", "france", "nothing"),
        statement("r-3"),
    ];
    desk.write("reports.ndjson", &lines.join("\n"));
    desk.ends(6, "submit --dir ledger --key newsdesk.key reports.ndjson");
    let producers = desk.json("view producers --dir ledger --where producer=newsdesk -o json");
    let row = &producers["rows"][0];
    assert_eq!(
        (
            &row["reports"],
            &row["last_seq"],
            &row["gaps_count"],
            &row["forks_count"]
        ),
        (&2.into(), &2.into(), &0.into(), &0.into()),
        "{row}"
    );
    let last = desk.json("log get 3 --dir ledger -o json");
    assert_eq!(
        (&last["report"]["id"], &last["report"]["producerseq"]),
        (&"r-3".into(), &2.into())
    );
}

/// The notes were signed elsewhere with the same key; a draft after them, in the same run, used to take their number again.
#[test]
fn a_draft_after_notes_of_its_producer_is_no_fork() {
    let desk = Desk::with_ledger();
    let copied = desk
        .command("cp".as_ref())
        .args(["-r", "ledger", "copy"])
        .status()
        .unwrap();
    assert!(copied.success());
    let first = [
        incident("n-1", "azerbaijan", "karabakh-armenian"),
        statement("n-2"),
    ];
    desk.write("first.ndjson", &first.join("\n"));
    desk.good("submit --dir copy --key newsdesk.key first.ndjson");
    let note = |index: u64| {
        let entry = desk.good(&format!("log get {index} --dir copy"));
        entry.splitn(3, '\n').nth(2).unwrap().to_owned()
    };
    let mixed = [
        note(2),
        note(3),
        denial("r-1", "karabakh-armenian", "n-1"),
        statement("r-2"),
    ];
    desk.write("mixed.ndjson", &mixed.join("\n"));
    desk.good("submit --dir ledger --key newsdesk.key mixed.ndjson");
    let producers = desk.json("view producers --dir ledger --where producer=newsdesk -o json");
    let row = &producers["rows"][0];
    for (field, expected) in [
        ("reports", 4),
        ("last_seq", 4),
        ("gaps_count", 0),
        ("forks_count", 0),
    ] {
        assert_eq!(row[field], expected, "{field}: {row}");
    }
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    let desk = Desk::with_ledger();
    let twice = statement("r-1").replace(r#""act":"demand""#, r#""act":"call_for_peace","act":"demand""#);
    desk.write("reports.ndjson", &twice);
    let ran = desk.ends(6, "submit --dir ledger --key newsdesk.key reports.ndjson");
    assert!(
        ran.stderr.contains("duplicate_field at data.content.act"),
        "{}",
        ran.stderr
    );
}

/// Input beyond the limit used to be cut, and what was left was submitted.
#[test]
fn an_input_that_is_too_long_is_refused_whole() {
    let desk = Desk::with_ledger();
    desk.write("reports.ndjson", &format!("{}\n", statement("r-1")));
    let file = std::fs::File::options()
        .write(true)
        .open(desk.path("reports.ndjson"))
        .unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    for input in ["-", "reports.ndjson"] {
        let mut command = desk.command(crate::desk::binary());
        command.args(["submit", "--dir", "ledger", "--key", "newsdesk.key", input]);
        command.stdin(std::fs::File::open(desk.path("reports.ndjson")).unwrap());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(2) && stderr.contains("hint: split the file"),
            "{input}: {stderr}"
        );
    }
    assert_eq!(desk.json("log head --dir ledger -o json")["tree_size"], 2);
}

#[test]
fn the_same_file_again_gets_the_first_receipts() {
    let desk = Desk::with_ledger();
    let lines = [
        incident("r-1", "azerbaijan", "karabakh-armenian"),
        denial("r-2", "karabakh-armenian", "r-1"),
    ];
    desk.write("reports.ndjson", &lines.join("\n"));
    let line = "submit --dir ledger --key newsdesk.key --receipts receipts reports.ndjson -o json";
    let first = desk.json(line);
    let again = desk.json(line);
    for (one, other) in first["receipts"]
        .as_array()
        .unwrap()
        .iter()
        .zip(again["receipts"].as_array().unwrap())
    {
        assert_eq!(
            (&one["outcome"], &other["outcome"]),
            (&"recorded".into(), &"repeated".into())
        );
        assert_eq!((&one["index"], &one["hash"]), (&other["index"], &other["hash"]));
    }
    assert_eq!(desk.json("log head --dir ledger -o json")["tree_size"], 4);
    let key = "--key ledger/keys/log.key";
    desk.good(&format!(
        "receipt verify receipts/3.tlog-proof --entry receipts/3.entry {key}"
    ));
    // The same id with other words is another report.
    desk.write("reports.ndjson", &incident("r-1", "azerbaijan", "russia"));
    let ran = desk.ends(6, "submit --dir ledger --key newsdesk.key reports.ndjson");
    assert!(ran.stderr.contains("id_conflict"), "{}", ran.stderr);
}

#[test]
fn a_signed_note_is_sent_as_it_is() {
    let desk = Desk::with_ledger();
    desk.write("reports.ndjson", &statement("r-1"));
    desk.good("submit --dir ledger --key newsdesk.key reports.ndjson");
    let entry = desk.good("log get 2 --dir ledger");
    let note = entry.splitn(3, '\n').nth(2).unwrap();
    desk.write("note.txt", note);
    let again = desk.json("submit --dir ledger note.txt -o json");
    assert_eq!(again["receipts"][0]["outcome"], "repeated");
    desk.write("forged.txt", &note.replace("azerbaijan", "azerbaijas"));
    let ran = desk.ends(6, "submit --dir ledger forged.txt");
    assert!(ran.stderr.contains("bad_signature"), "{}", ran.stderr);
    let marks = desk.json("log get 3 --dir ledger -o json");
    assert_eq!(marks["report"]["type"], "refusal.recorded.v1");
}

#[test]
fn drafts_need_a_key_and_standard_input_works() {
    let desk = Desk::with_ledger();
    desk.write("reports.ndjson", &statement("r-1"));
    insta::assert_snapshot!(
        "submit_without_key",
        desk.run("submit --dir ledger reports.ndjson").shown()
    );
    desk.ends(4, "submit --dir ledger --key newsdesk.key nothing.ndjson");
    let mut command = desk.command(crate::desk::binary());
    command.args(["submit", "--dir", "ledger", "--key", "newsdesk.key", "-"]);
    command.stdin(std::fs::File::open(desk.path("reports.ndjson")).unwrap());
    assert!(command.output().unwrap().status.success());
}

#[test]
fn keys_are_enrolled_rotated_and_revoked() {
    let desk = Desk::with_ledger();
    desk.good("key generate newsdesk --out second.key");
    desk.write("reports.ndjson", &statement("r-1"));
    desk.ends(6, "submit --dir ledger --key second.key reports.ndjson");
    desk.good("producer rotate newsdesk --dir ledger --key second.key");
    desk.good("submit --dir ledger --key second.key reports.ndjson");
    desk.write("reports.ndjson", &statement("r-2"));
    let ran = desk.ends(6, "submit --dir ledger --key newsdesk.key reports.ndjson");
    assert!(ran.stderr.contains("revoked_key"), "{}", ran.stderr);
    let revoke =
        "producer revoke newsdesk --dir ledger --key second.key --compromised-since 2022-03-26T00:00:00Z";
    desk.good(revoke);
    let ran = desk.ends(6, "submit --dir ledger --key second.key reports.ndjson");
    assert!(ran.stderr.contains("revoked_key"), "{}", ran.stderr);
    desk.good("audit --dir ledger");
}

#[test]
fn only_the_operator_enrols() {
    let desk = Desk::with_ledger();
    desk.good("key generate other --out other.key");
    let line = "producer enrol other --dir ledger --key other.key --may claim --operator-key newsdesk.key";
    insta::assert_snapshot!("enrol_not_permitted", desk.run(line).shown());
    insta::assert_snapshot!(
        "enrol_wrong_grant",
        desk.run("producer enrol other --dir ledger --key other.key --may everything")
            .shown()
    );
}
