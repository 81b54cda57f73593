//! The cells of one row, by the name of their column.

use std::borrow::Cow;
use std::collections::HashMap;

use armistice_report::{CELLS_MAX, Cell, UpTo};

use crate::code::FindingCode;
use crate::finding::{Notes, Rejected};
use crate::tidy;

/// The cells of a row.
#[derive(Debug)]
pub(crate) struct Cells<'a> {
    columns: &'a [String],
    by_name: &'a HashMap<String, usize>,
    values: Vec<Cow<'a, str>>,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(
        columns: &'a [String],
        by_name: &'a HashMap<String, usize>,
        values: Vec<Cow<'a, str>>,
    ) -> Self {
        Self {
            columns,
            by_name,
            values,
        }
    }

    /// The text of a cell without blanks around it; empty when the column is not there.
    pub(crate) fn text(&self, column: &str) -> &str {
        let at = self.by_name.get(column).and_then(|at| self.values.get(*at));
        at.map_or("", |text| text.trim())
    }

    /// Notes a code that the data set's codebook does not have. A column that is not in the file at all was noted once.
    pub(crate) fn unknown(&self, column: &str, notes: &mut Notes) {
        if self.by_name.contains_key(column) {
            notes.flag(FindingCode::ValueUnknown, column, self.text(column));
        }
    }

    /// A whole number. Empty is none; a negative one is none as well, and flagged: the data sets write −1 for unknown.
    pub(crate) fn number(&self, column: &str, notes: &mut Notes) -> Result<Option<u64>, Rejected> {
        let text = self.text(column);
        match amount(text) {
            Amount::None => Ok(None),
            Amount::Number(number) => Ok(Some(number)),
            Amount::Negative => {
                notes.flag(FindingCode::Sentinel, column, text);
                Ok(None)
            }
            Amount::Wrong => Err(notes.reject(FindingCode::NumberInvalid, column, text)),
        }
    }

    /// Decimal degrees.
    pub(crate) fn degrees(
        &self,
        column: &str,
        most: f64,
        notes: &mut Notes,
    ) -> Result<Option<f64>, Rejected> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(degrees) if degrees.abs() <= most => Ok(Some(degrees)),
            _ => Err(notes.reject(FindingCode::PointInvalid, column, text)),
        }
    }

    /// Every cell that is not empty, in the order of the columns, for the report to keep.
    pub(crate) fn kept(&self, notes: &mut Notes) -> UpTo<CELLS_MAX, Cell> {
        let mut kept = Vec::with_capacity(self.values.len());
        for (column, value) in self.columns.iter().zip(&self.values) {
            let (value, changed) = tidy::fit(value);
            if changed.controls {
                notes.flag(FindingCode::LineBreak, column, self.text(column));
            }
            if changed.cut {
                notes.flag(FindingCode::CellCut, column, self.text(column));
            }
            if let (Some(column), Some(value)) = (tidy::brief(column), value) {
                kept.push(Cell { column, value });
            }
        }
        // A table with more columns is not opened.
        UpTo::new(kept).unwrap_or_default()
    }
}

/// What a cell for a number holds.
enum Amount {
    None,
    Number(u64),
    Negative,
    Wrong,
}

fn amount(text: &str) -> Amount {
    if text.is_empty() {
        return Amount::None;
    }
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // Programs that hold numbers as floating point write whole ones as `3.0`.
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    let positive = whole.strip_prefix('-').unwrap_or(whole);
    if !is_digits(positive) {
        return Amount::Wrong;
    }
    match positive.parse::<u64>() {
        Ok(number) if number <= armistice_report::WHOLE_MAX => {
            if whole.starts_with('-') && number > 0 {
                Amount::Negative
            } else {
                Amount::Number(number)
            }
        }
        _ => Amount::Wrong,
    }
}
