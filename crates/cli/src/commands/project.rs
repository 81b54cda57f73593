//! `armistice project`: a verified copy of a ledger that follows its stream, keeps the views, publishes their changes and
//! answers questions.
//!
//! ```text
//! armistice project --nats nats://127.0.0.1:4222 --ceasefire karabakh-2020 --ledger ledger.vkey --state state
//! following example.org/karabakh-2020 at tree size 36, root 5f70bf18…
//! ```
//! It needs the ledger's verifier key and nothing of its folder. Several may run at once: one publishes, the others stand by.
//! What it publishes and answers: `docs/reference/views-stream.md`. It ends at SIGINT or SIGTERM, and then saves its state.
//!
//! What is not here: deciding what is believed; that is `armistice-replica`.

use std::path::PathBuf;
use std::pin::pin;

use armistice_bus::{Access, Bus, FollowError, Patience, PublishError};
use armistice_replica::{Error, Head, Replica, Settings};
use armistice_report::CeasefireId;
use serde_json::json;
use tokio::sync::watch;

use crate::failure::{Exit, Failure, Outcome};
use crate::nats_access::{self, NatsArgs};
use crate::output::{self, Format};
use crate::{keys, runtime};

/// Copies that VIEWS may have: NATS allows 1, 3 and 5 in practice, and refuses more.
const REPLICAS_MAX: u8 = 5;

/// Flags of `project`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ledger's verifier key, or a file that holds it; its name is the ledger's origin
    #[arg(long, value_name = "VKEY")]
    ledger: String,
    /// A folder for what spares it reading all entries at the next start; may be deleted
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// The name by which this replica can be asked alone, of a-z, 0-9 and hyphen; another for each
    #[arg(long, value_name = "NAME", default_value = "replica")]
    name: String,
    /// Keeps the views for queries and publishes nothing
    #[arg(long)]
    no_publish: bool,
    /// Publishes the views and answers nothing
    #[arg(long)]
    no_queries: bool,
    /// Copies of the stream VIEWS, where this makes it: 1, or 3 on a cluster of three servers
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=i64::from(REPLICAS_MAX)))]
    replicas: u8,
    #[command(flatten)]
    nats: NatsArgs,
}

/// Follows until it is told to stop, or until the stream cannot be believed.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let access = args.nats.access(Patience::Retry)?;
    let ceasefire = args.nats.ceasefire()?;
    let mut settings = Settings::new(&args.name, keys::verifier(&args.ledger)?);
    settings.state = Some(args.state.clone());
    settings.publish = !args.no_publish;
    settings.queries = !args.no_queries;
    settings.streams.replicas = usize::from(args.replicas);
    runtime::block_on(project(&access, &ceasefire, settings, format))
}

async fn project(access: &Access, ceasefire: &CeasefireId, settings: Settings, format: Format) -> Outcome {
    let mut stop = pin!(runtime::stop_signal()?);
    let bus = tokio::select! {
        bus = Bus::connect(access, ceasefire) => {
            bus.map_err(|error| nats_access::failure("cannot use the NATS server", &error))?
        }
        () = &mut stop => return Ok(()),
    };
    for warning in bus.warnings() {
        output::remark(&format!("warning: {warning}"));
    }
    let origin = settings.ledger.name().to_owned();
    let replica = Replica::open(bus.clone(), settings).map_err(|error| failure(&error))?;
    let heads = replica.heads();
    let mut running = pin!(replica.run(stop));
    let outcome = tokio::select! {
        told = tell(heads, &origin, format) => {
            told?;
            running.await
        }
        outcome = &mut running => outcome,
    };
    bus.close().await;
    outcome.map_err(|error| failure(&error))
}

/// Says once that it has caught up, and with what.
async fn tell(mut heads: watch::Receiver<Option<Head>>, origin: &str, format: Format) -> Outcome {
    let caught_up = heads
        .wait_for(|head| head.is_some_and(|head| head.is_caught_up))
        .await;
    let Ok(Some(head)) = caught_up.map(|head| *head) else {
        // The replica ended, and says why.
        return std::future::pending().await;
    };
    let (size, root) = (head.tree_size, head.root);
    output::print_value(
        format,
        &format!("following {origin} at tree size {size}, root {root}"),
        &[
            ("origin", json!(origin)),
            ("tree_size", json!(size.0)),
            ("root", json!(root.to_string())),
        ],
    )
}

/// A replica's or a subscription's error, with its exit code.
pub(crate) fn failure(error: &Error) -> Failure {
    let evidence = match error {
        Error::Conflict { evidence, .. } => evidence.as_ref(),
        Error::Bus(error) => return nats_access::failure("cannot use the NATS server", error),
        Error::Follow(FollowError::Bus(error)) => {
            return nats_access::failure("a stream could not be followed", error);
        }
        _ => None,
    };
    let (exit, code) = match error {
        error if error.is_conflict() => (Exit::VerificationFailed, "stream_not_believed"),
        Error::Publish(PublishError::Denied { .. }) => (Exit::NotPermitted, "not_permitted"),
        Error::Publish(PublishError::NoStream { .. }) => (Exit::NotFound, "no_stream"),
        Error::Publish(_) => (Exit::Failed, "nats"),
        _ => (Exit::Failed, "not_followed"),
    };
    let mut failure = Failure::new(exit, code, error.to_string());
    if let Some(source) = std::error::Error::source(error) {
        failure = failure.because(source);
    }
    if let Some(path) = evidence {
        failure
            .causes
            .push(format!("the evidence is in {}", path.display()));
    }
    failure.hint_of(error.hint())
}
