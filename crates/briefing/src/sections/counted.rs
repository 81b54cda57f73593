//! Numbers of the day by the codebook: each series as the codebook defines it, never mixed with the numbers of another.

use std::collections::BTreeMap;

use armistice_desk::{By, Codebook, Cut, Query, Series, Unit, counts};
use armistice_projection::Projection;
use armistice_report::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Amount, Change, Error,
    account::{Context, spaced},
    day::Day,
};

/// What the codebook counts of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The codebook.
    pub codebook: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// The first moment of its day, UTC. A codebook may begin its days at another hour.
    pub from: Option<Timestamp>,
    /// The first moment after it, UTC.
    pub until: Option<Timestamp>,
    /// One line for each series and side of which something was counted on this day or the day before.
    pub lines: Vec<CountLine>,
    /// The titles of the series of which nothing was.
    pub nothing: Vec<String>,
}

/// One number of one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountLine {
    /// The series.
    pub series: String,
    /// Its title.
    pub title: String,
    /// In which unit.
    pub unit: String,
    /// What it is divided by: `side: Azerbaijan`. Empty: undivided.
    pub of: Vec<String>,
    /// On the day. `None`: nobody reports people killed or hurt, which is not the same as none.
    pub number: Option<Amount>,
    /// On the day before.
    pub before: Option<Amount>,
    /// The first against the second.
    pub change: Change,
    /// What of `number` was assessed as exercise, where the series labels exercises.
    pub exercise: Option<Amount>,
    /// How many records of `number` stand under other values of `of` as well: such lines must not be added.
    pub shared: u64,
}

#[derive(Deserialize)]
struct Given {
    row: String,
    series: Option<String>,
    period: Option<Period>,
    count: Option<Amount>,
    exercise: Option<Amount>,
    #[serde(default)]
    shared: u64,
    #[serde(default)]
    entries_count: u64,
    #[serde(flatten)]
    values: Map<String, Value>,
}

#[derive(Deserialize)]
struct Period {
    label: String,
}

pub(crate) fn section(
    projection: &Projection,
    context: &Context<'_, '_>,
    before: Day,
    codebook: &Codebook,
) -> Result<Counted, Error> {
    let query = Query::all().by(By::Day).cut(Cut::Side);
    let dates = [context.day.date.to_string(), before.date.to_string()];
    let mut rows = Vec::new();
    for row in counts(projection, codebook, &query)?.rows {
        let read: Given = serde_json::from_str(&row.json).map_err(|source| Error::Row {
            view: "count",
            key: row.key.clone(),
            source,
        })?;
        let label = read.period.as_ref().map(|period| &period.label);
        if read.row == "count" && label.is_some_and(|label| dates.contains(label)) {
            rows.push(read);
        }
    }
    // The last second of a date lies in the codebook's day of that name, whenever its days begin.
    let calendar = codebook.calendar();
    let period = calendar.period(By::Day, Some(calendar.at(By::Day, context.day.end())));
    let mut section = Counted {
        codebook: codebook.id().to_owned(),
        sha256: codebook.sha256().to_string(),
        from: period.from,
        until: period.until,
        lines: Vec::new(),
        nothing: Vec::new(),
    };
    // A tally is its claimant's own number: section 2 shows each, and nothing is counted.
    let series = codebook
        .document()
        .series
        .iter()
        .filter(|series| series.unit != Unit::Tally);
    for series in series {
        let lines = lines(context, series, &rows, &dates[0]);
        if lines.is_empty() {
            section.nothing.push(series.title.clone());
        }
        section.lines.extend(lines);
    }
    Ok(section)
}

/// The lines of one series, in the order of the values' own words, so that sides stand by their code.
fn lines(context: &Context<'_, '_>, series: &Series, rows: &[Given], date: &str) -> Vec<CountLine> {
    let mut found: BTreeMap<Vec<&str>, [Option<&Given>; 2]> = BTreeMap::new();
    for row in rows
        .iter()
        .filter(|row| row.series.as_deref() == Some(series.series.as_str()))
    {
        let words = Cut::ALL
            .iter()
            .map(|cut| row.values.get(cut.as_str()).and_then(Value::as_str));
        // Values that are redacted read alike; the rows' keys, after the period, tell them apart.
        let key = row.values.get("key").and_then(Value::as_str).unwrap_or_default();
        let own = key.splitn(4, '/').nth(3).unwrap_or_default();
        let at = usize::from(row.period.as_ref().is_none_or(|period| period.label != date));
        found
            .entry(words.map(Option::unwrap_or_default).chain([own]).collect())
            .or_default()[at] = Some(row);
    }
    // No record is a count of 0 records; it is no statement that nobody was hurt.
    let none = (series.unit != Unit::Person).then_some(Amount::exactly(0));
    let number = |row: Option<&Given>| {
        let row = row.filter(|row| row.entries_count > 0);
        row.and_then(|row| row.count).or(none)
    };
    found
        .into_values()
        .filter_map(|[now, before]| Some((now.or(before)?, now, before)))
        .map(|(any, now, before)| CountLine {
            series: series.series.clone(),
            title: series.title.clone(),
            unit: spaced(series.unit.as_str()),
            of: values(context, &any.values),
            number: number(now),
            before: number(before),
            change: number(now)
                .unwrap_or_default()
                .against(number(before).unwrap_or_default()),
            exercise: now.and_then(|row| row.exercise),
            shared: now.map_or(0, |row| row.shared),
        })
        .collect()
}

/// The values of the cuts, in their fixed order, actors by name.
fn values(context: &Context<'_, '_>, values: &Map<String, Value>) -> Vec<String> {
    let of = |cut: &Cut| {
        let value = values.get(cut.as_str())?.as_str()?;
        let shown = match cut {
            Cut::Side | Cut::Asserter | Cut::AsserterSide | Cut::Assessor => context.frame.actor(value),
            _ => spaced(value),
        };
        Some(format!("{}: {shown}", spaced(cut.as_str())))
    };
    Cut::ALL.iter().filter_map(of).collect()
}
