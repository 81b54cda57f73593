//! Who says it, through whom, in which words and how surely: shared by every claim.
//!
//! `{"asserted_by":{"actor":"karabakh-defence-army","capacity":"party"},"hedge":"claimed"}`
//!
//! The asserter says it, the publisher (the envelope's `source`) sent it, the accused and the assessor are named in the
//! content: four fields, never merged. Nothing here says whether the words are true.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    clock::{Date, Timestamp},
    ids::{ActorId, EntryHash, LanguageTag, MediaType, Sha256},
    list::UpTo,
    text::{Label, Line, Name, Passage, Text},
    time::TimeSpec,
    words::words,
};

/// Links of a chain of attribution, at most.
pub const ATTRIBUTION_MAX: usize = 16;
/// References of one report to other entries, at most.
pub const REFERENCES_MAX: usize = 64;
/// Pieces of evidence of one report, at most: 64 × about 250 bytes stay below 16 KiB.
pub const EVIDENCE_MAX: usize = 64;

/// Cells of one row of a data set, at most: UCDP GED has 49 columns, ACLED 31.
pub const CELLS_MAX: usize = 128;
/// Sealed fields of one report, at most.
pub const SEALED_MAX: usize = 16;
/// Longest sealed field, in bytes of base64: 12,288 bytes of cipher text, so that a whole passage fits.
pub const SEALED_BYTES_MAX: usize = 16_384;

/// Who says it, through whom, in which words and how surely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Who says it. Not who sent it: that is the envelope's `source`.
    pub asserted_by: AssertedBy,
    /// When the asserter said it, not when what is said happened, nor when it was published. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<TimeSpec>,
    /// The way of the words from the asserter to the publisher, in that order: speaker, agency, outlet. Two reports with
    /// the same first link have one origin.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub attribution: UpTo<ATTRIBUTION_MAX, Attribution>,
    /// The document from which the publisher took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The asserter's own words, or their translation (`translated_from`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verbatim: Option<Passage>,
    /// The language that `verbatim` was translated from. None means that they are the original words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translated_from: Option<LanguageTag>,
    /// How the source puts it, not how sure the publisher is.
    pub hedge: Hedge,
    /// Other entries that this report refers to.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub refers_to: UpTo<REFERENCES_MAX, Reference>,
    /// Material that supports the report, by hash: the ledger holds no media.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub evidence: UpTo<EVIDENCE_MAX, Evidence>,
    /// The publisher's grading of the source and of the information (the Admiralty system, A-F and 1-6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grading: Option<Grading>,
    /// Who may see it in displays. The entry itself is as public as the ledger is.
    #[serde(default, skip_serializing_if = "Sensitivity::is_public")]
    pub sensitivity: Sensitivity,
    /// Fields that are left out above or in the content and stand here encrypted. Their keys are kept outside the ledger.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub sealed: UpTo<SEALED_MAX, SealedField>,
}

/// A field of a report that only holders of its key can read (`docs/formats/sealed-v1.md`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedField {
    /// Its path, such as `data.provenance.asserted_by.speaker`.
    pub field: Name,
    /// The salted commitment to its value: it proves what was sealed to whom the key is given, and nothing without it.
    pub commitment: Sha256,
    /// How it is encrypted.
    pub cipher: Cipher,
    /// The cipher text in base64 with padding (RFC 4648 section 4).
    pub sealed: Text<SEALED_BYTES_MAX>,
}

words! {
    /// How a sealed field is encrypted.
    Cipher {
        /// XChaCha20-Poly1305 with a key of its own for each field.
        XChaCha20Poly1305 = "xchacha20poly1305",
    }
}

/// Who says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssertedBy {
    /// The registered actor in whose name it is said. None means that the source names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// What the source calls the actor, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_named: Option<Name>,
    /// The person who speaks, as the source names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Name>,
    /// The speaker's office, as the source names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<Name>,
    /// In which capacity it is said. None means not stated, or that the source names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
}

words! {
    /// In which capacity somebody speaks.
    Capacity {
        /// A party to the ceasefire, or one of its bodies.
        Party = "party",
        /// The peacekeeping force or its command.
        Peacekeeper = "peacekeeper",
        /// A monitoring or verification mission.
        Monitor = "monitor",
        /// A state that is not a party.
        ThirdState = "third_state",
        /// An intergovernmental organisation.
        Igo = "igo",
        /// A non-governmental organisation.
        Ngo = "ngo",
        /// A newsroom or agency, speaking for itself.
        Media = "media",
        /// A person who was there.
        Witness = "witness",
    }
}

/// One link in the way of the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// Who passed the words on, as named.
    pub name: Name,
    /// The same as a registered actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// What they did with the words.
    pub role: AttributionRole,
}

words! {
    /// What somebody on the way of the words did.
    AttributionRole {
        /// Said or wrote them first.
        Speaker = "speaker",
        /// Relayed them as an agency or correspondent.
        Agency = "agency",
        /// Published them.
        Publisher = "publisher",
        /// Translated them.
        Translator = "translator",
        /// Coded them into a data set.
        Dataset = "dataset",
    }
}

/// The document from which a report was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What kind of document it is.
    pub kind: SourceKind,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Line>,
    /// The outlet or body that issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlet: Option<Name>,
    /// Its address. Kept as text; nothing is fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Line>,
    /// Its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageTag>,
    /// How widely the outlet reports (ACLED `source_scale`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<SourceScale>,
    /// The day on which it was published, by its own account and in the zone of its outlet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_on: Option<Date>,
    /// When it was published, by its own account, UTC. None where it gives no hour: a day alone is `published_on`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// When the publisher of this report took its copy, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Timestamp>,
    /// SHA-256 of the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<Sha256>,
    /// The row of a data set, where `kind` is `dataset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<DatasetRow>,
}

/// A row of a data set: where it stands, and its cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetRow {
    /// The data set, such as `ucdp-ged` or `acled`.
    pub dataset: Label,
    /// Its release or version, such as `23.1`; of a data set that is updated row by row, the row's own time stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Label>,
    /// The row's id in it.
    pub id: Label,
    /// Cells that are not empty, in the order of the columns. Line breaks within a cell are one space each; a longer cell
    /// is cut.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub cells: UpTo<CELLS_MAX, Cell>,
}

/// A cell of a row of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The column's name.
    pub column: Label,
    /// What stands in it.
    pub value: Passage,
}

words! {
    /// What kind of document a report was taken from.
    SourceKind {
        /// An article or broadcast of a newsroom.
        Press = "press",
        /// A statement or bulletin issued by the asserter.
        OfficialStatement = "official_statement",
        /// A monitoring or peacekeeping mission's report.
        MissionReport = "mission_report",
        /// A post on a social network.
        SocialMedia = "social_media",
        /// An interview or testimony taken by the publisher.
        Testimony = "testimony",
        /// The publisher's own observation in the field.
        FieldObservation = "field_observation",
        /// Imagery from a satellite or an aircraft.
        Imagery = "imagery",
        /// A reading of an instrument.
        Sensor = "sensor",
        /// A row of a data set.
        Dataset = "dataset",
        /// A letter, note or other document.
        Document = "document",
        /// A report of a non-governmental organisation.
        NgoReport = "ngo_report",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// How widely an outlet reports (ACLED `source_scale`).
    SourceScale {
        /// One place.
        Local = "local",
        /// A part of a country.
        Subnational = "subnational",
        /// A country.
        National = "national",
        /// A region of the world.
        Regional = "regional",
        /// The world.
        International = "international",
        /// Not a newsroom: a mission, an organisation, a network of partners.
        Other = "other",
    }
}

words! {
    /// How the source puts a claim.
    Hedge {
        /// As a fact, in the source's own voice.
        Stated = "stated",
        /// "reportedly", without naming who says so.
        Reported = "reported",
        /// As an accusation that the source does not make its own.
        Alleged = "alleged",
        /// As what the named asserter says.
        Claimed = "claimed",
        /// Expressly not confirmed.
        Unconfirmed = "unconfirmed",
    }
}

/// A reference to another entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The entry.
    pub entry: EntryHash,
    /// How this report relates to it.
    pub relation: ReferenceRelation,
}

words! {
    /// How a report relates to another entry.
    ReferenceRelation {
        /// It comes out of the same document.
        SameSource = "same_source",
        /// It passes the other's words on.
        Repeats = "repeats",
        /// It answers the other.
        Answers = "answers",
        /// It gives details of the other.
        Details = "details",
        /// It brings the other up to date.
        Updates = "updates",
        /// It quotes the other.
        Quotes = "quotes",
        /// It gives the surroundings of the other.
        Context = "context",
    }
}

/// Material that supports a report, by hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// SHA-256 of the material.
    pub hash: Sha256,
    /// Its media type (RFC 6838).
    pub media_type: MediaType,
    /// When it was taken, UTC, by the account of who took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Timestamp>,
    /// Who holds it and how it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<Line>,
}

/// A grading of a source and of what it says, each by itself (the Admiralty system).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grading {
    /// The source.
    pub source: SourceGrade,
    /// The information.
    pub information: InformationGrade,
}

words! {
    /// How reliable a source is, in its publisher's judgement.
    SourceGrade {
        /// Completely reliable.
        A = "A",
        /// Usually reliable.
        B = "B",
        /// Fairly reliable.
        C = "C",
        /// Not usually reliable.
        D = "D",
        /// Unreliable.
        E = "E",
        /// Cannot be judged.
        F = "F",
    }
}

words! {
    /// How credible an information is, in its publisher's judgement.
    InformationGrade {
        /// Confirmed by other sources.
        One = "1",
        /// Probably true.
        Two = "2",
        /// Possibly true.
        Three = "3",
        /// Doubtful.
        Four = "4",
        /// Improbable.
        Five = "5",
        /// Cannot be judged.
        Six = "6",
    }
}

words! {
    /// Who may see a report in displays.
    #[derive(Default)]
    Sensitivity {
        /// Everybody. This is meant when the field is left out.
        #[default]
        Public = "public",
        /// Those whom the ledger's operator lets in.
        Restricted = "restricted",
        /// Nobody: the report holds commitments, and what they commit to is kept elsewhere.
        Sealed = "sealed",
    }
}

impl Sensitivity {
    /// True for what is meant when the field is left out.
    pub fn is_public(&self) -> bool {
        *self == Self::Public
    }
}
