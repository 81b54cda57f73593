//! `event_type` and `sub_event_type` as kinds of incident.
//!
//! ACLED's words are kept as `kind_text` wherever our vocabulary has no word that says the same.

use armistice_report::{IncidentKind, Weapon};

use crate::cells::Cells;
use crate::code::FindingCode;
use crate::finding::Notes;
use crate::tidy;

/// What a pair of types says.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) incident: IncidentKind,
    pub(super) text: Option<armistice_report::Name>,
    pub(super) weapon: Option<Weapon>,
    /// Whether `actor1` did it: violence against civilians alone has a direction.
    pub(super) is_directed: bool,
}

/// Misspellings that ACLED's files are known to hold.
const MISSPELT: [(&str, &str); 3] = [
    ("demostrations", "demonstrations"),
    ("abduction/forced dissapearance", "abduction/forced disappearance"),
    (
        "excessive force against protestors",
        "excessive force against protesters",
    ),
];

/// Sub-events that have a word of their own: sub-event type, kind, weapon.
const KINDS: [(&str, IncidentKind, Option<Weapon>); 11] = [
    (
        "government regains territory",
        IncidentKind::TerritoryCapture,
        None,
    ),
    (
        "non-state actor overtakes territory",
        IncidentKind::TerritoryCapture,
        None,
    ),
    (
        "shelling/artillery/missile attack",
        IncidentKind::ArtilleryShelling,
        None,
    ),
    ("remote explosive/landmine/ied", IncidentKind::MineOrIed, None),
    ("grenade", IncidentKind::Grenade, Some(Weapon::Grenade)),
    ("attack", IncidentKind::AttackOnCivilians, None),
    ("sexual violence", IncidentKind::AttackOnCivilians, None),
    (
        "abduction/forced disappearance",
        IncidentKind::AbductionDetention,
        None,
    ),
    (
        "looting/property destruction",
        IncidentKind::CivilianObjectDamage,
        None,
    ),
    (
        "headquarters or base established",
        IncidentKind::Fortification,
        None,
    ),
    ("chemical weapon", IncidentKind::Other, Some(Weapon::Chemical)),
];

/// Event types of which no row is an act of arms.
const NO_ARMS: [&str; 3] = ["protests", "riots", "strategic developments"];
const TYPES: [&str; 6] = [
    "battles",
    "explosions/remote violence",
    "violence against civilians",
    "protests",
    "riots",
    "strategic developments",
];

pub(super) fn kind(cells: &Cells<'_>, notes: &mut Notes) -> Kind {
    let event_type = spelt(cells, "event_type", notes);
    let sub_type = spelt(cells, "sub_event_type", notes);
    let is_known = TYPES.contains(&event_type.as_str()) || event_type == "demonstrations";
    if !is_known {
        notes.flag(FindingCode::ValueUnknown, "event_type", cells.text("event_type"));
    }
    let found = KINDS.iter().find(|(name, _, _)| *name == sub_type);
    let (kind, weapon) = found.map_or((IncidentKind::Other, None), |(_, kind, weapon)| (*kind, *weapon));
    if kind == IncidentKind::Other
        && (NO_ARMS.contains(&event_type.as_str()) || event_type == "demonstrations")
    {
        notes.flag(
            FindingCode::NotAnIncident,
            "sub_event_type",
            cells.text("sub_event_type"),
        );
    }
    let text = format!("{}: {}", cells.text("event_type"), cells.text("sub_event_type"));
    Kind {
        incident: kind,
        text: (kind == IncidentKind::Other)
            .then(|| tidy::brief(&text))
            .flatten(),
        weapon,
        is_directed: event_type == "violence against civilians",
    }
}

fn spelt(cells: &Cells<'_>, column: &str, notes: &mut Notes) -> String {
    let word = cells.text(column).to_lowercase();
    match MISSPELT.iter().find(|(wrong, _)| *wrong == word) {
        Some((_, right)) => {
            notes.flag(FindingCode::WordMisspelt, column, cells.text(column));
            (*right).to_owned()
        }
        None => word,
    }
}
