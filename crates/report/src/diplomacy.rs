//! Diplomacy: what is said and who speaks with whom.
//!
//! `{"act":"demand","addressees":["azerbaijan"],"demand":{"kind":"withdrawal","of":"azerbaijan"},"time":{…}}`
//!
//! Source: CAMEO 01-05, 10 and 11, PLOVER. A statement is recorded as an act with an addressee; whether it is right is
//! no field. Accusing somebody of an incident is a claim (`incident.reported`), not a statement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::Rules,
    flaw::{Checked, Flaw},
    frame::{ACTORS_MAX, ClauseRef},
    ids::ActorId,
    list::{List, UpTo},
    place::PlaceSpec,
    refusal::RefusalCode,
    text::{Line, Name, Passage},
    time::TimeSpec,
    words::words,
};

/// Topics of one statement or contact, at most.
pub const TOPICS_MAX: usize = 16;

/// Somebody says something in public that takes, or declines to take, a stance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementMade {
    /// What is done by saying it.
    pub act: StatementAct,
    /// To whom it is addressed. Empty means to nobody in particular.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub addressees: UpTo<ACTORS_MAX, ActorId>,
    /// About whose conduct it is. Empty means nobody's in particular.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub about: UpTo<ACTORS_MAX, ActorId>,
    /// What is demanded; required when `act` is `demand`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<Demand>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub topics: UpTo<TOPICS_MAX, Topic>,
    /// In short, in the speaker's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
    /// When it was said.
    pub time: TimeSpec,
}

words! {
    /// What is done by a statement (CAMEO 01, 02, 10, 11; PLOVER).
    StatementAct {
        /// Voices concern.
        Concern = "concern",
        /// Criticises.
        Criticise = "criticise",
        /// Condemns.
        Condemn = "condemn",
        /// Urges restraint.
        UrgeRestraint = "urge_restraint",
        /// Demands something of somebody.
        Demand = "demand",
        /// Asks somebody for help or action.
        Appeal = "appeal",
        /// Asks a third party to act on another.
        UrgeThirdParty = "urge_third_party",
        /// Welcomes.
        Welcome = "welcome",
        /// Announces a measure of its own.
        AnnounceMeasure = "announce_measure",
        /// Threatens.
        Threaten = "threaten",
        /// Reaffirms that it keeps the agreement.
        Reaffirm = "reaffirm",
        /// Offers to mediate.
        OfferMediation = "offer_mediation",
        /// States its view without any of these.
        Comment = "comment",
        /// Expressly does not comment.
        NoComment = "no_comment",
    }
}

impl StatementAct {
    /// True when the act takes a stance or asks for something: everything but `comment` and `no_comment`.
    pub const fn takes_stance(self) -> bool {
        !matches!(self, Self::Comment | Self::NoComment)
    }
}

/// What is demanded, of whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// What.
    pub kind: DemandKind,
    /// Of whom. It need not be the addressee.
    pub of: ActorId,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceSpec>,
    /// Under which clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<ClauseRef>,
    /// In the speaker's words; required when `kind` is `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Line>,
}

words! {
    /// What is demanded.
    DemandKind {
        /// To withdraw.
        Withdrawal = "withdrawal",
        /// To stop firing or moving.
        Cessation = "cessation",
        /// To keep, or to make others keep, what was agreed.
        Compliance = "compliance",
        /// To investigate.
        Investigation = "investigation",
        /// To give access.
        Access = "access",
        /// To release people or return the dead.
        Release = "release",
        /// To talk.
        Negotiation = "negotiation",
        /// Anything else, said in the text.
        Other = "other",
    }
}

words! {
    /// What a statement or a contact is about.
    Topic {
        /// The ceasefire as such.
        Ceasefire = "ceasefire",
        /// An incident or several.
        Incidents = "incidents",
        /// Movements of troops.
        TroopMovements = "troop_movements",
        /// Who holds what.
        TerritorialControl = "territorial_control",
        /// Withdrawal.
        Withdrawal = "withdrawal",
        /// Casualties.
        Casualties = "casualties",
        /// What the peacekeepers do.
        PeacekeeperConduct = "peacekeeper_conduct",
        /// How many peacekeepers there are.
        PeacekeeperStrength = "peacekeeper_strength",
        /// The peacekeepers' mandate.
        PeacekeeperMandate = "peacekeeper_mandate",
        /// The speaker's own measures.
        OwnMeasures = "own_measures",
        /// Possible responses.
        Response = "response",
        /// The situation as a whole.
        Situation = "situation",
        /// Prisoners, detainees, the missing, the dead.
        Detainees = "detainees",
        /// Aid and civilians.
        Humanitarian = "humanitarian",
        /// Gas, power, water, roads.
        Infrastructure = "infrastructure",
        /// Borders and their marking.
        Borders = "borders",
        /// Status of a territory.
        Status = "status",
        /// Talks, a treaty.
        Negotiations = "negotiations",
        /// Investigation and monitoring.
        Monitoring = "monitoring",
        /// Names of places.
        PlaceNames = "place_names",
        /// Arms deliveries.
        Arms = "arms",
        /// Anything else.
        Other = "other",
    }
}

/// Two or more spoke or met (CAMEO 040-046).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactReported {
    /// Who took part.
    pub participants: List<2, ACTORS_MAX, Participant>,
    /// In which way.
    pub mode: ContactMode,
    /// What it was about.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub topics: UpTo<TOPICS_MAX, Topic>,
    /// Who began it. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiator: Option<ActorId>,
    /// Whose account it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readout_by: Option<ActorId>,
    /// When.
    pub time: TimeSpec,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceSpec>,
    /// In short, in the words of whose account it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
}

/// Who took part in a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// The actor for whom they took part.
    pub actor: ActorId,
    /// The person, as named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Name>,
    /// The office, as named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<Name>,
    /// The level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<ContactLevel>,
}

words! {
    /// The level of a participant.
    ContactLevel {
        /// A head of state or government.
        Head = "head",
        /// A minister.
        Minister = "minister",
        /// A senior official, envoy or ambassador.
        Official = "official",
        /// A military commander.
        Commander = "commander",
        /// A liaison officer or a local authority.
        Local = "local",
        /// Anyone else.
        Other = "other",
    }
}

words! {
    /// In which way a contact was held.
    ContactMode {
        /// By telephone.
        Phone = "phone",
        /// In person.
        Meeting = "meeting",
        /// By video.
        Video = "video",
        /// By letter or note.
        Letter = "letter",
        /// Through a hotline between commands.
        Hotline = "hotline",
        /// Through a third party.
        Intermediary = "intermediary",
        /// Not stated.
        NotStated = "not_stated",
    }
}

impl Rules for StatementMade {
    fn check(&self) -> Checked {
        match &self.demand {
            None if self.act == StatementAct::Demand => Err(Flaw::at(
                RefusalCode::MissingField,
                "demand",
                "what is demanded, because act is demand",
            )),
            Some(demand) if demand.kind == DemandKind::Other && demand.text.is_none() => Err(Flaw::at(
                RefusalCode::MissingField,
                "demand.text",
                "what is demanded, because kind is other",
            )),
            _ => Ok(()),
        }
    }
}

impl Rules for ContactReported {}
