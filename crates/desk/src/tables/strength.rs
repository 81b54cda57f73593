//! `strength`: each force as authorized, declared, observed and estimated, beside what was asked for.
//!
//! Accounts of a strength are never added, not even two of one kind: the newest one of each asserter stands beside the others.

use std::collections::BTreeMap;

use armistice_projection::View;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    amount::Amount,
    frame::{NOT_STATED, is_named},
    shapes::Entry,
    table::{Desk, Lines, padded},
};

#[derive(Deserialize)]
struct StrengthRow {
    kind: String,
    asserted_by: String,
    asserted_by_side: String,
    capacity: Option<String>,
    force: Option<String>,
    number: Option<Amount>,
    unit: Option<String>,
    time: Box<RawValue>,
    counted: bool,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct MandateRow {
    agreement: String,
    force: Option<String>,
    ceiling: Option<Amount>,
    until: Option<Box<RawValue>>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct RequestRow {
    asserted_by: String,
    asserted_by_side: String,
    force: Option<String>,
    requester: Option<String>,
    addressee: Option<String>,
    number: Option<Amount>,
    time: Box<RawValue>,
    state: String,
    decisions: Vec<Verdict>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Verdict {
    decision: String,
    by: String,
    number: Option<Amount>,
    entry: Entry,
}

#[derive(Serialize)]
struct Account<'a> {
    force: &'a str,
    kind: &'a str,
    asserted_by: &'a str,
    asserted_by_side: &'a str,
    capacity: Option<&'a str>,
    number: Option<Amount>,
    counted_in: Option<&'a str>,
    time: &'a RawValue,
    counted: bool,
}

#[derive(Serialize)]
struct Mandate<'a> {
    force: &'a str,
    agreement: &'a str,
    ceiling: Option<Amount>,
    until: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Request<'a> {
    force: &'a str,
    asserted_by: &'a str,
    asserted_by_side: &'a str,
    requester: Option<&'a str>,
    addressee: Option<&'a str>,
    number: Option<Amount>,
    time: &'a RawValue,
    state: &'a str,
    decisions: Vec<Decided<'a>>,
}

#[derive(Serialize)]
struct Decided<'a> {
    decision: &'a str,
    by: &'a str,
    number: Option<Amount>,
    entry: u64,
}

/// What stands beside each other for one force; nothing of it is added to anything.
#[derive(Default, Serialize)]
struct Beside<'a> {
    force: &'a str,
    authorized: Vec<Said<'a>>,
    declared: Vec<Said<'a>>,
    observed: Vec<Said<'a>>,
    estimated: Vec<Said<'a>>,
    mandate_ceilings: Vec<Said<'a>>,
    requests: u64,
    requests_open: u64,
    #[serde(skip)]
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Said<'a> {
    by: &'a str,
    number: Option<Amount>,
    counted_in: Option<&'a str>,
    entry: u64,
}

type Forces<'a> = BTreeMap<&'a str, Beside<'a>>;

/// Makes the rows: `force` for each, and the accounts, mandates and requests that it is made of.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let (mut strengths, mut mandates, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    desk.each(View::Peacekeeping, "strength", |_, row: StrengthRow| {
        strengths.push(row);
    });
    desk.each(View::Peacekeeping, "mandate", |_, row: MandateRow| {
        mandates.push(row);
    });
    desk.each(View::Peacekeeping, "reinforcement", |_, row: RequestRow| {
        requests.push(row);
    });
    let mut forces = Forces::new();
    for row in &strengths {
        account(lines, &mut forces, row);
    }
    for row in &mandates {
        mandate(lines, &mut forces, row);
    }
    for row in &requests {
        request(lines, &mut forces, row);
    }
    for (name, mut force) in forces {
        force.entries.sort_unstable();
        lines.add("force", &[name], "account", &force, &force.entries);
    }
}

fn named(force: Option<&String>) -> &str {
    force.map_or(NOT_STATED, String::as_str)
}

fn index(entries: &[Entry]) -> u64 {
    entries.first().map_or(0, |entry| entry.index)
}

fn of<'f, 'a>(forces: &'f mut Forces<'a>, name: &'a str, entries: &[Entry]) -> &'f mut Beside<'a> {
    let force = forces.entry(name).or_default();
    force.force = name;
    force.entries.extend(entries);
    force
}

fn account<'a>(lines: &mut Lines<'_>, forces: &mut Forces<'a>, row: &'a StrengthRow) {
    let name = named(row.force.as_ref());
    let at = index(&row.entries);
    let body = Account {
        force: name,
        kind: &row.kind,
        asserted_by: &row.asserted_by,
        asserted_by_side: &row.asserted_by_side,
        capacity: row.capacity.as_deref(),
        number: row.number,
        counted_in: row.unit.as_deref(),
        time: &row.time,
        counted: row.counted,
    };
    lines.add(
        "account",
        &[name, &row.kind, &padded(at)],
        "account",
        &body,
        &row.entries,
    );
    if !row.counted {
        return;
    }
    let force = of(forces, name, &row.entries);
    let list = match row.kind.as_str() {
        "authorized" => &mut force.authorized,
        "declared" => &mut force.declared,
        "observed" => &mut force.observed,
        _ => &mut force.estimated,
    };
    // A later account of the same asserter in the same unit takes the place of the earlier one, which keeps its own row.
    // Those who are not named, or no longer, may be several: none replaces another.
    let counted_in = row.unit.as_deref();
    if is_named(&row.asserted_by) {
        list.retain(|said| said.by != row.asserted_by || said.counted_in != counted_in);
    }
    list.push(Said {
        by: &row.asserted_by,
        number: row.number,
        counted_in,
        entry: at,
    });
}

fn mandate<'a>(lines: &mut Lines<'_>, forces: &mut Forces<'a>, row: &'a MandateRow) {
    let name = named(row.force.as_ref());
    let body = Mandate {
        force: name,
        agreement: &row.agreement,
        ceiling: row.ceiling,
        until: row.until.as_deref(),
    };
    let at = index(&row.entries);
    lines.add("mandate", &[name, &padded(at)], "account", &body, &row.entries);
    of(forces, name, &row.entries).mandate_ceilings.push(Said {
        by: &row.agreement,
        number: row.ceiling,
        counted_in: None,
        entry: at,
    });
}

fn request<'a>(lines: &mut Lines<'_>, forces: &mut Forces<'a>, row: &'a RequestRow) {
    let name = named(row.force.as_ref());
    let decided = |one: &'a Verdict| Decided {
        decision: &one.decision,
        by: &one.by,
        number: one.number,
        entry: one.entry.index,
    };
    let body = Request {
        force: name,
        asserted_by: &row.asserted_by,
        asserted_by_side: &row.asserted_by_side,
        requester: row.requester.as_deref(),
        addressee: row.addressee.as_deref(),
        number: row.number,
        time: &row.time,
        state: &row.state,
        decisions: row.decisions.iter().map(decided).collect(),
    };
    lines.add(
        "request",
        &[name, &padded(index(&row.entries))],
        "request",
        &body,
        &row.entries,
    );
    if row.state != "retracted" {
        let force = of(forces, name, &row.entries);
        force.requests += 1;
        force.requests_open += u64::from(row.state == "open");
    }
}
