//! `armistice doctor`: reads what a ledger on this machine and its NATS servers are like, and says what to do. It changes
//! nothing.
//!
//! ```text
//! armistice doctor --dir ledger --nats nats://127.0.0.1:4222 --monitor http://127.0.0.1:8222
//! level    about           found                                        what to do
//! ok       server          nats-server 2.14.0, armistice-1
//! warning  sync of …       a power cut loses up to 120 s of …           set `sync_interval: always` …
//! ```
//! Levels are ok, note, warning and problem; the exit code is 1 when there is a problem and 0 otherwise.
//!
//! | looked at | where from |
//! |---|---|
//! | version, JetStream, permissions | the connection |
//! | streams: there, and with the settings that the ledger asks for | the JetStream API |
//! | lag: log, ENTRIES, checkpoint, SUBMITTED | `log/head` and the streams |
//! | `sync_interval: always`, storage, cluster, clock | the monitoring page, `--monitor` |
//! | room, file system, clock | this machine |
//!
//! What is not here: whether the log is right. That is `armistice audit`.

mod bus;
mod finding;
mod folder;
mod lag;
mod machine;
mod monitor;

use std::path::PathBuf;

use crate::failure::{Exit, Failure, Outcome};
use crate::nats_access::NatsArgs;
use crate::output::Format;
use finding::{Finding, Level};

/// Flags of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ledger's folder, where this machine has one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A server's monitoring address, `http://HOST:8222`; give it again for each node
    #[arg(long, value_name = "URL", value_delimiter = ',')]
    monitor: Vec<String>,
    /// How many copies the streams should have
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: u8,
    /// The size of the inbox in MiB, when `serve` or `office` was given another than the default
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..))]
    inbox_mib: Option<u32>,
    /// A field office whose SUBMITTED stream the hub copies, as `serve --office` names it
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    office: Vec<String>,
    /// The streams are a field office's own; this is the domain of its hub
    #[arg(long, value_name = "DOMAIN", conflicts_with = "office")]
    hub_domain: Option<String>,
    #[command(flatten)]
    nats: NatsArgs,
}

/// Looks at everything that was named, prints what it found, and fails when something is a problem.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let mut findings = Vec::new();
    let folder = args.dir.as_deref().map(folder::read).transpose()?;
    if let Some(folder) = &folder {
        findings.extend(folder.findings.iter().cloned());
    }
    findings.extend(bus::check(args, folder.as_ref())?);
    findings.extend(monitor::check(&args.monitor));
    if findings.is_empty() {
        return Err(Failure::new(Exit::Usage, "usage", "nothing to look at").hint(
            "name a ledger with --dir, a server with --nats, or its monitoring address with --monitor",
        ));
    }
    let printed = finding::table(&findings).print(format);
    verdict(&findings).and(printed)
}

fn verdict(findings: &[Finding]) -> Outcome {
    let problems = findings
        .iter()
        .filter(|finding| finding.level == Level::Problem)
        .count();
    if problems == 0 {
        return Ok(());
    }
    let message = if problems == 1 {
        "1 problem found".to_owned()
    } else {
        format!("{problems} problems found")
    };
    Err(Failure::new(Exit::Failed, "problems", message).hint(
        "what to do stands beside each; docs/operating/nats-troubles.md has a page for the common ones",
    ))
}
