//! A row of ACLED as reports.

use armistice_report::{
    ActorId, CasualtiesReported, CasualtyStatus, ClaimRetracted, EntryHash, Event, IncidentReported,
    Latitude, Longitude, PlaceName, PlacePrecision, PlaceSpec, Provenance, RetractionReason, TargetKind,
    TimePrecision, TimeSpec, UpTo,
};
use jiff::civil;

use super::{Options, event_id, kinds, provenance};
use crate::amount;
use crate::cells::Cells;
use crate::claim::{Claim, Lineage, NOT_YET};
use crate::code::FindingCode;
use crate::dates;
use crate::finding::{Notes, Rejected};
use crate::rows::Coder;
use crate::tidy;

/// Reads rows of ACLED.
#[derive(Debug)]
pub(crate) struct Acled {
    options: Options,
}

/// Stands in a removal until the log was asked.
pub(super) fn retraction(target: EntryHash) -> Event {
    let content = ClaimRetracted {
        target,
        reason: RetractionReason::RemovedFromDataset,
        text: None,
    };
    content.into()
}

impl Acled {
    pub(crate) fn new(options: Options) -> Self {
        Self { options }
    }

    fn time(&self, cells: &Cells<'_>, notes: &mut Notes) -> Result<TimeSpec, Rejected> {
        let text = cells.text("event_date");
        let day =
            dates::read(text, self.options.dates).map_err(|code| notes.reject(code, "event_date", text))?;
        let (first, last, precision) = match cells.text("time_precision") {
            "1" => (day, day, TimePrecision::Day),
            "2" => (monday(day), sunday(day), TimePrecision::Week),
            "3" => (day.first_of_month(), day.last_of_month(), TimePrecision::Month),
            _ => {
                cells.unknown("time_precision", notes);
                (day, day, TimePrecision::Unknown)
            }
        };
        dates::days(first, last, precision, self.options.zone)
            .ok_or_else(|| notes.reject(FindingCode::DateInvalid, "event_date", text))
    }

    fn denials(&mut self, cells: &Cells<'_>, id: &str, whole: &Provenance, notes: &mut Notes) -> Vec<Claim> {
        let denials = self.options.denials.of(cells.text("notes"), whole, notes);
        let unmatched = self.options.denials.unmatched(cells.text("notes"));
        notes
            .unmade
            .extend(unmatched.map(|rule| format!("acled-{id}-denial-{rule}")));
        let claim = |denial: super::denials::Denial| Claim {
            id: format!("acled-{id}-denial-{}", denial.rule),
            provenance: denial.provenance,
            event: denial.content.into(),
            about_first: true,
            lineage: Lineage::Single,
            only_as_correction: false,
        };
        denials.into_iter().map(claim).collect()
    }
}

fn monday(day: civil::Date) -> civil::Date {
    let back = day.weekday().to_monday_zero_offset();
    day.saturating_sub(jiff::Span::new().days(back))
}

fn sunday(day: civil::Date) -> civil::Date {
    monday(day).saturating_add(jiff::Span::new().days(6))
}

impl Coder for Acled {
    fn code(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Result<Vec<Claim>, Rejected> {
        let id = event_id(cells, notes)?;
        let text = cells.text("timestamp");
        let stamp: u64 = text
            .parse()
            .map_err(|_| notes.reject(FindingCode::NumberInvalid, "timestamp", text))?;
        let lineage = Lineage::Stamps { stamp };
        let time = self.time(cells, notes)?;
        let place = place(cells, notes)?;
        let fatalities = cells.number("fatalities", notes)?;
        let whole = provenance::whole(cells, id, notes);
        let incident = incident(cells, time, place, notes);
        let denials = self.denials(cells, id, &whole, notes);
        let brief = provenance::brief(&whole);
        let mut claims = vec![Claim {
            id: format!("acled-{id}"),
            provenance: whole,
            event: incident.into(),
            about_first: false,
            lineage: lineage.clone(),
            only_as_correction: false,
        }];
        claims.extend(fatalities.map(|deaths| Claim {
            id: format!("acled-{id}-casualties"),
            provenance: brief,
            event: casualties(deaths).into(),
            about_first: true,
            lineage,
            // 0 says that no source reported deaths, not that somebody stated there were none.
            only_as_correction: deaths == 0,
        }));
        claims.extend(denials);
        Ok(claims)
    }
}

fn incident(
    cells: &Cells<'_>,
    time: TimeSpec,
    place: Option<PlaceSpec>,
    notes: &mut Notes,
) -> IncidentReported {
    let kind = kinds::kind(cells, notes);
    let targeting = cells.text("civilian_targeting");
    let is_civilian = targeting.eq_ignore_ascii_case("civilian targeting");
    if !targeting.is_empty() && !is_civilian {
        notes.flag(FindingCode::ValueUnknown, "civilian_targeting", targeting);
    }
    IncidentReported {
        kind: kind.incident,
        kind_text: kind.text,
        weapons: UpTo::new(kind.weapon.into_iter().collect()).unwrap_or_default(),
        weapon_text: None,
        accused: kind.is_directed.then(|| actor(cells.text("actor1"))).flatten(),
        target: kind
            .is_directed
            .then(|| tidy::brief(cells.text("actor2")))
            .flatten(),
        target_kind: is_civilian.then_some(TargetKind::Civilians),
        outcome: None,
        time,
        place,
        clause: None,
        count: None,
        filed_with: None,
    }
}

/// ACLED gives its actors no ids: a name becomes one, `acled-military-forces-of-azerbaijan-2003`; of a long one the end is
/// a checksum.
fn actor(name: &str) -> Option<ActorId> {
    let mut id = String::from("acled");
    for part in name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
    {
        id.push('-');
        id.push_str(&part.to_ascii_lowercase());
    }
    if id == "acled" {
        return None;
    }
    if id.len() > 64 {
        // FNV-1a, 32 bits: tells apart names that begin alike.
        let sum = name.bytes().fold(0x811c_9dc5_u32, |sum, byte| {
            (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        id.truncate(55);
        id = format!("{id}-{sum:08x}");
    }
    ActorId::new(&id).ok()
}

fn place(cells: &Cells<'_>, notes: &mut Notes) -> Result<Option<PlaceSpec>, Rejected> {
    let lat = cells
        .degrees("latitude", 90.0, notes)?
        .and_then(|degrees| Latitude::new(degrees).ok());
    let lon = cells
        .degrees("longitude", 180.0, notes)?
        .and_then(|degrees| Longitude::new(degrees).ok());
    if lat.is_some() != lon.is_some() {
        let column = if lat.is_none() { "latitude" } else { "longitude" };
        return Err(notes.reject(FindingCode::PointInvalid, column, ""));
    }
    let name = tidy::brief(cells.text("location")).map(|name| PlaceName {
        name,
        language: None,
        used_by: None,
    });
    if name.is_none() && lat.is_none() {
        notes.flag(FindingCode::PlaceMissing, "location", "");
        return Ok(None);
    }
    let precision = match cells.text("geo_precision") {
        "1" => PlacePrecision::Exact,
        "2" => PlacePrecision::Near25Km,
        "3" => PlacePrecision::FirstOrderDivision,
        _ => {
            cells.unknown("geo_precision", notes);
            PlacePrecision::Country
        }
    };
    Ok(Some(PlaceSpec {
        place: None,
        names: UpTo::new(name.into_iter().collect()).unwrap_or_default(),
        lat,
        lon,
        precision,
        reference: None,
    }))
}

fn casualties(deaths: u64) -> CasualtiesReported {
    CasualtiesReported {
        side: None,
        status: CasualtyStatus::Unknown,
        killed: Some(amount::single(deaths)),
        wounded: None,
        missing: None,
        captured: None,
        incident: Some(NOT_YET),
        area: None,
        period: None,
        supersedes: None,
    }
}
