//! A report before it is signed: what the caller says, and the envelope that signing adds.
//!
//! ```text
//! {"id":"r-4","type":"incident.reported.v1","time":"2022-03-26T15:00:00Z","data":{…}}          the draft
//! {…,"source":"newsdesk","subject":"karabakh-2020","ledger":"example.org/k","producerseq":8,"prev":"4c…"}  added
//! ```
//! Format: `docs/formats/draft-v1.md`. Nothing is signed here.

use armistice_report::{
    CeasefireId, Event, Origin, ProducerName, Provenance, Refusal, RefusalCode, Report, ReportId, SourceName,
    Timestamp,
};
use serde_json::{Map, Value};

/// A report without what signing adds.
#[derive(Debug, Clone)]
pub struct Draft(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Typed(Box<Typed>),
    Json {
        draft: Map<String, Value>,
        now: Timestamp,
    },
}

#[derive(Debug, Clone)]
struct Typed {
    id: ReportId,
    time: Timestamp,
    provenance: Option<Provenance>,
    event: Event,
}

impl Draft {
    /// A draft of a typed event. `id` is the producer's own name for the report, never used for another; `time` is when
    /// it was made, by the producer's clock.
    pub fn new(id: ReportId, time: Timestamp, event: impl Into<Event>) -> Self {
        Self(Kind::Typed(Box::new(Typed {
            id,
            time,
            provenance: None,
            event: event.into(),
        })))
    }

    /// Says who asserts it, through whom and how surely: needed for all but founding, frame and curation. Without effect on a
    /// draft from JSON, which says it in its `data`.
    #[must_use]
    pub fn provenance(mut self, provenance: Provenance) -> Self {
        if let Kind::Typed(typed) = &mut self.0 {
            typed.provenance = Some(provenance);
        }
        self
    }

    /// A draft from a JSON object; `now` is its time when it does not say one. What it says of the envelope must be true,
    /// only `producerseq` and `prev` are not looked at. Fields that stood twice are gone from a map: whoever read it looks
    /// for them.
    pub fn from_json(draft: Map<String, Value>, now: Timestamp) -> Self {
        Self(Kind::Json { draft, now })
    }

    /// The report with a counter of 1, checked.
    pub(crate) fn prepare(self, home: &Home) -> Result<Prepared, Refusal> {
        match self.0 {
            Kind::Typed(typed) => {
                let report = Report {
                    id: typed.id,
                    source: SourceName::from(&home.producer),
                    time: typed.time,
                    subject: home.ceasefire.clone(),
                    ledger: home.origin.clone(),
                    producer_seq: 1,
                    prev: None,
                    provenance: typed.provenance,
                    event: typed.event,
                };
                // The types do not hold every rule: what two fields demand of each other is checked by reading.
                armistice_report::parse(armistice_report::to_json_line(&report).as_bytes())?;
                Ok(Prepared {
                    report,
                    time_given: true,
                })
            }
            Kind::Json { mut draft, now } => {
                let time_given = draft.contains_key("time");
                draft
                    .entry("time")
                    .or_insert_with(|| Value::from(now.to_string()));
                let line = format!("{}\n", fill(draft, home));
                let report = armistice_report::parse(line.as_bytes())?;
                home.holds(&report)?;
                Ok(Prepared { report, time_given })
            }
        }
    }
}

/// A checked report that wants a number and a signature.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) report: Report,
    /// Otherwise the same draft an hour later is still the same.
    pub(crate) time_given: bool,
}

impl Prepared {
    /// Whether a report that was signed earlier says the same.
    pub(crate) fn says_the_same(&self, signed: &Report) -> bool {
        let mut own = self.report.clone();
        own.producer_seq = signed.producer_seq;
        own.prev = signed.prev;
        if !self.time_given {
            own.time = signed.time;
        }
        own == *signed
    }
}

/// What every report of an outbox has in common.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) producer: ProducerName,
    pub(crate) ceasefire: CeasefireId,
    pub(crate) origin: Origin,
}

impl Home {
    /// Refuses what the ledger would refuse, before it costs a number.
    pub(crate) fn holds(&self, report: &Report) -> Result<(), Refusal> {
        let differs = |code, field: &str, expected: &str| Err(Refusal::new(code, field, expected));
        if report.source.as_str() != self.producer.as_str() {
            return differs(RefusalCode::SourceMismatch, "source", &self.producer);
        }
        if report.ledger != self.origin {
            return differs(RefusalCode::WrongLedger, "ledger", &self.origin);
        }
        if report.subject != self.ceasefire {
            return differs(RefusalCode::WrongCeasefire, "subject", &self.ceasefire);
        }
        Ok(())
    }
}

/// The report of a draft as JSON, with a counter of 1. What the draft says itself is kept, so that a wrong `ledger` is
/// refused, not mended; only the counter is always the signer's.
fn fill(draft: Map<String, Value>, home: &Home) -> Value {
    let mut filled = Map::from_iter([
        ("specversion".to_owned(), Value::from("1.0")),
        ("source".to_owned(), Value::from(home.producer.as_str())),
        ("subject".to_owned(), Value::from(home.ceasefire.as_str())),
        ("ledger".to_owned(), Value::from(home.origin.as_str())),
    ]);
    filled.extend(draft);
    filled.insert("producerseq".to_owned(), Value::from(1));
    filled.remove("prev");
    Value::Object(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_counter_is_the_signers_and_the_rest_is_the_drafts() {
        let home = Home {
            producer: ProducerName::new("desk").unwrap(),
            ceasefire: CeasefireId::new("c").unwrap(),
            origin: Origin::new("here").unwrap(),
        };
        let Value::Object(draft) = json!({"id": "a", "ledger": "elsewhere", "producerseq": 9, "prev": "x"})
        else {
            unreachable!()
        };
        let filled = fill(draft, &home);
        assert_eq!(
            (&filled["ledger"], &filled["producerseq"]),
            (&json!("elsewhere"), &json!(1))
        );
        assert_eq!((filled.get("prev"), &filled["source"]), (None, &json!("desk")));
    }
}
