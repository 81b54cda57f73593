//! What an audit says: what was proved, what was not, and the first bad position.

use crate::Finding;
use armistice_tlog::{Hash, TreeSize};

/// What no audit of a log's bytes can show, in the order in which a reader should know it.
pub const NOT_PROVED: [&str; 5] = [
    "that any report is true: the log shows who said what, not who is right",
    "that everybody is shown this log: compare checkpoints with others, or demand witnesses by a policy",
    "that the receiving times are right: they are the ledger's own claim and only shown not to go backwards",
    "that refused submissions deserved it: only their marks are in the log",
    "that nothing was withheld before it reached the ledger: gaps in a producer's counter hint at it, see the view `producers`",
];

/// The outcome of an audit.
#[derive(Debug)]
pub struct Verdict {
    /// The log's origin, as far as the checkpoint could be read.
    pub origin: Option<String>,
    /// The checkpoint's size.
    pub tree_size: Option<TreeSize>,
    /// The checkpoint's root.
    pub root: Option<Hash>,
    /// What was proved, one sentence each, in the order in which it was proved.
    pub proved: Vec<String>,
    /// The first thing that is wrong; `None`: nothing was found.
    pub finding: Option<Finding>,
    /// The checkpoint kept from earlier, if one was given and fits.
    pub kept: Option<Kept>,
    /// The digest of every view; empty if a finding came before.
    pub views: Vec<ViewDigest>,
}

/// The kept checkpoint that the log was found consistent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its size.
    pub size: TreeSize,
    /// Its root.
    pub root: Hash,
}

/// A view and what its rows hash to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewDigest {
    /// The view's name.
    pub view: String,
    /// Its version.
    pub version: u32,
    /// How many rows it has.
    pub rows: u64,
    /// The RFC 6962 root over its rows.
    pub digest: Hash,
}

impl Verdict {
    /// Whether everything that can be proved was.
    pub fn holds(&self) -> bool {
        self.finding.is_none()
    }
}
