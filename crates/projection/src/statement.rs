//! The statement that a ledger signs about a view, and the proof of a row under it.
//!
//! ```text
//! example.org/karabakh-2020/view/allegations@2
//! 7
//! b3Jn4mVj0iZ2eY0wT0lK0n2nO6q2w0fJ9mP1b2s3d4Q=
//! tree_size 36
//! tree_root pWb9yT6mE0zv5uC1q1m3r8yU0O8C3mU5o2bYt2h7x3E=
//! codebook 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
//! ```
//! Format: `docs/formats/view-v1.md`. Shaped like a checkpoint over the rows, so that a plain tlog-proof verifier checks a row.
//! It makes the text; signing it takes the ledger's key, renamed to line 1.

use armistice_report::Sha256;
use armistice_tlog::{Checkpoint, Hash, TreeSize};

use crate::{Digest, Error, Projection, View};

/// What a ledger says about one view at one tree size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `name@version` of the view.
    pub view: String,
    /// The ledger's origin.
    pub origin: String,
    /// The view's rows and their root.
    pub digest: Digest,
    /// How many entries were counted.
    pub tree_size: TreeSize,
    /// The log's root at that size.
    pub tree_root: Hash,
    /// The codebook in force; `None` when no entry names one.
    pub codebook: Option<Sha256>,
}

impl Projection {
    /// What the ledger can sign about a view now. `None` before entry 0 named the origin.
    pub fn statement(&self, view: View) -> Option<Statement> {
        Some(Statement {
            view: view.id(),
            origin: self.origin()?.to_owned(),
            digest: self.digest(view),
            tree_size: self.tree_size(),
            tree_root: self.root(),
            codebook: self.codebook(),
        })
    }
}

/// The origin of a view's statements, and the name of the key that signs them: `<ledger origin>/view/<name>@<version>`.
pub fn statement_origin(ledger_origin: &str, view: View) -> String {
    format!("{ledger_origin}/view/{}", view.id())
}

impl Statement {
    /// The first line: the origin of the statement and the name of its key.
    pub fn name(&self) -> String {
        format!("{}/view/{}", self.origin, self.view)
    }

    /// The checkpoint to sign.
    ///
    /// # Errors
    /// [`Error::Tlog`] when the ledger's origin cannot stand in a checkpoint.
    pub fn to_checkpoint(&self) -> Result<Checkpoint, Error> {
        let codebook = self
            .codebook
            .map_or_else(|| "none".to_owned(), |codebook| codebook.to_string());
        let head = Checkpoint::new(self.name(), self.digest.rows, self.digest.root)?
            .with_extension(format!("tree_size {}", self.tree_size))?
            .with_extension(format!("tree_root {}", self.tree_root.to_base64()))?
            .with_extension(format!("codebook {codebook}"))?;
        Ok(head)
    }

    /// Reads the text of a statement back. The signature is the caller's to check, over the checkpoint.
    ///
    /// # Errors
    /// [`Error::Statement`] with the line that is not as `docs/formats/view-v1.md` says.
    pub fn from_checkpoint(checkpoint: &Checkpoint) -> Result<Self, Error> {
        let refused = |expected| Error::Statement { expected };
        let (origin, view) = checkpoint
            .origin()
            .rsplit_once("/view/")
            .ok_or(refused("<origin>/view/<name>@<version> on line 1"))?;
        let [size, root, codebook] = checkpoint.extensions() else {
            return Err(refused(
                "three lines after the digest: tree_size, tree_root, codebook",
            ));
        };
        let tree_size = size
            .strip_prefix("tree_size ")
            .and_then(decimal)
            .ok_or(refused("tree_size and a number"))?;
        let tree_root = root
            .strip_prefix("tree_root ")
            .and_then(Hash::from_base64)
            .ok_or(refused("tree_root and 44 characters"))?;
        let codebook = codebook
            .strip_prefix("codebook ")
            .ok_or(refused("codebook and 64 hex digits"))?;
        let codebook = match codebook {
            "none" => None,
            digits => Some(Sha256::new(digits).map_err(|_| refused("codebook and 64 hex digits"))?),
        };
        Ok(Self {
            view: view.to_owned(),
            origin: origin.to_owned(),
            digest: Digest {
                rows: checkpoint.size(),
                root: checkpoint.root(),
            },
            tree_size: TreeSize(tree_size),
            tree_root,
            codebook,
        })
    }
}

// One spelling only, as in checkpoints: no sign, no leading zero.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
