//! `armistice serve`: one ledger as a service, its intake and its publications over NATS.
//!
//! ```text
//! armistice serve --dir D --nats nats://127.0.0.1:4222
//! ```
//! The process holds the ledger's folder; producers, projections and subscribers run anywhere. It ends at SIGINT or SIGTERM, in
//! order: what was pulled is answered, the newest head is published, the log is closed. Killing it loses nothing that has a
//! receipt.

use std::path::PathBuf;
use std::pin::pin;

use armistice_bus::{Access, Bus, Patience, PublishError, StreamSettings};
use armistice_ledger::{Ledger, Settings};
use armistice_relay::{Error, Relay};
use armistice_report::CeasefireId;
use serde_json::json;

use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::nats_access::{self, NatsArgs};
use crate::output::{self, Format};
use crate::runtime;

/// Copies that a stream may have: NATS allows 1, 3 and 5 in practice, and refuses more.
const REPLICAS_MAX: u8 = 5;

/// Flags of `serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ledger's folder; its own ceasefire is served
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    nats: NatsArgs,
    /// Copies of each stream: 1, or 3 on a cluster of three servers
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=i64::from(REPLICAS_MAX)))]
    replicas: u8,
    /// The JetStream domain of a field office whose submissions are fetched from its leaf node; give it again for several
    #[arg(long, value_name = "DOMAIN")]
    office: Vec<String>,
    /// The size of the inbox in MiB; when it is full, producers keep their reports and try again
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..))]
    inbox_mib: Option<u32>,
    /// Has the server write each message when it takes it, not later, in streams that are made now; slower where the server
    /// has `sync_interval: always` (docs/formats/bus-v1.md)
    #[arg(long)]
    no_write_behind: bool,
}

impl Args {
    fn streams(&self) -> StreamSettings {
        let mut streams = StreamSettings {
            replicas: usize::from(self.replicas),
            offices: self.office.clone(),
            write_behind: !self.no_write_behind,
            ..StreamSettings::default()
        };
        if let Some(mebibytes) = self.inbox_mib {
            streams.submitted_bytes_max = i64::from(mebibytes) << 20;
        }
        streams
    }
}

/// Serves until it is told to stop, or until going on would be wrong.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    // A wrong command line is told before the log is opened.
    let access = args.nats.access(Patience::Retry)?;
    let folder = LedgerFolder::new(&args.dir);
    let ledger = folder.open(Settings::default())?;
    let state = folder.state(ledger.reader())?;
    let ceasefire = state.registry().founding.ceasefire.clone();
    drop(state);
    if let Some(named) = &args.nats.ceasefire
        && *named != *ceasefire
    {
        let message = format!("this folder holds the ledger of {ceasefire}, not of {named}");
        return Err(Failure::new(Exit::Refused, "other_ceasefire", message)
            .hint("leave --ceasefire out: a ledger serves its own"));
    }
    let served = runtime::block_on(serve(args, &access, &ledger, &ceasefire, format));
    // Everything that has a receipt is on disk already; this writes the last marks and the state of admission.
    ledger.close();
    served
}

async fn serve(
    args: &Args,
    access: &Access,
    ledger: &Ledger,
    ceasefire: &CeasefireId,
    format: Format,
) -> Outcome {
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
    let settings = armistice_relay::Settings {
        streams: args.streams(),
    };
    let mut relay = Relay::start(ledger, &bus, &settings);
    let size = ledger.reader().size();
    let server = &bus.server().name;
    output::print_value(
        format,
        &format!("serving {ceasefire} at tree size {size} through {server}"),
        &[
            ("ceasefire", json!(ceasefire.as_str())),
            ("server", json!(server)),
            ("tree_size", json!(size.0)),
        ],
    )?;
    tokio::select! {
        error = relay.ended() => Err(failure(&error)),
        () = stop => {
            let stopped = relay.stop().await.map_err(|error| failure(&error));
            bus.close().await;
            stopped
        }
    }
}

fn failure(error: &Error) -> Failure {
    // A unit restarts what the machine did, and leaves alone what only a person can mend.
    let exit = match error {
        Error::Bus(error) => return nats_access::failure("the ledger cannot go on serving", error),
        Error::Forked { .. } | Error::Ahead { .. } => Exit::VerificationFailed,
        Error::Publish(PublishError::Denied { .. }) => Exit::NotPermitted,
        Error::Contended | Error::SetBack(_) => Exit::Refused,
        _ => Exit::Failed,
    };
    Failure::new(exit, "not_served", "the ledger cannot go on serving")
        .because(error)
        .hint_of(error.hint())
}
