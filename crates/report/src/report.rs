//! A report: one CloudEvents 1.0 object in structured JSON, on one line.
//!
//! `{"specversion":"1.0","id":"r-1","source":"demo-newsdesk","type":"incident.reported.v1",…,"data":{…}}` LF
//!
//! Format: `docs/formats/report-v1.md`. Reading is total and depends on the bytes alone: no clock, no environment, no
//! other entry. Whether the source is known, the key right or a target present is admission's to judge.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{
    clock::Timestamp,
    entry::ENTRY_BYTES_MAX,
    event::{Content, Event, EventType},
    ids::{CeasefireId, EntryHash, Origin, ReportId, Sha256, SourceName},
    json::{self, Failure, Fast, Located},
    provenance::Provenance,
    refusal::{Refusal, RefusalCode},
};

/// The greatest `producerseq`: CloudEvents 1.0 integers are 32-bit and signed.
pub const PRODUCER_SEQ_MAX: u64 = i32::MAX as u64;

/// A report: what one producer sent, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The publisher's own name for the report, unique per publisher.
    pub id: ReportId,
    /// Who published it: a producer's name, or the ledger's origin. Not who says it.
    pub source: SourceName,
    /// When the publisher made it, by its own clock, UTC.
    pub time: Timestamp,
    /// The ceasefire.
    pub subject: CeasefireId,
    /// The origin of the ledger that it is meant for.
    pub ledger: Origin,
    /// The publisher's own counter, from 1 to 2^31 - 1. A gap shows an omission, a repetition equivocation.
    pub producer_seq: u64,
    /// SHA-256 of the publisher's previous submission: the whole signed note. None on the first.
    pub prev: Option<Sha256>,
    /// Who says it, through whom, in which words and how surely.
    pub provenance: Option<Provenance>,
    /// What is said.
    pub event: Event,
}

/// The version of CloudEvents.
#[derive(Serialize, Deserialize)]
enum SpecVersion {
    #[serde(rename = "1.0")]
    V1,
}

/// The media type of `data`.
#[derive(Deserialize)]
enum ContentType {
    #[serde(rename = "application/json")]
    Json,
}

/// The outer object, with `data` as it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(rename = "specversion")]
    _specversion: SpecVersion,
    id: ReportId,
    source: SourceName,
    r#type: EventType,
    time: Timestamp,
    subject: CeasefireId,
    #[serde(rename = "datacontenttype", default)]
    _datacontenttype: Option<ContentType>,
    ledger: Origin,
    producerseq: u64,
    #[serde(default)]
    prev: Option<Sha256>,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads and checks the text of a submission: one line of JSON and a line feed.
///
/// # Errors
/// The first thing that is wrong: its code, the path to the field, what was expected.
pub fn parse(text: &[u8]) -> Result<Report, Refusal> {
    if text.len() > ENTRY_BYTES_MAX {
        let expected = format!("at most {ENTRY_BYTES_MAX} bytes");
        return Err(
            Refusal::new(RefusalCode::EntryTooLarge, "", expected).found(&format!("{} bytes", text.len()))
        );
    }
    let text = std::str::from_utf8(text).map_err(|error| {
        let found = format!("another byte at position {}", error.valid_up_to());
        Refusal::new(RefusalCode::NotUtf8, "", "UTF-8").found(&found)
    })?;
    let line = text.strip_suffix('\n').filter(|line| !line.contains('\n'));
    parse_json(
        line.ok_or_else(|| Refusal::new(RefusalCode::NotOneLine, "", "one line of JSON and one line feed"))?,
    )
}

/// Reads and checks a report without the line feed, such as a line of a file.
///
/// # Errors
/// As [`parse`].
pub fn parse_json(line: &str) -> Result<Report, Refusal> {
    let report = read(line)?;
    if line.bytes().any(|byte| byte < 0x20) {
        // Within a string JSON itself forbids it; this is a tab or the like between two tokens, which signed notes forbid.
        let expected = "a line without control characters; use spaces between tokens, or nothing";
        return Err(Refusal::new(RefusalCode::ControlCharacter, "", expected));
    }
    Ok(report)
}

fn read(line: &str) -> Result<Report, Refusal> {
    let envelope: Envelope<'_> = json::read(line).map_err(|first| envelope_refusal(line, &first))?;
    if !(1..=PRODUCER_SEQ_MAX).contains(&envelope.producerseq) {
        let expected = format!("a whole number from 1 to {PRODUCER_SEQ_MAX}");
        return Err(Refusal::new(RefusalCode::OutOfRange, "producerseq", expected));
    }
    let (provenance, event) = read_data(envelope.r#type, envelope.data.get())?;
    event
        .check()
        .map_err(|flaw| Refusal::from_flaw(flaw, "data.content"))?;
    if provenance.is_none() && envelope.r#type.family().needs_provenance() {
        let expected = "who asserts it and how: every claim, answer, finding, peacekeeping and diplomatic report says so";
        return Err(Refusal::new(
            RefusalCode::MissingField,
            "data.provenance",
            expected,
        ));
    }
    Ok(Report {
        id: envelope.id,
        source: envelope.source,
        time: envelope.time,
        subject: envelope.subject,
        ledger: envelope.ledger,
        producer_seq: envelope.producerseq,
        prev: envelope.prev,
        provenance,
        event,
    })
}

/// Why the outer object could not be read, with the path.
fn envelope_refusal(line: &str, first: &serde_json::Error) -> Refusal {
    let Err(located) = json::locate::<Envelope<'_>>(line) else {
        return Refusal::from_json(first, "");
    };
    // `data` was only skipped over; read as any value, the fault within it gets its whole path.
    let inner = located
        .is_syntax()
        .then(|| json::locate::<serde_json::Value>(line).err())
        .flatten();
    inner.filter(Failure::is_syntax).unwrap_or(located).refusal("")
}

fn read_data(of: EventType, text: &str) -> Result<(Option<Provenance>, Event), Refusal> {
    match of.read_data::<Fast>(text) {
        Ok(data) => Ok(data),
        Err(first) => {
            let located = of.read_data::<Located>(text).err();
            Err(located.map_or_else(
                || Refusal::from_json(&first, "data"),
                |failure| failure.refusal("data"),
            ))
        }
    }
}

/// The one line of JSON and the line feed that a producer signs. [`parse`] reads it back.
pub fn to_json_line(report: &Report) -> String {
    // Every type of a report has a wire form: strings, numbers and maps with string keys only.
    let mut line = serde_json::to_string(report).unwrap_or_default();
    line.push('\n');
    line
}

impl Report {
    /// The type of the report.
    pub const fn event_type(&self) -> EventType {
        self.event.event_type()
    }

    /// Every entry that the report names: what it refers to, then what its content names. May repeat.
    pub fn targets(&self) -> Vec<EntryHash> {
        let references = self
            .provenance
            .iter()
            .flat_map(|provenance| provenance.refers_to.iter());
        let mut targets: Vec<EntryHash> = references.map(|reference| reference.entry).collect();
        targets.extend(self.event.targets());
        targets
    }
}

/// The outer object on its way out.
#[derive(Serialize)]
struct Wire<'a> {
    specversion: SpecVersion,
    id: &'a ReportId,
    source: &'a SourceName,
    r#type: EventType,
    time: Timestamp,
    subject: &'a CeasefireId,
    ledger: &'a Origin,
    producerseq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<Sha256>,
    data: WireData<'a>,
}

#[derive(Serialize)]
struct WireData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<&'a Provenance>,
    content: Content<'a>,
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = Wire {
            specversion: SpecVersion::V1,
            id: &self.id,
            source: &self.source,
            r#type: self.event_type(),
            time: self.time,
            subject: &self.subject,
            ledger: &self.ledger,
            producerseq: self.producer_seq,
            prev: self.prev,
            data: WireData {
                provenance: self.provenance.as_ref(),
                content: Content(&self.event),
            },
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Report {
    /// Reads and checks a report, from JSON only.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        parse_json(raw.get()).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Report {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Report".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = |of: &EventType| {
            let content = of.content_schema(generator);
            let provenance = if of.family().needs_provenance() {
                generator.subschema_for::<Provenance>()
            } else {
                generator.subschema_for::<Option<Provenance>>()
            };
            let required = if of.family().needs_provenance() {
                vec!["provenance", "content"]
            } else {
                vec!["content"]
            };
            json_schema!({
                "title": of.as_str(),
                "properties": {
                    "type": { "const": of.as_str() },
                    "data": {
                        "type": "object",
                        "properties": { "provenance": provenance, "content": content },
                        "required": required,
                        "additionalProperties": false,
                    },
                },
            })
        };
        let types: Vec<Schema> = EventType::ALL.iter().map(one).collect();
        json_schema!({
            "title": "Report",
            "description": "A report to an Armistice ledger: CloudEvents 1.0, structured JSON.",
            "type": "object",
            "properties": {
                "specversion": { "const": "1.0", "description": "The version of CloudEvents." },
                "id": generator.subschema_for::<ReportId>(),
                "source": generator.subschema_for::<SourceName>(),
                "type": generator.subschema_for::<EventType>(),
                "time": generator.subschema_for::<Timestamp>(),
                "subject": generator.subschema_for::<CeasefireId>(),
                "datacontenttype": { "enum": ["application/json", null], "description": "May be left out." },
                "ledger": generator.subschema_for::<Origin>(),
                "producerseq": { "type": "integer", "minimum": 1, "maximum": PRODUCER_SEQ_MAX },
                "prev": generator.subschema_for::<Option<Sha256>>(),
                "data": { "type": "object" },
            },
            "required": [
                "specversion", "id", "source", "type", "time", "subject", "ledger", "producerseq", "data",
            ],
            "additionalProperties": false,
            "oneOf": types,
        })
    }
}
