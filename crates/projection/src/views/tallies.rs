//! `tallies`: a party's or body's own numbers, in its own unit. Unit: the one that the claimant names.
//!
//! ```text
//! {"key":"tally/000000000040","row":"tally","asserted_by":"azerbaijan-mod","accused":"karabakh-armenian","number":{…},"unit":"violation",…}
//! ```
//! Two claimants count the same day as 14 and as 123: a tally is shown as it was claimed, expanded into nothing and
//! added to nothing, not even to another tally. There is no total row.

mod live;

use armistice_report::Event;
use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    compact::{By, Span, SpanRow, Where},
    entries::EntryRef,
    names::Name,
    reading::{Reading, recorded},
    rows::Rows,
    scene::Scene,
    shapes::{AnswerRow, ByRow, FindingRow},
};
pub(crate) use live::Live;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    index: u32,
    original: u32,
    by: By,
    accused: Name,
    period: Span,
    number: Amount,
    unit: Name,
    breakdown: Box<[Part]>,
    places: Box<[Where]>,
}
recorded!(Record);

/// One part of a tally's number, as its claimant gives it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part {
    label: Name,
    number: Amount,
    unit: Name,
}

/// Every tally, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tallies {
    records: Vec<Record>,
}

#[derive(Serialize)]
struct TallyRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    accused: &'a str,
    accused_side: &'a str,
    period: SpanRow,
    number: Amount,
    unit: &'a str,
    parts: usize,
    breakdown: Vec<PartRow<'a>>,
    places: Vec<&'a str>,
    in_force: bool,
    answers: Vec<AnswerRow<'a>>,
    assessments: Vec<FindingRow<'a>>,
    entries: Vec<EntryRef>,
}

/// One part of a tally. Its unit is the tally's unless the claimant names another.
#[derive(Serialize)]
struct PartRow<'a> {
    label: &'a str,
    number: Amount,
    unit: &'a str,
}

impl Tallies {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let Event::TallyClaimed(tally) = scene.event else {
            return;
        };
        let record = Record {
            index: scene.index,
            original: scene.original,
            by: scene.by,
            accused: tally
                .accused
                .as_ref()
                .map_or(Name::NOT_STATED, |accused| scene.name(accused)),
            period: Span::of(&tally.period),
            number: Amount::of(&tally.number),
            unit: scene.name(&tally.unit),
            breakdown: tally
                .breakdown
                .iter()
                .map(|part| Part {
                    label: scene.name(&part.label),
                    number: Amount::of(&part.number),
                    unit: scene.name(part.unit.as_deref().unwrap_or(&tally.unit)),
                })
                .collect(),
            places: tally
                .places
                .iter()
                .map(|place| scene.place(Some(place)))
                .collect(),
        };
        self.records.push(record);
    }

    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        for (index, record) in reading.standing(&self.records) {
            out.push_at("tally", index, &tally_row(reading, index, record));
        }
    }
}

fn tally_row<'a>(reading: &Reading<'a>, index: u32, record: &Record) -> TallyRow<'a> {
    TallyRow {
        by: ByRow::new(reading, index, record.by),
        accused: reading.text(record.accused),
        accused_side: reading.side_text(record.accused),
        period: record.period.row(),
        number: record.number,
        unit: reading.text(record.unit),
        parts: record.breakdown.len(),
        breakdown: record
            .breakdown
            .iter()
            .map(|part| PartRow {
                label: reading.text(part.label),
                number: part.number,
                unit: reading.text(part.unit),
            })
            .collect(),
        places: record
            .places
            .iter()
            .map(|&place| reading.place_text(index, place))
            .collect(),
        in_force: reading.entries.is_live(index),
        answers: AnswerRow::all(reading, index),
        assessments: reading
            .findings_about(index)
            .map(|finding| FindingRow::new(reading, finding))
            .collect(),
        entries: reading.versions(index),
    }
}
