//! Views: every format, earlier sizes, conditions, one row with its proof.

use crate::desk::{Desk, denial, incident};

fn disputed() -> Desk {
    let desk = Desk::with_ledger();
    let lines = [
        incident("r-1", "azerbaijan", "karabakh-armenian"),
        incident("r-2", "karabakh-armenian", "azerbaijan"),
        denial("r-3", "azerbaijan", "r-2"),
    ];
    desk.write("reports.ndjson", &lines.join("\n"));
    desk.good("submit --dir ledger --key newsdesk.key reports.ndjson");
    desk
}

#[test]
fn a_view_in_each_format() {
    let desk = disputed();
    insta::assert_snapshot!(
        "view_table",
        desk.run("view allegations --dir ledger --where row=side").shown()
    );
    let document = desk.json("view allegations --dir ledger -o json");
    let names: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "codebook",
            "digest",
            "root",
            "rows",
            "tree_size",
            "version",
            "view"
        ]
    );
    assert_eq!(document["tree_size"], 5);
    let lines = desk.good("view allegations --dir ledger -o ndjson");
    assert_eq!(lines.lines().count(), document["rows"].as_array().unwrap().len());
    assert!(lines.lines().all(|line| line.starts_with(r#"{"key":"#)));
    let csv = desk.good("view allegations --dir ledger -o csv");
    let (header, first) = (csv.lines().next().unwrap(), csv.lines().nth(1).unwrap());
    assert!(
        header.ends_with("view,view_version,view_tree_size,view_root,view_digest,view_codebook"),
        "{header}"
    );
    assert!(first.contains(document["digest"].as_str().unwrap()), "{first}");
}

#[test]
fn earlier_numbers_and_the_same_digest_from_exported_bytes() {
    let desk = disputed();
    let side = |line: &str| desk.json(line)["rows"].as_array().unwrap().clone();
    let before = side("view allegations --dir ledger --as-of 3 --where key=side/azerbaijan -o json");
    assert!(before.first().is_none_or(|row| row["alleged"] == 0), "{before:?}");
    let after = side("view allegations --dir ledger --as-of 5 --where key=side/azerbaijan -o json");
    assert_eq!(
        (&after[0]["alleged"], &after[0]["denied"]),
        (&1.into(), &1.into())
    );
    desk.good("log export public --dir ledger");
    for view in ["allegations", "incidents", "producers"] {
        for size in ["--as-of 4", ""] {
            let live = desk.good(&format!("view {view} --dir ledger {size} -o json"));
            let exported = desk.good(&format!("view {view} --from public {size} -o json"));
            assert_eq!(live, exported, "{view} {size}");
        }
    }
    insta::assert_snapshot!(
        "as_of_too_many",
        desk.run("view allegations --dir ledger --as-of 99").shown()
    );
}

#[test]
fn conditions_choose_rows_and_say_how_many_there_are() {
    let desk = disputed();
    let ran = desk.run("view allegations --dir ledger --where status=disputed -o ndjson");
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert!(ran.stderr.contains("showing 1 of "), "{}", ran.stderr);
    assert_eq!(
        desk.run("view allegations --dir ledger --where side=nowhere")
            .code,
        0
    );
    desk.ends(2, "view allegations --dir ledger --where nonsense");
    insta::assert_snapshot!("unknown_view", desk.run("view weather --dir ledger").shown());
}

#[test]
fn the_views_are_listed_without_a_name() {
    let desk = disputed();
    let listed = desk.json("view --dir ledger -o json");
    let names: Vec<&str> = listed["views"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|view| view["view"].as_str())
        .collect();
    for name in [
        "allegations",
        "casualties",
        "contacts",
        "control",
        "incidents",
        "observations",
        "peacekeeping",
        "producers",
        "statements",
    ] {
        assert!(names.contains(&name), "{name} of {names:?}");
    }
}

#[test]
fn one_row_is_proved_offline() {
    let desk = disputed();
    desk.good("view allegations --dir ledger --prove side/azerbaijan --out number");
    let verify = "receipt verify number.tlog-proof --row number.json --key ledger/keys/log.key";
    insta::assert_snapshot!("row_verified", desk.run(verify).shown());
    desk.flip("number.json", 30);
    insta::assert_snapshot!("row_changed", desk.run(verify).shown());
    desk.flip("number.json", 30);
    desk.good(verify);
    for at in [40, desk.read("number.tlog-proof").len() - 20] {
        desk.flip("number.tlog-proof", at);
        desk.ends(3, verify);
        desk.flip("number.tlog-proof", at);
    }
    insta::assert_snapshot!(
        "no_such_row",
        desk.run("view allegations --dir ledger --prove side/nobody --out x")
            .shown()
    );
}
