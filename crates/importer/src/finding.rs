//! A finding: something odd in a file, with its place, so that a person can look at it.
//!
//! `row 61, column low: low_above_best, found low 22, best 20`

use crate::code::FindingCode;

/// Longest quotation of a cell in a finding, in characters: a line of a terminal.
const FOUND_CHARS_MAX: usize = 80;

/// What became of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It was carried, and this is to be known.
    Flag,
    /// It was not carried.
    Reject,
}

impl Severity {
    /// As it is printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Reject => "reject",
        }
    }
}

/// Something odd in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: FindingCode,
    /// The row, counted from 1 without the header. None when it is about the file.
    pub row: Option<u64>,
    /// The line on which the row begins, from 1. Rows with line breaks in cells take several lines.
    pub line: Option<u64>,
    /// The column.
    pub column: Option<String>,
    /// What was found, shortened and without control characters.
    pub found: Option<String>,
}

impl Finding {
    /// A finding about the whole file.
    pub(crate) fn of_file(code: FindingCode, found: &str) -> Self {
        Self {
            code,
            row: None,
            line: None,
            column: None,
            found: quote(found),
        }
    }
}

/// A row that is not carried; its finding is among the notes.
#[derive(Debug)]
pub(crate) struct Rejected;

/// Collects the findings of one row.
#[derive(Debug)]
pub(crate) struct Notes {
    row: u64,
    line: u64,
    pub(crate) found: Vec<Finding>,
    /// Ids of denials that the row would make by a rule that does not match it.
    pub(crate) unmade: Vec<String>,
}

impl Notes {
    pub(crate) fn new(row: u64, line: u64) -> Self {
        Self {
            row,
            line,
            found: Vec::new(),
            unmade: Vec::new(),
        }
    }

    /// Adds a finding and goes on.
    pub(crate) fn flag(&mut self, code: FindingCode, column: &str, found: &str) {
        self.found.push(Finding {
            code,
            row: Some(self.row),
            line: Some(self.line),
            column: Some(column.to_owned()).filter(|column| !column.is_empty()),
            found: quote(found),
        });
    }

    /// Adds a finding for which the row is not carried.
    pub(crate) fn reject(&mut self, code: FindingCode, column: &str, found: &str) -> Rejected {
        self.flag(code, column, found);
        Rejected
    }
}

fn quote(text: &str) -> Option<String> {
    let tame = |c: char| if armistice_report::is_control(c) { ' ' } else { c };
    let mut quoted: String = text.chars().take(FOUND_CHARS_MAX).map(tame).collect();
    if text.chars().nth(FOUND_CHARS_MAX).is_some() {
        quoted.push('…');
    }
    Some(quoted).filter(|quoted| !quoted.is_empty())
}

/// For findings that are made outside, once the log was asked: see [`crate::Row::find`].
pub(crate) fn of_row(code: FindingCode, row: u64, line: u64, column: &str, found: &str) -> Finding {
    let mut notes = Notes::new(row, line);
    notes.flag(code, column, found);
    notes.found.swap_remove(0)
}
