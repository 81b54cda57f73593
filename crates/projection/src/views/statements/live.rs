//! `statements`, followed: each statement has a row of its own and adds to the total.

use std::collections::BTreeMap;

use super::{Score, Statements, Sum, statement_row};
use crate::{
    live::{changed::Changed, touched::Touched},
    reading::Reading,
};

/// What each statement adds to the total.
#[derive(Debug, Default)]
pub(crate) struct Live {
    scores: BTreeMap<u32, Score>,
    sum: Sum,
}

impl Live {
    pub(crate) fn update(
        &mut self,
        view: &Statements,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        for unit in touched.iter() {
            if let Some(old) = self.scores.remove(&unit) {
                self.sum.discount(unit, old);
            }
            let Some(record) = reading.stands(&view.records, unit) else {
                continue;
            };
            out.put_at("statement", unit, &statement_row(reading, unit, record));
            let score = Score::of(reading, unit, record);
            self.sum.count(unit, score);
            self.scores.insert(unit, score);
        }
        out.put("total", "", &self.sum.row(reading));
    }
}
