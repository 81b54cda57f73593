//! `incidents`: the claim tree of each incident, with every status per axis and viewpoint. Unit: incident.
//!
//! ```text
//! {"key":"incident/000000000012","row":"incident","counted":true,"status":["alleged","mutual_accusation"],…}
//! {"key":"link/000000000031","row":"link","relation":"competing_accounts","in_force":true,…}
//! {"key":"total","row":"total","unit":"incident","incidents":4,…}
//! ```
//! An incident is a connected component of claims over the links `same_incident` and `competing_accounts` in force,
//! and over re-publication. Its id is its earliest claim: derived, never stored as truth. No row says who is right.

mod live;
mod positions;

use std::collections::BTreeSet;

use armistice_report::{Event, IncidentKind, LinkRelation, Outcome, RedactionReason};
use serde::{Deserialize, Serialize};

use crate::{
    answers::Finding,
    claims::Link,
    compact::{By, SpanRow},
    entries::EntryRef,
    names::Name,
    reading::Reading,
    rows::{Rows, index_key},
    scene::Scene,
    shapes::{AnswerRow, ByRow, FindingRow, Source},
    standing::Standing,
    views::allegations::Status,
};
pub(crate) use live::Live;
use positions::{Position, positions};

/// A curator's note: by whom, about which entries.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    index: u32,
    targets: Box<[u32]>,
    by: By,
}

/// A redaction: of which entry, which fields, why.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Redaction {
    index: u32,
    /// The entry that it names: an original, or a correction itself.
    target: Option<u32>,
    fields: Box<[Name]>,
    reason: RedactionReason,
    by: By,
}

/// Curation beside the links, which all views share.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Incidents {
    notes: Vec<Note>,
    redactions: Vec<Redaction>,
}

#[derive(Serialize)]
struct ClaimRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    accused: &'a str,
    accused_side: &'a str,
    kind: IncidentKind,
    outcome: Option<Outcome>,
    place: Option<&'a str>,
    time: SpanRow,
    repeats: Option<EntryRef>,
    status: Vec<String>,
    corrected_by: Vec<EntryRef>,
    retracted_by: Vec<EntryRef>,
    answers: Vec<AnswerRow<'a>>,
    entry: EntryRef,
}

#[derive(Serialize)]
struct LinkedRow<'a> {
    relation: LinkRelation,
    to: String,
    linked_by: &'a str,
    entry: EntryRef,
}

#[derive(Serialize)]
struct IncidentRow<'a> {
    counted: bool,
    status: Vec<String>,
    sides: Vec<&'a str>,
    claims_count: usize,
    denials_count: usize,
    assessments_count: usize,
    claims: Vec<ClaimRow<'a>>,
    counter_accusations: Vec<AnswerRow<'a>>,
    assessments: Vec<FindingRow<'a>>,
    positions: Vec<Position<'a>>,
    links: Vec<LinkedRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct LinkRow<'a> {
    relation: LinkRelation,
    a: String,
    b: String,
    in_force: bool,
    joins: bool,
    linked_by: &'a str,
    unlinked_by: Option<&'a str>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct NoteRow<'a> {
    about: Vec<EntryRef>,
    published_by: &'a str,
    #[serde(flatten)]
    by: ByRow<'a>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct RedactionRow<'a> {
    about: Vec<EntryRef>,
    fields: Vec<&'a str>,
    reason: RedactionReason,
    published_by: &'a str,
    #[serde(flatten)]
    by: ByRow<'a>,
    entries: Vec<EntryRef>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct TotalRow {
    unit: &'static str,
    incidents: u64,
    claims: u64,
    mutual_accusation: u64,
    disputed: u64,
    assessed: u64,
    assessment_disputed: u64,
    retracted: u64,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

impl Incidents {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        match scene.event {
            Event::NoteAdded(note) => self.notes.push(Note {
                index: scene.index,
                targets: scene.find_all(&note.targets),
                by: scene.by,
            }),
            Event::RedactionApplied(applied) => self.redactions.push(Redaction {
                index: scene.index,
                target: scene.entries.find(&applied.target),
                fields: applied.fields.iter().map(|field| scene.name(field)).collect(),
                reason: applied.reason,
                by: scene.by,
            }),
            _ => {}
        }
    }

    /// The notes and redactions that name an entry. Goes over all of them.
    pub(crate) fn naming(&self, entry: u32) -> impl Iterator<Item = u32> + '_ {
        let notes = self
            .notes
            .iter()
            .filter(move |note| note.targets.contains(&entry));
        let redactions = self.redactions.iter();
        let redactions = redactions.filter(move |redaction| redaction.target == Some(entry));
        notes
            .map(|note| note.index)
            .chain(redactions.map(|redaction| redaction.index))
    }

    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let mut total = TotalRow {
            unit: "incident",
            ..TotalRow::default()
        };
        let mut source = Source::default();
        let own = |claim: &&Standing| claim.incident == claim.index;
        let incidents: Vec<&Standing> = reading.derived.claims.iter().filter(own).collect();
        let make = |first: &&Standing| {
            let (row, one) = incident(reading, first.index);
            (first.index, row, one)
        };
        out.push_each_at("incident", &incidents, make, |first, one| {
            total.add(&one);
            if one.incidents > 0 {
                source.add(first.index);
            }
        });
        for link in &reading.claims.links {
            out.push_at("link", link.index, &link_row(reading, link));
        }
        for note in &self.notes {
            out.push_at("note", note.index, &note_row(reading, note));
        }
        for redaction in &self.redactions {
            out.push_at("redaction", redaction.index, &redaction_row(reading, redaction));
        }
        total.entries_count = source.count();
        total.entries = source.named(reading);
        out.push("total", "", &total);
    }
}

impl TotalRow {
    fn add(&mut self, one: &Self) {
        self.merge(one, u64::wrapping_add);
    }

    /// Takes back what [`TotalRow::add`] added.
    fn subtract(&mut self, one: &Self) {
        self.merge(one, u64::wrapping_sub);
    }

    fn merge(&mut self, one: &Self, put: fn(u64, u64) -> u64) {
        self.incidents = put(self.incidents, one.incidents);
        self.claims = put(self.claims, one.claims);
        self.mutual_accusation = put(self.mutual_accusation, one.mutual_accusation);
        self.disputed = put(self.disputed, one.disputed);
        self.assessed = put(self.assessed, one.assessed);
        self.assessment_disputed = put(self.assessment_disputed, one.assessment_disputed);
        self.retracted = put(self.retracted, one.retracted);
    }

    fn count(&mut self, row: &IncidentRow<'_>) {
        if !row.counted {
            self.retracted += 1;
            return;
        }
        let holds = |wanted: &str| u64::from(row.status.iter().any(|word| word == wanted));
        self.incidents += 1;
        self.claims += row.claims_count as u64;
        self.mutual_accusation += holds("mutual_accusation");
        self.disputed += holds("disputed");
        self.assessed += u64::from(row.assessments_count > 0);
        self.assessment_disputed += holds("assessment_disputed");
    }
}

/// The links in force that name one of the claims, in the order of the log.
fn links_of<'a>(reading: &Reading<'a>, claims: &[&Standing]) -> Vec<&'a Link> {
    let mut positions: Vec<usize> = claims
        .iter()
        .flat_map(|claim| reading.derived.links.of(claim.index))
        .collect();
    positions.sort_unstable();
    positions.dedup();
    positions
        .into_iter()
        .map(|at| &reading.claims.links[at])
        .collect()
}

/// The row of an incident, and what it adds to the total.
fn incident<'a>(reading: &Reading<'a>, first: u32) -> (IncidentRow<'a>, TotalRow) {
    let row = incident_row(reading, first);
    let mut one = TotalRow::default();
    one.count(&row);
    (row, one)
}

fn incident_row<'a>(reading: &Reading<'a>, incident: u32) -> IncidentRow<'a> {
    let members: Vec<&Standing> = reading.derived.members_of(incident).collect();
    let statuses: Vec<Status<'a>> = members.iter().map(|claim| Status::of(reading, claim)).collect();
    let links = links_of(reading, &members);
    let claims: Vec<ClaimRow<'a>> = members
        .iter()
        .zip(&statuses)
        .map(|(claim, status)| claim_row(reading, claim, status))
        .collect();
    let mut findings: Vec<&Finding> = statuses
        .iter()
        .flat_map(|status| status.findings.iter().copied())
        .collect();
    findings.sort_unstable_by_key(|finding| finding.index);
    findings.dedup_by_key(|finding| finding.index);
    let live = members.iter().filter(|claim| claim.live).count();
    let denials: Vec<&AnswerRow<'a>> = claims
        .iter()
        .flat_map(|claim| &claim.answers)
        .filter(|answer| answer.answer == "denied")
        .collect();
    let mut entries: Vec<u32> = claims.iter().flat_map(ClaimRow::indexes).collect();
    entries.extend(findings.iter().map(|finding| finding.index));
    entries.extend(
        findings
            .iter()
            .flat_map(|finding| reading.answers_to(finding.index))
            .map(|answer| answer.index),
    );
    entries.extend(links.iter().map(|link| link.index));
    IncidentRow {
        counted: live > 0,
        status: status_words(reading, &members, &claims),
        sides: sides_of(reading, &members),
        claims_count: live,
        denials_count: denials.len(),
        assessments_count: findings.len(),
        counter_accusations: denials
            .into_iter()
            .filter(|answer| answer.counter_accusation.is_some())
            .cloned()
            .collect(),
        positions: positions(reading, &members, &findings),
        links: links
            .iter()
            .map(|link| linked_row(reading, link, incident))
            .collect(),
        assessments: findings
            .iter()
            .map(|finding| FindingRow::new(reading, finding))
            .collect(),
        entries: reading.entries(entries),
        claims,
    }
}

impl ClaimRow<'_> {
    fn indexes(&self) -> impl Iterator<Item = u32> + '_ {
        let named = [self.entry].into_iter().chain(self.corrected_by.iter().copied());
        let named = named
            .chain(self.retracted_by.iter().copied())
            .chain(self.answers.iter().map(|answer| answer.entry));
        named.map(|entry| entry.index)
    }
}

fn claim_row<'a>(reading: &Reading<'a>, claim: &Standing, status: &Status<'a>) -> ClaimRow<'a> {
    let content = reading.content(claim);
    ClaimRow {
        by: ByRow::new(reading, claim.index, content.by),
        accused: reading.text(content.accused),
        accused_side: reading.side_text(content.accused),
        kind: content.kind,
        outcome: content.outcome,
        place: reading.place_texts(claim.index, content.place).0,
        time: content.time.row(),
        repeats: claim.repeats.map(|index| reading.entry(index)),
        status: status.words(reading, claim),
        corrected_by: reading.entries(reading.entries.corrections_of(claim.index).iter().copied()),
        retracted_by: reading.entries(reading.entries.retractions_of(claim.index).iter().copied()),
        answers: AnswerRow::all(reading, claim.index),
        entry: reading.entry(claim.index),
    }
}

/// Every word that holds for a claim of the incident; those of retracted claims only when no claim is left.
fn status_words(reading: &Reading<'_>, members: &[&Standing], claims: &[ClaimRow<'_>]) -> Vec<String> {
    let any_live = members.iter().any(|claim| claim.live);
    let counted = members
        .iter()
        .zip(claims)
        .filter(|(claim, _)| claim.live || !any_live);
    let mut words: BTreeSet<String> = counted.flat_map(|(_, row)| row.status.iter().cloned()).collect();
    if is_mutual(reading, members) {
        words.insert("mutual_accusation".to_owned());
    }
    words.into_iter().collect()
}

/// Whether two sides accuse each other in live claims of one incident.
fn is_mutual(reading: &Reading<'_>, members: &[&Standing]) -> bool {
    let accusations: BTreeSet<(Name, Name)> = members
        .iter()
        .filter(|claim| claim.live)
        .map(|claim| reading.content(claim))
        .filter(|content| content.accused != Name::NOT_STATED)
        .map(|content| (reading.side(content.by.who), reading.side(content.accused)))
        .collect();
    accusations
        .iter()
        .any(|&(by, accused)| by != accused && accusations.contains(&(accused, by)))
}

fn sides_of<'a>(reading: &Reading<'a>, members: &[&Standing]) -> Vec<&'a str> {
    let sides: BTreeSet<&str> = members
        .iter()
        .map(|claim| (claim.index, reading.content(claim)))
        .flat_map(|(index, content)| [reading.by_side(index, content.by), reading.side(content.accused)])
        .filter(|&side| side != Name::NOT_STATED)
        .map(|side| reading.text(side))
        .collect();
    sides.into_iter().collect()
}

fn incident_key(reading: &Reading<'_>, claim: u32) -> String {
    let incident = reading.derived.claim(claim).map_or(claim, |claim| claim.incident);
    format!("incident/{}", index_key(incident))
}

fn linked_row<'a>(reading: &Reading<'a>, link: &Link, incident: u32) -> LinkedRow<'a> {
    let (a, b) = (incident_key(reading, link.a), incident_key(reading, link.b));
    let own = format!("incident/{}", index_key(incident));
    LinkedRow {
        relation: link.relation,
        to: if a == own { b } else { a },
        linked_by: reading.text(reading.entries.producer(link.index)),
        entry: reading.entry(link.index),
    }
}

fn link_row<'a>(reading: &Reading<'a>, link: &Link) -> LinkRow<'a> {
    let publisher = |index| reading.text(reading.entries.producer(index));
    LinkRow {
        relation: link.relation,
        a: incident_key(reading, link.a),
        b: incident_key(reading, link.b),
        in_force: link.unlinked.is_none(),
        joins: link.joins(),
        linked_by: publisher(link.index),
        unlinked_by: link.unlinked.map(publisher),
        entries: reading.entries([link.index, link.a, link.b].into_iter().chain(link.unlinked)),
    }
}

fn redaction_row<'a>(reading: &Reading<'a>, redaction: &Redaction) -> RedactionRow<'a> {
    RedactionRow {
        about: reading.entries(redaction.target),
        fields: redaction
            .fields
            .iter()
            .map(|&field| reading.text(field))
            .collect(),
        reason: redaction.reason,
        published_by: reading.text(reading.entries.producer(redaction.index)),
        by: ByRow::new(reading, redaction.index, redaction.by),
        entries: reading.entries(redaction.target.into_iter().chain([redaction.index])),
    }
}

fn note_row<'a>(reading: &Reading<'a>, remark: &Note) -> NoteRow<'a> {
    NoteRow {
        about: reading.entries(remark.targets.iter().copied()),
        published_by: reading.text(reading.entries.producer(remark.index)),
        by: ByRow::new(reading, remark.index, remark.by),
        entries: reading.entries(remark.targets.iter().copied().chain([remark.index])),
    }
}
