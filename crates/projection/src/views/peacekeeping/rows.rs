//! The rows of `peacekeeping`.

use std::collections::BTreeMap;

use armistice_report::{PatrolResult, PresenceState, ReinforcementDecision, StatementAct, StrengthKind};
use serde::Serialize;

use super::{
    Decision, Effort, Mandate, Peacekeeping, Record, Remark, What,
    sum::{Score, Sum, Voices},
};
use crate::{
    amount::Amount,
    compact::{Span, SpanRow, Where},
    entries::EntryRef,
    names::Name,
    reading::Reading,
    redactions::shown,
    rows::Rows,
    shapes::{AnswerRow, ByRow, Source},
};

/// One report within a group.
#[derive(Serialize)]
struct ReportRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    force: &'a str,
    state: Option<PresenceState>,
    result: Option<PatrolResult>,
    place: Option<&'a str>,
    number: Option<Amount>,
    time: SpanRow,
    counted: bool,
    answers: Vec<AnswerRow<'a>>,
    entries: Vec<EntryRef>,
}

/// Reports of one kind of intervention, of presence at one place, or of patrols along one place.
#[derive(Serialize)]
pub(super) struct GroupRow<'a> {
    kind: Option<&'a str>,
    place: Option<&'a str>,
    unit: &'static str,
    reported: u64,
    by_party: u64,
    by_contingent: u64,
    by_others: u64,
    by_not_stated: u64,
    reports: Vec<ReportRow<'a>>,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct StrengthRow<'a> {
    kind: StrengthKind,
    #[serde(flatten)]
    by: ByRow<'a>,
    force: &'a str,
    number: Amount,
    unit: Option<&'a str>,
    time: SpanRow,
    counted: bool,
    answers: Vec<AnswerRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct DecisionRow<'a> {
    decision: ReinforcementDecision,
    by: &'a str,
    number: Option<Amount>,
    entry: EntryRef,
}

#[derive(Serialize)]
pub(super) struct RequestRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    force: &'a str,
    requester: &'a str,
    addressee: &'a str,
    number: Option<Amount>,
    time: SpanRow,
    state: &'static str,
    decisions: Vec<DecisionRow<'a>>,
    answers: Vec<AnswerRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct RemarkRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    act: StatementAct,
    counted: bool,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct EffortRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    body: &'a str,
    period: SpanRow,
    patrols: Option<u64>,
    observation_hours: Option<u64>,
    posts: Option<u64>,
    cameras_up: Option<u64>,
    cameras_down: Option<u64>,
    uav_flights: Option<u64>,
    access_denials: Option<u64>,
    not_reached: Vec<&'a str>,
    counted: bool,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct MandateRow<'a> {
    agreement: &'a str,
    force: &'a str,
    ceiling: Option<Amount>,
    until: Option<SpanRow>,
    recorded_by: &'a str,
    entries: Vec<EntryRef>,
}

/// Reports that share a kind of intervention or a place.
#[derive(Default)]
pub(super) struct Group<'r> {
    pub(super) reports: Vec<(u32, &'r Record)>,
}

type Groups<'a, 'r> = BTreeMap<(&'static str, &'a str), Group<'r>>;

impl Peacekeeping {
    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let standing: Vec<(u32, &Record)> = reading.standing(&self.records);
        let groups = groups(reading, &standing);
        let decisions = self.decisions_by_request(reading);
        let decided = |index: u32| decisions.get(&index).map_or(&[][..], Vec::as_slice);
        let mut sum = Sum::default();
        for &(index, record) in &standing {
            sum.count(index, Score::of(reading, index, record, decided(index)));
        }
        // Rows come in the order of their keys, and the kinds of row below are in that order.
        for &(index, record) in &standing {
            if let What::Effort(effort) = &record.what {
                out.push_at("effort", index, &effort_row(reading, index, record, effort));
            }
        }
        group_rows(reading, &groups, "intervention", out);
        for mandate in &self.mandates {
            out.push_at("mandate", mandate.index, &mandate_row(reading, mandate));
        }
        group_rows(reading, &groups, "patrol", out);
        group_rows(reading, &groups, "presence", out);
        for &(index, record) in &standing {
            if let Some(row) = request_row(reading, index, record, decided(index)) {
                out.push_at("reinforcement", index, &row);
            }
        }
        for (index, remark) in reading.standing(&self.remarks) {
            sum.count(index, Score::of_remark(reading, index));
            out.push_at("remark", index, &remark_row(reading, index, remark));
        }
        for &(index, record) in &standing {
            if let Some(row) = strength_row(reading, index, record) {
                out.push_at("strength", index, &row);
            }
        }
        let mut places: BTreeMap<Name, Group<'_>> = BTreeMap::new();
        for &(index, record) in &standing {
            if let Some(place) = record.presence() {
                places.entry(place).or_default().reports.push((index, record));
            }
        }
        let present = places.values().filter(|group| group.is_present(reading));
        out.push("total", "", &sum.row(reading, present.count()));
    }

    /// The decisions in force, by the requests that they decide.
    fn decisions_by_request(&self, reading: &Reading<'_>) -> BTreeMap<u32, Vec<(u32, &Decision)>> {
        let mut decisions: BTreeMap<u32, Vec<(u32, &Decision)>> = BTreeMap::new();
        let standing = reading.standing(&self.decisions).into_iter();
        for (index, decision) in standing.filter(|(at, _)| reading.entries.is_live(*at)) {
            if let Some(request) = decision.request {
                decisions.entry(request).or_default().push((index, decision));
            }
        }
        decisions
    }
}

/// Sorts the reports by the row that they belong to. A patrol belongs to each place of its route.
fn groups<'a, 'r>(reading: &Reading<'a>, standing: &[(u32, &'r Record)]) -> Groups<'a, 'r> {
    let mut groups: Groups<'a, 'r> = BTreeMap::new();
    for &(index, record) in standing {
        for (kind, label) in group_keys(reading, index, record) {
            groups
                .entry((kind, label))
                .or_default()
                .reports
                .push((index, record));
        }
    }
    groups
}

/// The rows that a report belongs to.
pub(super) fn group_keys<'a>(
    reading: &Reading<'a>,
    index: u32,
    record: &Record,
) -> Vec<(&'static str, &'a str)> {
    let label = |place: Where| reading.text(reading.place(index, place).label());
    match &record.what {
        What::Presence { place, .. } => vec![("presence", label(*place))],
        What::Intervention { kind, .. } => vec![("intervention", kind.as_str())],
        What::Patrol { route, .. } if route.is_empty() => vec![("patrol", crate::names::NOT_STATED)],
        What::Patrol { route, .. } => {
            let mut places: Vec<_> = route.iter().map(|&place| ("patrol", label(place))).collect();
            places.sort_unstable();
            places.dedup();
            places
        }
        What::Strength { .. } | What::Request { .. } | What::Effort(_) => Vec::new(),
    }
}

impl Record {
    /// The true place where it says that the force is or is not: hidden or not, it is one place.
    pub(super) fn presence(&self) -> Option<Name> {
        match &self.what {
            What::Presence { place, .. } => Some(place.label()),
            _ => None,
        }
    }
}

impl Group<'_> {
    /// Whether the last live report of each asserter says that the force is there: one is enough.
    pub(super) fn is_present(&self, reading: &Reading<'_>) -> bool {
        let mut last = BTreeMap::new();
        for (index, record) in &self.reports {
            if let What::Presence { state, .. } = &record.what
                && reading.entries.is_live(*index)
            {
                last.insert(record.by.who, *state);
            }
        }
        last.values()
            .any(|state| !matches!(state, PresenceState::Left | PresenceState::Absent))
    }

    pub(super) fn row<'a>(&self, reading: &Reading<'a>, kind: &str, label: &'a str) -> GroupRow<'a> {
        let mut voices = Voices::default();
        let mut source = Source::default();
        for (index, record) in self
            .reports
            .iter()
            .filter(|(index, _)| reading.entries.is_live(*index))
        {
            voices.add(record.by.voice());
            source.add(*index);
        }
        let by_kind = kind == "intervention";
        GroupRow {
            kind: by_kind.then_some(label),
            place: (!by_kind).then_some(shown(label)),
            unit: "report",
            reported: voices.reported,
            by_party: voices.by_party,
            by_contingent: voices.by_contingent,
            by_others: voices.by_others,
            by_not_stated: voices.by_not_stated,
            reports: self
                .reports
                .iter()
                .map(|&(index, record)| report_row(reading, index, record))
                .collect(),
            entries_count: source.count(),
            entries: source.named(reading),
        }
    }
}

fn group_rows(reading: &Reading<'_>, groups: &Groups<'_, '_>, wanted: &'static str, out: &mut Rows<'_>) {
    for ((kind, label), group) in groups.iter().filter(|((kind, _), _)| *kind == wanted) {
        out.push(kind, label, &group.row(reading, kind, label));
    }
}

fn report_row<'a>(reading: &Reading<'a>, index: u32, record: &Record) -> ReportRow<'a> {
    let (state, result, place, number) = match &record.what {
        What::Presence { place, state } => (Some(*state), None, Some(*place), None),
        What::Patrol { number, result, .. } => (None, Some(*result), None, *number),
        What::Intervention { place, .. } => (None, None, Some(*place), None),
        What::Strength { .. } | What::Request { .. } | What::Effort(_) => (None, None, None, None),
    };
    ReportRow {
        by: ByRow::new(reading, index, record.by),
        force: reading.text(record.force),
        state,
        result,
        place: place.map(|place| reading.place_text(index, place)),
        number,
        time: record.time.row(),
        counted: reading.entries.is_live(index),
        answers: AnswerRow::all(reading, index),
        entries: reading.versions(index),
    }
}

/// Whether a request stands, and whether it was decided. A deferred request is still open.
pub(super) fn request_state(reading: &Reading<'_>, index: u32, decided: &[(u32, &Decision)]) -> &'static str {
    let settled = decided
        .iter()
        .any(|(_, decision)| decision.outcome != ReinforcementDecision::Deferred);
    match (reading.entries.is_live(index), settled) {
        (false, _) => "retracted",
        (true, true) => "decided",
        (true, false) => "open",
    }
}

pub(super) fn request_row<'a>(
    reading: &Reading<'a>,
    index: u32,
    record: &Record,
    decided: &[(u32, &Decision)],
) -> Option<RequestRow<'a>> {
    let What::Request {
        requester,
        addressee,
        number,
    } = &record.what
    else {
        return None;
    };
    let decisions = decided.iter().map(|&(at, decision)| DecisionRow {
        decision: decision.outcome,
        by: reading.named(at, decision.said, decision.by),
        number: decision.number,
        entry: reading.entry(at),
    });
    Some(RequestRow {
        by: ByRow::new(reading, index, record.by),
        force: reading.text(record.force),
        requester: reading.named(index, record.by, *requester),
        addressee: reading.text(*addressee),
        number: *number,
        time: record.time.row(),
        state: request_state(reading, index, decided),
        decisions: decisions.collect(),
        answers: AnswerRow::all(reading, index),
        entries: reading.entries(
            reading
                .version_indexes(index)
                .chain(decided.iter().map(|&(at, _)| at)),
        ),
    })
}

pub(super) fn strength_row<'a>(
    reading: &Reading<'a>,
    index: u32,
    record: &Record,
) -> Option<StrengthRow<'a>> {
    let What::Strength { kind, number, unit } = &record.what else {
        return None;
    };
    Some(StrengthRow {
        kind: *kind,
        by: ByRow::new(reading, index, record.by),
        force: reading.text(record.force),
        number: *number,
        unit: reading.option(*unit),
        time: record.time.row(),
        counted: reading.entries.is_live(index),
        answers: AnswerRow::all(reading, index),
        entries: reading.versions(index),
    })
}

pub(super) fn remark_row<'a>(reading: &Reading<'a>, index: u32, remark: &Remark) -> RemarkRow<'a> {
    RemarkRow {
        by: ByRow::new(reading, index, remark.by),
        act: remark.act,
        counted: reading.entries.is_live(index),
        entries: reading.versions(index),
    }
}

pub(super) fn effort_row<'a>(
    reading: &Reading<'a>,
    index: u32,
    record: &Record,
    effort: &Effort,
) -> EffortRow<'a> {
    EffortRow {
        by: ByRow::new(reading, index, record.by),
        body: reading.named(index, record.by, record.force),
        period: record.time.row(),
        patrols: effort.patrols,
        observation_hours: effort.observation_hours,
        posts: effort.posts,
        cameras_up: effort.cameras_up,
        cameras_down: effort.cameras_down,
        uav_flights: effort.uav_flights,
        access_denials: effort.access_denials,
        not_reached: effort
            .not_reached
            .iter()
            .map(|&place| reading.place_text(index, place))
            .collect(),
        counted: reading.entries.is_live(index),
        entries: reading.versions(index),
    }
}

pub(super) fn mandate_row<'a>(reading: &Reading<'a>, mandate: &Mandate) -> MandateRow<'a> {
    MandateRow {
        agreement: reading.text(mandate.agreement),
        force: reading.text(mandate.force),
        ceiling: mandate.ceiling,
        until: mandate.until.map(Span::row),
        recorded_by: reading.text(reading.entries.producer(mandate.index)),
        entries: reading.entries([mandate.index]),
    }
}
