//! `armistice submit`: drafts are signed and submitted, signed notes are submitted as they are.
//!
//! ```text
//! armistice submit --dir ledger --key newsdesk.key reports.ndjson
//! armistice submit --nats nats://127.0.0.1:4222 --ceasefire karabakh-2020 --ledger ledger.vkey --outbox outbox --key newsdesk.key reports.ndjson
//! ```
//! With `--dir` the ledger is opened here; with `--nats` it is another process, and [`remote`] keeps what has no receipt in an
//! outbox. The table and the exit codes are the same.

mod lines;
#[cfg(feature = "nats")]
mod remote;

use std::path::{Path, PathBuf};

use armistice_ledger::Settings;
use armistice_tlog::SigningKey;
use serde_json::Value;

use self::lines::{Fate, Line, Recorded};
use crate::drafts::{self, Body, Item};
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::output::Format;
use crate::session::{Session, Verdict};
use crate::{files, keys, ledger_folder, progress};

/// Flags of `submit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ledger's folder; or name a server with --nats
    #[cfg_attr(feature = "nats", arg(long, value_name = "DIR", required_unless_present_any = ["nats", "context"], conflicts_with_all = ["nats", "context"]))]
    #[cfg_attr(not(feature = "nats"), arg(long, value_name = "DIR", required = true))]
    dir: Option<PathBuf>,
    /// A signing key, made by `armistice key generate`; give it again for files of several producers
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Also writes each receipt and its entry into this folder: INDEX.tlog-proof and INDEX.entry
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
    #[cfg(feature = "nats")]
    #[command(flatten)]
    remote: remote::RemoteArgs,
    /// Reports, one JSON object a line, or signed notes; `-` reads standard input. With --nats it may be left out: what is in
    /// the outbox is sent
    #[cfg_attr(feature = "nats", arg(value_name = "FILE", required_unless_present_any = ["nats", "context"]))]
    #[cfg_attr(not(feature = "nats"), arg(value_name = "FILE", required = true))]
    file: Option<PathBuf>,
}

/// Submits everything, prints a line for each, and fails when something was refused or has no receipt.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let items = match &args.file {
        Some(file) => drafts::read(&read(file)?),
        None => Vec::new(),
    };
    let keys = args
        .key
        .iter()
        .map(|path| keys::given("--key", path))
        .collect::<Outcome<Vec<_>>>()?;
    if keys.is_empty() && items.iter().any(|item| matches!(item.body, Body::Draft(_))) {
        return Err(Failure::new(
            Exit::Usage,
            "no_key",
            "the file holds unsigned reports, and no key was given",
        )
        .hint("add --key FILE; make a key with `armistice key generate NAME --out FILE`"));
    }
    if let Some(folder) = &args.receipts {
        files::create_folder(folder)?;
    }
    let mut lines = Vec::with_capacity(items.len());
    let submitted = match &args.dir {
        Some(dir) => embedded(dir, args, keys, items, &mut lines),
        #[cfg(feature = "nats")]
        None => remote::run(args, keys, items, &mut lines),
        #[cfg(not(feature = "nats"))]
        None => Ok(()),
    };
    // Receipts that were given are shown, whatever happened after them; and nobody reading them makes no refusal good.
    let printed = match &submitted {
        Err(_) if lines.is_empty() => Ok(()),
        _ => lines::table(&lines, format).print(format),
    };
    submitted.and_then(|()| lines::refusals(&lines)).and(printed)
}

/// Opens the ledger here and submits to it.
fn embedded(
    dir: &Path,
    args: &Args,
    keys: Vec<SigningKey>,
    items: Vec<Item>,
    lines: &mut Vec<Line>,
) -> Outcome {
    let folder = LedgerFolder::new(dir);
    let ledger = folder.open(Settings::default())?;
    let state = folder.state(ledger.reader())?;
    let mut session = Session::new(ledger, &state, keys)?;
    let submitted = submit_all(&mut session, items, lines, args.receipts.as_deref());
    session.ledger().close();
    submitted
}

fn read(path: &Path) -> Outcome<String> {
    let bytes = if path == Path::new("-") {
        files::read_standard_input()?
    } else {
        files::read(path)?
    };
    String::from_utf8(bytes).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "not_utf8",
            format!("{} is not UTF-8 text", path.display()),
        )
        .because(&error)
    })
}

fn submit_all(
    session: &mut Session,
    items: Vec<Item>,
    lines: &mut Vec<Line>,
    receipts: Option<&Path>,
) -> Outcome {
    let bar = progress::bar("submitting", items.len() as u64);
    let mut waiting: Vec<(usize, Vec<u8>)> = Vec::new();
    for item in items {
        bar.inc(1);
        if !matches!(item.body, Body::Note(_)) {
            flush(session, &mut waiting, lines, receipts)?;
        }
        match item.body {
            Body::Note(note) => waiting.push((item.line, note)),
            Body::Draft(draft) => {
                let id = draft.get("id").and_then(Value::as_str).map(str::to_owned);
                let verdict = session.submit_draft(&draft)?;
                push(session, (item.line, id, verdict), lines, receipts)?;
            }
            Body::Bad(refusal) => lines.push(Line {
                number: Some(item.line),
                id: None,
                fate: Fate::Refused(refusal),
            }),
        }
    }
    flush(session, &mut waiting, lines, receipts)?;
    bar.finish_and_clear();
    Ok(())
}

fn flush(
    session: &mut Session,
    waiting: &mut Vec<(usize, Vec<u8>)>,
    lines: &mut Vec<Line>,
    receipts: Option<&Path>,
) -> Outcome {
    let (numbers, notes): (Vec<usize>, Vec<Vec<u8>>) = std::mem::take(waiting).into_iter().unzip();
    let ids: Vec<Option<String>> = notes.iter().map(|note| lines::id_of(note)).collect();
    let mut verdicts = Vec::with_capacity(notes.len());
    let submitted = session.submit_notes(notes, &mut verdicts);
    for ((number, id), verdict) in numbers.into_iter().zip(ids).zip(verdicts) {
        push(session, (number, id, verdict), lines, receipts)?;
    }
    submitted
}

fn push(
    session: &Session,
    (number, id, verdict): (usize, Option<String>, Verdict),
    lines: &mut Vec<Line>,
    receipts: Option<&Path>,
) -> Outcome {
    if let (Verdict::Recorded(receipt), Some(folder)) = (&verdict, receipts) {
        let reader = session.ledger().reader();
        let entry = reader
            .entry(receipt.index)
            .map_err(|error| ledger_folder::read_failure(&error))?;
        lines::keep(folder, receipt.index, &entry, &receipt.text)?;
    }
    let fate = match verdict {
        Verdict::Recorded(receipt) => Fate::Recorded(Recorded {
            index: receipt.index,
            hash: receipt.hash,
            repeated: receipt.repeated,
        }),
        Verdict::Refused(refusal) => Fate::Refused(refusal),
    };
    lines.push(Line {
        number: Some(number),
        id,
        fate,
    });
    Ok(())
}
