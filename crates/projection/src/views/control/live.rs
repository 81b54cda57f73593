//! `control`, followed: accounts and demands about one place share a row; a movement has a row of its own.

use super::{Control, Place, movement_row};
use crate::{
    compact::Where,
    live::{changed::Changed, groups::Groups, touched::Touched},
    names::Name,
    reading::Reading,
};

/// Which accounts and demands share a row.
#[derive(Debug, Default)]
pub(crate) struct Live {
    places: Groups<Name>,
    /// Accounts and demands by the true place, hidden or not.
    wholes: Groups<Name>,
}

/// What is said about one place.
fn collect<'r>(view: &'r Control, reading: &Reading<'_>, units: &[u32]) -> Place<'r> {
    let mut place = Place::default();
    for &unit in units {
        let record = reading.stands(&view.records, unit);
        let demand = reading.stands(&view.demands, unit);
        place.claims.extend(record.map(|record| (unit, record)));
        place.demands.extend(demand.map(|demand| (unit, demand)));
    }
    place
}

impl Live {
    pub(crate) fn update(
        &mut self,
        view: &Control,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        for unit in touched.iter() {
            if let Some(moved) = reading.stands(&view.movements, unit) {
                out.put_at("movement", unit, &movement_row(reading, unit, moved));
            }
            let claimed = reading.stands(&view.records, unit).map(|record| record.place);
            let demanded = || reading.stands(&view.demands, unit).map(|demand| demand.place);
            let place = claimed.or_else(demanded);
            self.wholes.place(unit, place.map(Where::label));
            let shown = place.map(|place| reading.place(unit, place));
            self.places.place(unit, shown.map(Where::label));
        }
        // What is said of a place decides what holds for it in every row that shows a part of it.
        for label in self.wholes.take_dirty() {
            for &unit in self.wholes.members(&label) {
                self.places.touch(reading.place_label(unit, label));
            }
        }
        for label in self.places.take_dirty() {
            let place = collect(view, reading, self.places.members(&label));
            let whole = place.label().map(|label| self.wholes.members(&label));
            let whole = collect(view, reading, whole.unwrap_or_default());
            let text = reading.text(label);
            if self.places.members(&label).is_empty() {
                out.remove("place", text);
            } else {
                out.put("place", text, &place.row(reading, text, &whole));
            }
        }
    }
}
