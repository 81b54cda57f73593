//! Finding the entry that a person names, and what redactions of it the log holds.
//!
//! `17` · `9f86…0a08` (the entry's hash) · `newsdesk/r-4` (a producer and its report's id)

use armistice_admission::{Submission, unique_key};
use armistice_report::{Event, Report, entry};
use armistice_tlog::{Hash, Index, leaf_hash};

use crate::failure::{Exit, Failure, Outcome};
use crate::session::damaged;
use crate::source::Source;

/// An entry with its report.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) index: Index,
    pub(crate) hash: Hash,
    pub(crate) report: Report,
}

impl Found {
    fn read(index: Index, bytes: &[u8]) -> Outcome<Self> {
        let report = report_of(bytes).ok_or_else(|| damaged(index))?;
        Ok(Self {
            index,
            hash: leaf_hash(bytes),
            report,
        })
    }
}

/// The entry of this name.
pub(crate) fn find(source: &Source, name: &str) -> Outcome<Found> {
    if let Ok(index) = name.parse() {
        return Found::read(Index(index), &source.entry(Index(index))?);
    }
    let missing = || {
        Failure::new(Exit::NotFound, "no_entry", format!("there is no entry {name}"))
            .hint("name an entry by its index, by its hash, or by producer and report as in newsdesk/r-4")
    };
    let hash = Hash::from_hex(name);
    let (producer, id) = match (hash, name.split_once('/')) {
        (None, None) => return Err(missing()),
        (_, named) => named.unwrap_or_default(),
    };
    if let (None, Source::Ledger(log)) = (hash, source) {
        for index in log.reader.find_key(&unique_key(producer, id).0) {
            let found = Found::read(index, &source.entry(index)?)?;
            if found.report.source.as_str() == producer && found.report.id.as_str() == id {
                return Ok(found);
            }
        }
        return Err(missing());
    }
    for item in source.entries(0..source.size().0) {
        let (index, bytes) = item?;
        let is_named = match hash {
            Some(hash) => leaf_hash(&bytes) == hash,
            None => report_of(&bytes)
                .is_some_and(|report| report.source.as_str() == producer && report.id.as_str() == id),
        };
        if is_named {
            return Found::read(Index(index), &bytes);
        }
    }
    Err(missing())
}

/// The paths that redactions in the log name of an entry, each with the redaction's index. Goes over the whole log.
pub(crate) fn redactions(source: &Source, target: Hash) -> Outcome<Vec<(u64, String)>> {
    let mut found = Vec::new();
    for item in source.entries(0..source.size().0) {
        let (index, bytes) = item?;
        // Redactions are few; only what can be one is read whole.
        if !String::from_utf8_lossy(&bytes).contains("\"redaction.applied.v1\"") {
            continue;
        }
        let report = report_of(&bytes).ok_or_else(|| damaged(Index(index)))?;
        if let Event::RedactionApplied(redaction) = &report.event
            && redaction.target.0 == target.0
        {
            found.extend(redaction.fields.iter().map(|field| (index, field.to_string())));
        }
    }
    Ok(found)
}

/// Whether a redacted path names a field, or what holds it.
pub(crate) fn covers(path: &str, field: &str) -> bool {
    field
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn report_of(bytes: &[u8]) -> Option<Report> {
    let parts = entry::parse(bytes).ok()?;
    let submission = Submission::read(parts.note.to_vec()).ok()?;
    Some(submission.report().clone())
}
