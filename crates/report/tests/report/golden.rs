//! Fixed bytes: what version 1 looks like, for ever. Old golden bytes are never edited.

use armistice_report::{
    ENTRY_BYTES_MAX, EntryError, NOTE_BYTES_MAX, RefusalCode, Timestamp, entry, parse, to_json_line,
};

/// One report of every type, one line each.
const REPORTS: &str = include_str!("../golden/reports-v1.ndjson");
/// One entry.
const ENTRY: &[u8] = include_bytes!("../golden/entry-v1.txt");

#[test]
fn reports_are_read_and_written_back() {
    for line in REPORTS.lines() {
        let line = format!("{line}\n");
        let report = parse(line.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}\n{line}"));
        assert_eq!(to_json_line(&report), line);
    }
}

#[test]
fn every_type_has_a_golden_report() {
    let types: Vec<_> = REPORTS
        .lines()
        .map(|line| armistice_report::parse_json(line).expect("golden").event_type())
        .collect();
    for of in armistice_report::EventType::ALL {
        assert!(types.contains(of), "no golden report of type {of}");
    }
}

#[test]
fn targets_are_all_hashes_that_a_report_names() {
    for line in REPORTS.lines() {
        let report = armistice_report::parse_json(line).expect("golden");
        let data = &line[line.find("\"data\"").expect("data")..];
        for target in report.targets() {
            assert!(data.contains(&target.to_string()), "{line}");
        }
        // Golden entry hashes begin with e0; other hashes do not.
        let named = data.matches("\"e0").count();
        assert_eq!(report.targets().len(), named, "{line}");
    }
}

#[test]
fn entries() {
    let parts = entry::parse(ENTRY).expect("golden");
    assert_eq!(parts.received.to_string(), "2022-03-26T14:00:03.250000Z");
    assert!(parts.note.starts_with(b"{\"specversion\""));
    assert_eq!(entry::encode(parts.received, parts.note).expect("fits"), ENTRY);
    assert!(ENTRY.starts_with(entry::header(parts.received).as_bytes()));
}

#[test]
fn entries_have_one_spelling() {
    let note = b"text\n\n\xe2\x80\x94 key sig\n";
    let at = Timestamp::new("2022-03-26T14:00:03Z").expect("lawful");
    let good = entry::encode(at, note).expect("fits");
    let text = String::from_utf8(good.clone()).expect("UTF-8");
    let parse = |text: &str| entry::parse(text.as_bytes()).map(|parts| parts.note.len());
    assert_eq!(parse(&text), Ok(note.len()));
    assert_eq!(parse(&text.replace("/v1", "/v2")), Err(EntryError::Magic));
    assert_eq!(
        parse(&text.replace(".000000Z", ".0000000Z")),
        Err(EntryError::Received)
    );
    assert_eq!(parse(&text.replace(".000000Z", "Z")), Err(EntryError::Received));
    assert_eq!(parse(&text.replace("2022", "2O22")), Err(EntryError::Received));
    assert_eq!(parse(&entry::header(at)), Err(EntryError::Empty));
    for cut in 0..entry::header(at).len() {
        assert!(entry::parse(&good[..cut]).is_err());
    }
}

#[test]
fn entries_have_a_limit() {
    let at = Timestamp::new("2022-03-26T14:00:03Z").expect("lawful");
    let largest = entry::encode(at, &vec![b'x'; NOTE_BYTES_MAX]).expect("fits");
    assert_eq!(largest.len(), ENTRY_BYTES_MAX);
    assert!(entry::parse(&largest).is_ok());
    let refusal = entry::encode(at, &vec![b'x'; NOTE_BYTES_MAX + 1]).expect_err("too large");
    assert_eq!(refusal.code, RefusalCode::EntryTooLarge);
    assert_eq!(
        entry::encode(at, b"").expect_err("empty").code,
        RefusalCode::NotANote
    );
    assert_eq!(
        entry::parse(&[largest, vec![b'x']].concat()),
        Err(EntryError::TooLarge)
    );
}

#[test]
fn a_full_refusal_mark_fits_into_an_entry() {
    use armistice_report::{MARKS_MAX, SUMS_MAX};
    let name = "p".repeat(64);
    let longest = RefusalCode::ALL
        .iter()
        .max_by_key(|code| code.as_str().len())
        .expect("codes");
    let sha = "5a".repeat(32);
    let mark = format!(r#"{{"submission_sha256":"{sha}","producer":"{name}","code":"{longest}"}}"#);
    let sum = format!(r#"{{"code":"{longest}","producer":"{name}","count":9007199254740991}}"#);
    let content = format!(
        r#"{{"content":{{"marks":[{}],"aggregated":[{}],"window":{{"from":"2022-03-26T14:00:00.250000Z","to":"2022-03-26T14:01:00.250000Z"}}}}}}"#,
        vec![mark; MARKS_MAX].join(","),
        vec![sum; SUMS_MAX].join(",")
    );
    let line = crate::line("refusal.recorded.v1", &content).replace("demo-newsdesk", &"o".repeat(256));
    assert!(parse(line.as_bytes()).is_ok());
    // A signature line is a dash, the name, 68 bytes in base64 and spaces.
    assert!(line.len() + 400 < NOTE_BYTES_MAX, "{}", line.len());
}
