//! Export, audit and receipts: what is right passes, one changed bit does not.

use crate::desk::{Desk, statement};

fn exported() -> Desk {
    let desk = Desk::with_ledger();
    let lines: Vec<String> = (0..300).map(|number| statement(&format!("r-{number}"))).collect();
    desk.write("reports.ndjson", &lines.join("\n"));
    desk.good("submit --dir ledger --key newsdesk.key --receipts receipts reports.ndjson");
    desk.good("log export public --dir ledger");
    desk
}

const AUDIT: &str = "audit --from public --key ledger/keys/log.key";

#[test]
fn a_right_log_passes_and_each_flipped_bit_is_found() {
    let desk = exported();
    insta::assert_snapshot!(
        "audit_right",
        desk.run("audit --from public --key ledger/keys/log.key").shown()
    );
    let verdict = desk.json(&format!("{AUDIT} -o json"));
    assert_eq!(
        (&verdict["verdict"], &verdict["tree_size"]),
        (&"right".into(), &302.into())
    );
    for (file, at, position) in [
        ("public/tile/entries/000", 40_000, true),
        ("public/tile/entries/001.p/46", 100, true),
        ("public/tile/0/000", 32 * 17 + 3, true),
        ("public/tile/0/001.p/46", 5, true),
        ("public/tile/1/000.p/1", 9, true),
        ("public/checkpoint", 40, false),
    ] {
        desk.flip(file, at);
        let ran = desk.ends(3, &format!("{AUDIT} -o json"));
        let verdict: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
        assert_eq!(
            verdict["first_bad_entry"].is_u64(),
            position,
            "{file} {}",
            ran.stdout
        );
        desk.flip(file, at);
    }
    desk.good(AUDIT);
    desk.flip("public/tile/0/000", 32 * 17 + 3);
    insta::assert_snapshot!("audit_wrong", desk.run(AUDIT).shown());
}

#[test]
fn the_verdict_is_in_the_csv_as_well() {
    let desk = exported();
    let csv = desk.good(&format!("{AUDIT} -o csv"));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "view,version,rows,digest,tree_size,root,verdict,first_bad_entry"
    );
    assert_eq!(lines.len(), 13);
    assert!(lines[1..].iter().all(|line| line.ends_with(",right,")), "{csv}");
    desk.flip("public/tile/0/000", 32 * 17 + 3);
    let csv = desk.ends(3, &format!("{AUDIT} -o csv")).stdout;
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines.len() == 2 && lines[1].ends_with(",wrong,17"), "{csv}");
}

/// `armistice audit | head -1` used to end with 0 whatever the verdict: the closed pipe came first.
#[test]
fn a_closed_pipe_hides_no_verdict() {
    let desk = exported();
    assert_eq!(desk.unread(AUDIT), (0, String::new()));
    assert_eq!(desk.unread(&format!("{AUDIT} --keep kept")).0, 0);
    assert!(desk.path("kept").exists());
    desk.flip("public/tile/0/000", 32 * 17 + 3);
    for format in ["table", "json", "csv"] {
        let (code, stderr) = desk.unread(&format!("{AUDIT} -o {format}"));
        assert!(
            code == 3 && stderr.contains("wrong at entry 17"),
            "{format} {stderr}"
        );
    }
    desk.write("bad.ndjson", "nonsense");
    let submit = "submit --dir ledger --key newsdesk.key";
    let (code, stderr) = desk.unread(&format!("{submit} bad.ndjson"));
    assert!(code == 6 && stderr.contains("invalid_json"), "{stderr}");
    assert_eq!(
        desk.unread(&format!("{submit} reports.ndjson")),
        (0, String::new())
    );
    assert_eq!(desk.unread("demo").0, 0);
}

#[test]
fn what_cannot_be_read_is_not_called_wrong() {
    let desk = exported();
    std::fs::remove_file(desk.path("public/tile/0/000")).unwrap();
    desk.ends(3, AUDIT);
    // A folder in the place of the file is as good as no file.
    std::fs::create_dir(desk.path("public/tile/0/000")).unwrap();
    desk.ends(3, AUDIT);
    std::fs::remove_dir(desk.path("public/tile/0/000")).unwrap();
    // A link to itself: reading fails for everybody, root included, and that says nothing about the log.
    std::os::unix::fs::symlink("000", desk.path("public/tile/0/000")).unwrap();
    insta::assert_snapshot!("audit_unreadable", desk.run(AUDIT).shown());
}

#[test]
fn a_kept_checkpoint_shows_a_log_that_went_another_way() {
    let desk = exported();
    desk.good(&format!("{AUDIT} --keep kept"));
    desk.write("more.ndjson", &statement("more"));
    desk.good("submit --dir ledger --key newsdesk.key more.ndjson");
    desk.good("log export public --dir ledger");
    let ran = desk.run(&format!("{AUDIT} --since kept"));
    assert!(
        ran.code == 0 && ran.stdout.contains("the checkpoint that was kept"),
        "{}",
        ran.shown()
    );
    desk.good("audit --dir ledger --since kept");
    // The same key, another history: the ledger of 302 entries goes on differently.
    let copy = Desk::with_ledger();
    copy.good("log export public --dir ledger");
    std::fs::copy(copy.path("public/checkpoint"), desk.path("kept")).unwrap();
    desk.ends(3, &format!("{AUDIT} --since kept"));
}

#[test]
fn an_export_goes_on_where_it_stopped_and_keeps_to_its_log() {
    let desk = exported();
    desk.write("more.ndjson", &statement("more"));
    desk.good("submit --dir ledger --key newsdesk.key more.ndjson");
    let again = desk.json("log export public --dir ledger -o json");
    assert_eq!((&again["kept"], &again["tree_size"]), (&3.into(), &303.into()));
    desk.good(AUDIT);
    let other = Desk::with_ledger();
    let folder = desk.path("public");
    let line = format!("log export {} --dir ledger", folder.display());
    let ran = other.ends(6, &line);
    assert!(ran.stderr.contains("holds another log"), "{}", ran.stderr);
    desk.good(AUDIT);
}

#[test]
fn an_exported_log_needs_a_key() {
    let desk = exported();
    desk.ends(2, "audit --from public");
    desk.ends(2, "audit --from public --key nonsense");
    let other = Desk::with_ledger();
    let key = other.path("ledger/keys/log.key");
    desk.ends(3, &format!("audit --from public --key {}", key.display()));
}

#[test]
fn a_receipt_proves_its_entry_and_no_other() {
    let desk = exported();
    let verify =
        "receipt verify receipts/200.tlog-proof --entry receipts/200.entry --key ledger/keys/log.key";
    insta::assert_snapshot!("receipt_verified", desk.run(verify).shown());
    let json = desk.json(&format!("{verify} -o json"));
    assert_eq!(
        (&json["verdict"], &json["index"]),
        (&"verified".into(), &200.into())
    );
    // The producer holds its note only: the receipt carries the rest.
    let entry = String::from_utf8(desk.read("receipts/200.entry")).unwrap();
    desk.write("note", entry.splitn(3, '\n').nth(2).unwrap());
    desk.good("receipt verify receipts/200.tlog-proof --entry note --key ledger/keys/log.key");
    desk.ends(
        3,
        "receipt verify receipts/200.tlog-proof --entry receipts/201.entry --key ledger/keys/log.key",
    );
    desk.flip("receipts/200.entry", 300);
    insta::assert_snapshot!("receipt_changed", desk.run(verify).shown());
    desk.flip("receipts/200.entry", 300);
    let length = desk.read("receipts/200.tlog-proof").len();
    for at in (0..length).step_by(37) {
        desk.flip("receipts/200.tlog-proof", at);
        let ran = desk.run(verify);
        // The extra line is the holder's own and not needed for a whole entry.
        let is_extra = (23..110).contains(&at);
        assert!(
            ran.code == 3 || is_extra,
            "byte {at} of the receipt: {}",
            ran.shown()
        );
        desk.flip("receipts/200.tlog-proof", at);
    }
}

#[test]
fn a_changed_store_or_head_is_refused_untouched() {
    let desk = exported();
    let head = desk.read("ledger/log/head");
    desk.flip("ledger/log/head", head.len() - 10);
    desk.ends(3, "audit --dir ledger");
    desk.ends(3, "submit --dir ledger --key newsdesk.key reports.ndjson");
    desk.write("ledger/log/head", &String::from_utf8(head).unwrap());
    desk.good("audit --dir ledger");
    std::fs::remove_file(desk.path("ledger/log/head")).unwrap();
    desk.ends(3, "audit --dir ledger");
}
