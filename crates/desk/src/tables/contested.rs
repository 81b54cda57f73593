//! `contested`: every accusation in force, whether the accused has answered it, and how long it waits.
//!
//! Silence is shown as open and is not consent. Rows are in the order of the log, never in the order of blame.

use std::collections::BTreeMap;

use serde::Serialize;

use super::claim::{Claim, Shown, What, claims};
use crate::{
    frame::{NOT_STATED, is_named},
    shapes::Entry,
    table::{Desk, Lines, padded},
};

#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    what: What<'a>,
    state: &'static str,
    denied: bool,
    denied_by_others: bool,
    admitted: bool,
    assessed: usize,
    days_unanswered: Option<u64>,
    answers: Vec<Shown<'a>>,
    incident: &'a str,
    other_accounts: usize,
}

#[derive(Default)]
struct Sum {
    numbers: Numbers,
    entries: Vec<Entry>,
}

#[derive(Default, Serialize)]
struct Numbers {
    accusations: u64,
    open: u64,
    answered: u64,
    denied: u64,
    admitted: u64,
    longest_days_unanswered: Option<u64>,
}

#[derive(Serialize)]
struct Side<'a> {
    side: &'a str,
    #[serde(flatten)]
    numbers: Numbers,
}

/// Whether another claim is not known to be the same side's.
fn is_other(claim: &Claim, other: &Claim) -> bool {
    let same = other.asserted_by_side == claim.asserted_by_side && is_named(&claim.asserted_by_side);
    other.index() != claim.index() && !same
}

/// Makes the rows.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let all = claims(desk);
    // Claims of one incident by others than this one's asserter's side are other accounts of it. Who is not named is nobody's
    // side for sure.
    let mut voices: BTreeMap<&str, Vec<&Claim>> = BTreeMap::new();
    for claim in all.iter().filter(|claim| claim.counted) {
        voices.entry(&claim.incident).or_default().push(claim);
    }
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for claim in &all {
        if !claim.counted || claim.side == NOT_STATED {
            continue;
        }
        let open = claim.is("not_answered");
        let (denied, admitted) = (claim.is("disputed"), claim.is("admitted"));
        let days_unanswered = desk.days_since(claim.received).filter(|_| open);
        let others = voices.get(claim.incident.as_str()).into_iter().flatten();
        let body = Body {
            what: claim.what(desk),
            state: if open { "open" } else { "answered" },
            denied,
            denied_by_others: claim.is("disputed_by_others"),
            admitted,
            assessed: claim.assessments.len(),
            days_unanswered,
            answers: claim.answers(),
            incident: &claim.incident,
            other_accounts: others.filter(|other| is_other(claim, other)).count(),
        };
        let key = padded(claim.index());
        lines.add("allegation", &[&key], "allegation", &body, &claim.entries);
        let sum = sums.entry(&claim.side).or_default();
        sum.numbers.accusations += 1;
        sum.numbers.open += u64::from(open);
        sum.numbers.answered += u64::from(!open);
        sum.numbers.denied += u64::from(denied);
        sum.numbers.admitted += u64::from(admitted);
        sum.numbers.longest_days_unanswered = sum.numbers.longest_days_unanswered.max(days_unanswered);
        sum.entries.extend(&claim.entries);
    }
    for (side, sum) in sums {
        let body = Side {
            side,
            numbers: sum.numbers,
        };
        lines.add("side", &[side], "allegation", &body, &sum.entries);
    }
}
