//! What an export in the shape of another data set leaves out: a CSV of its own, a line for each row or column, with why.
//!
//! ```text
//! entry,what,column,reason,meaning
//! 17,row,,no_deaths,no deaths are reported of it
//! 24,column,latitude,place_withheld,the place is withheld or redacted
//! ```

use std::{collections::BTreeMap, io::Write};

use crate::Error;

/// Declares the reasons with their words and meanings.
macro_rules! reasons {
    ($($name:ident = $word:literal, $meaning:literal;)+) => {
        /// Why something was left out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $(#[doc = $meaning] $name,)+
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The word in the file.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ }
            }
        }
    };
}

reasons! {
    Retracted = "retracted", "the report was retracted";
    Repeats = "repeats", "it passes on another report, which is in the export";
    NoDeaths = "no_deaths", "no deaths are reported of it, and UCDP GED holds only events with deaths";
    NotAnEvent = "not_an_event", "it is somebody's own number for a period, not an event";
    AreaFigure = "area_figure", "the figure is of an area and a period, not of an incident";
    NoEventType = "no_event_type", "the data set has no type of event for this kind";
    DateTooVague = "date_too_vague", "the data set has no code for a date this vague";
    NoDate = "no_date", "no date is stated";
    Unreadable = "unreadable", "the entry could not be read";
    PlaceWithheld = "place_withheld", "the place is withheld or redacted";
    FieldRedacted = "field_redacted", "a field was redacted, and the cells of the row may repeat it";
    NoPoint = "no_point", "no point is stated";
    PrecisionHasNoCode = "precision_has_no_code", "the data set has no code for this precision";
    NoBest = "no_best", "the accounts give no best number, or different ones";
    FiguresOverlap = "figures_overlap", "the figures may hold the same people and are not added";
    TooManySides = "too_many_sides", "the data set has columns for two sides";
    NoLongerChosen = "no_longer_chosen", "it was in the export at the earlier tree size, and no row that was asked for holds it now";
    LowForBest = "low_for_best", "only a lower bound is stated; it stands in the column";
}

/// How many rows were written and how much was left out, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows written.
    pub rows: u64,
    /// Rows, written or left out, that are as they were at the earlier tree size; 0 without one.
    pub unchanged: u64,
    /// Rows left out, by reason.
    pub rows_left_out: BTreeMap<Reason, u64>,
    /// Columns left empty in rows that were written, by reason.
    pub columns_left_out: BTreeMap<Reason, u64>,
}

/// Writes the list.
pub(crate) struct LeftOut<W: Write> {
    writer: csv::Writer<W>,
    pub(crate) summary: Summary,
}

impl<W: Write> LeftOut<W> {
    pub(crate) fn new(out: W) -> Result<Self, Error> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(["entry", "what", "column", "reason", "meaning"])?;
        Ok(Self {
            writer,
            summary: Summary::default(),
        })
    }

    /// A whole row.
    pub(crate) fn row(&mut self, index: u64, reason: Reason) -> Result<(), Error> {
        *self.summary.rows_left_out.entry(reason).or_default() += 1;
        self.write(index, "row", "", reason)
    }

    /// One column of a row that is written.
    pub(crate) fn column(&mut self, index: u64, column: &str, reason: Reason) -> Result<(), Error> {
        *self.summary.columns_left_out.entry(reason).or_default() += 1;
        self.write(index, "column", column, reason)
    }

    fn write(&mut self, index: u64, what: &str, column: &str, reason: Reason) -> Result<(), Error> {
        let index = index.to_string();
        Ok(self
            .writer
            .write_record([&index, what, column, reason.as_str(), reason.meaning()])?)
    }

    pub(crate) fn finish(mut self) -> Result<Summary, Error> {
        self.writer.flush()?;
        Ok(self.summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_reason() {
        let page = include_str!("../../../docs/reference/exporting.md");
        for reason in Reason::ALL {
            let line = format!("| `{}` | {} |", reason.as_str(), reason.meaning());
            assert!(page.contains(&line), "docs/reference/exporting.md lacks {line}");
        }
    }
}
