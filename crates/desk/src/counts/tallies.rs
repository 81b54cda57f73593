//! Tallies in a count: each as it stands, in its own unit. There is no sum.

use armistice_projection::View;
use serde::{Deserialize, Serialize};

use super::rows::{Output, Stamp};
use crate::{
    amount::Amount,
    calendar::Period,
    cut::Cut,
    fact::LeftOut,
    frame::{NOT_STATED, read},
    shapes::{Entry, EntryRef, Time, first, key},
};

#[derive(Deserialize)]
struct TallyRow {
    asserted_by: String,
    asserted_by_side: String,
    accused_side: String,
    period: Time,
    number: Amount,
    unit: String,
    in_force: bool,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Listed<'a> {
    key: &'a str,
    row: &'static str,
    #[serde(flatten)]
    stamp: &'a Stamp<'a>,
    period: Period,
    asserter: &'a str,
    asserter_side: &'a str,
    side: Option<&'a str>,
    number: Amount,
    unit_in_its_own_words: &'a str,
    stated_period: &'a Time,
    entries_count: usize,
    entries: Vec<EntryRef>,
}

/// One row for each tally in force.
pub(super) fn rows(out: &mut Output<'_>, only: &[(Cut, String)]) {
    let mut tallies: Vec<TallyRow> = Vec::new();
    let mut left_out = LeftOut::default();
    out.projection.for_each_row(View::Tallies, |key, row| {
        if key.starts_with("tally/") {
            let row: TallyRow = read(row);
            if row.in_force {
                tallies.push(row);
            } else {
                left_out.withdrawn += 1;
            }
        }
    });
    let named = out.series.sides != crate::codebook::Sides::Never;
    tallies.retain(|row| {
        only.iter().all(|(cut, value)| match cut {
            Cut::Side => row.accused_side == *value,
            Cut::Asserter => row.asserted_by == *value,
            Cut::AsserterSide => row.asserted_by_side == *value,
            _ => false,
        })
    });
    if named && out.series.unattributed == crate::codebook::Unattributed::LeftOut {
        let all = tallies.len();
        tallies.retain(|row| row.accused_side != NOT_STATED);
        left_out.unattributed = (all - tallies.len()) as u64;
    }
    out.series_row(tallies.len() as u64, left_out);
    for tally in &tallies {
        let calendar = out.codebook.calendar();
        let period = calendar.period(out.by, calendar.fit(out.by, tally.period.span()));
        let index = tally.entries.first().map_or(0, |entry| entry.index);
        let key = key(&["tally", &out.series.series, &format!("{index:012}")], &[]);
        let stamp = out.stamp.clone();
        let row = Listed {
            key: &key,
            row: "tally",
            stamp: &stamp,
            period,
            asserter: &tally.asserted_by,
            asserter_side: &tally.asserted_by_side,
            side: named.then_some(&tally.accused_side),
            number: tally.number,
            unit_in_its_own_words: &tally.unit,
            stated_period: &tally.period,
            entries_count: tally.entries.len(),
            entries: EntryRef::all(out.projection, first(&tally.entries)),
        };
        out.push(key.clone(), &row);
    }
}
