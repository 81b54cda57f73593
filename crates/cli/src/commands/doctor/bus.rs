//! What `armistice doctor` asks a NATS server: its version, what this user may read, the streams and how far they are.
//!
//! Only reads: a stream that is not there is reported, not made; a setting that differs is named, not changed.

use std::fmt::Write;

use armistice_bus::{Bus, Error, Patience, Stream, StreamSettings, StreamState};
use armistice_bus::{Message, OfficeSide};
use armistice_report::CeasefireId;
use armistice_tlog::Checkpoint;

use super::Args;
use super::finding::{Finding, chain};
use super::folder::{self, Folder};
use super::{lag, machine};
use crate::failure::Outcome;
use crate::machine as clock;
use crate::{nats_access, runtime};

/// Looks at the server that the flags name; nothing when none is named.
pub(crate) fn check(args: &Args, folder: Option<&Folder>) -> Outcome<Vec<Finding>> {
    let only_elsewhere = args.dir.is_some() || !args.monitor.is_empty();
    if !args.nats.is_named() && only_elsewhere && args.nats.ceasefire.is_none() {
        return Ok(Vec::new());
    }
    let access = args.nats.access(Patience::FailFast)?;
    let ceasefire = match folder.and_then(|folder| folder.ceasefire.clone()) {
        Some(ceasefire) if args.nats.ceasefire.is_none() => ceasefire,
        _ => args.nats.ceasefire()?,
    };
    runtime::block_on(async {
        match Bus::connect(&access, &ceasefire).await {
            Ok(bus) => {
                let findings = look(&bus, args, folder, &ceasefire).await;
                bus.close().await;
                Ok(findings)
            }
            Err(error) => Ok(vec![problem("server", &error)]),
        }
    })
}

async fn look(bus: &Bus, args: &Args, folder: Option<&Folder>, ceasefire: &CeasefireId) -> Vec<Finding> {
    let mut findings = server(bus);
    let mut settings = StreamSettings {
        replicas: usize::from(args.replicas),
        offices: args.office.clone(),
        office: args
            .hub_domain
            .clone()
            .map(|hub_domain| OfficeSide { hub_domain }),
        ..StreamSettings::default()
    };
    if let Some(mebibytes) = args.inbox_mib {
        settings.submitted_bytes_max = i64::from(mebibytes) << 20;
    }
    let mut states = Vec::new();
    for stream in streams(args) {
        let (found, state) = stream_findings(bus, *stream, &settings, ceasefire).await;
        findings.extend(found);
        states.extend(state.map(|state| (*stream, state)));
    }
    findings.extend(lags(bus, &states, &settings, folder).await);
    if args.monitor.is_empty() {
        let unknown = Finding::note("sync", "a server tells it on its monitoring address only");
        findings
            .push(unknown.advice("add --monitor http://HOST:8222 to see `sync_interval` and the cluster"));
    }
    if let Some(denied) = bus.denied() {
        findings.push(Finding::warning(
            "permissions",
            format!("this user {denied}"),
            "look with the login `operator` that `armistice nats-config` makes; it may read everything",
        ));
    }
    findings
}

/// The streams that should be there: an office has two of its own.
fn streams(args: &Args) -> &'static [Stream] {
    if args.hub_domain.is_some() {
        &[Stream::Submitted, Stream::Receipts]
    } else {
        &Stream::ALL
    }
}

fn server(bus: &Bus) -> Vec<Finding> {
    let facts = bus.server();
    let mut what = format!("nats-server {}, {}", facts.version, facts.name);
    for (word, value) in [("cluster", &facts.cluster), ("domain", &facts.domain)] {
        if let Some(value) = value {
            // Writing to memory cannot fail.
            let _ = write!(what, ", {word} {value}");
        }
    }
    let warnings = bus.warnings();
    let mut findings: Vec<Finding> = warnings
        .iter()
        .map(|warning| Finding::warning("server", warning.to_string(), warning.hint()))
        .collect();
    if findings.is_empty() {
        findings.push(Finding::ok("server", what));
    }
    findings
}

/// One stream: is it there, has it a leader, is it as the ledger asks for it.
async fn stream_findings(
    bus: &Bus,
    stream: Stream,
    settings: &StreamSettings,
    ceasefire: &CeasefireId,
) -> (Vec<Finding>, Option<StreamState>) {
    let about = format!("stream {}", stream.name(ceasefire));
    let state = match bus.state(stream).await {
        Ok(Some(state)) => state,
        Ok(None) => return (vec![missing(&about, stream, settings)], None),
        Err(error) => return (vec![problem(&about, &error)], None),
    };
    let mut findings = Vec::new();
    // The stream is there, so this only compares.
    match bus.ensure(stream, settings).await {
        Ok(_) => findings.push(Finding::ok(
            &about,
            format!(
                "{}, {}, {}",
                counted(state.messages, "message", "messages"),
                machine::size(state.bytes),
                counted(state.replicas as u64, "copy", "copies")
            ),
        )),
        Err(error) => findings.push(problem(&about, &error)),
    }
    // A leaf node that stands alone calls itself a cluster of its own name.
    let facts = bus.server();
    if facts.cluster.is_some_and(|cluster| cluster != facts.name) {
        match &state.leader {
            None => findings.push(Finding::problem(
                &about,
                "has no leader",
                "more than half of its nodes must run: start those that are down",
            )),
            Some(_) if state.replicas < 2 => findings.push(Finding::warning(
                &about,
                "has one copy in a cluster",
                "stop `serve`, set three copies with `nats stream edit --replicas 3`, start it with `--replicas 3`",
            )),
            Some(_) => {}
        }
    }
    (findings, Some(state))
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn missing(about: &str, stream: Stream, settings: &StreamSettings) -> Finding {
    match stream {
        _ if settings.office.is_some() => Finding::problem(
            about,
            "is not there",
            "run `armistice office` against this server; it makes the office's two streams",
        ),
        Stream::Views => Finding::note(about, "is not there").advice(
            "start `armistice serve --nats`, which makes it, and `armistice project`, which fills it",
        ),
        _ => Finding::problem(
            about,
            "is not there",
            "start `armistice serve --nats`; it makes its streams and fills them from the log",
        ),
    }
}

async fn lags(
    bus: &Bus,
    states: &[(Stream, StreamState)],
    settings: &StreamSettings,
    folder: Option<&Folder>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let state = |wanted: Stream| {
        states
            .iter()
            .find(|(stream, _)| *stream == wanted)
            .map(|(_, state)| state)
    };
    if let Some(entries) = state(Stream::Entries) {
        let published = entries.last_sequence;
        let log = folder.and_then(|folder| folder.size).map(|size| size.0);
        findings.push(lag::entries(log, published));
        match bus.last_message(Stream::Checkpoints, None).await {
            Ok(message) => findings.push(lag::checkpoint(published, message.as_ref().and_then(size_of))),
            Err(Error::NoStream { .. }) => {}
            Err(error) => findings.push(problem("lag of CHECKPOINTS", &error)),
        }
        // With a folder that nobody holds this was read from the log already.
        if folder.is_none_or(|folder| folder.ceasefire.is_none()) && published > 0 {
            findings.extend(clock_finding(bus, published).await);
        }
    }
    if let Some(submitted) = state(Stream::Submitted) {
        findings.extend(lag::submitted(&lag::Inbox {
            messages: submitted.messages,
            bytes: submitted.bytes,
            bytes_max: u64::try_from(settings.submitted_bytes_max).ok(),
            is_office: settings.office.is_some(),
        }));
    }
    findings
}

/// The tree size of a published checkpoint. Its signature is the projections' and the auditors' to verify.
fn size_of(message: &Message) -> Option<u64> {
    let (checkpoint, _) = Checkpoint::parse_unverified(&message.payload).ok()?;
    Some(checkpoint.size().0)
}

async fn clock_finding(bus: &Bus, last: u64) -> Option<Finding> {
    let message = bus.message(Stream::Entries, last).await.ok()??;
    let received = folder::received(&message.payload)?;
    Some(machine::clock_and_log(clock::now(), received))
}

fn problem(about: &str, error: &Error) -> Finding {
    Finding::problem(
        about,
        chain(error),
        nats_access::hint(error).unwrap_or("look at the server's log; `-v` shows what was asked"),
    )
}
