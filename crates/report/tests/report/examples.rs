//! The examples of the format page are reports.

use armistice_report::{parse, to_json_line};

const PAGE: &str = include_str!("../../../../docs/formats/report-v1.md");

#[test]
fn examples_of_the_format_page() {
    let examples: Vec<&str> = PAGE
        .split("```json\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert_eq!(examples.len(), 6);
    for example in examples {
        let value: serde_json::Value = serde_json::from_str(example).expect("JSON");
        let report =
            parse(format!("{value}\n").as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}\n{example}"));
        assert_eq!(parse(to_json_line(&report).as_bytes()), Ok(report));
    }
}
