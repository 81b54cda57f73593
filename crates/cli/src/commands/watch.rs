//! `armistice watch VIEW`: a view's current rows, then their changes as they come.
//!
//! ```text
//! armistice watch allegations --nats nats://127.0.0.1:4222 --ceasefire karabakh-2020
//! #35  36 entries  root 5f70bf18…  side/azerbaijan  {"key":"side/azerbaijan","row":"side",…}
//! #41  42 entries  root 9b11c0de…  incident/000000000012  removed
//! ```
//! `#35` is the last entry that was counted. With `-o ndjson` each line is an object with `view`, `key`, `index`,
//! `tree_size`, `root`, `sequence` and `row`, which is null for a row that is gone; `--state FILE` lets the next run go on
//! where this one ended. `--once -o json` is one document of one tree size: it is printed when the root over the rows is
//! the digest that the newest statement names, and otherwise the exit code is 7.
//!
//! What is not here: checking against the ledger. Rows and statements are what a replica published; `armistice project` and
//! `armistice audit` compute them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use armistice_bus::{Access, Bus, Error as BusError, Patience};
use armistice_projection::View;
use armistice_replica::{Change, Condition, Cursor, Error, Event, Statement, Subscription};
use armistice_report::CeasefireId;
use armistice_tlog::{Frontier, Hash, leaf_hash};
use serde_json::{Value, json, value::RawValue};

use super::project::failure;
use crate::failure::{Exit, Failure, Outcome};
use crate::nats_access::{self, NatsArgs};
use crate::output::{self, Format};
use crate::{files, runtime, views};

/// How often the place is written down while rows keep coming: after a crash, so much comes again.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// How often a stream that is not there yet is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long `--once -o json` waits for rows and a statement of one tree size: some ten statements of a busy ledger.
const SETTLE_WAIT: Duration = Duration::from_secs(10);
/// When nothing comes for that long, the rows may be those of the statement: it may have been read before them.
const QUIET: Duration = Duration::from_millis(100);

/// Flags of `watch`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The view: allegations, incidents, casualties, peacekeeping, statements, contacts, control, observations,
    /// producers, findings, frame, tallies
    view: String,
    /// Only rows whose field has this value; a path reaches into rows (`killed.min=3`); several must all hold
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    conditions: Vec<Condition>,
    /// Ends when the rows that are there were printed
    #[arg(long)]
    once: bool,
    /// A file for the place in the stream: the next run goes on from there
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    nats: NatsArgs,
}

/// Prints until it is told to stop.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let view = views::named(&args.view)?;
    if matches!(format, Format::Csv) || (format == Format::Json && !args.once) {
        let message = "changes come one by one: only the forms table and ndjson can show them";
        return Err(Failure::new(Exit::Usage, "usage", message).hint("use -o ndjson, or --once with -o json"));
    }
    if format == Format::Json && args.state.is_some() {
        let message = "one document has all rows: it cannot go on from a place in the stream";
        return Err(Failure::new(Exit::Usage, "usage", message).hint("leave out --state, or use -o ndjson"));
    }
    let access = args.nats.access(if args.once {
        Patience::FailFast
    } else {
        Patience::Retry
    })?;
    let ceasefire = args.nats.ceasefire()?;
    let since = args.state.as_deref().map(read_place).transpose()?.flatten();
    runtime::block_on(watch(args, view, &access, &ceasefire, since, format))
}

async fn watch(
    args: &Args,
    view: View,
    access: &Access,
    ceasefire: &CeasefireId,
    since: Option<Cursor>,
    format: Format,
) -> Outcome {
    let mut stop = pin!(runtime::stop_signal()?);
    let open = async {
        let bus = Bus::connect(access, ceasefire)
            .await
            .map_err(|error| nats_access::failure("cannot use the NATS server", &error))?;
        let subscription = subscribe(&bus, view, since, args.once).await?;
        Ok::<_, Failure>((bus, subscription))
    };
    let (bus, mut subscription) = tokio::select! {
        opened = open => opened?,
        () = &mut stop => return Ok(()),
    };
    let mut screen = Screen::new(view, &args.conditions, format);
    let mut place = Place::new(args.state.as_deref(), since);
    let outcome = loop {
        let event = tokio::select! {
            biased;
            () = &mut stop => break Ok(()),
            event = subscription.next() => event,
        };
        let event = match event {
            Ok(event) => event,
            Err(error) => break Err(failure(&error)),
        };
        let is_current = event == Event::Current;
        if let Err(failure) = screen.show(event) {
            break Err(failure);
        }
        place.at(subscription.cursor(), false)?;
        if is_current && args.once {
            break tokio::select! {
                biased;
                () = &mut stop => Ok(()),
                outcome = finish(&mut screen, &mut subscription) => outcome,
            };
        }
    };
    bus.close().await;
    // What was printed is not printed again, also when the output ended.
    place.at(subscription.cursor(), true).and(outcome)
}

/// With `-o json`, prints the document as soon as the rows are those of the newest statement.
async fn finish(screen: &mut Screen<'_>, subscription: &mut Subscription) -> Outcome {
    let deadline = tokio::time::Instant::now() + SETTLE_WAIT;
    while !screen.is_as_stated() {
        loop {
            if tokio::time::Instant::now() >= deadline {
                return Err(screen.unsettled());
            }
            let Ok(event) = tokio::time::timeout(QUIET, subscription.next()).await else {
                break;
            };
            let event = event.map_err(|error| failure(&error))?;
            let is_stated = matches!(event, Event::Stated(_));
            screen.show(event)?;
            if is_stated {
                break;
            }
        }
    }
    screen.finish()
}

/// Opens the subscription; waits for the ledger to make the stream, unless it is for this once.
async fn subscribe(bus: &Bus, view: View, since: Option<Cursor>, once: bool) -> Outcome<Subscription> {
    let mut was_told = false;
    loop {
        match Subscription::open(bus, view, since).await {
            Err(Error::Bus(BusError::NoStream { stream })) if !once => {
                if !std::mem::replace(&mut was_told, true) {
                    output::remark(&format!(
                        "waiting for {stream}, which `armistice serve --nats` makes"
                    ));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            opened => return opened.map_err(|error| failure(&error)),
        }
    }
}

/// Prints rows, and remembers which of them a condition let through.
struct Screen<'a> {
    view: View,
    conditions: &'a [Condition],
    format: Format,
    shown: BTreeSet<String>,
    /// With `-o json`, the rows of the document by their keys.
    rows: BTreeMap<String, String>,
    /// The leaf hashes of all rows, also of those that no condition let through: the digest covers all.
    leaves: BTreeMap<String, Hash>,
    stated: Option<Statement>,
}

#[derive(serde::Serialize)]
struct Line<'a> {
    view: &'a str,
    key: &'a str,
    index: u64,
    tree_size: u64,
    root: String,
    sequence: u64,
    row: Option<&'a RawValue>,
}

impl<'a> Screen<'a> {
    fn new(view: View, conditions: &'a [Condition], format: Format) -> Self {
        Self {
            view,
            conditions,
            format,
            shown: BTreeSet::new(),
            rows: BTreeMap::new(),
            leaves: BTreeMap::new(),
            stated: None,
        }
    }

    fn show(&mut self, event: Event) -> Outcome {
        match event {
            Event::Row(change) => self.row(change),
            Event::Stated(statement) => {
                self.stated = Some(statement);
                Ok(())
            }
            Event::Restarted => {
                self.shown.clear();
                self.rows.clear();
                self.leaves.clear();
                self.stated = None;
                output::remark("the stream is another one now: all rows follow again");
                Ok(())
            }
            Event::Current => {
                let stated = self.stated.as_ref();
                let size = stated.map_or_else(
                    || "not stated yet".to_owned(),
                    |one| format!("{} entries", one.tree_size),
                );
                output::remark(&format!("{}: {} rows, {size}", self.view.id(), self.shown.len()));
                Ok(())
            }
        }
    }

    fn row(&mut self, mut change: Change) -> Outcome {
        if self.format == Format::Json {
            match &change.row {
                Some(row) => self.leaves.insert(change.key.clone(), leaf_hash(row.as_bytes())),
                None => self.leaves.remove(&change.key),
            };
        }
        if let Some(row) = &change.row
            && !self.conditions.is_empty()
        {
            let value: Value = serde_json::from_str(row).unwrap_or_default();
            if !self.conditions.iter().all(|condition| condition.holds(&value)) {
                // For who asked for these rows only, it is gone.
                change.row = None;
            }
        }
        if change.row.is_some() {
            self.shown.insert(change.key.clone());
        } else if !self.shown.remove(&change.key) && !self.conditions.is_empty() {
            return Ok(());
        }
        match self.format {
            Format::Json => {
                match change.row {
                    Some(row) => self.rows.insert(change.key, row),
                    None => self.rows.remove(&change.key),
                };
                Ok(())
            }
            Format::Ndjson => output::line(&self.line(&change)?),
            Format::Table | Format::Csv => {
                let row = change.row.as_deref().unwrap_or("removed");
                output::line(&format!(
                    "#{}  {} entries  root {:.8}…  {}  {row}",
                    change.index,
                    change.tree_size,
                    change.root.to_string(),
                    change.key
                ))
            }
        }
    }

    fn line(&self, change: &Change) -> Outcome<String> {
        let unreadable =
            |error: serde_json::Error| Failure::new(Exit::Failed, "row", "a row is no JSON").because(&error);
        let row = change.row.as_deref().map(serde_json::from_str).transpose();
        let line = Line {
            view: self.view.name(),
            key: &change.key,
            index: change.index,
            tree_size: change.tree_size,
            root: change.root.to_string(),
            sequence: change.sequence,
            row: row.map_err(unreadable)?,
        };
        serde_json::to_string(&line).map_err(unreadable)
    }

    /// Whether the rows are those of the newest statement; without `-o json` nobody asks for that.
    fn is_as_stated(&self) -> bool {
        if self.format != Format::Json {
            return true;
        }
        let Some(stated) = &self.stated else {
            return false;
        };
        if stated.rows != self.leaves.len() as u64 {
            return false;
        }
        let mut rows = Frontier::default();
        for leaf in self.leaves.values() {
            rows.push(*leaf);
        }
        rows.root().to_string() == stated.digest
    }

    fn unsettled(&self) -> Failure {
        let message = match &self.stated {
            Some(stated) => format!(
                "the rows of {} are not those that the statement for tree size {} counts",
                self.view.name(),
                stated.tree_size
            ),
            None => format!(
                "nobody has stated yet what the rows of {} come to",
                self.view.name()
            ),
        };
        Failure::new(Exit::CouldNotCheck, "rows_unsettled", message)
            .hint("entries keep coming, or no replica publishes: try again, or ask one with the query `view`")
    }

    /// With `-o json` the document of `armistice view -o json`, as the newest statement has it.
    fn finish(&self) -> Outcome {
        if self.format != Format::Json {
            return Ok(());
        }
        let stated = self.stated.as_ref();
        let (version, size) = (stated.map(|one| one.version), stated.map(|one| one.tree_size));
        let (codebook, root) = (
            stated.and_then(|one| one.codebook.as_deref()),
            stated.map(|one| one.root.as_str()),
        );
        let rows: Vec<&str> = self.rows.values().map(String::as_str).collect();
        output::line(&format!(
            r#"{{"view":{},"version":{},"codebook":{},"tree_size":{},"root":{},"digest":{},"rows":[{}]}}"#,
            json!(self.view.name()),
            json!(version),
            json!(codebook),
            json!(size),
            json!(root),
            json!(stated.map(|one| &one.digest)),
            rows.join(",")
        ))
    }
}

/// The place in the stream, and the file that it is written to.
struct Place<'a> {
    file: Option<&'a Path>,
    written: Option<Cursor>,
    watch: crate::machine::Stopwatch,
}

impl<'a> Place<'a> {
    fn new(file: Option<&'a Path>, written: Option<Cursor>) -> Self {
        Self {
            file,
            written,
            watch: crate::machine::Stopwatch::start(),
        }
    }

    fn at(&mut self, cursor: Cursor, last: bool) -> Outcome {
        let Some(file) = self.file.filter(|_| self.written != Some(cursor)) else {
            return Ok(());
        };
        if !last && self.watch.elapsed() < SAVE_EVERY {
            return Ok(());
        }
        files::write_atomically(file, format!("{cursor}\n").as_bytes())?;
        self.written = Some(cursor);
        self.watch = crate::machine::Stopwatch::start();
        Ok(())
    }
}

fn read_place(path: &Path) -> Outcome<Option<Cursor>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::file("read", path, &error)),
    };
    text.parse().map(Some).map_err(|expected: &str| {
        let message = format!("{} holds no place in a stream: {expected}", path.display());
        Failure::new(Exit::Usage, "state_file", message).hint("delete the file to begin with all rows")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(key: &str, row: Option<&str>) -> Event {
        Event::Row(Change {
            key: key.to_owned(),
            row: row.map(str::to_owned),
            index: 6,
            tree_size: 7,
            root: Hash::sha256(b""),
            sequence: 1,
        })
    }

    fn statement(rows: &[&str]) -> Event {
        let mut tree = Frontier::default();
        for row in rows {
            tree.push(leaf_hash(row.as_bytes()));
        }
        Event::Stated(Statement {
            view: "incidents".to_owned(),
            version: 1,
            codebook: None,
            tree_size: 7,
            root: String::new(),
            rows: rows.len() as u64,
            digest: tree.root().to_string(),
            checkpoint: String::new(),
        })
    }

    #[test]
    fn a_document_has_the_rows_of_its_statement() {
        let (a, b) = (r#"{"key":"a","n":1}"#, r#"{"key":"b","n":2}"#);
        // The digest covers all rows, whatever the conditions let through.
        for conditions in [vec![], vec!["n=2".parse().unwrap()]] {
            let view = views::named("incidents").unwrap();
            let mut screen = Screen::new(view, &conditions, Format::Json);
            assert!(!screen.is_as_stated());
            assert_eq!(screen.unsettled().exit, Exit::CouldNotCheck);
            screen.show(change("b", Some(b))).unwrap();
            screen.show(statement(&[a, b])).unwrap();
            assert!(!screen.is_as_stated());
            screen.show(change("a", Some(a))).unwrap();
            assert!(screen.is_as_stated());
            screen.show(change("a", Some(r#"{"key":"a","n":3}"#))).unwrap();
            assert!(!screen.is_as_stated());
            screen.show(change("a", None)).unwrap();
            screen.show(statement(&[b])).unwrap();
            assert!(screen.is_as_stated());
            screen.show(Event::Restarted).unwrap();
            assert!(!screen.is_as_stated());
        }
    }
}
