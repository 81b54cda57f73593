//! What becomes of a claim, given what the log holds of its row: nothing is written here.
//!
//! ```text
//! the log holds                              the claim becomes
//! nothing of the row                         itself
//! this id, with the same content             nothing: present
//! this id, with another content              nothing: a conflict, which a person has to look at
//! an older version with the same content     nothing: present
//! an older version with another content      claim.corrected of the original
//! an older version of another type           itself, then claim.retracted of the original
//! a newer version                            nothing: older
//! ```
//! A correction names the original, never another correction (`docs/decisions/0007-who-may-correct.md`). The content is
//! compared, not the row: a release that changes only a column that nothing is made of adds nothing. What takes the place of
//! another report is recorded before that one is retracted: if the process ends between the two, the row is there twice
//! until the next run, and never missing.

use std::cmp::Ordering;

use armistice_report::{
    ClaimCorrected, ClaimRetracted, CorrectionReason, EntryHash, Event, Provenance, Replacement,
    RetractionReason,
};

use crate::claim::{Claim, Lineage};
use crate::edition;
use crate::release::Release;
use crate::tidy;

/// Versions of one row that are looked for, at most: ACLED updates a row a few times.
const VERSIONS_MAX: u32 = 1_000;

/// A report of this producer that the log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its entry.
    pub hash: EntryHash,
    /// What it says.
    pub event: Event,
    /// The release or time stamp of its row.
    pub release: Option<String>,
}

/// A report to be signed and submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// Who says it.
    pub provenance: Provenance,
    /// What is said.
    pub event: Event,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    New,
    /// The log holds it, or an older version that says the same.
    Present,
    /// It corrects an older version.
    Corrected,
    /// It retracts an older version of another type and takes its place.
    Replaced,
    /// It retracts what the data set dropped.
    Retracted,
    /// The log holds a newer version.
    Older,
    /// The log holds a retraction of the row.
    Withdrawn,
    /// There is nothing to say.
    Nothing,
    /// The log holds the id with another content.
    Conflict,
}

/// Where the original of a claim is: what claims about it name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// In the log.
    Entry(EntryHash),
    /// It is this one of the drafts.
    Draft(usize),
    /// Nowhere.
    Nowhere,
}

/// What is to be done about a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// In a word.
    pub outcome: Outcome,
    /// What is to be submitted: the second only once the first is recorded. None of them names another.
    pub drafts: Vec<Draft>,
    /// Where the original is.
    pub stands: Stands,
}

impl Decided {
    fn nothing(outcome: Outcome, stands: Stands) -> Self {
        Self {
            outcome,
            drafts: Vec::new(),
            stands,
        }
    }
}

/// The versions of a claim in the log, oldest first, boiled down.
struct Standing {
    original: EntryHash,
    in_force: Event,
}

/// Decides about `claim`; `first` is the entry of the row's first claim, `look` finds this producer's report by its id.
pub fn decide(
    claim: &Claim,
    first: Option<EntryHash>,
    look: &mut dyn FnMut(&str) -> Option<Known>,
) -> Decided {
    let event = claim.bound(first);
    if look(&retraction_id(&claim.id)).is_some() {
        return Decided::nothing(Outcome::Withdrawn, Stands::Nowhere);
    }
    match &claim.lineage {
        Lineage::Single => single(claim, event, look),
        Lineage::Releases {
            release,
            previous,
            years,
            row,
        } => {
            let mut others = release.others(years);
            others.extend(previous.iter().filter(|other| *other != release));
            others.sort_unstable();
            others.dedup();
            releases(claim, event, (*release, &others, row), look)
        }
        // ACLED keeps one row an event and overwrites it.
        Lineage::Stamps { stamp } => {
            let read = |release: Option<&str>| release.and_then(|text| text.parse().ok());
            versions(claim, event, (stamp, '-'), read, look)
        }
        Lineage::Editions { release } => {
            let read = |release: Option<&str>| Some(edition::order(release.unwrap_or_default()));
            let own = edition::order(release.as_deref().unwrap_or_default());
            versions(claim, event, (&own, '.'), read, look)
        }
        Lineage::Removal { target } => removal(claim, target, look),
    }
}

fn retraction_id(id: &str) -> String {
    format!("{id}-retracted")
}

fn single(claim: &Claim, event: Event, look: &mut dyn FnMut(&str) -> Option<Known>) -> Decided {
    match look(&claim.id) {
        None => new(claim, event),
        Some(known) if known.event == event => Decided::nothing(Outcome::Present, Stands::Entry(known.hash)),
        Some(known) => Decided::nothing(Outcome::Conflict, Stands::Entry(known.hash)),
    }
}

fn releases(
    claim: &Claim,
    event: Event,
    (release, others, row): (Release, &[Release], &str),
    look: &mut dyn FnMut(&str) -> Option<Known>,
) -> Decided {
    let own = look(&claim.id);
    let mut standing = None;
    let mut newest = None;
    for &other in others {
        if own.is_some() && other > release {
            break;
        }
        if let Some(known) = look(&format!("ged-{other}-{row}")) {
            stand(&mut standing, known);
            newest = Some(other);
        }
    }
    if let Some(known) = own {
        return again(claim, &event, &known, standing.as_ref(), look);
    }
    match (standing, newest) {
        (Some(standing), Some(newest)) if newest > release => {
            Decided::nothing(Outcome::Older, Stands::Entry(standing.original))
        }
        (Some(standing), _) => against(claim, event, &standing, &claim.id, look),
        (None, _) => new(claim, event),
    }
}

/// The log holds this row of this release; `before` is what older releases said.
fn again(
    claim: &Claim,
    event: &Event,
    known: &Known,
    before: Option<&Standing>,
    look: &mut dyn FnMut(&str) -> Option<Known>,
) -> Decided {
    let (original, is_correction) = match &known.event {
        Event::ClaimCorrected(correction) => (correction.target, true),
        _ => (known.hash, false),
    };
    if content(&known.event) != event {
        return Decided::nothing(Outcome::Conflict, Stands::Entry(original));
    }
    // It took the place of a report of another type, and the process ended before that one was retracted.
    let replaced = before.filter(|before| before.in_force.event_type() != known.event.event_type());
    if let Some(before) = replaced.filter(|_| !is_correction)
        && let Some(retraction) = replaces(claim, before.original, look)
    {
        return Decided {
            outcome: Outcome::Replaced,
            drafts: vec![retraction],
            stands: Stands::Entry(original),
        };
    }
    Decided::nothing(Outcome::Present, Stands::Entry(original))
}

/// A claim whose versions in the log are `id`, then with a number from 2, each with its stamp: a time or a release.
fn versions<T: Ord + Default>(
    claim: &Claim,
    event: Event,
    (stamp, separator): (&T, char),
    read: impl Fn(Option<&str>) -> Option<T>,
    look: &mut dyn FnMut(&str) -> Option<Known>,
) -> Decided {
    let mut standing: Option<Standing> = None;
    let mut last = T::default();
    for version in 1..=VERSIONS_MAX {
        let id = match version {
            1 => claim.id.clone(),
            _ => format!("{}{separator}{version}", claim.id),
        };
        let Some(known) = look(&id) else {
            let Some(standing) = standing else {
                return new(claim, event);
            };
            let stands = Stands::Entry(standing.original);
            return match stamp.cmp(&last) {
                Ordering::Less => Decided::nothing(Outcome::Older, stands),
                _ if standing.in_force == event => Decided::nothing(Outcome::Present, stands),
                Ordering::Equal => Decided::nothing(Outcome::Conflict, stands),
                Ordering::Greater => against(claim, event, &standing, &id, look),
            };
        };
        last = read(known.release.as_deref()).unwrap_or(last);
        if last == *stamp && content(&known.event) == &event {
            let original = standing.map_or(known.hash, |standing| standing.original);
            return Decided::nothing(Outcome::Present, Stands::Entry(original));
        }
        stand(&mut standing, known);
    }
    Decided::nothing(Outcome::Conflict, Stands::Nowhere)
}

/// Follows the versions: a claim is an original, a correction changes what is in force.
fn stand(standing: &mut Option<Standing>, known: Known) {
    *standing = Some(match known.event {
        // It names its original itself, which may be a release that is not looked for.
        Event::ClaimCorrected(correction) => Standing {
            original: correction.target,
            in_force: correction.replacement.event().clone(),
        },
        event => Standing {
            original: known.hash,
            in_force: event,
        },
    });
}

/// What an entry says: a correction says its replacement.
fn content(event: &Event) -> &Event {
    match event {
        Event::ClaimCorrected(correction) => correction.replacement.event(),
        event => event,
    }
}

fn against(
    claim: &Claim,
    event: Event,
    standing: &Standing,
    id: &str,
    look: &mut dyn FnMut(&str) -> Option<Known>,
) -> Decided {
    let stands = Stands::Entry(standing.original);
    if standing.in_force == event {
        return Decided::nothing(Outcome::Present, stands);
    }
    if standing.in_force.event_type() != event.event_type() {
        return replaced(claim, event, standing.original, look);
    }
    let Ok(replacement) = Replacement::new(event) else {
        // Answers cannot be corrected: the first one stays.
        return Decided::nothing(Outcome::Conflict, stands);
    };
    let correction = ClaimCorrected {
        target: standing.original,
        reason: CorrectionReason::NewRelease,
        text: None,
        replacement,
    };
    Decided {
        outcome: Outcome::Corrected,
        drafts: vec![draft(claim, id, correction.into())],
        stands,
    }
}

fn replaced(
    claim: &Claim,
    event: Event,
    original: EntryHash,
    look: &mut dyn FnMut(&str) -> Option<Known>,
) -> Decided {
    let mut drafts = vec![draft(claim, &claim.id, event)];
    drafts.extend(replaces(claim, original, look));
    Decided {
        outcome: Outcome::Replaced,
        drafts,
        stands: Stands::Draft(0),
    }
}

/// The retraction of what `claim` takes the place of, unless the log holds it.
fn replaces(
    claim: &Claim,
    original: EntryHash,
    look: &mut dyn FnMut(&str) -> Option<Known>,
) -> Option<Draft> {
    let id = format!("{}-replaces", claim.id);
    if look(&id).is_some() {
        return None;
    }
    let retraction = ClaimRetracted {
        target: original,
        reason: RetractionReason::Other,
        text: tidy::brief("a newer release of the data set codes the row as another type of report"),
    };
    Some(draft(claim, &id, retraction.into()))
}

fn removal(claim: &Claim, target: &str, look: &mut dyn FnMut(&str) -> Option<Known>) -> Decided {
    if let Some(known) = look(&claim.id) {
        return Decided::nothing(Outcome::Present, Stands::Entry(known.hash));
    }
    let Some(known) = look(target) else {
        return Decided::nothing(Outcome::Nothing, Stands::Nowhere);
    };
    let retraction = ClaimRetracted {
        target: known.hash,
        reason: RetractionReason::RemovedFromDataset,
        text: None,
    };
    Decided {
        outcome: Outcome::Retracted,
        drafts: vec![draft(claim, &claim.id, retraction.into())],
        stands: Stands::Nowhere,
    }
}

fn new(claim: &Claim, event: Event) -> Decided {
    if claim.only_as_correction {
        return Decided::nothing(Outcome::Nothing, Stands::Nowhere);
    }
    Decided {
        outcome: Outcome::New,
        drafts: vec![draft(claim, &claim.id, event)],
        stands: Stands::Draft(0),
    }
}

fn draft(claim: &Claim, id: &str, event: Event) -> Draft {
    Draft {
        id: id.to_owned(),
        provenance: claim.provenance.clone(),
        event,
    }
}
