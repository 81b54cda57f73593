//! The copy: which entries are believed, decided without any input or output.
//!
//! ```text
//! checkpoint(note) ─► signed by the ledger? same root for a size that we have? ─► kept until its entries are here
//! entries(0, …)    ─► the next index? the same leaf if we had it? an entry? ────► a leaf of the tree, and waits
//! advance()        ─► the tree reaches a checkpoint's size and root ────────────► those entries are believed
//! ```
//! RFC 6962 section 2.1 for the tree, c2sp.org/tlog-checkpoint for the notes. A checkpoint that is smaller than one we have
//! must be the root of the same entries; one of the same size must be the same root; a larger one waits for its entries.
//!
//! Memory: 64 bytes an entry for the tree, and what waits: at most [`AHEAD_MAX`] entries.
//! It knows no stream, no file and no view, and cannot repair anything: a conflict is final.

use std::collections::{BTreeMap, VecDeque};

use armistice_admission::Submission;
use armistice_report::{CeasefireId, Event, Timestamp, entry};
use armistice_tlog::{Checkpoint, Hash, Index, Tree, TreeSize, VerifierKey, leaf_hash};

use crate::error::Conflict;

/// Entries that wait for a checkpoint before no more are taken: 65,536 of 2 KB are 128 MiB.
pub(crate) const AHEAD_MAX: usize = 65_536;
/// Entries that wait while a signed checkpoint beyond them is known, before they are folded ahead of its root; nothing shows
/// them until the root is there.
const PROMISED_MAX: usize = 4_096;
/// Checkpoints that wait for their entries. With more, the smallest is dropped: a larger one covers what it covered.
const CHECKPOINTS_MAX: usize = 64;
/// Verified notes that are kept, so that a proof can be given under a tree size that was current a moment ago.
const NOTES_MAX: usize = 64;

/// An entry of the stream, read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its position.
    pub index: u64,
    /// Its leaf hash.
    pub hash: Hash,
    /// When the ledger received it.
    pub received: Timestamp,
    /// The signed note in it.
    pub submission: Submission,
}

/// A checkpoint whose entries are all here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The signed note, as it was published.
    pub note: String,
}

/// What can be taken into the views now.
#[derive(Debug, Default)]
pub struct Advance {
    /// Entries to fold, in order.
    pub entries: Vec<Entry>,
    /// Set when the entries given so far are exactly those of a verified checkpoint: only then may they be shown.
    pub verified: Option<Verified>,
}

/// A copy of one ledger's entries, believed as far as its checkpoints go.
#[derive(Debug)]
pub struct VerifiedCopy {
    key: VerifierKey,
    ceasefire: CeasefireId,
    tree: Tree,
    waiting: VecDeque<Entry>,
    verified: Option<Verified>,
    /// Signed checkpoints beyond the verified one, by size.
    promised: BTreeMap<u64, Verified>,
    notes: BTreeMap<u64, String>,
    /// Entries that were given out.
    folded: u64,
}

impl VerifiedCopy {
    /// An empty copy of the ledger of this key.
    pub fn new(key: VerifierKey, ceasefire: CeasefireId) -> Self {
        Self {
            key,
            ceasefire,
            tree: Tree::new(),
            waiting: VecDeque::new(),
            verified: None,
            promised: BTreeMap::new(),
            notes: BTreeMap::new(),
            folded: 0,
        }
    }

    /// Goes on from saved leaf hashes, if the saved note is the ledger's and speaks of exactly them.
    ///
    /// # Errors
    /// The conflict; whoever restores takes it as a damaged or foreign state and starts from nothing.
    pub fn restore(&mut self, leaves: impl IntoIterator<Item = Hash>, note: &[u8]) -> Result<(), Conflict> {
        let verified = self.open(note)?;
        let tree: Tree = leaves.into_iter().collect();
        if tree.size() != verified.checkpoint.size() || tree.root() != verified.checkpoint.root() {
            return Err(self.fork(&verified, tree.root()));
        }
        self.folded = tree.size().0;
        self.tree = tree;
        self.keep(verified);
        Ok(())
    }

    /// Takes a checkpoint: at once when its entries are here, otherwise when they are.
    ///
    /// # Errors
    /// [`Conflict::NotSigned`], [`Conflict::Fork`].
    pub fn checkpoint(&mut self, note: &[u8]) -> Result<(), Conflict> {
        let new = self.open(note)?;
        let size = new.checkpoint.size();
        if size <= self.tree.size() {
            let found = self.root_at(size);
            if found != new.checkpoint.root() {
                return Err(self.fork(&new, found));
            }
        }
        // What was given out already cannot be shown as of an earlier size.
        if size.0 < self.folded || (self.verified_size() >= size && self.verified.is_some()) {
            return Ok(());
        }
        if let Some(other) = self.promised.get(&size.0)
            && other.checkpoint.root() != new.checkpoint.root()
        {
            return Err(self.fork(&new, other.checkpoint.root()));
        }
        self.promised.insert(size.0, new);
        if self.promised.len() > CHECKPOINTS_MAX {
            self.promised.pop_first();
        }
        Ok(())
    }

    /// Takes entries, the first of which has the index `first`. Entries that were taken before must be the same.
    ///
    /// # Errors
    /// [`Conflict::Gap`], [`Conflict::OtherEntry`], [`Conflict::Unreadable`], [`Conflict::OtherLedger`].
    pub fn entries<'a>(
        &mut self,
        first: u64,
        entries: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(), Conflict> {
        for (index, bytes) in (first..).zip(entries) {
            self.entry(index, bytes)?;
        }
        Ok(())
    }

    fn entry(&mut self, index: u64, bytes: &[u8]) -> Result<(), Conflict> {
        let expected = self.tree.size().0;
        if index > expected {
            return Err(Conflict::Gap {
                expected,
                found: index,
            });
        }
        let hash = leaf_hash(bytes);
        if let Some(had) = self.tree.leaf(Index(index)) {
            if had == hash {
                return Ok(());
            }
            return Err(Conflict::OtherEntry {
                index,
                expected: had,
                found: hash,
                verified: self.note().into(),
            });
        }
        let entry = read(index, hash, bytes)?;
        if index == 0 {
            self.check_founding(&entry)?;
        }
        self.tree.push(hash);
        self.waiting.push_back(entry);
        Ok(())
    }

    /// What can be folded now. Call it after each change until it gives nothing.
    ///
    /// # Errors
    /// [`Conflict::Fork`] when the entries do not lead to the root that the ledger signed.
    pub fn advance(&mut self) -> Result<Advance, Conflict> {
        let size = self.tree.size().0;
        let mut reached = None;
        while let Some(next) = self.promised.first_entry().filter(|next| *next.key() <= size) {
            let promised = next.remove();
            let found = self.root_at(promised.checkpoint.size());
            if found != promised.checkpoint.root() {
                return Err(self.fork(&promised, found));
            }
            reached = Some(promised);
        }
        if let Some(verified) = reached {
            let entries = self.release(verified.checkpoint.size().0);
            self.keep(verified.clone());
            return Ok(Advance {
                entries,
                verified: Some(verified),
            });
        }
        let promised = self.promised.keys().next().copied();
        let entries = match promised {
            // Too many to hold: they are folded ahead, and shown when the root is there.
            Some(promised) if self.waiting.len() >= PROMISED_MAX => self.release(promised),
            _ => Vec::new(),
        };
        Ok(Advance {
            entries,
            verified: None,
        })
    }

    /// Takes the waiting entries before `end`.
    fn release(&mut self, end: u64) -> Vec<Entry> {
        let count = self.waiting.partition_point(|entry| entry.index < end);
        self.folded += count as u64;
        self.waiting.drain(..count).collect()
    }

    fn keep(&mut self, verified: Verified) {
        self.notes
            .insert(verified.checkpoint.size().0, verified.note.clone());
        if self.notes.len() > NOTES_MAX {
            self.notes.pop_first();
        }
        self.verified = Some(verified);
    }

    /// The newest checkpoint whose entries are all here.
    pub fn verified(&self) -> Option<&Verified> {
        self.verified.as_ref()
    }

    /// How many entries are believed.
    pub fn verified_size(&self) -> TreeSize {
        self.verified
            .as_ref()
            .map_or(TreeSize(0), |verified| verified.checkpoint.size())
    }

    /// A verified note by its tree size: the newest, or one of those before it.
    pub fn note_at(&self, size: u64) -> Option<&str> {
        self.notes.get(&size).map(String::as_str)
    }

    /// The tree over all entries that were taken, believed or not: ask it for sizes up to [`VerifiedCopy::verified_size`].
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The index of the next entry.
    pub fn next_index(&self) -> u64 {
        self.tree.size().0
    }

    /// Whether there is room for more entries.
    pub fn has_room(&self) -> bool {
        self.waiting.len() < AHEAD_MAX
    }

    /// Whether a signed checkpoint is known whose entries are not all here.
    pub fn is_behind(&self) -> bool {
        !self.promised.is_empty()
    }

    fn root_at(&self, size: TreeSize) -> Hash {
        self.tree
            .root_at(size)
            .expect("asked for sizes within the tree only")
    }

    fn note(&self) -> &str {
        self.verified
            .as_ref()
            .map_or("", |verified| verified.note.as_str())
    }

    fn open(&self, note: &[u8]) -> Result<Verified, Conflict> {
        let text = String::from_utf8_lossy(note).into_owned();
        match Checkpoint::open(note, &self.key) {
            Ok((checkpoint, _)) => Ok(Verified {
                checkpoint,
                note: text,
            }),
            Err(source) => Err(Conflict::NotSigned {
                expected: self.key.name().to_owned(),
                note: text.into(),
                source,
            }),
        }
    }

    fn fork(&self, new: &Verified, found: Hash) -> Conflict {
        Conflict::Fork {
            size: new.checkpoint.size(),
            signed: new.checkpoint.root(),
            found,
            note: new.note.as_str().into(),
            verified: self.note().into(),
        }
    }

    fn check_founding(&self, entry: &Entry) -> Result<(), Conflict> {
        let Event::LedgerFounded(founded) = &entry.submission.report().event else {
            return Err(Conflict::Unreadable {
                index: 0,
                expected: "a founding".to_owned(),
            });
        };
        let key = self.key.to_string();
        let same = *founded.ledger_key == *key
            && founded.ceasefire == self.ceasefire
            && *founded.origin == *self.key.name();
        if same {
            return Ok(());
        }
        Err(Conflict::OtherLedger {
            expected: format!("{key} for the ceasefire {}", self.ceasefire),
            found: format!("{} for the ceasefire {}", &*founded.ledger_key, founded.ceasefire),
        })
    }
}

fn read(index: u64, hash: Hash, bytes: &[u8]) -> Result<Entry, Conflict> {
    let unreadable = |expected: String| Conflict::Unreadable { index, expected };
    let parts = entry::parse(bytes).map_err(|error| unreadable(error.to_string()))?;
    let submission = Submission::read(parts.note.to_vec()).map_err(|rejected| {
        let refusal = rejected.refusal;
        unreadable(format!("{} at {:?}", refusal.code.as_str(), refusal.field))
    })?;
    Ok(Entry {
        index,
        hash,
        received: parts.received,
        submission,
    })
}
