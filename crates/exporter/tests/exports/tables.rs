//! CSV with its metadata, NDJSON and workbooks, read back by other readers.

use std::io::Cursor;

use armistice_projection::View;
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};

use crate::log::{Log, attack, records, says};

const FORMULA: &str = "=HYPERLINK(\"http://x\",\"click\")";

fn book(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes.to_vec())).unwrap()
}

/// Every cell of every sheet, as text.
pub(crate) fn cells(bytes: &[u8]) -> String {
    let mut book = book(bytes);
    let mut all = String::new();
    for name in book.sheet_names() {
        for row in book.worksheet_range(&name).unwrap().rows() {
            for cell in row {
                all.push_str(&cell.to_string());
                all.push('\n');
            }
        }
    }
    all
}

/// A claim whose place and asserter are formulas, with three dead, and the dead of an open number.
fn log() -> Log {
    let mut log = Log::founded();
    let place = json!({"names": [{"name": FORMULA}], "lat": 40.5, "lon": 46.25, "precision": "exact"});
    let mut claim = attack("a", "b", place);
    claim["provenance"]["asserted_by"] = json!({"as_named": "@SUM(A1:A9)", "capacity": "party"});
    log.add("desk", "incident.reported.v1", "c", claim);
    let dead = json!({"side": "b", "status": "military", "incident": "@c",
        "killed": {"min": 13, "relation": "at_least"}, "wounded": {"min": 0, "best": 0, "max": 0, "relation": "exactly"}});
    log.add("desk", "casualties.reported.v1", "dead", says("a", dead));
    log
}

#[test]
fn a_table_has_a_column_for_each_field_and_says_what_it_is() {
    let log = log();
    let exports = log.exports(log.len());
    let (csv, metadata) = exports.csv(View::Casualties);
    let rows = records(&csv);
    let figure = rows.iter().find(|row| row["row"] == "figure").unwrap();
    // Not stated is empty, none is 0.
    let (killed, wounded) = (
        ["killed.min", "killed.best", "killed.max"].map(|name| figure[name].as_str()),
        ["wounded.min", "wounded.best", "wounded.max"].map(|name| figure[name].as_str()),
    );
    assert_eq!((killed, wounded), (["13", "", ""], ["0", "0", "0"]));
    let columns = metadata["tableSchema"]["columns"].as_array().unwrap();
    let titles: Vec<&str> = columns
        .iter()
        .map(|column| column["titles"].as_str().unwrap())
        .collect();
    assert_eq!(titles.join(","), csv.lines().next().unwrap());
    let kind = |title: &str| {
        let column = columns.iter().find(|column| column["titles"] == title).unwrap();
        column["datatype"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (kind("killed.min").as_str(), kind("entries").as_str()),
        ("integer", "json")
    );
    let about = &metadata["notes"][0];
    assert_eq!(about["tree_size"], log.len());
    assert_eq!(about["root"], exports.projection.root().to_string());
    assert_eq!(about["query"]["views"][0]["view"], "casualties");
    assert_eq!(metadata["dc:rights"], "CC-BY-4.0");
    assert!(about["disclaimer"].as_str().unwrap().starts_with("Boundaries"));
}

#[test]
fn no_cell_is_a_formula() {
    let log = log();
    let exports = log.exports(log.len());
    let mut formulas = 0;
    for view in View::ALL {
        let (csv, _) = exports.csv(*view);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        for record in reader.records() {
            for cell in &record.unwrap() {
                assert_eq!(armistice_exporter::cell::guarded(cell), cell, "{view}");
                formulas += usize::from(cell.starts_with("'=") || cell.starts_with("'@"));
            }
        }
        for line in cells(&exports.xlsx(*view)).lines() {
            assert_eq!(armistice_exporter::cell::guarded(line), line, "{view}");
        }
    }
    // `named:` stands before the names of views, so that the shapes are where formulas come first.
    for shape in [armistice_exporter::Shape::Acled, armistice_exporter::Shape::Ged] {
        let (csv, _, summary) = exports.shaped(shape, &armistice_exporter::Earlier::default());
        assert_eq!(summary.rows, 1);
        formulas += records(&csv)[0]
            .values()
            .filter(|cell| cell.starts_with("'="))
            .count();
        assert!(!records(&csv)[0].values().any(|cell| cell.starts_with(['=', '@'])));
    }
    assert!(formulas >= 2, "{formulas}");
}

#[test]
fn lines_are_the_bytes_that_the_digest_covers() {
    let log = log();
    let exports = log.exports(log.len());
    let text = exports.ndjson(View::Allegations);
    let mut lines = text.lines();
    let header: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(header["format"], "armistice/export/v1");
    let rows: Vec<&str> = lines.collect();
    assert_eq!(rows, exports.projection.rows(View::Allegations));
    assert_eq!(header["query"]["views"][0]["rows"], rows.len());
}

#[test]
fn a_workbook_has_the_rows_the_codebook_and_where_it_comes_from() {
    let log = log();
    let exports = log.exports(log.len());
    let bytes = exports.xlsx(View::Casualties);
    assert_eq!(
        bytes,
        exports.xlsx(View::Casualties),
        "the same export has the same bytes"
    );
    let mut book = book(&bytes);
    assert_eq!(book.sheet_names(), ["data", "codebook", "about"]);
    let data = book.worksheet_range("data").unwrap();
    let header: Vec<String> = data
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let at = header.iter().position(|name| name == "killed.min").unwrap();
    let figure = data
        .rows()
        .find(|row| row[1] == Data::String("figure".to_owned()))
        .unwrap();
    assert_eq!(figure[at], Data::Float(13.0));
    assert_eq!(figure[at + 1], Data::Empty);
    let about = cells(&bytes);
    for needed in [
        exports.projection.root().to_string(),
        "CC-BY-4.0".to_owned(),
        armistice_exporter::DISCLAIMER.to_owned(),
        "5f".repeat(32),
        log.len().to_string(),
    ] {
        assert!(about.contains(&needed), "{needed}");
    }
    let formulas = book.worksheet_formula("data").unwrap();
    assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
}

#[test]
fn places_on_a_map_are_valid_geojson() {
    let log = log();
    let text = log.exports(log.len()).geojson();
    let map: geojson::GeoJson = text.parse().unwrap();
    let geojson::GeoJson::FeatureCollection(map) = map else {
        panic!("no collection")
    };
    assert_eq!(
        map.foreign_members.as_ref().unwrap()["armistice"]["tree_size"],
        log.len()
    );
    let ids: std::collections::BTreeSet<String> = map
        .features
        .iter()
        .map(|feature| format!("{:?}", feature.id))
        .collect();
    assert_eq!(ids.len(), map.features.len());
    assert!(map.features.iter().any(|feature| feature.geometry.is_some()));
}
