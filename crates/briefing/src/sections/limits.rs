//! Section 10: what the report cannot say: effort, areas not reached, what is missing, left out or refused.

use armistice_projection::{Projection, View};
use serde::Serialize;

use super::Dated;
use crate::{
    Error,
    account::{Account, Context, Row},
    day::Belongs,
    frame::Place,
    rows::{self, Effort, Producer, Refused},
};

/// Said in every report, word for word.
const ALWAYS: &[&str] = &[
    "No observation is not no violation: a place from which nothing is reported is not a place where nothing happened.",
    "Numbers of different units are never added to one another.",
    "What is not dated to one day is listed apart and counted in no day.",
    "Silence is shown as not answered; it is not consent.",
    "The report says what was said and by whom. It does not say who is right.",
];

/// Section 10.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// What holds for every report.
    pub always: Vec<&'static str>,
    /// What the bodies that watch say of their own effort: patrols, hours, posts, areas not reached.
    pub effort: Dated<EffortLine>,
    /// Submissions that a producer numbered and that are in no entry, over all days.
    pub missing: Vec<MissingLine>,
    /// Submissions that the ledger says it refused, by code, over all days.
    pub refused: Vec<RefusedLine>,
    /// Entries shown in this report of which a redaction leaves parts out.
    pub redacted: u64,
}

/// What one body says of its effort. `None` is not stated; 0 is stated as none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EffortLine {
    /// Whose effort.
    pub body: String,
    /// Patrols.
    pub patrols: Option<u64>,
    /// Hours of observation.
    pub observation_hours: Option<u64>,
    /// Posts.
    pub posts: Option<u64>,
    /// Denials of access.
    pub access_denials: Option<u64>,
    /// Areas that were not reached.
    pub not_reached: Vec<Place>,
    /// Who says it.
    pub account: Account,
}

/// One producer with numbers that no entry carries, or that several carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingLine {
    /// The producer.
    pub producer: String,
    /// Numbers that no entry carries.
    pub missing: u64,
    /// Numbers that two or more entries carry.
    pub forks: u64,
}

/// Refusals of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedLine {
    /// The code.
    pub code: String,
    /// Submissions.
    pub refused: u64,
}

pub(crate) fn section(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Limits, Error> {
    let mut section = Limits {
        always: ALWAYS.to_vec(),
        ..Limits::default()
    };
    for row in rows::of::<Effort>(projection, View::Peacekeeping, "effort")? {
        let belongs = context.holds(row.period.as_ref());
        if row.counted && belongs != Belongs::Outside {
            let line = effort(context, &row)?;
            section
                .effort
                .day
                .extend(line.clone().filter(|_| belongs == Belongs::Within));
            let apart = line.filter(|_| belongs == Belongs::Overlaps);
            section.effort.not_dated_to_one_day.extend(apart);
        }
    }
    section.missing = rows::of::<Producer>(projection, View::Producers, "producer")?
        .into_iter()
        .filter(|row| row.missing_count > 0 || row.forks_count > 0)
        .map(|row| MissingLine {
            producer: row.producer,
            missing: row.missing_count,
            forks: row.forks_count,
        })
        .collect();
    section.refused = rows::of::<Refused>(projection, View::Producers, "refusal")?
        .into_iter()
        .map(|row| RefusedLine {
            code: row.code,
            refused: row.refused,
        })
        .collect();
    let redacted = context
        .reading
        .used
        .keys()
        .filter(|index| !context.reading.hidden_of(**index).is_empty());
    section.redacted = redacted.map(|_| 1_u64).sum();
    Ok(section)
}

fn effort(context: &mut Context<'_, '_>, row: &Effort) -> Result<Option<EffortLine>, Error> {
    let Some(entry) = row.entries.first() else {
        return Ok(None);
    };
    let body = context.frame.actor(&row.body);
    let account = Row {
        what: format!("effort of {body}"),
        time: row.period.as_ref(),
        ..Row::default()
    };
    Ok(Some(EffortLine {
        body,
        patrols: row.patrols,
        observation_hours: row.observation_hours,
        posts: row.posts,
        access_denials: row.access_denials,
        not_reached: row
            .not_reached
            .iter()
            .map(|place| context.frame.place(Some(place), None))
            .collect(),
        account: context.account(&row.said, account, entry)?,
    }))
}
