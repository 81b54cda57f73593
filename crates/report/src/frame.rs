//! Frame: the agreements, ceasefires, actors and places that reports speak of.
//!
//! `{"actor":"azerbaijan","role":"side","names":[{"name":"Azerbaijan","language":"en"}]}`
//!
//! Source: PA-X and ETH/PRIO for agreements and declarations, Geo-PKO for mandates. A later entry about the same id adds
//! to the earlier one or corrects it; how they are put together is a view's business.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::Rules,
    flaw::{Checked, Flaw},
    ids::{ActorId, AgreementId, CeasefireId, ClauseId, LanguageTag, PlaceId},
    list::{OneTo, UpTo},
    place::{Latitude, Longitude, PlaceName, PlacePrecision, PlaceSpec},
    quantity::Quantity,
    refusal::RefusalCode,
    text::{Label, Line, Name, Passage},
    time::TimeSpec,
    words::words,
};

/// Actors in one list of a report, at most.
pub const ACTORS_MAX: usize = 32;
/// Clauses of one agreement, at most: with their texts they must fit into one entry.
pub const CLAUSES_MAX: usize = 64;
/// Names of one actor or place, at most.
pub const NAMES_MAX: usize = 32;
/// Codes of one actor or place in other data sets, at most.
pub const CODES_MAX: usize = 16;

/// An agreement, as its recorder reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementRecorded {
    /// Its id in this ledger.
    pub agreement: AgreementId,
    /// Its title.
    pub title: Line,
    /// Its class (ETH/PRIO: cessation of hostilities, preliminary, definitive).
    pub class: AgreementClass,
    /// When it was signed or announced.
    pub signed: TimeSpec,
    /// When it took or takes effect. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<TimeSpec>,
    /// Its parties. Empty means not stated.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub parties: UpTo<ACTORS_MAX, ActorId>,
    /// Who brokered it.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub brokers: UpTo<ACTORS_MAX, ActorId>,
    /// Who guarantees it.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub guarantors: UpTo<ACTORS_MAX, ActorId>,
    /// What it is for, in the recorder's words (ETH/PRIO purpose).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Line>,
    /// Where it holds. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<PlaceSpec>,
    /// Its clauses.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub clauses: UpTo<CLAUSES_MAX, Clause>,
    /// The force that it deploys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    /// The agreement that it amends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<AgreementId>,
    /// Its number in the PA-X database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pax_id: Option<Label>,
    /// The address of its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Line>,
}

words! {
    /// The class of an agreement (ETH/PRIO ceasefire data set).
    AgreementClass {
        /// Hostilities stop, without more.
        CessationOfHostilities = "cessation_of_hostilities",
        /// With provisions to be kept and watched.
        Preliminary = "preliminary",
        /// With disarmament or demobilisation, to end the conflict.
        Definitive = "definitive",
        /// For a purpose such as an evacuation or an exchange of prisoners.
        Humanitarian = "humanitarian",
        /// About a place, a road or a line only.
        Local = "local",
        /// A mandate or a status of a force.
        Mandate = "mandate",
        /// Another agreement.
        Other = "other",
    }
}

/// One clause of an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Its id within the agreement.
    pub id: ClauseId,
    /// What it is about.
    pub kind: ClauseKind,
    /// Its words, or a summary of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
}

words! {
    /// What a clause is about.
    ClauseKind {
        /// Firing and hostilities.
        CessationOfFire = "cessation_of_fire",
        /// Positions are kept or left.
        Positions = "positions",
        /// Forces withdraw or separate.
        Withdrawal = "withdrawal",
        /// Weapons are withdrawn, limited or banned.
        Weapons = "weapons",
        /// Aircraft, manned or not.
        Air = "air",
        /// The sea.
        Maritime = "maritime",
        /// A peacekeeping force.
        Peacekeeping = "peacekeeping",
        /// Monitoring, verification, inquiry.
        Monitoring = "monitoring",
        /// Roads, corridors, crossings.
        Access = "access",
        /// Aid and civilians.
        Humanitarian = "humanitarian",
        /// Prisoners, detainees, the missing.
        Detainees = "detainees",
        /// Words: propaganda, incitement.
        Conduct = "conduct",
        /// Anything else.
        Other = "other",
    }
}

/// A force that an agreement deploys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// The force.
    pub force: ActorId,
    /// Its greatest strength, in persons. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Quantity>,
    /// Until when it may stay. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<TimeSpec>,
    /// What it is to do, in the recorder's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Line>,
}

/// A clause of an agreement, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseRef {
    /// The agreement.
    pub agreement: AgreementId,
    /// The clause. None means the agreement as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<ClauseId>,
}

/// An agreement is said to hold no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementEnded {
    /// The agreement.
    pub agreement: AgreementId,
    /// In which way.
    pub manner: EndManner,
    /// Who ended it. None means nobody in particular, or not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ActorId>,
    /// When.
    pub time: TimeSpec,
    /// The agreement that took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<AgreementId>,
    /// Why, in the words of whoever says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
}

words! {
    /// In which way an agreement ended.
    EndManner {
        /// Its time ran out.
        Expired = "expired",
        /// A party gave notice.
        Denounced = "denounced",
        /// All parties ended it.
        Terminated = "terminated",
        /// Another took its place.
        Superseded = "superseded",
        /// It was suspended.
        Suspended = "suspended",
        /// Fighting overtook it.
        LapsedByFighting = "lapsed_by_fighting",
        /// Not stated.
        Unknown = "unknown",
    }
}

/// Somebody declares a ceasefire (ETH/PRIO declaration; CAMEO 0871).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CeasefireDeclared {
    /// The ceasefire.
    pub ceasefire: CeasefireId,
    /// Who declares it. Empty means not stated.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub declarants: UpTo<ACTORS_MAX, ActorId>,
    /// Whether each side declares alone or together; `unknown` where it is not stated.
    pub manner: DeclarationManner,
    /// The agreement that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<AgreementId>,
    /// From when on it holds.
    pub from: TimeSpec,
    /// Until when. None means no end is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<TimeSpec>,
    /// Where. None means not limited, or not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<PlaceSpec>,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Line>,
}

words! {
    /// Who binds themselves by a declaration.
    DeclarationManner {
        /// One side alone.
        Unilateral = "unilateral",
        /// Two sides together.
        Bilateral = "bilateral",
        /// More than two together.
        Multilateral = "multilateral",
        /// Another than the sides orders it.
        Imposed = "imposed",
        /// Not stated.
        Unknown = "unknown",
    }
}

/// An actor, its names and its part in the ceasefire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorRegistered {
    /// Its id in this ledger.
    pub actor: ActorId,
    /// Its part in the ceasefire, as the registrar sees it.
    pub role: ActorRole,
    /// Every name it goes by, each with who uses it.
    pub names: OneTo<NAMES_MAX, ActorName>,
    /// The side or body that it belongs to or speaks for, as the registrar sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub belongs_to: Option<ActorId>,
    /// Its codes in other data sets.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub codes: UpTo<CODES_MAX, ExternalCode>,
}

/// One name of an actor and who uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorName {
    /// The name as it is written.
    pub name: Name,
    /// The language of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageTag>,
    /// The actor who uses the name. None means not stated, not "everybody".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_by: Option<ActorId>,
}

words! {
    /// An actor's part in a ceasefire.
    ActorRole {
        /// A party to the ceasefire.
        Side = "side",
        /// A body, force, office or person of a side (`belongs_to`).
        BodyOfSide = "body_of_side",
        /// The peacekeeping force.
        Peacekeeper = "peacekeeper",
        /// A monitoring or verification mission.
        Monitor = "monitor",
        /// A broker or guarantor of the ceasefire.
        Guarantor = "guarantor",
        /// A state that is none of these, or its government.
        ThirdState = "third_state",
        /// An intergovernmental organisation.
        Igo = "igo",
        /// A non-governmental organisation.
        Ngo = "ngo",
        /// A newsroom or agency.
        Media = "media",
        /// An armed group that is not a party.
        ArmedGroup = "armed_group",
        /// A person.
        Person = "person",
        /// Anyone else.
        Other = "other",
    }
}

/// A code of the same thing in another data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalCode {
    /// The data set.
    pub scheme: CodeScheme,
    /// The code there.
    pub code: Label,
}

words! {
    /// A data set that names actors or places.
    CodeScheme {
        /// UCDP actor id.
        UcdpActor = "ucdp_actor",
        /// ACLED actor name.
        AcledActor = "acled_actor",
        /// ACLED inter code.
        AcledInter = "acled_inter",
        /// CAMEO actor code.
        CameoActor = "cameo_actor",
        /// Geo-PKO mission name.
        GeoPkoMission = "geo_pko_mission",
        /// PA-X actor name.
        PaxActor = "pax_actor",
        /// GeoNames id.
        GeoNames = "geonames",
        /// ACLED location name.
        AcledLocation = "acled_location",
        /// PRIO-GRID cell (UCDP GED `priogrid_gid`).
        PrioGrid = "prio_grid",
        /// OCHA place code.
        Pcode = "pcode",
        /// Wikidata item.
        Wikidata = "wikidata",
        /// Another data set, named in the code.
        Other = "other",
    }
}

/// A place and all its names. No country: to whom it belongs may be what the dispute is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceRegistered {
    /// Its id in this ledger.
    pub place: PlaceId,
    /// What it is.
    pub kind: PlaceKind,
    /// Every name it goes by, each with who uses it.
    pub names: OneTo<NAMES_MAX, PlaceName>,
    /// Latitude in decimal degrees, WGS 84, -90 to 90. Only together with `lon`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<Latitude>,
    /// Longitude in decimal degrees, WGS 84, -180 to 180. Only together with `lat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<Longitude>,
    /// How fine the point is (UCDP GED `where_prec`).
    pub precision: PlacePrecision,
    /// The registered place around it, such as a district or a sector of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<PlaceId>,
    /// Its codes in other data sets.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub codes: UpTo<CODES_MAX, ExternalCode>,
}

words! {
    /// What a place is.
    PlaceKind {
        /// A village, town or city.
        Settlement = "settlement",
        /// A hill, ridge or mountain.
        Height = "height",
        /// A military position or post.
        Position = "position",
        /// An observation post of a peacekeeping or monitoring force.
        ObservationPost = "observation_post",
        /// A base or barracks.
        Base = "base",
        /// A road, railway or corridor.
        Route = "route",
        /// A crossing or checkpoint.
        Crossing = "crossing",
        /// A line of contact, or a part of it.
        Line = "line",
        /// A zone defined by an agreement.
        Zone = "zone",
        /// A sector of a mission's area.
        Sector = "sector",
        /// A district or municipality.
        District = "district",
        /// A province or region.
        Region = "region",
        /// A sea, lake, river or coast.
        Water = "water",
        /// A civilian object: a school, a pipeline, a power line.
        Object = "object",
        /// Anything else.
        Other = "other",
    }
}

impl Rules for AgreementRecorded {}
impl Rules for AgreementEnded {}
impl Rules for CeasefireDeclared {}
impl Rules for ActorRegistered {}

impl Rules for PlaceRegistered {
    fn check(&self) -> Checked {
        if self.lat.is_some() != self.lon.is_some() {
            let field = if self.lat.is_some() { "lon" } else { "lat" };
            return Err(Flaw::at(
                RefusalCode::MissingField,
                field,
                "lat and lon together, or neither",
            ));
        }
        if self.precision == PlacePrecision::Withheld && self.lat.is_some() {
            return Err(Flaw::at(
                RefusalCode::Contradiction,
                "lat",
                "no point of a place that is withheld",
            ));
        }
        if self.within.as_ref() == Some(&self.place) {
            return Err(Flaw::at(
                RefusalCode::Contradiction,
                "within",
                "another place than the one registered",
            ));
        }
        Ok(())
    }
}
