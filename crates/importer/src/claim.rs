//! What one row says: reports that are ready but for what only the log knows.

use armistice_report::{EntryHash, Event, Provenance};

use crate::release::Release;

/// A report that a row makes, before the log was asked whether it holds it already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The id under which it is published when the log holds nothing of the row.
    pub id: String,
    /// Who says it, and the row.
    pub provenance: Provenance,
    /// What is said. Where `about_first` is set, the entry that it names is not known yet.
    pub event: Event,
    /// Whether it names the entry of the row's first claim: casualties of an incident, a denial of it.
    pub about_first: bool,
    /// Which other ids an earlier import may have published it under.
    pub lineage: Lineage,
    /// Whether it is made only to correct what the log holds: a number that became 0.
    pub only_as_correction: bool,
}

/// How the versions of one claim are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lineage {
    /// One id and one content for ever.
    Single,
    /// A data set with releases: `ged-23.1-12345`, `ged-24.1-12345`.
    Releases {
        /// This file's release.
        release: Release,
        /// Releases beyond the yearly and monthly ones to look for.
        previous: Vec<Release>,
        /// The years of the row: monthly releases of them may hold it.
        years: [i16; 2],
        /// The row and the part of it: `12345-casualties`.
        row: String,
    },
    /// A data set that changes row by row: `acled-AZE1`, then `acled-AZE1-2`, each with its time stamp.
    Stamps {
        /// The row's time stamp.
        stamp: u64,
    },
    /// A table that is published again: `tally-loc-2019-07-north`, then `tally-loc-2019-07-north.2`, each with its release.
    Editions {
        /// This file's release, where it has one.
        release: Option<String>,
    },
    /// A removal, which is made only where the log holds its target, published under this id.
    Removal {
        /// The id of the target.
        target: String,
    },
}

impl Claim {
    /// Names the entry of the row's first claim.
    pub(crate) fn bound(&self, first: Option<EntryHash>) -> Event {
        let mut event = self.event.clone();
        if let (true, Some(first)) = (self.about_first, first) {
            match &mut event {
                Event::CasualtiesReported(content) => content.incident = Some(first),
                Event::ClaimDenied(content) => content.target = first,
                _ => {}
            }
        }
        event
    }
}

/// Stands where an entry will be named that is not known yet.
pub(crate) const NOT_YET: EntryHash = EntryHash([0; 32]);
