//! Facts: one thing that counts, with its time, its kinds, its number, the values of the cuts, and its entries.
//!
//! The files below read them out of the rows of the views, one view at a time, holding no more than must be joined.

pub(crate) mod claims;
mod findings;
mod observations;
mod people;

use armistice_projection::Projection;

use crate::{
    amount::Amount,
    calendar::Span,
    codebook::{Series, Sides},
    cut::Cut,
    frame::{Frame, NOT_STATED},
    shapes::Entry,
    unit::Unit,
};

/// One thing that counts.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) span: Span,
    pub(crate) kinds: Vec<String>,
    /// The values of the wanted cuts, in their order; none where it is not stated.
    pub(crate) values: Vec<Vec<String>>,
    pub(crate) amount: Amount,
    /// Whether it may hold the same as another fact of the series.
    pub(crate) overlaps: bool,
    pub(crate) exercise: bool,
    pub(crate) assessed_as: Option<String>,
    pub(crate) entries: Vec<Entry>,
}

impl Fact {
    pub(crate) fn new(span: Span, kinds: Vec<String>, values: Vec<Vec<String>>, entries: Vec<Entry>) -> Self {
        Self {
            span,
            kinds,
            values,
            amount: Amount::exactly(1),
            overlaps: false,
            exercise: false,
            assessed_as: None,
            entries,
        }
    }

    /// Joins what another claim says of the same incident: all its kinds and values, and the time that holds both.
    pub(crate) fn join(&mut self, other: Self) {
        self.span = hull(self.span, other.span);
        union(&mut self.kinds, other.kinds);
        for (values, more) in self.values.iter_mut().zip(other.values) {
            union(values, more);
        }
        self.entries.extend(other.entries);
    }
}

/// The time that holds both. A claim that states no time takes nothing away from one that does.
fn hull(a: Span, b: Span) -> Span {
    let unstated = Span::default();
    if a == unstated || b == unstated {
        return if a == unstated { b } else { a };
    }
    Span {
        earliest: a.earliest.zip(b.earliest).map(|(a, b)| a.min(b)),
        latest: a.latest.zip(b.latest).map(|(a, b)| a.max(b)),
    }
}

fn union(values: &mut Vec<String>, more: Vec<String>) {
    values.extend(more);
    values.sort_unstable();
    values.dedup();
}

/// Why records are in no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct LeftOut {
    /// Withdrawn by their producer.
    pub(crate) withdrawn: u64,
    /// They repeat another record.
    pub(crate) repeated: u64,
    /// Their kind is in no group of the series.
    pub(crate) kind_not_counted: u64,
    /// They name nobody, and the series leaves these out.
    pub(crate) unattributed: u64,
    /// Exercises, and the series leaves these out.
    pub(crate) exercises: u64,
    /// Their observer took them for something that the series leaves out.
    pub(crate) assessed_as: u64,
}

/// What is wanted of a record.
pub(crate) struct Wanted<'a> {
    pub(crate) projection: &'a Projection,
    pub(crate) frame: &'a Frame,
    pub(crate) series: &'a Series,
    /// Cuts whose values are read from the record; those that follow from its kinds are not among them.
    pub(crate) cuts: &'a [Cut],
}

/// A row that cuts can be read from.
pub(crate) trait Record {
    /// Where it happened.
    fn place(&self) -> Option<&str>;
    /// The value of a cut other than by place; nothing where it is not stated.
    fn value<'a>(&'a self, cut: Cut, frame: &'a Frame, give: &mut dyn FnMut(&'a str));
}

impl Wanted<'_> {
    /// The values of the wanted cuts.
    pub(crate) fn values(&self, record: &impl Record) -> Vec<Vec<String>> {
        let of = |cut: &Cut| {
            let mut values = Vec::new();
            let mut give = |value: &str| {
                if value != NOT_STATED {
                    values.push(value.to_owned());
                }
            };
            if Cut::PLACES.contains(cut) {
                let place = record.place().filter(|place| *place != NOT_STATED);
                if let Some(value) = place.and_then(|place| self.frame.around(*cut, place)) {
                    give(value);
                }
            } else if *cut != Cut::Side || self.series.sides != Sides::Never {
                record.value(*cut, self.frame, &mut give);
            }
            values.sort_unstable();
            values.dedup();
            values
        };
        self.cuts.iter().map(of).collect()
    }

    /// Gives every fact of the series to `sink`; what cannot be one is added to `left_out`.
    pub(crate) fn each(&self, left_out: &mut LeftOut, sink: &mut dyn FnMut(Fact)) {
        match self.series.unit {
            Unit::Allegation => claims::allegations(self, false, left_out, sink),
            Unit::Complaint => claims::allegations(self, true, left_out, sink),
            Unit::Incident => claims::incidents(self, left_out, sink),
            Unit::Observation => observations::observations(self, left_out, sink),
            Unit::Violation => findings::violations(self, left_out, sink),
            Unit::Assessment => findings::assessments(self, left_out, sink),
            Unit::ViolationReport => findings::reports(self, left_out, sink),
            Unit::AccessDenial => findings::access(self, left_out, sink),
            Unit::Person => people::figures(self, left_out, sink),
            // Tallies are listed, never counted: see `tallies.rs`.
            Unit::Tally => {}
        }
    }
}
