//! The views of the believed entries, and what they were computed from.
//!
//! While a replica reads a long stream for the first time it only folds; from the first verified checkpoint on it follows
//! row by row. Between two verified sizes nothing is shown.

use armistice_projection::{Change, Item, Live, Projection};

use crate::copy::{Entry, Verified};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::stamp::Stamp;

#[derive(Debug)]
enum Stage {
    /// Nothing was shown yet.
    Folding(Box<Projection>),
    Following(Box<Live>),
}

/// Views, and which entry each submission became.
#[derive(Debug)]
pub(crate) struct Views {
    stage: Stage,
    pub(crate) lookup: Lookup,
    stamp: Option<Stamp>,
}

impl Views {
    pub(crate) fn new(projection: Projection, lookup: Lookup) -> Self {
        Self {
            stage: Stage::Folding(Box::new(projection)),
            lookup,
            stamp: None,
        }
    }

    /// Takes entries in; nothing shows them yet.
    pub(crate) fn fold(&mut self, entries: &[Entry]) -> Result<(), Error> {
        for entry in entries {
            let submission = entry.submission.sha256();
            let item = Item {
                index: entry.index,
                hash: entry.hash.0,
                submission: submission.0,
                received: entry.received,
                report: entry.submission.report(),
            };
            match &mut self.stage {
                Stage::Folding(projection) => projection.apply(&item)?,
                Stage::Following(live) => live.apply(&item)?,
            }
            self.lookup.push(entry, submission);
        }
        Ok(())
    }

    /// Shows what was taken in, if that is exactly the entries of `verified`. Gives the rows that changed; none the first time, when
    /// whoever published before has to be compared with.
    pub(crate) fn show(&mut self, verified: &Verified) -> Vec<Change> {
        if self.projection().tree_size() != verified.checkpoint.size() {
            // A larger checkpoint was promised meanwhile and entries were folded towards it: it is shown then.
            return Vec::new();
        }
        if let Stage::Folding(projection) = &mut self.stage {
            let projection = std::mem::take(&mut **projection);
            self.stage = Stage::Following(Box::new(Live::new(projection)));
        }
        let Stage::Following(live) = &mut self.stage else {
            return Vec::new();
        };
        let changes = live.changes();
        self.stamp = Some(Stamp::new(live, verified));
        changes
    }

    pub(crate) fn projection(&self) -> &Projection {
        match &self.stage {
            Stage::Folding(projection) => projection,
            Stage::Following(live) => live.projection(),
        }
    }

    /// The views and their stamp; `None` while they hold entries that no checkpoint covers yet, or none was verified.
    pub(crate) fn shown(&self) -> Option<(&Live, &Stamp)> {
        let Stage::Following(live) = &self.stage else {
            return None;
        };
        let stamp = self.stamp.as_ref()?;
        (live.tree_size() == stamp.tree_size).then_some((live, stamp))
    }
}
