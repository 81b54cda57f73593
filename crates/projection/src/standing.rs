//! What holds after all entries so far: which claims stand, which repeat another, which form one incident, which
//! answers and findings are in force.
//!
//! Computed from the folded records in one pass each, before rows are made; a pure function of the state, so that
//! rebuilding, following and restoring give the same. Nothing in it is stored.

use crate::{
    answers::{Answer, Answers, Backlinks, Finding},
    claims::{Claim, Claims},
    entries::Entries,
    names::Name,
    union::Union,
};

/// What holds for one claim.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// The entry that made the claim.
    pub(crate) index: u32,
    /// The position of the content that stands for it in [`Claims::claims`].
    pub(crate) content: u32,
    /// Not taken back.
    pub(crate) live: bool,
    /// The entry of the allegation that this one repeats.
    pub(crate) repeats: Option<u32>,
    /// The earliest claim of its incident: the incident's id.
    pub(crate) incident: u32,
}

impl Standing {
    /// A claim that nothing was said about yet.
    pub(crate) fn alone(index: u32) -> Self {
        Self {
            index,
            content: 0,
            live: true,
            repeats: None,
            incident: index,
        }
    }

    /// Brings up to date what corrections and retractions decide.
    pub(crate) fn refresh(&mut self, entries: &Entries, claims: &Claims) {
        let find = |index| claims.claims.binary_search_by_key(&index, |claim| claim.index);
        // A correction has a record of its own, made when it was applied.
        let found = find(entries.current(self.index)).or_else(|_| find(self.index));
        let position = found.expect("a claim has a record of its own");
        self.content = u32::try_from(position).expect("fewer records than entries");
        self.live = entries.is_live(self.index);
    }
}

/// Everything derived from the state, for making rows.
#[derive(Debug)]
pub(crate) struct Derived {
    /// One per claim, in the order of the log.
    pub(crate) claims: Vec<Standing>,
    pub(crate) answers: Backlinks,
    pub(crate) findings: Backlinks,
    /// (allegation, entry that repeats it).
    pub(crate) repeats: Backlinks,
    /// (incident, position of a claim in `claims`).
    pub(crate) members: Backlinks,
    /// (claim, position of a link in force), for both ends.
    pub(crate) links: Backlinks,
}

impl Derived {
    pub(crate) fn new(entries: &Entries, claims: &Claims, answers: &Answers) -> Self {
        let mut standings = standings(entries, claims);
        mark_repeats(claims, &mut standings);
        mark_incidents(claims, &mut standings);
        let position =
            |at: usize| u32::try_from(at).expect("fewer records than entries, and those fit 32 bits");
        let by_target = |(at, answer): (usize, &Answer)| (answer.target, position(at));
        let by_targets = |(at, finding): (usize, &Finding)| {
            finding
                .targets
                .iter()
                .map(|&target| (target, position(at)))
                .collect::<Vec<_>>()
        };
        let repeats = standings
            .iter()
            .filter_map(|claim| Some((claim.repeats?, claim.index)))
            .collect();
        let members = standings
            .iter()
            .enumerate()
            .map(|(at, claim)| (claim.incident, position(at)))
            .collect();
        let live_answers = answers
            .answers
            .iter()
            .enumerate()
            .filter(|(_, answer)| entries.is_live(answer.index));
        let live_findings = answers
            .findings
            .iter()
            .enumerate()
            .filter(|(_, finding)| entries.is_live(finding.index));
        Self {
            answers: Backlinks::new(live_answers.map(by_target).collect()),
            findings: Backlinks::new(live_findings.flat_map(by_targets).collect()),
            repeats: Backlinks::new(repeats),
            members: Backlinks::new(members),
            links: Backlinks::new(link_ends(claims)),
            claims: standings,
        }
    }

    /// The claim that an entry made.
    pub(crate) fn claim(&self, index: u32) -> Option<&Standing> {
        self.claims.get(self.position(index)?)
    }

    /// Where that claim is in the list.
    pub(crate) fn position(&self, index: u32) -> Option<usize> {
        self.claims.binary_search_by_key(&index, |claim| claim.index).ok()
    }

    /// The entries that repeat an allegation.
    pub(crate) fn repeats_of(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        self.repeats
            .of(index)
            .map(|at| u32::try_from(at).expect("these are entries' indexes"))
    }

    /// The claims of an incident, in the order of the log.
    pub(crate) fn members_of(&self, incident: u32) -> impl Iterator<Item = &Standing> + '_ {
        self.members.of(incident).map(|at| &self.claims[at])
    }

    /// The answers in force to an entry.
    pub(crate) fn answers_to<'a>(
        &'a self,
        answers: &'a Answers,
        index: u32,
    ) -> impl Iterator<Item = &'a Answer> {
        self.answers.of(index).map(|at| &answers.answers[at])
    }

    /// The findings in force about an entry.
    pub(crate) fn findings_about<'a>(
        &'a self,
        answers: &'a Answers,
        index: u32,
    ) -> impl Iterator<Item = &'a Finding> {
        self.findings.of(index).map(|at| &answers.findings[at])
    }
}

/// The links in force by the claims that they name.
fn link_ends(claims: &Claims) -> Vec<(u32, u32)> {
    let links = claims
        .links
        .iter()
        .enumerate()
        .filter(|(_, link)| link.unlinked.is_none());
    links
        .flat_map(|(at, link)| {
            let at = u32::try_from(at).expect("fewer links than entries, and those fit 32 bits");
            [(link.a, at), (link.b, at)]
        })
        .collect()
}

fn standings(entries: &Entries, claims: &Claims) -> Vec<Standing> {
    let originals = claims
        .claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| claim.index == claim.original);
    originals
        .map(|(at, claim)| {
            let current = entries.current(claim.index);
            // A correction has a record of its own, made when it was applied.
            let found = if current == claim.index {
                Ok(at)
            } else {
                claims.claims.binary_search_by_key(&current, |c| c.index)
            };
            let content = u32::try_from(found.unwrap_or(at)).expect("fewer records than entries");
            let live = entries.is_live(claim.index);
            Standing {
                index: claim.index,
                content,
                live,
                repeats: None,
                incident: claim.index,
            }
        })
        .collect()
}

/// The n-th report of one producer with a key is the n-th allegation with that key, whoever else reports it.
fn mark_repeats(claims: &Claims, standings: &mut [Standing]) {
    let content = |standing: &Standing| &claims.claims[standing.content as usize];
    // A claim whose asserter nobody names is its publisher's alone: it repeats nothing.
    let mut named: Vec<usize> = (0..standings.len())
        .filter(|&at| standings[at].live && content(&standings[at]).root != Name::NOT_STATED)
        .collect();
    let key = |at: usize| content(&standings[at]).key();
    named.sort_unstable_by_key(|&at| (key(at), content(&standings[at]).producer, at));
    let mut numbered: Vec<(usize, u32)> = Vec::with_capacity(named.len());
    for at in named {
        let number = match numbered.last() {
            Some(&(before, number)) if same_series(content(&standings[before]), content(&standings[at])) => {
                number + 1
            }
            _ => 0,
        };
        numbered.push((at, number));
    }
    numbered.sort_unstable_by_key(|&(at, number)| (key(at), number, at));
    let mut marks = Vec::new();
    let mut first: Option<(usize, u32)> = None;
    for (at, number) in numbered {
        match first {
            Some((original, n)) if n == number && key(original) == key(at) => {
                marks.push((at, standings[original].index));
            }
            _ => first = Some((at, number)),
        }
    }
    for (at, original) in marks {
        standings[at].repeats = Some(original);
    }
}

fn same_series(a: &Claim, b: &Claim) -> bool {
    a.producer == b.producer && a.key() == b.key()
}

/// Joins what curators linked and what repeats, and names each incident by its earliest claim.
fn mark_incidents(claims: &Claims, standings: &mut [Standing]) {
    let mut union = Union::new(standings.len());
    let position = |index: u32| {
        let found = standings.binary_search_by_key(&index, |claim| claim.index).ok()?;
        u32::try_from(found).ok()
    };
    let links = claims
        .links
        .iter()
        .filter(|link| link.joins())
        .map(|link| (link.a, link.b));
    let repeats = standings
        .iter()
        .filter_map(|claim| Some((claim.repeats?, claim.index)));
    for (a, b) in links.chain(repeats) {
        if let (Some(a), Some(b)) = (position(a), position(b)) {
            union.join(a, b);
        }
    }
    let representatives = union.finish();
    for (at, representative) in representatives.into_iter().enumerate() {
        standings[at].incident = standings[representative as usize].index;
    }
}
