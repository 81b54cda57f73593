//! `statements`: who took which stance, and who demanded what of whom. Unit: statement.
//!
//! ```text
//! {"key":"statement/000000000015","row":"statement","act":"demand","demand":{"kind":"withdrawal","of":"azerbaijan",…},…}
//! {"key":"total","row":"total","unit":"statement","statements":6,"stance_or_demand":5,"no_comment":1,…}
//! ```
//! A refusal to comment is a statement and neither a stance nor a demand. The words themselves are in the entry.

use armistice_report::{DemandKind, Event, StatementAct, Topic};
use serde::{Deserialize, Serialize};

use crate::{
    compact::{By, Span, SpanRow, Where},
    entries::EntryRef,
    names::Name,
    reading::{Reading, recorded},
    rows::Rows,
    scene::Scene,
    shapes::{AnswerRow, ByRow, CountRow, Counts, Source},
};

/// What is asked, of whom, about which place.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) kind: DemandKind,
    pub(crate) of: Name,
    pub(crate) place: Where,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    index: u32,
    original: u32,
    by: By,
    act: StatementAct,
    addressees: Box<[Name]>,
    asked: Option<Asked>,
    topics: Box<[Topic]>,
    time: Span,
}

recorded!(Record);

/// Every statement, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Statements {
    records: Vec<Record>,
}

#[derive(Serialize)]
struct DemandRow<'a> {
    kind: DemandKind,
    of: &'a str,
    of_side: &'a str,
    place: Option<&'a str>,
    place_named: Option<&'a str>,
}

#[derive(Serialize)]
struct StatementRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    act: StatementAct,
    class: &'static str,
    addressees: Vec<&'a str>,
    demand: Option<DemandRow<'a>>,
    topics: &'a [Topic],
    time: SpanRow,
    counted: bool,
    answers: Vec<AnswerRow<'a>>,
    corrected_by: Vec<EntryRef>,
    retracted_by: Vec<EntryRef>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct TotalRow<'a> {
    unit: &'static str,
    statements: u64,
    stance_or_demand: u64,
    demands: u64,
    no_comment: u64,
    by_act: Vec<CountRow<'a>>,
    retracted: u64,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

impl Record {
    fn class(&self) -> &'static str {
        match self.act {
            StatementAct::NoComment => "no_comment",
            StatementAct::Comment if self.asked.is_none() => "comment",
            _ if self.asked.is_some() => "demand",
            _ => "stance",
        }
    }
}

impl Statements {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let Event::StatementMade(made) = scene.event else {
            return;
        };
        let asked = made.demand.as_ref().map(|demand| Asked {
            kind: demand.kind,
            of: scene.names.intern(&demand.of),
            place: scene.place(demand.place.as_ref()),
        });
        let record = Record {
            index: scene.index,
            original: scene.original,
            by: scene.by,
            act: made.act,
            addressees: scene.names(&made.addressees),
            asked,
            topics: made.topics.iter().copied().collect(),
            time: Span::of(&made.time),
        };
        self.records.push(record);
    }

    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let mut acts = Counts::default();
        let mut source = Source::default();
        let (mut stance_or_demand, mut demands, mut no_comment, mut retracted) = (0, 0, 0, 0);
        for (index, record) in reading.standing(&self.records) {
            let row = statement_row(reading, index, record);
            out.push_at("statement", index, &row);
            if !row.counted {
                retracted += 1;
                continue;
            }
            acts.add(record.act.as_str());
            demands += u64::from(record.asked.is_some());
            no_comment += u64::from(record.act == StatementAct::NoComment);
            stance_or_demand += u64::from(record.act.takes_stance() || record.asked.is_some());
            source.add(index);
        }
        let total = TotalRow {
            unit: "statement",
            statements: source.count(),
            stance_or_demand,
            demands,
            no_comment,
            by_act: acts.rows(),
            retracted,
            entries_count: source.count(),
            entries: source.named(reading),
        };
        out.push("total", "", &total);
    }
}

fn statement_row<'a>(reading: &Reading<'a>, index: u32, record: &'a Record) -> StatementRow<'a> {
    let demand = record.asked.map(|asked| DemandRow {
        kind: asked.kind,
        of: reading.text(asked.of),
        of_side: reading.side_text(asked.of),
        place: reading.option(asked.place.place),
        place_named: reading.option(asked.place.named),
    });
    let (corrected_by, retracted_by) = reading.changes(index);
    StatementRow {
        by: ByRow::new(reading, record.by),
        act: record.act,
        class: record.class(),
        addressees: record.addressees.iter().map(|&name| reading.text(name)).collect(),
        demand,
        topics: &record.topics,
        time: record.time.row(),
        counted: reading.entries.is_live(index),
        answers: AnswerRow::all(reading, index),
        corrected_by,
        retracted_by,
        entries: reading.versions(index),
    }
}
