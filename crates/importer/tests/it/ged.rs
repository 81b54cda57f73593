//! Rows of GED, one oddity at a time.

use armistice_importer::{FindingCode, Outcome, Rows};
use armistice_report::{Event, TimePrecision};

use crate::files::{self, Log};

const HEADER: &str = "id,type_of_violence,event_clarity,date_prec,date_start,date_end,where_prec,where_coordinates,latitude,longitude,side_a_new_id,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,low,high";
const ROW: &str = "77,3,1,1,2022-03-26,2022-03-26,1,Farrukh,39.98,46.83,130,0,0,2,0,2,1,3";

/// The row with cells changed.
fn file(changes: &[(&str, &str)]) -> String {
    let columns: Vec<&str> = HEADER.split(',').collect();
    let mut cells: Vec<&str> = ROW.split(',').collect();
    for (column, value) in changes {
        cells[columns.iter().position(|one| one == column).unwrap()] = value;
    }
    format!("{HEADER}\n{}\n", cells.join(","))
}

fn check(changes: &[(&str, &str)], expected: &[(FindingCode, &str)]) {
    let text = file(changes);
    let row = files::only(files::ged(&text));
    assert_eq!(files::codes(&row), expected, "{changes:?}");
    assert_eq!(row.is_rejected(), row.claims.is_empty(), "{changes:?}");
}

#[test]
fn each_oddity_is_told_with_its_column() {
    check(&[], &[]);
    check(&[("low", "5")], &[(FindingCode::LowAboveBest, "low")]);
    check(&[("high", "1")], &[(FindingCode::BestAboveHigh, "high")]);
    check(
        &[("best", "4"), ("high", "4")],
        &[(FindingCode::DeathsSum, "best")],
    );
    check(
        &[("deaths_civilians", "-1")],
        &[(FindingCode::Sentinel, "deaths_civilians")],
    );
    check(&[("best", "-1")], &[(FindingCode::Sentinel, "best")]);
    check(&[("best", "2.0")], &[]);
    check(
        &[("where_prec", "9")],
        &[(FindingCode::ValueUnknown, "where_prec")],
    );
    check(&[("date_prec", "")], &[(FindingCode::ValueUnknown, "date_prec")]);
    check(
        &[("event_clarity", "3")],
        &[(FindingCode::ValueUnknown, "event_clarity")],
    );
    check(
        &[("where_coordinates", "\"a\nb\"")],
        &[(FindingCode::LineBreak, "where_coordinates")],
    );
    check(
        &[("where_coordinates", ""), ("latitude", ""), ("longitude", "")],
        &[(FindingCode::PlaceMissing, "where_coordinates")],
    );
}

#[test]
fn what_cannot_be_read_is_rejected_with_its_column() {
    check(&[("id", "")], &[(FindingCode::IdInvalid, "id")]);
    check(&[("id", "7 7")], &[(FindingCode::IdInvalid, "id")]);
    check(
        &[("type_of_violence", "4")],
        &[(FindingCode::NumberInvalid, "type_of_violence")],
    );
    check(&[("best", "some")], &[(FindingCode::NumberInvalid, "best")]);
    check(&[("best", "1.5")], &[(FindingCode::NumberInvalid, "best")]);
    check(
        &[("best", "99999999999999999999")],
        &[(FindingCode::NumberInvalid, "best")],
    );
    check(&[("latitude", "91")], &[(FindingCode::PointInvalid, "latitude")]);
    check(&[("latitude", "NaN")], &[(FindingCode::PointInvalid, "latitude")]);
    check(&[("longitude", "")], &[(FindingCode::PointInvalid, "longitude")]);
    check(
        &[("date_start", "03/04/2022")],
        &[(FindingCode::DateAmbiguous, "date_start")],
    );
    check(
        &[("date_start", "2022-02-30")],
        &[(FindingCode::DateInvalid, "date_start")],
    );
    check(
        &[("date_end", "2022-03-25")],
        &[(FindingCode::DateOrder, "date_end")],
    );
    check(&[("high", "3,4")], &[(FindingCode::CellsCount, "")]);
}

#[test]
fn a_finding_says_the_row_the_line_and_what_was_found() {
    let text = format!(
        "{HEADER}\n{}\n{}\n",
        ROW.replace("Farrukh", "\"Farr\nukh\""),
        ROW.replace("77,3", "78,3").replace(",2,1,3", ",2,5,3")
    );
    let rows = files::all(files::ged(&text));
    let finding = &rows[1].findings[0];
    assert_eq!((finding.row, finding.line), (Some(2), Some(4)));
    assert_eq!(finding.found.as_deref(), Some("low 5, best 2"));
}

#[test]
fn a_row_of_clarity_two_is_an_aggregate_and_no_incident() {
    let text = file(&[
        ("event_clarity", "2"),
        ("date_end", "2022-03-28"),
        ("date_prec", "2"),
    ]);
    let row = files::only(files::ged(&text));
    let (Event::TallyClaimed(tally), Event::CasualtiesReported(casualties)) =
        (&row.claims[0].event, &row.claims[1].event)
    else {
        panic!("{:?}", row.claims)
    };
    assert_eq!(
        (tally.number.min, tally.number.best, tally.number.max),
        (Some(1), Some(2), Some(3))
    );
    assert_eq!(tally.breakdown.len(), 4);
    assert_eq!(tally.period.precision, TimePrecision::Days);
    assert_eq!(casualties.incident, None);
    assert_eq!(casualties.period.as_ref(), Some(&tally.period));
    // Local days: midnight of +04:00.
    assert_eq!(tally.period.earliest.unwrap().to_string(), "2022-03-25T20:00:00Z");
}

#[test]
fn only_one_sided_violence_has_an_accused() {
    let accused = |kind: &str| {
        let text = file(&[("type_of_violence", kind)]);
        match files::only(files::ged(&text)).claims[0].event.clone() {
            Event::IncidentReported(incident) => incident.accused.map(|actor| actor.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(accused("1"), None);
    assert_eq!(accused("2"), None);
    assert_eq!(accused("3").as_deref(), Some("ucdp-actor-130"));
}

fn import(log: &mut Log, release: &str, text: &str) -> Vec<Outcome> {
    let options = files::ged_options(release);
    let table = armistice_importer::TableOptions::default();
    log.import(Rows::ged(text.as_bytes(), &table, options).unwrap())
}

#[test]
fn releases_far_apart_and_monthly_ones_are_found_in_any_order() {
    let first = file(&[]);
    let other = file(&[("best", "3"), ("deaths_civilians", "3")]);
    // The row is of 2022.
    for (older, newer) in [
        ("17.1", "23.1"),
        ("5.0", "99.1"),
        ("17.2", "40.1"),
        ("22.0.3", "23.1"),
        ("22.0.3", "22.0.12"),
        ("22.0.3", "25.1"),
        ("23.0.12", "24.1"),
    ] {
        let mut log = Log::default();
        assert_eq!(import(&mut log, newer, &other), [Outcome::New, Outcome::New]);
        let again = import(&mut log, older, &first);
        assert_eq!(again, [Outcome::Older, Outcome::Older], "{older} after {newer}");

        let mut log = Log::default();
        assert_eq!(import(&mut log, older, &first), [Outcome::New, Outcome::New]);
        let again = import(&mut log, newer, &other);
        assert_eq!(
            again,
            [Outcome::Present, Outcome::Corrected],
            "{newer} after {older}"
        );
        let again = import(&mut log, newer, &other);
        assert_eq!(again, [Outcome::Present, Outcome::Present], "{newer} twice");
    }
}

#[test]
fn a_replacement_is_recorded_before_what_it_replaces_is_retracted() {
    let mut log = Log::default();
    import(&mut log, "23.1", &file(&[]));
    let aggregate = file(&[("event_clarity", "2")]);
    assert_eq!(import(&mut log, "25.1", &aggregate)[0], Outcome::Replaced);
    assert!(log.0["ged-25.1-77"].hash.0 < log.0["ged-25.1-77-replaces"].hash.0);
    // The process ended between the two: the next run retracts, and the one after it has nothing to do.
    log.0.remove("ged-25.1-77-replaces").unwrap();
    assert_eq!(import(&mut log, "25.1", &aggregate)[0], Outcome::Replaced);
    let Event::ClaimRetracted(retraction) = &log.0["ged-25.1-77-replaces"].event else {
        panic!()
    };
    assert_eq!(retraction.target, log.0["ged-23.1-77"].hash);
    assert_eq!(
        import(&mut log, "25.1", &aggregate),
        [Outcome::Present, Outcome::Present]
    );
    // The retraction alone, from a version of the program that made it first: the report is added, nothing twice.
    log.0.remove("ged-25.1-77").unwrap();
    assert_eq!(import(&mut log, "25.1", &aggregate)[0], Outcome::Replaced);
    assert_eq!(import(&mut log, "25.1", &aggregate)[0], Outcome::Present);
}

#[test]
fn a_second_import_adds_nothing_and_a_newer_release_corrects() {
    let mut log = Log::default();
    let same = file(&[]);
    assert_eq!(import(&mut log, "23.1", &same), [Outcome::New, Outcome::New]);
    assert_eq!(
        import(&mut log, "23.1", &same),
        [Outcome::Present, Outcome::Present]
    );
    // A release that says the same adds nothing.
    assert_eq!(
        import(&mut log, "24.1", &same),
        [Outcome::Present, Outcome::Present]
    );
    let more = file(&[("best", "3"), ("deaths_civilians", "3")]);
    assert_eq!(
        import(&mut log, "24.1", &more),
        [Outcome::Present, Outcome::Corrected]
    );
    assert_eq!(
        import(&mut log, "24.1", &more),
        [Outcome::Present, Outcome::Present]
    );
    assert_eq!(
        log.ids(),
        ["ged-23.1-77", "ged-23.1-77-casualties", "ged-24.1-77-casualties"]
    );
    // An older release does not undo a newer one.
    assert_eq!(
        import(
            &mut log,
            "22.1",
            &file(&[("best", "1"), ("deaths_civilians", "1")])
        ),
        [Outcome::Older, Outcome::Older]
    );
    // One release says one thing.
    assert_eq!(import(&mut log, "24.1", &same)[1], Outcome::Conflict);
    let aggregate = file(&[("event_clarity", "2")]);
    assert_eq!(import(&mut log, "25.1", &aggregate)[0], Outcome::Replaced);
    assert_eq!(import(&mut log, "25.1", &aggregate)[0], Outcome::Present);
}

#[test]
fn files_that_are_no_table_of_ged_say_what_is_missing() {
    let check = |text: &[u8], expected: &str| {
        let opened = Rows::ged(
            text,
            &armistice_importer::TableOptions::default(),
            files::ged_options("23.1"),
        );
        assert!(opened.unwrap_err().to_string().contains(expected), "{expected}");
    };
    check(b"", "the file is empty");
    check(b"\xff\xfei\0d\0", "UTF-16");
    check(
        b"id,best\n",
        "type_of_violence, date_start, date_end, low, high missing",
    );
    check(b"1;2;3;4\n", "missing");
    check(
        HEADER.replace("side_a_new_id", "low").as_bytes(),
        "the column low twice",
    );
}
