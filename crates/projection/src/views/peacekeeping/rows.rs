//! The rows of `peacekeeping`.

use std::collections::BTreeMap;

use armistice_report::{PatrolResult, PresenceState, ReinforcementDecision, StatementAct, StrengthKind};
use serde::Serialize;

use super::{Decision, Effort, Mandate, Peacekeeping, Record, What};
use crate::{
    amount::Amount,
    compact::{Span, SpanRow, Voice},
    entries::EntryRef,
    reading::Reading,
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
struct GroupRow<'a> {
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
struct StrengthRow<'a> {
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
struct RequestRow<'a> {
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
struct RemarkRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    act: StatementAct,
    counted: bool,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct EffortRow<'a> {
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
struct MandateRow<'a> {
    agreement: &'a str,
    force: &'a str,
    ceiling: Option<Amount>,
    until: Option<SpanRow>,
    recorded_by: &'a str,
    entries: Vec<EntryRef>,
}

#[derive(Default, Serialize)]
struct Voices {
    reported: u64,
    by_party: u64,
    by_contingent: u64,
    by_others: u64,
    by_not_stated: u64,
}

#[derive(Serialize)]
struct TotalRow {
    unit: &'static str,
    places_with_presence: usize,
    presence: Voices,
    patrols: Voices,
    interventions: Voices,
    strength_accounts: u64,
    reinforcements_requested: u64,
    reinforcements_decided: u64,
    reinforcements_open: u64,
    statements_on_strength: u64,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

/// Reports that share a kind of intervention or a place.
struct Group<'r> {
    reports: Vec<(u32, &'r Record)>,
}

type Groups<'a, 'r> = BTreeMap<(&'static str, &'a str), Group<'r>>;

impl Voices {
    fn add(&mut self, voice: Voice) {
        self.reported += 1;
        *match voice {
            Voice::Party => &mut self.by_party,
            Voice::Contingent => &mut self.by_contingent,
            Voice::Others => &mut self.by_others,
            Voice::NotStated => &mut self.by_not_stated,
        } += 1;
    }
}

impl Peacekeeping {
    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let standing: Vec<(u32, &Record)> = reading.standing(&self.records);
        let groups = groups(reading, &standing);
        let mut total = TotalRow::new(reading, &standing, &groups);
        // Rows come in the order of their keys, and the kinds of row below are in that order.
        effort_rows(reading, &standing, out);
        group_rows(reading, &groups, "intervention", out);
        for mandate in &self.mandates {
            out.push_at("mandate", mandate.index, &mandate_row(reading, mandate));
        }
        group_rows(reading, &groups, "patrol", out);
        group_rows(reading, &groups, "presence", out);
        self.request_rows(reading, &standing, &mut total, out);
        self.remark_rows(reading, &mut total, out);
        strength_rows(reading, &standing, out);
        out.push("total", "", &total);
    }

    fn request_rows(
        &self,
        reading: &Reading<'_>,
        standing: &[(u32, &Record)],
        total: &mut TotalRow,
        out: &mut Rows<'_>,
    ) {
        let mut decisions: BTreeMap<u32, Vec<(u32, &Decision)>> = BTreeMap::new();
        let standing_decisions = reading.standing(&self.decisions).into_iter();
        for (index, decision) in standing_decisions.filter(|(at, _)| reading.entries.is_live(*at)) {
            if let Some(request) = decision.request {
                decisions.entry(request).or_default().push((index, decision));
            }
        }
        for &(index, record) in standing {
            let decided = decisions.get(&index).map_or(&[][..], Vec::as_slice);
            let Some(row) = request_row(reading, index, record, decided) else {
                continue;
            };
            total.reinforcements_requested += u64::from(row.state != "retracted");
            total.reinforcements_decided += u64::from(row.state == "decided");
            total.reinforcements_open += u64::from(row.state == "open");
            out.push_at("reinforcement", index, &row);
        }
    }

    fn remark_rows(&self, reading: &Reading<'_>, total: &mut TotalRow, out: &mut Rows<'_>) {
        for (index, remark) in reading.standing(&self.remarks) {
            let counted = reading.entries.is_live(index);
            total.statements_on_strength += u64::from(counted);
            let row = RemarkRow {
                by: ByRow::new(reading, remark.by),
                act: remark.act,
                counted,
                entries: reading.versions(index),
            };
            out.push_at("remark", index, &row);
        }
    }
}

impl TotalRow {
    fn new(reading: &Reading<'_>, standing: &[(u32, &Record)], groups: &Groups<'_, '_>) -> Self {
        let (mut presence, mut patrols, mut interventions) =
            (Voices::default(), Voices::default(), Voices::default());
        let mut source = Source::default();
        let mut strength_accounts = 0;
        for &(index, record) in standing
            .iter()
            .filter(|(index, _)| reading.entries.is_live(*index))
        {
            source.add(index);
            match &record.what {
                What::Presence { .. } => presence.add(record.by.voice()),
                What::Patrol { .. } => patrols.add(record.by.voice()),
                What::Intervention { .. } => interventions.add(record.by.voice()),
                What::Strength { .. } => strength_accounts += 1,
                What::Request { .. } | What::Effort(_) => {}
            }
        }
        let present = groups
            .iter()
            .filter(|((kind, _), group)| *kind == "presence" && group.is_present(reading));
        Self {
            unit: "report",
            places_with_presence: present.count(),
            presence,
            patrols,
            interventions,
            strength_accounts,
            reinforcements_requested: 0,
            reinforcements_decided: 0,
            reinforcements_open: 0,
            statements_on_strength: 0,
            entries_count: source.count(),
            entries: source.named(reading),
        }
    }
}

/// Sorts the reports by the row that they belong to. A patrol belongs to each place of its route.
fn groups<'a, 'r>(reading: &Reading<'a>, standing: &[(u32, &'r Record)]) -> Groups<'a, 'r> {
    let mut groups: Groups<'a, 'r> = BTreeMap::new();
    for &(index, record) in standing {
        let keys: Vec<(&'static str, &'a str)> = match &record.what {
            What::Presence { place, .. } => vec![("presence", reading.text(place.label()))],
            What::Intervention { kind, .. } => vec![("intervention", kind.as_str())],
            What::Patrol { route, .. } if route.is_empty() => vec![("patrol", crate::names::NOT_STATED)],
            What::Patrol { route, .. } => {
                let mut places: Vec<_> = route
                    .iter()
                    .map(|place| ("patrol", reading.text(place.label())))
                    .collect();
                places.sort_unstable();
                places.dedup();
                places
            }
            What::Strength { .. } | What::Request { .. } | What::Effort(_) => Vec::new(),
        };
        for key in keys {
            groups
                .entry(key)
                .or_insert_with(|| Group { reports: Vec::new() })
                .reports
                .push((index, record));
        }
    }
    groups
}

impl Group<'_> {
    /// Whether the last live report of each asserter says that the force is there: one is enough.
    fn is_present(&self, reading: &Reading<'_>) -> bool {
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

    fn row<'a>(&self, reading: &Reading<'a>, kind: &'static str, label: &'a str) -> GroupRow<'a> {
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
            place: (!by_kind).then_some(label),
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
        by: ByRow::new(reading, record.by),
        force: reading.text(record.force),
        state,
        result,
        place: place.map(|place| reading.text(place.label())),
        number,
        time: record.time.row(),
        counted: reading.entries.is_live(index),
        answers: AnswerRow::all(reading, index),
        entries: reading.versions(index),
    }
}

fn request_row<'a>(
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
    // A deferred request is still open.
    let settled = decided
        .iter()
        .any(|(_, decision)| decision.outcome != ReinforcementDecision::Deferred);
    let decisions = decided.iter().map(|&(at, decision)| DecisionRow {
        decision: decision.outcome,
        by: reading.text(decision.by),
        number: decision.number,
        entry: reading.entry(at),
    });
    Some(RequestRow {
        by: ByRow::new(reading, record.by),
        force: reading.text(record.force),
        requester: reading.text(*requester),
        addressee: reading.text(*addressee),
        number: *number,
        time: record.time.row(),
        state: match (reading.entries.is_live(index), settled) {
            (false, _) => "retracted",
            (true, true) => "decided",
            (true, false) => "open",
        },
        decisions: decisions.collect(),
        answers: AnswerRow::all(reading, index),
        entries: reading.entries(
            reading
                .version_indexes(index)
                .chain(decided.iter().map(|&(at, _)| at)),
        ),
    })
}

fn strength_rows(reading: &Reading<'_>, standing: &[(u32, &Record)], out: &mut Rows<'_>) {
    for &(index, record) in standing {
        let What::Strength { kind, number, unit } = &record.what else {
            continue;
        };
        let row = StrengthRow {
            kind: *kind,
            by: ByRow::new(reading, record.by),
            force: reading.text(record.force),
            number: *number,
            unit: reading.option(*unit),
            time: record.time.row(),
            counted: reading.entries.is_live(index),
            answers: AnswerRow::all(reading, index),
            entries: reading.versions(index),
        };
        out.push_at("strength", index, &row);
    }
}

fn effort_rows(reading: &Reading<'_>, standing: &[(u32, &Record)], out: &mut Rows<'_>) {
    for &(index, record) in standing {
        let What::Effort(effort) = &record.what else {
            continue;
        };
        let Effort {
            patrols,
            observation_hours,
            posts,
            cameras_up,
            cameras_down,
            uav_flights,
            access_denials,
            ..
        } = **effort;
        let row = EffortRow {
            by: ByRow::new(reading, record.by),
            body: reading.text(record.force),
            period: record.time.row(),
            patrols,
            observation_hours,
            posts,
            cameras_up,
            cameras_down,
            uav_flights,
            access_denials,
            not_reached: effort
                .not_reached
                .iter()
                .map(|place| reading.text(place.label()))
                .collect(),
            counted: reading.entries.is_live(index),
            entries: reading.versions(index),
        };
        out.push_at("effort", index, &row);
    }
}

fn mandate_row<'a>(reading: &Reading<'a>, mandate: &Mandate) -> MandateRow<'a> {
    MandateRow {
        agreement: reading.text(mandate.agreement),
        force: reading.text(mandate.force),
        ceiling: mandate.ceiling,
        until: mandate.until.map(Span::row),
        recorded_by: reading.text(reading.entries.producer(mandate.index)),
        entries: reading.entries([mandate.index]),
    }
}
