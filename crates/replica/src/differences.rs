//! What VIEWS has and what it should have.
//!
//! The publisher reads the stream's current messages into [`Published`]; the owner of the views answers with the rows that
//! differ. A batch that a killed replica left half published is mended by that: whatever it left out or left over differs.

use std::collections::HashMap;

use armistice_bus::{Message, header, key_token};
use armistice_projection::{Live, View};
use armistice_tlog::Hash;
use tokio::sync::oneshot;

use crate::outbox::Rows;
use crate::rows::{leaf_of, number, place_of};
use crate::stamp::Stamp;

/// The current messages of VIEWS, as far as comparing needs them.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// By view and the token of the key: the leaf hash of the row, and its key, which only a row that is over needs.
    rows: HashMap<(View, String), (Hash, Option<String>)>,
    /// The greatest tree size of any message.
    pub(crate) tree_size: u64,
    /// A message of a newer version of a view than this program's.
    pub(crate) newer_version: Option<View>,
}

impl Published {
    pub(crate) fn take(&mut self, message: &Message) {
        let size = number(message, header::TREE_SIZE).unwrap_or_default();
        self.tree_size = self.tree_size.max(size);
        let Some((view, token)) = place_of(&message.subject) else {
            return;
        };
        if number(message, header::VIEW_VERSION).is_some_and(|version| version > u64::from(view.version())) {
            self.newer_version = Some(view);
        }
        match (token, leaf_of(message)) {
            // Statements are made again whenever somebody begins to publish.
            (None, _) => {}
            (Some(token), Some(leaf)) => {
                let key = message.header(header::KEY).map(str::to_owned);
                self.rows.insert((view, token.to_owned()), (leaf, key));
            }
            (Some(token), None) => drop(self.rows.remove(&(view, token.to_owned()))),
        }
    }

    /// The rows to publish so that VIEWS has the rows of `live`.
    pub(crate) fn differences(mut self, live: &Live) -> Rows {
        let mut rows = Rows::new();
        for &view in View::ALL {
            let mut differ = Vec::new();
            for (key, leaf) in live.leaves(view) {
                let published = self.rows.remove(&(view, key_token(key)));
                if published.is_none_or(|(published, _)| published != leaf) {
                    differ.push(key.to_owned());
                }
            }
            if differ.is_empty() {
                continue;
            }
            // In key order, as the rows come.
            let mut differ = differ.into_iter().peekable();
            live.for_each_row(view, |key, row| {
                if let Some(key) = differ.next_if(|wanted| wanted == key) {
                    rows.insert((view, key), Some(row.to_vec()));
                }
            });
        }
        // What is left has no row any more. A key that no header holds cannot be spelled: its message stays, older than the
        // statement, and is not among the rows that the statement counts.
        for ((view, _), (_, key)) in self.rows {
            if let Some(key) = key {
                rows.insert((view, key), None);
            }
        }
        rows
    }
}

/// The publisher's question to the owner of the views.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) published: Published,
    /// `None` while no views can be shown. From the answer on, the outbox collects what changes.
    pub(crate) answer: oneshot::Sender<Option<(Rows, Stamp)>>,
}
