//! `armistice unseal`: shows sealed fields of an entry to whoever has their keys, and checks them against the log's commitments.
//!
//! ```text
//! armistice unseal newsdesk/r-4 --dir ledger --keys sealed-keys
//! ```
//! A field that a redaction names is not shown, also where its key is still there.

use std::path::PathBuf;

use armistice_report::SealedField;
use armistice_sealing::{Field, Home, unseal};
use serde_json::{Value, json};

use crate::entry_name::{self, Found, covers};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{Format, Table};
use crate::sealed_keys::SealedKeys;
use crate::source::From;

/// Flags of `unseal`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entry: its index, its hash, or producer and report id as in newsdesk/r-4
    #[arg(value_name = "ENTRY")]
    entry: String,
    #[command(flatten)]
    from: From,
    /// The folder of key files
    #[arg(long, value_name = "FOLDER")]
    keys: PathBuf,
}

/// Opens what can be opened. Fails when a field does not open, or when none does.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let source = args.from.open()?;
    let found = entry_name::find(&source, &args.entry)?;
    let redactions = entry_name::redactions(&source, found.hash)?;
    let keys = SealedKeys::new(&args.keys);
    let mut table = Table::new("fields", &["field", "state", "value", "redaction"]);
    let (mut opened, mut redacted) = (0, 0);
    let fields = sealed(&found);
    for field in fields {
        let path = field.field.as_str();
        if let Some((by, _)) = redactions.iter().find(|(_, redacted)| covers(redacted, path)) {
            redacted += 1;
            table.push(vec![json!(path), json!("redacted"), Value::Null, json!(by)]);
            continue;
        }
        match open(&keys, &found, field)? {
            Some(value) => {
                opened += 1;
                table.push(vec![json!(path), json!("opened"), value]);
            }
            None => table.push(vec![json!(path), json!("no key")]),
        }
    }
    let printed = table.print(format);
    let failure = |exit, code, message: &str, hint: &str| {
        Err(Failure::new(exit, code, format!("entry {} {message}", found.index)).hint(hint))
    };
    let outcome = match (fields.len(), opened, redacted) {
        (0, ..) => failure(
            Exit::NotFound,
            "nothing_sealed",
            "has no sealed field",
            "`armistice log get` shows the entry as it is",
        ),
        (all, 0, redacted) if all == redacted => failure(
            Exit::NotPermitted,
            "redacted",
            "was redacted; its sealed fields are not shown",
            "if key files are left, run the same `armistice redact` again: it finishes what was interrupted",
        ),
        (_, 0, _) => failure(
            Exit::NotFound,
            "no_key_file",
            "has sealed fields, and no key of them is in the folder",
            "ask whoever sealed it for the key files; name their folder with --keys",
        ),
        _ => Ok(()),
    };
    outcome.and(printed)
}

/// The sealed fields of an entry's report.
pub(crate) fn sealed(found: &Found) -> &[SealedField] {
    let provenance = found.report.provenance.as_ref();
    provenance.map_or(&[], |provenance| &provenance.sealed)
}

fn open(keys: &SealedKeys, found: &Found, sealed: &SealedField) -> Outcome<Option<Value>> {
    let wrong = |error: &armistice_sealing::Error| {
        let message = format!("a sealed field of entry {} does not hold", found.index);
        Failure::new(Exit::VerificationFailed, "not_unsealed", message)
            .because(error)
            .hint(error.hint())
    };
    let field = Field::new(&sealed.field).map_err(|error| wrong(&error))?;
    let home = home(found, &field);
    let Some(key) = keys.find(&home)? else {
        return Ok(None);
    };
    unseal(&key, &home, sealed)
        .map(Some)
        .map_err(|error| wrong(&error))
}

/// The home of a field of an entry's report.
pub(crate) fn home<'a>(found: &'a Found, field: &'a Field) -> Home<'a> {
    Home {
        ledger: &found.report.ledger,
        source: &found.report.source,
        report: &found.report.id,
        field,
    }
}
