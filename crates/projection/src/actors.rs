//! Who belongs to which side, as registered: the one piece of the frame that counts depend on.
//!
//! The newest registration of an actor counts, for all entries: a side is a fact of the frame, not of a moment.

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::{ActorRole, Event};
use serde::{Deserialize, Serialize};

use crate::{names::Name, scene::Scene};

/// How often `belongs_to` is followed: deeper chains, and circles, end at the last actor reached.
const DEPTH_MAX: usize = 8;

/// The registered actors.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Actors {
    belongs_to: BTreeMap<Name, Name>,
    sides: BTreeSet<Name>,
}

impl Actors {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let Event::ActorRegistered(registered) = scene.event else {
            return;
        };
        let actor = scene.name(&registered.actor);
        if registered.role == ActorRole::Side {
            self.sides.insert(actor);
        } else {
            self.sides.remove(&actor);
        }
        match &registered.belongs_to {
            Some(above) => self.belongs_to.insert(actor, scene.name(above)),
            None => self.belongs_to.remove(&actor),
        };
    }

    /// The side that an actor belongs to; an actor outside the sides, or not registered, stands for itself.
    pub(crate) fn side(&self, who: Name) -> Name {
        let mut at = who;
        for _ in 0..DEPTH_MAX {
            if self.sides.contains(&at) {
                return at;
            }
            match self.belongs_to.get(&at) {
                Some(&above) => at = above,
                None => return at,
            }
        }
        at
    }

    /// What is registered of an actor: whether it is a side, and whom it belongs to.
    pub(crate) fn standing(&self, who: Name) -> (bool, Option<Name>) {
        (self.sides.contains(&who), self.belongs_to.get(&who).copied())
    }

    /// Whether an actor is registered as a side.
    pub(crate) fn is_side(&self, who: Name) -> bool {
        self.sides.contains(&who)
    }

    /// The actors registered as sides.
    pub(crate) fn sides(&self) -> impl Iterator<Item = Name> + '_ {
        self.sides.iter().copied()
    }
}
