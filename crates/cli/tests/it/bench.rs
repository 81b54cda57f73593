//! The benches measure what they say, in small: every line is there, and nothing is left behind.

use crate::desk::Desk;

fn measures(line: &str) -> Vec<String> {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("tmp")).unwrap();
    let output = desk
        .command(crate::desk::binary())
        .env("TMPDIR", desk.path("tmp"))
        .args(line.split_whitespace())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        std::fs::read_dir(desk.path("tmp")).unwrap().count(),
        0,
        "a bench takes its scratch away"
    );
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = document["measures"].as_array().unwrap();
    assert!(
        rows.iter()
            .all(|row| row["value"].is_number() && row["unit"].is_string()),
        "{document}"
    );
    rows.iter()
        .map(|row| row["measure"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn append_is_measured_beside_file_and_verification() {
    let names = measures("bench append --entries 2048 --rounds 2 --submitters 4 -o json");
    for name in [
        "batches of 1024: ledger to verification",
        "4 submitters: ledger to plain file",
        "bytes on disk to raw bytes",
    ] {
        assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
    }
}

#[test]
fn replay_and_audit_are_measured_beside_their_bounds() {
    let names = measures("bench replay --entries 1000 --rounds 1 -o json");
    assert!(names.iter().any(|name| name == "replay to parsing"), "{names:?}");
    let names = measures("bench audit --entries 1000 --rounds 1 -o json");
    assert!(
        names.iter().any(|name| name == "audit to verification"),
        "{names:?}"
    );
}

#[test]
fn an_import_is_measured_beside_the_log_that_it_fills() {
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../importer/tests/data/ucdp_ged_v23_1_sample1000.csv"
    );
    let names = measures(&format!("bench import --rows 1500 --sample {sample} -o json"));
    for name in ["import: rate", "resident memory above the log's own"] {
        assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
    }
}
