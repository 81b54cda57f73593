//! The list of types: one line for each, from which the enums, the reader and the schema are made.
//!
//! `incident.reported.v1` → [`EventType::IncidentReported`] → [`Event::IncidentReported`] holding a
//! [`crate::IncidentReported`]; its family gives the grant that a producer needs.
//!
//! Types are past participles; a name with its version means the same for ever. What the contents look like is in the
//! file of their family.

use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeStruct};
use serde_json::value::RawValue;

use crate::{
    flaw::{Checked, Flaw},
    ids::EntryHash,
    json::{self, Reader},
    provenance::Provenance,
    refusal::{Refusal, RefusalCode},
    words::words,
};

words! {
    /// A family of types.
    Family {
        /// The ledger itself: its producers, keys, codebook and refusals.
        Founding = "founding",
        /// Agreements, ceasefires, actors and places.
        Frame = "frame",
        /// What somebody says happened.
        Claims = "claims",
        /// What somebody says about an entry.
        Answers = "answers",
        /// What somebody concludes about entries.
        Findings = "findings",
        /// What a force is and does.
        Peacekeeping = "peacekeeping",
        /// What is said, and who speaks with whom.
        Diplomacy = "diplomacy",
        /// What a reader adds: links, notes, redactions.
        Curation = "curation",
    }
}

words! {
    /// What a producer may publish.
    Grant {
        /// Claims, answers, peacekeeping, diplomacy.
        Claim = "claim",
        /// Findings.
        Assess = "assess",
        /// Frame and curation.
        Curate = "curate",
        /// Founding.
        Admin = "admin",
    }
}

impl Family {
    /// The grant that publishing in this family needs.
    pub const fn grant(self) -> Grant {
        match self {
            Self::Claims | Self::Answers | Self::Peacekeeping | Self::Diplomacy => Grant::Claim,
            Self::Findings => Grant::Assess,
            Self::Frame | Self::Curation => Grant::Curate,
            Self::Founding => Grant::Admin,
        }
    }

    /// True when a report of this family must say who asserts it and how.
    pub const fn needs_provenance(self) -> bool {
        !matches!(self, Self::Founding | Self::Frame | Self::Curation)
    }

    /// True when a correction can put a new content in place of one of this family.
    pub const fn is_correctable(self) -> bool {
        matches!(self, Self::Claims | Self::Peacekeeping | Self::Diplomacy)
    }
}

/// What a content knows about itself beyond its fields' own types.
pub trait Rules {
    /// Checks what fields demand of each other.
    ///
    /// # Errors
    /// The first flaw, with the field below the content.
    fn check(&self) -> Result<(), Flaw> {
        Ok(())
    }

    /// Adds every entry that the content names.
    fn targets(&self, _out: &mut Vec<EntryHash>) {}
}

/// The `data` of a report: who says it, and what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data<T> {
    #[serde(default)]
    pub(crate) provenance: Option<Provenance>,
    pub(crate) content: T,
}

/// Makes the enums, the reader and the schema from the list of types.
macro_rules! vocabulary {
    ($($(#[$meta:meta])* $name:ident = $word:literal in $family:ident;)+) => {
        words! {
            /// The type of a report: CloudEvents 1.0 `type`.
            EventType {
                $(
                    #[doc = concat!("Content: `", stringify!($name), "`, family ", stringify!($family), ".")]
                    $name = $word,
                )+
            }
        }

        impl EventType {
            /// The family of the type.
            pub const fn family(self) -> Family {
                match self { $(Self::$name => Family::$family,)+ }
            }

            /// The schema of the type's content.
            pub(crate) fn content_schema(self, generator: &mut SchemaGenerator) -> Schema {
                match self { $(Self::$name => generator.subschema_for::<crate::$name>(),)+ }
            }

            /// The name of the content's structure.
            pub const fn content_name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// Reads a `data` whose type is known.
            pub(crate) fn read_data<R: Reader>(self, text: &str) -> Result<(Option<Provenance>, Event), R::Error> {
                match self {
                    $(Self::$name => {
                        let data: Data<crate::$name> = R::read(text)?;
                        Ok((data.provenance, Event::$name(data.content)))
                    })+
                }
            }

            /// Reads a content whose type is known.
            fn read_content<R: Reader>(self, text: &str) -> Result<Event, R::Error> {
                match self { $(Self::$name => R::read(text).map(Event::$name),)+ }
            }
        }

        /// The content of a report, by type.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $(
                #[doc = concat!("`", $word, "`")]
                $name(crate::$name),
            )+
        }

        impl Event {
            /// The type of the content.
            pub const fn event_type(&self) -> EventType {
                match self { $(Self::$name(_) => EventType::$name,)+ }
            }

            fn rules(&self) -> &dyn Rules {
                match self { $(Self::$name(content) => content,)+ }
            }

            fn serialize_content<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$name(content) => content.serialize(serializer),)+ }
            }
        }

        $(
            impl From<crate::$name> for Event {
                fn from(content: crate::$name) -> Self {
                    Self::$name(content)
                }
            }
        )+
    };
}

vocabulary! {
    LedgerFounded = "ledger.founded.v1" in Founding;
    ProducerEnrolled = "producer.enrolled.v1" in Founding;
    KeyRotated = "key.rotated.v1" in Founding;
    KeyRevoked = "key.revoked.v1" in Founding;
    CodebookAdopted = "codebook.adopted.v1" in Founding;
    RefusalRecorded = "refusal.recorded.v1" in Founding;
    IntakeRewound = "intake.rewound.v1" in Founding;
    AgreementRecorded = "agreement.recorded.v1" in Frame;
    AgreementEnded = "agreement.ended.v1" in Frame;
    CeasefireDeclared = "ceasefire.declared.v1" in Frame;
    ActorRegistered = "actor.registered.v1" in Frame;
    PlaceRegistered = "place.registered.v1" in Frame;
    IncidentReported = "incident.reported.v1" in Claims;
    ObservationRecorded = "observation.recorded.v1" in Claims;
    TallyClaimed = "tally.claimed.v1" in Claims;
    CasualtiesReported = "casualties.reported.v1" in Claims;
    ControlClaimed = "control.claimed.v1" in Claims;
    MovementReported = "movement.reported.v1" in Claims;
    ClaimDenied = "claim.denied.v1" in Answers;
    ResponsibilityAdmitted = "responsibility.admitted.v1" in Answers;
    ClaimCorroborated = "claim.corroborated.v1" in Answers;
    ClaimCorrected = "claim.corrected.v1" in Answers;
    ClaimRetracted = "claim.retracted.v1" in Answers;
    InvestigationOpened = "investigation.opened.v1" in Findings;
    InvestigationClosed = "investigation.closed.v1" in Findings;
    AccessDenied = "access.denied.v1" in Findings;
    IncidentAssessed = "incident.assessed.v1" in Findings;
    ViolationReportIssued = "violation_report.issued.v1" in Findings;
    ViolationReportAnswered = "violation_report.answered.v1" in Findings;
    PresenceReported = "presence.reported.v1" in Peacekeeping;
    PatrolReported = "patrol.reported.v1" in Peacekeeping;
    InterventionReported = "intervention.reported.v1" in Peacekeeping;
    StrengthReported = "strength.reported.v1" in Peacekeeping;
    ReinforcementRequested = "reinforcement.requested.v1" in Peacekeeping;
    ReinforcementDecided = "reinforcement.decided.v1" in Peacekeeping;
    EffortReported = "effort.reported.v1" in Peacekeeping;
    StatementMade = "statement.made.v1" in Diplomacy;
    ContactReported = "contact.reported.v1" in Diplomacy;
    IncidentsLinked = "incidents.linked.v1" in Curation;
    IncidentsUnlinked = "incidents.unlinked.v1" in Curation;
    NoteAdded = "note.added.v1" in Curation;
    RedactionApplied = "redaction.applied.v1" in Curation;
}

impl EventType {
    /// The grant that publishing this type needs.
    pub const fn grant(self) -> Grant {
        self.family().grant()
    }
}

impl FromStr for EventType {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::ALL
            .iter()
            .copied()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| {
                Refusal::new(
                    RefusalCode::UnknownType,
                    "type",
                    "a type of docs/reference/vocabulary.md",
                )
                .found(text)
            })
    }
}

impl Event {
    /// The grant that publishing this content needs.
    pub const fn grant(&self) -> Grant {
        self.event_type().grant()
    }

    /// Every entry that the content names, in the order of its fields.
    pub fn targets(&self) -> Vec<EntryHash> {
        let mut out = Vec::new();
        self.rules().targets(&mut out);
        out
    }

    /// Checks what fields demand of each other.
    pub(crate) fn check(&self) -> Checked {
        self.rules().check()
    }
}

/// The content alone, as it stands in `data.content`.
pub(crate) struct Content<'a>(pub(crate) &'a Event);

impl Serialize for Content<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_content(serializer)
    }
}

impl Serialize for Event {
    /// `{"type":…,"content":…}`
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tagged = serializer.serialize_struct("Event", 2)?;
        tagged.serialize_field("type", &self.event_type())?;
        tagged.serialize_field("content", &Content(self))?;
        tagged.end()
    }
}

/// An event beside its type, before it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tagged {
    r#type: EventType,
    content: Box<RawValue>,
}

impl<'de> Deserialize<'de> for Event {
    /// Reads `{"type":…,"content":…}`, from JSON only, and checks it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tagged = Tagged::deserialize(deserializer)?;
        read_tagged(&tagged).map_err(|refusal| serde::de::Error::custom(refusal.into_flaw()))
    }
}

fn read_tagged(tagged: &Tagged) -> Result<Event, Refusal> {
    let text = tagged.content.get();
    let event = tagged
        .r#type
        .read_content::<json::Fast>(text)
        .or_else(|_| tagged.r#type.read_content::<json::Located>(text))
        .map_err(|failure| failure.refusal("content"))?;
    event
        .check()
        .map_err(|flaw| Refusal::from_flaw(flaw, "content"))?;
    Ok(event)
}

impl JsonSchema for Event {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Event".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        tagged_schema(generator, |_| true)
    }
}

fn tagged_schema(generator: &mut SchemaGenerator, wanted: fn(EventType) -> bool) -> Schema {
    let one = |of: &EventType| {
        let content = of.content_schema(generator);
        json_schema!({
            "type": "object",
            "properties": { "type": { "const": of.as_str() }, "content": content },
            "required": ["type", "content"],
            "additionalProperties": false,
        })
    };
    let all: Vec<Schema> = EventType::ALL.iter().filter(|of| wanted(**of)).map(one).collect();
    json_schema!({ "oneOf": all })
}

/// The whole new content that takes the place of a corrected one: a claim, a peacekeeping or a diplomatic report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Replacement {
    event: Box<Event>,
}

impl Replacement {
    /// Checks and keeps a content.
    ///
    /// # Errors
    /// `invalid_value` for a family that cannot be corrected.
    pub fn new(event: impl Into<Event>) -> Result<Self, Flaw> {
        let event = event.into();
        if !event.event_type().family().is_correctable() {
            let expected = "a type of the families claims, peacekeeping, diplomacy";
            return Err(Flaw::at(RefusalCode::InvalidValue, "type", expected));
        }
        Ok(Self {
            event: Box::new(event),
        })
    }

    /// The new content.
    pub fn event(&self) -> &Event {
        &self.event
    }

    pub(crate) fn targets(&self, out: &mut Vec<EntryHash>) {
        self.event.rules().targets(out);
    }
}

impl<'de> Deserialize<'de> for Replacement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Event::deserialize(deserializer).and_then(|event| Self::new(event).map_err(serde::de::Error::custom))
    }
}

impl JsonSchema for Replacement {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Replacement".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = tagged_schema(generator, |of| of.family().is_correctable());
        let about = "The whole new content: a claim, a peacekeeping or a diplomatic report.";
        schema.insert("description".to_owned(), about.into());
        schema
    }
}
