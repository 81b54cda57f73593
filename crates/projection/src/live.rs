//! Views that follow: after each batch of entries, the rows that changed and the digests, without making all rows again.
//!
//! ```
//! use armistice_projection::{Live, Projection, View};
//!
//! let mut live = Live::new(Projection::new());
//! // … live.apply(&item)? for each entry of a batch, then:
//! for change in live.changes() {
//!     println!("{} {} {:?}", change.view, change.key, change.row);
//! }
//! assert_eq!(live.digest(View::Tallies), live.projection().digest(View::Tallies));
//! ```
//! What an entry touches follows from what it names ([`touched`]); of what is touched the rows are made again, and a row
//! whose bytes are as before is no change. The rows come from the functions that [`Projection::for_each_row`] uses, and a
//! property test compares the two after every entry. An `actor.registered` that moves an actor to another side touches
//! every row: then all of them are made again. Nothing in here is stored: it is rebuilt from a [`Projection`].
//!
//! It keeps the key and the leaf hash of each row, never the row.

pub(crate) mod changed;
pub(crate) mod following;
pub(crate) mod groups;
mod kept;
pub(crate) mod touched;

use std::collections::BTreeSet;

use armistice_report::Event;
use armistice_tlog::{Hash, TreeSize};

use crate::{
    Digest, Error, Item, Projection,
    projection::State,
    rows::Rows,
    view::{LiveViews, View},
};
use changed::Changed;
use following::Following;
use kept::Kept;
use touched::Touched;

/// One row that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The view.
    pub view: View,
    /// The row's key.
    pub key: String,
    /// Its canonical JSON without a line feed; `None` when the view has no row with this key any more.
    pub row: Option<Vec<u8>>,
}

/// A projection that knows what changed.
#[derive(Debug)]
pub struct Live {
    projection: Projection,
    following: Following,
    views: LiveViews,
    /// By the place of the view in [`View::ALL`].
    kept: Vec<Kept>,
    /// What the entries since the last settling name.
    seeds: BTreeSet<u32>,
    /// An actor went to another side: every row may read otherwise.
    sides_moved: bool,
}

impl Live {
    /// Goes on from a projection. All rows are made once, on all cores, for their hashes.
    pub fn new(projection: Projection) -> Self {
        let mut live = Self {
            following: Following::new(&projection.state),
            projection,
            views: LiveViews::default(),
            kept: View::ALL.iter().map(|_| Kept::default()).collect(),
            seeds: BTreeSet::new(),
            sides_moved: false,
        };
        live.settle(&Touched::all(&live.projection.state), false);
        live
    }

    /// Folds the next entry into all views.
    ///
    /// # Errors
    /// As [`Projection::apply`]; nothing has changed then.
    pub fn apply(&mut self, item: &Item<'_>) -> Result<(), Error> {
        let before = registered(&self.projection.state, &item.report.event);
        self.projection.apply(item)?;
        let index = u32::try_from(item.index).map_err(|_| Error::Full {
            max: crate::ENTRIES_MAX,
        })?;
        self.sides_moved |= before != registered(&self.projection.state, &item.report.event);
        touched::seed(&self.projection.state, index, &item.report.event, &mut self.seeds);
        Ok(())
    }

    /// The rows that changed since the last call, by view and key. With many entries at once, each row is made once.
    pub fn changes(&mut self) -> Vec<Change> {
        if self.seeds.is_empty() {
            return Vec::new();
        }
        let seeds = std::mem::take(&mut self.seeds);
        if std::mem::take(&mut self.sides_moved) {
            self.following = Following::new(&self.projection.state);
            self.views = LiveViews::default();
            return self.settle(&Touched::all(&self.projection.state), true);
        }
        let touched = self.following.update(&self.projection.state, &seeds);
        self.settle(&touched, true)
    }

    /// Makes the rows of what is touched; gives those that are not as they were, if they are wanted.
    fn settle(&mut self, touched: &Touched, wanted: bool) -> Vec<Change> {
        let state = &self.projection.state;
        let reading = state.reading(&self.following.derived);
        let mut changes = Vec::new();
        for (&view, kept) in View::ALL.iter().zip(&mut self.kept) {
            let mut rows = Changed::new(wanted);
            self.views
                .update(view, &state.views, &reading, touched, &mut rows);
            for (key, row) in rows.settle(kept, touched.is_all()) {
                if wanted {
                    changes.push(Change { view, key, row });
                }
            }
        }
        changes
    }

    /// The number of rows and the root over them, as of the last [`Live::changes`]. No row is made.
    pub fn digest(&self, view: View) -> Digest {
        self.kept[view as usize].digest()
    }

    /// The leaf hash of a row, as of the last [`Live::changes`]; `None` without such a row.
    pub fn leaf(&self, view: View, key: &str) -> Option<Hash> {
        self.kept[view as usize].leaf(key)
    }

    /// The keys of a view's rows with their leaf hashes, in key order, as of the last [`Live::changes`].
    pub fn leaves(&self, view: View) -> impl Iterator<Item = (&str, Hash)> {
        self.kept[view as usize].leaves()
    }

    /// Gives each row of a view to `sink`, in key order, as [`Projection::for_each_row`] does, without deriving first
    /// what is followed here.
    pub fn for_each_row(&self, view: View, mut sink: impl FnMut(&str, &[u8])) {
        if !self.seeds.is_empty() {
            return self.projection.for_each_row(view, sink);
        }
        let state = &self.projection.state;
        let reading = state.reading(&self.following.derived);
        state.views.rows(view, &reading, &mut Rows::new(&mut sink));
    }

    /// How many entries were applied.
    pub fn tree_size(&self) -> TreeSize {
        self.projection.tree_size()
    }

    /// The projection that is followed: for its root, codebook, statement and snapshot.
    pub fn projection(&self) -> &Projection {
        &self.projection
    }
}

/// What the frame says about the actor that an event registers: whether it is a side, and whom it belongs to.
fn registered(state: &State, event: &Event) -> (bool, Option<crate::names::Name>) {
    let Event::ActorRegistered(actor) = event else {
        return Default::default();
    };
    let known = state.names.find(&actor.actor);
    known.map_or_else(Default::default, |actor| state.actors.standing(actor))
}
