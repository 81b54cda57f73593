//! Rows in the shape of ACLED. They are invented: ACLED's own files may not be redistributed.

use armistice_importer::{FindingCode, Outcome, Rows, TableOptions};
use armistice_report::{
    AttributionRole, DenialScope, Event, Hedge, IncidentKind, SourceScale, TimePrecision,
};

use crate::files::{self, Log};

const HEADER: &str = "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp";
const ROW: &str = "XYZ9001,26 March 2022,2022,1,Political violence,Explosions/Remote violence,Shelling/artillery/missile attack,Side One,,State forces,Side Two,,State forces,State forces-State forces,,31,Caucasus and Central Asia,Nowhere,North,Hill,,Upper Village,39.9,46.8,2,Agency A; Agency B,Regional-International,\"On 26 March 2022, Side One said that Side Two shelled Upper Village. Side Two denied it.\",2,,1648600000";

fn file(changes: &[(&str, &str)]) -> String {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(ROW.as_bytes());
    let row = reader.records().next().unwrap().unwrap();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cells = HEADER.split(',').zip(&row).map(|(column, value)| {
        let change = changes.iter().find(|(one, _)| *one == column);
        change.map_or(value, |(_, value)| value)
    });
    writer.write_record(HEADER.split(',')).unwrap();
    writer.write_record(cells).unwrap();
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

const RULES: &str = r#"
[[rule]]
id = "two-denied"
pattern = "(?i)side two denied"
denied_by = "side-two"
scope = "occurrence"
reviewed_by = "A. Reader, data desk"
reviewed_on = "2026-11-20"
"#;

fn incident(changes: &[(&str, &str)]) -> armistice_report::IncidentReported {
    match &files::only(files::acled(&file(changes))).claims[0].event {
        Event::IncidentReported(incident) => incident.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_row_keeps_its_words_and_accuses_nobody_of_a_battle() {
    let text = file(&[]);
    let rows = files::acled(&text);
    assert_eq!(rows.of_file(), []);
    let row = files::only(rows);
    assert_eq!(files::codes(&row), [(FindingCode::DenialWords, "notes")]);
    assert_eq!(row.claims.len(), 2, "no denial without a rule");
    let provenance = &row.claims[0].provenance;
    assert!(
        provenance
            .verbatim
            .as_deref()
            .unwrap()
            .starts_with("On 26 March 2022, Side One said")
    );
    assert_eq!(provenance.hedge, Hedge::Reported);
    assert_eq!(provenance.asserted_by.actor.as_ref().unwrap().as_str(), "acled");
    let source = provenance.source.as_ref().unwrap();
    assert_eq!(source.scale, Some(SourceScale::International));
    assert_eq!(
        source.row.as_ref().unwrap().release.as_deref(),
        Some("1648600000")
    );
    let names: Vec<&str> = provenance
        .attribution
        .iter()
        .map(|link| link.name.as_str())
        .collect();
    assert_eq!(names, ["Agency A", "Agency B", "ACLED"]);
    let event = incident(&[]);
    assert_eq!(
        (event.kind, event.accused),
        (IncidentKind::ArtilleryShelling, None)
    );
    assert_eq!(event.time.earliest.unwrap().to_string(), "2022-03-25T20:00:00Z");
}

#[test]
fn precisions_and_words_are_read_as_the_codebook_says() {
    let week = incident(&[("time_precision", "2")]).time;
    assert_eq!(week.precision, TimePrecision::Week);
    assert_eq!(week.earliest.unwrap().to_string(), "2022-03-20T20:00:00Z");
    assert_eq!(week.latest.unwrap().to_string(), "2022-03-27T19:59:59Z");
    assert_eq!(
        incident(&[("time_precision", "3")]).time.precision,
        TimePrecision::Month
    );
    let civilians = incident(&[
        ("event_type", "Violence against civilians"),
        ("sub_event_type", "Attack"),
        ("civilian_targeting", "Civilian targeting"),
    ]);
    assert_eq!(civilians.accused.unwrap().as_str(), "acled-side-one");
    let check = |changes: &[(&str, &str)], expected: &[(FindingCode, &str)]| {
        let text = file(&[changes, &[("notes", "")]].concat());
        assert_eq!(
            files::codes(&files::only(files::acled(&text))),
            expected,
            "{changes:?}"
        );
    };
    check(
        &[
            ("event_type", "Demostrations"),
            ("sub_event_type", "Peaceful protest"),
        ],
        &[
            (FindingCode::WordMisspelt, "event_type"),
            (FindingCode::NotAnIncident, "sub_event_type"),
        ],
    );
    check(
        &[("event_type", "Weather")],
        &[(FindingCode::ValueUnknown, "event_type")],
    );
    check(
        &[("event_date", "03/04/2022")],
        &[(FindingCode::DateAmbiguous, "event_date")],
    );
    check(&[("timestamp", "")], &[(FindingCode::NumberInvalid, "timestamp")]);
    check(
        &[("event_id_cnty", "")],
        &[(FindingCode::IdInvalid, "event_id_cnty")],
    );
    check(&[("longitude", "")], &[(FindingCode::PointInvalid, "longitude")]);
}

#[test]
fn no_deaths_reported_is_not_a_statement_of_none() {
    let mut log = Log::default();
    let none = file(&[("fatalities", "0")]);
    assert_eq!(log.import(files::acled(&none)), [Outcome::New, Outcome::Nothing]);
    assert_eq!(log.ids(), ["acled-XYZ9001"]);
}

#[test]
fn a_newer_time_stamp_corrects_an_older_one_is_told_and_the_same_adds_nothing() {
    let mut log = Log::default();
    let first = file(&[]);
    assert_eq!(log.import(files::acled(&first)), [Outcome::New, Outcome::New]);
    assert_eq!(
        log.import(files::acled(&first)),
        [Outcome::Present, Outcome::Present]
    );
    let later = file(&[
        ("fatalities", "0"),
        ("geo_precision", "1"),
        ("timestamp", "1650000000"),
    ]);
    assert_eq!(
        log.import(files::acled(&later)),
        [Outcome::Corrected, Outcome::Corrected]
    );
    assert_eq!(
        log.import(files::acled(&later)),
        [Outcome::Present, Outcome::Present]
    );
    let Event::ClaimCorrected(correction) = &log.0["acled-XYZ9001-2"].event else {
        panic!()
    };
    assert_eq!(correction.target, log.0["acled-XYZ9001"].hash);
    // A third version corrects the original, not the second one.
    let third = file(&[("fatalities", "4"), ("timestamp", "1660000000")]);
    assert_eq!(
        log.import(files::acled(&third)),
        [Outcome::Corrected, Outcome::Corrected]
    );
    let Event::ClaimCorrected(correction) = &log.0["acled-XYZ9001-3"].event else {
        panic!()
    };
    assert_eq!(correction.target, log.0["acled-XYZ9001"].hash);
    // The first version is there; one between two others is told and changes nothing.
    assert_eq!(
        log.import(files::acled(&first)),
        [Outcome::Present, Outcome::Present]
    );
    let between = file(&[
        ("fatalities", "7"),
        ("geo_precision", "3"),
        ("timestamp", "1655000000"),
    ]);
    assert_eq!(
        log.import(files::acled(&between)),
        [Outcome::Older, Outcome::Older]
    );
    assert_eq!(
        log.import(files::acled(&file(&[("timestamp", "1660000000")])))[1],
        Outcome::Conflict
    );
    assert_eq!(log.0.len(), 6);
}

#[test]
fn a_newer_time_stamp_without_news_adds_nothing() {
    let mut log = Log::default();
    log.import(files::acled(&file(&[])));
    let later = file(&[("tags", "crowd size=no report"), ("timestamp", "1650000000")]);
    assert_eq!(
        log.import(files::acled(&later)),
        [Outcome::Present, Outcome::Present]
    );
}

#[test]
fn the_list_of_deleted_events_retracts_what_the_log_holds() {
    let mut log = Log::default();
    let first = file(&[]);
    log.import(files::acled(&first));
    let deleted = "event_id_cnty,deleted_timestamp\nXYZ9001,1651000000\nXYZ9002,1651000000\n";
    let list = || Rows::acled_deleted(deleted.as_bytes(), &TableOptions::default()).unwrap();
    assert_eq!(
        log.import(list()),
        [
            Outcome::Retracted,
            Outcome::Retracted,
            Outcome::Nothing,
            Outcome::Nothing
        ]
    );
    let Event::ClaimRetracted(retraction) = &log.0["acled-XYZ9001-retracted"].event else {
        panic!()
    };
    assert_eq!(retraction.target, log.0["acled-XYZ9001"].hash);
    assert_eq!(log.import(list())[0], Outcome::Present);
    // A retraction is final: the row does not come back.
    assert_eq!(log.import(files::acled(&first)), [Outcome::Withdrawn]);
    assert_eq!(log.0.len(), 4);
}

#[test]
fn only_a_reviewed_rule_makes_a_denial() {
    let text = file(&[]);
    let row = files::only(files::acled_by(&text, RULES));
    assert_eq!(files::codes(&row), [(FindingCode::DenialByRule, "notes")]);
    let denial = &row.claims[2];
    assert_eq!(
        (denial.id.as_str(), denial.about_first),
        ("acled-XYZ9001-denial-two-denied", true)
    );
    let Event::ClaimDenied(content) = &denial.event else {
        panic!()
    };
    assert_eq!(content.scope, DenialScope::Occurrence);
    assert_eq!(
        denial.provenance.asserted_by.actor.as_ref().unwrap().as_str(),
        "side-two"
    );
    let last = denial.provenance.attribution.last().unwrap();
    assert_eq!(last.role, AttributionRole::Dataset);
    assert_eq!(
        last.name.as_str(),
        "rule two-denied, reviewed by A. Reader, data desk on 2026-11-20"
    );
    // The same words in a row that no rule matches are only pointed at.
    let other = file(&[("notes", "Side Three rejected the report.")]);
    let row = files::only(files::acled_by(&other, RULES));
    assert_eq!(
        (row.claims.len(), files::codes(&row)),
        (2, vec![(FindingCode::DenialWords, "notes")])
    );
    // An earlier version of the row may have made it: the log has to be asked.
    assert_eq!(row.unmade, ["acled-XYZ9001-denial-two-denied"]);
}

#[test]
fn a_rule_that_nobody_reviewed_is_refused() {
    let check = |rules: &str, expected: &str| {
        let error = armistice_importer::acled::Denials::parse(rules).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(
        &RULES.replace("reviewed_by = \"A. Reader, data desk\"\n", ""),
        "reviewed_by",
    );
    check(&RULES.replace("(?i)side two denied", "("), "rule two-denied");
    check(&RULES.repeat(2), "stands twice");
    check(&format!("{RULES}more = 1"), "more");
    check(
        &RULES.replace("(?i)side two denied", "a{1000}{1000}"),
        "rule two-denied",
    );
}

#[test]
fn a_missing_header_is_recognised() {
    let text = file(&[]);
    let (_, data) = text.split_once('\n').unwrap();
    let rows = files::acled(data);
    assert_eq!(rows.of_file()[0].code, FindingCode::HeaderMissing);
    assert!(!files::only(rows).is_rejected());
}
