//! `armistice receipt verify`: is this entry in the log, and is this row in the view? Without a ledger, without a network.

use std::path::PathBuf;

use armistice_audit::{OfflineError, verify_receipt, verify_row};
use armistice_tlog::{Policy, VerifierKey};
use serde_json::json;

use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::{files, keys};

/// What to do with a receipt.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Checks that an entry is in the log, or a row in a view, by the receipt alone
    Verify(Verify),
}

/// Flags of `receipt verify`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct Verify {
    /// The receipt, a C2SP tlog-proof
    receipt: PathBuf,
    /// The entry as `submit --receipts` or `log get` gives it, or the signed note that was submitted
    #[arg(long, value_name = "FILE", group = "what")]
    entry: Option<PathBuf>,
    /// A row of a view, as `view NAME --prove KEY --out FILE` gives it
    #[arg(long, value_name = "FILE", group = "what")]
    row: Option<PathBuf>,
    /// The log's verifier key, or a file that holds it
    #[arg(long, value_name = "VKEY")]
    key: String,
    /// Which logs and witnesses must have signed, a C2SP tlog-policy
    #[arg(long, value_name = "FILE", requires = "entry")]
    policy: Option<PathBuf>,
}

/// Verifies and says so, or fails with exit code 3.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    let Command::Verify(args) = command;
    let key = keys::verifier(&args.key)?;
    let receipt = files::read(&args.receipt)?;
    match (&args.entry, &args.row) {
        (Some(path), _) => {
            let policy = args
                .policy
                .as_ref()
                .map(|path| super::audit::read_policy(path))
                .transpose()?;
            entry(&receipt, &files::read(path)?, &key, policy.as_ref(), format)
        }
        (None, Some(path)) => row(&receipt, &files::read(path)?, &key, format),
        (None, None) => Err(Failure::new(
            Exit::Usage,
            "usage",
            "nothing to verify: give --entry or --row",
        )),
    }
}

fn entry(
    receipt: &[u8],
    entry: &[u8],
    key: &VerifierKey,
    policy: Option<&Policy>,
    format: Format,
) -> Outcome {
    let verified = verify_receipt(receipt, entry, key, policy).map_err(|error| failed(&error))?;
    let checkpoint = &verified.checkpoint;
    let (index, size, origin) = (verified.index, checkpoint.size(), checkpoint.origin());
    output::print_value(
        format,
        &format!("verified: entry {index} is in the tree of {size} entries of {origin}"),
        &[
            ("verdict", json!("verified")),
            ("index", json!(index.0)),
            ("hash", json!(verified.hash.to_string())),
            ("origin", json!(origin)),
            ("tree_size", json!(size.0)),
            ("root", json!(checkpoint.root().to_string())),
        ],
    )
}

fn row(receipt: &[u8], row: &[u8], key: &VerifierKey, format: Format) -> Outcome {
    // The file ends in a line feed; the row itself never does.
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    let verified = verify_row(receipt, row, key).map_err(|error| failed(&error))?;
    let statement = &verified.statement;
    let text = format!(
        "verified: row {} of {} of the view {} over the first {} entries of {}",
        verified.row.0 + 1,
        statement.digest.rows,
        verified.view,
        statement.tree_size,
        key.name()
    );
    output::print_value(
        format,
        &text,
        &[
            ("verdict", json!("verified")),
            ("view", json!(verified.view)),
            ("row", json!(verified.row.0)),
            ("rows", json!(statement.digest.rows.0)),
            ("digest", json!(statement.digest.root.to_string())),
            ("origin", json!(key.name())),
            ("tree_size", json!(statement.tree_size.0)),
            ("root", json!(statement.tree_root.to_string())),
            (
                "codebook",
                json!(statement.codebook.map(|codebook| codebook.to_string())),
            ),
        ],
    )
}

fn failed(error: &OfflineError) -> Failure {
    let hint = match error {
        OfflineError::NotAProof(_) => "a receipt's form is in docs/formats/receipt.md",
        OfflineError::NoHeader => "give the whole entry, as `armistice log get` prints it",
        OfflineError::NotProved { .. } => {
            "the entry, the row or the receipt was changed, or the key is another log's"
        }
        OfflineError::NoQuorum { .. } => "ask the ledger for the same receipt with more cosignatures",
        OfflineError::NotAView { .. } => "an entry's receipt is verified with --entry",
    };
    Failure::new(
        Exit::VerificationFailed,
        "verification_failed",
        "the receipt does not verify",
    )
    .because(error)
    .hint(hint)
}
