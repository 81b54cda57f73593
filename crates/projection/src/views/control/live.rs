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
            let place = place.map(|place| reading.place(unit, place));
            self.places.place(unit, place.map(Where::label));
        }
        for label in self.places.take_dirty() {
            let mut place = Place::default();
            for &unit in self.places.members(&label) {
                let record = reading.stands(&view.records, unit);
                let demand = reading.stands(&view.demands, unit);
                place.claims.extend(record.map(|record| (unit, record)));
                place.demands.extend(demand.map(|demand| (unit, demand)));
            }
            let text = reading.text(label);
            if self.places.members(&label).is_empty() {
                out.remove("place", text);
            } else {
                out.put("place", text, &place.row(reading, text));
            }
        }
    }
}
