//! Signed reports for measuring: varied, about 1.2 kB an entry, the same for the same seed.
//!
//! Eight producers in the proportions of a monitoring mission's day: mostly incidents and observations, some casualties,
//! statements and presences, and answers to earlier incidents where their hashes are known. Every report is one that
//! admission takes. The words mean nothing and name nobody.

use armistice_tlog::{Hash, SigningKey};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Producers that report in turn.
pub(super) const PRODUCERS: usize = 8;
/// Hashes of earlier incidents that later reports may answer.
const TARGETS_MAX: usize = 4_096;

const SIDES: [&str; 2] = ["side-a", "side-b"];
const KINDS: [&str; 12] = [
    "small_arms_fire",
    "sniper",
    "mortar",
    "artillery_shelling",
    "uav_strike",
    "overflight_uav",
    "ground_assault",
    "sabotage_raid",
    "advance_or_incursion",
    "fortification",
    "troop_movement",
    "heavy_machine_gun",
];
const OUTCOMES: [&str; 5] = ["repelled", "unsuccessful", "partial", "ongoing", "unknown"];
const HEDGES: [&str; 5] = ["stated", "reported", "alleged", "claimed", "unconfirmed"];
const WEAPONS: [&str; 8] = [
    "small_arms",
    "mortar",
    "artillery",
    "uav",
    "tank",
    "grenade",
    "sniper_rifle",
    "unknown",
];
const SEEN: [&str; 6] = [
    "explosion_undetermined",
    "burst",
    "shot",
    "illumination_flare",
    "projectile_in_flight",
    "uav",
];
const MEANS: [&str; 5] = ["seen", "heard", "camera", "uav", "seen_and_heard"];
const WORDS: [&str; 48] = [
    "the",
    "patrol",
    "north",
    "heard",
    "at",
    "the",
    "post",
    "on",
    "ridge",
    "road",
    "between",
    "village",
    "east",
    "of",
    "river",
    "fire",
    "from",
    "positions",
    "stopped",
    "after",
    "before",
    "noon",
    "night",
    "several",
    "bursts",
    "no",
    "damage",
    "was",
    "seen",
    "near",
    "school",
    "bridge",
    "line",
    "contact",
    "observers",
    "confirmed",
    "could",
    "not",
    "confirm",
    "vehicles",
    "moved",
    "towards",
    "checkpoint",
    "inhabitants",
    "said",
    "that",
    "two",
    "rounds",
];

/// A small random generator (`SplitMix64`): speed and repeatability, not secrecy.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        let at = usize::try_from(self.below(from.len() as u64)).unwrap_or_default();
        from[at]
    }

    fn words(&mut self, count: u64) -> String {
        let words: Vec<&str> = (0..count).map(|_| self.pick(&WORDS)).collect();
        words.join(" ")
    }
}

/// One producer: its key, its counter, its random numbers.
#[derive(Debug)]
struct Producer {
    key: SigningKey,
    sequence: u64,
    previous: Option<Hash>,
    random: Random,
    minute: i64,
}

/// Makes reports.
#[derive(Debug)]
pub(super) struct Generator {
    origin: String,
    ceasefire: String,
    producers: Vec<Producer>,
    incidents: Vec<String>,
}

impl Generator {
    /// A generator for the ledger of this origin and ceasefire; its keys follow from the seed, as all of it does.
    pub(super) fn new(origin: &str, ceasefire: &str, seed: u8) -> Self {
        let producer = |number: usize| {
            let mut bytes = [seed; 32];
            bytes[1] = u8::try_from(number).unwrap_or_default();
            let key = SigningKey::from_seed(format!("office-{number}"), bytes)
                .expect("the name can stand in a note");
            let random = Random::new(u64::from(seed) << 32 | number as u64);
            Producer {
                key,
                sequence: 0,
                previous: None,
                random,
                minute: 0,
            }
        };
        Self {
            origin: origin.to_owned(),
            ceasefire: ceasefire.to_owned(),
            producers: (0..PRODUCERS).map(producer).collect(),
            incidents: Vec::new(),
        }
    }

    /// The producers' keys, to be enrolled.
    pub(super) fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        self.producers.iter().map(|producer| &producer.key)
    }

    /// Hashes of recorded incidents, which later reports may answer.
    pub(super) fn learn(&mut self, hashes: impl IntoIterator<Item = Hash>) {
        self.incidents
            .extend(hashes.into_iter().map(|hash| hash.to_string()));
        let surplus = self.incidents.len().saturating_sub(TARGETS_MAX);
        self.incidents.drain(..surplus);
    }

    /// The next `count` signed notes, with the producers in turn. Every tenth of them is an incident's answer once
    /// [`Generator::learn`] was called.
    pub(super) fn notes(&mut self, count: usize) -> Vec<Vec<u8>> {
        let (origin, ceasefire, incidents) = (&self.origin, &self.ceasefire, &self.incidents);
        let each = count.div_ceil(PRODUCERS);
        let columns: Vec<Vec<Vec<u8>>> = self
            .producers
            .par_iter_mut()
            .map(|producer| {
                (0..each)
                    .map(|_| producer.note(origin, ceasefire, incidents))
                    .collect()
            })
            .collect();
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        let mut notes = Vec::with_capacity(each * PRODUCERS);
        for _ in 0..each {
            notes.extend(columns.iter_mut().filter_map(Iterator::next));
        }
        notes.truncate(count);
        notes
    }
}

/// Whether a note reports an incident: what [`Generator::learn`] wants to hear of.
pub(super) fn is_incident(note: &[u8]) -> bool {
    const TYPE: &[u8] = b"\"type\":\"incident.reported.v1\"";
    note.windows(TYPE.len()).any(|window| window == TYPE)
}

impl Producer {
    fn note(&mut self, origin: &str, ceasefire: &str, incidents: &[String]) -> Vec<u8> {
        self.sequence += 1;
        self.minute += 1;
        let (event_type, content) = self.content(incidents);
        let mut report = json!({
            "specversion": "1.0",
            "id": format!("{}/{:08}", self.key.name(), self.sequence),
            "source": self.key.name(),
            "type": event_type,
            "time": self.time(0),
            "subject": ceasefire,
            "ledger": origin,
            "producerseq": self.sequence,
            "data": {"provenance": self.provenance(), "content": content},
        });
        if let Some(previous) = self.previous {
            report["prev"] = Value::from(previous.to_string());
        }
        let note = self
            .key
            .sign_note(format!("{report}\n"))
            .expect("one line of JSON can be signed");
        let note = note.to_string().into_bytes();
        self.previous = Some(Hash::sha256(&note));
        note
    }

    /// Minutes of 2024 from `ago` minutes before the present report.
    fn time(&self, ago: i64) -> String {
        let start = 1_704_067_200; // 2024-01-01T00:00:00Z
        let second = start + (self.minute - ago).max(0) * 60;
        jiff::Timestamp::from_second(second)
            .unwrap_or_default()
            .to_string()
    }

    fn provenance(&mut self) -> Value {
        let words = 6 + self.random.below(16);
        let document = self.random.next();
        json!({
            "asserted_by": {
                "actor": self.random.pick(&SIDES),
                "speaker": self.random.words(2),
                "office": "duty officer of the day",
                "capacity": self.random.pick(&["party", "monitor", "witness"]),
            },
            "attribution": [{"name": self.key.name(), "role": "publisher"}],
            "source": {
                "kind": self.random.pick(&["mission_report", "field_observation", "press"]),
                "title": self.random.words(7),
                "url": format!("https://reports.example/{document:016x}"),
                "language": "en",
                "published_at": self.time(0),
            },
            "verbatim": self.random.words(words),
            "hedge": self.random.pick(&HEDGES),
        })
    }

    fn content(&mut self, incidents: &[String]) -> (&'static str, Value) {
        match self.random.below(100) {
            0..55 => ("incident.reported.v1", self.incident()),
            55..75 => ("observation.recorded.v1", self.observation()),
            75..82 => ("casualties.reported.v1", self.casualties()),
            82..87 => ("statement.made.v1", self.statement()),
            87..90 => ("presence.reported.v1", self.presence()),
            _ if incidents.is_empty() => ("observation.recorded.v1", self.observation()),
            _ => ("claim.denied.v1", self.denial(incidents)),
        }
    }

    fn when(&mut self) -> Value {
        let ago = i64::try_from(30 + self.random.below(600)).unwrap_or_default();
        json!({"earliest": self.time(ago), "latest": self.time(0), "precision": "hour", "zone": "+04:00"})
    }

    fn place(&mut self) -> Value {
        let number = self.random.below(400);
        json!({
            "place": format!("place-{number}"),
            "names": [{"name": format!("Place {number}"), "language": "en"}],
            "lat": degrees(38, self.random.below(20_000)),
            "lon": degrees(45, self.random.below(20_000)),
            "precision": "near_25km",
        })
    }

    fn incident(&mut self) -> Value {
        json!({
            "kind": self.random.pick(&KINDS),
            "weapons": [self.random.pick(&WEAPONS)],
            "accused": self.random.pick(&SIDES),
            "target": self.random.words(4),
            "outcome": self.random.pick(&OUTCOMES),
            "time": self.when(),
            "place": self.place(),
        })
    }

    fn observation(&mut self) -> Value {
        let number = 1 + self.random.below(40);
        json!({
            "means": self.random.pick(&MEANS),
            "kind": self.random.pick(&SEEN),
            "number": {"min": number, "best": number, "max": number, "relation": "exactly"},
            "direction": self.random.pick(&["n", "ne", "e", "se", "s", "sw", "w", "nw"]),
            "distance_m": 200 + self.random.below(8_000),
            "observer": self.place(),
            "time": self.when(),
        })
    }

    fn casualties(&mut self) -> Value {
        let killed = self.random.below(4);
        json!({
            "side": self.random.pick(&SIDES),
            "status": self.random.pick(&["military", "civilian"]),
            "killed": {"min": killed, "best": killed, "max": killed, "relation": "exactly"},
            "wounded": {"min": 1 + self.random.below(9), "relation": "at_least"},
            "area": self.place(),
            "period": self.when(),
        })
    }

    fn statement(&mut self) -> Value {
        json!({
            "act": self.random.pick(&["concern", "urge_restraint", "criticise", "appeal"]),
            "addressees": [self.random.pick(&SIDES)],
            "topics": ["ceasefire", "incidents"],
            "time": self.when(),
        })
    }

    fn presence(&mut self) -> Value {
        json!({"force": "mission", "place": self.place(), "state": "present", "post": "observation_post", "time": self.when()})
    }

    fn denial(&mut self, incidents: &[String]) -> Value {
        let at = usize::try_from(self.random.below(incidents.len() as u64)).unwrap_or_default();
        json!({
            "target": incidents[at],
            "scope": self.random.pick(&["occurrence", "responsibility", "whole"]),
            "text": self.random.words(12),
        })
    }
}

/// `whole` degrees and `part` ten-thousandths.
fn degrees(whole: u32, part: u64) -> f64 {
    f64::from(whole) + f64::from(u32::try_from(part).unwrap_or_default()) / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use armistice_report::{NOTE_BYTES_MAX, parse};

    #[test]
    fn every_report_is_one_that_the_vocabulary_takes() {
        let mut generator = Generator::new("ledger.example/bench", "bench", 1);
        generator.learn([Hash::sha256(b"an incident")]);
        let notes = generator.notes(800);
        for note in &notes {
            let text = std::str::from_utf8(note).unwrap();
            let line = text.split_once("\n\n").unwrap().0;
            parse(format!("{line}\n").as_bytes()).unwrap();
        }
        let bytes: usize = notes.iter().map(Vec::len).sum::<usize>() / notes.len();
        assert!((1_000..1_400).contains(&bytes), "{bytes} bytes a note on average");
        assert!(notes.iter().all(|note| note.len() < NOTE_BYTES_MAX));
    }

    #[test]
    fn the_same_seed_gives_the_same_notes() {
        let notes = |seed| Generator::new("ledger.example/bench", "bench", seed).notes(20);
        assert_eq!(notes(1), notes(1));
        assert_ne!(notes(1), notes(2));
    }
}
