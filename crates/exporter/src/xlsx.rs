//! XLSX: the sheets `data`, `codebook` and `about`, written row by row.
//!
//! Numbers are numbers, yes and no are booleans, all else is text: no cell is a formula, and text that would become one when
//! it is edited or saved as CSV has a leading `'` ([`crate::cell`]). The rows of a sheet go to a temporary file of the
//! library's until the workbook is closed; memory holds one row. The workbook's own time stamp is the ledger's newest
//! receiving time, so that the same export gives the same cells and properties.

use std::io::Write;

use armistice_report::Timestamp;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use crate::{
    About, Columns, Error, Rows,
    cell::guarded,
    json::Json,
    row::{Cell, Row},
};

/// Rows of one sheet, the header among them.
pub const SHEET_ROWS_MAX: u32 = 1_048_576;
/// Characters of one cell, in UTF-16 units as Excel counts them.
pub const CELL_CHARACTERS_MAX: usize = 32_767;
/// The greatest whole number that a cell keeps: Excel's numbers are doubles.
const NUMBER_MAX: u64 = 1 << 53;

/// Stands at the end of a cell that was cut.
const CUT: &str = " … (cut; the entry holds all of it)";

/// Writes the workbook; gives the columns and how many rows there were.
///
/// # Errors
/// [`Error::Write`], [`Error::TooManyRows`], [`Error::TooManyColumns`], or a row that is no JSON.
pub fn write(
    rows: &Rows<'_>,
    about: &About,
    made: Option<Timestamp>,
    out: impl Write + Send,
) -> Result<(Columns, u64), Error> {
    let columns = Columns::of(rows)?;
    let mut workbook = Workbook::new();
    let mut properties = DocProperties::new()
        .set_title("Armistice export")
        .set_comment(format!("{}\nLicence: {}", crate::DISCLAIMER, about.licence));
    // The time of an export of a log without entries is 1970.
    let seconds = made.map_or(0, |made| made.to_jiff().as_second());
    properties = properties.set_creation_datetime(&ExcelDateTime::from_timestamp(seconds)?);
    workbook.set_properties(&properties);
    let bold = Format::new().set_bold();

    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("data")?.set_freeze_panes(1, 0)?;
    let mut cut = 0;
    for (column, name) in (0..).zip(columns.names()) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    let mut next = 0_u32;
    let written = rows.each(|line| {
        next += 1;
        if next >= SHEET_ROWS_MAX {
            return Err(Error::TooManyRows {
                max: SHEET_ROWS_MAX - 1,
            });
        }
        for (column, cell) in (0..).zip(columns.arrange(Row::read("", line)?)) {
            cut += u64::from(put(sheet, next, column, &cell)?);
        }
        Ok(())
    })?;

    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("codebook")?;
    pairs(sheet, &bold, ["field", "value"], &codebook(about))?;
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("about")?;
    let mut lines = about.lines();
    lines.push(("rows".to_owned(), written.to_string()));
    lines.push(("cells cut at Excel's limit".to_owned(), cut.to_string()));
    pairs(sheet, &bold, ["what", "value"], &lines)?;
    workbook.save_to_writer(out)?;
    Ok((columns, written))
}

/// Writes one cell; true when it was cut.
fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<bool, Error> {
    match cell {
        Cell::Empty => {}
        Cell::Boolean(yes) => {
            sheet.write_boolean(row, column, *yes)?;
        }
        Cell::Number(number) => match (number.as_u64(), number.as_f64()) {
            // A whole number that a double does not hold stays text.
            (Some(whole), _) if whole > NUMBER_MAX => {
                sheet.write_string(row, column, whole.to_string())?;
            }
            (_, Some(number)) => {
                sheet.write_number(row, column, number)?;
            }
            _ => {}
        },
        Cell::Text(text) | Cell::List(text) | Cell::Json(text) => return put_text(sheet, row, column, text),
    }
    Ok(false)
}

fn put_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<bool, Error> {
    let text = guarded(text);
    if text.encode_utf16().count() <= CELL_CHARACTERS_MAX {
        sheet.write_string(row, column, text.as_ref())?;
        return Ok(false);
    }
    let mut units = CUT.encode_utf16().count();
    let kept: String = text
        .chars()
        .take_while(|character| {
            units += character.len_utf16();
            units <= CELL_CHARACTERS_MAX
        })
        .collect();
    sheet.write_string(row, column, format!("{kept}{CUT}"))?;
    Ok(true)
}

fn pairs(
    sheet: &mut Worksheet,
    bold: &Format,
    header: [&str; 2],
    lines: &[(String, String)],
) -> Result<(), Error> {
    for (column, title) in (0..).zip(header) {
        sheet.write_string_with_format(0, column, title, bold)?;
    }
    for (row, (name, value)) in (1..).zip(lines) {
        put_text(sheet, row, 0, name)?;
        put_text(sheet, row, 1, value)?;
    }
    Ok(())
}

/// Every field of the codebooks' documents, by its path.
fn codebook(about: &About) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for codebook in &about.codebooks {
        lines.extend(codebook.lines());
        let Some(text) = &codebook.text else {
            let unknown = "its text is not in the log: only its hash is";
            lines.push((codebook.path("text"), unknown.to_owned()));
            continue;
        };
        match Json::object(text.as_bytes()) {
            Ok(fields) => {
                for (name, value) in &fields {
                    leaves(&codebook.path(name), value, &mut lines);
                }
            }
            Err(_) => lines.push((codebook.path("text"), text.clone())),
        }
    }
    lines
}

fn leaves(path: &str, value: &Json, lines: &mut Vec<(String, String)>) {
    match value {
        Json::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| leaves(&format!("{path}.{name}"), value, lines)),
        Json::List(items)
            if items
                .iter()
                .any(|item| matches!(item, Json::Object(_) | Json::List(_))) =>
        {
            for (at, item) in items.iter().enumerate() {
                leaves(&format!("{path}[{at}]"), item, lines);
            }
        }
        Json::List(items) => {
            let words: Vec<&str> = items.iter().map(Json::text).collect();
            lines.push((path.to_owned(), words.join("; ")));
        }
        Json::Text(text) => lines.push((path.to_owned(), text.clone())),
        other => lines.push((path.to_owned(), other.to_string())),
    }
}
