//! A row of counts as tallies.

use armistice_report::{
    AssertedBy, CELLS_MAX, Cell, DatasetRow, Event, Label, Name, PlaceId, PlaceName, PlacePrecision,
    PlaceSpec, Provenance, Sensitivity, Source, SourceKind, TallyClaimed, TallyPart, TimeSpec, UpTo,
};
use jiff::civil;
use jiff::fmt::strtime::BrokenDownTime;

use super::mapping::{Blank, Length, Mapping, Number, Sector};
use super::numbers;
use crate::amount;
use crate::cells::Cells;
use crate::claim::{Claim, Lineage};
use crate::code::FindingCode;
use crate::dates;
use crate::finding::{Notes, Rejected};
use crate::rows::Coder;
use crate::tidy;

/// Reads rows of counts.
#[derive(Debug)]
pub(crate) struct Tally {
    mapping: Mapping,
    /// What the rows so far add up to, by sector, and for `[number]` in one.
    sums: Vec<u64>,
}

/// The cells of a row, for its claims to keep.
type Kept = UpTo<CELLS_MAX, Cell>;

/// A period with its short name, such as `2003-06`.
struct Period {
    time: TimeSpec,
    label: String,
}

impl Tally {
    pub(crate) fn new(mapping: Mapping) -> Self {
        let sums = vec![0; mapping.sectors.len().max(1)];
        Self { mapping, sums }
    }

    /// The number of a cell; none when it is not stated.
    fn number(&self, cells: &Cells<'_>, column: &str, notes: &mut Notes) -> Result<Option<u64>, Rejected> {
        let text = cells.text(column);
        if text.is_empty() || self.mapping.blank_words.iter().any(|word| word == text) {
            return Ok(match self.mapping.blank {
                Blank::Zero => {
                    notes.flag(FindingCode::BlankAsZero, column, text);
                    Some(0)
                }
                Blank::Unknown => None,
            });
        }
        let number = numbers::read(text, self.mapping.thousands);
        number
            .map(Some)
            .ok_or_else(|| notes.reject(FindingCode::NumberInvalid, column, text))
    }

    fn period(&self, cells: &Cells<'_>, notes: &mut Notes) -> Result<Period, Rejected> {
        let mapped = &self.mapping.period;
        let text = period_text(&self.mapping, cells);
        let column = mapped.columns.join(" ");
        let day = first_day(&mapped.format, &text, mapped.length);
        let day = day.ok_or_else(|| notes.reject(FindingCode::DateInvalid, &column, &text))?;
        let (last, label) = match mapped.length {
            Length::Day => (day, day.to_string()),
            Length::Week => (day.saturating_add(jiff::Span::new().days(6)), day.to_string()),
            Length::Month => (day.last_of_month(), day.strftime("%Y-%m").to_string()),
            Length::Year => (day.last_of_year(), day.strftime("%Y").to_string()),
        };
        let time = dates::days(day, last, mapped.length.precision(), self.mapping.zone);
        let mut time = time.ok_or_else(|| notes.reject(FindingCode::DateInvalid, &column, &text))?;
        time.verbatim = tidy::brief(&text);
        Ok(Period { time, label })
    }

    fn claim(&self, id: String, content: TallyClaimed, kept: &Kept) -> Claim {
        let row = || {
            Some(DatasetRow {
                dataset: Label::new(self.mapping.dataset.as_str()).ok()?,
                release: self.mapping.release.clone(),
                id: tidy::brief(&id)?,
                cells: kept.clone(),
            })
        };
        let source = Source {
            kind: SourceKind::Dataset,
            title: self.mapping.title.clone(),
            outlet: None,
            url: self.mapping.url.clone(),
            language: None,
            scale: None,
            published_on: None,
            published_at: None,
            captured_at: None,
            content_hash: None,
            row: row(),
        };
        let provenance = Provenance {
            asserted_by: AssertedBy {
                actor: Some(self.mapping.claimant.clone()),
                as_named: None,
                speaker: None,
                office: None,
                capacity: self.mapping.capacity,
            },
            said_at: None,
            attribution: UpTo::default(),
            source: Some(source),
            verbatim: None,
            translated_from: None,
            hedge: self.mapping.hedge,
            refers_to: UpTo::default(),
            evidence: UpTo::default(),
            grading: None,
            sensitivity: Sensitivity::Public,
            sealed: UpTo::default(),
        };
        Claim {
            id,
            provenance,
            event: Event::from(content),
            about_first: false,
            lineage: Lineage::Editions {
                release: self.mapping.release.as_ref().map(ToString::to_string),
            },
            only_as_correction: false,
        }
    }

    fn content(&self, period: &Period, number: u64, places: Option<PlaceSpec>) -> TallyClaimed {
        TallyClaimed {
            accused: self.mapping.accused.clone(),
            period: period.time.clone(),
            number: amount::single(number),
            unit: self.mapping.unit.clone(),
            breakdown: UpTo::default(),
            places: UpTo::new(places.into_iter().collect()).unwrap_or_default(),
        }
    }

    fn by_sector(
        &mut self,
        cells: &Cells<'_>,
        period: &Period,
        notes: &mut Notes,
    ) -> Result<Vec<Claim>, Rejected> {
        let mut numbers = Vec::with_capacity(self.mapping.sectors.len());
        for sector in &self.mapping.sectors {
            numbers.push(self.number(cells, &sector.column, notes)?);
        }
        let total = match self.mapping.total_column() {
            Some(column) => self
                .number(cells, column, notes)?
                .map(|total| (column.to_owned(), total)),
            None => None,
        };
        let kept = cells.kept(notes);
        let mut claims = Vec::with_capacity(numbers.len() + 1);
        for (sector, number) in self.mapping.sectors.iter().zip(&numbers) {
            if let Some(number) = number {
                let place = place(sector.label.clone(), sector.place.clone());
                let content = self.content(period, *number, place);
                let id = self.id(period, &[&sector.column]);
                claims.push(self.claim(id, content, &kept));
            }
        }
        if let Some((column, total)) = total {
            let sum: u64 = numbers.iter().flatten().sum();
            if numbers.iter().all(Option::is_some) && sum != total {
                notes.flag(
                    FindingCode::TotalDiffers,
                    &column,
                    &format!("{total}, the sectors add up to {sum}"),
                );
            }
            let content = TallyClaimed {
                breakdown: parts(&self.mapping.sectors, &numbers),
                ..self.content(period, total, None)
            };
            claims.push(self.claim(self.id(period, &["total"]), content, &kept));
        }
        for (sum, number) in self.sums.iter_mut().zip(&numbers) {
            *sum = sum.saturating_add(number.unwrap_or_default());
        }
        Ok(claims)
    }

    fn one(
        &mut self,
        cells: &Cells<'_>,
        mapped: &Number,
        period: &Period,
        notes: &mut Notes,
    ) -> Result<Vec<Claim>, Rejected> {
        let Some(number) = self.number(cells, &mapped.column, notes)? else {
            return Ok(Vec::new());
        };
        let labels: Vec<&str> = mapped.labels.iter().map(|column| cells.text(column)).collect();
        let named = mapped
            .place
            .as_ref()
            .and_then(|column| tidy::brief(cells.text(column)));
        let mut content = self.content(period, number, place(named, None));
        let label: Option<Name> = tidy::brief(&labels.join(", "));
        let part = label.map(|label| TallyPart {
            label,
            number: amount::single(number),
            unit: None,
        });
        content.breakdown = UpTo::new(part.into_iter().collect()).unwrap_or_default();
        self.sums[0] = self.sums[0].saturating_add(number);
        let id = self.id(period, &labels);
        Ok(vec![self.claim(id, content, &cells.kept(notes))])
    }

    fn id(&self, period: &Period, labels: &[&str]) -> String {
        let mut id = format!("tally-{}-{}", self.mapping.dataset, period.label);
        for label in labels {
            let slug: String = label
                .chars()
                .map(|c| {
                    if c.is_ascii_alphanumeric() {
                        c.to_ascii_lowercase()
                    } else {
                        '-'
                    }
                })
                .collect();
            id = format!("{id}-{}", slug.trim_matches('-'));
        }
        // Letters that are not ASCII would all become hyphens: a checksum keeps such labels apart.
        if !labels.iter().all(|label| label.is_ascii()) || id.len() > 120 {
            let text = labels.join("\n");
            let sum = text.bytes().fold(0x811c_9dc5_u32, |sum, byte| {
                (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
            });
            id.truncate(110);
            id = format!("{id}-{sum:08x}");
        }
        id
    }

    /// Compares a row of totals with what the rows before it add up to.
    fn compare(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Result<(), Rejected> {
        let columns: Vec<String> = match &self.mapping.number {
            Some(number) => vec![number.column.clone()],
            None => self
                .mapping
                .sectors
                .iter()
                .map(|sector| sector.column.clone())
                .collect(),
        };
        for (column, sum) in columns.iter().zip(self.sums.clone()) {
            let total = self.number(cells, column, notes)?;
            if let Some(total) = total.filter(|total| *total != sum) {
                let found = format!("{total}, the rows before it add up to {sum}");
                notes.flag(FindingCode::TotalDiffers, column, &found);
            }
        }
        Ok(())
    }

    fn is_total(&self, cells: &Cells<'_>) -> bool {
        let word = self
            .mapping
            .total
            .as_ref()
            .and_then(|total| total.rows.as_deref());
        let holds = |word: &str| {
            let mut columns = self.mapping.period.columns.iter();
            columns.any(|column| cells.text(column).eq_ignore_ascii_case(word))
        };
        word.is_some_and(holds)
    }
}

impl Coder for Tally {
    fn code(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Result<Vec<Claim>, Rejected> {
        if self.is_total(cells) {
            self.compare(cells, notes)?;
            notes.flag(FindingCode::RowSkipped, "", &period_text(&self.mapping, cells));
            return Ok(Vec::new());
        }
        let period = self.period(cells, notes)?;
        match self.mapping.number.clone() {
            Some(number) => self.one(cells, &number, &period, notes),
            None => self.by_sector(cells, &period, notes),
        }
    }
}

fn period_text(mapping: &Mapping, cells: &Cells<'_>) -> String {
    let texts: Vec<&str> = mapping
        .period
        .columns
        .iter()
        .map(|column| cells.text(column))
        .collect();
    texts.join(" ")
}

/// The first day of a period.
fn first_day(format: &str, text: &str, length: Length) -> Option<civil::Date> {
    let parsed = BrokenDownTime::parse(format, text).ok()?;
    match length {
        Length::Day | Length::Week => parsed.to_date().ok(),
        Length::Month => civil::Date::new(parsed.year()?, parsed.month()?, 1).ok(),
        Length::Year => civil::Date::new(parsed.year()?, 1, 1).ok(),
    }
}

fn place(name: Option<Name>, place: Option<PlaceId>) -> Option<PlaceSpec> {
    if name.is_none() && place.is_none() {
        return None;
    }
    let names = name.map(|name| PlaceName {
        name,
        language: None,
        used_by: None,
    });
    Some(PlaceSpec {
        place,
        names: UpTo::new(names.into_iter().collect()).unwrap_or_default(),
        lat: None,
        lon: None,
        precision: PlacePrecision::LinearOrFuzzy,
        reference: None,
    })
}

fn parts<const MAX: usize>(sectors: &[Sector], numbers: &[Option<u64>]) -> UpTo<MAX, TallyPart> {
    let parts = sectors.iter().zip(numbers).filter_map(|(sector, number)| {
        Some(TallyPart {
            label: sector.label.clone()?,
            number: amount::single((*number)?),
            unit: None,
        })
    });
    UpTo::new(parts.collect()).unwrap_or_default()
}
