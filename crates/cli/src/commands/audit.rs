//! `armistice audit`: is this log right? From a ledger's folder or from exported tiles, with the log's key.

use std::fmt::Write as _;
use std::path::PathBuf;

use armistice_audit::{Audit, Finding, NOT_PROVED, SourceError, Verdict, audit};
use armistice_tlog::{Policy, TilePath, VerifierKey};
use serde_json::{Value, json};

use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::output::{self, Format, Table};
use crate::source::{From, Source, open_tiles};
use crate::{files, keys, progress};

/// Flags of `audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    from: From,
    /// The log's verifier key, or a file that holds it; with --dir by default the folder's own key
    #[arg(long, value_name = "VKEY", required_unless_present = "dir")]
    key: Option<String>,
    /// Which logs and witnesses must have signed, a C2SP tlog-policy
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A checkpoint kept from an earlier audit: the log must be the same one, only longer
    #[arg(long, value_name = "CHECKPOINT")]
    since: Option<PathBuf>,
    /// Writes the audited checkpoint to this file when the log is right, for the next audit's --since
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
}

/// Audits, prints what was proved and what was not, and fails at the first bad position.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let key = key(args)?;
    let policy = args.policy.as_ref().map(|path| read_policy(path)).transpose()?;
    let kept = args.since.as_ref().map(|path| files::read(path)).transpose()?;
    let bytes = PublicBytes(match (&args.from.dir, &args.from.from) {
        // Not `From::open`: the tiles' root is for the audit to check and to name.
        (_, Some(folder)) => Source::Tiles(open_tiles(folder)?),
        _ => args.from.open()?,
    });
    let verdict = check(&bytes, &key, policy.as_ref(), kept.as_deref())?;
    let printed = print(&verdict, format);
    let outcome = match (&verdict.finding, &args.keep) {
        (Some(finding), _) => Err(wrong(finding)),
        (None, Some(path)) => files::write_atomically(path, bytes.0.head()),
        (None, None) => Ok(()),
    };
    outcome.and(printed)
}

/// Runs the audit with a progress bar.
pub(crate) fn check(
    bytes: &PublicBytes,
    key: &VerifierKey,
    policy: Option<&Policy>,
    kept: Option<&[u8]>,
) -> Outcome<Verdict> {
    let bar = progress::bar("auditing", bytes.0.size().0);
    let progress = |done: u64, _: u64| bar.set_position(done);
    let given = Audit {
        key,
        policy,
        kept,
        progress: &progress,
    };
    let verdict = audit(bytes, &given);
    bar.finish_and_clear();
    verdict.map_err(|error| {
        Failure::new(
            Exit::CouldNotCheck,
            "could_not_check",
            "the log could not be checked",
        )
        .because(&error)
        .hint("nothing is known to be wrong: make the files readable and run the audit again")
    })
}

/// A log as the auditor sees it.
#[derive(Debug)]
pub(crate) struct PublicBytes(pub(crate) Source);

impl armistice_audit::Source for PublicBytes {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        Ok(self.0.head().to_vec())
    }

    fn tile(&self, path: &TilePath) -> Result<Vec<u8>, SourceError> {
        match &self.0 {
            Source::Ledger(log) => log.reader.tile(path).map_err(store_error),
            Source::Tiles(tiles) => match tiles.exact_tile(path) {
                Ok(Some(bytes)) => Ok(bytes),
                Ok(None) => Err(SourceError::Missing),
                Err(error) => Err(SourceError::Unreadable(Box::new(error))),
            },
        }
    }
}

fn store_error(error: armistice_eventlog::Error) -> SourceError {
    use armistice_eventlog::Error;
    match error {
        Error::BeyondTree { .. } | Error::NoEntry { .. } => SourceError::Missing,
        Error::Io { .. } => SourceError::Unreadable(Box::new(error)),
        _ => SourceError::Damaged(Box::new(error)),
    }
}

fn key(args: &Args) -> Outcome<VerifierKey> {
    match (&args.key, &args.from.dir) {
        (Some(key), _) => keys::verifier(key),
        (None, Some(dir)) => {
            let key = LedgerFolder::new(dir).log_key()?.verifier_key();
            output::remark(&format!("using the folder's own key: {key}"));
            Ok(key)
        }
        (None, None) => Err(Failure::new(Exit::Usage, "no_key", "an exported log is audited with --key")
            .hint("the log's verifier key is what its operator publishes; a key out of the log itself proves nothing")),
    }
}

/// Reads a policy.
pub(crate) fn read_policy(path: &std::path::Path) -> Outcome<Policy> {
    Policy::parse(&files::read(path)?).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "policy",
            format!("{} is not a policy", path.display()),
        )
        .because(&error)
        .hint("its page is docs/formats/policy.md")
    })
}

fn wrong(finding: &Finding) -> Failure {
    let message = match finding.position() {
        Some(index) => format!("the log is wrong at entry {index}"),
        None => "the log is wrong".to_owned(),
    };
    Failure::new(Exit::VerificationFailed, "verification_failed", message)
        .because(finding)
        .hint("keep a copy of everything, tell the operator, and compare with other copies of this log")
}

fn print(verdict: &Verdict, format: Format) -> Outcome {
    match format {
        Format::Table => output::raw(text(verdict).as_bytes()),
        Format::Csv => flat(verdict).print(format),
        Format::Json | Format::Ndjson => output::line(&document(verdict)),
    }
}

/// The verdict in words.
pub(crate) fn text(verdict: &Verdict) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = match (&verdict.origin, verdict.tree_size, verdict.root) {
        (Some(origin), Some(size), Some(root)) => {
            writeln!(
                text,
                "log         {origin}\ntree size   {size}\nroot        {root}"
            )
        }
        _ => writeln!(text, "log         unknown: its checkpoint could not be verified"),
    };
    let _ = writeln!(text, "\nproved:");
    for sentence in &verdict.proved {
        let _ = writeln!(text, "  + {sentence}");
    }
    let _ = writeln!(text, "\nnot proved by any audit of bytes:");
    for sentence in NOT_PROVED {
        let _ = writeln!(text, "  - {sentence}");
    }
    if !verdict.views.is_empty() {
        let _ = writeln!(text, "\nviews:");
        for line in views(verdict).lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    let _ = match &verdict.finding {
        None => writeln!(text, "\nverdict: the log is right"),
        Some(finding) => match finding.position() {
            Some(index) => writeln!(text, "\nverdict: the log is wrong at entry {index}"),
            None => writeln!(text, "\nverdict: the log is wrong"),
        },
    };
    text
}

fn views(verdict: &Verdict) -> Table {
    let mut table = Table::new("views", &["view", "version", "rows", "digest"]);
    for view in &verdict.views {
        table.push(vec![
            json!(view.view),
            json!(view.version),
            json!(view.rows),
            json!(view.digest.to_string()),
        ]);
    }
    table
}

/// CSV: a row for each view, with the verdict at its end. A log that is wrong has no views, and one row that says so.
fn flat(verdict: &Verdict) -> Table {
    let columns = [
        "view",
        "version",
        "rows",
        "digest",
        "tree_size",
        "root",
        "verdict",
        "first_bad_entry",
    ];
    let stamp = || {
        [
            json!(verdict.tree_size.map(|size| size.0)),
            json!(verdict.root.map(|root| root.to_string())),
            json!(judgement(verdict)),
            json!(first_bad(verdict)),
        ]
    };
    let mut table = Table::new("views", &columns);
    for view in &verdict.views {
        let own = [
            json!(view.view),
            json!(view.version),
            json!(view.rows),
            json!(view.digest.to_string()),
        ];
        table.push(own.into_iter().chain(stamp()).collect());
    }
    if verdict.views.is_empty() {
        let nothing = [const { Value::Null }; 4];
        table.push(nothing.into_iter().chain(stamp()).collect());
    }
    table
}

fn judgement(verdict: &Verdict) -> &'static str {
    if verdict.holds() { "right" } else { "wrong" }
}

fn first_bad(verdict: &Verdict) -> Option<u64> {
    let position = verdict.finding.as_ref().and_then(Finding::position);
    position.map(|index| index.0)
}

/// The verdict for programs, its judgement first.
fn document(verdict: &Verdict) -> String {
    let views: Vec<Value> = verdict
        .views
        .iter()
        .map(|view| {
            let digest = view.digest.to_string();
            json!({"view": view.view, "version": view.version, "rows": view.rows, "digest": digest})
        })
        .collect();
    let fields = [
        ("verdict", json!(judgement(verdict))),
        ("first_bad_entry", json!(first_bad(verdict))),
        (
            "finding",
            json!(verdict.finding.as_ref().map(ToString::to_string)),
        ),
        ("origin", json!(verdict.origin)),
        ("tree_size", json!(verdict.tree_size.map(|size| size.0))),
        ("root", json!(verdict.root.map(|root| root.to_string()))),
        (
            "since",
            json!(
                verdict
                    .kept
                    .map(|kept| json!({"tree_size": kept.size.0, "root": kept.root.to_string()}))
            ),
        ),
        ("proved", json!(verdict.proved)),
        ("not_proved", json!(NOT_PROVED)),
        ("views", json!(views)),
    ];
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", fields.join(","))
}
