//! Who says it: ACLED, with the sources that it names as links of the attribution, its notes as its own words, and the row.

use armistice_report::{
    AssertedBy, Attribution, AttributionRole, Capacity, DatasetRow, Hedge, Label, Provenance, Sensitivity,
    Source, SourceKind, SourceScale, UpTo,
};

use super::DATASET;
use crate::cells::Cells;
use crate::code::FindingCode;
use crate::finding::Notes;
use crate::tidy;

/// Sources of one row that become links: with the data set they stay below the 16 of a report.
const SOURCES_MAX: usize = 15;
const NAME: &str = "Armed Conflict Location & Event Data";

/// The provenance of the row's first report, with notes and all cells.
pub(super) fn whole(cells: &Cells<'_>, id: &str, notes: &mut Notes) -> Provenance {
    let mut provenance = of_row(cells, id, cells.text("timestamp"));
    provenance.attribution = UpTo::new(attribution(cells)).unwrap_or_default();
    provenance.verbatim = tidy::brief(cells.text("notes"));
    if let Some(source) = &mut provenance.source {
        source.scale = scale(cells, notes);
        if let Some(row) = &mut source.row {
            row.cells = cells.kept(notes);
        }
    }
    provenance
}

/// The provenance of the row's other reports: the same row, its cells and notes not repeated.
pub(super) fn brief(whole: &Provenance) -> Provenance {
    let mut provenance = whole.clone();
    provenance.verbatim = None;
    if let Some(row) = provenance.source.as_mut().and_then(|source| source.row.as_mut()) {
        row.cells = UpTo::default();
    }
    provenance
}

/// The provenance of a retraction.
pub(super) fn deleted(cells: &Cells<'_>, id: &str) -> Provenance {
    of_row(cells, id, cells.text("deleted_timestamp"))
}

fn of_row(_: &Cells<'_>, id: &str, stamp: &str) -> Provenance {
    let row = || {
        Some(DatasetRow {
            dataset: Label::new(DATASET).ok()?,
            release: tidy::brief(stamp),
            id: tidy::brief(id)?,
            cells: UpTo::default(),
        })
    };
    Provenance {
        asserted_by: AssertedBy {
            actor: "acled".parse().ok(),
            as_named: tidy::brief(NAME),
            speaker: None,
            office: None,
            capacity: Some(Capacity::Ngo),
        },
        said_at: None,
        attribution: UpTo::default(),
        source: Some(Source {
            kind: SourceKind::Dataset,
            title: None,
            outlet: tidy::brief(NAME),
            url: None,
            language: None,
            scale: None,
            published_on: None,
            published_at: None,
            captured_at: None,
            content_hash: None,
            row: row(),
        }),
        verbatim: None,
        translated_from: None,
        hedge: Hedge::Reported,
        refers_to: UpTo::default(),
        evidence: UpTo::default(),
        grading: None,
        sensitivity: Sensitivity::Public,
        sealed: UpTo::default(),
    }
}

/// Each of `source`, then the data set.
fn attribution(cells: &Cells<'_>) -> Vec<Attribution> {
    let link = |name: &str, role| {
        Some(Attribution {
            name: tidy::brief(name)?,
            actor: None,
            role,
        })
    };
    let sources = cells.text("source").split(';').take(SOURCES_MAX);
    let mut links: Vec<Attribution> = sources
        .filter_map(|source| link(source, AttributionRole::Agency))
        .collect();
    links.extend(link("ACLED", AttributionRole::Dataset));
    links
}

/// `source_scale`: of two scales joined by a hyphen the wider one; partners and new media are no newsroom.
fn scale(cells: &Cells<'_>, notes: &mut Notes) -> Option<SourceScale> {
    let text = cells.text("source_scale");
    let lower = text.to_lowercase();
    let word = |word: &str| match word {
        "local" => Some(SourceScale::Local),
        "subnational" => Some(SourceScale::Subnational),
        "national" => Some(SourceScale::National),
        "regional" => Some(SourceScale::Regional),
        "international" => Some(SourceScale::International),
        _ => None,
    };
    if lower.contains("partner") || lower.contains("other") || lower.contains("new media") {
        return Some(SourceScale::Other);
    }
    let scales: Vec<Option<SourceScale>> = lower.split('-').map(|part| word(part.trim())).collect();
    if text.is_empty() {
        return None;
    }
    if scales.iter().any(Option::is_none) {
        notes.flag(FindingCode::ValueUnknown, "source_scale", text);
        return None;
    }
    let order = [
        SourceScale::International,
        SourceScale::Regional,
        SourceScale::National,
        SourceScale::Subnational,
        SourceScale::Local,
    ];
    order.into_iter().find(|scale| scales.contains(&Some(*scale)))
}
