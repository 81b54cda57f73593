//! What a view sees when it makes its rows: the folded state, what holds after it, and names as text.

use crate::{
    actors::Actors,
    answers::{Answer, Answers, Finding},
    claims::{Claim, Claims},
    compact::{By, Where},
    entries::{Entries, EntryRef},
    ledger::Ledger,
    names::{Name, Names},
    redactions::{REDACTED, Redactions, shown},
    standing::{Derived, Standing},
};

/// A record that a view keeps of an entry: one per report and one per correction, in the order of the log.
pub(crate) trait Recorded {
    /// The entry that holds the content.
    fn index(&self) -> u32;
    /// The entry that was first published; the same unless this is a correction.
    fn original(&self) -> u32;
}

/// Implements [`Recorded`] for records with the two fields.
macro_rules! recorded {
    ($($record:ty),+) => {$(
        impl $crate::reading::Recorded for $record {
            fn index(&self) -> u32 {
                self.index
            }
            fn original(&self) -> u32 {
                self.original
            }
        }
    )+};
}
pub(crate) use recorded;

/// The state at one tree size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) names: &'a Names,
    pub(crate) entries: &'a Entries,
    pub(crate) ledger: &'a Ledger,
    pub(crate) actors: &'a Actors,
    pub(crate) claims: &'a Claims,
    pub(crate) answers: &'a Answers,
    pub(crate) redactions: &'a Redactions,
    pub(crate) derived: &'a Derived,
}

impl<'a> Reading<'a> {
    pub(crate) fn text(&self, name: Name) -> &'a str {
        self.names.text(name)
    }

    pub(crate) fn option(&self, name: Option<Name>) -> Option<&'a str> {
        self.names.option(name)
    }

    /// The side that an actor belongs to, as registered; an actor that is not registered stands for itself.
    pub(crate) fn side(&self, who: Name) -> Name {
        self.actors.side(who)
    }

    pub(crate) fn side_text(&self, who: Name) -> &'a str {
        self.text(self.side(who))
    }

    /// A name that may stand for something redacted.
    pub(crate) fn shown(&self, name: Name) -> &'a str {
        shown(self.text(name))
    }

    /// Who says it, as a row shows it: of an original entry or of a correction of it.
    pub(crate) fn by(&self, index: u32, by: By) -> By {
        self.redactions.by(self.entries.original_of(index), by)
    }

    /// The side of who says it, as a row shows it.
    pub(crate) fn by_side(&self, index: u32, by: By) -> Name {
        let hidden = self.redactions.hides_asserter(self.entries.original_of(index));
        let who = self.by(index, by).who;
        if hidden { who } else { self.side(who) }
    }

    /// Whether it is hidden who says an entry, and the content names the same again as `name`.
    pub(crate) fn hides(&self, index: u32, by: By, name: Name) -> bool {
        by.who == name
            && name != Name::NOT_STATED
            && self.redactions.hides_asserter(self.entries.original_of(index))
    }

    /// An actor that a content names for what is done by whoever says it, as a row shows it: an assessor, an issuer.
    pub(crate) fn named(&self, index: u32, by: By, name: Name) -> &'a str {
        if self.hides(index, by, name) {
            REDACTED
        } else {
            self.text(name)
        }
    }

    /// A place, as a row shows it: of an original entry or of a correction of it.
    pub(crate) fn place(&self, index: u32, place: Where) -> Where {
        self.redactions.place(self.entries.original_of(index), place)
    }

    /// The label of a place, as a row shows it.
    pub(crate) fn place_label(&self, index: u32, label: Name) -> Name {
        let place = Where {
            place: Some(label),
            named: None,
        };
        self.place(index, place).label()
    }

    /// The two fields of a place in a row: its id, or else how it is named.
    pub(crate) fn place_texts(&self, index: u32, place: Where) -> (Option<&'a str>, Option<&'a str>) {
        let place = self.place(index, place);
        (place.place.map(|id| self.shown(id)), self.option(place.named))
    }

    /// The one word for a place in a row.
    pub(crate) fn place_text(&self, index: u32, place: Where) -> &'a str {
        self.shown(self.place(index, place).label())
    }

    pub(crate) fn entry(&self, index: u32) -> EntryRef {
        EntryRef {
            index,
            hash: self.entries.hash(index),
            redacted: self.redactions.is_redacted(index),
        }
    }

    /// Entries in the order of the log, each once.
    pub(crate) fn entries(&self, indexes: impl IntoIterator<Item = u32>) -> Vec<EntryRef> {
        let mut indexes: Vec<u32> = indexes.into_iter().collect();
        indexes.sort_unstable();
        indexes.dedup();
        indexes.into_iter().map(|index| self.entry(index)).collect()
    }

    /// The records that stand, by the original entries that they stand for, in the order of those.
    pub(crate) fn standing<'r, R: Recorded>(&self, records: &'r [R]) -> Vec<(u32, &'r R)> {
        let stands = |record: &&R| self.entries.current(record.original()) == record.index();
        let mut standing: Vec<(u32, &R)> = records
            .iter()
            .filter(stands)
            .map(|record| (record.original(), record))
            .collect();
        // In order already unless there are corrections: the sort is one pass then.
        standing.sort_by_key(|&(original, _)| original);
        standing
    }

    /// The record that stands for an original entry, of those that one view keeps.
    pub(crate) fn stands<'r, R: Recorded>(&self, records: &'r [R], original: u32) -> Option<&'r R> {
        let current = self.entries.current(original);
        let at = records.binary_search_by_key(&current, Recorded::index).ok()?;
        Some(&records[at]).filter(|record| record.original() == original)
    }

    /// The corrections and the retractions of an entry.
    pub(crate) fn changes(&self, index: u32) -> (Vec<EntryRef>, Vec<EntryRef>) {
        let corrections = self.entries.corrections_of(index).iter().copied();
        let retractions = self.entries.retractions_of(index).iter().copied();
        (self.entries(corrections), self.entries(retractions))
    }

    /// An entry and what changed it.
    pub(crate) fn versions(&self, index: u32) -> Vec<EntryRef> {
        self.entries(self.version_indexes(index))
    }

    /// The indexes of an entry and of what changed it.
    pub(crate) fn version_indexes(&self, index: u32) -> impl Iterator<Item = u32> + use<'a> {
        let corrections = self.entries.corrections_of(index).iter().copied();
        let retractions = self.entries.retractions_of(index).iter().copied();
        std::iter::once(index).chain(corrections).chain(retractions)
    }

    /// The content that stands for a claim.
    pub(crate) fn content(&self, claim: &Standing) -> &'a Claim {
        &self.claims.claims[claim.content as usize]
    }

    /// The answers in force to an entry, in the order of the log.
    pub(crate) fn answers_to(&self, index: u32) -> impl Iterator<Item = &'a Answer> + use<'a> {
        self.derived.answers_to(self.answers, index)
    }

    /// The findings in force about an entry, in the order of the log.
    pub(crate) fn findings_about(&self, index: u32) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.derived.findings_about(self.answers, index)
    }

    /// The denials in force of an entry's substance.
    pub(crate) fn denials_of(&self, index: u32) -> impl Iterator<Item = &'a Answer> + use<'a> {
        self.answers_to(index).filter(|answer| answer.denies())
    }
}
