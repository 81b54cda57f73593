//! What every export says about itself: what was asked, of which log, under which licence, and what the numbers are not.
//!
//! ```json
//! {"format":"armistice/export/v1","ledger":"ledger.example/karabakh","tree_size":54,"root":"…","query":{"views":[…]},…}
//! ```

use armistice_projection::{Projection, View};
use serde::Serialize;

/// What stands for a licence that nobody stated. The ledger's operator says under which licence its content is passed on.
pub const LICENCE_NOT_STATED: &str = "not stated";

/// What no export goes without.
pub const DISCLAIMER: &str = "Boundaries, names and places are those of the sources and imply no opinion on the status of any territory. \
A claim is what somebody said, not a finding; a finding is its assessor's. Numbers of different units are never added. \
What was not observed or not reported may still have happened.";

/// A view of an export: its version, and the digest over all of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViewStamp {
    /// Its name.
    pub view: String,
    /// Its version.
    pub version: u32,
    /// All of its rows, before conditions.
    pub rows: u64,
    /// RFC 6962 root over them, in hexadecimal.
    pub digest: String,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Query {
    /// The views or tables.
    pub views: Vec<ViewStamp>,
    /// Conditions that every row fulfils, `field=value`.
    pub conditions: Vec<String>,
    /// Only what changed since this tree size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
}

impl Query {
    /// All rows of views.
    pub fn views(projection: &Projection, views: &[View]) -> Self {
        let stamp = |view: &View| {
            let digest = projection.digest(*view);
            ViewStamp {
                view: view.name().to_owned(),
                version: view.version(),
                rows: digest.rows.0,
                digest: digest.root.to_string(),
            }
        };
        Self {
            views: views.iter().map(stamp).collect(),
            ..Self::default()
        }
    }
}

/// A codebook that the log names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Codebook {
    #[serde(rename = "codebook")]
    id: String,
    sha256: String,
    entry: u64,
    in_force: bool,
    #[serde(skip)]
    pub(crate) text: Option<String>,
}

impl Codebook {
    /// A path below this codebook, for a table of all of them.
    pub(crate) fn path(&self, field: &str) -> String {
        format!("{} (entry {}): {field}", self.id, self.entry)
    }

    /// What the log says about it.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        let force = if self.in_force { "yes" } else { "no" };
        vec![
            (self.path("sha256"), self.sha256.clone()),
            (self.path("in force"), force.to_owned()),
        ]
    }
}

/// What an export says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    format: &'static str,
    /// The ledger's origin.
    pub ledger: Option<String>,
    /// The entries that it was computed from: `0 … tree_size - 1`.
    pub tree_size: u64,
    /// The log's RFC 6962 root over them, in hexadecimal.
    pub root: String,
    /// What was asked for.
    pub query: Query,
    pub(crate) codebooks: Vec<Codebook>,
    /// Under which licence the content is passed on.
    pub licence: String,
    disclaimer: &'static str,
}

impl About {
    /// What an export of this projection says. Without a licence it says that none was stated.
    pub fn new(projection: &Projection, query: Query, licence: Option<&str>) -> Self {
        let mut codebooks: Vec<Codebook> = projection
            .codebooks()
            .into_iter()
            .map(|adopted| Codebook {
                id: adopted.id,
                sha256: adopted.sha256.to_string(),
                entry: adopted.index,
                in_force: false,
                text: adopted.text,
            })
            .collect();
        if let Some(last) = codebooks.last_mut() {
            last.in_force = true;
        }
        Self {
            format: "armistice/export/v1",
            ledger: projection.origin().map(str::to_owned),
            tree_size: projection.tree_size().0,
            root: projection.root().to_string(),
            query,
            codebooks,
            licence: licence.unwrap_or(LICENCE_NOT_STATED).to_owned(),
            disclaimer: DISCLAIMER,
        }
    }

    /// Names and values for people, one line each.
    pub fn lines(&self) -> Vec<(String, String)> {
        let mut lines = vec![
            ("ledger".to_owned(), self.ledger.clone().unwrap_or_default()),
            ("tree size".to_owned(), self.tree_size.to_string()),
            ("root".to_owned(), self.root.clone()),
        ];
        for view in &self.query.views {
            let id = format!("{}@{}", view.view, view.version);
            lines.push((
                "view".to_owned(),
                format!("{id}, {} rows, digest {}", view.rows, view.digest),
            ));
        }
        for condition in &self.query.conditions {
            lines.push(("condition".to_owned(), condition.clone()));
        }
        if let Some(since) = self.query.since {
            lines.push(("changes since tree size".to_owned(), since.to_string()));
        }
        for codebook in &self.codebooks {
            let force = if codebook.in_force { ", in force" } else { "" };
            let text = format!(
                "{}, sha256 {}, entry {}{force}",
                codebook.id, codebook.sha256, codebook.entry
            );
            lines.push(("codebook".to_owned(), text));
        }
        lines.push(("licence".to_owned(), self.licence.clone()));
        lines.push(("disclaimer".to_owned(), self.disclaimer.to_owned()));
        lines
    }
}
