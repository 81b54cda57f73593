//! What later entries did to earlier ones: corrected, retracted, counted the dead of, linked, withheld, redacted.
//!
//! One pass over the whole log, in its order; some 12 bytes are kept for an entry, and more for each that names another.
//! Corrections and retractions count up to the tree size of the export. What is withheld or redacted counts up to the end
//! of the log, also in an export of an earlier tree size: what endangers somebody today is not passed on because it once
//! was not known to.

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::{EntryHash, Event, PlacePrecision, Report};

use crate::{Error, Shield, Source, json::Json, places, row::Row, scrub::entries_below, shield::Fields};

/// The first eight bytes of an entry's hash.
type Prefix = u64;

/// What the entries of a log did to each other.
#[derive(Debug, Default)]
pub struct History {
    entries: Vec<(Prefix, u32)>,
    /// What is corrected, the correction, and whether its content withholds its place or states one; it may do neither.
    corrected: Vec<(Prefix, u32, Option<bool>)>,
    retracted: Vec<(Prefix, u32)>,
    counted: Vec<(Prefix, u32)>,
    superseded: Vec<(Prefix, u32)>,
    /// The target, the redaction and its paths.
    redacted: Vec<(Prefix, u32, Vec<String>)>,
    withheld: BTreeSet<u32>,
    registrations: BTreeMap<String, (Vec<u32>, bool)>,
    names: BTreeMap<String, u32>,
    /// Which report names which registered place.
    named: Vec<(u32, u32)>,
    /// Reports with a place that name another entry.
    beside: Vec<(Prefix, u32)>,
    links: Vec<(Prefix, Prefix, u32)>,
    unlinked: Vec<Prefix>,
    settled: Settled,
}

/// The same by index: the target, then who names it, sorted.
#[derive(Debug, Default)]
struct Settled {
    corrections: Vec<(u32, u32)>,
    retractions: Vec<(u32, u32)>,
    casualties: Vec<(u32, u32)>,
    supersedings: Vec<(u32, u32)>,
    /// Correction → original.
    originals: BTreeMap<u32, u32>,
}

fn prefix(hash: &EntryHash) -> Prefix {
    hash.0.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

impl History {
    /// Takes the next entry: its index, its leaf hash and its report.
    pub fn add(&mut self, index: u64, hash: [u8; 32], report: &Report) {
        // A projection holds no more.
        let Ok(index) = u32::try_from(index) else { return };
        self.entries.push((prefix(&EntryHash(hash)), index));
        self.add_places(index, report);
        match &report.event {
            Event::ClaimCorrected(said) => {
                let content = said.replacement.event();
                let withheld = if is_withheld(content) || seals_point(report) {
                    Some(true)
                } else {
                    Some(false).filter(|_| !places::of(content).is_empty())
                };
                self.corrected.push((prefix(&said.target), index, withheld));
            }
            Event::ClaimRetracted(said) => self.retracted.push((prefix(&said.target), index)),
            Event::CasualtiesReported(said) => {
                let references = report.provenance.iter().flat_map(|said| said.refers_to.iter());
                let about = said.incident.into_iter().chain(
                    references
                        .map(|reference| reference.entry)
                        .filter(|_| said.incident.is_none()),
                );
                self.superseded
                    .extend(said.supersedes.iter().map(|hash| (prefix(hash), index)));
                self.counted.extend(about.map(|hash| (prefix(&hash), index)));
            }
            Event::RedactionApplied(said) => {
                let fields = said.fields.iter().map(|field| original_path(field)).collect();
                self.redacted.push((prefix(&said.target), index, fields));
            }
            Event::IncidentsLinked(said) if said.relation.joins() => {
                self.links.push((prefix(&said.a), prefix(&said.b), index));
            }
            Event::IncidentsUnlinked(said) => self.unlinked.push(prefix(&said.target)),
            Event::PlaceRegistered(said) => {
                let place = self.registrations.entry(said.place.to_string()).or_default();
                place.0.push(index);
                place.1 = said.precision == PlacePrecision::Withheld;
            }
            _ => {}
        }
    }

    fn add_places(&mut self, index: u32, report: &Report) {
        let found = places::of(&report.event);
        if seals_point(report) {
            self.withheld.insert(index);
        }
        if found.is_empty() {
            return;
        }
        if is_withheld(&report.event) {
            self.withheld.insert(index);
        }
        for id in found.iter().filter_map(|(_, place)| place.place.as_ref()) {
            let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
            let name = *self.names.entry(id.to_string()).or_insert(next);
            self.named.push((index, name));
        }
        self.beside
            .extend(report.targets().iter().map(|target| (prefix(target), index)));
    }

    /// Sorts what was taken; to be called once, after the last entry.
    pub fn settle(&mut self) {
        self.entries.sort_unstable();
        for (target, correction, withheld) in std::mem::take(&mut self.corrected) {
            let Some(original) = self.find(target) else {
                continue;
            };
            self.settled.corrections.push((original, correction));
            self.settled.originals.insert(correction, original);
            // The newest content is what counts. One without a place says nothing of the place before.
            match withheld {
                Some(true) => {
                    self.withheld.insert(original);
                }
                Some(false) => {
                    self.withheld.remove(&original);
                }
                None => {}
            }
        }
        let retracted = std::mem::take(&mut self.retracted);
        self.settled.retractions = self.by_index(retracted);
        let counted = std::mem::take(&mut self.counted);
        self.settled.casualties = self.by_index(counted);
        let superseded = std::mem::take(&mut self.superseded);
        self.settled.supersedings = self.by_index(superseded);
        self.settled.corrections.sort_unstable();
    }

    fn by_index(&self, edges: Vec<(Prefix, u32)>) -> Vec<(u32, u32)> {
        let resolved = edges
            .into_iter()
            .filter_map(|(target, index)| Some((self.original(self.find(target)?), index)));
        let mut resolved: Vec<(u32, u32)> = resolved.collect();
        resolved.sort_unstable();
        resolved
    }

    fn find(&self, prefix: Prefix) -> Option<u32> {
        let at = self.entries.partition_point(|(known, _)| *known < prefix);
        let found = self.entries.get(at).filter(|(known, _)| *known == prefix);
        found.map(|(_, index)| *index)
    }

    /// What is withheld or redacted, and what would give it away. `incidents` gives the rows of that view, as of the export
    /// and of the whole log: claims that repeat each other are one incident without a link. `sizes` are the tree sizes of
    /// the rows that are exported, and of those that were removed since, if any.
    ///
    /// # Errors
    /// A row that is no JSON.
    pub fn shield(&self, incidents: &Source<'_>, sizes: (u64, Option<u64>)) -> Result<Shield, Error> {
        let mut fields: BTreeMap<u32, Fields> = BTreeMap::new();
        for (target, by, redacted) in &self.redacted {
            let Some(index) = self.find(*target) else { continue };
            let known = fields.entry(self.original(index)).or_default();
            known.paths.extend_from_slice(redacted);
            known.by.resize(known.paths.len(), *by);
        }
        let redacted: BTreeSet<u32> = fields
            .iter()
            .filter(|(_, fields)| fields.paths.iter().any(|field| places::is_place(field)))
            .map(|(index, _)| *index)
            .collect();
        let withheld: BTreeSet<String> = self
            .registrations
            .iter()
            .filter(|(_, (entries, withheld))| {
                *withheld || entries.iter().any(|index| redacted.contains(index))
            })
            .map(|(place, _)| place.clone())
            .collect();
        let names: BTreeSet<u32> = withheld
            .iter()
            .filter_map(|place| self.names.get(place).copied())
            .collect();
        let mut hidden = &self.withheld | &redacted;
        hidden.extend(
            self.named
                .iter()
                .filter(|(_, name)| names.contains(name))
                .map(|(index, _)| self.original(*index)),
        );
        if !hidden.is_empty() {
            self.spread(&mut hidden, &together(incidents)?);
        }
        // Rows name versions, too.
        for (correction, original) in &self.settled.originals {
            if let Some(known) = fields.get(original).cloned() {
                fields.insert(*correction, known);
            }
        }
        let sizes = (sizes.0, sizes.1.unwrap_or(sizes.0));
        Ok(Shield::new(hidden, withheld, fields, sizes))
    }

    /// Whatever is the same incident, or names a hidden report, is hidden as well, until nothing more is.
    fn spread(&self, hidden: &mut BTreeSet<u32>, together: &[Vec<u32>]) {
        let unlinked: BTreeSet<u32> = self.unlinked.iter().filter_map(|link| self.find(*link)).collect();
        let links: Vec<(u32, u32)> = self
            .links
            .iter()
            .filter(|(_, _, link)| !unlinked.contains(link))
            .filter_map(|(a, b, _)| Some((self.original(self.find(*a)?), self.original(self.find(*b)?))))
            .collect();
        loop {
            let before = hidden.len();
            for (a, b) in &links {
                if hidden.contains(a) || hidden.contains(b) {
                    hidden.extend([*a, *b]);
                }
            }
            for claims in together {
                if claims.iter().any(|index| hidden.contains(index)) {
                    hidden.extend(claims);
                }
            }
            for (target, index) in &self.beside {
                if self
                    .find(*target)
                    .is_some_and(|target| hidden.contains(&self.original(target)))
                {
                    hidden.insert(self.original(*index));
                }
            }
            if hidden.len() == before {
                return;
            }
        }
    }

    /// The original of a correction; anything else is its own original.
    fn original(&self, index: u32) -> u32 {
        self.settled.originals.get(&index).copied().unwrap_or(index)
    }

    /// The entry whose content counts for `index` in a log of `size` entries: its newest correction, or itself.
    pub(crate) fn newest(&self, index: u64, size: u64) -> u64 {
        edges(&self.settled.corrections, index, size)
            .last()
            .unwrap_or(index)
    }

    /// True when an entry is retracted in a log of `size` entries.
    pub(crate) fn is_retracted(&self, index: u64, size: u64) -> bool {
        edges(&self.settled.retractions, index, size).next().is_some()
    }

    /// The later figures that take the place of a figure, in a log of `size` entries.
    pub(crate) fn supersedings_of(&self, index: u64, size: u64) -> impl Iterator<Item = u64> + '_ {
        edges(&self.settled.supersedings, index, size)
    }

    /// The casualties that name this entry, in a log of `size` entries, in their order.
    pub(crate) fn casualties_of(&self, index: u64, size: u64) -> impl Iterator<Item = u64> + '_ {
        edges(&self.settled.casualties, index, size)
    }
}

/// The entries of each incident that has several.
fn together(incidents: &Source<'_>) -> Result<Vec<Vec<u32>>, Error> {
    let mut found = Ok(Vec::new());
    incidents(&mut |key, line| {
        let Ok(groups) = &mut found else { return };
        match Row::read(key, line) {
            Ok(row) if row.text("row") == "incident" => {
                let claims = row
                    .get("claims")
                    .items()
                    .iter()
                    .map(|claim| claim.get("entry").clone());
                let entries = entries_below(&[("entries".to_owned(), Json::List(claims.collect()))]);
                let entries: Vec<u32> = entries
                    .into_iter()
                    .filter_map(|index| index.try_into().ok())
                    .collect();
                if entries.len() > 1 {
                    groups.push(entries);
                }
            }
            Ok(_) => {}
            Err(error) => found = Err(error),
        }
    });
    found
}

/// The path in the content itself of a path in the content that a correction puts in place.
fn original_path(field: &str) -> String {
    match field.strip_prefix("data.content.replacement") {
        Some(rest) if rest.is_empty() || rest.starts_with('.') => {
            let within = rest.strip_prefix(".content").unwrap_or_default();
            format!("data.content{within}")
        }
        _ => field.to_owned(),
    }
}

fn is_withheld(event: &Event) -> bool {
    places::of(event)
        .iter()
        .any(|(_, place)| place.precision == PlacePrecision::Withheld)
}

fn seals_point(report: &Report) -> bool {
    let mut sealed = report.provenance.iter().flat_map(|said| said.sealed.iter());
    sealed.any(|field| places::seals_point(&field.field))
}

/// Who names a target in a log of `size` entries, in their order.
fn edges(sorted: &[(u32, u32)], target: u64, size: u64) -> impl Iterator<Item = u64> + '_ {
    let from = sorted.partition_point(|edge| u64::from(edge.0) < target);
    sorted[from..]
        .iter()
        .take_while(move |edge| u64::from(edge.0) == target)
        .map(|edge| u64::from(edge.1))
        .filter(move |index| *index < size)
}
