//! `armistice producer enrol|revoke|rotate`: who may publish, as entries signed by the operator.

use std::path::{Path, PathBuf};

use armistice_ledger::{Receipt, Settings};
use serde_json::{Map, Value, json};

use crate::failure::{Detail, Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::output::{Format, Table};
use crate::session::{Session, Verdict};
use crate::{keys, machine};

/// What to do about a producer.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lets a producer publish: its name, its key, and what it may publish
    Enrol(Enrol),
    /// Takes a key back: reports signed by it are refused from here on; what it signed before stays
    Revoke(Revoke),
    /// Gives a producer a new key in the place of its present one
    Rotate(Rotate),
}

/// The ledger, and the operator's key.
#[derive(Debug, clap::Args)]
struct Common {
    /// The ledger's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The operator's key [default: DIR/keys/operator.key]
    #[arg(long, value_name = "FILE")]
    operator_key: Option<PathBuf>,
}

/// Flags of `producer enrol`.
#[derive(Debug, clap::Args)]
pub(crate) struct Enrol {
    /// The producer's name, which is its key's name
    name: String,
    #[command(flatten)]
    common: Common,
    /// The producer's verifier key, or a file that holds it
    #[arg(long, value_name = "VKEY")]
    key: String,
    /// What it may publish: claim (claims, answers, peacekeeping, diplomacy), assess (findings), curate (frame, links), admin
    #[arg(long, value_delimiter = ',', required = true, value_name = "GRANTS", value_parser = ["claim", "assess", "curate", "admin"])]
    may: Vec<String>,
    /// The actor that this producer speaks for, as registered in the ledger
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
}

/// Flags of `producer revoke`.
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The producer's name
    name: String,
    #[command(flatten)]
    common: Common,
    /// The key to take back: a verifier key, or a file that holds it
    #[arg(long, value_name = "VKEY")]
    key: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Since when others may have held the key (RFC 3339); marks later reports as contested, removes none
    #[arg(long, value_name = "TIME")]
    compromised_since: Option<jiff::Timestamp>,
}

/// Flags of `producer rotate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Rotate {
    /// The producer's name
    name: String,
    #[command(flatten)]
    common: Common,
    /// The new verifier key, or a file that holds it
    #[arg(long, value_name = "VKEY")]
    key: String,
}

/// Writes the entry and prints its receipt.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::Enrol(args) => {
            let key = keys::verifier(&args.key)?;
            let id = format!("enrol-{}-{}", args.name, key.id());
            let mut content = json!({"producer": args.name, "key": key.to_string(), "may": args.may});
            set(&mut content, "actor", args.actor.as_deref().map(Value::from));
            args.common
                .record(&draft("producer.enrolled.v1", &id, &content), format)
        }
        Command::Revoke(args) => {
            let key = keys::verifier(&args.key)?;
            let id = format!("revoke-{}-{}", args.name, key.id());
            let mut content = json!({"producer": args.name, "key_id": key.id().to_string()});
            set(&mut content, "reason", args.reason.as_deref().map(Value::from));
            set(
                &mut content,
                "compromised_since",
                args.compromised_since.map(|time| Value::from(time.to_string())),
            );
            args.common
                .record(&draft("key.revoked.v1", &id, &content), format)
        }
        Command::Rotate(args) => {
            let key = keys::verifier(&args.key)?;
            let id = format!("rotate-{}-{}", args.name, key.id());
            let content = json!({"producer": args.name, "key": key.to_string()});
            args.common
                .record(&draft("key.rotated.v1", &id, &content), format)
        }
    }
}

/// The draft of a founding entry, as `armistice demo` needs it as well.
pub(crate) fn draft(event_type: &str, id: &str, content: &Value) -> Map<String, Value> {
    let time = machine::now_seconds().to_string();
    let draft = json!({"id": id, "type": event_type, "time": time, "data": {"content": content}});
    match draft {
        Value::Object(draft) => draft,
        _ => unreachable!("the macro made an object"),
    }
}

fn set(content: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        content[name] = value;
    }
}

impl Common {
    fn record(&self, draft: &Map<String, Value>, format: Format) -> Outcome {
        record(&self.dir, self.operator_key.as_deref(), draft, "producer", format)
    }
}

/// Signs a draft as the operator, submits it and prints its receipt; `what` names it where it is refused.
pub(crate) fn record(
    dir: &Path,
    operator_key: Option<&Path>,
    draft: &Map<String, Value>,
    what: &str,
    format: Format,
) -> Outcome {
    let folder = LedgerFolder::new(dir);
    let ledger = folder.open(Settings::default())?;
    let state = folder.state(ledger.reader())?;
    let key = match operator_key {
        Some(path) => keys::given("--operator-key", path)?,
        None => keys::read(&folder.operator_key_path())?,
    };
    let mut session = Session::new(ledger, &state, vec![key])?;
    let verdict = session.submit_draft(draft);
    session.ledger().close();
    match verdict? {
        Verdict::Recorded(receipt) => print(&receipt, draft, format),
        Verdict::Refused(refusal) => Err(Failure::new(
            Exit::Refused,
            "refused",
            "the ledger refused the change; nothing was recorded",
        )
        .details(vec![Detail::from(&refusal).at(what)])
        .hint("what each code means: docs/reference/refusals.md")),
    }
}

fn print(receipt: &Receipt, draft: &Map<String, Value>, format: Format) -> Outcome {
    let outcome = if receipt.repeated { "repeated" } else { "recorded" };
    Table::new("receipts", &["outcome", "index", "type", "id", "hash"])
        .row(vec![
            json!(outcome),
            json!(receipt.index.0),
            draft["type"].clone(),
            draft["id"].clone(),
            json!(receipt.hash.to_string()),
        ])
        .print(format)
}
