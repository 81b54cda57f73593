//! The rows of the views that a report needs, each with only the fields that it reads (`docs/reference/views.md`).

#![expect(
    clippy::struct_field_names,
    reason = "the fields are named as the rows have them"
)]

use armistice_projection::{Projection, View};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Amount, Error, day::Time};

/// An entry that a row names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// Its position in the log.
    pub index: u64,
    /// Its RFC 6962 leaf hash, in hex.
    pub hash: String,
    /// True when a redaction leaves parts of it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

/// Who says it, as every row of a claim has it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Said {
    pub(crate) asserted_by: String,
    pub(crate) asserted_by_side: String,
    pub(crate) capacity: Option<String>,
    #[serde(default)]
    pub(crate) hedge: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CounterAccusation {
    pub(crate) accused: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) answer: String,
    pub(crate) scope: Option<String>,
    pub(crate) by: String,
    pub(crate) by_side: String,
    pub(crate) capacity: Option<String>,
    pub(crate) counter_accusation: Option<CounterAccusation>,
    pub(crate) entry: Entry,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AttributedTo {
    pub(crate) to: String,
    pub(crate) degree: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ClauseFinding {
    pub(crate) clause: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) finding: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Finding {
    pub(crate) assessor: String,
    pub(crate) asserted_by: String,
    pub(crate) capacity: Option<String>,
    pub(crate) time: Option<Time>,
    pub(crate) occurrence: Option<String>,
    pub(crate) attribution: Vec<AttributedTo>,
    pub(crate) characterisation: Vec<ClauseFinding>,
    pub(crate) standard_of_proof: Option<String>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) entry: Entry,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Allegation {
    pub(crate) side: String,
    pub(crate) time: Option<Time>,
    pub(crate) counted: bool,
    pub(crate) status: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claim {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) accused: Option<String>,
    pub(crate) accused_side: Option<String>,
    pub(crate) kind: String,
    pub(crate) outcome: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) time: Option<Time>,
    pub(crate) repeats: Option<Entry>,
    pub(crate) corrected_by: Vec<Entry>,
    pub(crate) retracted_by: Vec<Entry>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) entry: Entry,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Incident {
    pub(crate) key: String,
    pub(crate) counted: bool,
    pub(crate) status: Vec<String>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) assessments: Vec<Finding>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Observation {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) observer: Option<String>,
    pub(crate) kind: String,
    pub(crate) means: Option<String>,
    pub(crate) number: Amount,
    pub(crate) exercise: bool,
    pub(crate) place: Option<String>,
    pub(crate) place_named: Option<String>,
    pub(crate) time: Option<Time>,
    pub(crate) counted: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tally {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) accused: Option<String>,
    pub(crate) period: Option<Time>,
    pub(crate) number: Amount,
    pub(crate) unit: String,
    pub(crate) in_force: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CasualtyAccount {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) killed: Option<Amount>,
    pub(crate) wounded: Option<Amount>,
    pub(crate) missing: Option<Amount>,
    pub(crate) captured: Option<Amount>,
    pub(crate) counted: bool,
    pub(crate) answers: Vec<Answer>,
    pub(crate) entry: Entry,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Figure {
    pub(crate) side: String,
    pub(crate) status: String,
    pub(crate) incident: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) place_named: Option<String>,
    pub(crate) period: Option<Time>,
    pub(crate) accounts: Vec<CasualtyAccount>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CasualtySide {
    pub(crate) side: String,
    pub(crate) status: String,
    pub(crate) killed: Option<Amount>,
    pub(crate) wounded: Option<Amount>,
    pub(crate) missing: Option<Amount>,
    pub(crate) captured: Option<Amount>,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ControlAccount {
    pub(crate) account: String,
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) controller: Option<String>,
    pub(crate) previous: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) since: Option<Time>,
    pub(crate) scope: Option<String>,
    pub(crate) denies: Option<Entry>,
    pub(crate) in_force: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ControlDemand {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) of: String,
    pub(crate) open: bool,
    pub(crate) time: Option<Time>,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ControlPlace {
    pub(crate) place: String,
    pub(crate) status: String,
    pub(crate) accounts: Vec<ControlAccount>,
    pub(crate) demands: Vec<ControlDemand>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Movement {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) kind: String,
    pub(crate) actor: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) number: Option<Amount>,
    pub(crate) unit: Option<String>,
    pub(crate) time: Option<Time>,
    pub(crate) counted: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Keeping {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) force: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) result: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) time: Option<Time>,
    pub(crate) counted: bool,
    pub(crate) entries: Vec<Entry>,
}

/// Rows `presence`, `patrol` and `intervention`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct KeepingKind {
    pub(crate) row: String,
    pub(crate) kind: Option<String>,
    pub(crate) reports: Vec<Keeping>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Strength {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) kind: String,
    pub(crate) force: String,
    pub(crate) number: Amount,
    pub(crate) unit: Option<String>,
    pub(crate) time: Option<Time>,
    pub(crate) counted: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Reinforcement {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) force: String,
    pub(crate) requester: String,
    pub(crate) addressee: String,
    pub(crate) number: Option<Amount>,
    pub(crate) time: Option<Time>,
    pub(crate) state: String,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Effort {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) body: String,
    pub(crate) period: Option<Time>,
    pub(crate) patrols: Option<u64>,
    pub(crate) observation_hours: Option<u64>,
    pub(crate) posts: Option<u64>,
    pub(crate) access_denials: Option<u64>,
    pub(crate) not_reached: Vec<String>,
    pub(crate) counted: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Producer {
    pub(crate) producer: String,
    pub(crate) missing_count: u64,
    pub(crate) forks_count: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Refused {
    pub(crate) code: String,
    pub(crate) refused: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Demand {
    pub(crate) kind: String,
    pub(crate) of: String,
    pub(crate) place: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Statement {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) act: String,
    pub(crate) class: String,
    pub(crate) addressees: Vec<String>,
    pub(crate) demand: Option<Demand>,
    pub(crate) time: Option<Time>,
    pub(crate) counted: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Readout {
    pub(crate) readout_by: Option<String>,
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) counted: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Contact {
    pub(crate) participants: Vec<String>,
    pub(crate) mode: String,
    pub(crate) time: Option<Time>,
    pub(crate) topics: Vec<String>,
    pub(crate) counted: bool,
    pub(crate) readouts: Vec<Readout>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Assessment {
    #[serde(flatten)]
    pub(crate) finding: Finding,
    pub(crate) counted: bool,
    pub(crate) targets: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Response {
    pub(crate) response: String,
    pub(crate) by: String,
    pub(crate) time: Option<Time>,
    pub(crate) entry: Entry,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ViolationReport {
    pub(crate) number: String,
    pub(crate) issued_by: String,
    pub(crate) addressee: String,
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) responses: Vec<Response>,
    pub(crate) counted: bool,
    pub(crate) time: Option<Time>,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Access {
    #[serde(flatten)]
    pub(crate) said: Said,
    pub(crate) denied_to: String,
    pub(crate) denied_by: Option<String>,
    pub(crate) activity: String,
    pub(crate) manner: String,
    pub(crate) place: Option<String>,
    pub(crate) time: Option<Time>,
    pub(crate) counted: bool,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LedgerRow {
    pub(crate) ceasefire: String,
    pub(crate) origin: String,
}

/// The rows of one kind of a view, in key order.
pub(crate) fn of<T: DeserializeOwned>(
    projection: &Projection,
    view: View,
    kind: &str,
) -> Result<Vec<T>, Error> {
    some(projection, view, kind, |_| true)
}

/// Those of them that are kept: no more than these are in memory at once.
pub(crate) fn some<T: DeserializeOwned>(
    projection: &Projection,
    view: View,
    kind: &str,
    keep: impl Fn(&T) -> bool,
) -> Result<Vec<T>, Error> {
    let mut found = Ok(Vec::new());
    projection.for_each_row(view, |key, row| {
        let Ok(rows) = &mut found else { return };
        if key.split('/').next() != Some(kind) {
            return;
        }
        match serde_json::from_slice(row) {
            Ok(row) => rows.extend(Some(row).filter(&keep)),
            Err(source) => {
                let (view, key) = (view.name(), key.to_owned());
                found = Err(Error::Row { view, key, source });
            }
        }
    });
    found
}
