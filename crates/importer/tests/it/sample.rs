//! A thousand real rows: none is lost, and the numbers are the file's.

use std::collections::BTreeMap;

use armistice_importer::{FindingCode, Row, TableOptions};
use armistice_report::{Event, EventType, Quantity};

use crate::files;

const FILE: &str = include_str!("../data/ucdp_ged_v23_1_sample1000.csv");

fn rows() -> Vec<Row> {
    files::all(files::ged(FILE))
}

/// Low, best and high.
fn numbers(quantity: &Quantity) -> [u64; 3] {
    [quantity.min, quantity.best, quantity.max].map(Option::unwrap)
}

#[test]
fn no_row_is_lost() {
    let rows = rows();
    assert_eq!(rows.len(), 1_000);
    assert!(rows.iter().all(|row| !row.is_rejected() && row.claims.len() == 2));
    let numbers: Vec<u64> = rows.iter().map(|row| row.number).collect();
    assert!(numbers.into_iter().eq(1..=1_000));
    let mut ids: Vec<&str> = rows
        .iter()
        .flat_map(|row| &row.claims)
        .map(|claim| claim.id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2_000);
}

#[test]
fn the_sums_are_the_files() {
    // Taken from the file with another reader: sum of the columns low, best and high.
    let expected = [6_224, 9_561, 22_017];
    let mut sums = [0; 3];
    let mut aggregates = 0;
    for claim in rows().iter().flat_map(|row| &row.claims) {
        match &claim.event {
            Event::CasualtiesReported(casualties) => {
                for (sum, number) in sums.iter_mut().zip(numbers(casualties.killed.as_ref().unwrap())) {
                    *sum += number;
                }
            }
            Event::TallyClaimed(_) => aggregates += 1,
            _ => {}
        }
    }
    assert_eq!(sums, expected);
    // event_clarity 2
    assert_eq!(aggregates, 66);
}

#[test]
fn rows_that_break_the_order_of_the_estimates_are_flagged_and_kept() {
    let mut found: BTreeMap<FindingCode, Vec<u64>> = BTreeMap::new();
    for row in rows() {
        for finding in &row.findings {
            found.entry(finding.code).or_default().push(row.number);
        }
    }
    assert_eq!(
        found[&FindingCode::LowAboveBest],
        [7, 31, 256, 314, 671, 732, 904, 939]
    );
    assert_eq!(found[&FindingCode::BestAboveHigh], [120, 132, 534, 783, 935]);
    let flagged: Vec<FindingCode> = found.keys().copied().collect();
    assert_eq!(
        flagged,
        [
            FindingCode::LowAboveBest,
            FindingCode::BestAboveHigh,
            FindingCode::LineBreak,
        ]
    );
}

#[test]
fn every_cell_is_kept_as_it_stands() {
    let mut reader = csv::Reader::from_reader(FILE.as_bytes());
    let header = reader.headers().unwrap().clone();
    for (row, record) in rows().iter().zip(reader.records()) {
        let record = record.unwrap();
        let kept = row.claims[0]
            .provenance
            .source
            .as_ref()
            .unwrap()
            .row
            .as_ref()
            .unwrap();
        assert_eq!(kept.dataset.as_str(), "ucdp-ged");
        assert_eq!(kept.release.as_deref(), Some("23.1"));
        let mut kept_cells = kept.cells.iter();
        for (column, value) in header
            .iter()
            .zip(&record)
            .filter(|(_, value)| !value.trim().is_empty())
        {
            let cell = kept_cells.next().unwrap();
            assert_eq!(cell.column.as_str(), column);
            if !value.contains(armistice_report::is_control) {
                assert_eq!(cell.value.as_str(), value.trim(), "row {}", row.number);
            }
        }
        assert!(kept_cells.next().is_none());
    }
}

#[test]
fn a_row_becomes_an_incident_or_a_tally_and_its_dead() {
    for row in rows() {
        let types: Vec<EventType> = row.claims.iter().map(|claim| claim.event.event_type()).collect();
        let Event::CasualtiesReported(casualties) = &row.claims[1].event else {
            panic!("row {}", row.number)
        };
        match types[0] {
            EventType::IncidentReported => {
                assert!(casualties.incident.is_some() && row.claims[1].about_first);
            }
            EventType::TallyClaimed => assert!(casualties.incident.is_none() && casualties.period.is_some()),
            other => panic!("row {}: {other:?}", row.number),
        }
    }
}

#[test]
fn the_same_rows_come_out_of_the_files_variants() {
    let as_it_is: Vec<_> = rows().into_iter().map(|row| row.claims).collect();
    let check = |name: &str, text: &str, finding: Option<FindingCode>| {
        let rows = files::ged(text);
        let found: Vec<FindingCode> = rows.of_file().iter().map(|finding| finding.code).collect();
        assert_eq!(found, finding.into_iter().collect::<Vec<_>>(), "{name}");
        let claims: Vec<_> = files::all(rows).into_iter().map(|row| row.claims).collect();
        assert!(claims == as_it_is, "{name}");
    };
    check("byte-order mark", &format!("\u{feff}{FILE}"), None);
    check(
        "CRLF",
        &FILE.replace('\n', "\r\n").replace("\r\r\n", "\r\n"),
        None,
    );
    let (header, data) = FILE.split_once('\n').unwrap();
    check("no header", data, Some(FindingCode::HeaderMissing));
    check(
        "header in capitals",
        &format!("{}\n{data}", header.to_uppercase()),
        None,
    );
    let other_names = header
        .replace(",best,high,low,", ",best_est,high_est,low_est,")
        .replace(",side_a_new_id,", ",side_a_id,");
    check(
        "names of another release",
        &format!("{other_names}\n{data}"),
        None,
    );
}

#[test]
fn other_columns_and_another_delimiter_make_no_difference() {
    let mut reader = csv::Reader::from_reader(FILE.as_bytes());
    let header = reader.headers().unwrap().clone();
    let dropped = [
        "relid",
        "gwnoa",
        "gwnob",
        "code_status",
        "priogrid_gid",
        "geom_wkt",
        "region",
        "active_year",
    ];
    let keep: Vec<usize> = (0..header.len())
        .rev()
        .filter(|at| !dropped.contains(&&header[*at]))
        .collect();
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let line = |record: &csv::StringRecord, more: &str| -> Vec<String> {
        keep.iter()
            .map(|at| record[*at].to_owned())
            .chain([more.to_owned()])
            .collect()
    };
    writer.write_record(line(&header, "war")).unwrap();
    for record in reader.records() {
        writer.write_record(line(&record.unwrap(), "0")).unwrap();
    }
    let bytes = writer.into_inner().unwrap();
    let table = TableOptions {
        delimiter: b';',
        ..TableOptions::default()
    };
    let rows = armistice_importer::Rows::ged(bytes.as_slice(), &table, files::ged_options("23.1")).unwrap();
    let found: Vec<FindingCode> = rows.of_file().iter().map(|finding| finding.code).collect();
    assert_eq!(found, [FindingCode::ColumnsMissing, FindingCode::ColumnsMore]);
    let events = |rows: Vec<Row>| -> Vec<Event> {
        rows.into_iter()
            .flat_map(|row| row.claims)
            .map(|claim| claim.event)
            .collect()
    };
    assert!(events(files::all(rows)) == events(self::rows()));
}
