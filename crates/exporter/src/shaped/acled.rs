//! The shape of ACLED: 31 columns, one event a row, one whole number of fatalities.
//!
//! ```text
//! event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,…,fatalities,tags,timestamp
//! ```
//! Source: the ACLED codebook (2023) and the header of its files. ACLED's event is undirected: `actor1` and `actor2` are the sides
//! in the order of their codes, not who did what to whom. Columns that need a judgement of ACLED's coders are filled for its own rows only.

use armistice_report::{Event, IncidentKind, PlacePrecision, TargetKind};

use super::{
    Made,
    account::Account,
    days::{self, Days},
};
use crate::{Datatype, gazetteer::Gazetteer, left_out::Reason, places};

/// The columns and what they hold.
pub(crate) const COLUMNS: [(&str, Datatype); 31] = [
    ("event_id_cnty", Datatype::Text),
    ("event_date", Datatype::Date),
    ("year", Datatype::Integer),
    ("time_precision", Datatype::Integer),
    ("disorder_type", Datatype::Text),
    ("event_type", Datatype::Text),
    ("sub_event_type", Datatype::Text),
    ("actor1", Datatype::Text),
    ("assoc_actor_1", Datatype::Text),
    ("inter1", Datatype::Text),
    ("actor2", Datatype::Text),
    ("assoc_actor_2", Datatype::Text),
    ("inter2", Datatype::Text),
    ("interaction", Datatype::Text),
    ("civilian_targeting", Datatype::Text),
    ("iso", Datatype::Integer),
    ("region", Datatype::Text),
    ("country", Datatype::Text),
    ("admin1", Datatype::Text),
    ("admin2", Datatype::Text),
    ("admin3", Datatype::Text),
    ("location", Datatype::Text),
    ("latitude", Datatype::Decimal),
    ("longitude", Datatype::Decimal),
    ("geo_precision", Datatype::Integer),
    ("source", Datatype::Text),
    ("source_scale", Datatype::Text),
    ("notes", Datatype::Text),
    ("fatalities", Datatype::Integer),
    ("tags", Datatype::Text),
    ("timestamp", Datatype::Integer),
];

const BATTLES: &str = "Battles";
const EXPLOSIONS: &str = "Explosions/Remote violence";
const CIVILIANS: &str = "Violence against civilians";
const STRATEGIC: &str = "Strategic developments";
const POLITICAL: &str = "Political violence";

/// The row of one account.
pub(super) fn row(account: &Account, zone: Days, gazetteer: &Gazetteer) -> Result<Made, Reason> {
    let time = account.time().ok_or(Reason::NoDate)?;
    let (first, last) = zone.between(time).ok_or(Reason::NoDate)?;
    let kind = match places::content(&account.report.event) {
        Event::IncidentReported(said) => event_type(said.kind),
        _ => None,
    };
    let code = time.precision.acled_time_precision();
    if account.own.is_none() {
        if code.is_none() {
            return Err(Reason::DateTooVague);
        }
        if kind.is_none() {
            return Err(Reason::NoEventType);
        }
    }
    let mut made = Made {
        cells: COLUMNS.iter().map(|_| String::new()).collect(),
        ..Made::default()
    };
    made.left_out
        .extend(account.cells_left_out.map(|reason| ("(kept cells)", reason)));
    set(&mut made, "event_id_cnty", account.id());
    // ACLED's day may stand for a week or a month around it: its own row keeps the day.
    let kept = Some(account.kept("event_date")).filter(|_| account.row_is_newest);
    let day = kept
        .and_then(|kept| days::kept_day(kept, first, last))
        .unwrap_or(first);
    set(&mut made, "event_date", day.to_string());
    set(&mut made, "year", day.to_jiff().year().to_string());
    set(
        &mut made,
        "time_precision",
        code.map(|code| code.to_string()).unwrap_or_default(),
    );
    place(account, gazetteer, &mut made);
    fatalities(account, &mut made);
    words(account, kind, &mut made);
    Ok(made)
}

/// ACLED's type and sub-type; the sub-type stays open where ACLED asks who is a government.
const fn event_type(kind: IncidentKind) -> Option<(&'static str, &'static str)> {
    use IncidentKind as Kind;
    Some(match kind {
        Kind::SmallArmsFire
        | Kind::Sniper
        | Kind::HeavyMachineGun
        | Kind::DirectHeavyWeapon
        | Kind::GroundAssault
        | Kind::SabotageRaid
        | Kind::Infiltration => (BATTLES, "Armed clash"),
        Kind::TerritoryCapture => (BATTLES, ""),
        Kind::Mortar | Kind::ArtilleryShelling | Kind::Mlrs | Kind::TankFire | Kind::Atgm | Kind::Missile => {
            (EXPLOSIONS, "Shelling/artillery/missile attack")
        }
        Kind::AirStrike | Kind::UavStrike | Kind::LoiteringMunition => (EXPLOSIONS, "Air/drone strike"),
        Kind::MineOrIed => (EXPLOSIONS, "Remote explosive/landmine/IED"),
        Kind::Grenade => (EXPLOSIONS, "Grenade"),
        Kind::AttackOnCivilians => (CIVILIANS, "Attack"),
        Kind::AbductionDetention => (CIVILIANS, "Abduction/forced disappearance"),
        Kind::AdvanceOrIncursion
        | Kind::TroopMovement
        | Kind::WeaponInRestrictedZone
        | Kind::Fortification
        | Kind::CheckpointEstablished => (STRATEGIC, "Other"),
        Kind::Demolition | Kind::CivilianObjectDamage => (STRATEGIC, "Looting/property destruction"),
        Kind::OverflightManned
        | Kind::OverflightUav
        | Kind::MaritimeIncursion
        | Kind::LiveFireExercise
        | Kind::AttackOnPeacekeepers
        | Kind::ObstructionOfMonitors
        | Kind::ObstructionOfAid
        | Kind::CorridorClosure
        | Kind::Jamming
        | Kind::CyberOrInternet
        | Kind::Incitement
        | Kind::PrisonerReleaseBreach
        | Kind::Other => return None,
    })
}

fn set(made: &mut Made, column: &str, value: impl Into<String>) {
    let at = COLUMNS
        .iter()
        .position(|(name, _)| *name == column)
        .unwrap_or_default();
    made.cells[at] = value.into();
}

/// The columns about where. Nothing of them is filled for a place that is withheld.
fn place(account: &Account, gazetteer: &Gazetteer, made: &mut Made) {
    let located = &account.located;
    if located.is_withheld() {
        made.left_out.push(("latitude", Reason::PlaceWithheld));
        return;
    }
    if let Some((lon, lat)) = located.point {
        set(made, "latitude", lat.to_string());
        set(made, "longitude", lon.to_string());
    } else {
        made.left_out.push(("latitude", Reason::NoPoint));
    }
    match located.precision.and_then(PlacePrecision::acled_geo_precision) {
        Some(code) => set(made, "geo_precision", code.to_string()),
        None if located.precision.is_some() => {
            made.left_out.push(("geo_precision", Reason::PrecisionHasNoCode));
        }
        None => {}
    }
    let Some(spec) = &account.place else { return };
    let name = spec
        .names
        .first()
        .map(|name| name.name.to_string())
        .or_else(|| Some(located.names.items().first()?.get("name").text().to_owned()));
    set(made, "location", name.unwrap_or_default());
    let around = |kinds| {
        spec.place
            .as_deref()
            .and_then(|place| gazetteer.around(place, kinds))
    };
    set(made, "admin1", around(&["region"]).unwrap_or_default());
    set(made, "admin2", around(&["district"]).unwrap_or_default());
}

/// ACLED has one number: the best, or else the lower bound. Not stated stays empty: it is not 0.
fn fatalities(account: &Account, made: &mut Made) {
    made.left_out
        .extend(account.withdrawn.map(|reason| ("fatalities", reason)));
    let Some(deaths) = &account.deaths else {
        // Where ACLED has 0, nobody reported anybody dead: no report holds it, and the cell does.
        match account.kept("fatalities") {
            "0" if account.withdrawn.is_none() => set(made, "fatalities", "0"),
            "" | "0" => {}
            _ if account.withdrawn.is_none() => made.left_out.push(("fatalities", Reason::NoBest)),
            _ => {}
        }
        return;
    };
    let number = deaths.all.best.or(deaths.all.low);
    if deaths.all.best.is_none() {
        let reason = if number.is_some() {
            Reason::LowForBest
        } else {
            Reason::NoBest
        };
        made.left_out.push(("fatalities", reason));
    }
    set(
        made,
        "fatalities",
        number.map(|number| number.to_string()).unwrap_or_default(),
    );
}

/// The remaining columns: as ACLED wrote them, or the report's own.
fn words(account: &Account, kind: Option<(&str, &str)>, made: &mut Made) {
    let is_hidden = account.located.is_withheld();
    for (at, (column, _)) in COLUMNS.iter().enumerate() {
        if made.cells[at].is_empty()
            && !matches!(*column, "latitude" | "longitude" | "geo_precision" | "fatalities")
        {
            account.kept(column).clone_into(&mut made.cells[at]);
        }
    }
    let report = &account.report;
    if let Some(words) = account
        .said("verbatim")
        .filter(|_| !is_hidden)
        .and_then(|said| said.verbatim.as_ref())
    {
        set(made, "notes", words.as_str());
    }
    if account.own.is_some() {
        // An update of the number alone comes as a correction of the figure.
        let figure = account.deaths.as_ref().and_then(|deaths| deaths.release);
        let row = account.kept("timestamp").parse().ok();
        if let Some(newest) = figure.max(row).filter(|_| account.cells_left_out.is_none()) {
            set(made, "timestamp", newest.to_string());
        }
        return;
    }
    set(made, "timestamp", report.time.to_jiff().as_second().to_string());
    if let Some((event, sub)) = kind {
        set(made, "event_type", event);
        set(made, "sub_event_type", sub);
        set(
            made,
            "disorder_type",
            if event == STRATEGIC { STRATEGIC } else { POLITICAL },
        );
    }
    if account.sides.len() > 2 {
        made.left_out.push(("actor1", Reason::TooManySides));
    } else {
        for (side, column) in account.sides.iter().zip(["actor1", "actor2"]) {
            set(made, column, side.as_str());
        }
    }
    if let Event::IncidentReported(said) = places::content(&report.event)
        && said.target_kind == Some(TargetKind::Civilians)
        && !account.is_redacted("data.content.target_kind")
    {
        set(made, "civilian_targeting", "Civilian targeting");
    }
    let source = account.said("source").and_then(|said| said.source.as_ref());
    let outlet = source.and_then(|source| source.outlet.as_deref());
    set(
        made,
        "source",
        outlet.map_or_else(|| account.asserter(), str::to_owned),
    );
    if let Some(scale) = source.and_then(|source| source.scale) {
        set(made, "source_scale", scale.as_str());
    }
    let hedge = report
        .provenance
        .as_ref()
        .map(|said| said.hedge.as_str())
        .unwrap_or_default();
    let asserter = Some(account.asserter()).filter(|name| !name.is_empty());
    let said = asserter.map_or_else(
        || "who says it is not stated".to_owned(),
        |name| format!("said by {name}"),
    );
    set(made, "tags", format!("{said}; {hedge}"));
}
