//! What a batch of entries touches: every entry whose rows may read otherwise after it.
//!
//! | entry | touches |
//! |---|---|
//! | any | itself, and what it corrects |
//! | retraction, correction | what it takes back or corrects, and what that touches |
//! | answer | what it answers; where that is a finding, what the finding is about |
//! | finding | what it is about |
//! | link, unlinking | the link, both claims, and every claim whose incident becomes another |
//! | redaction | what it redacts, and every entry whose rows name that |
//! | report of an incident | every claim that now repeats it or stops to |
//!
//! What only one view knows (a figure that is superseded, a request that is decided) that view adds itself.

use std::collections::BTreeSet;

use armistice_report::Event;

use crate::{answers::Finding, claims::Link, projection::State};

/// The touched entries, in the order of the log.
#[derive(Debug)]
pub(crate) struct Touched {
    entries: Vec<u32>,
    all: bool,
}

impl Touched {
    pub(crate) fn new(entries: BTreeSet<u32>) -> Self {
        Self {
            entries: entries.into_iter().collect(),
            all: false,
        }
    }

    /// Every entry, for making all rows.
    pub(crate) fn all(state: &State) -> Self {
        let size = u32::try_from(state.entries.hashes().len()).unwrap_or(u32::MAX);
        Self {
            entries: (0..size).collect(),
            all: true,
        }
    }

    pub(crate) fn is_all(&self) -> bool {
        self.all
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.entries.iter().copied()
    }
}

/// What an entry names, now that it is applied; what follows from that is found when rows are asked for.
pub(crate) fn seed(state: &State, index: u32, event: &Event, seeds: &mut BTreeSet<u32>) {
    let entries = &state.entries;
    seeds.insert(index);
    seeds.insert(entries.original_of(index));
    match event {
        Event::ClaimRetracted(retracted) => seeds.extend(entries.find(&retracted.target)),
        Event::ClaimCorrected(corrected) => seeds.extend(entries.find(&corrected.target)),
        Event::IncidentsUnlinked(unlinked) => {
            let link = entries.find(&unlinked.target);
            seeds.extend(link.map(|index| entries.original_of(index)));
        }
        Event::RedactionApplied(redacted) => {
            if let Some(target) = entries.find(&redacted.target) {
                seeds.insert(entries.original_of(target));
                seeds.extend(naming(state, target));
            }
        }
        _ => {}
    }
}

/// Every entry whose rows name `target`, by going over all that could: redactions are few.
fn naming(state: &State, target: u32) -> Vec<u32> {
    let mut found = vec![target];
    let views = &state.views;
    for target in [target, state.entries.original_of(target)] {
        found.extend(state.entries.retracted_by(target));
        let assessed = |finding: &&Finding| finding.targets.contains(&target);
        found.extend(
            state
                .answers
                .findings
                .iter()
                .filter(assessed)
                .map(|finding| finding.index),
        );
        let named = |link: &&Link| [Some(link.a), Some(link.b), link.unlinked].contains(&Some(target));
        found.extend(state.claims.links.iter().filter(named).map(|link| link.index));
        found.extend(views.incidents.naming(target));
        found.extend(views.findings.naming(target));
        found.extend(views.observations.alike(target));
    }
    found
}

/// The seeds and all that they say something about.
pub(crate) fn close(state: &State, seeds: &BTreeSet<u32>) -> BTreeSet<u32> {
    let mut closed = BTreeSet::new();
    let mut open: Vec<u32> = seeds.iter().copied().collect();
    while let Some(index) = open.pop() {
        if !closed.insert(index) {
            continue;
        }
        let (answers, findings) = (&state.answers.answers, &state.answers.findings);
        if let Ok(at) = answers.binary_search_by_key(&index, |answer| answer.index) {
            open.push(answers[at].target);
        }
        if let Ok(at) = findings.binary_search_by_key(&index, |finding| finding.index) {
            open.extend(findings[at].targets.iter().copied());
        }
        if let Some(link) = state.claims.link(index) {
            open.extend([link.a, link.b]);
        }
    }
    closed
}
