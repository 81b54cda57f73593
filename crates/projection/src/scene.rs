//! One entry as the folds see it: its content, who says it, and the means to resolve what it names.

use armistice_report::{ActorId, ClaimCorrected, ClauseRef, EntryHash, Event, PlaceSpec, Report, Timestamp};

use crate::{
    Item,
    compact::{By, Where},
    entries::Entries,
    names::{Name, Names},
};

/// The entry that is being applied.
pub(crate) struct Scene<'a> {
    pub(crate) index: u32,
    /// The entry that was first published: the target of a correction in force, otherwise the entry itself.
    pub(crate) original: u32,
    pub(crate) producer: Name,
    /// The content: of a correction in force, the content that it puts in place.
    pub(crate) event: &'a Event,
    pub(crate) by: By,
    pub(crate) submission: [u8; 32],
    pub(crate) received: Timestamp,
    pub(crate) report: &'a Report,
    pub(crate) names: &'a mut Names,
    pub(crate) entries: &'a Entries,
}

/// Lets a correction or retraction take effect; gives the original entry and the content that now counts for it.
pub(crate) fn resolve<'a>(entries: &mut Entries, index: u32, event: &'a Event) -> (u32, &'a Event) {
    match event {
        Event::ClaimCorrected(ClaimCorrected {
            target, replacement, ..
        }) => {
            let target = entries.find(target);
            match target.filter(|&target| entries.correct(target, index, replacement.event().event_type())) {
                Some(target) => (target, replacement.event()),
                None => (index, event),
            }
        }
        Event::ClaimRetracted(retracted) => {
            if let Some(target) = entries.find(&retracted.target) {
                entries.retract(target, index);
            }
            (index, event)
        }
        _ => (index, event),
    }
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        (index, original): (u32, u32),
        event: &'a Event,
        item: &Item<'a>,
        names: &'a mut Names,
        entries: &'a Entries,
    ) -> Self {
        Self {
            index,
            original,
            producer: entries.producer(index),
            event,
            by: By::of(item.report.provenance.as_ref(), names),
            submission: item.submission,
            received: item.received,
            report: item.report,
            names,
            entries,
        }
    }

    /// The original entry that a hash names, whether it names the original or a correction of it.
    pub(crate) fn find(&self, hash: &EntryHash) -> Option<u32> {
        self.entries
            .find(hash)
            .map(|index| self.entries.original_of(index))
    }

    /// The original entries that hashes name, in their order, unknown ones left out.
    pub(crate) fn find_all(&self, hashes: &[EntryHash]) -> Box<[u32]> {
        hashes.iter().filter_map(|hash| self.find(hash)).collect()
    }

    pub(crate) fn place(&mut self, place: Option<&PlaceSpec>) -> Where {
        Where::of(place, self.names)
    }

    pub(crate) fn name(&mut self, text: &str) -> Name {
        self.names.intern(text)
    }

    pub(crate) fn names(&mut self, ids: &[ActorId]) -> Box<[Name]> {
        ids.iter().map(|id| self.names.intern(id)).collect()
    }

    /// `agreement` or `agreement/clause`.
    pub(crate) fn clause(&mut self, clause: Option<&ClauseRef>) -> Option<Name> {
        clause.map(|reference| match &reference.clause {
            Some(clause) => self.names.intern(&format!("{}/{clause}", reference.agreement)),
            None => self.names.intern(&reference.agreement),
        })
    }

    /// Who said it first: the asserter, else the first of the attribution chain, else nobody known.
    pub(crate) fn root(&mut self) -> Name {
        if self.by.who != Name::NOT_STATED {
            return self.by.who;
        }
        let chain = self
            .report
            .provenance
            .as_ref()
            .and_then(|provenance| provenance.attribution.first());
        match chain.map(|first| (&first.actor, &first.name)) {
            Some((Some(actor), _)) => self.names.intern(actor),
            Some((None, name)) => self.names.intern(&format!("named:{name}")),
            None => Name::NOT_STATED,
        }
    }
}
