//! `producers`: who publishes, with which keys, and what is missing or doubled in their counters. Unit: entry.
//!
//! ```text
//! {"key":"ledger","row":"ledger","ceasefire":"karabakh-2020","origin":"example.org/karabakh-2020",…}
//! {"key":"producer/demo-newsdesk","row":"producer","reports":27,"last_seq":28,"gaps":[{"from":9,"to":9}],"forks":[],…}
//! {"key":"refusal/bad_signature","row":"refusal","code":"bad_signature","refused":12,…}
//! ```
//! A gap in the counter shows an omission, two entries with one number equivocation, a `prev` that is not the submission
//! before a lost or reordered one. None of it removes an entry, nor does a key that is marked compromised.

mod live;
mod rows;

use std::collections::BTreeMap;

use armistice_report::{Event, Grant, RefusalCode, RefusalRecorded, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{names::Name, scene::Scene};
pub(crate) use live::Live;

/// One entry of a producer. 24 bytes each.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Sent {
    index: u32,
    /// The producer's own counter: at most 2^31 − 1.
    seq: u32,
    /// Microseconds since 1970.
    received: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Enrolment {
    index: u32,
    may: Box<[Grant]>,
    actor: Option<Name>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Key {
    text: Name,
    id: Name,
    since: u32,
    rotated: Option<u32>,
    revoked: Option<u32>,
    /// Microseconds since 1970.
    compromised_since: Option<i64>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Producer {
    enrolments: Vec<Enrolment>,
    keys: Vec<Key>,
    sent: Vec<Sent>,
    /// By the place of the type in the list of all types.
    types: BTreeMap<u8, u32>,
    last_submission: Option<[u8; 32]>,
    prev_mismatches: Vec<u32>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Refused {
    count: u64,
    entries: Vec<u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Rewound {
    index: u32,
    intake: Name,
    from: Option<u64>,
    to: Option<u64>,
}

/// Every producer that an entry names or comes from, and what was refused.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Producers {
    known: BTreeMap<Name, Producer>,
    refused: BTreeMap<(RefusalCode, Option<Name>), Refused>,
    rewound: Vec<Rewound>,
}

impl Producers {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        self.send(scene);
        let index = scene.index;
        match scene.event {
            Event::LedgerFounded(founded) => {
                let ledger = Key::new(scene, &founded.ledger_key);
                let operator = Key::new(scene, &founded.operator.key);
                self.producer(scene, &founded.origin).keys.push(ledger);
                let producer = self.producer(scene, &founded.operator.name);
                producer.keys.push(operator);
                producer.enrolments.push(Enrolment {
                    index,
                    may: [Grant::Admin].into(),
                    actor: None,
                });
            }
            Event::ProducerEnrolled(enrolled) => {
                let actor = enrolled.actor.as_ref().map(|actor| scene.name(actor));
                let key = Key::new(scene, &enrolled.key);
                let producer = self.producer(scene, &enrolled.producer);
                producer.enrolments.push(Enrolment {
                    index,
                    may: enrolled.may.iter().copied().collect(),
                    actor,
                });
                // Enrolled again with the same key: other grants, no other key.
                if !producer.keys.iter().any(|known| known.text == key.text) {
                    producer.keys.push(key);
                }
            }
            Event::KeyRotated(rotated) => {
                let key = Key::new(scene, &rotated.key);
                let producer = self.producer(scene, &rotated.producer);
                for old in producer.keys.iter_mut().filter(|old| old.revoked.is_none()) {
                    old.rotated.get_or_insert(index);
                }
                producer.keys.push(key);
            }
            Event::KeyRevoked(revoked) => {
                let id = scene.name(&revoked.key_id);
                let producer = self.producer(scene, &revoked.producer);
                for key in producer.keys.iter_mut().filter(|key| key.id == id) {
                    key.revoked.get_or_insert(index);
                    key.compromised_since = revoked
                        .compromised_since
                        .map(Timestamp::as_micros)
                        .or(key.compromised_since);
                }
            }
            Event::RefusalRecorded(recorded) => self.refuse(scene, recorded),
            Event::IntakeRewound(rewound) => self.rewound.push(Rewound {
                index,
                intake: scene.name(&rewound.intake),
                from: rewound.from_position.map(armistice_report::Whole::get),
                to: rewound.to_position.map(armistice_report::Whole::get),
            }),
            _ => {}
        }
    }

    fn producer(&mut self, scene: &mut Scene<'_>, name: &str) -> &mut Producer {
        self.known.entry(scene.name(name)).or_default()
    }

    /// Counts the entry for the producer that sent it.
    fn send(&mut self, scene: &Scene<'_>) {
        let producer = self.known.entry(scene.producer).or_default();
        let seq = u32::try_from(scene.report.producer_seq).unwrap_or(u32::MAX);
        producer.sent.push(Sent {
            index: scene.index,
            seq,
            received: scene.received.as_micros(),
        });
        *producer
            .types
            .entry(crate::entries::ordinal(scene.report.event.event_type()))
            .or_default() += 1;
        let named = scene.report.prev.map(|prev| prev.0);
        if named != producer.last_submission {
            producer.prev_mismatches.push(scene.index);
        }
        producer.last_submission = Some(scene.submission);
    }

    fn refuse(&mut self, scene: &mut Scene<'_>, recorded: &RefusalRecorded) {
        for mark in &recorded.marks {
            let producer = mark.producer.as_ref().map(|name| scene.name(name));
            self.refused
                .entry((mark.code, producer))
                .or_default()
                .add(scene.index, 1);
        }
        for sum in &recorded.aggregated {
            let producer = sum.producer.as_ref().map(|name| scene.name(name));
            self.refused
                .entry((sum.code, producer))
                .or_default()
                .add(scene.index, sum.count.get());
        }
    }
}

impl Key {
    fn new(scene: &mut Scene<'_>, text: &armistice_report::KeyText) -> Self {
        Self {
            text: scene.name(text),
            id: scene.name(text.key_id()),
            since: scene.index,
            rotated: None,
            revoked: None,
            compromised_since: None,
        }
    }
}

impl Refused {
    fn add(&mut self, index: u32, count: u64) {
        self.count = self.count.saturating_add(count);
        if self.entries.last() != Some(&index) {
            self.entries.push(index);
        }
    }
}
