//! `producers`, followed: the row of each producer that sent an entry or that the founding family is about, made again from
//! all that it sent; refusals and the ledger when an entry speaks of them.

use std::collections::BTreeSet;

use armistice_report::{EventType, Family};

use super::{
    Producer, Producers,
    rows::{intake_row, ledger_row, refusal_row},
};
use crate::{
    live::{changed::Changed, touched::Touched},
    names::Name,
    reading::Reading,
};

/// Needs no memory.
#[derive(Debug, Default)]
pub(crate) struct Live;

impl Live {
    #[expect(clippy::unused_self, reason = "all views are called alike")]
    pub(crate) fn update(
        &mut self,
        view: &Producers,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        let mut producers: BTreeSet<Name> = BTreeSet::new();
        let mut founding = false;
        let mut refused = false;
        for unit in touched.iter() {
            producers.insert(reading.entries.producer(unit));
            let event_type = reading.entries.event_type(unit);
            founding |= event_type.family() == Family::Founding;
            refused |= event_type == EventType::RefusalRecorded;
            if let Ok(at) = view.rewound.binary_search_by_key(&unit, |rewound| rewound.index) {
                out.put_at("intake", unit, &intake_row(reading, &view.rewound[at]));
            }
        }
        if founding {
            // Seldom, and about few: every producer's row may name what was enrolled, rotated, revoked or refused.
            producers.extend(view.known.keys());
            if let Some(row) = ledger_row(reading) {
                out.put("ledger", "", &row);
            }
        }
        for name in producers {
            let id = reading.text(name);
            if let Some(producer) = view.known.get(&name) {
                let producer: &Producer = producer;
                out.put("producer", id, &view.producer_row(reading, id, name, producer));
            }
        }
        if refused {
            for (code, refusals) in &view.refusals() {
                out.put("refusal", code, &refusal_row(reading, refusals));
            }
        }
    }
}
