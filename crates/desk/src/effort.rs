//! Effort: how much a body watched in a period. The denominator beside every count; no observation is not no violation.
//!
//! Reports of one body whose periods do not overlap are added; of reports that overlap only the greatest least is certain.
//! Posts are a level, not a sum: they span. What nobody reported is `null`, never 0.

use std::collections::BTreeMap;

use armistice_projection::{Projection, View};
use armistice_report::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    calendar::{By, Calendar, Ordinal},
    frame::read,
    shapes::{Entry, Time},
};

const MICROS_PER_HOUR: i64 = 3_600_000_000;
const MICROS_PER_MINUTE: i64 = 60_000_000;

#[derive(Clone, Deserialize)]
struct EffortRow {
    body: String,
    period: Time,
    patrols: Option<u64>,
    observation_hours: Option<u64>,
    posts: Option<u64>,
    cameras_up: Option<u64>,
    cameras_down: Option<u64>,
    uav_flights: Option<u64>,
    access_denials: Option<u64>,
    not_reached: Vec<String>,
    counted: bool,
    entries: Vec<Entry>,
}

/// What one body did in one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Effort {
    pub(crate) body: String,
    /// Reports of effort that lie within the period.
    reports: usize,
    /// Hours of the period that these reports are about; `null` where they do not say.
    hours_covered: Option<u64>,
    patrols: Option<Amount>,
    observation_hours: Option<Amount>,
    posts: Option<Amount>,
    cameras_up: Option<Amount>,
    cameras_down: Option<Amount>,
    uav_flights: Option<Amount>,
    access_denials: Option<Amount>,
    not_reached: Vec<String>,
    #[serde(skip)]
    pub(crate) entries: Vec<Entry>,
}

/// The effort of every body, by period.
#[derive(Debug, Default)]
pub(crate) struct Efforts(BTreeMap<Option<Ordinal>, BTreeMap<String, Effort>>);

impl Efforts {
    pub(crate) fn of(projection: &Projection, calendar: &Calendar, by: By) -> Self {
        let mut rows: BTreeMap<Option<Ordinal>, BTreeMap<String, Vec<EffortRow>>> = BTreeMap::new();
        projection.for_each_row(View::Peacekeeping, |key, row| {
            if key.starts_with("effort/") {
                let row: EffortRow = read(row);
                if row.counted {
                    let period = calendar.fit(by, row.period.span());
                    let bodies = rows.entry(period).or_default();
                    bodies.entry(row.body.clone()).or_default().push(row);
                }
            }
        });
        let periods = rows.into_iter().map(|(period, bodies)| {
            let bodies = bodies
                .into_iter()
                .map(|(body, rows)| (body.clone(), together(body, &rows)));
            (period, bodies.collect())
        });
        Self(periods.collect())
    }

    /// The effort in a period: of one body, or of all where the series names none. Empty where none was reported.
    pub(crate) fn in_period(&self, period: Option<Ordinal>, body: Option<&str>) -> Vec<&Effort> {
        let bodies = self.0.get(&period);
        let all = bodies.into_iter().flat_map(BTreeMap::values);
        all.filter(|effort| body.is_none_or(|body| effort.body == body))
            .collect()
    }

    /// Every period with the effort in it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Option<Ordinal>, &Effort)> {
        self.0
            .iter()
            .flat_map(|(period, bodies)| bodies.values().map(move |effort| (*period, effort)))
    }
}

/// The periods that reports cover; `None` when one is open or two overlap.
fn apart(rows: &[EffortRow]) -> Option<Vec<(Timestamp, Timestamp)>> {
    let mut spans = rows
        .iter()
        .map(|row| {
            let span = row.period.span();
            span.earliest.zip(span.latest)
        })
        .collect::<Option<Vec<_>>>()?;
    spans.sort_unstable();
    let overlap = spans.windows(2).any(|pair| pair[1].0 <= pair[0].1);
    (!overlap).then_some(spans)
}

/// Whole hours that times in their order cover together. Both ends of a time belong to it: it ends up to a minute before
/// the next begins.
fn hours(spans: &[(Timestamp, Timestamp)]) -> u64 {
    let between = |from: Timestamp, to: Timestamp| to.as_micros() - from.as_micros();
    let covered: i64 = spans.iter().map(|(from, to)| between(*from, *to)).sum();
    let gaps = spans.windows(2).map(|pair| between(pair[0].1, pair[1].0));
    let joined: i64 = gaps.filter(|gap| *gap <= MICROS_PER_MINUTE).sum();
    u64::try_from((covered + joined + MICROS_PER_MINUTE) / MICROS_PER_HOUR).unwrap_or_default()
}

fn together(body: String, rows: &[EffortRow]) -> Effort {
    let spans = apart(rows);
    let put = |number: fn(&EffortRow) -> Option<u64>, level: bool| {
        let said: Vec<u64> = rows.iter().filter_map(number).collect();
        let way = match (level, &spans) {
            (true, _) => Amount::span,
            (false, Some(_)) => Amount::plus,
            (false, None) => Amount::bound,
        };
        let put = said.iter().copied().map(Amount::exactly).reduce(way)?;
        if said.len() == rows.len() {
            return Some(put);
        }
        // A report that does not state the number adds nothing to what is certain, and leaves the rest open.
        Some(Amount {
            best: None,
            max: None,
            ..put
        })
    };
    let mut not_reached: Vec<String> = rows
        .iter()
        .flat_map(|row| row.not_reached.iter().cloned())
        .collect();
    not_reached.sort_unstable();
    not_reached.dedup();
    Effort {
        body,
        reports: rows.len(),
        hours_covered: spans.as_deref().map(hours),
        patrols: put(|row| row.patrols, false),
        observation_hours: put(|row| row.observation_hours, false),
        posts: put(|row| row.posts, true),
        cameras_up: put(|row| row.cameras_up, true),
        cameras_down: put(|row| row.cameras_down, true),
        uav_flights: put(|row| row.uav_flights, false),
        access_denials: put(|row| row.access_denials, false),
        not_reached,
        entries: rows.iter().flat_map(|row| row.entries.iter().copied()).collect(),
    }
}
