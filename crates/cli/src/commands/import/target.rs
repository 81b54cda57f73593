//! Where drafts go, and what is known there of earlier imports.

use armistice_importer::{Draft, Known};
use armistice_report::{EntryHash, Refusal};

use super::args::Common;
use crate::failure::{Exit, Failure, Outcome};
use crate::group_session::{self, GroupSession};
use crate::keys;
use crate::ledger_folder::{LedgerFolder, ReadOnly};

/// Where drafts go.
pub(super) enum Target {
    /// Into the ledger of a folder that is open here.
    Ledger(Box<GroupSession>),
    /// Nowhere; the log of a folder is asked what it holds of the producer.
    Log(Box<ReadOnly>, String),
    /// Nowhere, and nothing is known.
    Nowhere,
}

impl Target {
    pub(super) fn open(common: &Common) -> Outcome<Self> {
        let key = common
            .key
            .as_ref()
            .map(|path| keys::given("--key", path))
            .transpose()?;
        let named = common.producer.as_ref().map(ToString::to_string);
        let producer = named.or_else(|| key.as_ref().map(|key| key.name().to_owned()));
        Ok(match (&common.dir, key) {
            (Some(dir), Some(key)) if !common.dry_run => {
                Self::Ledger(Box::new(GroupSession::open(dir, key)?))
            }
            (Some(dir), _) => {
                let producer = producer.ok_or_else(|| {
                    let message = "what the ledger holds of the rows depends on who reports them";
                    Failure::new(Exit::Usage, "no_producer", message)
                        .hint("give --key, or --producer with the producer's name; without --dir only the file is looked at")
                })?;
                let log = LedgerFolder::new(dir).open_to_read()?;
                Self::Log(Box::new(log), producer)
            }
            (None, _) => Self::Nowhere,
        })
    }

    /// What the producer published under `id`.
    pub(super) fn look(&self, id: &str) -> Outcome<Option<Known>> {
        match self {
            Self::Ledger(session) => session.look(id),
            Self::Log(log, producer) => group_session::look(&log.reader, producer, id),
            Self::Nowhere => Ok(None),
        }
    }

    /// Submits a group; answers each draft in its place. Without a ledger every draft is taken, under no hash.
    pub(super) fn submit(&mut self, drafts: Vec<Draft>) -> Outcome<Vec<Result<EntryHash, Refusal>>> {
        match self {
            Self::Ledger(session) => session.submit(drafts),
            Self::Log(..) | Self::Nowhere => Ok(drafts.iter().map(|_| Ok(EntryHash([0; 32]))).collect()),
        }
    }

    /// Closes the ledger and gives its size, where there is one.
    pub(super) fn close(self) -> Option<u64> {
        match self {
            Self::Ledger(session) => {
                session.close();
                Some(session.size())
            }
            Self::Log(..) | Self::Nowhere => None,
        }
    }
}
