//! `armistice redact`: says in the log that fields of an entry are no longer shown, then destroys the keys of those that were sealed.
//!
//! ```text
//! armistice redact newsdesk/r-4 --dir ledger --key curator.key --keys sealed-keys --field data.provenance.asserted_by --reason safety
//! ```
//! The order is the safety argument (`docs/formats/sealed-v1.md`): first the entry, synced and under a signed checkpoint, then the keys.
//! If the process dies between, the log says `redacted` and a key is left; the same command run again finds its entry, appends nothing
//! and finishes. The other way round the log would hold a cipher text that nobody can read, and no word about why.

use std::path::PathBuf;

use armistice_ledger::{Receipt, Settings};
use armistice_report::SealedField;
use armistice_sealing::Field;
use armistice_tlog::Hash;
use serde_json::{Map, Value, json};

use super::unseal::{home, sealed};
use crate::entry_name::{self, Found, covers};
use crate::failure::{Detail, Exit, Failure, Outcome};
use crate::keys;
use crate::ledger_folder::LedgerFolder;
use crate::output::{self, Format, Table};
use crate::sealed_keys::SealedKeys;
use crate::session::{Session, Verdict};
use crate::source::From;

/// Flags of `redact`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entry: its index, its hash, or producer and report id as in newsdesk/r-4
    #[arg(value_name = "ENTRY")]
    entry: String,
    /// The ledger's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The signing key of a producer that may curate
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The folder of key files, when a sealed field is redacted
    #[arg(long, value_name = "FOLDER", conflicts_with = "keys_elsewhere")]
    keys: Option<PathBuf>,
    /// The key files are not on this machine: only the entry is made, and whoever has them destroys them
    #[arg(long)]
    keys_elsewhere: bool,
    /// A field that is no longer shown, such as `data.content.place`; give it again for several
    #[arg(long, value_name = "PATH", required = true)]
    field: Vec<String>,
    /// Why: safety, privacy, `legal_order`, `consent_withdrawn`, copyright or other
    #[arg(long, value_name = "WORD")]
    reason: String,
    /// On whose authority
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
}

/// Appends the entry, then destroys keys, and says what became of each field.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let mut fields = args.field.clone();
    fields.sort();
    fields.dedup();
    let target = prepare(args, &fields)?;
    let receipt = append(args, &fields, &target)?;
    let (index, hash) = (receipt.index.0, receipt.hash.to_string());
    // From here on the log says so, whatever happens to this process.
    output::remark(&format!(
        "entry {index} says that entry {} is redacted",
        target.index
    ));
    let mut table = Table::new("fields", &["field", "key", "redaction", "hash"]);
    let mut push =
        |field: &str, key: &str| table.push(vec![json!(field), json!(key), json!(index), json!(hash)]);
    for path in &fields {
        let covered: Vec<&SealedField> = sealed(&target)
            .iter()
            .filter(|sealed| covers(path, &sealed.field))
            .collect();
        for sealed in &covered {
            push(&sealed.field, destroy(args, &target, sealed)?);
        }
        if covered.is_empty() {
            push(path, "not sealed: the entry keeps the cleartext, views hide it");
        }
    }
    table.print(format)
}

fn destroy(args: &Args, target: &Found, sealed: &SealedField) -> Outcome<&'static str> {
    let (Some(folder), Ok(field)) = (&args.keys, Field::new(&sealed.field)) else {
        return Ok("elsewhere: destroy it there");
    };
    let destroyed = SealedKeys::new(folder).destroy(&home(target, &field))?;
    Ok(if destroyed {
        "destroyed"
    } else {
        "destroyed before"
    })
}

/// Finds the entry and refuses what could not be finished, before anything is written.
fn prepare(args: &Args, fields: &[String]) -> Outcome<Found> {
    let source = From {
        dir: Some(args.dir.clone()),
        from: None,
    }
    .open()?;
    let target = entry_name::find(&source, &args.entry)?;
    let line = armistice_report::to_json_line(&target.report);
    let report: Value = serde_json::from_str(&line).unwrap_or_default();
    for path in fields {
        let is_sealed = sealed(&target).iter().any(|sealed| covers(path, &sealed.field));
        if !is_sealed && armistice_report::redacted(&report, &[path]) == report {
            let message = format!("entry {} has no field {path}", target.index);
            return Err(Failure::new(Exit::NotFound, "no_field", message)
                .hint("`armistice log get INDEX` shows the report; paths begin with `data.`"));
        }
    }
    let earlier = entry_name::redactions(&source, target.hash)?;
    let covered = sealed(&target)
        .iter()
        .filter(|sealed| fields.iter().any(|path| covers(path, &sealed.field)));
    for sealed in covered {
        let is_redacted = earlier.iter().any(|(_, path)| covers(path, &sealed.field));
        key_is_known(args, &target, sealed, is_redacted)?;
    }
    Ok(target)
}

/// A key that is neither here nor said to be elsewhere would be left over. After a redaction it may be gone.
fn key_is_known(args: &Args, target: &Found, sealed: &SealedField, is_redacted: bool) -> Outcome {
    let message = match (&args.keys, Field::new(&sealed.field)) {
        _ if args.keys_elsewhere => return Ok(()),
        (None, _) => format!("{} is sealed, and no folder of key files was given", sealed.field),
        (Some(_), Err(_)) => format!(
            "{} is sealed by a rule that this version does not know",
            sealed.field
        ),
        (Some(folder), Ok(field)) => {
            let path = SealedKeys::new(folder).path(&home(target, &field));
            if is_redacted || path.exists() {
                return Ok(());
            }
            format!("{} is sealed, and there is no {}", sealed.field, path.display())
        }
    };
    Err(Failure::new(Exit::NotFound, "no_key_file", message)
        .hint("name the folder with --keys, or say --keys-elsewhere and destroy the key where it is; nothing was done"))
}

fn append(args: &Args, fields: &[String], target: &Found) -> Outcome<Receipt> {
    let key = keys::given("--key", &args.key)?;
    let folder = LedgerFolder::new(&args.dir);
    let ledger = folder.open(Settings::default())?;
    let state = folder.state(ledger.reader())?;
    let mut session = Session::new(ledger, &state, vec![key])?;
    let verdict = session.submit_draft(&draft(args, fields, target));
    session.ledger().close();
    match verdict? {
        Verdict::Recorded(receipt) => Ok(receipt),
        Verdict::Refused(refusal) => Err(Failure::new(
            Exit::Refused,
            "not_redacted",
            "the ledger refused the redaction; no key was destroyed",
        )
        .details(vec![Detail::from(&refusal)])),
    }
}

/// The draft. Its id follows from what it says, so that the same command makes the same entry.
fn draft(args: &Args, fields: &[String], target: &Found) -> Map<String, Value> {
    let mut content = json!({
        "target": target.hash.to_string(),
        "fields": fields,
        "reason": args.reason,
    });
    if let Some(authority) = &args.authority {
        content["authority"] = json!(authority);
    }
    let id = format!(
        "redaction-{}",
        &Hash::sha256(content.to_string().as_bytes()).to_string()[..16]
    );
    let draft = json!({"id": id, "type": "redaction.applied.v1", "data": {"content": content}});
    match draft {
        Value::Object(draft) => draft,
        _ => Map::new(),
    }
}
