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
    fields: BTreeMap<u32, Fields>,
    /// The tree size of the rows, and of rows as they were.
    sizes: (u64, u64),
}

/// What is redacted of an entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) paths: Vec<String>,
    /// The redaction of each path.
    pub(crate) by: Vec<u32>,
}

impl Shield {
    pub(crate) fn new(
        hidden: BTreeSet<u32>,
        places: BTreeSet<String>,
        fields: BTreeMap<u32, Fields>,
        sizes: (u64, u64),
    ) -> Self {
        Self {
            hidden,
            places,
            fields,
            sizes,
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
        self.fields_of(index)
            .map_or(&[], |fields| fields.paths.as_slice())
    }

    fn fields_of(&self, index: u64) -> Option<&Fields> {
        self.fields.get(&u32::try_from(index).ok()?)
    }

    /// The tree size at which a row was made; `removed` rows are from the earlier one.
    pub(crate) fn size_of(&self, row: &Row) -> u64 {
        if row.text("change") == "removed" {
            self.sizes.1
        } else {
            self.sizes.0
        }
    }

    /// True when such a field of an entry was redacted only after `size` entries: the views as of then do not know of it.
    pub(crate) fn is_late(&self, index: u64, size: u64, is: fn(&str) -> bool) -> bool {
        self.fields_of(index).is_some_and(|fields| fields.late(size, is))
    }

    /// True when such a field of any entry before `size` was redacted after it.
    pub(crate) fn any_late(&self, size: u64, is: fn(&str) -> bool) -> bool {
        let before = u32::try_from(size).unwrap_or(u32::MAX);
        let mut known = self.fields.range(..before);
        known.any(|(_, fields)| fields.late(size, is))
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

impl Fields {
    fn late(&self, size: u64, is: fn(&str) -> bool) -> bool {
        let mut all = self.paths.iter().zip(&self.by);
        all.any(|(path, by)| u64::from(*by) >= size && is(path))
    }
}
