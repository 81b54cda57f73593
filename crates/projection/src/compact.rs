//! The parts that every report shares, folded small: who says it, when, where.
//!
//! | part | bytes | from |
//! |---|---|---|
//! | [`By`] | 8 | `provenance.asserted_by`, `hedge` |
//! | [`Span`] | 24 | `TimeSpec` |
//! | [`Where`] | 8 | `PlaceSpec` |
//!
//! Words that describe (verbatim, references, offices) stay in the entry.

use armistice_report::{Capacity, Hedge, PlaceSpec, Provenance, TimePrecision, TimeSpec, Timestamp};
use armistice_tlog::Hash;
use serde::{Deserialize, Serialize};

use crate::names::{Name, Names};

/// Who says something: an actor's id, `named:` and the words of the source, or `not_stated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct By {
    pub(crate) who: Name,
    pub(crate) capacity: Option<Capacity>,
    pub(crate) hedge: Option<Hedge>,
}

/// Which group of asserters somebody belongs to, for counts that keep them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Voice {
    Party,
    Contingent,
    Others,
    NotStated,
}

impl By {
    pub(crate) fn of(provenance: Option<&Provenance>, names: &mut Names) -> Self {
        let Some(provenance) = provenance else {
            return Self {
                who: Name::NOT_STATED,
                capacity: None,
                hedge: None,
            };
        };
        let by = &provenance.asserted_by;
        let who = match (&by.actor, &by.as_named) {
            (Some(actor), _) => names.intern(actor),
            (None, Some(words)) => names.intern(&format!("named:{words}")),
            (None, None) => Name::NOT_STATED,
        };
        Self {
            who,
            capacity: by.capacity,
            hedge: Some(provenance.hedge),
        }
    }

    pub(crate) fn voice(self) -> Voice {
        match self.capacity {
            Some(Capacity::Party) => Voice::Party,
            Some(Capacity::Peacekeeper) => Voice::Contingent,
            Some(_) => Voice::Others,
            None => Voice::NotStated,
        }
    }
}

/// Stands for an end that a source leaves open: before and after every time that a report can hold.
const OPEN: i64 = i64::MIN;

/// A time as the source gives it, both ends included, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Span {
    earliest: i64,
    latest: i64,
    precision: TimePrecision,
}

/// A time in a row.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct SpanRow {
    earliest: Option<Timestamp>,
    latest: Option<Timestamp>,
    precision: TimePrecision,
}

impl Span {
    pub(crate) fn of(time: &TimeSpec) -> Self {
        let micros = |end: Option<Timestamp>| end.map_or(OPEN, Timestamp::as_micros);
        Self {
            earliest: micros(time.earliest),
            latest: micros(time.latest),
            precision: time.precision,
        }
    }

    pub(crate) fn row(self) -> SpanRow {
        let end = |micros: i64| {
            if micros == OPEN {
                None
            } else {
                Timestamp::from_micros(micros)
            }
        };
        SpanRow {
            earliest: end(self.earliest),
            latest: end(self.latest),
            precision: self.precision,
        }
    }

    /// Both ends in microseconds; an open end reaches as far as it can.
    pub(crate) fn bounds(self) -> (i64, i64) {
        (
            self.earliest,
            if self.latest == OPEN {
                i64::MAX
            } else {
                self.latest
            },
        )
    }
}

/// A place: its id, or the first name or the point that the source gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Where {
    pub(crate) place: Option<Name>,
    /// Only without an id: `named:` and the name, `point:` and the degrees, or `words:` and their hash.
    pub(crate) named: Option<Name>,
}

impl Where {
    pub(crate) fn of(place: Option<&PlaceSpec>, names: &mut Names) -> Self {
        let Some(spec) = place else { return Self::default() };
        if let Some(id) = &spec.place {
            return Self {
                place: Some(names.intern(id)),
                named: None,
            };
        }
        let label = if let Some(first) = spec.names.first() {
            format!("named:{}", first.name)
        } else if let Some((lat, lon)) = spec.lat.zip(spec.lon) {
            format!("point:{lat},{lon}")
        } else if let Some(reference) = &spec.reference {
            // The words stay in the entry; two places described alike are one, two described otherwise are two.
            format!("words:{:.16}", Hash::sha256(reference.as_bytes()))
        } else {
            return Self::default();
        };
        Self {
            place: None,
            named: Some(names.intern(&label)),
        }
    }

    /// The one word for it, `not_stated` without any.
    pub(crate) fn label(self) -> Name {
        self.place.or(self.named).unwrap_or(Name::NOT_STATED)
    }
}
