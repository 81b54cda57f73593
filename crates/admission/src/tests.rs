//! Decisions over small histories: who may say what, when, about which entry.

#![expect(clippy::needless_pass_by_value, reason = "contents are literals at the call")]

use crate::{Checked, Decision, Keyring, Prior, Signature, State, Submission, admit};
use armistice_report::{EntryHash, Timestamp, entry};
use armistice_tlog::{Hash, Index, SigningKey, leaf_hash};
use serde_json::{Value, json};

const ORIGIN: &str = "example.org/ledger";
const CEASEFIRE: &str = "karabakh-2020";

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, [seed; 32]).expect("a key")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000).expect("a time")
}

/// A history that grows by what is admitted.
struct World {
    state: State,
    keyring: Keyring,
    entries: Vec<(Hash, Hash, Vec<u8>)>,
    sequence: u64,
}

impl World {
    fn new() -> Self {
        let operator = key("operator", 1);
        let content = json!({
            "ceasefire": CEASEFIRE, "origin": ORIGIN, "zone": "+04:00",
            "ledger_key": key(ORIGIN, 2).verifier_key().to_string(),
            "operator": { "name": "operator", "key": operator.verifier_key().to_string() },
            "codebook": { "id": "karabakh-2020", "sha256": "00".repeat(32) },
        });
        let note = sign(
            &envelope(
                "operator",
                "founding",
                1,
                "ledger.founded.v1",
                json!({ "content": content }),
            ),
            &operator,
        );
        let checked = Keyring::default().check(note.clone());
        let state = State::found(&checked, at(0)).expect("founded");
        let mut world = Self {
            state,
            keyring: Keyring::default(),
            entries: Vec::new(),
            sequence: 1,
        };
        world.remember(&checked, &note);
        for (name, seed, may) in [
            ("desk", 3, "claim"),
            ("monitor", 4, "assess"),
            ("analyst", 5, "curate"),
        ] {
            let content =
                json!({ "producer": name, "key": key(name, seed).verifier_key().to_string(), "may": [may] });
            assert_eq!(world.admin("producer.enrolled.v1", content), Decision::Admit);
        }
        world
    }

    fn remember(&mut self, checked: &Checked, note: &[u8]) {
        let submission = checked.submission.as_ref().expect("readable");
        let bytes = entry::encode(at(0), note).expect("an entry");
        self.keyring.learn(&submission.report().event);
        self.entries
            .push((submission.unique_key(), leaf_hash(&bytes), note.to_vec()));
    }

    fn decide(&self, checked: &Checked, note: &[u8]) -> Decision {
        let prior = checked.submission.as_ref().ok().and_then(|read| {
            let at = self
                .entries
                .iter()
                .position(|(unique, _, _)| *unique == read.unique_key())?;
            Some(Prior {
                index: Index(at as u64),
                same_bytes: self.entries[at].2 == note,
            })
        });
        let find = |hash: &EntryHash| {
            self.entries
                .iter()
                .position(|(_, leaf, _)| leaf.0 == hash.0)
                .map(|at| Index(at as u64))
        };
        admit(&self.state, checked, prior, find)
    }

    /// Decides about a note and, if it is admitted, appends it.
    fn note(&mut self, note: &[u8]) -> Decision {
        let checked = self.keyring.check(note.to_vec());
        let decision = self.decide(&checked, note);
        // What was not verified ahead of time is verified by admission itself, with the same outcome.
        let unchecked = Checked {
            signature: Signature::NotTried,
            ..checked.clone()
        };
        assert_eq!(self.decide(&unchecked, note), decision);
        if decision == Decision::Admit {
            self.state
                .apply(checked.submission.as_ref().expect("readable"), at(0));
            self.remember(&checked, note);
        }
        decision
    }

    fn send(&mut self, signer: &SigningKey, kind: &str, content: Value) -> Decision {
        self.sequence += 1;
        let data = if kind.starts_with("incident.rep")
            || kind.starts_with("casualties.")
            || kind.starts_with("claim.")
            || kind.starts_with("incident.ass")
        {
            json!({ "provenance": { "asserted_by": {}, "hedge": "stated" }, "content": content })
        } else {
            json!({ "content": content })
        };
        let id = format!("r-{}", self.sequence);
        self.note(&sign(
            &envelope(signer.name(), &id, self.sequence, kind, data),
            signer,
        ))
    }

    fn admin(&mut self, kind: &str, content: Value) -> Decision {
        self.send(&key("operator", 1), kind, content)
    }

    fn incident(&mut self) -> String {
        assert_eq!(
            self.send(&key("desk", 3), "incident.reported.v1", incident()),
            Decision::Admit
        );
        self.last()
    }

    fn last(&self) -> String {
        self.entries.last().expect("an entry").1.to_string()
    }
}

fn incident() -> Value {
    json!({ "kind": "mortar", "accused": "side-a", "time": { "precision": "unknown" } })
}

fn envelope(source: &str, id: &str, sequence: u64, kind: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": source, "type": kind, "time": "2022-03-26T14:00:00Z",
        "subject": CEASEFIRE, "ledger": ORIGIN, "producerseq": sequence, "data": data,
    })
}

fn sign(report: &Value, key: &SigningKey) -> Vec<u8> {
    let text = format!("{report}\n");
    let line = key.sign_line(&text);
    format!("{text}\n{line}\n").into_bytes()
}

fn code(decision: &Decision) -> &str {
    match decision {
        Decision::Admit => "admit",
        Decision::Known(_) => "known",
        Decision::Refuse(refusal) => refusal.code.as_str(),
    }
}

#[track_caller]
fn check(decision: &Decision, expected: &str) {
    assert_eq!(code(decision), expected, "{decision:?}");
}

#[test]
fn the_same_bytes_are_known_for_ever_and_other_bytes_conflict() {
    let mut world = World::new();
    let desk = key("desk", 3);
    let data = json!({ "provenance": { "asserted_by": {}, "hedge": "stated" }, "content": incident() });
    let note = sign(
        &envelope("desk", "same", 7, "incident.reported.v1", data.clone()),
        &desk,
    );
    let other = sign(&envelope("desk", "same", 8, "incident.reported.v1", data), &desk);
    check(&world.note(&note), "admit");
    assert_eq!(world.note(&note), Decision::Known(Index(4)));
    check(&world.note(&other), "id_conflict");
    let revoked = json!({ "producer": "desk", "key_id": desk.verifier_key().id().to_string() });
    check(&world.admin("key.revoked.v1", revoked), "admit");
    assert_eq!(world.note(&note), Decision::Known(Index(4)));
    check(&world.note(&other), "revoked_key");
}

#[test]
fn a_report_is_for_one_ledger_and_one_ceasefire() {
    let mut world = World::new();
    let desk = key("desk", 3);
    let data = json!({ "provenance": { "asserted_by": {}, "hedge": "stated" }, "content": incident() });
    for (field, value, expected) in [
        ("ledger", "example.org/other", "wrong_ledger"),
        ("subject", "other", "wrong_ceasefire"),
    ] {
        let mut report = envelope("desk", "r", 1, "incident.reported.v1", data.clone());
        report[field] = json!(value);
        check(&world.note(&sign(&report, &desk)), expected);
    }
}

#[test]
fn only_a_key_that_is_valid_at_the_index_signs() {
    let mut world = World::new();
    let (old, new) = (key("desk", 3), key("desk", 30));
    check(
        &world.send(&key("stranger", 9), "incident.reported.v1", incident()),
        "unknown_producer",
    );
    check(
        &world.send(&new, "incident.reported.v1", incident()),
        "unknown_key",
    );
    let rotated = json!({ "producer": "desk", "key": new.verifier_key().to_string() });
    check(&world.admin("key.rotated.v1", rotated.clone()), "admit");
    check(
        &world.send(&old, "incident.reported.v1", incident()),
        "revoked_key",
    );
    check(&world.send(&new, "incident.reported.v1", incident()), "admit");
    check(&world.admin("key.rotated.v1", rotated), "already_enrolled");
}

#[test]
fn a_forged_or_relabelled_note_is_refused() {
    let mut world = World::new();
    let data = json!({ "provenance": { "asserted_by": {}, "hedge": "stated" }, "content": incident() });
    let report = envelope("desk", "r", 1, "incident.reported.v1", data);
    let note = sign(&report, &key("desk", 3));
    let text = String::from_utf8(note.clone()).expect("text");
    check(
        &world.note(text.replace("mortar", "sniper").as_bytes()),
        "bad_signature",
    );
    check(
        &world.note(text.replace("— desk", "— monitor").as_bytes()),
        "source_mismatch",
    );
    check(&world.note(text.replace("\n\n", "\n").as_bytes()), "not_a_note");
    let twice = format!(
        "{text}{}",
        text.lines()
            .last()
            .map(|line| format!("{line}\n"))
            .unwrap_or_default()
    );
    check(&world.note(twice.as_bytes()), "signature_count");
    check(&world.note(format!("{text}x").as_bytes()), "not_a_note");
    check(&world.note(&[0xff; 40]), "not_utf8");
    check(&world.note(&vec![b'a'; 70_000]), "entry_too_large");
}

#[test]
fn a_producer_stays_within_its_grant() {
    let mut world = World::new();
    let hash = world.incident();
    let assessed = json!({ "assessor": "mission", "targets": [hash], "occurrence": "confirmed" });
    check(
        &world.send(&key("desk", 3), "incident.assessed.v1", assessed.clone()),
        "beyond_grant",
    );
    check(
        &world.send(&key("monitor", 4), "incident.assessed.v1", assessed),
        "admit",
    );
    check(
        &world.send(&key("monitor", 4), "incident.reported.v1", incident()),
        "beyond_grant",
    );
    let refused = json!({
        "marks": [{ "submission_sha256": "00".repeat(32), "code": "bad_signature" }],
        "window": { "from": "2022-03-26T14:00:00Z", "to": "2022-03-26T14:00:00Z" },
    });
    check(
        &world.admin("refusal.recorded.v1", refused.clone()),
        "reserved_type",
    );
    check(
        &world.send(&key(ORIGIN, 2), "refusal.recorded.v1", refused),
        "admit",
    );
    check(
        &world.send(&key(ORIGIN, 2), "incident.reported.v1", incident()),
        "reserved_type",
    );
    check(
        &world.send(&key("operator", 1), "incident.reported.v1", incident()),
        "beyond_grant",
    );
}

#[test]
fn enrolment_is_once_and_grants_can_be_replaced() {
    let mut world = World::new();
    let desk = key("desk", 3).verifier_key().to_string();
    let enrol =
        |producer: &str, key: &str, may: &str| json!({ "producer": producer, "key": key, "may": [may] });
    let kind = "producer.enrolled.v1";
    check(
        &world.admin(
            kind,
            enrol("desk", &key("desk", 31).verifier_key().to_string(), "claim"),
        ),
        "already_enrolled",
    );
    let stolen = key("desk", 3)
        .verifier_key()
        .renamed("other")
        .expect("a name")
        .to_string();
    check(
        &world.admin(kind, enrol("other", &stolen, "claim")),
        "already_enrolled",
    );
    check(
        &world.admin(kind, enrol("other", &desk, "claim")),
        "key_name_mismatch",
    );
    check(
        &world.admin(kind, enrol("other", "other+00000000+AQ==", "claim")),
        "weak_key",
    );
    check(
        &world.send(&key("desk", 3), kind, enrol("other", &desk, "claim")),
        "beyond_grant",
    );
    check(&world.admin(kind, enrol("desk", &desk, "curate")), "admit");
    check(
        &world.send(&key("desk", 3), "incident.reported.v1", incident()),
        "beyond_grant",
    );
}

#[test]
fn the_last_admin_key_stays() {
    let mut world = World::new();
    let operator = key("operator", 1).verifier_key();
    let revoked = json!({ "producer": "operator", "key_id": operator.id().to_string() });
    check(&world.admin("key.revoked.v1", revoked.clone()), "last_admin_key");
    let second =
        json!({ "producer": "deputy", "key": key("deputy", 6).verifier_key().to_string(), "may": ["admin"] });
    check(&world.admin("producer.enrolled.v1", second), "admit");
    check(
        &world.send(&key("deputy", 6), "key.revoked.v1", revoked.clone()),
        "admit",
    );
    let lesser =
        json!({ "producer": "deputy", "key": key("deputy", 6).verifier_key().to_string(), "may": ["claim"] });
    check(
        &world.send(&key("deputy", 6), "producer.enrolled.v1", lesser),
        "last_admin_key",
    );
    check(
        &world.send(&key("deputy", 6), "key.revoked.v1", revoked),
        "revoked_key",
    );
    check(
        &world.admin(
            "codebook.adopted.v1",
            json!({ "codebook": { "id": "b", "sha256": "00".repeat(32) } }),
        ),
        "revoked_key",
    );
    let unknown = json!({ "producer": "desk", "key_id": "00000000" });
    check(
        &world.send(&key("deputy", 6), "key.revoked.v1", unknown),
        "unknown_key",
    );
    let ledger = json!({ "producer": "nobody", "key_id": "00000000" });
    check(
        &world.send(&key("deputy", 6), "key.revoked.v1", ledger),
        "not_enrolled",
    );
}

#[test]
fn the_text_of_a_codebook_is_the_one_that_its_hash_names() {
    let mut world = World::new();
    let text = r#"{"format":"armistice/codebook/v1"}"#;
    let adopted = |sha256: String| json!({ "codebook": { "id": "b", "sha256": sha256 }, "text": text });
    let kind = "codebook.adopted.v1";
    check(
        &world.admin(kind, adopted(Hash::sha256(text.as_bytes()).to_string())),
        "admit",
    );
    check(&world.admin(kind, adopted("00".repeat(32))), "codebook_mismatch");
    check(
        &world.admin(
            kind,
            json!({ "codebook": { "id": "b", "sha256": "00".repeat(32) } }),
        ),
        "admit",
    );
}

#[test]
fn an_answer_names_an_entry_that_exists_and_fits() {
    let mut world = World::new();
    let desk = key("desk", 3);
    let hash = world.incident();
    let deny = |target: &str| json!({ "target": target, "scope": "whole" });
    check(
        &world.send(&desk, "claim.denied.v1", deny(&"ab".repeat(32))),
        "unknown_target",
    );
    check(&world.send(&desk, "claim.denied.v1", deny(&hash)), "admit");
    let founding = world.entries[0].1.to_string();
    check(
        &world.send(&desk, "claim.denied.v1", deny(&founding)),
        "wrong_target",
    );
    let unlink = json!({ "target": hash });
    check(
        &world.send(&key("analyst", 5), "incidents.unlinked.v1", unlink),
        "wrong_target",
    );
    let link = json!({ "a": hash, "b": world.incident(), "relation": "competing_accounts" });
    check(
        &world.send(&key("analyst", 5), "incidents.linked.v1", link),
        "admit",
    );
    let unlink = json!({ "target": world.last() });
    check(
        &world.send(&key("analyst", 5), "incidents.unlinked.v1", unlink),
        "admit",
    );
}

#[test]
fn only_its_own_producer_corrects_or_retracts() {
    let mut world = World::new();
    let other = key("other", 7);
    let enrolled = json!({ "producer": "other", "key": other.verifier_key().to_string(), "may": ["claim"] });
    check(&world.admin("producer.enrolled.v1", enrolled), "admit");
    let hash = world.incident();
    let retract = json!({ "target": hash, "reason": "publisher_error" });
    check(
        &world.send(&other, "claim.retracted.v1", retract.clone()),
        "not_the_publisher",
    );
    let correct = |target: &str, kind: &str, content: Value| json!({ "target": target, "reason": "publisher_error", "replacement": { "type": kind, "content": content } });
    let control =
        json!({ "place": { "place": "p", "precision": "near_25km" }, "controller": "a", "mode": "captured" });
    check(
        &world.send(
            &other,
            "claim.corrected.v1",
            correct(&hash, "incident.reported.v1", incident()),
        ),
        "not_the_publisher",
    );
    let desk = key("desk", 3);
    check(
        &world.send(
            &desk,
            "claim.corrected.v1",
            correct(&hash, "control.claimed.v1", control),
        ),
        "wrong_target",
    );
    check(
        &world.send(
            &desk,
            "claim.corrected.v1",
            correct(&hash, "incident.reported.v1", incident()),
        ),
        "admit",
    );
    let correction = world.last();
    let casualties = |incident: &str| {
        json!({
            "side": "side-a", "status": "military", "incident": incident,
            "killed": { "best": 1, "relation": "exactly" },
        })
    };
    let desk_casualties = world.send(&desk, "casualties.reported.v1", casualties(&hash));
    check(&desk_casualties, "admit");
    let counted = world.last();
    let founding = world.entries[0].1.to_string();
    let replaced = correct(&counted, "casualties.reported.v1", casualties(&founding));
    check(&world.send(&desk, "claim.corrected.v1", replaced), "wrong_target");
    let replaced = correct(&counted, "casualties.reported.v1", casualties(&hash));
    check(&world.send(&desk, "claim.corrected.v1", replaced), "admit");
    check(
        &world.send(
            &desk,
            "claim.retracted.v1",
            json!({ "target": correction, "reason": "publisher_error" }),
        ),
        "wrong_target",
    );
    check(&world.send(&desk, "claim.retracted.v1", retract), "admit");
}

#[test]
fn a_state_restored_from_its_history_is_the_same() {
    let mut world = World::new();
    world.incident();
    let revoked = json!({ "producer": "desk", "key_id": key("desk", 3).verifier_key().id().to_string() });
    check(&world.admin("key.revoked.v1", revoked), "admit");
    let read = |at: usize| Submission::read(world.entries[at].2.clone()).expect("readable");
    let governance = [1, 2, 3, 5].map(|at| (Index(at as u64), read(at).report().clone()));
    let founding = world.keyring.check(world.entries[0].2.clone());
    let restored = State::restore(
        &founding,
        governance.into_iter(),
        world.state.history().clone(),
        at(0),
    );
    assert_eq!(restored.expect("restored"), world.state);
}

#[test]
fn a_founding_is_signed_by_the_operator_that_it_names() {
    let operator = key("operator", 1);
    let content = |ledger: &SigningKey, operator: &SigningKey| {
        json!({
            "ceasefire": CEASEFIRE, "origin": ORIGIN, "zone": "+04:00",
            "ledger_key": ledger.verifier_key().to_string(),
            "operator": { "name": operator.name(), "key": operator.verifier_key().to_string() },
            "codebook": { "id": "c", "sha256": "00".repeat(32) },
        })
    };
    let found = |content: Value, signer: &SigningKey| {
        let report = envelope(
            signer.name(),
            "founding",
            1,
            "ledger.founded.v1",
            json!({ "content": content }),
        );
        State::found(&Keyring::default().check(sign(&report, signer)), at(0))
    };
    assert!(found(content(&key(ORIGIN, 2), &operator), &operator).is_ok());
    assert!(found(content(&key(ORIGIN, 2), &operator), &key("operator", 8)).is_err());
    assert!(found(content(&key("example.org/other", 2), &operator), &operator).is_err());
    assert!(found(content(&key(ORIGIN, 1), &operator), &operator).is_err());
    assert!(found(content(&key(ORIGIN, 2), &key("other", 1)), &operator).is_err());
    let mut same = content(&key("one-name", 2), &key("one-name", 1));
    same["origin"] = json!("one-name");
    let mut report = envelope(
        "one-name",
        "founding",
        1,
        "ledger.founded.v1",
        json!({ "content": same }),
    );
    report["ledger"] = json!("one-name");
    let signed = sign(&report, &key("one-name", 1));
    assert!(State::found(&Keyring::default().check(signed), at(0)).is_err());
}
