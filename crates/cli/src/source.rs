//! Where a log is read from: a ledger's folder, or a folder of exported tiles.

use std::ops::Range;
use std::path::{Path, PathBuf};

use armistice_tlog::{Checkpoint, Index, TreeSize};

use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::{self, LedgerFolder, ReadOnly};
use crate::tile_folder::TileFolder;

/// The flags that name a log.
#[derive(Debug, Clone, clap::Args)]
#[command(group = clap::ArgGroup::new("log").required(true).multiple(false))]
pub(crate) struct From {
    /// The ledger's folder
    #[arg(long, value_name = "DIR", group = "log")]
    pub(crate) dir: Option<PathBuf>,
    /// A folder that `armistice log export` wrote, or a copy of one
    #[arg(long, value_name = "FOLDER", group = "log")]
    pub(crate) from: Option<PathBuf>,
}

/// A log that is open for reading.
#[derive(Debug)]
pub(crate) enum Source {
    Ledger(Box<ReadOnly>),
    Tiles(TileFolder),
}

impl From {
    /// Opens it. Exported tiles are checked against their checkpoint first.
    pub(crate) fn open(&self) -> Outcome<Source> {
        match (&self.dir, &self.from) {
            (Some(dir), _) => Ok(Source::Ledger(Box::new(LedgerFolder::new(dir).open_to_read()?))),
            (None, Some(folder)) => {
                let tiles = open_tiles(folder)?;
                tiles.check_root()?;
                Ok(Source::Tiles(tiles))
            }
            (None, None) => Err(Failure::new(
                Exit::Usage,
                "usage",
                "no log named: give --dir or --from",
            )),
        }
    }
}

/// Opens a folder of tiles; a URL gets an answer of its own.
pub(crate) fn open_tiles(folder: &Path) -> Outcome<TileFolder> {
    if folder.to_string_lossy().contains("://") {
        return Err(Failure::new(
            Exit::Usage,
            "usage",
            "this version reads logs from folders, not over the network",
        )
        .hint("copy the exported log here and name its folder"));
    }
    TileFolder::open(folder)
}

impl Source {
    /// The signed head: for a ledger the one beside its store, for tiles their checkpoint.
    pub(crate) fn checkpoint(&self) -> &Checkpoint {
        match self {
            Self::Ledger(log) => &log.checkpoint,
            Self::Tiles(tiles) => &tiles.checkpoint,
        }
    }

    /// The signed head's bytes.
    pub(crate) fn head(&self) -> &[u8] {
        match self {
            Self::Ledger(log) => &log.head,
            Self::Tiles(tiles) => &tiles.head,
        }
    }

    /// Entries that the signed head covers; what is flushed behind it is not shown.
    pub(crate) fn size(&self) -> TreeSize {
        self.checkpoint().size()
    }

    /// One entry.
    pub(crate) fn entry(&self, index: Index) -> Outcome<Vec<u8>> {
        if !self.size().contains(index) {
            let message = format!("there is no entry {index}, the log has {}", self.size());
            return Err(Failure::new(Exit::NotFound, "no_entry", message).hint("entries are numbered from 0"));
        }
        match self {
            Self::Ledger(log) => log
                .reader
                .entry(index)
                .map_err(|error| ledger_folder::read_failure(&error)),
            Self::Tiles(tiles) => tiles.entry(index),
        }
    }

    /// The entries of a range in order, each checked against the tree.
    pub(crate) fn entries(
        &self,
        range: Range<u64>,
    ) -> Box<dyn Iterator<Item = Outcome<(u64, Vec<u8>)>> + Send + '_> {
        let range = range.start..range.end.min(self.size().0);
        match self {
            Self::Ledger(log) => Box::new(
                log.reader
                    .entries(Index(range.start)..Index(range.end))
                    .map(|item| item.map(|(index, entry)| (index.0, entry)))
                    .map(|item| item.map_err(|error| ledger_folder::read_failure(&error))),
            ),
            Self::Tiles(tiles) => Box::new(tiles.entries(range)),
        }
    }
}
