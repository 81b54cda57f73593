//! What rows were computed from, beside them in every format.

use armistice_desk::Board;
use armistice_projection::{Digest, Projection, View};
use serde_json::{Value, json, value::RawValue};

use crate::failure::{Exit, Failure, Outcome};
use crate::output::Table;
use crate::views::Row;

/// What every answer carries.
pub(super) struct Stamp {
    name: &'static str,
    version: u32,
    codebook: Option<String>,
    tree_size: u64,
    root: String,
    digest: Digest,
}

impl Stamp {
    /// Of a view.
    pub(super) fn of_view(projection: &Projection, view: View) -> Self {
        Self::new(projection, view.name(), view.version(), projection.digest(view))
    }

    /// Of a table.
    pub(super) fn of_table(projection: &Projection, board: &Board) -> Self {
        Self::new(
            projection,
            board.table.name(),
            board.table.version(),
            board.digest,
        )
    }

    fn new(projection: &Projection, name: &'static str, version: u32, digest: Digest) -> Self {
        Self {
            name,
            version,
            codebook: projection.codebook().map(|codebook| codebook.to_string()),
            tree_size: projection.tree_size().0,
            root: projection.root().to_string(),
            digest,
        }
    }

    /// For people.
    pub(super) fn line(&self) -> String {
        format!(
            "view {}@{} · {} entries · root {} · digest {} · codebook {}",
            self.name,
            self.version,
            self.tree_size,
            self.root,
            self.digest.root,
            self.codebook.as_deref().unwrap_or("none"),
        )
    }

    /// `-o json`: the rows are the bytes that the digest covers.
    pub(super) fn document(&self, rows: &[Row]) -> Outcome<String> {
        let unreadable =
            |error: serde_json::Error| Failure::new(Exit::Failed, "row", "a row is no JSON").because(&error);
        let rows = rows
            .iter()
            .map(|row| serde_json::from_str(&row.line))
            .collect::<Result<_, _>>()
            .map_err(unreadable)?;
        let document = Document {
            view: self.name,
            version: self.version,
            codebook: self.codebook.as_deref(),
            tree_size: self.tree_size,
            root: &self.root,
            digest: self.digest.root.to_string(),
            rows,
        };
        serde_json::to_string(&document).map_err(unreadable)
    }

    /// CSV, with the stamp at the end of each row.
    pub(super) fn flat(&self, rows: &[Row]) -> Table {
        let stamped = [
            ("view", json!(self.name)),
            ("view_version", json!(self.version)),
            ("view_tree_size", json!(self.tree_size)),
            ("view_root", json!(self.root)),
            ("view_digest", json!(self.digest.root.to_string())),
            ("view_codebook", json!(self.codebook)),
        ];
        flat(&stamped, rows)
    }
}

#[derive(serde::Serialize)]
struct Document<'a> {
    view: &'a str,
    version: u32,
    codebook: Option<&'a str>,
    tree_size: u64,
    root: &'a str,
    digest: String,
    rows: Vec<&'a RawValue>,
}

/// One column for each field of any kind of row, in the order of first appearance, then the same last columns for each row.
pub(crate) fn flat(stamped: &[(&str, Value)], rows: &[Row]) -> Table {
    let mut columns: Vec<String> = Vec::new();
    for (name, _) in rows.iter().flat_map(Row::fields) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    let header = columns
        .iter()
        .cloned()
        .chain(stamped.iter().map(|(name, _)| (*name).to_owned()))
        .collect();
    let mut table = Table::with_columns("rows", header);
    for row in rows {
        let cells = columns.iter().map(|column| compact(row.get(column)));
        table.push(
            cells
                .chain(stamped.iter().map(|(_, value)| value.clone()))
                .collect(),
        );
    }
    table
}

/// A nested value stays JSON in its cell: nothing is lost, and a program can read it.
fn compact(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.is_empty() => Value::Null,
        Value::Array(_) | Value::Object(_) => json!(value.to_string()),
        other => other.clone(),
    }
}
