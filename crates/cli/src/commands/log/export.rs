//! `armistice log export DIR`: the log as plain C2SP tlog-tiles.
//!
//! ```text
//! DIR/tile/entries/000 … DIR/tile/0/000 …     first, each written whole
//! (sync of the file system)
//! DIR/checkpoint                              last: it promises everything before it
//! ```
//! The folder's own checkpoint is the cursor: full tiles that it covers are kept, the rest is written again. If the
//! process dies on any line, the checkpoint in the folder still covers only tiles that are there. Partial tiles of
//! earlier checkpoints stay until their full tile is covered, as tlog-tiles asks.

use std::path::{Path, PathBuf};

use armistice_tlog::tile;
use armistice_tlog::{Checkpoint, TilePath, TreeSize};
use serde_json::json;

use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::{self, LedgerFolder, ReadOnly};
use crate::output::{self, Format};
use crate::{files, progress};

/// Flags of `log export`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to write to
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The ledger's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Exported {
    pub(crate) size: u64,
    pub(crate) written: u64,
    pub(crate) kept: u64,
    pub(crate) bytes: u64,
}

/// Exports and says how much.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let log = LedgerFolder::new(&args.dir).open_to_read()?;
    let done = export(&log, &args.folder)?;
    let text = format!(
        "exported {} entries to {}: {} files written, {} kept",
        done.size,
        args.folder.display(),
        done.written,
        done.kept
    );
    output::print_value(
        format,
        &text,
        &[
            ("tree_size", json!(done.size)),
            ("folder", json!(args.folder)),
            ("written", json!(done.written)),
            ("kept", json!(done.kept)),
            ("bytes", json!(done.bytes)),
        ],
    )
}

/// Writes what is missing in `folder`, then the checkpoint.
pub(crate) fn export(log: &ReadOnly, folder: &Path) -> Outcome<Exported> {
    let size = log.checkpoint.size();
    let covered = covered(log, folder)?;
    let mut done = Exported {
        size: size.0,
        ..Exported::default()
    };
    let bar = progress::bar("exporting", size.0.div_ceil(tile::WIDTH as u64) * 2);
    for path in tile::paths(size) {
        bar.inc(1);
        let file = folder.join(path.to_string());
        if is_covered(&path, covered) && file.is_file() {
            done.kept += 1;
            continue;
        }
        let bytes = log
            .reader
            .tile(&path)
            .map_err(|error| ledger_folder::read_failure(&error))?;
        if let Some(parent) = file.parent() {
            files::create_folder(parent)?;
        }
        files::write_whole(&file, &bytes)?;
        done.written += 1;
        done.bytes += bytes.len() as u64;
    }
    files::create_folder(folder)?;
    // A checkpoint over tiles that can still vanish would be a false promise.
    files::sync_all_under(folder)?;
    files::write_atomically(&folder.join("checkpoint"), &log.head)?;
    bar.finish_and_clear();
    Ok(done)
}

/// A full tile or a partial one of exactly the folder's checkpoint was on disk before that checkpoint was.
fn is_covered(path: &TilePath, covered: TreeSize) -> bool {
    path.belongs_to(covered)
}

/// How much of the log the folder holds already. Refuses a folder of another log, or of one that went another way.
fn covered(log: &ReadOnly, folder: &Path) -> Outcome<TreeSize> {
    let path = folder.join("checkpoint");
    if !path.is_file() {
        return Ok(TreeSize(0));
    }
    let conflict = |why: String| {
        Failure::new(
            Exit::Refused,
            "folder_in_use",
            format!("{} holds another log", folder.display()),
        )
        .hint(format!("{why}; export to an empty folder and compare the two"))
    };
    let (checkpoint, _) = Checkpoint::parse_unverified(&files::read(&path)?)
        .map_err(|error| conflict("its checkpoint cannot be read".to_owned()).because(&error))?;
    if checkpoint.origin() != log.checkpoint.origin() {
        return Err(conflict(format!("its origin is {}", checkpoint.origin())));
    }
    if checkpoint.size() > log.checkpoint.size() {
        return Err(conflict(format!(
            "it has {} entries, this ledger {}",
            checkpoint.size(),
            log.checkpoint.size()
        )));
    }
    let root = log
        .reader
        .root_at(checkpoint.size())
        .map_err(|error| ledger_folder::read_failure(&error))?;
    if root != checkpoint.root() {
        return Err(conflict(format!(
            "its first {} entries have another root",
            checkpoint.size()
        )));
    }
    Ok(checkpoint.size())
}
