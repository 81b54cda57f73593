//! Observations, from the rows of `observations`: the observer's own number.

use armistice_projection::View;
use serde::{Deserialize, de::IgnoredAny};

use super::{Fact, LeftOut, Record, Wanted};
use crate::{
    amount::Amount,
    codebook::Adds,
    cut::Cut,
    frame::{Frame, REDACTED, own_redacted, read},
    shapes::{Entry, Time},
};

#[derive(Deserialize)]
struct ObservationRow {
    observer: String,
    asserted_by_side: String,
    capacity: Option<String>,
    kind: String,
    means: String,
    number: Amount,
    exercise: bool,
    assessed_as: Option<String>,
    attributed_to: Option<String>,
    place: Option<String>,
    place_named: Option<String>,
    time: Time,
    counted: bool,
    repeats: Option<IgnoredAny>,
    entries: Vec<Entry>,
}

impl Record for ObservationRow {
    fn place(&self) -> Option<&str> {
        self.place.as_deref().or(self.place_named.as_deref())
    }

    fn value<'a>(&'a self, cut: Cut, frame: &'a Frame, give: &mut dyn FnMut(&'a str)) {
        match cut {
            Cut::Side => self
                .attributed_to
                .iter()
                .for_each(|actor| give(frame.side(actor))),
            Cut::Asserter => give(&self.observer),
            Cut::AsserterSide => give(&self.asserted_by_side),
            Cut::Capacity => self.capacity.as_deref().into_iter().for_each(give),
            Cut::Means => give(&self.means),
            _ => {}
        }
    }
}

/// Observations that are in force and repeat no other.
pub(super) fn observations(wanted: &Wanted<'_>, left_out: &mut LeftOut, sink: &mut dyn FnMut(Fact)) {
    wanted.projection.for_each_row(View::Observations, |key, row| {
        if !key.starts_with("observation/") {
            return;
        }
        let mut row: ObservationRow = read(row);
        // Two redacted observers may be two, and may have perceived the same: their numbers stand apart.
        if row.observer == REDACTED {
            row.observer = own_redacted(key);
        }
        if row.repeats.is_some() {
            left_out.repeated += 1;
        } else if row.counted {
            let values = wanted.values(&row);
            let mut fact = Fact::new(row.time.span(), vec![row.kind], values, row.entries);
            if wanted.series.adds == Adds::Number {
                fact.amount = row.number;
            }
            fact.exercise = row.exercise;
            fact.assessed_as = row.assessed_as;
            sink(fact);
        } else {
            left_out.withdrawn += 1;
        }
    });
}
