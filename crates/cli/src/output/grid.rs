//! Aligned columns for people: no frame, two spaces between columns, as wide as the terminal at most.

use std::io::Write;

use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

use super::cell;
use crate::machine;

/// Writes the header and the rows; nothing but the header when there are no rows.
pub(super) fn write(out: &mut impl Write, columns: &[String], rows: &[Vec<Value>]) -> std::io::Result<()> {
    let cells = rows
        .iter()
        .map(|row| row.iter().map(cell::text).collect())
        .collect::<Vec<Vec<String>>>();
    let header = columns
        .iter()
        .map(|column| column.replace('_', " "))
        .collect::<Vec<_>>();
    for line in lines(header, cells) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The lines of a table with `header` over `cells`, without trailing blanks.
pub(crate) fn lines(header: Vec<String>, cells: Vec<Vec<String>>) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    if let Some(width) = machine::stdout_columns() {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table.set_header(header);
    for row in cells {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}
