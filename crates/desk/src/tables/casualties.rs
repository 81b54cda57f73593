//! `casualty-ledger`: each figure with its range, and every account of it in order, with what it changed.
//!
//! Accounts are never added; a range spans them. An open bound stays open: "more than a dozen" is at least 13.

use std::collections::BTreeMap;

use armistice_projection::View;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    amount::{Amount, Change},
    frame::is_named,
    shapes::Entry,
    table::{Desk, Lines},
};

#[derive(Deserialize)]
struct FigureRow {
    side: String,
    status: String,
    basis: String,
    incident: Option<String>,
    place: Option<String>,
    place_named: Option<String>,
    period: Option<Box<RawValue>>,
    killed: Option<Amount>,
    wounded: Option<Amount>,
    missing: Option<Amount>,
    captured: Option<Amount>,
    accounts: Vec<Account>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Serialize)]
struct Numbers {
    killed: Option<Amount>,
    wounded: Option<Amount>,
    missing: Option<Amount>,
    captured: Option<Amount>,
}

#[derive(Deserialize)]
struct Account {
    asserted_by: String,
    asserted_by_side: String,
    capacity: Option<String>,
    hedge: Option<String>,
    killed: Option<Amount>,
    wounded: Option<Amount>,
    missing: Option<Amount>,
    captured: Option<Amount>,
    counted: bool,
    superseded_by: Option<Entry>,
    retracted_by: Vec<Entry>,
    corrected_by: Vec<Entry>,
    entry: Entry,
}

impl FigureRow {
    fn numbers(&self) -> Numbers {
        Numbers {
            killed: self.killed,
            wounded: self.wounded,
            missing: self.missing,
            captured: self.captured,
        }
    }
}

impl Account {
    /// Whether a later account of the same asserter is compared with it.
    fn is_base(&self) -> bool {
        let replaced = self.superseded_by.is_some() && self.retracted_by.is_empty();
        (self.counted || replaced) && is_named(&self.asserted_by)
    }

    fn numbers(&self) -> Numbers {
        Numbers {
            killed: self.killed,
            wounded: self.wounded,
            missing: self.missing,
            captured: self.captured,
        }
    }
}

#[derive(Serialize)]
struct Figure<'a> {
    side: &'a str,
    status: &'a str,
    basis: &'a str,
    incident: Option<&'a str>,
    place: Option<&'a str>,
    place_named: Option<&'a str>,
    period: Option<&'a RawValue>,
    #[serde(flatten)]
    numbers: Numbers,
    accounts: usize,
    in_force: usize,
    superseded: usize,
    withdrawn: usize,
}

#[derive(Serialize)]
struct Step<'a> {
    figure: &'a str,
    revision: usize,
    side: &'a str,
    status: &'a str,
    asserted_by: &'a str,
    asserted_by_side: &'a str,
    capacity: Option<&'a str>,
    hedge: Option<&'a str>,
    #[serde(flatten)]
    numbers: Numbers,
    change: Option<Changes>,
    counted: bool,
    superseded_by: Option<u64>,
    retracted_by: Vec<u64>,
    corrected_by: Vec<u64>,
}

/// How an account differs from the one before it by the same asserter; none where one of them does not say.
#[derive(Serialize)]
struct Changes {
    killed: Option<Change>,
    wounded: Option<Change>,
    missing: Option<Change>,
    captured: Option<Change>,
}

impl Numbers {
    fn since(&self, before: &Self) -> Changes {
        let change = |now: Option<Amount>, then: Option<Amount>| Some(now?.since(then?));
        Changes {
            killed: change(self.killed, before.killed),
            wounded: change(self.wounded, before.wounded),
            missing: change(self.missing, before.missing),
            captured: change(self.captured, before.captured),
        }
    }
}

/// Makes the rows: `figure` for each, `revision` for each account of it.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let mut figures: Vec<(String, FigureRow)> = Vec::new();
    desk.each(View::Casualties, "figure", |key, row| {
        figures.push((key.to_owned(), row));
    });
    for (key, row) in &figures {
        let rest = key.strip_prefix("figure/").unwrap_or(key);
        let figure = Figure {
            side: &row.side,
            status: &row.status,
            basis: &row.basis,
            incident: row.incident.as_deref(),
            place: row.place.as_deref(),
            place_named: row.place_named.as_deref(),
            period: row.period.as_deref(),
            numbers: row.numbers(),
            accounts: row.accounts.len(),
            in_force: row.accounts.iter().filter(|one| one.counted).count(),
            superseded: row
                .accounts
                .iter()
                .filter(|one| one.superseded_by.is_some())
                .count(),
            withdrawn: row
                .accounts
                .iter()
                .filter(|one| !one.retracted_by.is_empty())
                .count(),
        };
        lines.add("figure", &[rest], "person", &figure, &row.entries);
        // Only what stands, or was replaced by what stands, is the base of a change; those who are not named may be several.
        let mut last: BTreeMap<&str, Numbers> = BTreeMap::new();
        for (at, account) in row.accounts.iter().enumerate() {
            let before = last.get(account.asserted_by.as_str()).copied();
            if account.is_base() {
                last.insert(&account.asserted_by, account.numbers());
            }
            let revision = Step {
                figure: key,
                revision: at + 1,
                side: &row.side,
                status: &row.status,
                asserted_by: &account.asserted_by,
                asserted_by_side: &account.asserted_by_side,
                capacity: account.capacity.as_deref(),
                hedge: account.hedge.as_deref(),
                numbers: account.numbers(),
                change: before.map(|before| account.numbers().since(&before)),
                counted: account.counted,
                superseded_by: account.superseded_by.map(|entry| entry.index),
                retracted_by: account.retracted_by.iter().map(|entry| entry.index).collect(),
                corrected_by: account.corrected_by.iter().map(|entry| entry.index).collect(),
            };
            let number = format!("{:06}", at + 1);
            lines.add(
                "revision",
                &[rest, &number],
                "person",
                &revision,
                &[account.entry],
            );
        }
    }
}
