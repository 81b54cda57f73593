//! Numbers of the day by the codebook: each series as the codebook defines it, never mixed with the numbers of another.

use armistice_desk::{By, Codebook, Cut, Query, Unit, counts};
use armistice_projection::Projection;
use armistice_report::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Amount, Change, Error, account::Context, account::spaced};

/// What the codebook counts of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The codebook.
    pub codebook: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// The first moment of its day, UTC; `None` when it counts nothing on it. A codebook may begin its days at another hour.
    pub from: Option<Timestamp>,
    /// The first moment after it, UTC.
    pub until: Option<Timestamp>,
    /// One line for each series and side.
    pub lines: Vec<CountLine>,
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
    /// What it is divided by: `side: Azerbaijan`. Empty: undivided, or nothing was counted.
    pub of: Vec<String>,
    /// On the day.
    pub number: Amount,
    /// On the day before; `None` where the series had not begun.
    pub before: Option<Amount>,
    /// The first against the second.
    pub change: Option<Change>,
}

#[derive(Deserialize)]
struct Given {
    row: String,
    series: Option<String>,
    period: Option<Period>,
    count: Option<Amount>,
    before: Option<Amount>,
    #[serde(flatten)]
    values: Map<String, Value>,
}

#[derive(Deserialize)]
struct Period {
    label: String,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

pub(crate) fn section(
    projection: &Projection,
    context: &Context<'_, '_>,
    codebook: &Codebook,
) -> Result<Counted, Error> {
    let query = Query::all().by(By::Day).cut(Cut::Side);
    let counted = counts(projection, codebook, &query)?;
    let date = context.day.date.to_string();
    let mut section = Counted {
        codebook: codebook.id().to_owned(),
        sha256: codebook.sha256().to_string(),
        from: None,
        until: None,
        lines: Vec::new(),
    };
    let mut rows = Vec::new();
    for row in counted.rows {
        let read: Given = serde_json::from_str(&row.json).map_err(|source| Error::Row {
            view: "count",
            key: row.key.clone(),
            source,
        })?;
        let of_day = read.period.as_ref().is_some_and(|period| period.label == date);
        if read.row == "count" && of_day {
            rows.push(read);
        }
    }
    for series in &codebook.document().series {
        // A tally is its claimant's own number: section 2 shows each, and nothing is counted.
        if series.unit == Unit::Tally {
            continue;
        }
        let mut found = false;
        for row in rows
            .iter()
            .filter(|row| row.series.as_deref() == Some(series.series.as_str()))
        {
            found = true;
            section.from = section
                .from
                .or(row.period.as_ref().and_then(|period| period.from));
            section.until = section
                .until
                .or(row.period.as_ref().and_then(|period| period.until));
            let number = row.count.unwrap_or_default();
            section.lines.push(CountLine {
                series: series.series.clone(),
                title: series.title.clone(),
                unit: spaced(series.unit.as_str()),
                of: values(context, &row.values),
                number,
                before: row.before,
                change: row.before.map(|before| number.against(before)),
            });
        }
        if !found {
            section.lines.push(CountLine {
                series: series.series.clone(),
                title: series.title.clone(),
                unit: spaced(series.unit.as_str()),
                of: Vec::new(),
                number: Amount::exactly(0),
                before: None,
                change: None,
            });
        }
    }
    Ok(section)
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
