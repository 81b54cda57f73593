//! `observations`: what observers perceived, by kind and means. Unit: observation, in the observer's own number.
//!
//! ```text
//! {"key":"observation/000000000031","row":"observation","kind":"air_strike","means":"not_stated","number":{"min":4,"best":4,"max":4},…}
//! {"key":"series/air_strike/rpk","row":"series","kind":"air_strike","exercise":false,"number":{…},…}
//! ```
//! A series of its own: it is added to no count of incidents or allegations. Numbers of one observer are added,
//! those of different observers are not, since they may have perceived the same. Exercises are a series apart.

mod live;

use std::collections::BTreeMap;

use armistice_report::{Event, ObservationAssessment, ObservationKind, ObservationMeans};
use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    compact::{By, Span, SpanRow, Where},
    entries::EntryRef,
    names::Name,
    reading::{Reading, recorded},
    rows::Rows,
    scene::Scene,
    shapes::{AnswerRow, ByRow, FindingRow, Source},
};
pub(crate) use live::Live;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    index: u32,
    original: u32,
    by: By,
    /// Who perceived it, through whomever it came.
    root: Name,
    kind: ObservationKind,
    means: ObservationMeans,
    number: Amount,
    place: Where,
    time: Span,
    assessed_as: Option<ObservationAssessment>,
    attributed_to: Option<Name>,
}
recorded!(Record);

/// Every observation, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Observations {
    records: Vec<Record>,
}

#[derive(Serialize)]
struct ObservationRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    observer: &'a str,
    kind: ObservationKind,
    means: ObservationMeans,
    number: Amount,
    exercise: bool,
    assessed_as: Option<ObservationAssessment>,
    attributed_to: Option<&'a str>,
    place: Option<&'a str>,
    place_named: Option<&'a str>,
    time: SpanRow,
    counted: bool,
    repeats: Option<EntryRef>,
    answers: Vec<AnswerRow<'a>>,
    assessments: Vec<FindingRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct SeriesRow<'a> {
    kind: ObservationKind,
    observer: &'a str,
    exercise: bool,
    unit: &'static str,
    reports: u64,
    number: Amount,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

impl Record {
    fn exercise(&self) -> bool {
        self.assessed_as == Some(ObservationAssessment::LiveFireExercise)
    }

    /// The row of numbers that it is added to.
    fn series(&self, reading: &Reading<'_>) -> String {
        // The word comes before the observer, whose name may hold any character.
        let exercise = if self.exercise() { "exercise/" } else { "" };
        format!(
            "{}/{exercise}{}",
            self.kind.as_str(),
            reading.text(self.observer(reading))
        )
    }

    /// Whose numbers it adds to, as rows show it.
    fn observer(&self, reading: &Reading<'_>) -> Name {
        reading.redactions.observer(self.original, self.root)
    }

    /// What two reports of one observation share.
    fn key(&self) -> Key {
        (self.root, self.kind, self.means, self.place, self.time)
    }
}

type Key = (Name, ObservationKind, ObservationMeans, Where, Span);

/// One observer's numbers of one kind.
struct Series {
    kind: ObservationKind,
    observer: Name,
    exercise: bool,
    number: Option<Amount>,
    source: Source,
}

impl Observations {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let Event::ObservationRecorded(observed) = scene.event else {
            return;
        };
        let record = Record {
            index: scene.index,
            original: scene.original,
            by: scene.by,
            root: scene.root(),
            kind: observed.kind,
            means: observed.means,
            number: Amount::of(&observed.number),
            place: scene.place(observed.place.as_ref()),
            time: Span::of(&observed.time),
            assessed_as: observed.assessed_as,
            attributed_to: observed.attributed_to.as_ref().map(|actor| scene.name(actor)),
        };
        self.records.push(record);
    }

    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let repeats = self.repeats(reading);
        let mut series: BTreeMap<String, Series> = BTreeMap::new();
        for (index, record) in reading.standing(&self.records) {
            let repeats = repeats.get(&index).copied();
            let counted = reading.entries.is_live(index) && repeats.is_none();
            out.push_at(
                "observation",
                index,
                &observation_row(reading, index, record, counted, repeats),
            );
            if counted {
                let one = series
                    .entry(record.series(reading))
                    .or_insert_with(|| Series::new(reading, record));
                one.add(index, record);
            }
        }
        for (key, one) in &series {
            out.push("series", key, &one.row(reading));
        }
    }

    /// The observations that may repeat an entry. Goes over all of them.
    pub(crate) fn alike(&self, entry: u32) -> impl Iterator<Item = u32> + '_ {
        let at = self
            .records
            .binary_search_by_key(&entry, |record| record.index)
            .ok();
        let key = at.map(|at| self.records[at].key());
        let alike = self
            .records
            .iter()
            .filter(move |record| Some(record.key()) == key);
        alike.map(|record| record.original)
    }

    /// Observations that another producer has published already: same observer, kind, means, place and time. As for
    /// allegations, the n-th of one producer is the n-th with that key.
    fn repeats(&self, reading: &Reading<'_>) -> BTreeMap<u32, u32> {
        let mut numbered: BTreeMap<_, u32> = BTreeMap::new();
        let mut first: BTreeMap<_, u32> = BTreeMap::new();
        let mut repeats = BTreeMap::new();
        for (index, record) in reading.standing(&self.records) {
            if record.root == Name::NOT_STATED || !reading.entries.is_live(index) {
                continue;
            }
            let key = record.key();
            let number = numbered
                .entry((key, reading.entries.producer(index)))
                .or_default();
            let original = *first.entry((key, *number)).or_insert(index);
            *number += 1;
            if original != index {
                repeats.insert(index, original);
            }
        }
        repeats
    }
}

impl Series {
    fn new(reading: &Reading<'_>, record: &Record) -> Self {
        Self {
            kind: record.kind,
            observer: record.observer(reading),
            exercise: record.exercise(),
            number: None,
            source: Source::default(),
        }
    }

    fn add(&mut self, index: u32, record: &Record) {
        self.number = Amount::sum(self.number.into_iter().chain([record.number]));
        self.source.add(index);
    }

    fn row<'a>(&self, reading: &Reading<'a>) -> SeriesRow<'a> {
        SeriesRow {
            kind: self.kind,
            observer: reading.shown(self.observer),
            exercise: self.exercise,
            unit: "observation",
            reports: self.source.count(),
            number: self.number.unwrap_or(Amount::UNKNOWN),
            entries_count: self.source.count(),
            entries: self.source.named(reading),
        }
    }
}

fn observation_row<'a>(
    reading: &Reading<'a>,
    index: u32,
    record: &Record,
    counted: bool,
    repeats: Option<u32>,
) -> ObservationRow<'a> {
    let (place, place_named) = reading.place_texts(index, record.place);
    ObservationRow {
        by: ByRow::new(reading, index, record.by),
        observer: reading.shown(record.observer(reading)),
        kind: record.kind,
        means: record.means,
        number: record.number,
        exercise: record.exercise(),
        assessed_as: record.assessed_as,
        attributed_to: reading.option(record.attributed_to),
        place,
        place_named,
        time: record.time.row(),
        counted,
        repeats: repeats.map(|original| reading.entry(original)),
        answers: AnswerRow::all(reading, index),
        assessments: reading
            .findings_about(index)
            .map(|finding| FindingRow::new(reading, finding))
            .collect(),
        entries: reading.versions(index),
    }
}
