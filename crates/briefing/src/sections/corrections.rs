//! Section 9: what changes earlier reports: corrections, retractions, redactions, links taken back, and what came late.

use std::collections::{HashMap, HashSet};

use armistice_projection::Projection;
use armistice_report::{EntryHash, Event, Family, Timestamp};
use serde::Serialize;

use crate::{
    Error,
    account::spaced,
    account::{Context, When},
    day::Time,
    reading::{Logged, Words},
    rows::Entry,
};

/// Late entries that a report lists; `late_count` counts all. One is about 200 bytes of HTML.
pub const LATE_SHOWN_MAX: usize = 200;

/// Section 9.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Corrections {
    /// Entries before this one were known to earlier reports.
    pub since: u64,
    /// Corrections, retractions, redactions and links taken back, in the order of the log.
    pub corrections: Vec<CorrectionLine>,
    /// Reports whose time lies wholly before the day: the earlier day's report, made again, would show them.
    pub late: Vec<LateLine>,
    /// How many of those there are.
    pub late_count: u64,
}

/// One entry that changes what an earlier one says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CorrectionLine {
    /// `claim corrected`, `claim retracted`, `redaction applied`, `incidents unlinked`, `figure superseded`.
    pub what: String,
    /// Who published it.
    pub producer: String,
    /// Why, in the words of the vocabulary and in its own.
    pub reason: Option<String>,
    /// The entries that it changes.
    pub changes: Vec<Entry>,
    /// True when all of these were known to earlier reports.
    pub earlier: bool,
    /// The receiving time.
    pub received: Timestamp,
    /// Where it stands.
    pub entry: Entry,
}

/// One report that came late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LateLine {
    /// Its type.
    pub what: String,
    /// Who published it.
    pub producer: String,
    /// The time that it is about.
    pub when: When,
    /// Where it stands.
    pub entry: Entry,
}

impl Corrections {
    /// True when not all late reports are listed.
    pub fn is_cut(&self) -> bool {
        u64::try_from(self.late.len()).is_ok_and(|listed| listed < self.late_count)
    }
}

pub(crate) fn section(
    projection: &Projection,
    context: &mut Context<'_, '_>,
    since: u64,
) -> Result<Corrections, Error> {
    let mut section = Corrections {
        since,
        ..Corrections::default()
    };
    let mut found: Vec<(Entry, Words, Vec<EntryHash>)> = Vec::new();
    for (index, hash) in (since..).zip(hashes_from(projection, since)) {
        let logged = context.reading.logged(index)?;
        let entry = Entry {
            index,
            hash: EntryHash(*hash).to_string(),
            redacted: !context.reading.hidden_of(index).is_empty(),
        };
        if let Some(targets) = changed(&logged.report.event) {
            let words = context.reading.words_of(index, &logged)?;
            found.push((entry.clone(), words, targets));
        }
        late(context, &mut section, entry, &logged)?;
    }
    let positions = positions(projection, &found);
    for (entry, words, targets) in found {
        context.reading.show(&entry, &words);
        let changes = targets.iter().filter_map(|target| positions.get(target).cloned());
        let changes: Vec<Entry> = changes.collect();
        for target in &changes {
            let words = context.reading.words(target)?;
            context.reading.show(target, &words);
        }
        section
            .corrections
            .push(correction(since, entry, &words, changes));
    }
    Ok(section)
}

/// Where the entries stand that are changed: one walk over the hashes of the log, however many there are.
fn positions(projection: &Projection, found: &[(Entry, Words, Vec<EntryHash>)]) -> HashMap<EntryHash, Entry> {
    let targets: HashSet<[u8; 32]> = found
        .iter()
        .flat_map(|(_, _, targets)| targets.iter().map(|target| target.0))
        .collect();
    (0..)
        .zip(projection.leaf_hashes())
        .filter(|(_, hash)| targets.contains(*hash))
        .map(|(index, hash)| {
            let entry = Entry {
                index,
                hash: EntryHash(*hash).to_string(),
                redacted: !projection.redacted_fields(index).is_empty(),
            };
            (EntryHash(*hash), entry)
        })
        .collect()
}

fn hashes_from(projection: &Projection, since: u64) -> impl Iterator<Item = &[u8; 32]> {
    let since = usize::try_from(since).unwrap_or(usize::MAX);
    projection.leaf_hashes().iter().skip(since)
}

/// What an entry changes; none for all that only adds.
fn changed(event: &Event) -> Option<Vec<EntryHash>> {
    match event {
        Event::ClaimCorrected(corrected) => Some(vec![corrected.target]),
        Event::ClaimRetracted(retracted) => Some(vec![retracted.target]),
        Event::RedactionApplied(redaction) => Some(vec![redaction.target]),
        Event::IncidentsUnlinked(unlinked) => Some(vec![unlinked.target]),
        Event::CasualtiesReported(figure) => figure.supersedes.map(|target| vec![target]),
        _ => None,
    }
}

fn correction(since: u64, entry: Entry, words: &Words, changes: Vec<Entry>) -> CorrectionLine {
    let parts = ["content.reason", "content.text"].map(|path| words.text(path));
    let reason = parts
        .into_iter()
        .flatten()
        .map(|word| spaced(&word))
        .collect::<Vec<_>>()
        .join(": ");
    CorrectionLine {
        what: named(words.event_type),
        producer: words.producer.clone(),
        reason: Some(reason).filter(|reason| !reason.is_empty()),
        earlier: changes.iter().all(|changed| changed.index < since),
        changes,
        received: words.received,
        entry,
    }
}

/// `claim.corrected.v1` as people write it.
fn named(event_type: &str) -> String {
    let word = event_type.strip_suffix(".v1").unwrap_or(event_type);
    spaced(&word.replace('.', " "))
}

fn late(
    context: &mut Context<'_, '_>,
    section: &mut Corrections,
    entry: Entry,
    logged: &Logged,
) -> Result<(), Error> {
    let event_type = logged.report.event_type();
    let is_dated = matches!(
        event_type.family(),
        Family::Claims | Family::Findings | Family::Peacekeeping | Family::Diplomacy
    );
    if !is_dated {
        return Ok(());
    }
    let words = context.reading.words_of(entry.index, logged)?;
    let paths = ["content.time", "content.period", "content.since"];
    let Some(time) = paths.iter().find_map(|path| words.read::<Time>(path)) else {
        return Ok(());
    };
    if !context.day.is_after(&time) {
        return Ok(());
    }
    section.late_count += 1;
    if section.late.len() < LATE_SHOWN_MAX {
        context.reading.show(&entry, &words);
        section.late.push(LateLine {
            what: named(words.event_type),
            producer: words.producer,
            when: context.when(&time),
            entry,
        });
    }
    Ok(())
}
