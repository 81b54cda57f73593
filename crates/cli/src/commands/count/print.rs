//! A count in each format. JSON, NDJSON and CSV leave nothing out; the table is for reading.

use std::fmt::Write as _;

use armistice_desk::Counts;
use serde_json::{Value, json, value::RawValue};

use super::select::Chosen;
use crate::commands::view::people::{amount, brief};
use crate::commands::view::stamp;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Format, grid};
use crate::views::Row;

/// `-o json` of a count; the rows are the bytes that the digest covers.
#[derive(serde::Serialize)]
struct Document<'a> {
    codebook: &'a str,
    codebook_version: u32,
    codebook_sha256: String,
    codebook_adopted_by_entry: Option<u64>,
    zone: String,
    tree_size: u64,
    root: String,
    digest: String,
    rows: Vec<&'a RawValue>,
}

/// Prints a count.
pub(super) fn print(chosen: &Chosen, counted: &Counts, format: Format) -> Outcome {
    let rows: Vec<Row> = counted
        .rows
        .iter()
        .map(|row| Row::read(row.json.clone()))
        .collect();
    match format {
        Format::Table => {
            for line in people(chosen, counted, &rows) {
                output::line(&line)?;
            }
        }
        Format::Json => output::line(&document(chosen, counted, &rows)?)?,
        Format::Ndjson => {
            for row in &rows {
                output::line(&row.line)?;
            }
            output::remark(&header(chosen, counted));
        }
        Format::Csv => {
            let stamped = [
                ("codebook_adopted_by_entry", json!(chosen.adopted)),
                ("tree_size", json!(counted.tree_size.0)),
                ("root", json!(counted.root.to_string())),
                ("digest", json!(counted.digest.root.to_string())),
            ];
            stamp::flat(&stamped, &rows).print(format)?;
        }
    }
    Ok(())
}

fn document(chosen: &Chosen, counted: &Counts, rows: &[Row]) -> Outcome<String> {
    let unreadable =
        |error: serde_json::Error| Failure::new(Exit::Failed, "row", "a row is no JSON").because(&error);
    let codebook = &chosen.codebook;
    let document = Document {
        codebook: codebook.id(),
        codebook_version: codebook.document().version,
        codebook_sha256: codebook.sha256().to_string(),
        codebook_adopted_by_entry: chosen.adopted,
        zone: codebook.zone().to_string(),
        tree_size: counted.tree_size.0,
        root: counted.root.to_string(),
        digest: counted.digest.root.to_string(),
        rows: rows
            .iter()
            .map(|row| serde_json::from_str(&row.line))
            .collect::<Result<_, _>>()
            .map_err(unreadable)?,
    };
    serde_json::to_string(&document).map_err(unreadable)
}

fn header(chosen: &Chosen, counted: &Counts) -> String {
    let codebook = &chosen.codebook;
    let adopted = match chosen.adopted {
        Some(index) => format!("adopted by #{index}"),
        None => "not adopted by this log".to_owned(),
    };
    format!(
        "codebook {} version {} ({}, {adopted}) · zone {} · {} entries · root {} · digest {}",
        codebook.id(),
        codebook.document().version,
        codebook.sha256(),
        codebook.zone(),
        counted.tree_size.0,
        counted.root,
        counted.digest.root,
    )
}

/// The lines for a person: for each series what it counts, its rows, and what is in no number.
fn people(chosen: &Chosen, counted: &Counts, rows: &[Row]) -> Vec<String> {
    let mut lines = vec![header(chosen, counted)];
    for series in rows.iter().filter(|row| row.kind() == "series") {
        lines.push(String::new());
        lines.extend(series_lines(series, rows));
    }
    let efforts = rows.iter().filter(|row| row.kind() == "effort").count();
    if efforts == 0 {
        lines.push(String::new());
        lines.push("effort: nobody reported how much was watched".to_owned());
    }
    lines
}

/// A series: what it counts, its numbers, and what is in none of them.
pub(crate) fn series_lines(series: &Row, rows: &[Row]) -> Vec<String> {
    let name = series.text("series");
    let title = series.text("title");
    let mut lines = vec![
        format!("{title} · series {name} · unit {}", series.text("unit")),
        series.text("definition").to_owned(),
    ];
    lines.extend(left_out(series));
    let of = |kind: &str| -> Vec<&Row> {
        rows.iter()
            .filter(|row| row.kind() == kind && row.text("series") == name)
            .collect()
    };
    let (numbers, tallies) = (of("count"), of("tally"));
    if numbers.is_empty() && tallies.is_empty() {
        lines.push(
            "nothing counted: no report of it, which is not the same as nothing that happened".to_owned(),
        );
    }
    if !numbers.is_empty() {
        lines.extend(grid_of(&numbers));
    }
    if !tallies.is_empty() {
        lines.extend(tallies_of(&tallies));
    }
    lines
}

fn left_out(series: &Row) -> Option<String> {
    let words: Vec<String> = series
        .get("left_out")
        .as_object()?
        .iter()
        .filter(|(_, number)| number.as_u64() != Some(0))
        .map(|(why, number)| format!("{} {number}", why.replace('_', " ")))
        .collect();
    (!words.is_empty()).then(|| format!("in no number: {}", words.join(", ")))
}

/// Fields of a counting row that are no cut.
const FIXED: &[&str] = &[
    "key",
    "row",
    "codebook",
    "codebook_sha256",
    "series",
    "unit",
    "period",
    "count",
    "exercise",
    "before",
    "change",
    "shared",
    "effort",
    "entries_count",
    "entries",
];

/// What a column shows of a row.
type Show = fn(&Row) -> String;

fn grid_of(rows: &[&Row]) -> Vec<String> {
    let unit = rows[0].text("unit").replace('_', " ");
    let cuts: Vec<&str> = rows[0]
        .fields()
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !FIXED.contains(name))
        .collect();
    let any = |name: &str| rows.iter().any(|row| !row.get(name).is_null());
    let mut columns: Vec<(String, Show)> = vec![(unit, |row| {
        amount(row.get("count")).unwrap_or_else(|| "not reported".to_owned())
    })];
    if any("exercise") {
        columns.push(("of these exercises".to_owned(), |row| number(row.get("exercise"))));
    }
    if any("before") {
        columns.push(("period before".to_owned(), |row| number(row.get("before"))));
        columns.push(("change".to_owned(), |row| change(row.get("change"))));
    }
    columns.push(("effort".to_owned(), |row| effort(row.get("effort"))));
    columns.push(("entries".to_owned(), |row| brief(row.get("entries"))));
    let titles = std::iter::once("period".to_owned())
        .chain(cuts.iter().map(|cut| cut.replace('_', " ")))
        .chain(columns.iter().map(|(title, _)| title.clone()));
    let cells = rows.iter().map(|row| {
        let label = row.get("period")["label"].as_str().unwrap_or_default();
        std::iter::once(label.to_owned())
            .chain(cuts.iter().map(|cut| row.text(cut).to_owned()))
            .chain(columns.iter().map(|(_, cell)| cell(row)))
            .collect()
    });
    grid::lines(titles.collect(), cells.collect())
}

fn tallies_of(rows: &[&Row]) -> Vec<String> {
    let titles = [
        "period",
        "asserter",
        "against",
        "number",
        "its own unit",
        "entries",
    ];
    let cells = rows.iter().map(|row| {
        vec![
            row.get("period")["label"].as_str().unwrap_or_default().to_owned(),
            row.text("asserter").to_owned(),
            row.text("side").to_owned(),
            number(row.get("number")),
            row.text("unit_in_its_own_words").to_owned(),
            brief(row.get("entries")),
        ]
    });
    grid::lines(titles.map(str::to_owned).to_vec(), cells.collect())
}

fn number(value: &Value) -> String {
    amount(value).unwrap_or_default()
}

/// A change with its sign; what cannot be known is said.
fn change(value: &Value) -> String {
    if value.is_null() {
        return String::new();
    }
    let bound = |name: &str| value[name].as_i64();
    match (bound("min"), bound("best"), bound("max")) {
        (Some(min), _, Some(max)) if min == max => format!("{min:+}"),
        (_, Some(best), _) => format!("{best:+}"),
        (Some(min), None, Some(max)) => format!("{min:+} to {max:+}"),
        (Some(min), None, None) => format!("{min:+} or more"),
        (None, None, Some(max)) => format!("{max:+} or less"),
        (None, None, None) => "cannot be told".to_owned(),
    }
}

/// The bodies that watched, with what they say of it.
fn effort(value: &Value) -> String {
    let bodies = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let parts = bodies.iter().map(|body| {
        let mut words = body["body"].as_str().unwrap_or_default().to_owned();
        for (field, unit) in [
            ("patrols", "patrols"),
            ("observation_hours", "h"),
            ("posts", "posts"),
        ] {
            if let Some(number) = amount(&body[field]) {
                let _ = write!(words, " {number} {unit}");
            }
        }
        let missed = body["not_reached"].as_array().map_or(0, Vec::len);
        if missed > 0 {
            let _ = write!(words, ", {missed} areas not reached");
        }
        words
    });
    let text = parts.collect::<Vec<_>>().join("; ");
    if text.is_empty() {
        "not reported".to_owned()
    } else {
        text
    }
}
