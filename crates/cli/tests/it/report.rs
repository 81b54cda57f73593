//! The daily report: the scenario's day in three forms, the same bytes each time, and nothing of hostile or hidden words.

use crate::desk::{Desk, denial, incident, stable};

const DAY: &str = "report daily --date 2022-03-26 --dir parukh";

fn parukh() -> Desk {
    let desk = Desk::new();
    desk.good("demo --dir parukh");
    desk
}

#[test]
fn the_day_of_the_scenario_in_three_forms() {
    let desk = parukh();
    for form in ["md", "html", "json"] {
        let text = desk.good(&format!("{DAY} --format {form}"));
        insta::assert_snapshot!(format!("daily_{form}"), stable(&text));
        // The same again, into a file, and from exported bytes.
        desk.good(&format!("{DAY} --format {form} --out report.{form}"));
        assert_eq!(desk.read(&format!("report.{form}")), text.as_bytes());
        let from = format!("report daily --date 2022-03-26 --from parukh/public --format {form}");
        assert!(desk.good(&from) == text, "{form} from exported tiles");
    }
    assert_eq!(
        desk.good(&format!("{DAY} -o json")),
        desk.good(&format!("{DAY} --format json"))
    );
    let page = desk.good(&format!("{DAY} --format html"));
    for outside in ["<script", "src=", "http:", "https:", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn an_earlier_size_gives_the_older_report() {
    let desk = parukh();
    let now = desk.json(&format!("{DAY} --format json"));
    let size = now["header"]["tree_size"].as_u64().unwrap();
    assert_eq!(
        desk.json(&format!("{DAY} --format json --as-of {size}")),
        now,
        "all of it"
    );
    // Row 22 of the scenario: before the bulletin of the contingent.
    let older = desk.json(&format!("{DAY} --format json --as-of 46"));
    let found =
        |report: &serde_json::Value| report["findings"]["assessments"]["day"].as_array().unwrap().len();
    assert_eq!((found(&older), found(&now)), (0, 1));
    assert!(older["header"]["root"] != now["header"]["root"]);
    let annexed = older["annex"].as_array().unwrap();
    assert!(annexed.iter().all(|entry| entry["index"].as_u64().unwrap() < 46));
    let since = desk.json(&format!("{DAY} --format json --since 46"));
    assert_eq!(since["corrections"]["since"], 46);
    desk.ends(4, &format!("{DAY} --since 999"));
    desk.ends(4, &format!("{DAY} --as-of 999"));
    desk.ends(4, &format!("{DAY} --codebook nothing"));
    desk.ends(2, "report daily --date 2022-02-30 --dir parukh");
    desk.ends(2, "report daily --date 0000-01-01 --dir parukh");
}

/// Words that would be markup, a link or another line, were they not escaped.
const HOSTILE: &str = r"<script>alert(1)</script> | [x](https://example.org) | # no *title*";

fn hostile(id: &str, place: &str) -> String {
    incident(id, "azerbaijan", "karabakh-armenian")
        .replace(
            r#""hedge":"stated""#,
            &format!(r#""verbatim":"{HOSTILE}","hedge":"stated""#),
        )
        .replace(
            r#""kind":"small_arms_fire""#,
            &format!(r#""kind":"small_arms_fire","place":{place}"#),
        )
}

#[test]
fn words_of_reports_are_never_markup() {
    let desk = Desk::with_ledger();
    let place = r#"{"names":[{"name":"<b>Hill</b> | 5"}],"precision":"exact"}"#;
    desk.write("reports.ndjson", &hostile("r-1", place));
    desk.good("submit --dir ledger --key newsdesk.key reports.ndjson");
    let day = "report daily --date 2022-03-26 --dir ledger --format";
    let page = desk.good(&format!("{day} html"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(!page.contains("<script") && page.contains("&lt;b&gt;Hill&lt;/b&gt; | 5"));
    let text = desk.good(&format!("{day} md"));
    assert!(
        text.contains(r"\<script\>alert(1)\</script\> \| \[x\](https\://example.org) \| \# no \*title\*"),
        "{text}"
    );
    assert!(text.contains(r"\<b\>Hill\</b\> \| 5"), "{text}");
}

#[test]
fn what_is_withheld_or_redacted_is_in_no_form() {
    let desk = Desk::with_ledger();
    desk.good("key generate curator --out curator.key");
    desk.good("producer enrol curator --dir ledger --key curator.key --may curate");
    let secret = r#"{"names":[{"name":"Secret Spring"}],"reference":"by Secret Spring","precision":"exact"}"#;
    let withheld = r#"{"names":[{"name":"Quiet Hollow"}],"precision":"withheld"}"#;
    let registered = r#"{"id":"p-1","type":"place.registered.v1","time":"2022-03-26T12:00:00Z","data":{"content":{"place":"hollow","kind":"settlement","names":[{"name":"Quiet Hollow"}],"precision":"near_25km"}}}"#;
    desk.write("places.ndjson", registered);
    desk.good("submit --dir ledger --key curator.key places.ndjson");
    let said = r#""provenance":{"asserted_by":{"actor":"azerbaijan","capacity":"party"},"hedge":"stated"}"#;
    let hollow = r#"{"place":"hollow","precision":"withheld"}"#;
    let day_of = r#"{"earliest":"2022-03-26T00:00:00Z","latest":"2022-03-26T23:59:59Z","precision":"day"}"#;
    let draft = |id: &str, kind: &str, content: &str| {
        format!(
            r#"{{"id":"{id}","type":"{kind}","time":"2022-03-26T12:00:00Z","data":{{{said},"content":{content}}}}}"#
        )
    };
    let held =
        format!(r#"{{"place":{hollow},"controller":"azerbaijan","mode":"retained","since":{day_of}}}"#);
    let moved = format!(r#"{{"kind":"rotation","actor":"azerbaijan","from":{hollow},"time":{day_of}}}"#);
    let patrol =
        format!(r#"{{"force":"azerbaijan","route":[{hollow}],"result":"completed","time":{day_of}}}"#);
    let lines = [
        hostile("r-1", secret),
        hostile("r-2", withheld),
        hostile("r-3", hollow),
        draft("r-4", "control.claimed.v1", &held),
        denial("r-5", "karabakh-armenian", "r-4"),
        draft("r-6", "movement.reported.v1", &moved),
        draft("r-7", "patrol.reported.v1", &patrol),
    ];
    desk.write("reports.ndjson", &lines.join("\n"));
    desk.good("submit --dir ledger --key newsdesk.key reports.ndjson");
    let size = desk.json("log head --dir ledger -o json")["tree_size"].clone();
    let day = "report daily --date 2022-03-26 --dir ledger --format";
    assert!(desk.good(&format!("{day} md")).contains("Secret Spring"));
    desk.good("redact newsdesk/r-1 --dir ledger --key curator.key --field data.content.place --field data.provenance.verbatim --reason safety");
    for form in ["md", "html", "json"] {
        for as_of in [String::new(), format!(" --as-of {size}")] {
            let text = desk.good(&format!("{day} {form}{as_of}"));
            assert!(!text.contains("Secret Spring"), "{form}{as_of}");
            assert!(!text.contains("Quiet Hollow"), "{form}{as_of}");
            assert!(text.contains("redacted"), "{form}{as_of}");
        }
    }
    let report = desk.json(&format!("{day} json"));
    assert_eq!(
        report["corrections"]["corrections"][0]["what"],
        "redaction applied"
    );
    assert_eq!(report["limits"]["redacted"], 1);
}
