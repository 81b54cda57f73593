//! Data on standard output: a table for people, JSON, NDJSON or CSV for programs.
//!
//! ```text
//! Table::new("entries", &["index", "id"]).row(vec![json!(0), json!("r-1")]).print(Format::Ndjson)
//! {"index":0,"id":"r-1"}
//! ```
//!
//! A [`Table`] has named columns and cells that are JSON values. `table` and `csv` flatten a cell to text; `ndjson` prints
//! one object a row; `json` prints one document, which a command may give a frame of its own ([`Table::document`]).
//! Failures are not printed here: that is [`crate::render`].

mod cell;
mod delimited;
pub(crate) mod grid;

use std::io::Write;

use clap::ValueEnum;
use serde_json::Value;

use crate::failure::{Failure, Outcome};

/// The form of the data on standard output, and of errors on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values with a header; cells that a spreadsheet would run as a formula get a leading quote
    Csv,
}

/// Rows of named columns.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    document: Option<String>,
    lines: Option<Vec<String>>,
    name: &'static str,
}

impl Table {
    /// A table without rows; `name` is the key of the rows in the JSON document.
    pub(crate) fn new(name: &'static str, columns: &[&str]) -> Self {
        Self::with_columns(name, columns.iter().map(|column| (*column).to_owned()).collect())
    }

    /// The same with columns that are known only at run time.
    pub(crate) fn with_columns(name: &'static str, columns: Vec<String>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            document: None,
            lines: None,
            name,
        }
    }

    /// Adds a row; missing cells at its end are empty.
    pub(crate) fn push(&mut self, mut row: Vec<Value>) {
        row.resize(self.columns.len(), Value::Null);
        self.rows.push(row);
    }

    /// Adds a row and returns the table.
    pub(crate) fn row(mut self, row: Vec<Value>) -> Self {
        self.push(row);
        self
    }

    /// Replaces the JSON document and the NDJSON lines by the caller's own bytes, which are printed as they are.
    pub(crate) fn document(mut self, document: String, lines: Vec<String>) -> Self {
        self.document = Some(document);
        self.lines = Some(lines);
        self
    }

    /// The lines of the table as people see it.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail.
        let _ = grid::write(&mut bytes, &self.columns, &self.rows);
        String::from_utf8_lossy(&bytes)
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Prints the table to standard output.
    pub(crate) fn print(&self, format: Format) -> Outcome {
        let mut out = anstream::stdout().lock();
        self.write(&mut out, format)
            .and_then(|()| out.flush())
            .map_err(|error| Failure::writing(&error))
    }

    fn write(&self, out: &mut impl Write, format: Format) -> std::io::Result<()> {
        match format {
            Format::Table => grid::write(out, &self.columns, &self.rows),
            Format::Csv => delimited::write(out, &self.columns, &self.rows),
            Format::Json => {
                if let Some(document) = &self.document {
                    return writeln!(out, "{document}");
                }
                let rows = self.objects().collect::<Vec<_>>().join(",");
                writeln!(out, "{{\"{}\":[{rows}]}}", self.name)
            }
            Format::Ndjson => match &self.lines {
                Some(lines) => lines.iter().try_for_each(|line| writeln!(out, "{line}")),
                None => self.objects().try_for_each(|line| writeln!(out, "{line}")),
            },
        }
    }

    /// Each row as an object with its fields in column order; empty cells are left out.
    fn objects(&self) -> impl Iterator<Item = String> {
        self.rows.iter().map(|row| {
            let fields: Vec<String> = self
                .columns
                .iter()
                .zip(row)
                .filter(|(_, value)| !value.is_null())
                .map(|(column, value)| format!("{}:{value}", Value::from(column.as_str())))
                .collect();
            format!("{{{}}}", fields.join(","))
        })
    }
}

/// One named value, such as a key: bare text for people and CSV, an object for programs.
pub(crate) fn print_value(format: Format, headline: &str, fields: &[(&str, Value)]) -> Outcome {
    if format == Format::Table {
        return line(headline);
    }
    let columns: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let row: Vec<Value> = fields.iter().map(|(_, value)| value.clone()).collect();
    let table = Table::new("value", &columns).row(row);
    let object = table.objects().next().unwrap_or_default();
    table.document(object.clone(), vec![object]).print(format)
}

/// One line of text on standard output.
pub(crate) fn line(text: &str) -> Outcome {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}").map_err(|error| Failure::writing(&error))
}

/// Text on standard output; its styles are dropped where no terminal reads them.
pub(crate) fn text(text: &str) -> Outcome {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::writing(&error))
}

/// Bytes on standard output as they are: notes, checkpoints, scripts.
pub(crate) fn raw(bytes: &[u8]) -> Outcome {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::writing(&error))
}

/// A remark for the person who runs the command, on standard error.
pub(crate) fn remark(text: &str) {
    // A remark that cannot be shown changes nothing.
    let _ = writeln!(anstream::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(format: Format, expected: &str) {
        let table = Table::new("rows", &["index", "id", "note"])
            .row(vec![json!(0), json!("=1+1"), json!("a,b")])
            .row(vec![json!(1), json!("r-2")]);
        let mut bytes = Vec::new();
        table.write(&mut bytes, format).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn every_format_prints_the_same_rows() {
        check(Format::Table, "index  id    note\n0      =1+1  a,b\n1      r-2\n");
        check(Format::Csv, "index,id,note\n0,'=1+1,\"a,b\"\n1,r-2,\n");
        check(
            Format::Ndjson,
            "{\"index\":0,\"id\":\"=1+1\",\"note\":\"a,b\"}\n{\"index\":1,\"id\":\"r-2\"}\n",
        );
        check(
            Format::Json,
            "{\"rows\":[{\"index\":0,\"id\":\"=1+1\",\"note\":\"a,b\"},{\"index\":1,\"id\":\"r-2\"}]}\n",
        );
    }
}
