//! CSV (RFC 4180) with a header line, and the CSVW metadata file that goes beside it.
//!
//! ```text
//! export.csv                  key,row,side,alleged,…          nothing but the table
//! export.csv-metadata.json    {"@context":"http://www.w3.org/ns/csvw","url":"export.csv","tableSchema":{"columns":[…]},…}
//! ```
//! Source: W3C, "CSV on the Web: A Primer" and "Metadata Vocabulary for Tabular Data". An object gives a column for each of
//! its fields (`time.earliest`), a list of words is joined by `; ` (`separator` in the metadata), a list of objects stays JSON.
//! Cells that a spreadsheet would run get a leading `'` ([`crate::cell`]). Two passes: columns first, then rows.

use std::io::Write;

use serde_json::{Value, json};

use crate::{
    About, Columns, Datatype, Error, Rows,
    cell::guarded,
    row::{Cell, Row, SEPARATOR},
};

/// Writes the rows; gives the columns, for the metadata, and how many rows there were.
///
/// # Errors
/// [`Error::Write`], [`Error::TooManyColumns`], or a row that is no JSON.
pub fn write(rows: &Rows<'_>, out: impl Write) -> Result<(Columns, u64), Error> {
    let columns = Columns::of(rows)?;
    let mut writer = csv::Writer::from_writer(out);
    if !columns.names().is_empty() {
        writer.write_record(columns.names())?;
    }
    let written = rows.each(|line| {
        let cells = columns.arrange(Row::read("", line)?);
        writer.write_record(cells.iter().map(text))?;
        Ok(())
    })?;
    writer.flush()?;
    Ok((columns, written))
}

/// One cell as text that a spreadsheet does not run.
pub(crate) fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Boolean(yes) => yes.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) | Cell::List(text) | Cell::Json(text) => guarded(text).into_owned(),
    }
}

/// The CSVW metadata of a table whose file has this name.
pub fn metadata(file_name: &str, columns: &Columns, about: &About) -> Value {
    let described: Vec<Value> = columns.iter().map(|(name, kind)| column(name, kind)).collect();
    json!({
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": file_name,
        "dialect": {"delimiter": ",", "quoteChar": "\"", "header": true, "encoding": "utf-8", "lineTerminators": ["\n"]},
        "tableSchema": {"columns": described},
        "dc:rights": about.licence,
        "dc:description": crate::DISCLAIMER,
        "rdfs:comment": [
            "A text cell that starts with = + - @, a tab or a line break has a ' before it, so that no spreadsheet runs it.",
            "An empty cell is not stated; 0 is stated as none.",
        ],
        "notes": [about],
    })
}

fn column(name: &str, kind: Datatype) -> Value {
    let mut described = json!({"name": name.replace('.', "_"), "titles": name});
    let datatype = match kind {
        Datatype::Boolean => "boolean",
        Datatype::Integer => "integer",
        Datatype::Decimal => "decimal",
        Datatype::DateTime => "datetime",
        Datatype::Date => "date",
        Datatype::Json => "json",
        Datatype::Text | Datatype::List => "string",
    };
    described["datatype"] = json!(datatype);
    if kind == Datatype::List {
        described["separator"] = json!(SEPARATOR);
    }
    described
}
