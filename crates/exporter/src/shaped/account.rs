//! One incident or aggregate with all that a shaped row is made from.

use armistice_report::{DatasetRow, Event, PlaceSpec, Provenance, Report, TimeSpec, UpTo};

use super::deaths::{Deaths, Figure};
use crate::{
    atlas::{Atlas, Located},
    left_out::Reason,
    places,
    row::Row,
};

/// One report with what belongs to it.
pub(crate) struct Account {
    /// The original entry.
    pub(crate) index: u64,
    /// The newest content.
    pub(crate) report: Report,
    /// The row of the same data set, when it came from there.
    pub(crate) own: Option<DatasetRow>,
    /// That row belongs to the newest content; a correction by hand has none.
    pub(crate) row_is_newest: bool,
    /// Its cells are left out, because they may repeat what nobody may see.
    pub(crate) cells_left_out: Option<Reason>,
    /// The row of another data set.
    pub(crate) other: Option<(String, String)>,
    pub(crate) place: Option<PlaceSpec>,
    pub(crate) located: Located,
    pub(crate) deaths: Option<Deaths>,
    /// Why a figure of the same row does not count any more.
    pub(crate) withdrawn: Option<Reason>,
    /// Nothing corrected the report.
    is_first: bool,
    /// Fields that nobody may see any more.
    pub(crate) redacted: Vec<String>,
    /// The sides of the row: the accused, and the asserter's where a party speaks, in the order of their codes.
    pub(crate) sides: Vec<String>,
}

/// The row of a data set that a report was taken from.
pub(crate) fn dataset_row(report: &Report) -> Option<&DatasetRow> {
    report.provenance.as_ref()?.source.as_ref()?.row.as_ref()
}

impl Account {
    /// None when the entry cannot be read.
    pub(crate) fn read(index: u64, row: &Row, dataset: &str, atlas: &mut Atlas<'_, '_>) -> Option<Self> {
        let report = atlas.newest(index)?;
        let row_is_newest = dataset_row(&report).is_some();
        let taken = match dataset_row(&report) {
            Some(row) => Some(row.clone()),
            // A correction by hand may not repeat the row.
            None => (atlas.lookup)(index).as_ref().and_then(dataset_row).cloned(),
        };
        let (own, other) = match taken {
            Some(row) if *row.dataset == *dataset => (Some(row), None),
            Some(row) => (None, Some((row.dataset.to_string(), row.id.to_string()))),
            None => (None, None),
        };
        let place = places::of(&report.event)
            .first()
            .map(|(_, place)| (*place).clone());
        let label = place.as_ref().and_then(places::label).unwrap_or_default();
        let located = atlas.locate(&label, &[index], &[]);
        let redacted = atlas.shield.redacted(index).to_vec();
        let (mut own, mut cells_left_out) = without_cells(own, &redacted, &located);
        let (deaths, withdrawn) = Self::deaths(index, &report, own.as_ref(), atlas);
        if withdrawn == Some(Reason::FieldRedacted) && cells_left_out.is_none() {
            own = own.map(bare);
            cells_left_out = withdrawn;
        }
        let mut account = Self {
            index,
            report,
            own,
            row_is_newest,
            cells_left_out,
            other: other.filter(|_| !redacted.iter().any(|field| places::covers(field, ROW))),
            place,
            located,
            deaths,
            withdrawn,
            is_first: atlas.history.newest(index, atlas.size) == index,
            redacted,
            sides: Vec::new(),
        };
        account.sides = account.sides_of(row);
        Some(account)
    }

    /// The dead, and why a figure of the same row is not among them.
    fn deaths(
        index: u64,
        report: &Report,
        own: Option<&DatasetRow>,
        atlas: &mut Atlas<'_, '_>,
    ) -> (Option<Deaths>, Option<Reason>) {
        let (mut figures, mut withdrawn) = (Vec::new(), None);
        if let Event::TallyClaimed(tally) = places::content(&report.event) {
            if is_redacted(atlas, index, "number") {
                withdrawn = Some(Reason::FieldRedacted);
            } else {
                figures.push(Figure {
                    side: None,
                    status: armistice_report::CasualtyStatus::Mixed,
                    killed: tally.number.clone(),
                    is_own: true,
                    is_first: atlas.history.newest(index, atlas.size) == index,
                    release: None,
                });
            }
        }
        let entries: Vec<u64> = atlas.history.casualties_of(index, atlas.size).collect();
        for entry in entries {
            match Self::figure(entry, own, atlas) {
                Ok(figure) => figures.extend(figure),
                Err(reason) => withdrawn = withdrawn.max(Some(reason)),
            }
        }
        (Deaths::of(&figures), withdrawn)
    }

    /// A figure that counts: not retracted, not superseded by its own publisher, not redacted. Why not, where it came out of
    /// the row that is exported.
    fn figure(
        entry: u64,
        own: Option<&DatasetRow>,
        atlas: &mut Atlas<'_, '_>,
    ) -> Result<Option<Figure>, Reason> {
        let (history, size) = (atlas.history, atlas.size);
        let Some(report) = atlas.newest(entry) else {
            return Ok(None);
        };
        let first = (atlas.lookup)(entry);
        let rows = [Some(&report), first.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(dataset_row);
        let is_of_row = own.is_some_and(|own| {
            let mut rows = rows.into_iter();
            rows.any(|row| own.id == row.id && own.dataset == row.dataset)
        });
        let withdrawn = |reason| if is_of_row { Err(reason) } else { Ok(None) };
        if is_redacted(atlas, entry, "killed") {
            return withdrawn(Reason::FieldRedacted);
        }
        if history.is_retracted(entry, size) {
            return withdrawn(Reason::Retracted);
        }
        let later: Vec<u64> = history.supersedings_of(entry, size).collect();
        let is_superseded = later.iter().any(|later| {
            !history.is_retracted(*later, size)
                && (atlas.lookup)(*later).is_some_and(|later| later.source == report.source)
        });
        let Event::CasualtiesReported(said) = places::content(&report.event) else {
            return Ok(None);
        };
        let Some(killed) = said.killed.clone().filter(|_| !is_superseded) else {
            return Ok(None);
        };
        let whose = said.side.as_ref().filter(|_| !is_redacted(atlas, entry, "side"));
        let is_status_redacted = is_redacted(atlas, entry, "status");
        let row = dataset_row(&report);
        Ok(Some(Figure {
            side: whose.map(ToString::to_string),
            status: if is_status_redacted {
                armistice_report::CasualtyStatus::Unknown
            } else {
                said.status
            },
            killed,
            is_own: own
                .zip(row)
                .is_some_and(|(own, row)| own.id == row.id && own.dataset == row.dataset),
            is_first: said.supersedes.is_none() && history.newest(entry, size) == entry,
            release: row.and_then(|row| row.release.as_deref()?.parse().ok()),
        }))
    }

    /// A kept number of the dead, which comes back only while the figure of the same row says as much: all of these columns
    /// together are its best number, or nothing was corrected since the row was taken.
    pub(crate) fn kept_deaths<'a>(&'a self, column: &str, all: &[&str]) -> &'a str {
        let Some(deaths) = self.deaths.as_ref().filter(|deaths| deaths.is_own) else {
            return "";
        };
        let mut numbers = all.iter().map(|column| self.kept(column).parse::<u64>().ok());
        let sum = numbers.try_fold(0_u64, |sum, number| sum.checked_add(number?));
        if sum.is_some() && sum == deaths.all.best || self.is_first && deaths.is_first {
            self.kept(column)
        } else {
            ""
        }
    }

    fn sides_of(&self, row: &Row) -> Vec<String> {
        let mut sides = vec![row.text("side").to_owned()];
        if row.text("capacity") == "party" {
            sides.push(row.text("asserted_by_side").to_owned());
        }
        sides.extend(
            self.deaths
                .iter()
                .flat_map(|deaths| deaths.by_side.keys().cloned()),
        );
        sides.retain(|side| !side.is_empty() && side != "not_stated" && side != "redacted");
        sides.sort_unstable();
        sides.dedup();
        sides
    }

    /// When it happened.
    pub(crate) fn time(&self) -> Option<&TimeSpec> {
        if self.is_redacted("data.content.time") || self.is_redacted("data.content.period") {
            return None;
        }
        match places::content(&self.report.event) {
            Event::IncidentReported(said) => Some(&said.time),
            Event::TallyClaimed(said) => Some(&said.period),
            _ => None,
        }
    }

    /// True when a redaction covers the field.
    pub(crate) fn is_redacted(&self, field: &str) -> bool {
        self.redacted
            .iter()
            .any(|redacted| places::covers(redacted, field))
    }

    /// The provenance, unless this field of it was redacted.
    pub(crate) fn said(&self, field: &str) -> Option<&Provenance> {
        let path = format!("data.provenance.{field}");
        self.report
            .provenance
            .as_ref()
            .filter(|_| !self.is_redacted(&path))
    }

    /// Who says it, as the source names them.
    pub(crate) fn asserter(&self) -> String {
        let Some(said) = self.said("asserted_by") else {
            return String::new();
        };
        let by = &said.asserted_by;
        let name = by.as_named.as_deref().or(by.actor.as_deref()).unwrap_or_default();
        match by.speaker.as_deref() {
            Some(speaker) if name.is_empty() => speaker.to_owned(),
            Some(speaker) => format!("{speaker}, {name}"),
            None => name.to_owned(),
        }
    }

    /// A cell that was kept with the row of the same data set; empty when there is none.
    pub(crate) fn kept(&self, column: &str) -> &str {
        let cells = self.own.iter().flat_map(|row| row.cells.iter());
        cells
            .filter(|cell| *cell.column == *column)
            .map(|cell| cell.value.as_str())
            .next()
            .unwrap_or_default()
    }

    /// The id in the data set, or one that cannot be taken for one of its own.
    pub(crate) fn id(&self) -> String {
        match (&self.own, &self.other) {
            (Some(row), _) => row.id.to_string(),
            (None, Some((dataset, id))) => format!("{dataset}:{id}"),
            (None, None) => format!("armistice:{}", self.index),
        }
    }
}

/// The path of the row that a report was taken from.
const ROW: &str = "data.provenance.source.row";

/// The row without its cells, where they may repeat what is withheld or redacted; nothing of it where it was redacted itself.
fn without_cells(
    own: Option<DatasetRow>,
    redacted: &[String],
    located: &Located,
) -> (Option<DatasetRow>, Option<Reason>) {
    let reason = if !redacted.is_empty() {
        Reason::FieldRedacted
    } else if located.is_withheld() {
        Reason::PlaceWithheld
    } else {
        return (own, None);
    };
    let own = own.filter(|_| !redacted.iter().any(|field| places::covers(field, ROW)));
    (own.map(bare), Some(reason))
}

fn bare(row: DatasetRow) -> DatasetRow {
    DatasetRow {
        cells: UpTo::default(),
        ..row
    }
}

/// True when a redaction of an entry covers this field of its content.
fn is_redacted(atlas: &Atlas<'_, '_>, entry: u64, field: &str) -> bool {
    let path = format!("data.content.{field}");
    let redacted = atlas.shield.redacted(entry);
    redacted.iter().any(|redacted| places::covers(redacted, &path))
}
