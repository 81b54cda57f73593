//! Who says it: UCDP, with the sources that it names as links of the attribution, and the row itself.

use armistice_report::{
    AssertedBy, Attribution, AttributionRole, Capacity, DatasetRow, Hedge, Label, Provenance, Sensitivity,
    Source, SourceKind, UpTo,
};

use super::DATASET;
use crate::cells::Cells;
use crate::finding::Notes;
use crate::release::Release;
use crate::tidy;

/// Offices of one row that become links: with the first speaker and the data set they stay below the 16 of a report.
const OFFICES_MAX: usize = 14;

/// The provenance of the row's first report, with all cells.
pub(super) fn whole(cells: &Cells<'_>, release: Release, id: &str, notes: &mut Notes) -> Provenance {
    let source = Source {
        kind: SourceKind::Dataset,
        title: tidy::brief(cells.text("source_article")),
        outlet: tidy::brief("Uppsala Conflict Data Program"),
        url: None,
        language: None,
        scale: None,
        published_on: None,
        published_at: None,
        captured_at: None,
        content_hash: None,
        row: row(release, id).map(|row| DatasetRow {
            cells: cells.kept(notes),
            ..row
        }),
    };
    provenance(attribution(cells, release), source)
}

/// The provenance of the row's other reports: the same row, its cells not repeated.
pub(super) fn brief(whole: &Provenance) -> Provenance {
    let mut provenance = whole.clone();
    if let Some(source) = &mut provenance.source {
        source.title = None;
        source.row = source.row.take().map(|row| DatasetRow {
            cells: UpTo::default(),
            ..row
        });
    }
    provenance
}

fn row(release: Release, id: &str) -> Option<DatasetRow> {
    Some(DatasetRow {
        dataset: Label::new(DATASET).ok()?,
        release: tidy::brief(&release.to_string()),
        id: tidy::brief(id)?,
        cells: UpTo::default(),
    })
}

fn provenance(attribution: Vec<Attribution>, source: Source) -> Provenance {
    Provenance {
        asserted_by: AssertedBy {
            actor: "ucdp".parse().ok(),
            as_named: tidy::brief("Uppsala Conflict Data Program"),
            speaker: None,
            office: None,
            capacity: Some(Capacity::Ngo),
        },
        said_at: None,
        attribution: UpTo::new(attribution).unwrap_or_default(),
        source: Some(source),
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

/// `source_original`, then each of `source_office`, then the data set.
fn attribution(cells: &Cells<'_>, release: Release) -> Vec<Attribution> {
    let link = |name: &str, role| {
        Some(Attribution {
            name: tidy::brief(name)?,
            actor: None,
            role,
        })
    };
    let mut links: Vec<Attribution> = Vec::new();
    links.extend(link(cells.text("source_original"), AttributionRole::Speaker));
    let mut offices: Vec<&str> = Vec::new();
    for office in cells.text("source_office").split(';').map(str::trim) {
        if !offices.contains(&office) && offices.len() < OFFICES_MAX {
            offices.push(office);
        }
    }
    links.extend(
        offices
            .iter()
            .filter_map(|office| link(office, AttributionRole::Agency)),
    );
    links.extend(link(&format!("UCDP GED {release}"), AttributionRole::Dataset));
    links
}
