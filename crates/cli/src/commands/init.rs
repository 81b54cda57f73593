//! `armistice init`: founds a ledger.

use std::path::{Path, PathBuf};

use armistice_ledger::{Founder, OpenError};
use armistice_report::{CeasefireId, Codebook, CodebookId, Flaw, Origin, Sha256, Zone};
use armistice_tlog::{Hash, SigningKey};
use serde_json::json;

use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::output::{self, Format};
use crate::{files, keys, machine};

/// The codebook of new ledgers: which kinds count, and how. Its bytes are frozen: a ledger names their hash.
const CODEBOOK: &str = include_str!("../../../../docs/formats/codebook-armistice-1.md");
const CODEBOOK_ID: &str = "armistice-1";

/// Flags of `init`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ledger's folder; made if it is not there
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The ceasefire's id, for example karabakh-2020: lower-case letters, digits and hyphens
    #[arg(long, value_name = "ID")]
    ceasefire: String,
    /// The log's name for ever, a URL without its scheme, for example ledger.example/karabakh
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// The offset from UTC in which the mission counts its days, for example +04:00
    #[arg(
        long,
        value_name = "OFFSET",
        default_value = "+00:00",
        allow_hyphen_values = true
    )]
    zone: String,
    /// The name that the operator's key signs with
    #[arg(long, value_name = "NAME", default_value = "operator")]
    operator: String,
}

/// Makes both keys and entry 0, and prints the log's verifier key.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let folder = LedgerFolder::new(&args.dir);
    let found = found(&folder, &args.ceasefire, &args.origin, &args.zone, &args.operator)?;
    let (log_key, operator_key) = (found.log_key.verifier_key(), found.operator_key.verifier_key());
    if format == Format::Table {
        output::remark(&format!(
            "founded the ledger of {} in {}",
            args.ceasefire,
            args.dir.display()
        ));
        output::remark(&format!(
            "operator's key: {}",
            folder.operator_key_path().display()
        ));
        output::remark(&format!("log's key:      {}", folder.log_key_path().display()));
        output::remark("the log's verifier key, for everybody who will check it:");
    }
    output::print_value(
        format,
        &log_key.to_string(),
        &[
            ("ceasefire", json!(args.ceasefire)),
            ("origin", json!(args.origin)),
            ("dir", json!(args.dir)),
            ("log_key", json!(log_key.to_string())),
            ("operator_key", json!(operator_key.to_string())),
        ],
    )
}

/// The keys of a new ledger.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) log_key: SigningKey,
    pub(crate) operator_key: SigningKey,
}

/// Founds a ledger with new keys.
pub(crate) fn found(
    folder: &LedgerFolder,
    ceasefire: &str,
    origin: &str,
    zone: &str,
    operator: &str,
) -> Outcome<Found> {
    let usage =
        |what: &str, flaw: &Flaw| Failure::new(Exit::Usage, "usage", format!("not {what}")).because(flaw);
    let ceasefire = CeasefireId::new(ceasefire).map_err(|flaw| usage("a ceasefire's id", &flaw))?;
    let origin = Origin::new(origin).map_err(|flaw| usage("an origin", &flaw))?;
    let zone = Zone::new(zone).map_err(|flaw| usage("an offset from UTC", &flaw))?;
    let found = Found {
        log_key: keys::generate(origin.as_str())?,
        operator_key: keys::generate(operator)?,
    };
    let founder = Founder {
        ceasefire,
        origin,
        codebook: codebook(),
        zone,
        log_key: &found.log_key,
        operator_key: &found.operator_key,
    };
    if folder.path().join("log").exists() {
        let message = format!("{} holds a ledger already", folder.path().display());
        return Err(Failure::new(Exit::Refused, "ledger_exists", message)
            .hint(format!(
                "a ledger is founded once: choose another folder, or go on with this one (`armistice log head --dir {}` tells whether it is whole)",
                folder.path().display()
            )));
    }
    for path in [folder.log_key_path(), folder.operator_key_path()] {
        if path.exists() {
            return Err(orphaned(&path));
        }
    }
    files::create_folder(&folder.path().join("keys"))?;
    // The keys first: a ledger whose key was lost could never be continued.
    keys::write(&folder.log_key_path(), &found.log_key)?;
    if let Err(failure) = keys::write(&folder.operator_key_path(), &found.operator_key) {
        let _ = std::fs::remove_file(folder.log_key_path());
        return Err(failure);
    }
    match armistice_ledger::found(folder.path(), &founder, machine::now()) {
        Ok(_) => Ok(found),
        Err(error) => {
            // Refused before anything was written: the keys belong to nothing. After any other failure entry 0 may be on
            // disk, and then only these keys can go on.
            if matches!(error, OpenError::State(_)) {
                let _ = std::fs::remove_file(folder.log_key_path());
                let _ = std::fs::remove_file(folder.operator_key_path());
            }
            Err(folder.open_failure(&error))
        }
    }
}

/// Keys without a log: an earlier founding was cut off between the two, or the log was taken away.
fn orphaned(key: &Path) -> Failure {
    let keys = key.parent().unwrap_or(key).display();
    let message = format!("{} is there, but no ledger beside it", key.display());
    Failure::new(Exit::Refused, "keys_exist", message).hint(format!(
        "if an earlier `armistice init` was cut off, these keys belong to nothing: `mv {keys} {keys}.unused`, then run init again; if the log was lost, keep them and restore it"
    ))
}

/// The name and hash of the codebook that new ledgers adopt.
fn codebook() -> Codebook {
    let id = CodebookId::new(CODEBOOK_ID).expect("the codebook's name is an id");
    Codebook {
        id,
        sha256: Sha256(Hash::sha256(CODEBOOK.as_bytes()).0),
    }
}
