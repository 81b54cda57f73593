//! The rows of a view as a person reads them: one table for each kind of row.
//!
//! ```text
//! side                    azerbaijan   karabakh-armenian
//! alleged                 4            1
//! entries                 #14 #16 …    #17
//! ```
//! `#14` is the entry with index 14: `armistice log get 14` shows it. Columns without any value are left out. Few rows with many
//! fields are turned, so that each field has a line. Programs read `-o json`, which leaves nothing out.

use serde_json::Value;

use crate::output::grid;
use crate::views::Row;

/// Entries named in one cell.
const ENTRIES_SHOWN_MAX: usize = 8;
/// Up to so many rows are turned when they have more than [`TURNED_COLUMNS_MIN`] fields.
const TURNED_ROWS_MAX: usize = 4;
const TURNED_COLUMNS_MIN: usize = 9;

/// The lines to print.
pub(super) fn lines(rows: &[Row]) -> Vec<String> {
    let mut kinds: Vec<&str> = Vec::new();
    for row in rows {
        if !kinds.contains(&row.kind()) {
            kinds.push(row.kind());
        }
    }
    let mut lines = Vec::new();
    for kind in kinds {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.kind() == kind).collect();
        lines.push(String::new());
        lines.extend(table(&rows));
    }
    if rows.is_empty() {
        lines.push("no rows".to_owned());
    }
    lines
}

fn table(rows: &[&Row]) -> Vec<String> {
    let mut columns: Vec<&str> = Vec::new();
    for (name, value) in rows.iter().flat_map(|row| row.fields()) {
        if name != "row" && !columns.contains(&name.as_str()) && !brief(value).is_empty() {
            columns.push(name);
        }
    }
    let cell = |row: &Row, column: &str| brief(row.get(column));
    if rows.len() <= TURNED_ROWS_MAX && columns.len() > TURNED_COLUMNS_MIN {
        let header = std::iter::once(title(columns[0]))
            .chain(rows.iter().map(|row| cell(row, columns[0])))
            .collect();
        let cells = columns[1..].iter().map(|column| {
            std::iter::once(title(column))
                .chain(rows.iter().map(|row| cell(row, column)))
                .collect()
        });
        return grid::lines(header, cells.collect());
    }
    let header = columns.iter().map(|column| title(column)).collect();
    grid::lines(
        header,
        rows.iter()
            .map(|row| columns.iter().map(|column| cell(row, column)).collect())
            .collect(),
    )
}

fn title(column: &str) -> String {
    column.replace('_', " ")
}

/// One value in few words.
pub(crate) fn brief(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => list(items),
        Value::Object(_) => object(value),
    }
}

fn list(items: &[Value]) -> String {
    let are_entries = items.iter().all(|item| item.get("hash").is_some());
    let separator = if are_entries { " " } else { "; " };
    let mut shown: Vec<String> = items.iter().take(ENTRIES_SHOWN_MAX).map(brief).collect();
    if items.len() > ENTRIES_SHOWN_MAX {
        shown.push(format!("and {} more", items.len() - ENTRIES_SHOWN_MAX));
    }
    shown.join(separator)
}

fn object(value: &Value) -> String {
    if let Some(amount) = amount(value) {
        return amount;
    }
    if let (Some(index), Some(_)) = (value.get("index"), value.get("hash")) {
        return format!("#{index}");
    }
    if let (Some(of), Some(count)) = (value.get("of").and_then(Value::as_str), value.get("count")) {
        return format!("{of} {count}");
    }
    let fields = value.as_object().into_iter().flatten();
    let parts: Vec<String> = fields
        .map(|(_, value)| brief(value))
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// A quantity as its source gave it: `3`, `at least 13`, `about 2000`, `3 to 5`. Nothing is added to what was said.
pub(crate) fn amount(value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    if !["min", "best", "max"]
        .iter()
        .all(|name| fields.contains_key(*name))
    {
        return None;
    }
    let number = |name: &str| value.get(name).and_then(Value::as_u64);
    Some(match (number("min"), number("best"), number("max")) {
        (Some(min), _, Some(max)) if min == max => min.to_string(),
        (Some(min), Some(best), Some(max)) => format!("{min} to {max}, best {best}"),
        (Some(min), None, Some(max)) => format!("{min} to {max}"),
        (Some(min), Some(best), None) => format!("at least {min}, best {best}"),
        (Some(min), None, None) => format!("at least {min}"),
        (None, Some(best), Some(max)) => format!("at most {max}, best {best}"),
        (None, None, Some(max)) => format!("at most {max}"),
        (None, Some(best), None) => format!("about {best}"),
        (None, None, None) => "not stated".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_say_no_more_than_their_source() {
        for (value, expected) in [
            (json!({"min": 3, "best": 3, "max": 3}), "3"),
            (json!({"min": 13, "best": null, "max": null}), "at least 13"),
            (json!({"min": null, "best": 2000, "max": null}), "about 2000"),
            (json!({"min": null, "best": null, "max": null}), "not stated"),
        ] {
            assert_eq!(brief(&value), expected);
        }
    }

    #[test]
    fn entries_are_named_by_their_index() {
        assert_eq!(
            brief(&json!([{"index": 14, "hash": "ab"}, {"index": 16, "hash": "cd"}])),
            "#14 #16"
        );
        let many: Vec<Value> = (0..10)
            .map(|index| json!({"index": index, "hash": "ab"}))
            .collect();
        assert!(brief(&Value::Array(many)).ends_with("and 2 more"));
    }
}
