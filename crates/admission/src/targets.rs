//! Which earlier entries a report may name.
//!
//! Every entry hash in a report must be an entry before it: a denial of something that nobody can look up
//! would be a statement about nothing. The fields of the table below also say of which family or type the named
//! entry must be, and a correction or retraction takes effect on its own producer's reports alone.

use crate::State;
use armistice_report::{EntryHash, Event, EventType, Family, Refusal, RefusalCode, Report};
use armistice_tlog::Index;

/// What a field may name.
enum Fits {
    Type(EventType),
    Families(&'static [Family]),
}

const CLAIMED: &[Family] = &[Family::Claims];
const SAID: &[Family] = &[
    Family::Claims,
    Family::Answers,
    Family::Findings,
    Family::Peacekeeping,
    Family::Diplomacy,
];

/// The field by which an answer names what it answers.
const TARGET: &str = "data.content.target";

/// A field that names an entry, and what that entry must be.
struct Named {
    field: String,
    hash: EntryHash,
    fits: Fits,
}

pub(crate) fn fit(
    state: &State,
    report: &Report,
    find: impl Fn(&EntryHash) -> Option<Index>,
) -> Result<(), Refusal> {
    for named in named(&report.event) {
        let index = find(&named.hash).ok_or_else(|| unknown(&named.field))?;
        let meta = state.history().get(index).ok_or_else(|| unknown(&named.field))?;
        let fits = match named.fits {
            Fits::Type(wanted) => meta.event_type == wanted,
            Fits::Families(families) => families.contains(&meta.event_type.family()),
        };
        if !fits {
            return Err(wrong(&named, meta.event_type));
        }
        if named.field == TARGET {
            withdraws(state, report, &named, index)?;
        }
    }
    // What is left are the generic references: they must exist, whatever they are.
    for hash in report.targets() {
        find(&hash).ok_or_else(|| unknown("data"))?;
    }
    Ok(())
}

/// The table: field by field, what it may name.
fn named(event: &Event) -> Vec<Named> {
    let families = |field: &str, hash: EntryHash, families| Named {
        field: content(field),
        hash,
        fits: Fits::Families(families),
    };
    let exactly = |field: &str, hash: EntryHash, wanted| Named {
        field: content(field),
        hash,
        fits: Fits::Type(wanted),
    };
    match event {
        Event::ClaimDenied(e) => vec![families("target", e.target, SAID)],
        Event::ResponsibilityAdmitted(e) => {
            vec![families("target", e.target, &[Family::Claims, Family::Findings])]
        }
        Event::ClaimCorroborated(e) => vec![families("target", e.target, CLAIMED)],
        Event::ClaimCorrected(e) => {
            let replacement = e.replacement.event();
            let within = named(replacement).into_iter().map(|inner| Named {
                field: inner
                    .field
                    .replacen("data.content", "data.content.replacement.content", 1),
                ..inner
            });
            std::iter::once(exactly("target", e.target, replacement.event_type()))
                .chain(within)
                .collect()
        }
        Event::ClaimRetracted(e) => vec![families("target", e.target, SAID)],
        Event::IncidentAssessed(e) => e
            .targets
            .iter()
            .enumerate()
            .map(|(at, hash)| families(&format!("targets[{at}]"), *hash, CLAIMED))
            .collect(),
        Event::ViolationReportAnswered(e) => {
            vec![exactly("target", e.target, EventType::ViolationReportIssued)]
        }
        Event::ReinforcementDecided(e) => {
            vec![exactly("target", e.target, EventType::ReinforcementRequested)]
        }
        Event::IncidentsLinked(e) => vec![families("a", e.a, CLAIMED), families("b", e.b, CLAIMED)],
        Event::IncidentsUnlinked(e) => vec![exactly("target", e.target, EventType::IncidentsLinked)],
        Event::CasualtiesReported(e) => [
            e.incident
                .map(|hash| exactly("incident", hash, EventType::IncidentReported)),
            e.supersedes
                .map(|hash| exactly("supersedes", hash, EventType::CasualtiesReported)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        _ => Vec::new(),
    }
}

/// A correction or retraction must come from the producer that published its target, and name the original.
fn withdraws(state: &State, report: &Report, named: &Named, index: Index) -> Result<(), Refusal> {
    let (Event::ClaimCorrected(_) | Event::ClaimRetracted(_)) = report.event else {
        return Ok(());
    };
    let Some(meta) = state.history().get(index) else {
        return Err(unknown(&named.field));
    };
    if matches!(
        meta.event_type,
        EventType::ClaimCorrected | EventType::ClaimRetracted
    ) {
        return Err(wrong(named, meta.event_type));
    }
    if state.registry().producer_name(meta.producer) == Some(report.source.as_str()) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::NotThePublisher,
        named.field.clone(),
        "an entry that this producer published; claim.denied answers another's",
    ))
}

fn content(field: &str) -> String {
    format!("data.content.{field}")
}

fn unknown(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownTarget,
        field,
        "the leaf hash of an entry that is in this log already",
    )
}

fn wrong(named: &Named, found: EventType) -> Refusal {
    let expected = match named.fits {
        Fits::Type(wanted) => format!(
            "the hash of a {} entry, which {} is not",
            wanted.as_str(),
            found.as_str()
        ),
        Fits::Families(families) => {
            let fitting: Vec<&str> = families.iter().map(|family| family.as_str()).collect();
            format!(
                "the hash of an entry of the families {}, which {} is not",
                fitting.join(", "),
                found.as_str()
            )
        }
    };
    Refusal::new(RefusalCode::WrongTarget, named.field.clone(), expected)
}
