//! Exports: every form in a file, what lies beside it, changes since, and what goes wrong.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::desk::{Desk, denial, incident};

/// An incident with a place and three dead.
fn with_dead(id: &str, place: &str) -> [String; 2] {
    let claim = format!(
        r#"{{"id":"{id}","type":"incident.reported.v1","time":"2022-03-26T12:00:00Z","data":{{"provenance":{{"asserted_by":{{"as_named":"=cmd|' /C calc'!A0","capacity":"party"}},"hedge":"stated","verbatim":"=1+1"}},"content":{{"kind":"mortar","accused":"azerbaijan","time":{{"earliest":"2022-03-26T00:00:00Z","latest":"2022-03-26T23:59:59Z","precision":"day"}},"place":{place}}}}}}}"#
    );
    let dead = format!(
        r#"{{"id":"{id}-dead","type":"casualties.reported.v1","time":"2022-03-26T12:01:00Z","data":{{"provenance":{{"asserted_by":{{"actor":"karabakh-armenian","capacity":"party"}},"hedge":"stated"}},"content":{{"side":"karabakh-armenian","status":"military","incident":"@{id}","killed":{{"min":3,"best":3,"max":3,"relation":"exactly"}}}}}}}}"#
    );
    [claim, dead]
}

const SHOWN: &str = r#"{"names":[{"name":"Farrukh"}],"lat":39.9123456,"lon":46.7654321,"precision":"exact"}"#;

fn disputed() -> Desk {
    let desk = Desk::with_ledger();
    let mut lines = vec![
        incident("r-1", "azerbaijan", "karabakh-armenian"),
        incident("r-2", "karabakh-armenian", "azerbaijan"),
        denial("r-3", "azerbaijan", "r-2"),
    ];
    lines.extend(with_dead("r-4", SHOWN));
    desk.write("reports.ndjson", &lines.join("\n"));
    desk.good("submit --dir ledger --key newsdesk.key reports.ndjson");
    desk
}

fn names(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(desk.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !["ledger", "newsdesk.key", "reports.ndjson"].contains(&name.as_str()))
        .collect();
    names.sort();
    names
}

fn text(desk: &Desk, name: &str) -> String {
    String::from_utf8(desk.read(name)).unwrap()
}

/// The rows of a CSV file as cells by column.
fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let pair = |(name, cell): (&str, &str)| (name.to_owned(), cell.to_owned());
    reader
        .records()
        .map(|record| header.iter().zip(&record.unwrap()).map(pair).collect())
        .collect()
}

#[test]
fn every_form_is_written_with_what_it_comes_from() {
    let desk = disputed();
    for (line, expected) in [
        (
            "csv allegations --out x.csv",
            &["x.csv", "x.csv-metadata.json"][..],
        ),
        ("ndjson allegations --out x.ndjson", &["x.ndjson"]),
        ("geojson --out x.geojson", &["x.geojson"]),
        ("xlsx casualties --out x.xlsx", &["x.xlsx"]),
        ("csv contested --out x.csv", &["x.csv", "x.csv-metadata.json"]),
        (
            "acled --out a.csv",
            &["a.csv", "a.csv-left-out.csv", "a.csv-metadata.json"],
        ),
        (
            "ged --out g.csv",
            &["g.csv", "g.csv-left-out.csv", "g.csv-metadata.json"],
        ),
    ] {
        let told = desk.json(&format!("export {line} --dir ledger --licence CC-BY-4.0 -o json"));
        assert_eq!(names(&desk), expected, "{line}");
        assert_eq!(told["tree_size"], 7, "{line}");
        let root = told["root"].as_str().unwrap().to_owned();
        let said = expected.iter().any(|name| {
            let bytes = desk.read(name);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.contains(&root) && text.contains("CC-BY-4.0") && text.contains("imply no opinion")
        });
        assert!(said || line.starts_with("xlsx"), "{line}");
        for name in expected {
            std::fs::remove_file(desk.path(name)).unwrap();
        }
    }
}

#[test]
fn cells_do_not_run_and_numbers_are_numbers() {
    let desk = disputed();
    desk.good("export csv allegations --dir ledger --where row=allegation --out x.csv");
    let rows = records(&text(&desk, "x.csv"));
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter()
            .flat_map(BTreeMap::values)
            .all(|cell| !cell.starts_with(['=', '@']))
    );
    desk.good("export ged --dir ledger --out g.csv");
    let row = &records(&text(&desk, "g.csv"))[0];
    assert_eq!(
        ["low", "best", "high", "latitude", "longitude", "source_original"]
            .map(|column| row[column].as_str()),
        ["3", "3", "3", "39.9123456", "46.7654321", "'=cmd|' /C calc'!A0"]
    );
    desk.good("export acled --dir ledger --out a.csv");
    let rows = records(&text(&desk, "a.csv"));
    assert!(rows.iter().any(|row| row["notes"] == "'=1+1"), "{rows:?}");
    let left_out = text(&desk, "g.csv-left-out.csv");
    assert_eq!(left_out.matches(",row,,no_deaths,").count(), 2, "{left_out}");
}

#[test]
fn standard_output_holds_the_export_alone() {
    let desk = disputed();
    let ran = desk.ends(0, "export csv allegations --dir ledger --where row=side");
    assert!(ran.stdout.starts_with("key,row,side,"), "{}", ran.stdout);
    assert_eq!(ran.stdout.lines().count(), 3);
    assert!(
        ran.stderr.contains("root: ") && ran.stderr.contains("disclaimer: "),
        "{}",
        ran.stderr
    );
    let map: Value = desk.json("export geojson observations --dir ledger");
    assert_eq!(map["features"], serde_json::json!([]));
    let map: Value = desk.json("export geojson incidents --dir ledger");
    let points: Vec<&Value> = map["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| &feature["geometry"]["coordinates"])
        .filter(|point| !point.is_null())
        .collect();
    assert_eq!(points, [&serde_json::json!([46.765_432_1, 39.912_345_6])]);
    let ran = desk.ends(0, "export ged --dir ledger");
    assert!(
        ran.stderr.contains("holds only events with deaths: 2"),
        "{}",
        ran.stderr
    );
    assert_eq!(desk.unread("export ndjson allegations --dir ledger").0, 0);
    assert_eq!(names(&desk), [""; 0]);
}

#[test]
fn changes_since_a_tree_size() {
    let desk = disputed();
    let lines = desk.good("export ndjson allegations --dir ledger --since 4");
    let mut lines = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(lines.next().unwrap()["query"]["since"], 4);
    let changes: Vec<String> = lines
        .map(|row| {
            format!(
                "{} {}",
                row["change"].as_str().unwrap(),
                row["key"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            // It is denied now, and there is another one.
            "changed allegation/000000000003",
            "added allegation/000000000005",
            "changed side/azerbaijan"
        ]
    );
    assert_eq!(desk.good("export csv allegations --dir ledger --since 7"), "");
    let ran = desk.ends(0, "export ged --dir ledger --since 5");
    assert_eq!(records(&ran.stdout).len(), 1);
    assert_eq!(records(&desk.good("export ged --dir ledger --since 7")).len(), 0);
    let ran = desk.ends(2, "export csv allegations --dir ledger --as-of 4 --since 5");
    assert!(ran.stderr.contains("--since 5 is later"), "{}", ran.stderr);
}

#[test]
fn exported_tiles_give_the_same_bytes() {
    let desk = disputed();
    desk.good("log export tiles --dir ledger");
    for form in ["csv allegations", "ndjson casualties", "geojson", "ged", "acled"] {
        let from_ledger = desk.good(&format!("export {form} --dir ledger"));
        assert_eq!(
            from_ledger,
            desk.good(&format!("export {form} --from tiles")),
            "{form}"
        );
    }
}

#[test]
fn a_failed_export_leaves_the_old_file_and_nothing_else() {
    let desk = disputed();
    desk.write("x.csv", "old");
    for (code, line) in [
        (4, "export csv nonsense --dir ledger --out x.csv"),
        (4, "export csv allegations --dir ledger --out missing/x.csv"),
        (4, "export csv allegations --dir ledger --as-of 99 --out x.csv"),
        (2, "export xlsx allegations --dir ledger"),
        (2, "export geojson statements --dir ledger --out x.csv"),
        (2, "export csv allegations --dir ledger --out /"),
        (2, "export csv allegations --out x.csv"),
    ] {
        desk.ends(code, line);
        assert_eq!(
            (names(&desk), text(&desk, "x.csv").as_str()),
            (vec!["x.csv".to_owned()], "old"),
            "{line}"
        );
    }
}

#[test]
fn a_withheld_place_has_no_point_in_any_form() {
    let desk = Desk::with_ledger();
    let mut lines = with_dead("r-1", SHOWN).to_vec();
    lines.push(
        r#"{"id":"k-1","type":"claim.corrected.v1","time":"2022-03-27T12:00:00Z","data":{"provenance":{"asserted_by":{"actor":"karabakh-armenian","capacity":"party"},"hedge":"stated"},"content":{"target":"@r-1","reason":"publisher_error","replacement":{"type":"incident.reported.v1","content":{"kind":"mortar","accused":"azerbaijan","time":{"precision":"unknown"},"place":{"names":[{"name":"Farrukh"}],"precision":"withheld"}}}}}}"#.to_owned(),
    );
    desk.write("reports.ndjson", &lines.join("\n"));
    desk.good("submit --dir ledger --key newsdesk.key reports.ndjson");
    // Also as of the tree size at which it still had one.
    for size in ["", "--as-of 4"] {
        for form in [
            "geojson",
            "ged",
            "acled",
            "csv incidents",
            "csv casualties",
            "ndjson incidents",
        ] {
            let out = desk.good(&format!("export {form} --dir ledger {size}"));
            assert!(
                !out.contains("39.91") && !out.contains("46.76"),
                "{form} {size}: {out}"
            );
        }
    }
}

/// UCDP GED 23.1, a sample of 1,000 rows (CC BY 4.0; `SOURCES.md` beside it).
const GED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../importer/tests/data/ucdp_ged_v23_1_sample1000.csv"
);

#[test]
fn what_came_from_ged_goes_back_with_the_same_numbers() {
    let desk = Desk::with_ledger();
    desk.good(&format!(
        "import ged {GED} --dir ledger --key newsdesk.key --zone +04:00"
    ));
    let told = desk.json("export ged --dir ledger --out back.csv -o json");
    assert_eq!(told["rows"], 1_000, "{told}");
    let given = records(&std::fs::read_to_string(GED).unwrap());
    let back = records(&text(&desk, "back.csv"));
    let by_id = |rows: &[BTreeMap<String, String>]| -> BTreeMap<String, BTreeMap<String, String>> {
        rows.iter().map(|row| (row["id"].clone(), row.clone())).collect()
    };
    let (given, back) = (by_id(&given), by_id(&back));
    assert_eq!(given.len(), 1_000);
    assert!(given.keys().eq(back.keys()));
    let mut other: BTreeMap<&str, u32> = BTreeMap::new();
    for (id, row) in &given {
        for (column, cell) in row {
            let same = match column.as_str() {
                "date_start" | "date_end" => back[id][column] == cell[..10],
                "latitude" | "longitude" => number(&back[id][column]).total_cmp(&number(cell)).is_eq(),
                // Degrees that are a number may be written shorter.
                "geom_wkt" => back[id][column].is_empty() == cell.is_empty(),
                _ => words(&back[id][column]) == words(cell),
            };
            if !same {
                *other.entry(column).or_default() += 1;
            }
        }
    }
    assert_eq!(other, BTreeMap::new());
    for column in ["low", "best", "high"] {
        let total = |rows: &BTreeMap<String, BTreeMap<String, String>>| -> u64 {
            rows.values().map(|row| row[column].parse::<u64>().unwrap()).sum()
        };
        assert_eq!(total(&back), total(&given), "{column}");
    }
}

/// Words without the guard before a handle such as `@name`; a report holds no line breaks, they became spaces.
fn words(cell: &str) -> Vec<&str> {
    let cell = cell.strip_prefix('\'').unwrap_or(cell);
    cell.split_whitespace().collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Rows in the shape of ACLED. They are invented: ACLED's own files may not be redistributed.
const ACLED: &str = "\
event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp
XYZ9001,2022-03-26,2022,1,Political violence,Explosions/Remote violence,Shelling/artillery/missile attack,Side One,,State forces,Side Two,,State forces,State forces-State forces,,31,Caucasus and Central Asia,Nowhere,North,Hill,,Upper Village,39.9,46.8,2,Agency A; Agency B,Regional-International,\"On 26 March 2022, Side One said that Side Two shelled Upper Village.\",2,,1648600000
XYZ9002,2022-03-27,2022,2,Political violence,Battles,Armed clash,Side One,,State forces,Side Two,,State forces,State forces-State forces,,31,Caucasus and Central Asia,Nowhere,North,Hill,,Lower Village,39.8,46.9,1,Agency A,National,A clash near Lower Village.,0,crowd size=no report,1648600001
";

#[test]
fn what_came_from_acled_goes_back_with_its_updates_and_deletions() {
    let desk = Desk::with_ledger();
    desk.write("acled.csv", ACLED);
    desk.good("import acled acled.csv --dir ledger --key newsdesk.key");
    let back = records(&desk.good("export acled --dir ledger"));
    assert_eq!(back, records(ACLED));
    let since = desk.json("log head --dir ledger -o json")["tree_size"]
        .as_u64()
        .unwrap();

    let later = ACLED.replace(",2,,1648600000", ",3,,1648700000");
    desk.write("acled.csv", &later);
    desk.good("import acled acled.csv --dir ledger --key newsdesk.key");
    desk.write(
        "deleted.csv",
        "event_id_cnty,deleted_timestamp\nXYZ9002,1648800000\n",
    );
    desk.good("import acled deleted.csv --deleted --dir ledger --key newsdesk.key");
    desk.good(&format!(
        "export acled --dir ledger --since {since} --out changes.csv"
    ));
    let changes = records(&text(&desk, "changes.csv"));
    assert_eq!(changes, &records(&later)[..1]);
    let left_out = text(&desk, "changes.csv-left-out.csv");
    assert_eq!(left_out.matches(",row,,retracted,").count(), 1, "{left_out}");
}

#[test]
fn the_page_is_true_as_it_is_written() {
    let page = include_str!("../../../../docs/reference/exporting.md");
    let block = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let desk = Desk::new();
    for line in block.lines() {
        desk.good(line.strip_prefix("armistice ").unwrap());
    }
    assert!(desk.path("casualties.xlsx").exists() && desk.path("ged.csv-left-out.csv").exists());
}
