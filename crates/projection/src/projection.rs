//! The fold: entries in, views out.
//!
//! ```text
//! apply(entry 0), apply(entry 1), …   →   rows(view), digest(view), prove_row(view, key), snapshot()
//! ```
//! A view as of an earlier tree size is the fold of that many entries; nothing is ever subtracted.
//! What all views need of every entry is kept once, in [`State`]. No clock, no files, no order of a hash table.

use std::sync::OnceLock;

use armistice_report::{Report, Sha256, Timestamp};
use armistice_tlog::{Frontier, Hash, TreeSize};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    actors::Actors,
    answers::Answers,
    claims::Claims,
    digest::{Digest, Digesting, Proving, RowProof},
    entries::Entries,
    ledger::{AdoptedCodebook, Ledger},
    names::Names,
    reading::Reading,
    redactions::Redactions,
    rows::Rows,
    scene::{Scene, resolve},
    standing::Derived,
    view::{View, Views},
};

/// Entries that a projection can hold: positions are 32 bits.
pub const ENTRIES_MAX: u64 = u32::MAX as u64;

/// One entry, as the fold takes it.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Its position in the log.
    pub index: u64,
    /// Its RFC 6962 leaf hash: the entry hash that later reports name.
    pub hash: [u8; 32],
    /// SHA-256 of the signed note: what the producer's next report names as `prev`.
    pub submission: [u8; 32],
    /// The ledger's receiving time.
    pub received: Timestamp,
    /// Its content.
    pub report: &'a Report,
}

/// Everything that is folded; the part of a projection that a snapshot keeps.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) names: Names,
    pub(crate) entries: Entries,
    pub(crate) ledger: Ledger,
    pub(crate) actors: Actors,
    pub(crate) claims: Claims,
    pub(crate) answers: Answers,
    pub(crate) redactions: Redactions,
    pub(crate) views: Views,
}

/// All views of one log at one tree size.
#[derive(Debug, Default)]
pub struct Projection {
    pub(crate) state: State,
    frontier: Frontier,
    /// Made when rows are first asked for, dropped by the next entry.
    derived: OnceLock<Derived>,
}

impl Projection {
    /// The views of an empty log.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn from_parts(state: State, frontier: Frontier) -> Self {
        Self {
            state,
            frontier,
            derived: OnceLock::new(),
        }
    }

    /// Folds the next entry into all views. Takes any admissible report; what admission would have
    /// refused changes no count.
    ///
    /// # Errors
    /// [`Error::OutOfOrder`] when it is not the next entry, [`Error::Full`] after [`ENTRIES_MAX`];
    /// nothing has changed then.
    pub fn apply(&mut self, item: &Item<'_>) -> Result<(), Error> {
        let expected = self.tree_size().0;
        if item.index != expected {
            return Err(Error::OutOfOrder {
                expected,
                found: item.index,
            });
        }
        let index = u32::try_from(item.index).map_err(|_| Error::Full { max: ENTRIES_MAX })?;
        self.derived.take();
        self.frontier.push(Hash(item.hash));
        let State {
            names,
            entries,
            ledger,
            actors,
            claims,
            answers,
            redactions,
            views,
        } = &mut self.state;
        let producer = names.intern(&item.report.source);
        entries.push(item.hash, producer, item.report.event.event_type());
        let (original, event) = resolve(entries, index, &item.report.event);
        let mut scene = Scene::new((index, original), event, item, names, entries);
        ledger.apply(&mut scene);
        actors.apply(&mut scene);
        claims.apply(&mut scene);
        answers.apply(&mut scene);
        redactions.apply(&mut scene);
        views.apply(&mut scene);
        Ok(())
    }

    /// How many entries were applied.
    pub fn tree_size(&self) -> TreeSize {
        self.frontier.size()
    }

    /// The log's RFC 6962 root over the entries applied.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The leaf hashes of the entries applied, in the order of the log.
    pub fn leaf_hashes(&self) -> &[[u8; 32]] {
        self.state.entries.hashes()
    }

    /// SHA-256 of the codebook in force: the founding's, or the last one adopted.
    pub fn codebook(&self) -> Option<Sha256> {
        self.state.ledger.codebook()
    }

    /// Every codebook that the log names, in the order of the log: the founding's first. The last one is in force.
    pub fn codebooks(&self) -> Vec<AdoptedCodebook> {
        let State {
            names,
            entries,
            ledger,
            ..
        } = &self.state;
        let adopted = ledger.codebooks.iter().map(|adopted| AdoptedCodebook {
            id: names.text(adopted.id).to_owned(),
            sha256: Sha256(adopted.sha256),
            text: adopted.text.as_deref().map(str::to_owned),
            index: u64::from(adopted.index),
            hash: entries.hash(adopted.index),
        });
        adopted.collect()
    }

    /// The ledger's receiving time of the newest entry: the only "now" that a view knows.
    pub fn last_received(&self) -> Option<Timestamp> {
        self.state.ledger.received.and_then(Timestamp::from_micros)
    }

    /// The paths that redactions in force name of an entry, such as `data.content.place`, in the order of the log's names;
    /// whoever shows the entry's content leaves them out ([`armistice_report::redacted`]).
    pub fn redacted_fields(&self, index: u64) -> Vec<&str> {
        let State {
            names, redactions, ..
        } = &self.state;
        let index = u32::try_from(index).ok();
        let fields = index.into_iter().flat_map(|index| redactions.fields(index));
        fields.map(|field| names.text(field)).collect()
    }

    /// The name of the producer that published an entry.
    pub fn producer(&self, index: u64) -> Option<&str> {
        let known = index < self.tree_size().0;
        let index = u32::try_from(index).ok().filter(|_| known)?;
        Some(self.state.names.text(self.state.entries.producer(index)))
    }

    /// The ledger's origin, once entry 0 was applied.
    pub fn origin(&self) -> Option<&str> {
        self.state.names.option(self.state.ledger.origin())
    }

    /// Gives each row of a view to `sink`, in key order: its key and its canonical JSON without a line feed.
    pub fn for_each_row(&self, view: View, mut sink: impl FnMut(&str, &[u8])) {
        let reading = self.reading();
        self.state.views.rows(view, &reading, &mut Rows::new(&mut sink));
    }

    /// The rows of a view in key order, each a line of canonical JSON. For large views use
    /// [`Projection::for_each_row`].
    pub fn rows(&self, view: View) -> Vec<String> {
        let mut rows = Vec::new();
        self.for_each_row(view, |_, row| {
            rows.push(String::from_utf8_lossy(row).into_owned());
        });
        rows
    }

    /// The number of rows and the root over them.
    pub fn digest(&self, view: View) -> Digest {
        let mut digesting = Digesting::default();
        self.for_each_row(view, |_, row| digesting.push(row));
        digesting.finish()
    }

    /// One row with its proof under the view's digest.
    ///
    /// # Errors
    /// [`Error::UnknownRow`] when no row has the key.
    pub fn prove_row(&self, view: View, key: &str) -> Result<RowProof, Error> {
        let mut proving = Proving::new(key);
        self.for_each_row(view, |at, row| proving.push(at, row));
        proving.finish().ok_or_else(|| Error::UnknownRow {
            view: view.name(),
            key: key.to_owned(),
            tree_size: self.tree_size(),
        })
    }

    fn reading(&self) -> Reading<'_> {
        let State {
            entries,
            claims,
            answers,
            ..
        } = &self.state;
        let derived = self
            .derived
            .get_or_init(|| Derived::new(entries, claims, answers));
        self.state.reading(derived)
    }
}

impl State {
    /// The state with what holds after it.
    pub(crate) fn reading<'a>(&'a self, derived: &'a Derived) -> Reading<'a> {
        let Self {
            names,
            entries,
            ledger,
            actors,
            claims,
            answers,
            redactions,
            views: _,
        } = self;
        Reading {
            names,
            entries,
            ledger,
            actors,
            claims,
            answers,
            redactions,
            derived,
        }
    }
}
