//! The messages of VIEWS: rows, tombstones, statements. `docs/reference/views-stream.md` is the page.
//!
//! ```text
//! armistice.karabakh-2020.view.allegations.side_2fazerbaijan     {"key":"side/azerbaijan","row":"side",…}
//!   Armistice-View: allegations   Armistice-View-Version: 1   Armistice-Tree-Size: 36   Armistice-Root: 5f70…
//!   Armistice-Index: 35           Armistice-Key: side/azerbaijan
//! ```
//! A row that is longer than the server takes is stood for by its key, length and leaf hash; the query `view` cannot give it
//! either, but whoever folds the entries has it.

use armistice_bus::{Message, Outgoing, Subjects, header};
use armistice_projection::View;
use armistice_tlog::{Hash, leaf_hash};
use serde::Serialize;

use crate::settings::HEADER_BYTES;
use crate::stamp::Stamp;

/// On a message that stands for a row that is too long: the leaf hash of the row.
pub(crate) const LEFT_OUT: &str = "Armistice-Left-Out";

#[derive(Serialize)]
struct LeftOut<'a> {
    key: &'a str,
    row: &'static str,
    bytes: usize,
    leaf: String,
}

/// A view's statement: what its rows come to at one tree size.
#[derive(Serialize)]
struct Statement<'a> {
    view: &'a str,
    version: u32,
    codebook: Option<&'a str>,
    tree_size: u64,
    root: String,
    rows: u64,
    digest: String,
    checkpoint: &'a str,
}

fn headers(view: View, stamp: &Stamp) -> Vec<(&'static str, String)> {
    vec![
        (header::VIEW, view.name().to_owned()),
        (header::VIEW_VERSION, view.version().to_string()),
        (header::TREE_SIZE, stamp.tree_size.to_string()),
        (header::ROOT, stamp.root.to_string()),
        (header::INDEX, stamp.index().to_string()),
    ]
}

/// A row, or without one the tombstone of its key. `payload_max` is the server's.
pub(crate) fn row_message(
    subjects: &Subjects,
    view: View,
    key: &str,
    row: Option<Vec<u8>>,
    stamp: &Stamp,
    payload_max: usize,
) -> Outgoing {
    let mut headers = headers(view, stamp);
    // A name in a key may hold what cannot stand in a header; the row has it.
    if !key.chars().any(char::is_control) {
        headers.push((header::KEY, key.to_owned()));
    }
    let payload = match row {
        None => {
            headers.push((header::REMOVED, "true".to_owned()));
            Vec::new()
        }
        Some(row) if row.len() + HEADER_BYTES > payload_max => {
            let leaf = leaf_hash(&row).to_string();
            headers.push((LEFT_OUT, leaf.clone()));
            let stand_in = LeftOut {
                key,
                row: "left_out",
                bytes: row.len(),
                leaf,
            };
            serde_json::to_vec(&stand_in).expect("text and numbers have a JSON form")
        }
        Some(row) => row,
    };
    let mut message = Outgoing::new(subjects.row(view.name(), key), payload);
    message.headers = headers;
    message
}

/// The statement of a view.
pub(crate) fn statement_message(subjects: &Subjects, view: View, stamp: &Stamp) -> Outgoing {
    let digest = stamp.digest(view);
    let statement = Statement {
        view: view.name(),
        version: view.version(),
        codebook: stamp.codebook.as_deref(),
        tree_size: stamp.tree_size.0,
        root: stamp.root.to_string(),
        rows: digest.rows.0,
        digest: digest.root.to_string(),
        checkpoint: &stamp.checkpoint,
    };
    let payload = serde_json::to_vec(&statement).expect("text and numbers have a JSON form");
    let mut message = Outgoing::new(subjects.view(view.name()), payload);
    message.headers = headers(view, stamp);
    message
}

/// The view of a message, by its subject; `None` for one of no view that this program knows. The second part is the token
/// of the row's key, absent on a statement.
pub(crate) fn place_of(subject: &str) -> Option<(View, Option<&str>)> {
    let mut tokens = subject.split('.').skip(3);
    let view: View = tokens.next()?.parse().ok()?;
    Some((view, tokens.next()))
}

/// The leaf hash of the row that a message holds or stands for; `None` of a tombstone.
pub(crate) fn leaf_of(message: &Message) -> Option<Hash> {
    match message.header(LEFT_OUT) {
        Some(leaf) => Hash::from_hex(leaf),
        None if message.payload.is_empty() => None,
        None => Some(leaf_hash(&message.payload)),
    }
}

/// A number in a header.
pub(crate) fn number(message: &Message, name: &str) -> Option<u64> {
    message.header(name)?.parse().ok()
}
