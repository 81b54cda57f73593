//! `violation-reports`: documents served on sides, and what became of each: answered, signed, refused, protested, or nothing yet.

use std::collections::BTreeMap;

use armistice_projection::View;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    shapes::Entry,
    table::{Desk, Lines},
};

#[derive(Deserialize)]
struct ReportRow {
    number: Option<String>,
    issued_by: String,
    addressee: String,
    clauses: Box<RawValue>,
    targets: Box<RawValue>,
    responses: Vec<Reply>,
    counted: bool,
    time: Box<RawValue>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Reply {
    response: String,
    by: String,
    time: Box<RawValue>,
    entry: Entry,
}

#[derive(Serialize)]
struct Body<'a> {
    number: Option<&'a str>,
    issued_by: &'a str,
    addressee: &'a str,
    addressee_side: &'a str,
    served: &'a RawValue,
    clauses: &'a RawValue,
    targets: &'a RawValue,
    counted: bool,
    state: Vec<&'a str>,
    responses: Vec<ShownResponse<'a>>,
}

#[derive(Serialize)]
struct ShownResponse<'a> {
    response: &'a str,
    by: &'a str,
    time: &'a RawValue,
    entry: u64,
}

#[derive(Serialize)]
struct Sum<'a> {
    issued_by: &'a str,
    addressee_side: &'a str,
    served: u64,
    not_answered: u64,
    by_response: BTreeMap<&'a str, u64>,
    withdrawn: u64,
    #[serde(skip)]
    entries: Vec<Entry>,
}

/// Makes the rows: one for each report, and one for each issuer and side.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let mut rows: Vec<(String, ReportRow)> = Vec::new();
    desk.each(View::Findings, "violation_report", |key, row| {
        rows.push((key.to_owned(), row));
    });
    let mut sums: BTreeMap<[&str; 2], Sum<'_>> = BTreeMap::new();
    for (key, row) in &rows {
        let side = desk.frame.side(&row.addressee);
        let state = state(row);
        let rest = key.strip_prefix("violation_report/").unwrap_or(key);
        lines.add(
            "report",
            &[rest],
            "violation_report",
            &body(row, side, state.clone()),
            &row.entries,
        );
        let sum = sums.entry([&row.issued_by, side]).or_insert_with(|| Sum {
            issued_by: &row.issued_by,
            addressee_side: side,
            served: 0,
            not_answered: 0,
            by_response: BTreeMap::new(),
            withdrawn: 0,
            entries: Vec::new(),
        });
        if !row.counted {
            sum.withdrawn += 1;
            continue;
        }
        sum.served += 1;
        sum.not_answered += u64::from(row.responses.is_empty());
        for word in state.into_iter().filter(|word| *word != NOT_ANSWERED) {
            *sum.by_response.entry(word).or_default() += 1;
        }
        sum.entries.extend(&row.entries);
    }
    for (key, sum) in sums {
        lines.add("sum", &key, "violation_report", &sum, &sum.entries);
    }
}

const NOT_ANSWERED: &str = "not_answered";

/// Every response once; a report may be protested and signed.
fn state(row: &ReportRow) -> Vec<&str> {
    let mut words: Vec<&str> = row.responses.iter().map(|one| one.response.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        words.push(NOT_ANSWERED);
    }
    words
}

fn body<'a>(row: &'a ReportRow, side: &'a str, state: Vec<&'a str>) -> Body<'a> {
    let shown = |one: &'a Reply| ShownResponse {
        response: &one.response,
        by: &one.by,
        time: &one.time,
        entry: one.entry.index,
    };
    Body {
        number: row.number.as_deref(),
        issued_by: &row.issued_by,
        addressee: &row.addressee,
        addressee_side: side,
        served: &row.time,
        clauses: &row.clauses,
        targets: &row.targets,
        counted: row.counted,
        state,
        responses: row.responses.iter().map(shown).collect(),
    }
}
