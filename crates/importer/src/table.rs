//! A table of separated values: its header, its encoding, its rows.
//!
//! Columns are found by their names, in any order and spelling of capitals. A file without a header is recognised by the
//! data set's own width and by what its first cells look like; then the standard columns count by position, and that is
//! a finding. A byte-order mark is passed over. Cells may hold line breaks and doubled quotation marks (RFC 4180).

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::rc::Rc;

use csv::ByteRecord;

use crate::cells::Cells;
use crate::code::FindingCode;
use crate::error::Error;
use crate::finding::{Finding, Notes, Rejected};
use crate::guard::Guard;

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 64 << 10;
/// Columns of a table, at most: a report keeps 128 cells of a row.
const COLUMNS_MAX: usize = armistice_report::CELLS_MAX;

/// How the bytes of a file become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; a row that is not is rejected.
    #[default]
    Utf8,
    /// An encoding of one byte a character.
    OneByte(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// The encoding of a label of the WHATWG's standard, such as `utf-8`, `latin1` or `windows-1251`; none for encodings
    /// of several bytes a character other than UTF-8.
    pub fn from_label(label: &str) -> Option<Self> {
        let found = encoding_rs::Encoding::for_label(label.as_bytes())?;
        if found == encoding_rs::UTF_8 {
            return Some(Self::Utf8);
        }
        found.is_single_byte().then_some(Self::OneByte(found))
    }

    fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::OneByte(encoding) => Some(encoding.decode_without_bom_handling(bytes).0),
        }
    }
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableOptions {
    /// Its encoding.
    pub encoding: Encoding,
    /// What stands between cells: `,` `;` or a tab.
    pub delimiter: u8,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self {
            encoding: Encoding::Utf8,
            delimiter: b',',
        }
    }
}

/// What a data set's table looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) dataset: &'static str,
    /// The columns of the standard header, in their order; empty where there is none.
    pub(crate) standard: &'a [&'a str],
    /// Columns without which nothing can be made of a row.
    pub(crate) needed: &'a [String],
    /// Other names that a column has in some releases: (standard name, other name).
    pub(crate) aliases: &'a [(&'a str, &'a str)],
    /// Whether the cells of a first row, at the standard positions, are data.
    pub(crate) is_data: fn(&[Cow<'_, str>]) -> bool,
}

/// A table that is being read.
pub(crate) struct Table<R> {
    reader: csv::Reader<Guard<BufReader<R>>>,
    whole: Rc<Cell<u64>>,
    encoding: Encoding,
    columns: Vec<String>,
    by_name: HashMap<String, usize>,
    /// A first row that turned out to be data.
    first: Option<ByteRecord>,
    rows: u64,
}

impl<R: Read> Table<R> {
    /// Reads the header. The findings are about the whole file.
    pub(crate) fn open(
        input: R,
        options: &TableOptions,
        shape: &Shape<'_>,
    ) -> Result<(Self, Vec<Finding>), Error> {
        let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
        let start = input.fill_buf().map_err(|error| Error::Read {
            line: 1,
            source: error.into(),
        })?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(Error::Utf16);
        }
        let whole = Rc::new(Cell::new(0));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(options.delimiter)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(Guard::new(input, Rc::clone(&whole)));
        let mut table = Self {
            reader,
            whole,
            encoding: options.encoding,
            columns: Vec::new(),
            by_name: HashMap::new(),
            first: None,
            rows: 0,
        };
        let first = table.read()?.ok_or(Error::Empty)?;
        let findings = table.head(first, shape)?;
        Ok((table, findings))
    }

    /// Takes the first row as the header, or as data under the standard header.
    fn head(&mut self, first: ByteRecord, shape: &Shape<'_>) -> Result<Vec<Finding>, Error> {
        let cells: Vec<Cow<'_, str>> = first
            .iter()
            .map(|cell| {
                self.encoding
                    .decode(cell)
                    .unwrap_or_else(|| String::from_utf8_lossy(cell))
            })
            .collect();
        let names = names(&cells, shape.aliases);
        let missing = |names: &[String]| -> Vec<String> {
            let needed = shape.needed.iter();
            needed.filter(|name| !names.contains(name)).cloned().collect()
        };
        let lacking = missing(&names);
        if lacking.is_empty() && cells.len() <= COLUMNS_MAX {
            let findings = differences(&names, shape);
            self.set_columns(names)?;
            return Ok(findings);
        }
        let standard: Vec<String> = shape.standard.iter().map(|name| (*name).to_owned()).collect();
        if !standard.is_empty() && cells.len() == standard.len() && (shape.is_data)(&cells) {
            self.set_columns(standard)?;
            let found = format!("{} columns taken by position", shape.standard.len());
            self.first = Some(first);
            return Ok(vec![Finding::of_file(FindingCode::HeaderMissing, &found)]);
        }
        Err(Error::Header {
            dataset: shape.dataset,
            missing: lacking,
            hint: hint_of(&cells),
        })
    }

    fn set_columns(&mut self, columns: Vec<String>) -> Result<(), Error> {
        for (at, column) in columns.iter().enumerate() {
            if !column.is_empty() && self.by_name.insert(column.clone(), at).is_some() {
                return Err(Error::ColumnTwice {
                    column: column.clone(),
                });
            }
        }
        self.columns = columns;
        Ok(())
    }

    /// The columns' names, in their order.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Bytes read so far, up to the end of the last row.
    pub(crate) fn bytes(&self) -> u64 {
        self.reader.position().byte()
    }

    /// The next row as it stands, its number and its line.
    pub(crate) fn next(&mut self) -> Result<Option<(ByteRecord, u64, u64)>, Error> {
        let record = match self.first.take() {
            Some(first) => first,
            None => match self.read()? {
                Some(record) => record,
                None => return Ok(None),
            },
        };
        self.rows += 1;
        let line = record.position().map_or(0, csv::Position::line);
        Ok(Some((record, self.rows, line)))
    }

    /// The cells of a row as text.
    pub(crate) fn cells<'a>(
        &'a self,
        record: &'a ByteRecord,
        notes: &mut Notes,
    ) -> Result<Cells<'a>, Rejected> {
        if record.len() != self.columns.len() {
            let found = format!("{} cells, {} columns", record.len(), self.columns.len());
            return Err(notes.reject(FindingCode::CellsCount, "", &found));
        }
        let mut values = Vec::with_capacity(record.len());
        for (cell, column) in record.iter().zip(&self.columns) {
            let Some(text) = self.encoding.decode(cell) else {
                let found = String::from_utf8_lossy(cell);
                return Err(notes.reject(FindingCode::NotUtf8, column, &found));
            };
            values.push(text);
        }
        Ok(Cells::new(&self.columns, &self.by_name, values))
    }

    fn read(&mut self) -> Result<Option<ByteRecord>, Error> {
        let mut record = ByteRecord::new();
        let line = self.reader.position().line();
        let more = self
            .reader
            .read_byte_record(&mut record)
            .map_err(|source| Error::Read { line, source })?;
        self.whole.set(self.reader.position().byte());
        Ok(more.then_some(record))
    }
}

/// Column names as they are looked up: lower case, without blanks around them, other releases' names replaced.
fn names(cells: &[Cow<'_, str>], aliases: &[(&str, &str)]) -> Vec<String> {
    let plain: Vec<String> = cells
        .iter()
        .map(|cell| cell.trim().trim_start_matches('\u{feff}').to_lowercase())
        .collect();
    plain
        .iter()
        .map(|name| {
            let other = aliases
                .iter()
                .find(|(standard, other)| other == name && !plain.iter().any(|one| one == standard));
            other.map_or_else(|| name.clone(), |(standard, _)| (*standard).to_owned())
        })
        .collect()
}

fn differences(names: &[String], shape: &Shape<'_>) -> Vec<Finding> {
    if shape.standard.is_empty() {
        return Vec::new();
    }
    let missing: Vec<&str> = shape
        .standard
        .iter()
        .copied()
        .filter(|standard| !names.iter().any(|name| name == standard))
        .collect();
    let more: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| !shape.standard.contains(name))
        .collect();
    [
        (FindingCode::ColumnsMissing, missing),
        (FindingCode::ColumnsMore, more),
    ]
    .into_iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(code, names)| Finding::of_file(code, &names.join(", ")))
    .collect()
}

fn hint_of(cells: &[Cow<'_, str>]) -> &'static str {
    let holds = |separator: char| cells.len() == 1 && cells[0].matches(separator).count() > 2;
    if holds(';') {
        "the cells seem to be separated by semicolons: give --delimiter ';'"
    } else if holds('\t') {
        "the cells seem to be separated by tabs: give --delimiter tab"
    } else {
        "name the columns in the first row as the data set's publisher does; docs/reference/importing.md lists them"
    }
}
