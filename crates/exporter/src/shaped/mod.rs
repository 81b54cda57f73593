//! Exports in the shape of two data sets that analysts have tools for: ACLED (31 columns) and UCDP GED (49 columns).
//!
//! A row that was imported from the same data set gives its own columns back: days, precision, point and deaths from the
//! fields of the report, the rest from the cells that were kept with it. Other incidents are mapped as far as the shape
//! allows; what it does not hold is left empty or out, and listed with its reason ([`crate::Reason`]).
//! Retracted reports are left out; of corrected ones the newest content counts. Nothing is invented to fill a column.

mod account;
mod acled;
mod days;
mod deaths;
mod earlier;
mod ged;

use std::io::Write;

use armistice_report::Report;

use crate::{
    Columns, Error, History, Rows, Shield, Source,
    atlas::Atlas,
    cell::guarded,
    left_out::{LeftOut, Reason, Summary},
    row::Row,
    scrub::entries_below,
};
use account::Account;
pub(crate) use account::dataset_row;
use days::Days;
pub use earlier::Earlier;

/// Gives the report of an entry; `None` when it cannot be read.
pub type Lookup<'a> = dyn FnMut(u64) -> Option<Report> + 'a;

/// Which data set's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// ACLED: one event a row, one whole number of fatalities.
    Acled,
    /// UCDP GED: only events with deaths; low, best and high estimate.
    Ged,
}

impl Shape {
    /// The columns, in their order.
    pub fn columns(self) -> Columns {
        match self {
            Self::Acled => Columns::fixed(&acled::COLUMNS),
            Self::Ged => Columns::fixed(&ged::COLUMNS),
        }
    }

    /// The name of the data set in a report's `source.row`.
    const fn dataset(self) -> &'static str {
        match self {
            Self::Acled => "acled",
            Self::Ged => "ucdp-ged",
        }
    }
}

/// What a shaped export reads.
#[allow(missing_debug_implementations, reason = "it holds functions")]
pub struct Reports<'a, 'b> {
    /// Rows of `allegations`, chosen by the caller's conditions.
    pub allegations: &'a Rows<'a>,
    /// Rows of `tallies`: aggregates of UCDP GED are among them.
    pub tallies: &'a Rows<'a>,
    /// Rows of `casualties`: figures of areas are listed as left out.
    pub casualties: &'a Rows<'a>,
    /// All rows of `frame`.
    pub frame: &'a Source<'a>,
    /// All rows of `producers`: they hold the ledger's zone.
    pub producers: &'a Source<'a>,
    /// What entries did to each other.
    pub history: &'a History,
    /// What nobody may see.
    pub shield: &'a Shield,
    /// The tree size of the export.
    pub size: u64,
    /// Gives the report of an entry.
    pub lookup: &'a mut Lookup<'b>,
}

/// Remembers what the export of an earlier tree size held, to write only what changed since.
///
/// # Errors
/// A row that is no JSON.
pub fn earlier(shape: Shape, reports: Reports<'_, '_>) -> Result<Earlier, Error> {
    let nothing = Earlier::default();
    let (_, seen) = run(shape, reports, &nothing, std::io::sink(), std::io::sink())?;
    Ok(seen)
}

/// Writes the rows to `out` and what was left out to `left_out`, as they are made; with [`earlier()`] only what is new or
/// was another row then. A row that is gone since is in `left_out`.
///
/// # Errors
/// [`Error::Write`], or a row that is no JSON.
pub fn shaped(
    shape: Shape,
    reports: Reports<'_, '_>,
    earlier: &Earlier,
    out: impl Write,
    left_out: impl Write,
) -> Result<Summary, Error> {
    Ok(run(shape, reports, earlier, out, left_out)?.0)
}

fn run(
    shape: Shape,
    reports: Reports<'_, '_>,
    before: &Earlier,
    out: impl Write,
    left_out: impl Write,
) -> Result<(Summary, Earlier), Error> {
    let Reports {
        allegations,
        tallies,
        casualties,
        frame,
        producers,
        history,
        shield,
        size,
        lookup,
    } = reports;
    let days = Days::of(producers, shield)?;
    let atlas = Atlas::new(frame, (history, shield), size, lookup)?;
    let mut shaping = Shaping {
        shape,
        days,
        atlas,
        writer: csv::Writer::from_writer(out),
        left_out: LeftOut::new(left_out)?,
        before,
        seen: Earlier::default(),
    };
    shaping.writer.write_record(shape.columns().names())?;
    allegations.each(|line| shaping.allegation(&Row::read("", line)?))?;
    tallies.each(|line| shaping.tally(&Row::read("", line)?))?;
    casualties.each(|line| shaping.figure(&Row::read("", line)?))?;
    shaping.seen.settle();
    for index in before.written_only(&shaping.seen) {
        shaping.left_out.row(index, Reason::NoLongerChosen)?;
    }
    shaping.writer.flush()?;
    Ok((shaping.left_out.finish()?, shaping.seen))
}

struct Shaping<'a, 'b, W: Write, L: Write> {
    shape: Shape,
    days: Days,
    atlas: Atlas<'a, 'b>,
    writer: csv::Writer<W>,
    left_out: LeftOut<L>,
    before: &'a Earlier,
    seen: Earlier,
}

fn entries(row: &Row, field: &str) -> Vec<u64> {
    entries_below(&[(field.to_owned(), row.get(field).clone())])
}

impl<W: Write, L: Write> Shaping<'_, '_, W, L> {
    fn allegation(&mut self, row: &Row) -> Result<(), Error> {
        if row.text("row") != "allegation" {
            return Ok(());
        }
        for repeat in entries(row, "republished") {
            self.settle(repeat, Err(Reason::Repeats))?;
        }
        match entries(row, "entries").first() {
            Some(index) => self.account(*index, row),
            None => Ok(()),
        }
    }

    /// An aggregate of the same data set goes back to it; anybody else's tally is no event.
    fn tally(&mut self, row: &Row) -> Result<(), Error> {
        let entries = entries(row, "entries");
        let Some(index) = entries.first().filter(|_| row.text("row") == "tally") else {
            return Ok(());
        };
        let report = self.atlas.newest(*index);
        let is_own = report
            .as_ref()
            .and_then(account::dataset_row)
            .is_some_and(|row| *row.dataset == *self.shape.dataset());
        if is_own {
            self.account(*index, row)
        } else {
            self.settle(*index, Err(Reason::NotAnEvent))
        }
    }

    /// Figures of an area and a period; those of aggregates of the same data set are in the rows of these.
    fn figure(&mut self, row: &Row) -> Result<(), Error> {
        if row.text("row") != "figure" || !row.text("incident").is_empty() {
            return Ok(());
        }
        for index in entries(row, "entries") {
            let report = self.atlas.newest(index);
            let is_own = report
                .as_ref()
                .and_then(account::dataset_row)
                .is_some_and(|row| *row.dataset == *self.shape.dataset());
            if !is_own {
                self.settle(index, Err(Reason::AreaFigure))?;
            }
        }
        Ok(())
    }

    fn account(&mut self, index: u64, row: &Row) -> Result<(), Error> {
        let made = self.make(index, row);
        self.settle(index, made)
    }

    fn make(&mut self, index: u64, row: &Row) -> Result<Made, Reason> {
        if self.atlas.history.is_retracted(index, self.atlas.size) {
            return Err(Reason::Retracted);
        }
        let account =
            Account::read(index, row, self.shape.dataset(), &mut self.atlas).ok_or(Reason::Unreadable)?;
        match self.shape {
            Shape::Acled => acled::row(&account, self.days, &self.atlas.gazetteer),
            Shape::Ged => ged::row(&account, self.days, &self.atlas.gazetteer),
        }
    }

    /// Writes a row or why there is none, unless it was the same at the earlier tree size.
    fn settle(&mut self, index: u64, made: Result<Made, Reason>) -> Result<(), Error> {
        let print = self.seen.add(index, &made);
        if self.before.had(print) {
            self.left_out.summary.unchanged += 1;
            return Ok(());
        }
        let made = match made {
            Ok(made) => made,
            Err(reason) => return self.left_out.row(index, reason),
        };
        for (column, reason) in &made.left_out {
            self.left_out.column(index, column, *reason)?;
        }
        self.writer
            .write_record(made.cells.iter().map(|cell| guarded(cell).into_owned()))?;
        self.left_out.summary.rows += 1;
        Ok(())
    }
}

/// A row in the shape, with the columns that had to stay empty.
#[derive(Debug, Default, Hash)]
pub(crate) struct Made {
    pub(crate) cells: Vec<String>,
    pub(crate) left_out: Vec<(&'static str, Reason)>,
}
