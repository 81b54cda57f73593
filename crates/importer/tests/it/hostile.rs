//! Bytes that nobody meant as a table: no panic, no endless memory, and what comes out can be a report.

use armistice_importer::{
    Draft, Encoding, Error, ROW_BYTES_MAX, Rows, TableOptions, acled, draft_line, tally,
};
use proptest::prelude::*;

use crate::files;

const GED: &str = "id,type_of_violence,event_clarity,date_prec,date_start,date_end,where_prec,where_coordinates,latitude,longitude,best,low,high,source_article,source_office";
const ACLED: &str = "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,civilian_targeting,latitude,longitude,geo_precision,location,source,source_scale,notes,fatalities,timestamp";
const MAPPING: &str = "dataset = \"t\"\nclaimant = \"c\"\nunit = \"u\"\nblank = \"zero\"\nthousands = \",\"\n[period]\ncolumns = [\"p\"]\nformat = \"%Y-%m\"\nlength = \"month\"\n[[sector]]\ncolumn = \"a\"\n[total]\ncolumn = \"t\"\nrows = \"all\"\n";

/// Reads all of it, and every claim must be a draft that the vocabulary takes, or is refused as such: no panic.
fn read<R: std::io::Read>(rows: Result<Rows<R>, Error>) -> usize {
    let Ok(rows) = rows else { return 0 };
    let mut count = 0;
    for row in rows {
        let Ok(row) = row else { break };
        for claim in &row.claims {
            let draft = Draft {
                id: claim.id.clone(),
                provenance: claim.provenance.clone(),
                event: claim.event.clone(),
            };
            let line = draft_line(&draft, &row.claims[0].id);
            serde_json::from_str::<serde_json::Value>(&line).unwrap();
            assert!(
                claim.id.len() <= 128 && claim.id.bytes().all(|byte| byte.is_ascii_graphic()),
                "{}",
                claim.id
            );
        }
        assert_eq!(
            row.is_rejected(),
            row.findings
                .iter()
                .any(|one| one.code.severity().as_str() == "reject")
        );
        count += 1;
    }
    count
}

fn all_kinds(bytes: &[u8], table: &TableOptions) -> usize {
    read(Rows::ged(bytes, table, files::ged_options("23.1")))
        + read(Rows::acled(bytes, table, acled::Options::default()))
        + read(Rows::acled_deleted(bytes, table))
        + read(Rows::tally(bytes, table, tally::Mapping::parse(MAPPING).unwrap()))
}

/// A cell as files have them, and as they should not.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,4}",
        Just("-1".to_owned()),
        Just("1".to_owned()),
        Just("2".to_owned()),
        Just(String::new()),
        Just("2022-03-26".to_owned()),
        Just("all".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("9007199254740991".to_owned()),
        Just("1e309".to_owned()),
        "\\PC{0,12}",
        "[\\x00-\\x20\"',;=+@-]{0,6}",
    ]
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400), delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')]) {
        all_kinds(&bytes, &TableOptions { encoding: Encoding::Utf8, delimiter });
        let encoding = Encoding::from_label("windows-1251").unwrap();
        all_kinds(&bytes, &TableOptions { encoding, delimiter });
    }

    #[test]
    fn any_cells_under_a_good_header(cells in prop::collection::vec(cell(), 16 * 4)) {
        for header in [GED, ACLED, "p,a,t"] {
            let width = header.split(',').count();
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            writer.write_record(header.split(',')).unwrap();
            for row in cells.chunks(width) {
                writer.write_record(row).unwrap();
            }
            let rows = all_kinds(&writer.into_inner().unwrap(), &TableOptions::default());
            prop_assert!(rows > 0);
        }
    }

    #[test]
    fn any_text_as_settings(text in "\\PC{0,200}") {
        let _ = tally::Mapping::parse(&text);
        let _ = acled::Denials::parse(&text);
    }
}

#[test]
fn a_quotation_mark_that_never_closes_does_not_fill_the_memory() {
    let endless = std::io::Read::chain(
        std::io::Cursor::new(format!("{GED}\n1,\"")),
        std::io::repeat(b'x'),
    );
    let mut rows = Rows::ged(endless, &TableOptions::default(), files::ged_options("23.1")).unwrap();
    let error = rows.next().unwrap().unwrap_err();
    assert!(error.hint().unwrap().contains("quotation mark"), "{error}");
    assert!(rows.next().is_none());
    assert!(rows.bytes() <= 2 * ROW_BYTES_MAX);
}

#[test]
fn cells_longer_than_a_field_are_cut_and_flagged() {
    let long = "é".repeat(20_000);
    let text = format!("{GED}\n1,1,1,1,2022-03-26,2022-03-26,1,A,1,1,2,1,3,{long},B\n");
    let row = files::only(files::ged(&text));
    assert!(files::codes(&row).contains(&(armistice_importer::FindingCode::CellCut, "source_article")));
    assert_eq!(row.claims.len(), 2);
}

#[test]
fn latin_letters_in_utf_8_are_not_guessed_from_other_encodings() {
    let text = [
        GED.as_bytes(),
        b"\n1,1,1,1,2022-03-26,2022-03-26,1,Agdar\xe9,1,1,2,1,3,A,B\n",
    ]
    .concat();
    let read = |encoding| {
        let table = TableOptions {
            encoding,
            delimiter: b',',
        };
        let mut rows = Rows::ged(text.as_slice(), &table, files::ged_options("23.1")).unwrap();
        rows.next().unwrap().unwrap()
    };
    let row = read(Encoding::Utf8);
    assert_eq!(
        files::codes(&row),
        [(armistice_importer::FindingCode::NotUtf8, "where_coordinates")]
    );
    assert!(!read(Encoding::from_label("latin1").unwrap()).is_rejected());
    assert_eq!(Encoding::from_label("utf-16"), None);
}
