//! `armistice office`: makes the streams of a field office, in the JetStream domain of its leaf node.
//!
//! ```text
//! armistice office --nats nats://127.0.0.1:4222 --ceasefire karabakh-2020 --hub-domain hub
//! SUBMITTED_karabakh-2020    reports wait here while the link is cut; the hub copies them from here
//! RECEIPTS_karabakh-2020     a mirror of the hub's, so that receipts reach the office
//! ```
//! Run again it changes nothing, and says when a stream is not as it should be. The hub's ledger names the office with
//! `armistice serve --office DOMAIN`, so that its SUBMITTED sources this one.

use armistice_bus::{Bus, OfficeSide, Patience, Stream, StreamSettings};
use serde_json::json;

use crate::failure::{Exit, Failure, Outcome};
use crate::nats_access::{self, NatsArgs};
use crate::output::{Format, Table};
use crate::runtime;

/// Flags of `office`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The JetStream domain of the hub, as its configuration has it
    #[arg(long, value_name = "DOMAIN", default_value = "hub")]
    hub_domain: String,
    /// The size of the office's inbox in MiB; when it is full, producers keep their reports and try again
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..))]
    inbox_mib: Option<u32>,
    #[command(flatten)]
    nats: NatsArgs,
}

/// Makes the two streams where they are missing, and lists them.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let access = args.nats.access(Patience::FailFast)?;
    let ceasefire = args.nats.ceasefire()?;
    let mut settings = StreamSettings {
        office: Some(OfficeSide {
            hub_domain: args.hub_domain.clone(),
        }),
        ..StreamSettings::default()
    };
    if let Some(mebibytes) = args.inbox_mib {
        settings.submitted_bytes_max = i64::from(mebibytes) << 20;
    }
    let table = runtime::block_on(async {
        let failed = |error| nats_access::failure("cannot make the office's streams", &error);
        let bus = Bus::connect(&access, &ceasefire).await.map_err(failed)?;
        let domain = access.domain.clone().or(bus.server().domain);
        if domain.as_deref().is_none_or(|domain| domain == args.hub_domain) {
            return Err(not_an_office(domain.as_deref()));
        }
        let mut table = Table::new("streams", &["stream", "outcome", "messages", "domain"]);
        for stream in [Stream::Submitted, Stream::Receipts] {
            let was_there = bus.state(stream).await.map_err(failed)?.is_some();
            let state = bus.ensure(stream, &settings).await.map_err(failed)?;
            table.push(vec![
                json!(stream.name(&ceasefire)),
                json!(if was_there { "unchanged" } else { "made" }),
                json!(state.messages),
                json!(domain),
            ]);
        }
        bus.close().await;
        Ok(table)
    })?;
    table.print(format)
}

/// The hub itself, or a server without a domain of its own: an office's streams there would capture nothing, or
/// everything twice.
fn not_an_office(domain: Option<&str>) -> Failure {
    let message = match domain {
        Some(domain) => format!("this server is the hub, its domain is {domain}"),
        None => "this server has no JetStream domain of its own".to_owned(),
    };
    Failure::new(Exit::Refused, "not_an_office", message).hint(
        "name the office's own server with --nats; `armistice nats-config --shape office` writes its configuration",
    )
}
