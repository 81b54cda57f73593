//! Answers and findings: what was said about earlier entries, kept by the entry that they name.
//!
//! A denial, an admission and a corroboration point at one entry; an assessment points at up to 64. They are kept as
//! they came; which of them stand is asked of [`crate::entries`]. What the words mean for a count is the views' matter.

use std::collections::BTreeMap;

use armistice_report::{
    AttributionDegree, Characterisation, DenialScope, EntryHash, Event, IncidentAssessed, Occurrence,
    StandardOfProof, UnnamedParty,
};
use serde::{Deserialize, Serialize};

use crate::{
    compact::{By, Span},
    names::Name,
    scene::Scene,
};

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum AnswerKind {
    Denied,
    Admitted,
    Corroborated,
}

impl AnswerKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Admitted => "admitted",
            Self::Corroborated => "corroborated",
        }
    }
}

/// One answer to one entry.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) index: u32,
    /// The original entry that it answers.
    pub(crate) target: u32,
    pub(crate) kind: AnswerKind,
    /// What a denial denies.
    pub(crate) scope: Option<DenialScope>,
    pub(crate) by: By,
    /// Who said it first, through whomever it came.
    pub(crate) root: Name,
    /// Whom a denial accuses in return, in general words: shown, counted nowhere.
    pub(crate) counter: Option<Name>,
}

impl Answer {
    /// Whether it denies the claim itself, not only a figure in it or a name that it uses.
    pub(crate) fn denies(&self) -> bool {
        self.kind == AnswerKind::Denied
            && !matches!(self.scope, Some(DenialScope::Figure | DenialScope::PlaceName))
    }
}

/// Whom an assessment attributes an event to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Attributed {
    Actor(Name),
    ThirdParty,
    Unidentified,
}

/// What an assessment finds about one clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Characterised {
    pub(crate) clause: Option<Name>,
    pub(crate) actor: Option<Name>,
    pub(crate) finding: Characterisation,
}

/// One assessment of one or more entries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Finding {
    pub(crate) index: u32,
    pub(crate) by: By,
    /// Who assesses; `by` is who says so.
    pub(crate) assessor: Name,
    /// The original entries that it assesses.
    pub(crate) targets: Box<[u32]>,
    /// When what it found happened.
    pub(crate) time: Option<Span>,
    pub(crate) occurrence: Option<Occurrence>,
    pub(crate) attribution: Box<[(Attributed, AttributionDegree)]>,
    pub(crate) characterisation: Box<[Characterised]>,
    pub(crate) standard: Option<StandardOfProof>,
}

/// Every answer and finding, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answers {
    pub(crate) answers: Vec<Answer>,
    pub(crate) findings: Vec<Finding>,
}

impl Answers {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        match scene.event {
            Event::ClaimDenied(denied) => {
                let counter = denied
                    .counter_accusation
                    .as_ref()
                    .map(|counter| scene.name(&counter.accused));
                self.answer(
                    scene,
                    AnswerKind::Denied,
                    &denied.target,
                    Some(denied.scope),
                    counter,
                );
            }
            Event::ResponsibilityAdmitted(admitted) => {
                self.answer(scene, AnswerKind::Admitted, &admitted.target, None, None);
            }
            Event::ClaimCorroborated(corroborated) => {
                self.answer(scene, AnswerKind::Corroborated, &corroborated.target, None, None);
            }
            Event::IncidentAssessed(assessed) => self.assess(scene, assessed),
            _ => {}
        }
    }

    fn answer(
        &mut self,
        scene: &mut Scene<'_>,
        kind: AnswerKind,
        target: &EntryHash,
        scope: Option<DenialScope>,
        counter: Option<Name>,
    ) {
        // Admission refuses an unknown target; one that got in answers nothing.
        let Some(target) = scene.find(target) else { return };
        let root = scene.root();
        self.answers.push(Answer {
            index: scene.index,
            target,
            kind,
            scope,
            by: scene.by,
            root,
            counter,
        });
    }

    fn assess(&mut self, scene: &mut Scene<'_>, assessed: &IncidentAssessed) {
        let attribution = assessed.attribution.iter().map(|finding| {
            let to = match (&finding.actor, finding.unnamed) {
                (Some(actor), _) => Attributed::Actor(scene.names.intern(actor)),
                (None, Some(UnnamedParty::ThirdParty)) => Attributed::ThirdParty,
                (None, _) => Attributed::Unidentified,
            };
            (to, finding.degree)
        });
        let attribution = attribution.collect();
        let characterisation = assessed.characterisation.iter().map(|found| Characterised {
            clause: scene.clause(found.clause.as_ref()),
            actor: found.actor.as_ref().map(|actor| scene.name(actor)),
            finding: found.finding,
        });
        let characterisation = characterisation.collect();
        self.findings.push(Finding {
            index: scene.index,
            by: scene.by,
            assessor: scene.name(&assessed.assessor),
            targets: scene.find_all(&assessed.targets),
            time: assessed.time.as_ref().map(Span::of),
            occurrence: assessed.occurrence,
            attribution,
            characterisation,
            standard: assessed.standard_of_proof,
        });
    }
}

/// A list of (what is named, position of what names it), ordered, and what changed since it was made.
#[derive(Debug, Default)]
pub(crate) struct Backlinks {
    made: Vec<(u32, u32)>,
    /// The whole list of each entry for which it is another by now.
    changed: BTreeMap<u32, Vec<u32>>,
}

impl Backlinks {
    pub(crate) fn new(mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        Self {
            made: pairs,
            changed: BTreeMap::new(),
        }
    }

    /// The positions of what names the entry, in order.
    pub(crate) fn of(&self, target: u32) -> impl Iterator<Item = usize> + '_ {
        let changed = self.changed.get(&target);
        let made = match changed {
            Some(_) => &[][..],
            None => &self.made[self.made.partition_point(|&(named, _)| named < target)..],
        };
        let made = made.iter().take_while(move |&&(named, _)| named == target);
        changed
            .into_iter()
            .flatten()
            .copied()
            .chain(made.map(|&(_, at)| at))
            .map(|at| at as usize)
    }

    /// Adds a position to an entry's list, once.
    pub(crate) fn insert(&mut self, target: u32, at: u32) {
        let list = self.list(target);
        if let Err(place) = list.binary_search(&at) {
            list.insert(place, at);
        }
    }

    /// Takes a position from an entry's list.
    pub(crate) fn remove(&mut self, target: u32, at: u32) {
        self.list(target).retain(|&other| other != at);
    }

    /// Gives an entry another list, which is in order.
    pub(crate) fn set(&mut self, target: u32, list: Vec<u32>) {
        self.changed.insert(target, list);
    }

    fn list(&mut self, target: u32) -> &mut Vec<u32> {
        let start = self.made.partition_point(|&(named, _)| named < target);
        let made = self.made[start..]
            .iter()
            .take_while(|&&(named, _)| named == target);
        self.changed
            .entry(target)
            .or_insert_with(|| made.map(|&(_, at)| at).collect())
    }
}
