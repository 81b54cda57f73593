//! A row of GED as reports.

use armistice_report::{
    ActorId, CasualtiesReported, Event, IncidentKind, IncidentReported, PlaceSpec, Provenance, TallyClaimed,
    TargetKind, TimePrecision, TimeSpec, UpTo,
};
use jiff::civil;

use super::deaths::Deaths;
use super::{Options, place, provenance};
use crate::cells::Cells;
use crate::claim::{Claim, Lineage, NOT_YET};
use crate::code::FindingCode;
use crate::dates;
use crate::finding::{Notes, Rejected};
use crate::rows::Coder;
use crate::tidy;

/// The unit of an aggregate, in UCDP's words.
const UNIT: &str = "deaths (UCDP GED low, best and high estimate of an aggregate, event_clarity 2)";

/// The first and the last day of a row.
type Days = (civil::Date, civil::Date);

/// Reads rows of GED.
#[derive(Debug)]
pub(crate) struct Ged {
    options: Options,
}

/// The actor of a column of ids, such as `ucdp-actor-130`.
pub(super) fn actor(cells: &Cells<'_>, column: &str) -> Option<ActorId> {
    let id = cells.text(column);
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    is_id
        .then(|| ActorId::new(&format!("ucdp-actor-{id}")).ok())
        .flatten()
}

impl Ged {
    pub(crate) fn new(options: Options) -> Self {
        Self { options }
    }

    fn claim(&self, (row, part): (&str, &str), days: Days, provenance: Provenance, event: Event) -> Claim {
        let row = format!("{row}{part}");
        Claim {
            id: format!("ged-{}-{row}", self.options.release),
            about_first: false,
            lineage: Lineage::Releases {
                release: self.options.release,
                previous: self.options.previous.clone(),
                years: [days.0.year(), days.1.year()],
                row,
            },
            only_as_correction: false,
            provenance,
            event,
        }
    }

    fn time(&self, cells: &Cells<'_>, notes: &mut Notes) -> Result<(TimeSpec, Days), Rejected> {
        let mut day = |column: &str| {
            let text = cells.text(column);
            dates::read(text, self.options.dates).map_err(|code| notes.reject(code, column, text))
        };
        let (start, end) = (day("date_start")?, day("date_end")?);
        if end < start {
            let found = format!("{start} to {end}");
            return Err(notes.reject(FindingCode::DateOrder, "date_end", &found));
        }
        let precision = match cells.text("date_prec") {
            "1" => TimePrecision::Day,
            "2" => TimePrecision::Days,
            "3" => TimePrecision::Week,
            "4" => TimePrecision::Month,
            "5" => TimePrecision::Year,
            _ => {
                cells.unknown("date_prec", notes);
                TimePrecision::Unknown
            }
        };
        dates::days(start, end, precision, self.options.zone)
            .map(|time| (time, (start, end)))
            .ok_or_else(|| notes.reject(FindingCode::DateInvalid, "date_start", cells.text("date_start")))
    }
}

impl Coder for Ged {
    fn code(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Result<Vec<Claim>, Rejected> {
        let id = cells.text("id");
        if id.is_empty() || id.len() > 40 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(notes.reject(FindingCode::IdInvalid, "id", id));
        }
        let (time, days) = self.time(cells, notes)?;
        let place = place::place(cells, notes)?;
        let deaths = Deaths::read(cells, notes)?;
        let violence = violence(cells, notes)?;
        let whole = provenance::whole(cells, self.options.release, id, notes);
        let brief = provenance::brief(&whole);
        let casualties = deaths.casualties(cells);
        if is_aggregate(cells, notes) {
            let tally = tally(cells, &violence, &time, place.as_ref(), &deaths, notes)?;
            let mut claims = vec![self.claim((id, ""), days, whole, tally.into())];
            claims.extend(casualties.map(|casualties| {
                let event = CasualtiesReported {
                    area: place,
                    period: Some(time),
                    ..casualties
                };
                self.claim((id, "-casualties"), days, brief, event.into())
            }));
            return Ok(claims);
        }
        let mut claims = vec![self.claim((id, ""), days, whole, incident(violence, time, place).into())];
        claims.extend(casualties.map(|casualties| {
            let event = CasualtiesReported {
                incident: Some(NOT_YET),
                ..casualties
            };
            Claim {
                about_first: true,
                ..self.claim((id, "-casualties"), days, brief, event.into())
            }
        }));
        Ok(claims)
    }
}

/// What `type_of_violence` says.
struct Violence {
    kind: IncidentKind,
    text: Option<&'static str>,
    accused: Option<ActorId>,
    target: Option<TargetKind>,
}

fn violence(cells: &Cells<'_>, notes: &mut Notes) -> Result<Violence, Rejected> {
    // Fighting between two sides has no accused: UCDP does not say who began.
    let between = |text| Violence {
        kind: IncidentKind::Other,
        text: Some(text),
        accused: None,
        target: None,
    };
    match cells.text("type_of_violence") {
        "1" => Ok(between("state-based conflict (UCDP type_of_violence 1)")),
        "2" => Ok(between("non-state conflict (UCDP type_of_violence 2)")),
        "3" => Ok(Violence {
            kind: IncidentKind::AttackOnCivilians,
            text: None,
            accused: actor(cells, "side_a_new_id"),
            target: Some(TargetKind::Civilians),
        }),
        other => Err(notes.reject(FindingCode::NumberInvalid, "type_of_violence", other)),
    }
}

fn is_aggregate(cells: &Cells<'_>, notes: &mut Notes) -> bool {
    match cells.text("event_clarity") {
        "2" => true,
        "1" | "" => false,
        _ => {
            cells.unknown("event_clarity", notes);
            false
        }
    }
}

fn incident(violence: Violence, time: TimeSpec, place: Option<PlaceSpec>) -> IncidentReported {
    IncidentReported {
        kind: violence.kind,
        kind_text: violence.text.and_then(tidy::brief),
        weapons: UpTo::default(),
        weapon_text: None,
        accused: violence.accused,
        target: None,
        target_kind: violence.target,
        outcome: None,
        time,
        place,
        clause: None,
        count: None,
        filed_with: None,
    }
}

fn tally(
    cells: &Cells<'_>,
    violence: &Violence,
    time: &TimeSpec,
    place: Option<&PlaceSpec>,
    deaths: &Deaths,
    notes: &mut Notes,
) -> Result<TallyClaimed, Rejected> {
    let number = deaths.killed.clone();
    let number =
        number.ok_or_else(|| notes.reject(FindingCode::NumberInvalid, "best", cells.text("best")))?;
    let unit = tidy::brief(UNIT).ok_or(Rejected)?;
    Ok(TallyClaimed {
        accused: violence.accused.clone(),
        period: time.clone(),
        number,
        unit,
        breakdown: deaths.parts(),
        places: UpTo::new(place.cloned().into_iter().collect()).unwrap_or_default(),
    })
}
