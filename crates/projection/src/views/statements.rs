//! `statements`: who took which stance, and who demanded what of whom. Unit: statement.
//!
//! ```text
//! {"key":"statement/000000000015","row":"statement","act":"demand","demand":{"kind":"withdrawal","of":"azerbaijan",…},…}
//! {"key":"total","row":"total","unit":"statement","statements":6,"stance_or_demand":5,"no_comment":1,…}
//! ```
//! A refusal to comment is a statement and neither a stance nor a demand. The words themselves are in the entry.

mod live;

use std::collections::BTreeMap;

use armistice_report::{DemandKind, Event, StatementAct, Topic};
use serde::{Deserialize, Serialize};

use crate::{
    compact::{By, Span, SpanRow, Where},
    entries::EntryRef,
    live::groups::Indexes,
    names::Name,
    reading::{Reading, recorded},
    rows::Rows,
    scene::Scene,
    shapes::{AnswerRow, ByRow, CountRow, named},
};
pub(crate) use live::Live;

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
        let mut sum = Sum::default();
        for (index, record) in reading.standing(&self.records) {
            out.push_at("statement", index, &statement_row(reading, index, record));
            sum.count(index, Score::of(reading, index, record));
        }
        out.push("total", "", &sum.row(reading));
    }
}

/// What one statement adds to the total.
#[derive(Clone, Copy, Debug)]
struct Score {
    counted: bool,
    act: StatementAct,
    demands: bool,
}

/// What is counted of all statements.
#[derive(Debug, Default)]
struct Sum {
    /// By act: all statements, and those that demand something.
    acts: BTreeMap<&'static str, (StatementAct, u64, u64)>,
    retracted: u64,
    source: Indexes,
}

impl Score {
    fn of(reading: &Reading<'_>, index: u32, record: &Record) -> Self {
        Self {
            counted: reading.entries.is_live(index),
            act: record.act,
            demands: record.asked.is_some(),
        }
    }
}

impl Sum {
    fn count(&mut self, index: u32, score: Score) {
        if !score.counted {
            self.retracted += 1;
            return;
        }
        let (_, all, demands) = self.acts.entry(score.act.as_str()).or_insert((score.act, 0, 0));
        *all += 1;
        *demands += u64::from(score.demands);
        self.source.insert(index);
    }

    /// Takes back what [`Sum::count`] added.
    fn discount(&mut self, index: u32, score: Score) {
        if !score.counted {
            self.retracted -= 1;
            return;
        }
        if let Some((_, all, demands)) = self.acts.get_mut(score.act.as_str()) {
            *all -= 1;
            *demands -= u64::from(score.demands);
            if *all == 0 {
                self.acts.remove(score.act.as_str());
            }
        }
        self.source.remove(index);
    }

    fn row<'a>(&self, reading: &Reading<'a>) -> TotalRow<'a> {
        let acts = || self.acts.values();
        let takes_stance = |&(act, all, demands): &(StatementAct, u64, u64)| {
            if act.takes_stance() { all } else { demands }
        };
        let no_comment = self.acts.get(StatementAct::NoComment.as_str());
        TotalRow {
            unit: "statement",
            statements: self.source.len() as u64,
            stance_or_demand: acts().map(takes_stance).sum(),
            demands: acts().map(|(_, _, demands)| demands).sum(),
            no_comment: no_comment.map_or(0, |(_, all, _)| *all),
            by_act: self
                .acts
                .iter()
                .map(|(&of, &(_, count, _))| CountRow { of, count })
                .collect(),
            retracted: self.retracted,
            entries_count: self.source.len() as u64,
            entries: named(reading, &self.source),
        }
    }
}

fn statement_row<'a>(reading: &Reading<'a>, index: u32, record: &'a Record) -> StatementRow<'a> {
    let demand = record.asked.map(|asked| {
        let (place, place_named) = reading.place_texts(index, asked.place);
        DemandRow {
            kind: asked.kind,
            of: reading.text(asked.of),
            of_side: reading.side_text(asked.of),
            place,
            place_named,
        }
    });
    let (corrected_by, retracted_by) = reading.changes(index);
    StatementRow {
        by: ByRow::new(reading, index, record.by),
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
