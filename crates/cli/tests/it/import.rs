//! `armistice import`: real rows in, nothing lost, nothing twice, and a process that dies on the way.

use std::time::Duration;

use serde_json::Value;

use crate::desk::{Desk, binary};

const SAMPLE: &str = include_str!("../../../importer/tests/data/ucdp_ged_v23_1_sample1000.csv");
const GED: &str = "import ged ged_v23_1.csv --dir ledger --key newsdesk.key --zone +00:00";

fn with_sample() -> Desk {
    let desk = Desk::with_ledger();
    desk.write("ged_v23_1.csv", SAMPLE);
    desk
}

/// The counts that an import prints.
fn counts(desk: &Desk, line: &str) -> impl Fn(&str) -> u64 + use<> {
    let printed = desk.json(&format!("{line} -o json"));
    move |what| {
        let rows = printed["import"].as_array().unwrap();
        let row = rows.iter().find(|row| row["what"] == what);
        row.map_or(0, |row| row["count"].as_u64().unwrap())
    }
}

fn rows(desk: &Desk, view: &str) -> Vec<Value> {
    let printed = desk.good(&format!("view {view} --dir ledger -o ndjson"));
    printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn tree_size(desk: &Desk) -> u64 {
    desk.json("log head --dir ledger -o json")["tree_size"]
        .as_u64()
        .unwrap()
}

/// The producer's counter has no gap, no fork and no broken chain, and the last number is the number of its reports.
fn counter_is_whole(desk: &Desk, reports: u64) {
    let rows = rows(desk, "producers");
    let row = rows.iter().find(|row| row["key"] == "producer/newsdesk").unwrap();
    for field in [
        "gaps_count",
        "forks_count",
        "prev_mismatches_count",
        "missing_count",
    ] {
        assert_eq!(row[field], 0, "{field}");
    }
    assert_eq!(
        (&row["last_seq"], &row["reports"]),
        (&reports.into(), &reports.into())
    );
    assert_eq!(row["refused"], serde_json::json!([]));
}

/// `column` of the file, row by row.
fn column(column: &str) -> Vec<u64> {
    let mut reader = csv::Reader::from_reader(SAMPLE.as_bytes());
    let at = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == column)
        .unwrap();
    reader
        .records()
        .map(|record| record.unwrap()[at].parse().unwrap())
        .collect()
}

#[test]
fn the_sample_imports_whole_and_the_sums_are_the_files() {
    let desk = with_sample();
    let count = counts(&desk, GED);
    assert_eq!(
        (
            count("rows"),
            count("rows_rejected"),
            count("new"),
            count("reports")
        ),
        (1_000, 0, 2_000, 2_000)
    );
    assert_eq!((count("low_above_best"), count("best_above_high")), (8, 5));
    counter_is_whole(&desk, 2_000);

    let casualties = rows(&desk, "casualties");
    let accounts: Vec<&Value> = casualties
        .iter()
        .filter(|row| row["row"] == "figure")
        .flat_map(|row| row["accounts"].as_array().unwrap())
        .collect();
    assert_eq!(accounts.len(), 1_000);
    let sum = |bound: &str| -> u64 {
        accounts
            .iter()
            .map(|account| account["killed"][bound].as_u64().unwrap())
            .sum()
    };
    let (low, best, high) = (column("low"), column("best"), column("high"));
    assert_eq!(
        [&low, &best, &high].map(|column| column.iter().sum::<u64>()),
        [6_224, 9_561, 22_017]
    );
    assert_eq!(sum("best"), 9_561);
    // Of the 13 rows that break low <= best <= high a view takes the smallest as the least and the greatest as the most.
    let of_rows = |pick: fn([u64; 3]) -> u64| -> u64 {
        (0..low.len()).map(|at| pick([low[at], best[at], high[at]])).sum()
    };
    assert_eq!(sum("min"), of_rows(|row| row.into_iter().min().unwrap()));
    assert_eq!(sum("max"), of_rows(|row| row.into_iter().max().unwrap()));
    // The log keeps what the row says: row 7 of the file has low 3, best 2 and high 3.
    let as_given = accounts
        .iter()
        .filter(|account| account["killed"] == serde_json::json!({"min": 2, "best": 2, "max": 3}));
    let entries =
        as_given.map(|account| desk.good(&format!("log get {} --dir ledger", account["entry"]["index"])));
    let entries: Vec<String> = entries
        .filter(|entry| entry.contains("\"ged-23.1-236880-casualties\""))
        .collect();
    assert_eq!(entries.len(), 1);
    assert!(
        entries[0].contains(r#""killed":{"min":3,"best":2,"max":3,"relation":"as_given"}"#),
        "{}",
        entries[0]
    );

    assert_eq!(rows(&desk, "tallies").len(), 66);
    let audit = desk.good("audit --dir ledger");
    assert!(audit.contains("the log is right"), "{audit}");
}

#[test]
fn a_second_import_adds_nothing() {
    let desk = with_sample();
    desk.good(GED);
    let before = tree_size(&desk);
    let count = counts(&desk, GED);
    assert_eq!((count("reports"), count("present"), count("new")), (0, 2_000, 0));
    assert_eq!(tree_size(&desk), before);
    assert!(!desk.path("ged_v23_1.csv.rejected.csv").exists());
    // Another time zone says other days: one release says one thing only.
    let ran = desk.ends(
        6,
        "import ged ged_v23_1.csv --dir ledger --key newsdesk.key --zone +04:00",
    );
    assert!(ran.stderr.contains("id_conflict"), "{}", ran.stderr);
    assert_eq!(tree_size(&desk), before);
}

#[test]
fn a_dry_run_says_what_is_odd_and_adds_nothing() {
    let desk = with_sample();
    let found = desk.json("import ged ged_v23_1.csv --dry-run --zone +00:00 -o json");
    let found = found["findings"].as_array().unwrap();
    let of = |code: &str| -> Vec<u64> {
        let rows = found.iter().filter(|finding| finding["code"] == code);
        rows.map(|finding| finding["row"].as_u64().unwrap()).collect()
    };
    assert_eq!(of("low_above_best"), [7, 31, 256, 314, 671, 732, 904, 939]);
    assert_eq!(of("best_above_high"), [120, 132, 534, 783, 935]);
    // With a ledger it says what would become of the rows.
    let before = tree_size(&desk);
    let line = "import ged ged_v23_1.csv --dry-run --zone +00:00 --dir ledger --key newsdesk.key --findings all.ndjson";
    let ran = desk.ends(0, line);
    assert!(
        ran.stderr.contains("claims: 2000 new; nothing was submitted"),
        "{}",
        ran.stderr
    );
    assert_eq!(tree_size(&desk), before);
    let all = String::from_utf8(desk.read("all.ndjson")).unwrap();
    assert_eq!(all.lines().count(), found.len());
    desk.good(GED);
    for line in [line, &line.replace("--key newsdesk.key", "--producer newsdesk")] {
        let ran = desk.ends(0, line);
        assert!(
            ran.stderr.contains("claims: 2000 present; nothing was submitted"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn drafts_of_a_dry_run_can_be_submitted_elsewhere() {
    let desk = Desk::with_ledger();
    let few: Vec<&str> = SAMPLE.lines().take(5).collect();
    desk.write("ged_v23_1.csv", &format!("{}\n", few.join("\n")));
    desk.good("import ged ged_v23_1.csv --dry-run --zone +00:00 --drafts drafts.ndjson");
    desk.good("submit --dir ledger --key newsdesk.key drafts.ndjson");
    let count = counts(&desk, GED);
    assert_eq!((count("present"), count("reports")), (8, 0));
    counter_is_whole(&desk, 8);
}

#[test]
fn refused_rows_leave_no_gap_and_go_to_a_file_that_can_be_corrected() {
    let desk = Desk::with_ledger();
    let header = SAMPLE.lines().next().unwrap();
    let columns: Vec<&str> = header.split(',').collect();
    let row = |id: &str, change: &str, value: &str| -> Vec<String> {
        let cells = columns.iter().map(|column| match *column {
            one if one == change => value.to_owned(),
            "id" => id.to_owned(),
            "type_of_violence" | "event_clarity" | "date_prec" | "where_prec" | "best" | "low" | "high"
            | "deaths_a" => "1".to_owned(),
            "date_start" | "date_end" => "2022-03-26".to_owned(),
            "where_coordinates" => "Farrukh".to_owned(),
            "deaths_b" | "deaths_civilians" | "deaths_unknown" => "0".to_owned(),
            "latitude" | "longitude" | "side_a_new_id" => String::new(),
            // Every one of them is as long as a cell of a report may be: together they are longer than an entry.
            _ if change == "all" => value.to_owned(),
            _ => String::new(),
        });
        cells.collect()
    };
    let long = "x".repeat(4_000);
    let table = [
        row("1", "", ""),
        row("2", "best", "one"),
        row("3", "all", &long),
        row("4", "", ""),
        row("5", "date_end", "2022-03-25"),
        row("6", "", ""),
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns).unwrap();
    for row in &table {
        writer.write_record(row).unwrap();
    }
    desk.write(
        "ged_v23_1.csv",
        &String::from_utf8(writer.into_inner().unwrap()).unwrap(),
    );

    let ran = desk.ends(6, GED);
    assert!(
        ran.stderr.contains("3 of 6 rows were not carried"),
        "{}",
        ran.stderr
    );
    for code in ["number_invalid", "entry_too_large", "date_order"] {
        assert!(ran.stderr.contains(code), "{code}\n{}", ran.stderr);
    }
    counter_is_whole(&desk, 6);
    let rejected = String::from_utf8(desk.read("ged_v23_1.csv.rejected.csv")).unwrap();
    assert_eq!(rejected.lines().count(), 4);
    assert!(rejected.starts_with(header));

    let corrected = rejected
        .replace("one", "1")
        .replace("2022-03-25", "2022-03-26")
        .replace(&long, "");
    desk.write("corrected.csv", &corrected);
    let count = counts(
        &desk,
        "import ged corrected.csv --release 23.1 --dir ledger --key newsdesk.key --zone +00:00",
    );
    assert_eq!((count("new"), count("rows_rejected")), (6, 0));
    counter_is_whole(&desk, 12);
    // The file with the errors once more: it is told again, and nothing is added.
    desk.ends(6, &format!("{GED} --rejected again.csv"));
    counter_is_whole(&desk, 12);
}

/// Two rows of the sample, the second of which has `best` for its best estimate.
fn with_best(best: &str) -> String {
    let mut reader = csv::Reader::from_reader(SAMPLE.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = reader.headers().unwrap().clone();
    writer.write_record(&header).unwrap();
    for (at, record) in reader.records().take(2).enumerate() {
        let record = record.unwrap();
        let cells = header.iter().zip(&record);
        let changed = cells.map(|(column, cell)| if at == 1 && column == "best" { best } else { cell });
        writer.write_record(changed).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn rejected_rows_are_written_over_nothing() {
    let desk = Desk::with_ledger();
    desk.write("ged_v23_1.csv", &with_best("one"));
    let files = || {
        let names = std::fs::read_dir(desk.path(".")).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("rejected"))
            .collect();
        names.sort();
        names
    };
    let ran = desk.ends(6, GED);
    assert!(
        ran.stderr.contains("they are in ged_v23_1.csv.rejected.csv"),
        "{}",
        ran.stderr
    );
    let first = desk.read("ged_v23_1.csv.rejected.csv");
    // The same rows once more are the same file.
    desk.ends(6, GED);
    assert_eq!(files(), ["ged_v23_1.csv.rejected.csv"]);
    // Somebody corrects them: a later import leaves that alone.
    desk.write("ged_v23_1.csv.rejected.csv", "half corrected");
    let ran = desk.ends(6, GED);
    assert!(
        ran.stderr.contains("they are in ged_v23_1.csv.rejected-2.csv"),
        "{}",
        ran.stderr
    );
    assert_eq!(desk.read("ged_v23_1.csv.rejected.csv"), b"half corrected");
    assert_eq!(desk.read("ged_v23_1.csv.rejected-2.csv"), first);
    assert_eq!(
        files(),
        ["ged_v23_1.csv.rejected-2.csv", "ged_v23_1.csv.rejected.csv"]
    );
    // A named file that exists is refused before anything is done.
    let before = tree_size(&desk);
    let ran = desk.ends(2, &format!("{GED} --rejected ged_v23_1.csv.rejected.csv"));
    assert!(ran.stderr.contains("written over nothing"), "{}", ran.stderr);
    // What is left from before is not taken for this import's.
    desk.write("ged_v23_1.csv", &with_best("1"));
    let ran = desk.ends(0, GED);
    assert!(ran.stderr.contains("is of an earlier import"), "{}", ran.stderr);
    assert_eq!(tree_size(&desk), before + 2);
}

#[test]
fn what_is_read_is_never_written_to() {
    let desk = Desk::with_ledger();
    desk.write("ged.csv", &with_best("one"));
    std::fs::hard_link(desk.path("ged.csv"), desk.path("link.csv")).unwrap();
    for flag in ["--rejected", "--findings", "--drafts"] {
        let line = format!("import ged - --release 23.1 --zone +00:00 --dry-run {flag} ged.csv");
        let ran = desk
            .command(binary())
            .args(line.split_whitespace())
            .stdin(std::fs::File::open(desk.path("ged.csv")).unwrap())
            .output()
            .unwrap();
        let stderr = String::from_utf8(ran.stderr).unwrap();
        assert!(
            ran.status.code() == Some(2) && stderr.contains("is a file that the import reads"),
            "{stderr}"
        );
        let ran = desk.ends(
            2,
            &format!("import ged ged.csv --release 23.1 --dry-run {flag} link.csv"),
        );
        assert!(
            ran.stderr.contains("is a file that the import reads"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(desk.read("ged.csv"), with_best("one").as_bytes());
}

#[test]
fn a_report_stays_until_what_takes_its_place_is_recorded() {
    let desk = Desk::with_ledger();
    let table = |clarity: &str, filled: &str| {
        let mut reader = csv::Reader::from_reader(SAMPLE.as_bytes());
        let header = reader.headers().unwrap().clone();
        let record = reader.records().next().unwrap().unwrap();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        let cells = header.iter().zip(&record).map(|(column, cell)| match column {
            "event_clarity" => clarity,
            _ if cell.is_empty() || column.starts_with("source_") || column.ends_with("_name") => filled,
            _ => cell,
        });
        writer.write_record(cells).unwrap();
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    };
    let counted = || {
        let rows = rows(&desk, "allegations");
        let live = rows
            .iter()
            .filter(|row| row["row"] == "allegation" && row["counted"] == true);
        live.count()
    };
    let line = |release: &str| {
        format!("import ged ged.csv --release {release} --dir ledger --key newsdesk.key --zone +00:00")
    };
    desk.write("ged.csv", &table("1", ""));
    assert_eq!(counts(&desk, &line("23.1"))("new"), 2);
    // The aggregate is longer than an entry may be.
    desk.write("ged.csv", &table("2", &"x".repeat(20_000)));
    let ran = desk.ends(6, &line("24.1"));
    assert!(ran.stderr.contains("refused"), "{}", ran.stderr);
    assert_eq!((counted(), rows(&desk, "tallies").len()), (1, 0));
    desk.write("ged.csv", &table("2", ""));
    let count = counts(&desk, &line("24.1"));
    assert_eq!(count("replaced"), 1);
    assert_eq!((counted(), rows(&desk, "tallies").len()), (0, 1));
    let count = counts(&desk, &line("24.1"));
    assert_eq!((count("present"), count("reports")), (2, 0));
}

/// A file of the sample repeated, with new ids.
fn repeated(times: usize) -> String {
    let mut reader = csv::Reader::from_reader(SAMPLE.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(reader.headers().unwrap()).unwrap();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for number in 0..times {
        for (at, record) in records.iter().enumerate() {
            let id = (number * records.len() + at + 1).to_string();
            writer
                .write_record(std::iter::once(id.as_str()).chain(record.iter().skip(1)))
                .unwrap();
        }
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn an_import_that_is_killed_goes_on_where_it_stopped() {
    const TIMES: usize = 12;
    let desk = Desk::with_ledger();
    desk.write("ged_v23_1.csv", &repeated(TIMES));
    let mut killed = 0;
    for wait_ms in [300, 600, 900, 1_200] {
        let mut child = desk
            .command(binary())
            .args(GED.split_whitespace())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        let had_ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        killed += usize::from(!had_ended);
        let size = tree_size(&desk);
        assert!(size <= 2 + 2_000 * TIMES as u64);
    }
    assert!(
        killed > 0,
        "every import ended before it was killed: make the file longer"
    );
    let count = counts(&desk, GED);
    let all = 2_000 * TIMES as u64;
    assert_eq!(count("new") + count("present"), all);
    assert_eq!(tree_size(&desk), 2 + all);
    counter_is_whole(&desk, all);
    assert_eq!(counts(&desk, GED)("present"), all);
    desk.good("audit --dir ledger");
}

const ACLED_HEADER: &str = "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp";

/// An invented row in the shape of ACLED.
fn acled(id: &str, notes: &str, fatalities: u64, timestamp: u64) -> String {
    format!(
        "{id},26 March 2022,2022,1,Political violence,Battles,Armed clash,Side One,,State forces,Side Two,,State forces,State forces-State forces,,31,Caucasus and Central Asia,Nowhere,North,Hill,,Upper Village,39.9,46.8,2,Agency A,International,\"{notes}\",{fatalities},,{timestamp}\n"
    )
}

#[test]
fn acled_rows_are_corrected_retracted_and_denied_by_rule_only() {
    let desk = Desk::with_ledger();
    let import = "import acled acled.csv --dir ledger --key newsdesk.key --zone +04:00";
    let file = |fatalities: u64, timestamp: u64| {
        let one = acled("XYZ1", "Side Two denied it.", fatalities, timestamp);
        format!(
            "{ACLED_HEADER}\n{one}{}",
            acled("XYZ2", "Shots were heard.", 0, 1_648_600_000)
        )
    };
    desk.write("acled.csv", &file(2, 1_648_600_000));
    let count = counts(&desk, import);
    assert_eq!((count("new"), count("nothing"), count("denial_words")), (3, 1, 1));
    assert_eq!(
        rows(&desk, "allegations")
            .iter()
            .filter(|row| row["row"] == "allegation")
            .count(),
        2
    );

    // Later a person reviews a rule; the denial is added, the rest is there.
    let rules = "[[rule]]\nid = \"two-denied\"\npattern = \"(?i)side two denied\"\ndenied_by = \"side-two\"\nscope = \"occurrence\"\nreviewed_by = \"A. Reader\"\nreviewed_on = \"2026-11-20\"\n";
    desk.write("rules.toml", rules);
    let count = counts(&desk, &format!("{import} --denials rules.toml"));
    assert_eq!((count("new"), count("present"), count("reports")), (1, 3, 1));
    assert_eq!(count("denial_changed"), 0);
    // A rule that says something else about the same words: the denial stays, the row is carried, and both is told.
    desk.write("changed.toml", &rules.replace("occurrence", "responsibility"));
    let count = counts(&desk, &format!("{import} --denials changed.toml"));
    assert_eq!(
        (count("denial_changed"), count("rows_rejected"), count("reports")),
        (1, 0, 0)
    );
    // Newer notes carry no denial any more; notes that are older than those are not asked.
    for (timestamp, changed) in [(1_649_000_000, 1), (1_640_000_000, 0)] {
        let row = acled("XYZ1", "Shots were heard.", 2, timestamp);
        desk.write("acled.csv", &format!("{ACLED_HEADER}\n{row}"));
        desk.good(&format!(
            "{import} --denials rules.toml --dry-run --findings changed.ndjson"
        ));
        let found = String::from_utf8(desk.read("changed.ndjson")).unwrap();
        assert_eq!(found.matches("denial_changed").count(), changed, "{found}");
    }

    desk.write("acled.csv", &file(3, 1_650_000_000));
    let count = counts(&desk, import);
    assert_eq!((count("corrected"), count("reports")), (1, 1));
    let killed = || -> Vec<Value> {
        let rows = rows(&desk, "casualties");
        rows.into_iter()
            .filter(|row| row["row"] == "figure")
            .map(|row| row["killed"]["best"].clone())
            .collect()
    };
    assert_eq!(killed(), [3]);

    desk.write(
        "deleted.csv",
        "event_id_cnty,deleted_timestamp\nXYZ1,1651000000\nXYZ9,1651000000\n",
    );
    let deleted = "import acled deleted.csv --deleted --dir ledger --key newsdesk.key";
    let count = counts(&desk, deleted);
    assert_eq!(
        (count("retracted"), count("deleted_unknown"), count("reports")),
        (2, 1, 2)
    );
    assert_eq!(counts(&desk, deleted)("reports"), 0);
    let allegations = rows(&desk, "allegations");
    let live = allegations
        .iter()
        .filter(|row| row["row"] == "allegation" && row["counted"] == true);
    assert_eq!(live.count(), 1);
    // What was retracted does not come back.
    assert_eq!(counts(&desk, import)("reports"), 0);
    counter_is_whole(&desk, 7);
}

#[test]
fn a_table_of_counts_becomes_tallies_once_it_is_said_what_an_empty_cell_means() {
    let desk = Desk::with_ledger();
    desk.write("loc.csv", "Year,Month,North,South,Total\n2019,July,12,\"1,003\",\"1,015\"\n2019,August,,5,5\n2019,Total,12,\"1,008\",\"1,020\"\n");
    let mapping = "dataset = \"loc\"\nclaimant = \"side-one\"\ncapacity = \"party\"\naccused = \"side-two\"\nunit = \"ceasefire violations\"\nzone = \"+05:30\"\nthousands = \",\"\n[period]\ncolumns = [\"Year\", \"Month\"]\nformat = \"%Y %B\"\nlength = \"month\"\n[[sector]]\ncolumn = \"North\"\n[[sector]]\ncolumn = \"South\"\n[total]\ncolumn = \"Total\"\nrows = \"Total\"\n";
    desk.write("loc.toml", mapping);
    let line = "import tally loc.csv --mapping loc.toml --dir ledger --key newsdesk.key";
    let ran = desk.ends(2, line);
    assert!(ran.stderr.contains("blank = \"zero\""), "{}", ran.stderr);
    desk.write("loc.toml", &format!("blank = \"unknown\"\n{mapping}"));
    let count = counts(&desk, line);
    assert_eq!(
        (count("new"), count("row_skipped"), count("total_differs")),
        (5, 1, 0)
    );
    assert_eq!(counts(&desk, line)("present"), 5);
    // Published again with another number: only as a newer release, and then as a correction.
    let table = String::from_utf8(desk.read("loc.csv")).unwrap();
    desk.write("loc.csv", &table.replace("July,12,", "July,13,"));
    let ran = desk.ends(6, line);
    assert!(ran.stderr.contains("give it its newer release"), "{}", ran.stderr);
    desk.write(
        "loc.toml",
        &format!("blank = \"unknown\"\nrelease = \"2\"\n{mapping}"),
    );
    let count = counts(&desk, line);
    assert_eq!(
        (count("corrected"), count("present"), count("reports")),
        (2, 3, 2)
    );
    let count = counts(&desk, line);
    assert_eq!((count("present"), count("reports")), (5, 0));
    let tallies = rows(&desk, "tallies");
    assert_eq!(tallies.len(), 5);
    assert!(
        tallies
            .iter()
            .all(|tally| tally["unit"] == "ceasefire violations")
    );
}

#[test]
fn what_is_missing_is_said_before_anything_is_submitted() {
    let desk = with_sample();
    let check = |line: &str, expected: &str| {
        let ran = desk.ends(2, line);
        assert!(ran.stderr.contains(expected), "{line}\n{}", ran.stderr);
    };
    let before = tree_size(&desk);
    check("import ged ged_v23_1.csv", "--dir");
    desk.write("events.csv", SAMPLE);
    check("import ged events.csv --dry-run", "--release 23.1");
    desk.write("GEDEvent_v23_01_23_09.csv", SAMPLE);
    check("import ged GEDEvent_v23_01_23_09.csv --dry-run", "--release 23.1");
    check("import ged ged_v23_1.csv --dry-run --dir ledger", "--producer");
    check(
        "import ged ged_v23_1.csv --dir ledger --producer newsdesk",
        "--dry-run",
    );
    check("import acled ged_v23_1.csv --dry-run", "event_id_cnty");
    check(
        "import ged ged_v23_1.csv --dry-run --encoding utf-16",
        "one byte a character",
    );
    check(
        "import ged ged_v23_1.csv --dry-run --delimiter ab",
        "one ASCII character",
    );
    check(
        "import ged ged_v23_1.csv --dry-run --rejected ged_v23_1.csv",
        "name another file",
    );
    assert_eq!(desk.read("ged_v23_1.csv"), SAMPLE.as_bytes());
    let ran = desk.ends(4, "import ged nothing_v23_1.csv --dry-run");
    assert!(ran.stderr.contains("nothing_v23_1.csv"), "{}", ran.stderr);
    // A key that may not claim: every row is refused, and nothing is left behind.
    desk.good("key generate other --out other.key");
    let ran = desk.ends(
        6,
        "import ged ged_v23_1.csv --dir ledger --key other.key --zone +00:00",
    );
    assert!(ran.stderr.contains("unknown_producer"), "{}", ran.stderr);
    assert_eq!(tree_size(&desk), before);
}
