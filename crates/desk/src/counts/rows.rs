//! The rows of a count: written in a fixed order of fields, so that equal logs give equal bytes.

use armistice_projection::Projection;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    ROWS_MAX, Row,
    fold::{Cell, Fold, too_many},
};
use crate::{
    Error,
    amount::{Amount, Change},
    calendar::{By, Ordinal, Period},
    codebook::{Codebook, Series},
    cut::Cut,
    effort::{Effort, Efforts},
    fact::LeftOut,
    frame::shown,
    shapes::{EntryRef, first, json, key},
    unit::Unit,
};

/// What every row carries.
#[derive(Clone, Serialize)]
pub(super) struct Stamp<'a> {
    codebook: &'a str,
    codebook_sha256: String,
    series: &'a str,
    unit: &'static str,
}

/// The values of the cuts as fields of the row.
struct Fields<'a>(Vec<(&'static str, &'a str)>);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct CountRow<'a> {
    key: &'a str,
    row: &'static str,
    #[serde(flatten)]
    stamp: &'a Stamp<'a>,
    period: &'a Period,
    #[serde(flatten)]
    cuts: Fields<'a>,
    count: Option<Amount>,
    exercise: Option<Amount>,
    before: Option<Amount>,
    change: Option<Change>,
    shared: u64,
    effort: Option<Vec<&'a Effort>>,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct SeriesRow<'a> {
    key: String,
    row: &'static str,
    #[serde(flatten)]
    stamp: &'a Stamp<'a>,
    title: &'a str,
    definition: &'a str,
    zone: String,
    periods: By,
    apart: &'a [Cut],
    counted: u64,
    left_out: LeftOut,
}

#[derive(Serialize)]
struct EffortRow<'a> {
    key: String,
    row: &'static str,
    codebook: &'a str,
    codebook_sha256: String,
    unit: &'static str,
    period: Period,
    #[serde(flatten)]
    effort: &'a Effort,
    entries_count: usize,
    entries: Vec<EntryRef>,
}

/// The rows of one series in the making.
pub(super) struct Output<'a> {
    pub(super) projection: &'a Projection,
    pub(super) codebook: &'a Codebook,
    pub(super) series: &'a Series,
    pub(super) by: By,
    efforts: &'a Efforts,
    pub(super) stamp: Stamp<'a>,
    rows: Vec<Row>,
}

impl<'a> Output<'a> {
    pub(super) fn new(
        projection: &'a Projection,
        codebook: &'a Codebook,
        series: &'a Series,
        by: By,
        efforts: &'a Efforts,
    ) -> Self {
        Self {
            projection,
            codebook,
            series,
            by,
            efforts,
            stamp: Stamp {
                codebook: codebook.id(),
                codebook_sha256: codebook.sha256().to_string(),
                series: &series.series,
                unit: series.unit.as_str(),
            },
            rows: Vec::new(),
        }
    }

    /// The rows so far, in no order.
    pub(super) fn finish(self) -> Vec<Row> {
        self.rows
    }

    pub(super) fn push(&mut self, key: String, row: &impl Serialize) {
        self.rows.push(Row { key, json: json(row) });
    }

    /// The row that says what the series counts, and what it left out.
    pub(super) fn series_row(&mut self, counted: u64, left_out: LeftOut) {
        let key = format!("series/{}", self.series.series);
        let row = SeriesRow {
            key: key.clone(),
            row: "series",
            stamp: &self.stamp,
            title: &self.series.title,
            definition: &self.series.definition,
            zone: self.codebook.zone().to_string(),
            periods: self.by,
            apart: &self.series.apart,
            counted,
            left_out,
        };
        self.rows.push(Row {
            json: json(&row),
            key,
        });
    }

    /// Every number of the fold, and a zero in the period after a number where nothing was counted.
    pub(super) fn counts(&mut self, fold: &Fold<'_>) -> Result<(), Error> {
        self.series_row(fold.facts, fold.left_out);
        let nothing = Cell::default();
        for (values, periods) in &fold.cells {
            let words: Vec<&str> = values.iter().map(|value| fold.word(*value)).collect();
            for (period, cell) in periods {
                self.count(fold, &words, *period, cell, periods);
                let after = period.map(Ordinal::next);
                let ended = self.by == By::Whole || after.is_none() || after > fold.last;
                if !ended && !periods.contains_key(&after) {
                    self.count(fold, &words, after, &nothing, periods);
                }
            }
            if self.rows.len() > ROWS_MAX {
                return Err(too_many(self.series));
            }
        }
        Ok(())
    }

    fn count(
        &mut self,
        fold: &Fold<'_>,
        words: &[&str],
        at: Option<Ordinal>,
        cell: &Cell,
        periods: &std::collections::HashMap<Option<Ordinal>, Cell>,
    ) {
        let period = self.codebook.calendar().period(self.by, at);
        let key = key(&["count", &self.series.series, &period.label], words);
        let count = self.number(cell);
        let previous = at.map(Ordinal::previous).filter(|_| self.by != By::Whole);
        let before = previous
            .filter(|previous| fold.first.is_some_and(|first| *previous >= first))
            .map(|previous| self.number(periods.get(&Some(previous)).unwrap_or(&Cell::default())));
        let labelled = self.series.labels_exercises();
        let row = CountRow {
            key: &key,
            row: "count",
            stamp: &self.stamp,
            period: &period,
            cuts: Fields(
                fold.cuts
                    .iter()
                    .map(|cut| cut.as_str())
                    .zip(words.iter().map(|word| shown(word)))
                    .collect(),
            ),
            count,
            exercise: labelled.then(|| cell.exercise.unwrap_or(Amount::exactly(0))),
            before: before.flatten(),
            // Against what nobody reported nothing can be told: every bound is open.
            change: before.map(|before| {
                count
                    .zip(before)
                    .map_or(Change::UNKNOWN, |(now, then)| now.since(then))
            }),
            shared: cell.shared,
            effort: self.effort(fold, words, at),
            entries_count: cell.entries_count,
            entries: EntryRef::all(self.projection, &cell.entries),
        };
        let json = json(&row);
        self.rows.push(Row { key, json });
    }

    /// The number of a cell. No record is 0 records, and is no statement that nobody was killed or hurt.
    fn number(&self, cell: &Cell) -> Option<Amount> {
        (self.series.unit != Unit::Person || cell.entries_count > 0).then(|| cell.count())
    }

    /// The effort of the same period: of the body that observed or assessed, where the series tells bodies apart.
    fn effort(&self, fold: &Fold<'_>, words: &[&str], at: Option<Ordinal>) -> Option<Vec<&'a Effort>> {
        let told_apart =
            |cut: &Cut| self.series.apart.contains(cut) && matches!(cut, Cut::Asserter | Cut::Assessor);
        let body = fold.cuts.iter().position(told_apart).map(|at| words[at]);
        let found = self.efforts.in_period(at, body);
        (!found.is_empty()).then_some(found)
    }
}

/// A row for the effort of each body in each period.
pub(super) fn efforts(
    projection: &Projection,
    codebook: &Codebook,
    by: By,
    efforts: &Efforts,
    out: &mut Vec<Row>,
) {
    for (at, effort) in efforts.iter() {
        let period = codebook.calendar().period(by, at);
        let key = key(&["effort", &period.label, &effort.body], &[]);
        let row = EffortRow {
            key: key.clone(),
            row: "effort",
            codebook: codebook.id(),
            codebook_sha256: codebook.sha256().to_string(),
            unit: "each its own",
            period,
            effort,
            entries_count: effort.entries.len(),
            entries: EntryRef::all(projection, first(&effort.entries)),
        };
        out.push(Row {
            json: json(&row),
            key,
        });
    }
}
