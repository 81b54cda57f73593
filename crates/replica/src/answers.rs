//! Answers to questions, each under a checkpoint that the ledger signed.
//!
//! ```text
//! nats req armistice.karabakh-2020.query.proof '{"index":7}'        c2sp.org/tlog-proof@v1 …
//! ```
//! An entry's bytes are not kept here: they are read from ENTRIES and given only when they have the leaf hash of this copy.
//! Every answer carries its own proof; nobody needs to believe the replica.

use std::time::Duration;

use armistice_bus::{Bus, Stream};
use armistice_projection::View;
use armistice_report::entry;
use armistice_tlog::{Hash, Index, TreeSize, leaf_hash, receipt};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::conditions::Condition;
use crate::copy::VerifiedCopy;
use crate::requests::{
    ConsistencyQuestion, EntryQuestion, ProofQuestion, ReceiptQuestion, Refused, ViewQuestion, bad, read,
    unknown,
};
use crate::settings::{HEADER_BYTES, PAGES_KEPT, ROWS_MAX};
use crate::stamp::Stamp;
use crate::views::Views;

/// An answer, or what is still missing for it.
#[derive(Debug)]
pub(crate) enum Answer {
    Now(Result<Vec<u8>, Refused>),
    /// The bytes of an entry first.
    Fetch(Fetch),
}

/// An entry to be read from ENTRIES, and what it is for.
#[derive(Debug)]
pub(crate) struct Fetch {
    index: u64,
    leaf: Hash,
    /// For a receipt: the path and the note that it leads to.
    receipt: Option<(Vec<Hash>, String)>,
}

/// The rows of a view, kept for the pages after the first.
#[derive(Debug)]
struct Page {
    view: View,
    stamp: Stamp,
    rows: Vec<(String, String)>,
    made: Instant,
}

/// Answers from a copy and its views.
#[derive(Debug, Default)]
pub(crate) struct Answering {
    page: Option<Page>,
}

impl Answering {
    pub(crate) fn answer(
        &mut self,
        name: &str,
        payload: &[u8],
        copy: &VerifiedCopy,
        views: &Views,
        payload_max: usize,
    ) -> Answer {
        let Some(verified) = copy.verified() else {
            let refused = (
                503,
                "not_ready",
                "no checkpoint was verified yet; ask again".to_owned(),
            );
            return Answer::Now(Err(refused));
        };
        let answer = match name {
            "head" => Ok(Answer::Now(Ok(verified.note.clone().into_bytes()))),
            "entry" => entry_answer(payload, copy),
            "proof" => proof(payload, copy).map(now),
            "consistency" => consistency(payload, copy).map(now),
            "receipt" => receipt_answer(payload, copy, views),
            "view" => self.view(payload, views, payload_max).map(now),
            other => Err(unknown("no_such_query", format!("there is no query {other:?}"))),
        };
        answer.unwrap_or_else(|refused| Answer::Now(Err(refused)))
    }

    fn view(&mut self, payload: &[u8], views: &Views, payload_max: usize) -> Result<Vec<u8>, Refused> {
        let question: ViewQuestion = read(payload, r#"{"view":"allegations"}"#)?;
        let view: View = question
            .view
            .parse()
            .map_err(|error: armistice_projection::Error| unknown("no_view", error.to_string()))?;
        let limit = question.limit.unwrap_or(ROWS_MAX);
        if limit == 0 || limit > ROWS_MAX {
            return Err(bad(format!("a limit of 1 to {ROWS_MAX}")));
        }
        let conditions = conditions(&question)?;
        let page = self.page(view, views)?;
        let after = question.after.as_deref().unwrap_or_default();
        let start = page.rows.partition_point(|(key, _)| key.as_str() <= after);
        let mut answer = stamp_json(view, &page.stamp);
        let bytes_max = payload_max.saturating_sub(HEADER_BYTES);
        let (mut count, mut next, mut last) = (0, false, None);
        for (key, row) in &page.rows[start..] {
            if !conditions.is_empty() {
                let value: Value = serde_json::from_str(row).unwrap_or_default();
                if !conditions.iter().all(|condition| condition.holds(&value)) {
                    continue;
                }
            }
            if count == limit || answer.len() + row.len() > bytes_max {
                next = true;
                break;
            }
            if count > 0 {
                answer.push(',');
            }
            answer.push_str(row);
            count += 1;
            last = Some(key.as_str());
        }
        if next && count == 0 {
            let message = format!(
                "the next row is longer than the {payload_max} bytes of a message; fold the entries to have it"
            );
            return Err((413, "row_too_large", message));
        }
        answer.push(']');
        if let Some(last) = last.filter(|_| next) {
            answer.push_str(",\"next\":");
            answer.push_str(&Value::from(last).to_string());
        }
        answer.push('}');
        Ok(answer.into_bytes())
    }

    /// All rows of a view: made now, or those of the page before if that was a moment ago.
    fn page(&mut self, view: View, views: &Views) -> Result<&Page, Refused> {
        let (live, stamp) = views.shown().ok_or((
            503,
            "catching_up",
            "entries are being read that no checkpoint covers yet; ask again".to_owned(),
        ))?;
        let is_fresh = |page: &Page| {
            let same = page.stamp.tree_size == stamp.tree_size;
            page.view == view && (same || page.made.elapsed() < PAGES_KEPT)
        };
        if !self.page.as_ref().is_some_and(is_fresh) {
            let mut rows = Vec::new();
            live.for_each_row(view, |key, row| {
                rows.push((key.to_owned(), String::from_utf8_lossy(row).into_owned()));
            });
            self.page = Some(Page {
                view,
                stamp: stamp.clone(),
                rows,
                made: Instant::now(),
            });
        }
        Ok(self.page.as_ref().expect("made just now"))
    }
}

fn now(bytes: Vec<u8>) -> Answer {
    Answer::Now(Ok(bytes))
}

fn conditions(question: &ViewQuestion) -> Result<Vec<Condition>, Refused> {
    question
        .conditions
        .iter()
        .map(|(path, value)| match value {
            Value::String(text) => Ok(Condition::new(path, text)),
            Value::Null => Ok(Condition::new(path, "")),
            Value::Bool(_) | Value::Number(_) => Ok(Condition::new(path, value.to_string())),
            _ => Err(bad(
                "text, a number, true, false or null for each field of \"where\"",
            )),
        })
        .collect()
}

/// The document of `armistice view -o json` up to the opened list of its rows.
fn stamp_json(view: View, stamp: &Stamp) -> String {
    format!(
        "{{\"view\":\"{}\",\"version\":{},\"codebook\":{},\"tree_size\":{},\"root\":\"{}\",\"digest\":\"{}\",\"rows\":[",
        view.name(),
        view.version(),
        Value::from(stamp.codebook.as_deref()),
        stamp.tree_size,
        stamp.root,
        stamp.digest(view).root,
    )
}

/// The leaf of a believed entry.
fn leaf(copy: &VerifiedCopy, index: u64) -> Result<Hash, Refused> {
    let size = copy.verified_size();
    copy.tree()
        .leaf(Index(index))
        .filter(|_| size.contains(Index(index)))
        .ok_or_else(|| {
            unknown(
                "no_such_entry",
                format!("the tree has {size} entries, from index 0"),
            )
        })
}

fn entry_answer(payload: &[u8], copy: &VerifiedCopy) -> Result<Answer, Refused> {
    let question: EntryQuestion = read(payload, r#"{"index":7}"#)?;
    Ok(Answer::Fetch(Fetch {
        index: question.index,
        leaf: leaf(copy, question.index)?,
        receipt: None,
    }))
}

fn proof(payload: &[u8], copy: &VerifiedCopy) -> Result<Vec<u8>, Refused> {
    let question: ProofQuestion = read(payload, r#"{"index":7,"tree_size":36}"#)?;
    leaf(copy, question.index)?;
    let size = question.tree_size.unwrap_or(copy.verified_size().0);
    let note = copy.note_at(size).ok_or_else(|| {
        let newest = copy.verified_size();
        unknown(
            "no_such_checkpoint",
            format!("no checkpoint of {size} entries is kept; the newest is of {newest}"),
        )
    })?;
    let path = path(copy, question.index, size)?;
    let mut text = String::new();
    receipt::write(&mut text, None, Index(question.index), &path, note);
    Ok(text.into_bytes())
}

fn path(copy: &VerifiedCopy, index: u64, size: u64) -> Result<Vec<Hash>, Refused> {
    copy.tree().inclusion(Index(index), TreeSize(size)).map_err(|_| {
        unknown(
            "no_such_entry",
            format!("a tree of {size} entries has no index {index}"),
        )
    })
}

fn consistency(payload: &[u8], copy: &VerifiedCopy) -> Result<Vec<u8>, Refused> {
    let question: ConsistencyQuestion = read(payload, r#"{"from":12,"to":36}"#)?;
    let ConsistencyQuestion { from, to } = question;
    let newest = copy.verified_size();
    if to > newest.0 {
        return Err(unknown(
            "no_such_size",
            format!("the newest checkpoint is of {newest} entries"),
        ));
    }
    if from == 0 || from > to {
        return Err(bad("\"from\" of at least 1 and at most \"to\""));
    }
    let tree = copy.tree();
    let within = |_| {
        unknown(
            "no_such_size",
            format!("the newest checkpoint is of {newest} entries"),
        )
    };
    let hashes = tree.consistency(TreeSize(from), TreeSize(to)).map_err(within)?;
    let hashes: Vec<String> = hashes.iter().map(Hash::to_string).collect();
    let root = |size| {
        tree.root_at(TreeSize(size))
            .map(|root| root.to_string())
            .map_err(within)
    };
    let answer = json!({"from": from, "to": to, "hashes": hashes, "roots": [root(from)?, root(to)?]});
    Ok(answer.to_string().into_bytes())
}

fn receipt_answer(payload: &[u8], copy: &VerifiedCopy, views: &Views) -> Result<Answer, Refused> {
    const EXAMPLE: &str = r#"{"sha256":"<64 hex digits>"} or {"source":"desk","id":"desk-1"}"#;
    let question: ReceiptQuestion = read(payload, EXAMPLE)?;
    let index = match (&question.sha256, &question.source, &question.id) {
        (Some(sha256), None, None) => {
            let sha256 = Hash::from_hex(sha256)
                .ok_or_else(|| bad("64 lower-case hexadecimal digits in \"sha256\""))?;
            views.lookup.submission(sha256)
        }
        (None, Some(source), Some(id)) => views.lookup.report(source, id),
        _ => return Err(bad(EXAMPLE)),
    };
    let verified = copy
        .verified()
        .filter(|verified| index.is_some_and(|index| verified.checkpoint.size().contains(Index(index))));
    let (Some(index), Some(verified)) = (index, verified) else {
        return Err(unknown(
            "no_such_submission",
            "no entry holds this submission yet",
        ));
    };
    let path = path(copy, index, verified.checkpoint.size().0)?;
    Ok(Answer::Fetch(Fetch {
        index,
        leaf: leaf(copy, index)?,
        receipt: Some((path, verified.note.clone())),
    }))
}

impl Fetch {
    /// Reads the entry and makes the answer.
    pub(crate) async fn answer(self, bus: &Bus) -> Result<Vec<u8>, Refused> {
        let unreachable = |message: String| (503, "entries_unreachable", message);
        let reading = bus.message(Stream::Entries, self.index + 1);
        let message = tokio::time::timeout(FETCH_MAX, reading)
            .await
            .map_err(|_| unreachable("ENTRIES did not answer in time".to_owned()))?
            .map_err(|error| unreachable(error.to_string()))?
            .ok_or_else(|| unreachable("ENTRIES does not have the entry at present".to_owned()))?;
        if leaf_hash(&message.payload) != self.leaf {
            // The loop that follows the stream will find it too, and stop.
            let message = format!(
                "ENTRIES holds another entry {} than the checkpoint covers",
                self.index
            );
            return Err((500, "entry_forked", message));
        }
        let Some((path, note)) = self.receipt else {
            return Ok(message.payload.to_vec());
        };
        let parts = entry::parse(&message.payload).map_err(|_| {
            (
                500,
                "entry_unreadable",
                format!("entry {} cannot be read", self.index),
            )
        })?;
        let header = entry::header(parts.received);
        let mut text = String::new();
        receipt::write(
            &mut text,
            Some(header.as_bytes()),
            Index(self.index),
            &path,
            &note,
        );
        let answer = json!({"index": self.index, "hash": self.leaf.to_string(), "receipt": text});
        Ok(answer.to_string().into_bytes())
    }
}

/// Longest wait for one entry; whoever asked waits five seconds.
const FETCH_MAX: Duration = Duration::from_secs(4);
