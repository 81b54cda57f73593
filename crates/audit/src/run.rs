//! The audit itself: bundles are checked on all cores, one window ahead of the fold that needs their order.

use crate::check::{self, CheckedBundle, CheckedEntry, Stop, fetch, first, under};
use crate::seen::{Keys, Leaves};
use crate::verdict::{Kept, Verdict, ViewDigest};
use crate::{Finding, Source, SourceError};
use armistice_admission::{Decision, Keyring, State, admit};
use armistice_projection::{Item, Projection, View};
use armistice_report::EntryHash;
use armistice_tlog::tile::{self, TileKind, WIDTH};
use armistice_tlog::{Checkpoint, Hash, Index, Policy, Tree, TreeSize, VerifierKey};
use rayon::prelude::*;

/// Bundles checked at once: 2,048 entries, about 2.5 MB at 1.2 kB each and 128 MiB at the most, twice since the next window is
/// checked while one is folded.
const WINDOW_BUNDLES: u64 = 8;

/// What an audit is given beside the log's bytes.
pub struct Audit<'a> {
    /// The ledger's verifier key: the only thing that is trusted.
    pub key: &'a VerifierKey,
    /// Which witnesses must have cosigned, if any.
    pub policy: Option<&'a Policy>,
    /// A checkpoint that the auditor kept from earlier.
    pub kept: Option<&'a [u8]>,
    /// Told how many entries were folded, and of how many, from time to time.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl std::fmt::Debug for Audit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Audit")
            .field("key", self.key)
            .finish_non_exhaustive()
    }
}

/// Audits a log from its public bytes. Uses all cores of the current rayon pool.
///
/// # Errors
/// [`SourceError`] if the bytes could not be read, which says nothing about the log. A log that is wrong is no error
/// but a verdict with a finding.
pub fn audit(source: &impl Source, given: &Audit<'_>) -> Result<Verdict, SourceError> {
    let mut verdict = Verdict {
        origin: None,
        tree_size: None,
        root: None,
        proved: Vec::new(),
        finding: None,
        kept: None,
        views: Vec::new(),
    };
    match run(source, given, &mut verdict) {
        Ok(()) => {}
        Err(Stop::Found(finding)) => verdict.finding = Some(*finding),
        Err(Stop::Unreadable(error)) => return Err(error),
    }
    Ok(verdict)
}

fn run(source: &impl Source, given: &Audit<'_>, verdict: &mut Verdict) -> Result<(), Stop> {
    let checkpoint = signed_head(source, given, verdict)?;
    let fold = entries(source, given, checkpoint.size())?;
    prove_entries(&fold, &checkpoint, verdict);
    upper_tiles(source, &fold.tree)?;
    let computed = fold.tree.root();
    if computed != checkpoint.root() {
        return Err(Finding::Root {
            computed,
            signed: checkpoint.root(),
        }
        .into());
    }
    verdict.prove("every tile holds the hashes of the entries below it, and they make the checkpoint's root");
    kept(given, &fold.tree, verdict)?;
    views(&fold.projection, verdict);
    Ok(())
}

fn signed_head(source: &impl Source, given: &Audit<'_>, verdict: &mut Verdict) -> Result<Checkpoint, Stop> {
    let bytes = source.checkpoint().map_err(|error| match error {
        SourceError::Missing => Stop::from(Finding::Missing {
            path: "checkpoint".into(),
            first: Index(0),
        }),
        SourceError::Damaged(cause) => Finding::Damaged {
            path: "checkpoint".into(),
            first: Index(0),
            cause,
        }
        .into(),
        other @ SourceError::Unreadable(_) => Stop::Unreadable(other),
    })?;
    let (checkpoint, _) = Checkpoint::open(&bytes, given.key).map_err(Finding::Checkpoint)?;
    verdict.origin = Some(checkpoint.origin().to_owned());
    verdict.tree_size = Some(checkpoint.size());
    verdict.root = Some(checkpoint.root());
    verdict.prove(format!(
        "the checkpoint of {} entries is signed by {}",
        checkpoint.size(),
        given.key.name()
    ));
    if let Some(policy) = given.policy {
        let judged = policy
            .evaluate(&bytes, std::slice::from_ref(given.key))
            .map_err(Finding::Policy)?;
        if !judged.quorum {
            return Err(Finding::Quorum {
                cosigned: judged.cosigned.len(),
            }
            .into());
        }
        verdict.prove(format!(
            "the policy's quorum holds; {} witnesses cosigned",
            judged.cosigned.len()
        ));
    }
    Ok(checkpoint)
}

/// Everything that depends on the order of the entries.
struct Fold<'a> {
    key: &'a VerifierKey,
    state: Option<State>,
    keyring: Keyring,
    tree: Tree,
    keys: Keys,
    leaves: Leaves,
    projection: Projection,
}

fn entries<'a>(source: &impl Source, given: &Audit<'a>, size: TreeSize) -> Result<Fold<'a>, Stop> {
    let mut fold = Fold {
        key: given.key,
        state: None,
        keyring: Keyring::default(),
        tree: Tree::new(),
        keys: Keys::default(),
        leaves: Leaves::default(),
        projection: Projection::new(),
    };
    let bundles = size.0.div_ceil(WIDTH as u64);
    let check = |from: u64, keys: &Keyring| -> Vec<CheckedBundle> {
        let until = bundles.min(from + WINDOW_BUNDLES);
        (from..until)
            .into_par_iter()
            .map(|n| check::bundle(source, n, size, keys))
            .collect()
    };
    // The keyring may lag a window behind; admission verifies what it could not.
    let mut window = check(0, &fold.keyring);
    let mut next = WINDOW_BUNDLES;
    while !window.is_empty() {
        let keys = fold.keyring.clone();
        let current = std::mem::take(&mut window);
        let (folded, checked) = rayon::join(|| fold.window(current), || check(next, &keys));
        folded?;
        (given.progress)(fold.tree.size().0, size.0);
        window = checked;
        next += WINDOW_BUNDLES;
    }
    Ok(fold)
}

impl Fold<'_> {
    fn window(&mut self, window: Vec<CheckedBundle>) -> Result<(), Stop> {
        for bundle in window {
            for entry in bundle.entries {
                self.entry(&entry)?;
            }
            if let Some(stop) = bundle.finding {
                return Err(stop);
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &CheckedEntry) -> Result<(), Stop> {
        let index = entry.index;
        let submission = entry
            .checked
            .submission
            .as_ref()
            .map_err(|rejected| Finding::Inadmissible {
                index,
                refusal: Box::new(rejected.refusal.clone()),
            })?;
        let unique = submission.unique_key();
        match self.state.take() {
            None => self.state = Some(self.founded(entry)?),
            Some(mut state) => {
                self.admitted(&state, entry, &unique)?;
                state.apply(submission, entry.received);
                self.state = Some(state);
            }
        }
        self.keyring.learn(&submission.report().event);
        self.keys.push(&unique);
        self.tree.push(entry.hash);
        self.leaves.push(&entry.hash, &self.tree);
        let item = Item {
            index: index.0,
            hash: entry.hash.0,
            submission: submission.sha256().0,
            received: entry.received,
            report: submission.report(),
        };
        self.projection
            .apply(&item)
            .map_err(|source| Finding::Fold { index, source }.into())
    }

    fn founded(&self, entry: &CheckedEntry) -> Result<State, Stop> {
        let state = State::found(&entry.checked, entry.received).map_err(Finding::Founding)?;
        let founding = &state.registry().founding;
        if founding.origin.as_str() != self.key.name() {
            return Err(Finding::OtherLedger { what: "origin" }.into());
        }
        if founding.ledger_key != *self.key {
            return Err(Finding::OtherLedger { what: "key" }.into());
        }
        Ok(state)
    }

    fn admitted(&self, state: &State, entry: &CheckedEntry, unique: &Hash) -> Result<(), Stop> {
        let index = entry.index;
        if entry.received < state.received() {
            return Err(Finding::TimeBackwards { index }.into());
        }
        if let Some(first) = self.keys.find(unique) {
            return Err(Finding::Repeated { index, first }.into());
        }
        let find = |hash: &EntryHash| self.leaves.find(&Hash(hash.0), &self.tree);
        match admit(state, &entry.checked, None, find) {
            Decision::Admit => Ok(()),
            // Without a prior entry nothing is known.
            Decision::Known(first) => Err(Finding::Repeated { index, first }.into()),
            Decision::Refuse(refusal) => Err(Finding::Inadmissible {
                index,
                refusal: Box::new(refusal),
            }
            .into()),
        }
    }
}

fn prove_entries(fold: &Fold<'_>, checkpoint: &Checkpoint, verdict: &mut Verdict) {
    let producers = fold
        .state
        .as_ref()
        .map_or(0, |state| state.registry().producers().count());
    verdict.prove(format!(
        "each of the {} entries has the hash that its tile gives",
        checkpoint.size()
    ));
    verdict.prove(format!("each report is signed, strictly verified, by the key that was valid at its index ({producers} signers)"));
    verdict
        .prove("each admission decision is the one that the rules give, and no report is in the log twice");
    verdict.prove("the receiving times never go back");
}

/// The tiles above level 0, against what the entries make.
fn upper_tiles(source: &impl Source, tree: &Tree) -> Result<(), Stop> {
    for path in tile::paths(tree.size()) {
        let TileKind::Hashes(level @ 1..) = path.kind() else {
            continue;
        };
        let wrong = |at: u64| -> Stop {
            let node = path.n() * WIDTH as u64 + at;
            Finding::Tile {
                path: path.to_string(),
                first: Index(under(node, level.into())),
            }
            .into()
        };
        let published =
            tile::decode(&fetch(source, path)?, path.width()).map_err(|_| Finding::Malformed {
                path: path.to_string(),
                first: first(path),
            })?;
        let computed = tree
            .tile_hashes(level, path.n(), path.width())
            .map_err(|_| wrong(0))?;
        if let Some(at) = published
            .iter()
            .zip(computed)
            .position(|(one, other)| one != other)
        {
            return Err(wrong(at as u64));
        }
    }
    Ok(())
}

fn kept(given: &Audit<'_>, tree: &Tree, verdict: &mut Verdict) -> Result<(), Stop> {
    let Some(bytes) = given.kept else { return Ok(()) };
    let (kept, _) = Checkpoint::open(bytes, given.key).map_err(Finding::KeptUnsigned)?;
    let size = kept.size();
    let computed = tree.root_at(size).map_err(|_| Finding::Shrunk {
        now: tree.size(),
        kept: size,
    })?;
    if computed != kept.root() {
        return Err(Finding::Rewritten {
            size,
            computed,
            kept: kept.root(),
        }
        .into());
    }
    verdict.kept = Some(Kept { size, root: computed });
    verdict.prove(format!(
        "the first {size} entries are those of the checkpoint that was kept"
    ));
    Ok(())
}

fn views(projection: &Projection, verdict: &mut Verdict) {
    let digest = |view: &View| {
        let digest = projection.digest(*view);
        ViewDigest {
            view: view.name().to_owned(),
            version: view.version(),
            rows: digest.rows.0,
            digest: digest.root,
        }
    };
    verdict.views = View::ALL.par_iter().map(digest).collect();
    let views = verdict.views.len();
    verdict.prove(format!("the digests of {views} views follow from the entries"));
}
