//! Allegations, complaints and incidents, from the rows of `allegations`.

use std::collections::{BTreeMap, HashSet};

use armistice_projection::View;
use serde::{Deserialize, de::IgnoredAny};

use super::{Fact, LeftOut, Record, Wanted};
use crate::{
    cut::Cut,
    frame::{Frame, read},
    shapes::{Entry, Time},
};

/// What is read of an `allegations/allegation` row.
#[derive(Deserialize)]
pub(crate) struct AllegationRow {
    side: String,
    asserted_by: String,
    asserted_by_side: String,
    capacity: Option<String>,
    kind: String,
    place: Option<String>,
    place_named: Option<String>,
    time: Time,
    clause: Option<String>,
    counted: bool,
    pub(crate) incident: String,
    #[serde(default)]
    weapons: Vec<String>,
    #[serde(default)]
    target_kind: Option<String>,
    #[serde(default)]
    filed_with: Option<String>,
    republished: Vec<IgnoredAny>,
    entries: Vec<Entry>,
}

impl Record for AllegationRow {
    fn place(&self) -> Option<&str> {
        self.place.as_deref().or(self.place_named.as_deref())
    }

    fn value<'a>(&'a self, cut: Cut, _: &'a Frame, give: &mut dyn FnMut(&'a str)) {
        match cut {
            Cut::Side => give(&self.side),
            Cut::Asserter => give(&self.asserted_by),
            Cut::AsserterSide => give(&self.asserted_by_side),
            Cut::Capacity => self.capacity.as_deref().into_iter().for_each(give),
            Cut::Clause => self.clause.as_deref().into_iter().for_each(give),
            Cut::Mechanism => self.filed_with.as_deref().into_iter().for_each(give),
            Cut::Weapon => self.weapons.iter().map(String::as_str).for_each(give),
            Cut::CivilianEffect => civilian_effect(self.target_kind.as_deref())
                .into_iter()
                .for_each(give),
            _ => {}
        }
    }
}

/// Whether civilians were hit or aimed at. Nothing is taken from silence.
fn civilian_effect(target_kind: Option<&str>) -> Option<&str> {
    match target_kind? {
        "unknown" => None,
        effect @ ("civilians" | "civilian_object" | "aid" | "journalists") => Some(effect),
        _ => Some("other_target"),
    }
}

impl AllegationRow {
    fn fact(self, wanted: &Wanted<'_>) -> Fact {
        let values = wanted.values(&self);
        Fact::new(self.time.span(), vec![self.kind], values, self.entries)
    }
}

/// Every row of an allegation, or of a complaint, that was not withdrawn.
fn each_row(
    wanted: &Wanted<'_>,
    complaints: bool,
    left_out: &mut LeftOut,
    mut give: impl FnMut(AllegationRow),
) {
    wanted.projection.for_each_row(View::Allegations, |key, row| {
        if !key.starts_with("allegation/") {
            return;
        }
        let row: AllegationRow = read(row);
        if complaints && row.filed_with.is_none() {
            return;
        }
        left_out.repeated += row.republished.len() as u64;
        if row.counted {
            give(row);
        } else {
            left_out.withdrawn += 1;
        }
    });
}

/// Allegations, or of these the complaints.
pub(super) fn allegations(
    wanted: &Wanted<'_>,
    complaints: bool,
    left_out: &mut LeftOut,
    sink: &mut dyn FnMut(Fact),
) {
    each_row(wanted, complaints, left_out, |row| sink(row.fact(wanted)));
}

#[derive(Deserialize)]
struct IncidentRow {
    counted: bool,
    claims: Vec<IgnoredAny>,
}

/// Incidents: a claim that stands alone is one at once; only claims that are joined are held.
pub(super) fn incidents(wanted: &Wanted<'_>, left_out: &mut LeftOut, sink: &mut dyn FnMut(Fact)) {
    let mut joined: HashSet<String> = HashSet::new();
    let mut withdrawn = 0;
    wanted.projection.for_each_row(View::Incidents, |key, row| {
        if key.starts_with("incident/") {
            let row: IncidentRow = read(row);
            withdrawn += u64::from(!row.counted);
            if row.claims.len() > 1 {
                joined.insert(key.to_owned());
            }
        }
    });
    let mut held: BTreeMap<String, Fact> = BTreeMap::new();
    let mut claims = LeftOut::default();
    each_row(wanted, false, &mut claims, |mut row| {
        if !joined.contains(&row.incident) {
            return sink(row.fact(wanted));
        }
        let incident = std::mem::take(&mut row.incident);
        hold(&mut held, incident, row.fact(wanted));
    });
    // What was withdrawn or repeated is counted in the series' own unit: whole incidents.
    left_out.withdrawn += withdrawn;
    held.into_values().for_each(sink);
}

fn hold(held: &mut BTreeMap<String, Fact>, incident: String, fact: Fact) {
    match held.get_mut(&incident) {
        Some(first) => first.join(fact),
        None => {
            held.insert(incident, fact);
        }
    }
}

/// The incidents of some keys, as far as claims of them are in force.
pub(super) fn incidents_of(wanted: &Wanted<'_>, keys: &HashSet<String>) -> BTreeMap<String, Fact> {
    let mut held = BTreeMap::new();
    if !keys.is_empty() {
        each_row(wanted, false, &mut LeftOut::default(), |mut row| {
            if keys.contains(&row.incident) {
                let incident = std::mem::take(&mut row.incident);
                hold(&mut held, incident, row.fact(wanted));
            }
        });
    }
    held
}
