//! The rows of `producers`.

use std::collections::BTreeMap;

use armistice_report::{EventType, Grant, RefusalCode, Sha256, Timestamp};
use serde::Serialize;

use super::{Key, Producer, Producers, Refused, Rewound, Sent};
use crate::{
    entries::EntryRef,
    names::Name,
    reading::Reading,
    rows::Rows,
    shapes::{CountRow, ROW_ENTRIES_MAX, Source},
};

#[derive(Serialize)]
struct CodebookRow<'a> {
    codebook: &'a str,
    sha256: Sha256,
    entry: EntryRef,
}

#[derive(Serialize)]
pub(super) struct LedgerRow<'a> {
    ceasefire: &'a str,
    origin: &'a str,
    operator: &'a str,
    zone: &'a str,
    codebooks: Vec<CodebookRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct IntakeRow<'a> {
    intake: &'a str,
    from_position: Option<u64>,
    to_position: Option<u64>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct KeyRow<'a> {
    key: &'a str,
    status: &'static str,
    since: EntryRef,
    rotated_by: Option<EntryRef>,
    revoked_by: Option<EntryRef>,
    compromised_since: Option<Timestamp>,
    contested_reports: u64,
}

#[derive(Serialize)]
struct GapRow {
    from: u32,
    to: u32,
}

#[derive(Serialize)]
struct ForkRow {
    seq: u32,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct ProducerRow<'a> {
    producer: &'a str,
    actor: Option<&'a str>,
    may: Vec<Grant>,
    keys: Vec<KeyRow<'a>>,
    unit: &'static str,
    reports: usize,
    by_type: Vec<CountRow<'a>>,
    last_seq: Option<u32>,
    missing_count: u64,
    gaps_count: usize,
    gaps: Vec<GapRow>,
    forks_count: usize,
    forks: Vec<ForkRow>,
    prev_mismatches_count: usize,
    prev_mismatches: Vec<EntryRef>,
    refused: Vec<CountRow<'a>>,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct RefusalRow<'a> {
    code: RefusalCode,
    unit: &'static str,
    refused: u64,
    by_producer: Vec<CountRow<'a>>,
    entries_count: usize,
    entries: Vec<EntryRef>,
}

/// Submissions that were refused with one code under one name.
pub(super) type Refusal<'r> = (RefusalCode, Option<Name>, &'r Refused);

impl Producers {
    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        for rewound in &self.rewound {
            out.push_at("intake", rewound.index, &intake_row(reading, rewound));
        }
        if let Some(row) = ledger_row(reading) {
            out.push("ledger", "", &row);
        }
        let producers: BTreeMap<&str, (Name, &Producer)> = self
            .known
            .iter()
            .map(|(&name, producer)| (reading.text(name), (name, producer)))
            .collect();
        for (id, (name, producer)) in producers {
            out.push("producer", id, &self.producer_row(reading, id, name, producer));
        }
        for (code, refusals) in &self.refusals() {
            out.push("refusal", code, &refusal_row(reading, refusals));
        }
    }

    /// What was refused, by code.
    pub(super) fn refusals(&self) -> BTreeMap<&'static str, Vec<Refusal<'_>>> {
        let mut codes: BTreeMap<&str, Vec<Refusal<'_>>> = BTreeMap::new();
        for (&(code, producer), refused) in &self.refused {
            codes
                .entry(code.as_str())
                .or_default()
                .push((code, producer, refused));
        }
        codes
    }

    pub(super) fn producer_row<'a>(
        &self,
        reading: &Reading<'a>,
        id: &'a str,
        name: Name,
        producer: &Producer,
    ) -> ProducerRow<'a> {
        let newest = producer.enrolments.last();
        let mut seqs: Vec<Sent> = producer.sent.clone();
        seqs.sort_unstable_by_key(|sent| (sent.seq, sent.index));
        let gaps = gaps(&seqs);
        let forks: Vec<&[Sent]> = seqs
            .chunk_by(|a, b| a.seq == b.seq)
            .filter(|same| same.len() > 1)
            .collect();
        let mut source = Source::default();
        producer
            .enrolments
            .iter()
            .for_each(|enrolment| source.add(enrolment.index));
        producer.sent.iter().for_each(|sent| source.add(sent.index));
        let mut refused: Vec<CountRow<'a>> = self
            .refused
            .iter()
            .filter(|((_, of), _)| *of == Some(name))
            .map(|((code, _), refused)| CountRow {
                of: code.as_str(),
                count: refused.count,
            })
            .collect();
        refused.sort_by_key(|row| row.of);
        ProducerRow {
            producer: id,
            actor: newest.and_then(|enrolment| reading.option(enrolment.actor)),
            may: newest.map(|enrolment| enrolment.may.to_vec()).unwrap_or_default(),
            keys: producer
                .keys
                .iter()
                .map(|key| key_row(reading, producer, key))
                .collect(),
            unit: "entry",
            reports: producer.sent.len(),
            by_type: by_type(producer),
            last_seq: seqs.last().map(|sent| sent.seq),
            missing_count: gaps.iter().map(|gap| u64::from(gap.to - gap.from) + 1).sum(),
            gaps_count: gaps.len(),
            gaps: gaps.into_iter().take(ROW_ENTRIES_MAX).collect(),
            forks_count: forks.len(),
            forks: forks
                .iter()
                .take(ROW_ENTRIES_MAX)
                .map(|same| fork_row(reading, same))
                .collect(),
            prev_mismatches_count: producer.prev_mismatches.len(),
            prev_mismatches: reading.entries(producer.prev_mismatches.iter().copied().take(ROW_ENTRIES_MAX)),
            refused,
            entries_count: source.count(),
            entries: source.named(reading),
        }
    }
}

pub(super) fn intake_row<'a>(reading: &Reading<'a>, rewound: &Rewound) -> IntakeRow<'a> {
    IntakeRow {
        intake: reading.text(rewound.intake),
        from_position: rewound.from,
        to_position: rewound.to,
        entries: reading.entries([rewound.index]),
    }
}

pub(super) fn ledger_row<'a>(reading: &Reading<'a>) -> Option<LedgerRow<'a>> {
    let founded = reading.ledger.founded?;
    let codebooks = &reading.ledger.codebooks;
    Some(LedgerRow {
        ceasefire: reading.text(founded.ceasefire),
        origin: reading.text(founded.origin),
        operator: reading.text(founded.operator),
        zone: reading.text(founded.zone),
        codebooks: codebooks
            .iter()
            .map(|adopted| CodebookRow {
                codebook: reading.text(adopted.id),
                sha256: Sha256(adopted.sha256),
                entry: reading.entry(adopted.index),
            })
            .collect(),
        entries: reading.entries(
            codebooks
                .iter()
                .map(|adopted| adopted.index)
                .chain([founded.index]),
        ),
    })
}

fn by_type<'a>(producer: &Producer) -> Vec<CountRow<'a>> {
    let name = |ordinal: u8| {
        EventType::ALL
            .get(usize::from(ordinal))
            .map_or("unknown", |known| known.as_str())
    };
    let mut rows: Vec<CountRow<'a>> = producer
        .types
        .iter()
        .map(|(&ordinal, &count)| CountRow {
            of: name(ordinal),
            count: count.into(),
        })
        .collect();
    rows.sort_by_key(|row| row.of);
    rows
}

/// The numbers that no entry carries, from 1 to the last one.
fn gaps(seqs: &[Sent]) -> Vec<GapRow> {
    let mut gaps = Vec::new();
    let mut next = 1;
    for sent in seqs {
        if sent.seq > next {
            gaps.push(GapRow {
                from: next,
                to: sent.seq - 1,
            });
        }
        next = next.max(sent.seq.saturating_add(1));
    }
    gaps
}

fn fork_row(reading: &Reading<'_>, same: &[Sent]) -> ForkRow {
    ForkRow {
        seq: same[0].seq,
        entries: reading.entries(same.iter().map(|sent| sent.index).take(ROW_ENTRIES_MAX)),
    }
}

fn key_row<'a>(reading: &Reading<'a>, producer: &Producer, key: &Key) -> KeyRow<'a> {
    // Until the key was taken out of use; what was received from that time on may be somebody else's.
    let until = key
        .rotated
        .into_iter()
        .chain(key.revoked)
        .min()
        .unwrap_or(u32::MAX);
    let contested = key.compromised_since.map_or(0, |since| {
        let doubtful = |sent: &&Sent| (key.since..until).contains(&sent.index) && sent.received >= since;
        producer.sent.iter().filter(doubtful).count() as u64
    });
    KeyRow {
        key: reading.text(key.text),
        status: match (key.revoked, key.rotated) {
            (Some(_), _) => "revoked",
            (None, Some(_)) => "rotated",
            (None, None) => "valid",
        },
        since: reading.entry(key.since),
        rotated_by: key.rotated.map(|index| reading.entry(index)),
        revoked_by: key.revoked.map(|index| reading.entry(index)),
        compromised_since: key.compromised_since.and_then(Timestamp::from_micros),
        contested_reports: contested,
    }
}

pub(super) fn refusal_row<'a>(reading: &Reading<'a>, refusals: &[Refusal<'_>]) -> RefusalRow<'a> {
    let mut by_producer: Vec<CountRow<'a>> = refusals
        .iter()
        .map(|(_, producer, refused)| CountRow {
            of: reading.text(producer.unwrap_or(Name::NOT_STATED)),
            count: refused.count,
        })
        .collect();
    by_producer.sort_by_key(|row| row.of);
    by_producer.truncate(ROW_ENTRIES_MAX);
    let mut entries: Vec<u32> = refusals
        .iter()
        .flat_map(|(.., refused)| refused.entries.iter().copied())
        .collect();
    entries.sort_unstable();
    entries.dedup();
    RefusalRow {
        code: refusals[0].0,
        unit: "submission",
        refused: refusals
            .iter()
            .map(|(.., refused)| refused.count)
            .fold(0, u64::saturating_add),
        by_producer,
        entries_count: entries.len(),
        entries: reading.entries(entries.iter().copied().take(ROW_ENTRIES_MAX)),
    }
}
