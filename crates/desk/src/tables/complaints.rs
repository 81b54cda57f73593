//! `complaints`: allegations that were filed with a mechanism, apart from all others. A complaint is no finding.

use std::collections::BTreeMap;

use serde::Serialize;

use super::claim::{Shown, What, claims};
use crate::{
    frame::NOT_STATED,
    shapes::Entry,
    table::{Desk, Lines, padded},
};

#[derive(Serialize)]
struct Body<'a> {
    filed_with: &'a str,
    #[serde(flatten)]
    what: What<'a>,
    counted: bool,
    status: &'a [String],
    assessed: usize,
    answers: Vec<Shown<'a>>,
    incident: &'a str,
}

#[derive(Serialize)]
struct Sum<'a> {
    filed_with: &'a str,
    filed_by_side: &'a str,
    against_side: &'a str,
    complaints: u64,
    answered_by_accused: u64,
    assessed: u64,
    withdrawn: u64,
    #[serde(skip)]
    entries: Vec<Entry>,
}

/// Makes the rows: one for each complaint, and one for each mechanism, side that files and side accused.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let all = claims(desk);
    let mut sums: BTreeMap<[&str; 3], Sum<'_>> = BTreeMap::new();
    for claim in &all {
        let Some(filed_with) = claim.filed_with.as_deref() else {
            continue;
        };
        let body = Body {
            filed_with,
            what: claim.what(desk),
            counted: claim.counted,
            status: &claim.status,
            assessed: claim.assessments.len(),
            answers: claim.answers(),
            incident: &claim.incident,
        };
        lines.add(
            "complaint",
            &[&padded(claim.index())],
            "complaint",
            &body,
            &claim.entries,
        );
        let key = [filed_with, claim.asserted_by_side.as_str(), claim.side.as_str()];
        let sum = sums.entry(key).or_insert_with(|| Sum {
            filed_with,
            filed_by_side: &claim.asserted_by_side,
            against_side: &claim.side,
            complaints: 0,
            answered_by_accused: 0,
            assessed: 0,
            withdrawn: 0,
            entries: Vec::new(),
        });
        if claim.counted {
            let answered = claim.side != NOT_STATED && !claim.is("not_answered");
            sum.complaints += 1;
            sum.answered_by_accused += u64::from(answered);
            sum.assessed += u64::from(!claim.assessments.is_empty());
            sum.entries.extend(&claim.entries);
        } else {
            sum.withdrawn += 1;
        }
    }
    for (key, sum) in sums {
        lines.add("sum", &key, "complaint", &sum, &sum.entries);
    }
}
