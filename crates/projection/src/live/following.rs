//! What holds after all entries so far, kept up to date: [`Derived`] without deriving it anew.
//!
//! A claim that comes, goes or reads otherwise changes the claims with the same key (who repeats whom); that, and a link
//! that comes or goes, changes the components that it touches (which claims are one incident). Only those are gone over.

use std::collections::{BTreeMap, BTreeSet};

use super::touched::{self, Touched};
use crate::{
    claims::ClaimKey,
    names::Name,
    projection::State,
    standing::{Derived, Standing},
    union::Union,
};

/// The derived state and what it takes to follow it.
#[derive(Debug)]
pub(crate) struct Following {
    pub(crate) derived: Derived,
    /// Live claims whose asserter is known, by what repeats share: positions in `derived.claims`, in order.
    series: BTreeMap<ClaimKey, Vec<u32>>,
    /// The key that each claim is filed under.
    filed: Vec<Option<ClaimKey>>,
    /// Every link, in force or not, by the claims at its ends: positions in the list of links.
    ends: BTreeMap<u32, Vec<u32>>,
    claims_seen: usize,
    links_seen: usize,
    answers_seen: usize,
    findings_seen: usize,
}

impl Following {
    pub(crate) fn new(state: &State) -> Self {
        let derived = Derived::new(&state.entries, &state.claims, &state.answers);
        let mut following = Self {
            filed: Vec::with_capacity(derived.claims.len()),
            derived,
            series: BTreeMap::new(),
            ends: BTreeMap::new(),
            claims_seen: state.claims.claims.len(),
            links_seen: 0,
            answers_seen: state.answers.answers.len(),
            findings_seen: state.answers.findings.len(),
        };
        for (at, claim) in (0..).zip(&following.derived.claims) {
            let key = key_of(state, claim);
            if let Some(key) = key {
                following.series.entry(key).or_default().push(at);
            }
            following.filed.push(key);
        }
        following.see_links(state);
        following
    }

    /// Takes over a batch; gives everything that it touches.
    pub(crate) fn update(&mut self, state: &State, seeds: &BTreeSet<u32>) -> Touched {
        let mut touched = touched::close(state, seeds);
        self.see_answers(state, seeds);
        let mut edges = self.see_claims(state, seeds);
        let first_new = self.see_links(state);
        let unlinked = seeds.iter().filter_map(|&seed| state.claims.link_position(seed));
        for position in unlinked.filter(|&position| position < first_new) {
            let link = &state.claims.links[position];
            if link.unlinked.is_some() {
                let at = to_u32(position);
                self.derived.links.remove(link.a, at);
                self.derived.links.remove(link.b, at);
                edges.extend([link.a, link.b]);
            }
        }
        for link in &state.claims.links[first_new..] {
            edges.extend([link.a, link.b]);
        }
        touched.extend(edges.iter().copied());
        let moved = self.regroup(state, &edges);
        for &claim in &moved {
            for &at in self.ends.get(&claim).into_iter().flatten() {
                let link = &state.claims.links[at as usize];
                touched.extend([link.index, link.a, link.b]);
            }
        }
        touched.extend(moved);
        Touched::new(touched)
    }

    fn see_answers(&mut self, state: &State, seeds: &BTreeSet<u32>) {
        let (answers, findings) = (&state.answers.answers, &state.answers.findings);
        for (at, answer) in answers.iter().enumerate().skip(self.answers_seen) {
            self.derived.answers.insert(answer.target, to_u32(at));
        }
        for (at, finding) in findings.iter().enumerate().skip(self.findings_seen) {
            for &target in &finding.targets {
                self.derived.findings.insert(target, to_u32(at));
            }
        }
        (self.answers_seen, self.findings_seen) = (answers.len(), findings.len());
        for &index in seeds.iter().filter(|&&index| !state.entries.is_live(index)) {
            if let Ok(at) = answers.binary_search_by_key(&index, |answer| answer.index) {
                self.derived.answers.remove(answers[at].target, to_u32(at));
            }
            if let Ok(at) = findings.binary_search_by_key(&index, |finding| finding.index) {
                for &target in &findings[at].targets {
                    self.derived.findings.remove(target, to_u32(at));
                }
            }
        }
    }

    /// Adds new links to the lists of their ends; gives the position of the first one.
    fn see_links(&mut self, state: &State) -> usize {
        let first = self.links_seen;
        for (position, link) in state.claims.links.iter().enumerate().skip(first) {
            let at = to_u32(position);
            for end in [link.a, link.b] {
                self.ends.entry(end).or_default().push(at);
                if link.unlinked.is_none() {
                    self.derived.links.insert(end, at);
                }
            }
        }
        self.links_seen = state.claims.links.len();
        first
    }

    /// Brings new and changed claims up to date; gives the claims whose repetition changed.
    fn see_claims(&mut self, state: &State, seeds: &BTreeSet<u32>) -> BTreeSet<u32> {
        for claim in &state.claims.claims[self.claims_seen..] {
            if claim.index == claim.original {
                let at = to_u32(self.derived.claims.len());
                self.derived.claims.push(Standing::alone(claim.index));
                self.derived.members.set(claim.index, vec![at]);
                self.filed.push(None);
            }
        }
        self.claims_seen = state.claims.claims.len();
        let mut dirty = BTreeSet::new();
        for &seed in seeds {
            let Some(at) = self.derived.position(seed) else {
                continue;
            };
            let standing = &mut self.derived.claims[at];
            standing.refresh(&state.entries, &state.claims);
            let key = key_of(state, standing);
            let before = std::mem::replace(&mut self.filed[at], key);
            if key == before {
                continue;
            }
            if let Some(old) = before {
                let series = self.series.entry(old).or_default();
                series.retain(|&position| position != to_u32(at));
                dirty.insert(old);
            }
            if let Some(new) = key {
                let series = self.series.entry(new).or_default();
                let place = series.partition_point(|&position| position < to_u32(at));
                series.insert(place, to_u32(at));
                dirty.insert(new);
            }
        }
        self.mark_repeats(state, &dirty, seeds)
    }

    fn mark_repeats(
        &mut self,
        state: &State,
        dirty: &BTreeSet<ClaimKey>,
        seeds: &BTreeSet<u32>,
    ) -> BTreeSet<u32> {
        // What is filed nowhere repeats nothing.
        let mut marks: BTreeMap<u32, Option<u32>> = BTreeMap::new();
        for at in seeds.iter().filter_map(|&seed| self.derived.position(seed)) {
            if self.filed[at].is_none() {
                marks.insert(to_u32(at), None);
            }
        }
        for key in dirty {
            let series = self.series.get(key).map_or(&[][..], Vec::as_slice);
            let mut numbered: BTreeMap<Name, u32> = BTreeMap::new();
            let mut first: BTreeMap<u32, u32> = BTreeMap::new();
            for &at in series {
                let standing = &self.derived.claims[at as usize];
                let producer = state.claims.claims[standing.content as usize].producer;
                let number = numbered.entry(producer).or_default();
                let original = *first.entry(*number).or_insert(standing.index);
                *number += 1;
                marks.insert(at, (original != standing.index).then_some(original));
            }
            if series.is_empty() {
                self.series.remove(key);
            }
        }
        let mut edges = BTreeSet::new();
        for (at, repeats) in marks {
            let standing = &mut self.derived.claims[at as usize];
            let before = std::mem::replace(&mut standing.repeats, repeats);
            if before != repeats {
                let index = standing.index;
                edges.extend([Some(index), before, repeats].into_iter().flatten());
                if let Some(old) = before {
                    self.derived.repeats.remove(old, index);
                }
                if let Some(new) = repeats {
                    self.derived.repeats.insert(new, index);
                }
            }
        }
        edges
    }

    /// Finds the components anew that `edges` belong to; gives the claims whose incident is another one now.
    fn regroup(&mut self, state: &State, edges: &BTreeSet<u32>) -> BTreeSet<u32> {
        let incidents: BTreeSet<u32> = edges
            .iter()
            .filter_map(|&claim| Some(self.derived.claim(claim)?.incident))
            .collect();
        // Every claim that can be in one of the new components was in one of the old ones.
        let mut positions: Vec<u32> = incidents
            .iter()
            .flat_map(|&incident| self.derived.members.of(incident))
            .map(to_u32)
            .collect();
        positions.sort_unstable();
        let mut union = Union::new(positions.len());
        let place = |derived: &Derived, claim: u32| {
            let at = to_u32(derived.position(claim)?);
            positions.binary_search(&at).ok().map(to_u32)
        };
        for (here, &at) in (0..).zip(&positions) {
            let standing = &self.derived.claims[at as usize];
            let linked = self
                .derived
                .links
                .of(standing.index)
                .map(|link| &state.claims.links[link])
                .filter(|link| link.joins())
                .flat_map(|link| [link.a, link.b]);
            for other in linked.chain(standing.repeats) {
                if let Some(there) = place(&self.derived, other) {
                    union.join(here, there);
                }
            }
        }
        let mut members: BTreeMap<u32, Vec<u32>> = incidents.iter().map(|&old| (old, Vec::new())).collect();
        let mut moved = BTreeSet::new();
        for (&at, first) in positions.iter().zip(union.finish()) {
            let incident = self.derived.claims[positions[first as usize] as usize].index;
            let standing = &mut self.derived.claims[at as usize];
            if std::mem::replace(&mut standing.incident, incident) != incident {
                moved.insert(standing.index);
            }
            members.entry(incident).or_default().push(at);
        }
        for (incident, members) in members {
            self.derived.members.set(incident, members);
        }
        moved
    }
}

/// What a claim is filed under, if it can repeat another or be repeated.
fn key_of(state: &State, claim: &Standing) -> Option<ClaimKey> {
    let content = &state.claims.claims[claim.content as usize];
    (claim.live && content.root != Name::NOT_STATED).then(|| content.key())
}

fn to_u32(position: usize) -> u32 {
    u32::try_from(position).expect("fewer records than entries, and those fit 32 bits")
}
