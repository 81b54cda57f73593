//! Reported incidents: the claims that allegations and incidents are counted from.
//!
//! One compact record per `incident.reported` and per correction of one. Which record stands for a claim, whether it
//! was taken back, which reports repeat it and which incident it belongs to is told by [`crate::standing`].

use armistice_report::{Event, IncidentKind, LinkRelation, Outcome, TargetKind, Weapon};
use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    compact::{By, Span, Where},
    names::Name,
    scene::Scene,
};

/// One content of a claim: as first reported, or as corrected.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// The entry that holds this content.
    pub(crate) index: u32,
    /// The entry that made the claim; the same unless this is a correction.
    pub(crate) original: u32,
    pub(crate) producer: Name,
    pub(crate) by: By,
    /// Who said it first: the asserter, else the first of the attribution chain, else nobody known.
    pub(crate) root: Name,
    pub(crate) accused: Name,
    pub(crate) kind: IncidentKind,
    pub(crate) weapons: Weapons,
    pub(crate) target_kind: Option<TargetKind>,
    pub(crate) outcome: Option<Outcome>,
    /// How many events of `kind` the report is about.
    pub(crate) count: Option<Amount>,
    pub(crate) place: Where,
    pub(crate) time: Span,
    pub(crate) clause: Option<Name>,
    /// Whom the claim was filed with as a complaint.
    pub(crate) filed_with: Option<Name>,
    /// The ledger's receiving time of the entry that made the claim, microseconds since 1970.
    pub(crate) received: i64,
}

/// The weapons that a report names: one bit each, in the order of the vocabulary.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Weapons(u64);

// A word more than 64 weapons would need a wider set; the vocabulary of this version is closed.
const _: () = assert!(Weapon::ALL.len() <= u64::BITS as usize);

impl Weapons {
    fn of(named: &[Weapon]) -> Self {
        Self(named.iter().fold(0, |set, &weapon| set | 1 << weapon as u8))
    }

    /// Unless none is named.
    pub(crate) fn stated(self) -> Option<Self> {
        (self.0 != 0).then_some(self)
    }

    pub(crate) fn list(self) -> Vec<Weapon> {
        let named = |weapon: &Weapon| self.0 & 1 << *weapon as u8 != 0;
        Weapon::ALL.iter().copied().filter(named).collect()
    }
}

/// What two reports of one allegation share; see `docs/reference/views.md`, "Re-publication".
pub(crate) type ClaimKey = (Name, Name, IncidentKind, Where, Span);

impl Claim {
    pub(crate) fn key(&self) -> ClaimKey {
        (self.root, self.accused, self.kind, self.place, self.time)
    }
}

/// A link between two claims, by a curator.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) index: u32,
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) relation: LinkRelation,
    /// The entry that took it back.
    pub(crate) unlinked: Option<u32>,
}

impl Link {
    /// Whether it makes one incident of two.
    pub(crate) fn joins(&self) -> bool {
        self.unlinked.is_none() && self.relation.joins()
    }
}

/// Every claim and link, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) claims: Vec<Claim>,
    pub(crate) links: Vec<Link>,
}

impl Claims {
    /// The link that an entry made.
    pub(crate) fn link(&self, index: u32) -> Option<&Link> {
        self.links.get(self.link_position(index)?)
    }

    /// Where that link is in the list.
    pub(crate) fn link_position(&self, index: u32) -> Option<usize> {
        self.links.binary_search_by_key(&index, |link| link.index).ok()
    }

    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        match scene.event {
            Event::IncidentReported(incident) => {
                let accused = incident
                    .accused
                    .as_deref()
                    .map_or(Name::NOT_STATED, |id| scene.names.intern(id));
                let first = self
                    .claims
                    .binary_search_by_key(&scene.original, |claim| claim.index);
                let received = first.map_or(scene.received.as_micros(), |at| self.claims[at].received);
                let claim = Claim {
                    index: scene.index,
                    original: scene.original,
                    producer: scene.producer,
                    by: scene.by,
                    root: scene.root(),
                    accused,
                    kind: incident.kind,
                    weapons: Weapons::of(&incident.weapons),
                    target_kind: incident.target_kind,
                    outcome: incident.outcome,
                    count: incident.count.as_ref().map(Amount::of),
                    place: scene.place(incident.place.as_ref()),
                    time: Span::of(&incident.time),
                    clause: scene.clause(incident.clause.as_ref()),
                    filed_with: incident.filed_with.as_ref().map(|with| scene.name(with)),
                    received,
                };
                self.claims.push(claim);
            }
            Event::IncidentsLinked(linked) => {
                let ends = (scene.find(&linked.a), scene.find(&linked.b));
                if let (Some(a), Some(b)) = ends {
                    self.links.push(Link {
                        index: scene.index,
                        a,
                        b,
                        relation: linked.relation,
                        unlinked: None,
                    });
                }
            }
            Event::IncidentsUnlinked(unlinked) => {
                let target = scene.find(&unlinked.target);
                if let Some(position) = target.and_then(|target| self.link_position(target)) {
                    // The first one counts: a link that was taken back stays so, a new link may be made.
                    self.links[position].unlinked.get_or_insert(scene.index);
                }
            }
            _ => {}
        }
    }
}
