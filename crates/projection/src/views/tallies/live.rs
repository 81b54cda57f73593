//! `tallies`, followed: each tally has a row of its own, and nothing is added up.

use super::{Tallies, tally_row};
use crate::{
    live::{changed::Changed, touched::Touched},
    reading::Reading,
};

/// Needs no memory.
#[derive(Debug, Default)]
pub(crate) struct Live;

impl Live {
    #[expect(clippy::unused_self, reason = "all views are called alike")]
    pub(crate) fn update(
        &mut self,
        view: &Tallies,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        for unit in touched.iter() {
            if let Some(record) = reading.stands(&view.records, unit) {
                out.put_at("tally", unit, &tally_row(reading, unit, record));
            }
        }
    }
}
