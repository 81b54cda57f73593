//! Whatever the bytes, reading ends with a report or a refusal; what was read is written back and read again.

use armistice_report::{Report, entry, parse, to_json_line};
use proptest::prelude::*;

const REPORTS: &str = include_str!("../golden/reports-v1.ndjson");

fn golden() -> impl Strategy<Value = String> {
    let lines: Vec<String> = REPORTS.lines().map(|line| format!("{line}\n")).collect();
    prop::sample::select(lines)
}

/// A golden report with another text, number or time in it, so that the round trip sees more than the golden values.
fn varied() -> impl Strategy<Value = String> {
    let text = "[a-zA-Z0-9éա –]{1,40}";
    (
        golden(),
        text,
        0_u64..=9_007_199_254_740_991,
        -900_000_000_i64..=900_000_000,
    )
        .prop_map(|(line, text, number, e7)| {
            let lat = format!("{}", f64::from(i32::try_from(e7).expect("31 bits")) / 1e7);
            line.replace("\"an unsuccessful attack\"", &format!("\"{text}\""))
                .replace("\"lat\":40.0", &format!("\"lat\":{lat}"))
                .replace("\"distance_m\":4000", &format!("\"distance_m\":{number}"))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes);
        let _ = entry::parse(&bytes);
    }

    #[test]
    fn any_json_in_the_data(text in "[\\[\\]{}\",:a-z0-9 .\\\\-]{0,80}") {
        for line in REPORTS.lines() {
            let at = line.find("\"data\":").expect("data") + 7;
            let _ = parse(format!("{}{text}}}\n", &line[..at]).as_bytes());
        }
    }

    #[test]
    fn any_byte_changed(line in golden(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = line.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        // A changed report may still be a report: then it can be written and read like every other.
        if let Ok(report) = parse(&bytes) {
            prop_assert_eq!(parse(to_json_line(&report).as_bytes()), Ok(report));
        }
    }

    #[test]
    fn any_part_cut_out(line in golden(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let (a, b) = (a.index(line.len()), b.index(line.len()));
        let bytes = [&line.as_bytes()[..a.min(b)], &line.as_bytes()[a.max(b)..]].concat();
        let _ = parse(&bytes);
    }

    #[test]
    fn round_trip(line in varied()) {
        let report = parse(line.as_bytes()).expect("lawful");
        let written = to_json_line(&report);
        prop_assert_eq!(parse(written.as_bytes()), Ok(report.clone()));
        // Through serde directly, too, as a reader of NDJSON would.
        prop_assert_eq!(serde_json::from_str::<Report>(&written).expect("lawful"), report);
    }

    #[test]
    fn the_same_verdict_twice(line in golden(), at in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let mut bytes = line.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        prop_assert_eq!(parse(&bytes), parse(&bytes));
    }
}
