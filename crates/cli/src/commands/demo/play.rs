//! Playing the scenario into a new ledger, folding the views at three sizes, auditing the exported log.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use armistice_audit::Verdict;
use armistice_desk::{By, Codebook, Cut, Query, counts};
use armistice_ledger::Settings;
use armistice_projection::{Projection, View};
use armistice_report::{EventType, Grant};
use armistice_tlog::{SigningKey, VerifierKey};
use serde_json::{Map, Value, json};

use crate::commands::audit::{PublicBytes, check};
use crate::commands::count::select;
use crate::commands::log::export;
use crate::commands::{codebook, init, producer};
use crate::drafts::{self, Body};
use crate::failure::{Detail, Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::session::{Session, Verdict as Answer};
use crate::source::{Source, open_tiles};
use crate::views::{self, Row};
use crate::{files, keys};

const SCENARIO: &str = include_str!("../../../../../tests/scenarios/karabakh-2022-03.ndjson");
const CEASEFIRE: &str = "karabakh-2020";
const ORIGIN: &str = "ledger.example/karabakh-2020";
const ZONE: &str = "+04:00";
/// The key of the place that the demo is about, in the views `control` and `frame`.
pub(super) const PLACE: &str = "place/parukh";
/// The last report of the press report's part, and of everything: rows 22 and 29 of the scenario.
const FIRST_PART_ENDS: &str = "r22";
const SECOND_PART_ENDS: &str = "r29";

/// Everything that the story is told from.
pub(super) struct Played {
    pub(super) folder: PathBuf,
    pub(super) log_key: VerifierKey,
    /// Right before the analyst's link.
    pub(super) before_link: Views,
    /// After row 22 of the scenario.
    pub(super) first: Views,
    /// After row 29.
    pub(super) second: Views,
    /// Counted by the codebook that the demo adopts after row 29.
    pub(super) counted: Counted,
    pub(super) producers: usize,
    pub(super) audit: Verdict,
}

/// The allegations by day and side, and the codebook that they were counted by.
pub(super) struct Counted {
    pub(super) codebook: Codebook,
    pub(super) rows: Vec<Row>,
}

/// The rows of all views at one tree size.
pub(super) struct Views {
    pub(super) size: u64,
    rows: BTreeMap<&'static str, Vec<Row>>,
}

impl Views {
    fn new(projection: &Projection) -> Self {
        let rows = View::ALL
            .iter()
            .map(|view| (view.name(), views::rows(projection, *view)))
            .collect();
        Self {
            size: projection.tree_size().0,
            rows,
        }
    }

    /// The rows of one kind of a view.
    pub(super) fn kind<'a>(&'a self, view: &str, kind: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows
            .get(view)
            .into_iter()
            .flatten()
            .filter(move |row| row.kind() == kind)
    }

    /// The row with a key.
    pub(super) fn row(&self, view: &str, key: &str) -> Option<&Row> {
        self.rows.get(view)?.iter().find(|row| row.text("key") == key)
    }

    /// Every registered name of the place with this key, in the view's order: none of them is "the" name.
    pub(super) fn place_names(&self, key: &str) -> String {
        let row = self.row("frame", key);
        let names: Vec<&str> = row
            .map(|row| row.at("names.name"))
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if names.is_empty() {
            key.to_owned()
        } else {
            names.join(" / ")
        }
    }

    /// A number of the row with a key; 0 when there is no such row.
    pub(super) fn number(&self, view: &str, key: &str, field: &str) -> u64 {
        self.row(view, key).map_or(0, |row| row.number(field))
    }
}

/// Founds the ledger in `folder`, submits everything, exports and audits.
pub(super) fn play(folder: &Path) -> Outcome<Played> {
    let ledger_folder = LedgerFolder::new(folder);
    let found = init::found(&ledger_folder, CEASEFIRE, ORIGIN, ZONE, "operator")?;
    let drafts = scenario()?;
    let producers = producer_keys(&drafts)?;
    write_keys(folder, &producers)?;
    let sizes = submit(&ledger_folder, &found.operator_key, &producers, &drafts)?;
    let log = ledger_folder.open_to_read()?;
    let at = |size: u64| -> Outcome<Views> {
        Ok(Views::new(&views::project(
            log.entries().take(usize::try_from(size).unwrap_or(usize::MAX)),
            size,
        )?))
    };
    let (before_link, first, second) = (at(sizes.first - 1)?, at(sizes.first)?, at(sizes.second)?);
    let counted = count(&views::project(log.entries(), log.checkpoint.size().0)?)?;
    let public = folder.join("public");
    export::export(&log, &public)?;
    let log_key = found.log_key.verifier_key();
    let audit = check(
        &PublicBytes(Source::Tiles(open_tiles(&public)?)),
        &log_key,
        None,
        None,
    )?;
    Ok(Played {
        folder: folder.to_owned(),
        log_key,
        before_link,
        first,
        second,
        counted,
        producers: producers.len(),
        audit,
    })
}

fn count(projection: &Projection) -> Outcome<Counted> {
    let codebook = select::adopted(projection, None)?.codebook;
    let query = Query::of("allegations").by(By::Day).cut(Cut::Side);
    let counted = counts(projection, &codebook, &query).map_err(|error| {
        Failure::new(Exit::Failed, "count", "the demo's count cannot be given").because(&error)
    })?;
    let rows = counted.rows.into_iter().map(|row| Row::read(row.json)).collect();
    Ok(Counted { codebook, rows })
}

/// Fails when the audit of the demo's own log found something.
pub(super) fn verdict(played: &Played) -> Outcome {
    match &played.audit.finding {
        None => Ok(()),
        Some(finding) => Err(Failure::new(
            Exit::VerificationFailed,
            "verification_failed",
            "the demo's log is wrong",
        )
        .because(finding)),
    }
}

fn scenario() -> Outcome<Vec<Map<String, Value>>> {
    let drafts = drafts::read(SCENARIO).into_iter().map(|item| match item.body {
        Body::Draft(draft) => Ok(draft),
        _ => Err(Failure::new(
            Exit::Failed,
            "scenario",
            format!("line {} of the scenario is no draft", item.line),
        )),
    });
    drafts.collect()
}

/// A key for each producer of the scenario, with the grants that its reports need.
fn producer_keys(drafts: &[Map<String, Value>]) -> Outcome<Vec<(SigningKey, BTreeSet<Grant>)>> {
    let mut grants: BTreeMap<&str, BTreeSet<Grant>> = BTreeMap::new();
    let text = |draft: &'_ Map<String, Value>, name: &str| {
        draft.get(name).and_then(Value::as_str).map(str::to_owned)
    };
    for draft in drafts {
        let source = draft.get("source").and_then(Value::as_str).unwrap_or_default();
        let event_type: Option<EventType> = text(draft, "type").and_then(|name| name.parse().ok());
        grants
            .entry(source)
            .or_default()
            .extend(event_type.map(EventType::grant));
    }
    grants
        .into_iter()
        .map(|(name, grants)| Ok((keys::generate(name)?, grants)))
        .collect()
}

/// Kept beside the ledger's keys, so that more reports can be sent by hand.
fn write_keys(folder: &Path, producers: &[(SigningKey, BTreeSet<Grant>)]) -> Outcome {
    let keys_folder = folder.join("producers");
    files::create_folder(&keys_folder)?;
    producers
        .iter()
        .try_for_each(|(key, _)| keys::write(&keys_folder.join(format!("{}.key", key.name())), key))
}

/// Tree sizes after the last report of each part.
struct Sizes {
    first: u64,
    second: u64,
}

fn submit(
    folder: &LedgerFolder,
    operator_key: &SigningKey,
    producers: &[(SigningKey, BTreeSet<Grant>)],
    drafts: &[Map<String, Value>],
) -> Outcome<Sizes> {
    let ledger = folder.open(Settings::default())?;
    let state = folder.state(ledger.reader())?;
    let keys = producers
        .iter()
        .map(|(key, _)| key.clone())
        .chain([operator_key.clone()])
        .collect();
    let mut session = Session::new(ledger, &state, keys)?;
    let mut sizes = Sizes { first: 0, second: 0 };
    for (key, grants) in producers {
        let may: Vec<&str> = grants.iter().map(|grant| grant.as_str()).collect();
        let content = json!({"producer": key.name(), "key": key.verifier_key().to_string(), "may": may});
        let mut draft = producer::draft("producer.enrolled.v1", &format!("enrol-{}", key.name()), &content);
        draft.insert("source".to_owned(), json!(operator_key.name()));
        record(&mut session, &draft)?;
    }
    for draft in drafts {
        let size = record(&mut session, draft)? + 1;
        match draft.get("id").and_then(Value::as_str) {
            Some(FIRST_PART_ENDS) => sizes.first = size,
            Some(SECOND_PART_ENDS) => sizes.second = size,
            _ => {}
        }
    }
    let mut draft = codebook::draft(&codebook::of_demo()?, None);
    draft.insert("source".to_owned(), json!(operator_key.name()));
    record(&mut session, &draft)?;
    session.ledger().close();
    Ok(sizes)
}

/// Submits one draft and returns its index.
fn record(session: &mut Session, draft: &Map<String, Value>) -> Outcome<u64> {
    match session.submit_draft(draft)? {
        Answer::Recorded(receipt) => Ok(receipt.index.0),
        Answer::Refused(refusal) => {
            let id = draft.get("id").and_then(Value::as_str).unwrap_or_default();
            Err(
                Failure::new(Exit::Refused, "refused", "a report of the scenario was refused")
                    .details(vec![Detail::from(&refusal).at(id)]),
            )
        }
    }
}
