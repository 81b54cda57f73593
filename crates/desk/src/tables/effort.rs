//! `effort`: how much each body watched on each day of the ledger's zone, and where it could not go.
//!
//! The denominator of every count. No report of effort is no report of rest, and no observation is not no violation.

use std::collections::BTreeMap;

use armistice_projection::View;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{By, Period},
    effort::{Effort, Efforts},
    shapes::{Entry, Time},
    table::{Desk, Lines},
};

#[derive(Deserialize)]
struct AccessRow {
    denied_to: Option<String>,
    denied_by_side: String,
    activity: String,
    time: Time,
    counted: bool,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Body<'a> {
    period: &'a Period,
    #[serde(flatten)]
    effort: &'a Effort,
}

#[derive(Serialize)]
struct Restricted<'a> {
    day: &'a str,
    denied_to: &'a str,
    denied_by_side: &'a str,
    access_denials: u64,
    by_activity: BTreeMap<String, u64>,
    #[serde(skip)]
    entries: Vec<Entry>,
}

/// Makes the rows: `effort` for each body and day, `access` for the denials of each day, by whom and to whom.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let calendar = desk.calendar();
    for (at, effort) in Efforts::of(desk.projection, &calendar, By::Day).iter() {
        let period = calendar.period(By::Day, at);
        let body = Body {
            period: &period,
            effort,
        };
        lines.add(
            "effort",
            &[&period.label, &effort.body],
            "each its own",
            &body,
            &effort.entries,
        );
    }
    let mut rows: Vec<(String, AccessRow)> = Vec::new();
    desk.each(View::Findings, "access", |_, row: AccessRow| {
        if row.counted {
            rows.push((Desk::day(&calendar, row.time.span()), row));
        }
    });
    let mut sums: BTreeMap<[&str; 3], Restricted<'_>> = BTreeMap::new();
    for (day, row) in &rows {
        let to = row.denied_to.as_deref().unwrap_or(crate::frame::NOT_STATED);
        let sum = sums
            .entry([day, to, &row.denied_by_side])
            .or_insert_with(|| Restricted {
                day,
                denied_to: to,
                denied_by_side: &row.denied_by_side,
                access_denials: 0,
                by_activity: BTreeMap::new(),
                entries: Vec::new(),
            });
        sum.access_denials += 1;
        *sum.by_activity.entry(row.activity.clone()).or_default() += 1;
        sum.entries.extend(&row.entries);
    }
    for (key, sum) in sums {
        lines.add("access", &key, "access_denial", &sum, &sum.entries);
    }
}
