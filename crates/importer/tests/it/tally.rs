//! Tables of counts by a mapping.

use armistice_importer::{FindingCode, Outcome, Rows, TableOptions, tally};
use armistice_report::{Event, TallyClaimed};

use crate::files::{self, Log};

const MAPPING: &str = r#"
dataset = "loc"
claimant = "side-one"
capacity = "party"
accused = "side-two"
unit = "ceasefire violations"
blank = "unknown"
blank_words = ["-", "n/a"]
zone = "+05:30"
thousands = ","
[period]
columns = ["Year", "Month"]
format = "%Y %B"
length = "month"
[[sector]]
column = "North"
place = "north"
[[sector]]
column = "South Hill"
[total]
column = "All"
rows = "Total"
"#;

const TABLE: &str = "Year,Month,North,South Hill,All\n2019,July,12,\"1,003\",\"1,015\"\n2019,August,,5,7\n2019,Total,12,\"1,008\",\"1,020\"\n";

fn tallies(text: &str, mapping: &str) -> Vec<(String, TallyClaimed)> {
    let rows = files::all(files::tally(text, mapping));
    let claims = rows.into_iter().flat_map(|row| row.claims);
    let tally = |claim: armistice_importer::Claim| match claim.event {
        Event::TallyClaimed(tally) => (claim.id, tally),
        other => panic!("{other:?}"),
    };
    claims.map(tally).collect()
}

#[test]
fn each_sector_of_each_month_is_a_tally_of_its_own() {
    let tallies = tallies(TABLE, MAPPING);
    let numbers: Vec<(&str, u64)> = tallies
        .iter()
        .map(|(id, tally)| (id.as_str(), tally.number.best.unwrap()))
        .collect();
    assert_eq!(
        numbers,
        [
            ("tally-loc-2019-07-north", 12),
            ("tally-loc-2019-07-south-hill", 1_003),
            ("tally-loc-2019-07-total", 1_015),
            ("tally-loc-2019-08-south-hill", 5),
            ("tally-loc-2019-08-total", 7),
        ]
    );
    let north = &tallies[0].1;
    assert_eq!(north.unit.as_str(), "ceasefire violations");
    assert_eq!(north.places[0].place.as_ref().unwrap().as_str(), "north");
    assert_eq!(north.period.earliest.unwrap().to_string(), "2019-06-30T18:30:00Z");
    assert_eq!(north.period.latest.unwrap().to_string(), "2019-07-31T18:29:59Z");
    assert_eq!(north.period.verbatim.as_deref(), Some("2019 July"));
    assert_eq!(tallies[2].1.breakdown.len(), 2);
    assert_eq!(tallies[4].1.breakdown.len(), 1, "what is not stated is no part");
}

#[test]
fn an_empty_cell_is_what_the_mapping_says() {
    let zero = MAPPING.replace("blank = \"unknown\"", "blank = \"zero\"");
    let ids = |mapping: &str| tallies(TABLE, mapping).len();
    assert_eq!((ids(MAPPING), ids(&zero)), (5, 6));
    let rows = files::all(files::tally(TABLE, &zero));
    assert_eq!(files::codes(&rows[1])[0], (FindingCode::BlankAsZero, "north"));
    let dash = TABLE.replace("August,,", "August,-,");
    assert_eq!(tallies(&dash, MAPPING).len(), 5);
    let unsaid = MAPPING.replace("blank = \"unknown\"\n", "");
    let error = tally::Mapping::parse(&unsaid).unwrap_err();
    assert!(error.to_string().contains("blank"), "{error}");
    assert!(error.hint().unwrap().starts_with("say what an empty cell means"));
}

#[test]
fn totals_are_compared_and_never_added() {
    let rows = files::all(files::tally(TABLE, MAPPING));
    assert_eq!(files::codes(&rows[2]), [(FindingCode::RowSkipped, "")]);
    let wrong = TABLE
        .replace("\"1,015\"", "900")
        .replace("2019,Total,12,", "2019,Total,13,");
    let rows = files::all(files::tally(&wrong, MAPPING));
    assert_eq!(files::codes(&rows[0]), [(FindingCode::TotalDiffers, "all")]);
    assert_eq!(
        rows[0].claims[2].event.event_type(),
        armistice_report::EventType::TallyClaimed
    );
    assert_eq!(
        files::codes(&rows[2]),
        [
            (FindingCode::TotalDiffers, "north"),
            (FindingCode::RowSkipped, "")
        ]
    );
}

#[test]
fn one_number_a_row_with_labels_and_a_place() {
    let mapping = r#"
dataset = "daily"
claimant = "side-one"
unit = "times"
blank = "unknown"
[period]
columns = ["day"]
format = "%d.%m.%Y"
length = "day"
[number]
column = "n"
labels = ["weapon"]
place = "where"
"#;
    let text = "day,weapon,where,n\n26.03.2022,mortar,Hill,4\n26.03.2022,ağır silah,Hill,2\n26.03.2022,аб,Hill,1\n26.03.2022,вг,Hill,1\n27.03.2022,mortar,Hill,\n";
    let tallies = tallies(text, mapping);
    assert_eq!(tallies.len(), 4);
    assert_eq!(tallies[0].0, "tally-daily-2022-03-26-mortar");
    assert_eq!(tallies[0].1.breakdown[0].label.as_str(), "mortar");
    assert_ne!(
        tallies[2].0, tallies[3].0,
        "labels of letters that are not ASCII stay apart"
    );
    assert_eq!(
        files::tally(text, mapping).of_file()[0].code,
        FindingCode::ZoneAssumed
    );
}

#[test]
fn what_is_no_number_or_no_period_is_rejected() {
    let check = |text: &str, expected: (FindingCode, &str)| {
        let rows = files::all(files::tally(text, MAPPING));
        assert_eq!(files::codes(&rows[0]), [expected], "{text}");
        assert!(rows[0].is_rejected() && rows[0].claims.is_empty());
    };
    let header = "Year,Month,North,South Hill,All\n";
    check(
        &format!("{header}2019,July,twelve,1,1\n"),
        (FindingCode::NumberInvalid, "north"),
    );
    check(
        &format!("{header}2019,July,-1,1,1\n"),
        (FindingCode::NumberInvalid, "north"),
    );
    check(
        &format!("{header}2019,Juli,1,1,1\n"),
        (FindingCode::DateInvalid, "year month"),
    );
    check(&format!("{header}2019,July,1,1\n"), (FindingCode::CellsCount, ""));
}

#[test]
fn a_second_import_adds_nothing_and_another_number_is_a_conflict() {
    let mut log = Log::default();
    log.import(files::tally(TABLE, MAPPING));
    assert_eq!(log.0.len(), 5);
    assert!(
        log.import(files::tally(TABLE, MAPPING))
            .iter()
            .all(|outcome| *outcome == Outcome::Present)
    );
    let other = TABLE.replace("July,12", "July,13");
    assert_eq!(log.import(files::tally(&other, MAPPING))[0], Outcome::Conflict);
}

#[test]
fn a_mapping_that_does_not_fit_is_refused_with_the_key() {
    let check = |mapping: &str, expected: &str| {
        let error = tally::Mapping::parse(mapping).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(&MAPPING.replace("unit =", "units ="), "units");
    check(&MAPPING.replace("[[sector]]", "[[sectors]]"), "sectors");
    check(
        &MAPPING.replace("columns = [\"Year\", \"Month\"]", "columns = []"),
        "period.columns",
    );
    let mapping = tally::Mapping::parse(MAPPING).unwrap();
    let opened = Rows::tally("Year,Month,North\n".as_bytes(), &TableOptions::default(), mapping);
    assert!(
        opened
            .unwrap_err()
            .to_string()
            .contains("south hill, all missing")
    );
}

#[test]
fn a_newer_release_of_a_table_corrects_and_an_older_one_changes_nothing() {
    let import = |log: &mut Log, release: Option<&str>, number: &str| {
        let stated = release.map_or(String::new(), |release| format!("release = \"{release}\"\n"));
        let table = format!("Year,Month,North,South Hill,All\n2019,July,{number},,\n");
        let outcomes = log.import(files::tally(&table, &format!("{stated}{MAPPING}")));
        assert_eq!(outcomes.len(), 1);
        outcomes[0]
    };
    let mut log = Log::default();
    assert_eq!(import(&mut log, None, "12"), Outcome::New);
    assert_eq!(import(&mut log, None, "12"), Outcome::Present);
    // The same release, or none, says one thing only.
    assert_eq!(import(&mut log, None, "13"), Outcome::Conflict);
    assert_eq!(import(&mut log, Some("2019-9"), "12"), Outcome::Present);
    assert_eq!(import(&mut log, Some("2019-9"), "13"), Outcome::Corrected);
    assert_eq!(import(&mut log, Some("2019-9"), "13"), Outcome::Present);
    assert_eq!(import(&mut log, Some("2019-9"), "14"), Outcome::Conflict);
    assert_eq!(import(&mut log, Some("2019-10"), "12"), Outcome::Corrected);
    assert_eq!(import(&mut log, Some("2019-8"), "20"), Outcome::Older);
    assert_eq!(import(&mut log, Some("2019-9"), "13"), Outcome::Present);
    assert_eq!(import(&mut log, None, "12"), Outcome::Present);
    let original = log.0["tally-loc-2019-07-north"].hash;
    for id in ["tally-loc-2019-07-north.2", "tally-loc-2019-07-north.3"] {
        let Event::ClaimCorrected(correction) = &log.0[id].event else {
            panic!("{id}")
        };
        assert_eq!(correction.target, original);
    }
    assert_eq!(log.0.len(), 3);
}
