//! `armistice view NAME --prove KEY --out FILE`: one row, with a proof that stands alone.
//!
//! `FILE.json` holds the row's canonical JSON and a line feed; `FILE.tlog-proof` a C2SP tlog-proof under the view's
//! statement, which the log's key signs under the statement's own name (`docs/formats/view-v1.md`).

use std::path::{Path, PathBuf};

use armistice_projection::{Error, Projection, View};
use armistice_tlog::TlogProof;
use serde_json::json;

use crate::failure::{Exit, Failure, Outcome};
use crate::files;
use crate::ledger_folder::LedgerFolder;
use crate::output::{self, Format};
use crate::source::From;

/// Signs the statement, writes both files and says how to check them.
pub(super) fn run(
    from: &From,
    projection: &Projection,
    view: View,
    key: &str,
    out: &Path,
    format: Format,
) -> Outcome {
    let dir = from.dir.as_deref().ok_or_else(|| {
        Failure::new(
            Exit::NotPermitted,
            "no_log_key",
            "a statement is signed with the log's key",
        )
        .hint("use --dir with the ledger's own folder")
    })?;
    let proof = projection.prove_row(view, key).map_err(|error| {
        Failure::new(Exit::NotFound, "no_row", error.to_string())
            .hint(format!("`armistice view {view} -o ndjson` shows every key"))
    })?;
    let unsigned = |error: &Error| {
        Failure::new(Exit::Failed, "statement", "the statement cannot be made").because(error)
    };
    let statement = projection.statement(view).ok_or_else(|| {
        Failure::new(
            Exit::NotFound,
            "no_entries",
            "there is nothing to state about a log without entries",
        )
    })?;
    let checkpoint = statement.to_checkpoint().map_err(|error| unsigned(&error))?;
    let log_key = LedgerFolder::new(dir).log_key()?;
    let view_key = log_key
        .renamed(statement.name())
        .map_err(|error| unsigned(&Error::from(error)))?;
    let receipt = TlogProof {
        extra: None,
        index: proof.index,
        path: proof.path,
        checkpoint: checkpoint.sign(&view_key),
    };
    let (row_path, proof_path) = (beside(out, "json"), beside(out, "tlog-proof"));
    let mut row = proof.row;
    row.push(b'\n');
    files::write_atomically(&row_path, &row)?;
    files::write_atomically(&proof_path, receipt.to_string().as_bytes())?;
    if format == Format::Table {
        output::remark(&format!(
            "check it anywhere: armistice receipt verify {} --row {} --key {}",
            proof_path.display(),
            row_path.display(),
            log_key.verifier_key()
        ));
    }
    output::print_value(
        format,
        &format!("wrote {} and {}", row_path.display(), proof_path.display()),
        &[
            ("row", json!(row_path)),
            ("proof", json!(proof_path)),
            ("view", json!(view.id())),
            ("tree_size", json!(projection.tree_size().0)),
            ("digest", json!(statement.digest.root.to_string())),
        ],
    )
}

fn beside(out: &Path, extension: &str) -> PathBuf {
    let mut path = out.as_os_str().to_owned();
    path.push(".");
    path.push(extension);
    PathBuf::from(path)
}
