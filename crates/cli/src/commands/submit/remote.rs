//! `armistice submit --nats`: signed here, kept in an outbox, published, and held until the receipts are there.
//!
//! Reports do not wait for each other: hundreds are on their way at once. Only a draft that refers to an id (`@ID`) waits for
//! that id's receipt, since the hash of an entry is not known before it. What has no receipt in time stays in the outbox and is
//! sent by the next run, with or without a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use armistice_tlog::SigningKey;
use serde_json::Value;

use super::lines::{self, Fate, Line, Recorded};
use crate::drafts::{Body, Item};
use crate::failure::{Exit, Failure, Outcome};
use crate::nats_access::NatsArgs;
use crate::remote_session::{RemoteSession, Settled, Slot};
use crate::{files, keys, progress, runtime};

/// Flags of `submit --nats`.
#[derive(Debug, clap::Args)]
pub(crate) struct RemoteArgs {
    #[command(flatten)]
    nats: NatsArgs,
    /// The ledger's verifier key, or a file that holds it: every receipt is checked against it
    #[arg(
        long,
        value_name = "VKEY",
        required_unless_present = "dir",
        conflicts_with = "dir"
    )]
    ledger: Option<String>,
    /// The folder of outboxes, one file for each producer: what has no receipt yet survives there; never copy one
    #[arg(
        long,
        value_name = "DIR",
        required_unless_present = "dir",
        conflicts_with = "dir"
    )]
    outbox: Option<PathBuf>,
    /// How long to wait for the next receipt; what has none then stays in the outbox
    #[arg(long, value_name = "SECONDS", default_value_t = 30, conflicts_with = "dir")]
    wait: u64,
    /// The producers of --key have never reported to this ledger: their numbers begin at 1 when no projection can be asked.
    /// Never after an outbox was lost: a number that stands twice shows as a fork for ever
    #[arg(long, requires = "key", conflicts_with = "dir")]
    first_report: bool,
}

/// An item on its way.
struct Sent {
    number: Option<usize>,
    id: Option<String>,
    at: At,
}

enum At {
    /// In the session.
    Slot(Slot),
    /// It never got there.
    Ended(Fate),
}

/// Sends everything, and adds a line for each item in the order of the file.
pub(super) fn run(
    args: &super::Args,
    keys: Vec<SigningKey>,
    items: Vec<Item>,
    lines: &mut Vec<Line>,
) -> Outcome {
    let remote = &args.remote;
    let ceasefire = remote.nats.ceasefire()?;
    let ledger = keys::verifier(remote.ledger.as_deref().unwrap_or_default()).map_err(|mut failure| {
        failure.message = failure.message.replace("--key", "--ledger");
        failure
    })?;
    let outbox = remote.outbox.clone().unwrap_or_default();
    files::create_folder(&outbox)?;
    let access = remote.nats.access(armistice_bus::Patience::FailFast)?;
    runtime::block_on(async {
        let wait = Duration::from_secs(remote.wait);
        let mut session =
            RemoteSession::open(access, ceasefire, ledger, outbox, keys, wait, remote.first_report).await?;
        let submitted = if args.file.is_some() {
            all(&mut session, items, lines, args.receipts.as_deref()).await
        } else {
            earlier(&mut session, lines, args.receipts.as_deref()).await
        };
        let trouble = session.close().await;
        submitted?;
        // What is wrong with the connection is told as the cause of what is still pending.
        lines::undecided(lines).map_err(|failure| match &trouble {
            Some(error) => failure.because(error),
            None => failure,
        })
    })
    .or_else(|failure| refused_first(failure, lines))
}

/// A refusal is told before what is only pending: it needs somebody to do something.
fn refused_first(failure: Failure, lines: &[Line]) -> Outcome {
    let waits = failure.exit == Exit::CouldNotCheck;
    if waits {
        lines::refusals(lines)?;
    }
    Err(failure)
}

/// Sends the items of a file.
async fn all(
    session: &mut RemoteSession,
    items: Vec<Item>,
    lines: &mut Vec<Line>,
    receipts: Option<&Path>,
) -> Outcome {
    let bar = progress::bar("queueing", items.len() as u64);
    let mut sent = Vec::with_capacity(items.len());
    let mut queued = Ok(());
    for item in items {
        bar.inc(1);
        let (id, settled) = match item.body {
            Body::Draft(draft) => {
                let id = draft.get("id").and_then(Value::as_str).map(str::to_owned);
                (id, session.draft(draft).await)
            }
            Body::Note(note) => (lines::id_of(&note), session.note(note).await),
            Body::Bad(refusal) => (None, Ok(Err(Settled::Refused(refusal)))),
        };
        let at = match settled {
            Ok(Ok(slot)) => At::Slot(slot),
            Ok(Err(ended)) => At::Ended(fate(&ended)),
            Err(failure) => {
                queued = Err(failure);
                break;
            }
        };
        sent.push(Sent {
            number: Some(item.line),
            id,
            at,
        });
    }
    bar.finish_and_clear();
    // Also after a failure: what was queued before it has receipts.
    collect(session, sent, lines, receipts).await.and(queued)
}

/// Sends what earlier runs left in the outboxes.
async fn earlier(session: &mut RemoteSession, lines: &mut Vec<Line>, receipts: Option<&Path>) -> Outcome {
    let sent = session.earlier().await?;
    let sent = sent.into_iter().map(|(id, slot)| Sent {
        number: None,
        id: Some(id),
        at: At::Slot(slot),
    });
    collect(session, sent.collect(), lines, receipts).await
}

/// Waits for the outcomes.
async fn collect(
    session: &mut RemoteSession,
    sent: Vec<Sent>,
    lines: &mut Vec<Line>,
    receipts: Option<&Path>,
) -> Outcome {
    let bar = progress::bar("waiting for receipts", sent.len() as u64);
    for one in sent {
        let fate = match one.at {
            At::Ended(fate) => fate,
            At::Slot(slot) => {
                let settled = session.settle(slot).await;
                if let (Settled::Recorded(receipt), Some(folder)) = (settled, receipts) {
                    lines::keep(folder, receipt.index, &receipt.entry, &receipt.text)?;
                }
                fate(settled)
            }
        };
        bar.inc(1);
        lines.push(Line {
            number: one.number,
            id: one.id,
            fate,
        });
    }
    bar.finish_and_clear();
    Ok(())
}

fn fate(settled: &Settled) -> Fate {
    match settled {
        Settled::Recorded(receipt) => Fate::Recorded(Recorded {
            index: receipt.index,
            hash: receipt.hash,
            repeated: receipt.repeated,
        }),
        Settled::Refused(refusal) => Fate::Refused(refusal.clone()),
        Settled::Pending => Fate::Pending,
        Settled::NotSent(why) => Fate::NotSent(why.clone()),
    }
}
