//! Who may publish what, at one log index: ceasefire, operator, producers, keys, grants.
//!
//! Built from the founding family's entries alone, in the order of the log. There are no clock times in it: a
//! key is valid from the entry that enrols it to the entry that rotates or revokes it.

use armistice_report::{CeasefireId, Grant, Origin};
use armistice_tlog::Index;
use armistice_tlog::{KeyId, VerifierKey};
use std::collections::BTreeMap;

/// What entry 0 fixes for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founding {
    /// The ceasefire's id; every report's `subject`.
    pub ceasefire: CeasefireId,
    /// The log's origin; every report's `ledger`.
    pub origin: Origin,
    /// The key that signs checkpoints and the ledger's own entries; its name is the origin.
    pub ledger_key: VerifierKey,
}

/// Whether a key may sign at the present index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    /// Valid since the entry at this index.
    Valid {
        /// The entry that enrolled it.
        since: Index,
    },
    /// Replaced by a newer key.
    Rotated {
        /// The entry that replaced it.
        at: Index,
    },
    /// Taken back.
    Revoked {
        /// The entry that revoked it.
        at: Index,
    },
}

/// A key and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// The key.
    pub key: VerifierKey,
    /// Its status at the present index.
    pub status: KeyStatus,
}

/// An enrolled producer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Producer {
    /// Its place in the order of enrolment; 0 is the ledger itself, 1 the operator.
    pub number: u32,
    /// What it may publish.
    pub may: Vec<Grant>,
    /// Every key that it ever had, oldest first.
    pub keys: Vec<KeyState>,
}

impl Producer {
    /// The key with this id, whatever its status.
    pub fn key(&self, id: KeyId) -> Option<&KeyState> {
        self.keys.iter().find(|state| state.key.id() == id)
    }

    /// Whether at least one key may sign now.
    pub fn has_valid_key(&self) -> bool {
        self.keys
            .iter()
            .any(|state| matches!(state.status, KeyStatus::Valid { .. }))
    }
}

/// The state that admission needs of the founding family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// What entry 0 fixed.
    pub founding: Founding,
    producers: BTreeMap<String, Producer>,
    names: Vec<String>,
}

impl Registry {
    /// The registry right after entry 0: the ledger itself and the operator, who may `admin`.
    pub fn new(founding: Founding, operator_key: VerifierKey) -> Self {
        let ledger_key = founding.ledger_key.clone();
        let mut registry = Self {
            founding,
            producers: BTreeMap::new(),
            names: Vec::new(),
        };
        // The ledger holds no grant: the types that it alone may sign are named in `admit`.
        registry.enrol(ledger_key, Vec::new(), Index(0));
        registry.enrol(operator_key, vec![Grant::Admin], Index(0));
        registry
    }

    /// The producer of this name, valid or not.
    pub fn producer(&self, name: &str) -> Option<&Producer> {
        self.producers.get(name)
    }

    /// The name of the producer with this number.
    pub fn producer_name(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize).map(String::as_str)
    }

    /// Every producer in the order of its name, the ledger itself and the operator included.
    pub fn producers(&self) -> impl Iterator<Item = (&str, &Producer)> {
        self.producers
            .iter()
            .map(|(name, producer)| (name.as_str(), producer))
    }

    /// Whether any producer has, or had, this public key under whatever name.
    pub fn knows_public_key(&self, key: &VerifierKey) -> bool {
        self.producers
            .values()
            .flat_map(|producer| &producer.keys)
            .any(|state| state.key.public_key() == key.public_key())
    }

    fn enrol(&mut self, key: VerifierKey, may: Vec<Grant>, at: Index) {
        let name = key.name().to_owned();
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let keys = vec![KeyState {
            key,
            status: KeyStatus::Valid { since: at },
        }];
        self.names.push(name.clone());
        self.producers.insert(name, Producer { number, may, keys });
    }

    /// A new name is enrolled; a known one with its present key gets the new grants in place of the old.
    pub(crate) fn enrol_or_regrant(&mut self, key: VerifierKey, may: Vec<Grant>, at: Index) {
        match self.producers.get_mut(key.name()) {
            Some(producer) => producer.may = may,
            None => self.enrol(key, may, at),
        }
    }

    pub(crate) fn rotate(&mut self, name: &str, key: VerifierKey, at: Index) {
        let Some(producer) = self.producers.get_mut(name) else {
            return;
        };
        for state in &mut producer.keys {
            if matches!(state.status, KeyStatus::Valid { .. }) {
                state.status = KeyStatus::Rotated { at };
            }
        }
        producer.keys.push(KeyState {
            key,
            status: KeyStatus::Valid { since: at },
        });
    }

    pub(crate) fn revoke(&mut self, name: &str, id: KeyId, at: Index) {
        let Some(producer) = self.producers.get_mut(name) else {
            return;
        };
        for state in producer.keys.iter_mut().filter(|state| state.key.id() == id) {
            state.status = KeyStatus::Revoked { at };
        }
    }
}
