//! `frame`: agreements, ceasefires, actors and places, each with every name that it goes by and who uses it.
//!
//! ```text
//! {"key":"place/parukh","row":"place","place":"parukh","names":[{"name":"Farrukh","language":"az","used_by":"azerbaijan",…},…],…}
//! ```
//! Unit: registration. No name is "the" name: they are ordered by their bytes. The newest registration gives role, kind
//! and coordinates; names are collected from all of them. No place has a country.

mod live;

use std::collections::BTreeMap;

use armistice_report::{
    ActorRole, AgreementClass, ClauseKind, DeclarationManner, EndManner, Event, Latitude, Longitude,
    PlaceKind, PlacePrecision,
};
use serde::{Deserialize, Serialize};

use crate::{
    compact::{Span, SpanRow, Where},
    entries::EntryRef,
    names::Name,
    reading::Reading,
    rows::Rows,
    scene::Scene,
};
pub(crate) use live::Live;

/// A name and who uses it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Called {
    name: Name,
    language: Option<Name>,
    used_by: Option<Name>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Actor {
    index: u32,
    role: ActorRole,
    belongs_to: Option<Name>,
    names: Box<[Called]>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    index: u32,
    kind: PlaceKind,
    within: Option<Name>,
    point: Option<(Latitude, Longitude)>,
    precision: PlacePrecision,
    names: Box<[Called]>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Agreement {
    index: u32,
    title: Name,
    class: AgreementClass,
    signed: Span,
    in_force: Option<Span>,
    parties: Box<[Name]>,
    brokers: Box<[Name]>,
    guarantors: Box<[Name]>,
    clauses: Box<[(Name, ClauseKind)]>,
    mandate_of: Option<Name>,
    amends: Option<Name>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ending {
    index: u32,
    agreement: Name,
    manner: EndManner,
    by: Option<Name>,
    time: Span,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Declaration {
    index: u32,
    ceasefire: Name,
    declarants: Box<[Name]>,
    manner: DeclarationManner,
    agreement: Option<Name>,
    from: Span,
    until: Option<Span>,
    area: Where,
}

/// Every registration by what it is about, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Frame {
    actors: BTreeMap<Name, Vec<Actor>>,
    places: BTreeMap<Name, Vec<Place>>,
    agreements: BTreeMap<Name, Vec<Agreement>>,
    endings: Vec<Ending>,
    declarations: Vec<Declaration>,
}

impl Frame {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let index = scene.index;
        match scene.event {
            Event::ActorRegistered(actor) => {
                let called = |scene: &mut Scene<'_>, one: &armistice_report::ActorName| Called {
                    name: scene.name(&one.name),
                    language: one.language.as_ref().map(|tag| scene.name(tag)),
                    used_by: one.used_by.as_ref().map(|user| scene.name(user)),
                };
                let record = Actor {
                    index,
                    role: actor.role,
                    belongs_to: actor.belongs_to.as_ref().map(|above| scene.name(above)),
                    names: actor.names.iter().map(|one| called(scene, one)).collect(),
                };
                self.actors
                    .entry(scene.name(&actor.actor))
                    .or_default()
                    .push(record);
            }
            Event::PlaceRegistered(place) => {
                let called = |scene: &mut Scene<'_>, one: &armistice_report::PlaceName| Called {
                    name: scene.name(&one.name),
                    language: one.language.as_ref().map(|tag| scene.name(tag)),
                    used_by: one.used_by.as_ref().map(|user| scene.name(user)),
                };
                let record = Place {
                    index,
                    kind: place.kind,
                    within: place.within.as_ref().map(|above| scene.name(above)),
                    point: place.lat.zip(place.lon),
                    precision: place.precision,
                    names: place.names.iter().map(|one| called(scene, one)).collect(),
                };
                self.places
                    .entry(scene.name(&place.place))
                    .or_default()
                    .push(record);
            }
            Event::AgreementRecorded(_) | Event::AgreementEnded(_) => self.apply_agreement(scene),
            Event::CeasefireDeclared(declared) => {
                let record = Declaration {
                    index,
                    ceasefire: scene.name(&declared.ceasefire),
                    declarants: scene.names(&declared.declarants),
                    manner: declared.manner,
                    agreement: declared.agreement.as_ref().map(|id| scene.name(id)),
                    from: Span::of(&declared.from),
                    until: declared.until.as_ref().map(Span::of),
                    area: scene.place(declared.area.as_ref()),
                };
                self.declarations.push(record);
            }
            _ => {}
        }
    }

    fn apply_agreement(&mut self, scene: &mut Scene<'_>) {
        let index = scene.index;
        match scene.event {
            Event::AgreementRecorded(recorded) => {
                let record = Agreement {
                    index,
                    title: scene.name(&recorded.title),
                    class: recorded.class,
                    signed: Span::of(&recorded.signed),
                    in_force: recorded.in_force.as_ref().map(Span::of),
                    parties: scene.names(&recorded.parties),
                    brokers: scene.names(&recorded.brokers),
                    guarantors: scene.names(&recorded.guarantors),
                    clauses: recorded
                        .clauses
                        .iter()
                        .map(|clause| (scene.name(&clause.id), clause.kind))
                        .collect(),
                    mandate_of: recorded
                        .mandate
                        .as_ref()
                        .map(|mandate| scene.name(&mandate.force)),
                    amends: recorded.amends.as_ref().map(|id| scene.name(id)),
                };
                self.agreements
                    .entry(scene.name(&recorded.agreement))
                    .or_default()
                    .push(record);
            }
            Event::AgreementEnded(ended) => {
                let record = Ending {
                    index,
                    agreement: scene.name(&ended.agreement),
                    manner: ended.manner,
                    by: ended.by.as_ref().map(|by| scene.name(by)),
                    time: Span::of(&ended.time),
                };
                self.endings.push(record);
            }
            _ => {}
        }
    }
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct CalledRow<'a> {
    name: &'a str,
    language: Option<&'a str>,
    used_by: Option<&'a str>,
}

#[derive(Serialize)]
struct ActorRow<'a> {
    actor: &'a str,
    role: ActorRole,
    belongs_to: Option<&'a str>,
    side: &'a str,
    names: Vec<CalledRow<'a>>,
    registered_by: &'a str,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct PlaceRow<'a> {
    place: &'a str,
    kind: PlaceKind,
    within: Option<&'a str>,
    names: Vec<CalledRow<'a>>,
    lat: Option<Latitude>,
    lon: Option<Longitude>,
    precision: PlacePrecision,
    registered_by: &'a str,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct ClauseRow<'a> {
    clause: &'a str,
    kind: ClauseKind,
}

#[derive(Serialize)]
struct EndingRow<'a> {
    agreement: &'a str,
    manner: EndManner,
    by: Option<&'a str>,
    time: SpanRow,
    recorded_by: &'a str,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct AgreementRow<'a> {
    agreement: &'a str,
    title: &'a str,
    class: AgreementClass,
    signed: SpanRow,
    in_force: Option<SpanRow>,
    parties: Vec<&'a str>,
    brokers: Vec<&'a str>,
    guarantors: Vec<&'a str>,
    clauses: Vec<ClauseRow<'a>>,
    mandate_of: Option<&'a str>,
    amends: Option<&'a str>,
    endings: Vec<EndingRow<'a>>,
    recorded_by: &'a str,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct DeclarationRow<'a> {
    ceasefire: &'a str,
    declarants: Vec<&'a str>,
    manner: DeclarationManner,
    agreement: Option<&'a str>,
    from: SpanRow,
    until: Option<SpanRow>,
    area: &'a str,
    recorded_by: &'a str,
    entries: Vec<EntryRef>,
}

impl Frame {
    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        for (id, actors) in by_text(reading, &self.actors) {
            if let Some(row) = actor_row(reading, id, actors) {
                out.push("actor", id, &row);
            }
        }
        for (id, agreements) in by_text(reading, &self.agreements) {
            let endings: Vec<&Ending> = self
                .endings
                .iter()
                .filter(|ending| reading.text(ending.agreement) == id)
                .collect();
            if let Some(row) = agreement_row(reading, id, agreements, &endings) {
                out.push("agreement", id, &row);
            }
        }
        for declared in &self.declarations {
            out.push_at("ceasefire", declared.index, &declaration_row(reading, declared));
        }
        for ending in &self.endings {
            out.push_at("ending", ending.index, &ending_row(reading, ending));
        }
        for (id, places) in by_text(reading, &self.places) {
            if let Some(row) = place_row(reading, id, places) {
                out.push("place", id, &row);
            }
        }
    }
}

/// Registrations in the order of their ids; their numbers follow the log.
fn by_text<'a, T>(reading: &Reading<'a>, map: &'a BTreeMap<Name, Vec<T>>) -> BTreeMap<&'a str, &'a [T]> {
    map.iter()
        .map(|(&name, list)| (reading.text(name), list.as_slice()))
        .collect()
}

fn publisher<'a>(reading: &Reading<'a>, index: u32) -> &'a str {
    reading.text(reading.entries.producer(index))
}

fn texts<'a>(reading: &Reading<'a>, names: &[Name]) -> Vec<&'a str> {
    names.iter().map(|&name| reading.text(name)).collect()
}

fn called_rows<'a>(reading: &Reading<'a>, names: impl Iterator<Item = Called>) -> Vec<CalledRow<'a>> {
    let mut rows: Vec<CalledRow<'a>> = names
        .map(|called| CalledRow {
            name: reading.text(called.name),
            language: reading.option(called.language),
            used_by: reading.option(called.used_by),
        })
        .collect();
    rows.sort();
    rows.dedup();
    rows
}

fn actor_row<'a>(reading: &Reading<'a>, id: &'a str, actors: &[Actor]) -> Option<ActorRow<'a>> {
    let newest = actors.last()?;
    Some(ActorRow {
        actor: id,
        role: newest.role,
        belongs_to: reading.option(newest.belongs_to),
        side: reading.names.find(id).map_or(id, |name| reading.side_text(name)),
        names: called_rows(
            reading,
            actors.iter().flat_map(|actor| actor.names.iter().copied()),
        ),
        registered_by: publisher(reading, newest.index),
        entries: reading.entries(actors.iter().map(|actor| actor.index)),
    })
}

fn place_row<'a>(reading: &Reading<'a>, id: &'a str, places: &[Place]) -> Option<PlaceRow<'a>> {
    let newest = places.last()?;
    Some(PlaceRow {
        place: id,
        kind: newest.kind,
        within: reading.option(newest.within),
        names: called_rows(
            reading,
            places.iter().flat_map(|place| place.names.iter().copied()),
        ),
        lat: newest.point.map(|(lat, _)| lat),
        lon: newest.point.map(|(_, lon)| lon),
        precision: newest.precision,
        registered_by: publisher(reading, newest.index),
        entries: reading.entries(places.iter().map(|place| place.index)),
    })
}

fn agreement_row<'a>(
    reading: &Reading<'a>,
    id: &'a str,
    agreements: &[Agreement],
    endings: &[&Ending],
) -> Option<AgreementRow<'a>> {
    let newest = agreements.last()?;
    let clauses = newest.clauses.iter().map(|&(clause, kind)| ClauseRow {
        clause: reading.text(clause),
        kind,
    });
    let indexes = agreements
        .iter()
        .map(|one| one.index)
        .chain(endings.iter().map(|one| one.index));
    Some(AgreementRow {
        agreement: id,
        title: reading.text(newest.title),
        class: newest.class,
        signed: newest.signed.row(),
        in_force: newest.in_force.map(Span::row),
        parties: texts(reading, &newest.parties),
        brokers: texts(reading, &newest.brokers),
        guarantors: texts(reading, &newest.guarantors),
        clauses: clauses.collect(),
        mandate_of: reading.option(newest.mandate_of),
        amends: reading.option(newest.amends),
        endings: endings.iter().map(|ending| ending_row(reading, ending)).collect(),
        recorded_by: publisher(reading, newest.index),
        entries: reading.entries(indexes),
    })
}

fn ending_row<'a>(reading: &Reading<'a>, ending: &Ending) -> EndingRow<'a> {
    EndingRow {
        agreement: reading.text(ending.agreement),
        manner: ending.manner,
        by: reading.option(ending.by),
        time: ending.time.row(),
        recorded_by: publisher(reading, ending.index),
        entries: reading.entries([ending.index]),
    }
}

fn declaration_row<'a>(reading: &Reading<'a>, declared: &Declaration) -> DeclarationRow<'a> {
    DeclarationRow {
        ceasefire: reading.text(declared.ceasefire),
        declarants: texts(reading, &declared.declarants),
        manner: declared.manner,
        agreement: reading.option(declared.agreement),
        from: declared.from.row(),
        until: declared.until.map(Span::row),
        area: reading.place_text(declared.index, declared.area),
        recorded_by: publisher(reading, declared.index),
        entries: reading.entries([declared.index]),
    }
}
