//! Each fault is refused with its code and the path to the field.

use armistice_report::{RefusalCode as Code, parse};

use crate::{HASH, OTHER, claim, line};

#[track_caller]
fn check(text: &str, code: Code, field: &str) {
    let refusal = parse(text.as_bytes()).expect_err("refused");
    assert_eq!(
        (refusal.code, refusal.field.as_str()),
        (code, field),
        "{refusal}\n{text}"
    );
    assert!(!refusal.expected.is_empty() && !refusal.hint().is_empty());
    assert!(
        !refusal.to_string().contains(armistice_report::is_control),
        "{refusal:?}"
    );
}

/// A good incident with one part of it exchanged.
fn incident(from: &str, to: &str) -> String {
    let good = claim(
        "incident.reported.v1",
        concat!(
            r#"{"kind":"ground_assault","accused":"azerbaijan","#,
            r#""time":{"earliest":"2022-03-26T08:00:00Z","latest":"2022-03-26T14:00:00Z","precision":"part_of_day"},"#,
            r#""place":{"place":"parukh","lat":40.0,"lon":46.8,"precision":"near_25km"},"#,
            r#""count":{"min":1,"best":2,"max":3,"relation":"unknown"}}"#
        ),
    );
    assert!(parse(good.as_bytes()).is_ok(), "{:?}", parse(good.as_bytes()));
    assert!(good.contains(from), "{from}");
    good.replacen(from, to, 1)
}

#[test]
fn the_word_for_what_is_hidden_is_no_id() {
    let hidden = "\"redacted\"";
    for (from, field) in [
        ("\"azerbaijan\"", "data.content.accused"),
        ("\"parukh\"", "data.content.place.place"),
        ("\"karabakh-2020\"", "subject"),
    ] {
        check(&incident(from, hidden), Code::InvalidValue, field);
    }
    let longer = incident("\"parukh\"", "\"redacted-hill\"");
    assert!(parse(longer.as_bytes()).is_ok());
    let content = r#"{"actor":"redacted","role":"body_of_side","names":[{"name":"x"}]}"#;
    check(
        &line("actor.registered.v1", &format!(r#"{{"content":{content}}}"#)),
        Code::InvalidValue,
        "data.content.actor",
    );
}

#[test]
fn envelope() {
    check(
        &incident(r#""1.0""#, r#""0.3""#),
        Code::InvalidValue,
        "specversion",
    );
    check(&incident(r#""r-1""#, r#""""#), Code::Empty, "id");
    check(&incident("r-1", "r 1"), Code::InvalidValue, "id");
    check(&incident("r-1", &"r".repeat(129)), Code::TooLong, "id");
    check(
        &incident("demo-newsdesk", "demo newsdesk"),
        Code::InvalidValue,
        "source",
    );
    check(
        &incident("incident.reported.v1", "incident.happened.v1"),
        Code::UnknownType,
        "type",
    );
    check(
        &incident("incident.reported.v1", "incident.reported.v2"),
        Code::UnknownType,
        "type",
    );
    check(
        &incident("14:00:00Z", "14:00:00+04:00"),
        Code::InvalidValue,
        "time",
    );
    check(
        &incident("karabakh-2020", "Karabakh"),
        Code::InvalidValue,
        "subject",
    );
    check(
        &incident("karabakh-2020", &"k".repeat(65)),
        Code::TooLong,
        "subject",
    );
}

#[test]
fn counters_and_hashes() {
    check(
        &incident(r#""producerseq":1"#, r#""producerseq":0"#),
        Code::OutOfRange,
        "producerseq",
    );
    check(
        &incident(r#""producerseq":1"#, r#""producerseq":2147483648"#),
        Code::OutOfRange,
        "producerseq",
    );
    check(
        &incident(r#""producerseq":1"#, r#""producerseq":-1"#),
        Code::OutOfRange,
        "producerseq",
    );
    check(
        &incident(r#""producerseq":1"#, r#""producerseq":1.5"#),
        Code::InvalidValue,
        "producerseq",
    );
    check(
        &incident(r#""producerseq":1,"#, ""),
        Code::MissingField,
        "producerseq",
    );
    check(
        &incident(r#""producerseq":1"#, r#""producerseq":1,"prev":"AB""#),
        Code::InvalidValue,
        "prev",
    );
    check(
        &incident(r#""producerseq":1"#, r#""producerseq":1,"dataschema":"x""#),
        Code::UnknownField,
        "dataschema",
    );
    check(
        &incident(r#""id":"r-1""#, r#""id":"r-1","id":"r-1""#),
        Code::DuplicateField,
        "id",
    );
    check(
        &incident(r#""id":"r-1""#, r#""id":"r-1","datacontenttype":"text/csv""#),
        Code::InvalidValue,
        "datacontenttype",
    );
}

#[test]
fn lines_and_json() {
    let good = incident("r-1", "r-1");
    check(good.trim_end(), Code::NotOneLine, "");
    check(&format!("{good}\n"), Code::NotOneLine, "");
    check(&good.replace(",\"data\"", ",\n\"data\""), Code::NotOneLine, "");
    check("\n", Code::InvalidJson, "");
    check("[]\n", Code::InvalidValue, "");
    check("null\n", Code::InvalidValue, "");
    check(&good.replace("}}}\n", "}}} {}\n"), Code::InvalidJson, "");
    check(&good.replace("}}}\n", "}}\n"), Code::InvalidJson, "");
    check(
        &incident(r#""data":{"#, r#""data":[],"x":{"#),
        Code::UnknownField,
        "x",
    );
    check(
        &good.replace(",\"data\"", ",\t\"data\""),
        Code::ControlCharacter,
        "",
    );
    check(&good.replace("}\n", "}\r\n"), Code::ControlCharacter, "");
    let refusal = parse(&[0xff, b'\n']).expect_err("refused");
    assert_eq!(refusal.code, Code::NotUtf8);
    check(&format!("{}\n", " ".repeat(65_535)), Code::EntryTooLarge, "");
    // Deeper than any report: the reader stops at a limit of its own, the stack is safe, the path is cut.
    check(&format!("{}\n", "[".repeat(60_000)), Code::InvalidValue, "");
    let deep = |brackets: String| incident(r#""kind":"ground_assault""#, &format!(r#""kind":{brackets}"#));
    check(
        &deep("[".repeat(30_000) + &"]".repeat(30_000)),
        Code::InvalidValue,
        "data.content.kind",
    );
    let refusal = parse(deep("[".repeat(60_000)).as_bytes()).expect_err("refused");
    assert_eq!(refusal.code, Code::InvalidJson);
    assert!(refusal.field.starts_with("data.content.kind[0]") && refusal.to_string().len() < 1000);
    let long = incident(r#""kind""#, &format!(r#""{}":1,"kind""#, "x".repeat(60_000)));
    let refusal = parse(long.as_bytes()).expect_err("refused");
    assert_eq!(refusal.code, Code::UnknownField);
    assert!(refusal.to_string().len() < 1000, "{}", refusal.to_string().len());
}

#[test]
fn fields() {
    check(
        &incident(r#""kind":"#, r#""country":"x","kind":"#),
        Code::UnknownField,
        "data.content.country",
    );
    check(
        &incident(r#""lat":"#, r#""city":1,"lat":"#),
        Code::UnknownField,
        "data.content.place.city",
    );
    check(
        &incident(r#""kind":"ground_assault","#, ""),
        Code::MissingField,
        "data.content.kind",
    );
    check(
        &incident(r#""kind":"ground_assault""#, r#""kind":"war""#),
        Code::InvalidValue,
        "data.content.kind",
    );
    check(
        &incident(r#""kind":"ground_assault""#, r#""kind":"other""#),
        Code::MissingField,
        "data.content.kind_text",
    );
    check(
        &incident(r#""kind":"#, r#""kind":"mortar","kind":"#),
        Code::DuplicateField,
        "data.content.kind",
    );
    check(
        &incident(r#""min":1"#, r#""min":1,"min":1"#),
        Code::DuplicateField,
        "data.content.count.min",
    );
    check(
        &incident(r#""hedge":"reported""#, r#""hedge":"sure""#),
        Code::InvalidValue,
        "data.provenance.hedge",
    );
    check(
        &incident(r#""provenance":"#, r#""note":1,"provenance":"#),
        Code::UnknownField,
        "data.note",
    );
    check(
        &incident(r#""place":"parukh""#, r#""place":7"#),
        Code::InvalidValue,
        "data.content.place.place",
    );
    check(
        &incident("\"azerbaijan\"", "\"Azerbaijan\""),
        Code::InvalidValue,
        "data.content.accused",
    );
    check(
        &incident("\"azerbaijan\"", "\"\""),
        Code::Empty,
        "data.content.accused",
    );
    check(
        &incident(r#""content":{"#, r#""content":null,"x":{"#),
        Code::InvalidValue,
        "data.content",
    );
}

#[test]
fn one_reading_of_json() {
    // serde's derived readers would take these; the schema does not.
    check(
        &incident(r#""hedge":"reported""#, r#""hedge":{"reported":null}"#),
        Code::InvalidValue,
        "data.provenance.hedge",
    );
    check(
        &incident(
            r#""asserted_by":{}"#,
            r#""asserted_by":[null,null,null,null,null]"#,
        ),
        Code::InvalidValue,
        "data.provenance.asserted_by",
    );
    check(
        &line("incident.reported.v1", "[null,{}]"),
        Code::InvalidValue,
        "data",
    );
}

#[test]
fn times() {
    check(
        &incident("2022-03-26T08:00:00Z", "2022-03-27T08:00:00Z"),
        Code::TimeOrder,
        "data.content.time.latest",
    );
    let none = claim(
        "incident.reported.v1",
        r#"{"kind":"mortar","time":{"precision":"day"}}"#,
    );
    check(&none, Code::MissingField, "data.content.time.earliest");
    for wrong in [
        "2022-02-30T08:00:00Z",
        "2022-03-26T24:00:00Z",
        "2022-03-26T08:00:60Z",
        "2022-03-26 08:00:00Z",
        "2022-03-26t08:00:00z",
        "2022-03-26T08:00Z",
        "2022-03-26T08:00:00.Z",
        "2022-03-26T08:00:00.1234567Z",
        "2022-3-26T08:00:00Z",
        "+2022-03-26T08:00:00Z",
        "2022-03-26T08:00:00",
        "",
        "９022-03-26T08:00:00Z",
    ] {
        check(
            &incident("2022-03-26T08:00:00Z", wrong),
            Code::InvalidValue,
            "data.content.time.earliest",
        );
    }
    for wrong in ["Asia/Baku", "Z", "+4:00", "-00:00", "+18:01", "+04:60"] {
        let with = format!(r#""precision":"part_of_day","zone":"{wrong}""#);
        check(
            &incident(r#""precision":"part_of_day""#, &with),
            Code::InvalidValue,
            "data.content.time.zone",
        );
    }
    let anchor = r#""precision":"part_of_day","anchor":"2022-02-29""#;
    check(
        &incident(r#""precision":"part_of_day""#, anchor),
        Code::InvalidValue,
        "data.content.time.anchor",
    );
}

#[test]
fn places() {
    check(
        &incident("40.0", "91"),
        Code::OutOfRange,
        "data.content.place.lat",
    );
    check(
        &incident("40.0", "-90.0000001"),
        Code::OutOfRange,
        "data.content.place.lat",
    );
    check(
        &incident("46.8", "180.1"),
        Code::OutOfRange,
        "data.content.place.lon",
    );
    check(
        &incident("46.8", "1e400"),
        Code::OutOfRange,
        "data.content.place.lon",
    );
    check(
        &incident("46.8", "NaN"),
        Code::InvalidJson,
        "data.content.place.lon",
    );
    check(
        &incident("46.8", "\"46.8\""),
        Code::InvalidValue,
        "data.content.place.lon",
    );
    check(
        &incident(r#","lon":46.8"#, ""),
        Code::MissingField,
        "data.content.place.lon",
    );
    check(
        &incident(r#""lat":40.0,"#, ""),
        Code::MissingField,
        "data.content.place.lat",
    );
    check(
        &incident("near_25km", "withheld"),
        Code::Contradiction,
        "data.content.place.lat",
    );
    let withheld = r#"{"place":"parukh","reference":"north of it","precision":"withheld"}"#;
    let control = |place: &str| {
        claim(
            "control.claimed.v1",
            &format!(r#"{{"place":{place},"controller":"a","mode":"captured"}}"#),
        )
    };
    check(
        &control(withheld),
        Code::Contradiction,
        "data.content.place.reference",
    );
    check(
        &control(r#"{"precision":"exact"}"#),
        Code::MissingField,
        "data.content.place.place",
    );
    assert!(parse(control(r#"{"precision":"withheld"}"#).as_bytes()).is_ok());
}

#[test]
fn control() {
    let control = |rest: &str| {
        claim(
            "control.claimed.v1",
            &format!(r#"{{"place":{{"place":"p","precision":"exact"}},{rest}}}"#),
        )
    };
    // Whoever says that a side withdrew says who that is, and need not say who came after it.
    let withdrew = |rest: &str| control(&format!(r#""mode":"withdrew"{rest}"#));
    assert!(parse(withdrew(r#","previous":"a""#).as_bytes()).is_ok());
    assert!(parse(withdrew(r#","previous":"a","controller":"b""#).as_bytes()).is_ok());
    let previous = "data.content.previous";
    check(&withdrew(""), Code::MissingField, previous);
    check(&withdrew(r#","controller":"b""#), Code::MissingField, previous);
    for mode in armistice_report::ControlMode::ALL {
        if *mode != armistice_report::ControlMode::Withdrew {
            let unheld = control(&format!(r#""mode":"{mode}","previous":"a""#));
            check(&unheld, Code::MissingField, "data.content.controller");
        }
    }
}

#[test]
fn quantities() {
    let with = |count: &str| incident(r#"{"min":1,"best":2,"max":3,"relation":"unknown"}"#, count);
    check(
        &with(r#"{"min":5,"max":3,"relation":"between"}"#),
        Code::QuantityOrder,
        "data.content.count.max",
    );
    check(
        &with(r#"{"min":5,"best":3,"relation":"unknown"}"#),
        Code::QuantityOrder,
        "data.content.count.best",
    );
    check(
        &with(r#"{"best":5,"max":3,"relation":"unknown"}"#),
        Code::QuantityOrder,
        "data.content.count.best",
    );
    check(
        &with(r#"{"best":-1,"relation":"about"}"#),
        Code::OutOfRange,
        "data.content.count.best",
    );
    check(
        &with(r#"{"best":9007199254740992,"relation":"about"}"#),
        Code::OutOfRange,
        "data.content.count.best",
    );
    check(
        &with(r#"{"best":99999999999999999999999,"relation":"about"}"#),
        Code::InvalidValue,
        "data.content.count.best",
    );
    check(
        &with(r#"{"best":2.0,"relation":"about"}"#),
        Code::InvalidValue,
        "data.content.count.best",
    );
    check(
        &with(r#"{"relation":"exactly"}"#),
        Code::MissingField,
        "data.content.count.best",
    );
    check(
        &with(r#"{"min":2,"best":3,"relation":"exactly"}"#),
        Code::Contradiction,
        "data.content.count.relation",
    );
    check(
        &with(r#"{"best":13,"relation":"more_than"}"#),
        Code::MissingField,
        "data.content.count.min",
    );
    check(
        &with(r#"{"best":13,"relation":"less_than"}"#),
        Code::MissingField,
        "data.content.count.max",
    );
    check(
        &with(r#"{"min":13,"relation":"between"}"#),
        Code::MissingField,
        "data.content.count.max",
    );
    check(
        &with(r#"{"relation":"unknown"}"#),
        Code::MissingField,
        "data.content.count.verbatim",
    );
}

#[test]
fn control_characters() {
    let field = "data.content.target";
    for bad in [
        "\\u0000",
        "\\n",
        "\\u001b[2J",
        "\\u007f",
        "\\u0085",
        "\\u009b",
        "\\u2028",
        "\\u2029",
        "\u{7f}",
        "\u{9f}",
        "\u{2028}",
        "\u{1}",
    ] {
        let with = format!(r#""target":"a post{bad}","accused""#);
        check(&incident(r#""accused""#, &with), Code::ControlCharacter, field);
    }
    check(
        &incident(r#""asserted_by":{}"#, r#""asserted_by":{"speaker":"a\tb"}"#),
        Code::ControlCharacter,
        "data.provenance.asserted_by.speaker",
    );
    check(
        &incident("azerbaijan", "azer\\u0000baijan"),
        Code::ControlCharacter,
        "data.content.accused",
    );
    check(
        &incident("ground_assault", "ground\\u0000assault"),
        Code::ControlCharacter,
        "data.content.kind",
    );
    check(&incident("r-1", "r\\u2028"), Code::ControlCharacter, "id");
    // In the name of a field, too; the path does not repeat it.
    let refusal = parse(incident(r#""kind""#, r#""k\u0007":1,"kind""#).as_bytes()).expect_err("refused");
    assert_eq!(refusal.code, Code::ControlCharacter);
    // Letters near the forbidden ranges are letters.
    let fine = incident(
        r#""accused""#,
        r#""target":"d\u00e9p\u00f4t \u2026 \u00a0","accused""#,
    );
    assert!(parse(fine.as_bytes()).is_ok());
}

#[test]
fn what_the_sender_wrote_stays_in_found() {
    let text = incident(r#""hedge":"reported""#, r#""hedge":"sure, expected nothing""#);
    let refusal = parse(text.as_bytes()).expect_err("refused");
    assert_eq!(refusal.found.as_deref(), Some("sure, expected nothing"));
    assert!(
        refusal.expected.starts_with("one of `stated`"),
        "{}",
        refusal.expected
    );
    let text = incident(r#""min":1"#, r#""min":"many, expected few""#);
    let refusal = parse(text.as_bytes()).expect_err("refused");
    assert_eq!(refusal.expected, "a whole number from 0 to 9007199254740991");
}

#[test]
fn surrogates() {
    for bad in ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\uD800\\uD800"] {
        let with = format!(r#""target":"{bad}","accused""#);
        check(
            &incident(r#""accused""#, &with),
            Code::InvalidJson,
            "data.content.target",
        );
    }
    let fine = incident(r#""accused""#, r#""target":"\ud83d\udd4a","accused""#);
    assert!(parse(fine.as_bytes()).is_ok());
}

#[test]
fn lengths() {
    let with = |text: &str| incident(r#""accused""#, &format!(r#""target":"{text}","accused""#));
    assert!(parse(with(&"x".repeat(1024)).as_bytes()).is_ok());
    check(&with(&"x".repeat(1025)), Code::TooLong, "data.content.target");
    // The limit counts bytes, not characters.
    check(&with(&"é".repeat(513)), Code::TooLong, "data.content.target");
    check(&with(""), Code::Empty, "data.content.target");
    let weapons = |n: usize| {
        incident(
            r#""accused""#,
            &format!(r#""weapons":[{}],"accused""#, vec![r#""mortar""#; n].join(",")),
        )
    };
    assert!(parse(weapons(16).as_bytes()).is_ok());
    check(&weapons(17), Code::TooLong, "data.content.weapons");
    check(
        &incident(r#""accused""#, r#""weapons":["mortar","club"],"accused""#),
        Code::InvalidValue,
        "data.content.weapons[1]",
    );
}

#[test]
fn answers() {
    let denied = |content: &str| claim("claim.denied.v1", content);
    check(
        &denied(r#"{"scope":"whole"}"#),
        Code::MissingTarget,
        "data.content.target",
    );
    check(
        &denied(r#"{"target":"","scope":"whole"}"#),
        Code::InvalidValue,
        "data.content.target",
    );
    check(
        &denied(&format!(
            r#"{{"target":"{}","scope":"whole"}}"#,
            HASH.to_uppercase()
        )),
        Code::InvalidValue,
        "data.content.target",
    );
    let figure =
        format!(r#"{{"target":"{HASH}","scope":"occurrence","figure":{{"best":1,"relation":"about"}}}}"#);
    check(&denied(&figure), Code::Contradiction, "data.content.scope");
    let other = format!(r#"{{"target":"{HASH}","reason":"other"}}"#);
    check(
        &claim("claim.retracted.v1", &other),
        Code::MissingField,
        "data.content.text",
    );
}

#[test]
fn corrections() {
    let corrected = |replacement: &str| {
        claim(
            "claim.corrected.v1",
            &format!(r#"{{"target":"{HASH}","reason":"new_information","replacement":{replacement}}}"#),
        )
    };
    let place = "data.content.replacement.content.place.lat";
    let control = |lat: &str| {
        format!(
            r#"{{"place":{{"lat":{lat},"lon":1,"precision":"exact"}},"controller":"a","mode":"captured"}}"#
        )
    };
    let tagged = |content: &str| format!(r#"{{"type":"control.claimed.v1","content":{content}}}"#);
    assert!(parse(corrected(&tagged(&control("1"))).as_bytes()).is_ok());
    check(&corrected(&tagged(&control("91"))), Code::OutOfRange, place);
    // The order of the two fields makes no difference.
    let turned = format!(r#"{{"content":{},"type":"control.claimed.v1"}}"#, control("91"));
    check(&corrected(&turned), Code::OutOfRange, place);
    check(
        &corrected(r#"{"type":"nothing.v1","content":{}}"#),
        Code::UnknownType,
        "data.content.replacement.type",
    );
    check(
        &corrected(&tagged(r#"{"x":1}"#)),
        Code::UnknownField,
        "data.content.replacement.content.x",
    );
    let note = format!(r#"{{"type":"note.added.v1","content":{{"targets":["{HASH}"],"text":"x"}}}}"#);
    check(
        &corrected(&note),
        Code::InvalidValue,
        "data.content.replacement.type",
    );
    let other =
        r#"{"type":"incident.reported.v1","content":{"kind":"other","time":{"precision":"unknown"}}}"#;
    check(
        &corrected(other),
        Code::MissingField,
        "data.content.replacement.content.kind_text",
    );
    let bad = tagged(&control("1")).replace("\"a\"", "\"a\\u0000\"");
    check(
        &corrected(&bad),
        Code::ControlCharacter,
        "data.content.replacement.content.controller",
    );
}

#[test]
fn findings_and_curation() {
    let assessed = |rest: &str| claim("incident.assessed.v1", &format!(r#"{{"assessor":"m",{rest}}}"#));
    check(
        &assessed(r#""occurrence":"confirmed""#),
        Code::MissingTarget,
        "data.content.targets",
    );
    check(
        &assessed(r#""targets":[],"occurrence":"confirmed""#),
        Code::Empty,
        "data.content.targets",
    );
    check(
        &assessed(&format!(r#""targets":["{HASH}"]"#)),
        Code::MissingField,
        "data.content.occurrence",
    );
    let twice = format!(r#""targets":["{HASH}","{OTHER}","{HASH}"],"occurrence":"confirmed""#);
    check(&assessed(&twice), Code::Contradiction, "data.content.targets");
    let many = vec![format!("\"{HASH}\""); 65].join(",");
    check(
        &assessed(&format!(r#""targets":[{many}],"occurrence":"confirmed""#)),
        Code::TooLong,
        "data.content.targets",
    );
    for bad in [
        r#"{"degree":"likely"}"#,
        r#"{"actor":"a","unnamed":"third_party","degree":"likely"}"#,
    ] {
        let text = assessed(&format!(r#""targets":["{HASH}"],"attribution":[{bad}]"#));
        check(&text, Code::Contradiction, "data.content.attribution[0].actor");
    }
    let linked = format!(r#"{{"content":{{"a":"{HASH}","b":"{HASH}","relation":"follows"}}}}"#);
    check(
        &line("incidents.linked.v1", &linked),
        Code::Contradiction,
        "data.content.b",
    );
    check(
        &line("incidents.unlinked.v1", r#"{"content":{}}"#),
        Code::MissingTarget,
        "data.content.target",
    );
}

#[test]
fn other_contents() {
    let time = r#""time":{"precision":"unknown"}"#;
    check(
        &line(
            "incident.reported.v1",
            &format!(r#"{{"content":{{"kind":"mortar",{time}}}}}"#),
        ),
        Code::MissingField,
        "data.provenance",
    );
    check(
        &claim("statement.made.v1", &format!(r#"{{"act":"demand",{time}}}"#)),
        Code::MissingField,
        "data.content.demand",
    );
    let vague = format!(r#"{{"act":"demand","demand":{{"kind":"other","of":"a"}},{time}}}"#);
    check(
        &claim("statement.made.v1", &vague),
        Code::MissingField,
        "data.content.demand.text",
    );
    check(
        &claim(
            "casualties.reported.v1",
            r#"{"status":"military","period":{"precision":"unknown"}}"#,
        ),
        Code::MissingField,
        "data.content.killed",
    );
    let figures = r#"{"status":"military","killed":{"best":3,"relation":"exactly"}}"#;
    check(
        &claim("casualties.reported.v1", figures),
        Code::MissingField,
        "data.content.period",
    );
    let alone = format!(r#"{{"participants":[{{"actor":"a"}}],"mode":"phone",{time}}}"#);
    check(
        &claim("contact.reported.v1", &alone),
        Code::Empty,
        "data.content.participants",
    );
    check(
        &claim(
            "effort.reported.v1",
            r#"{"body":"m","period":{"precision":"unknown"}}"#,
        ),
        Code::MissingField,
        "data.content.patrols",
    );
    let unitless = format!(r#"{{"kind":"convoy","number":{{"best":3,"relation":"about"}},{time}}}"#);
    check(
        &claim("movement.reported.v1", &unitless),
        Code::MissingField,
        "data.content.unit",
    );
}

#[test]
fn founding_and_frame() {
    let window = r#""window":{"from":"2022-03-26T14:00:00Z","to":"2022-03-26T14:00:01Z"}"#;
    check(
        &line("refusal.recorded.v1", &format!(r#"{{"content":{{{window}}}}}"#)),
        Code::Empty,
        "data.content.marks",
    );
    let back = r#"{"content":{"aggregated":[{"code":"bad_signature","count":7}],"window":{"from":"2022-03-26T14:00:00Z","to":"2022-03-26T13:00:00Z"}}}"#;
    check(
        &line("refusal.recorded.v1", back),
        Code::TimeOrder,
        "data.content.window.to",
    );
    for text in ["[1]", "{", " {}", "{} {}"] {
        let adopted =
            format!(r#"{{"content":{{"codebook":{{"id":"b","sha256":"{OTHER}"}},"text":"{text}"}}}}"#);
        check(
            &line("codebook.adopted.v1", &adopted),
            Code::InvalidJson,
            "data.content.text",
        );
    }
    let grants = r#"{"content":{"producer":"p","key":"p+0a1b2c3d+AQ==","may":["claim","claim"]}}"#;
    check(
        &line("producer.enrolled.v1", grants),
        Code::Contradiction,
        "data.content.may",
    );
    check(
        &line("producer.enrolled.v1", &grants.replace("0a1b2c3d", "0A1B2C3D")),
        Code::InvalidValue,
        "data.content.key",
    );
    let point =
        r#"{"content":{"place":"p","kind":"height","names":[{"name":"P"}],"lat":1,"precision":"exact"}}"#;
    check(
        &line("place.registered.v1", point),
        Code::MissingField,
        "data.content.lon",
    );
}
