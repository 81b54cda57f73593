//! What no export shows: places that are withheld or redacted, and other redacted fields.
//!
//! A place is hidden when its newest registration or the report itself withholds it, or a redaction covers it. A hidden place gets no
//! point: not of its district (`within`), not of another claim of the same incident, not of another report that names the same
//! report. [`crate::History::shield`] makes it; [`crate::scrub`] takes it out of rows.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{Error, json::Json, row::Row, scrub};

/// What no export shows.
#[derive(Clone, Debug, Default)]
pub struct Shield {
    hidden: BTreeSet<u32>,
    places: BTreeSet<String>,
    fields: BTreeMap<u32, Vec<String>>,
}

impl Shield {
    pub(crate) fn new(
        hidden: BTreeSet<u32>,
        places: BTreeSet<String>,
        fields: BTreeMap<u32, Vec<String>>,
    ) -> Self {
        Self {
            hidden,
            places,
            fields,
        }
    }

    /// True when nobody may learn where the report of this entry was.
    pub(crate) fn hides(&self, index: u64) -> bool {
        u32::try_from(index).is_ok_and(|index| self.hidden.contains(&index))
    }

    /// True when a registered place has no point.
    pub(crate) fn withholds(&self, place: &str) -> bool {
        self.places.contains(place)
    }

    /// The fields of an entry that were redacted, as paths.
    pub(crate) fn redacted(&self, index: u64) -> &[String] {
        let fields = u32::try_from(index)
            .ok()
            .and_then(|index| self.fields.get(&index));
        fields.map_or(&[], Vec::as_slice)
    }

    /// A row without what is hidden. Most rows are given back as they are.
    pub(crate) fn row<'a>(&self, key: &str, line: &'a [u8]) -> Result<Cow<'a, [u8]>, Error> {
        if self.hidden.is_empty() && self.places.is_empty() && self.fields.is_empty() {
            return Ok(Cow::Borrowed(line));
        }
        let mut row = Row::read(key, line)?;
        if scrub::row(&mut row, self) {
            return Ok(Cow::Owned(Json::Object(row.fields).to_string().into_bytes()));
        }
        Ok(Cow::Borrowed(line))
    }
}
