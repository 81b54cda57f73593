//! Counts: how much of a series there was, by period and by cut.
//!
//! ```text
//! {"key":"count/allegations/2022-03-26/azerbaijan","row":"count","codebook":"karabakh-2020","codebook_sha256":"…",
//!  "series":"allegations","unit":"allegation","period":{…},"side":"azerbaijan","count":{"min":2,"best":2,"max":2},…}
//! ```
//! One pass over the rows of the views that the series needs. A number has one unit, one series and one codebook; two of
//! them are never put together. `docs/reference/counts.md` is the page.

mod fold;
mod rows;
mod tallies;

use armistice_projection::{Digest, Projection};
use armistice_tlog::{Frontier, Hash, TreeSize, leaf_hash};

use crate::{
    Error,
    calendar::By,
    codebook::{Codebook, Series, can_be_cut, lawful_cuts},
    cut::Cut,
    effort::Efforts,
    frame::Frame,
    unit::Unit,
};
use fold::Fold;

/// Rows of one series, at most: about 1 KiB each in memory.
pub const ROWS_MAX: usize = 200_000;

/// What to count.
#[derive(Clone, Debug)]
pub struct Query {
    /// The series; `None` is every series of the codebook.
    pub series: Option<String>,
    /// The length of the periods.
    pub by: By,
    /// By what to divide. Where every series is asked for, a cut that one does not have leaves no field in its rows.
    pub cuts: Vec<Cut>,
    /// Only what has these values; all of them must hold.
    pub only: Vec<(Cut, String)>,
}

impl Query {
    /// Every series, over all times, undivided.
    pub fn all() -> Self {
        Self {
            series: None,
            by: By::Whole,
            cuts: Vec::new(),
            only: Vec::new(),
        }
    }

    /// One series.
    pub fn of(series: &str) -> Self {
        Self {
            series: Some(series.to_owned()),
            ..Self::all()
        }
    }

    /// By periods of this length.
    #[must_use]
    pub fn by(mut self, by: By) -> Self {
        self.by = by;
        self
    }

    /// Divided by this as well.
    #[must_use]
    pub fn cut(mut self, cut: Cut) -> Self {
        self.cuts.push(cut);
        self
    }

    /// Only what has this value.
    #[must_use]
    pub fn only(mut self, cut: Cut, value: &str) -> Self {
        self.only.push((cut, value.to_owned()));
        self
    }
}

/// A row: its key and its canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its key.
    pub key: String,
    /// One line of JSON, without a line feed.
    pub json: String,
}

/// Rows in the order of their keys, with what they were computed from.
#[derive(Clone, Debug)]
pub struct Counts {
    /// The rows.
    pub rows: Vec<Row>,
    /// The number of rows and the RFC 6962 root over them, as of a view.
    pub digest: Digest,
    /// How many entries were counted.
    pub tree_size: TreeSize,
    /// The log's root at that size.
    pub root: Hash,
}

/// Counts by a codebook.
///
/// # Errors
/// [`Error::UnknownSeries`], [`Error::CutNotInSeries`] where one series is asked for, [`Error::TooManyRows`] beyond [`ROWS_MAX`],
/// [`Error::TooManyValues`].
pub fn counts(projection: &Projection, codebook: &Codebook, query: &Query) -> Result<Counts, Error> {
    let series: Vec<&Series> = match &query.series {
        Some(name) => vec![codebook.series(name)?],
        None => codebook.document().series.iter().collect(),
    };
    let frame = Frame::of(projection);
    let efforts = Efforts::of(projection, codebook.calendar(), query.by);
    let mut out = Vec::new();
    for series in series {
        let asked = cuts_of(series, query)?;
        let Some((cuts, only)) = asked else { continue };
        let mut all = rows::Output::new(projection, codebook, series, query.by, &efforts);
        if series.unit == Unit::Tally {
            tallies::rows(&mut all, &only);
        } else {
            let mut fold = Fold::new(&cuts, &only, codebook, series, query.by);
            fold.run(projection, &frame)?;
            all.counts(&fold)?;
        }
        out.extend(all.finish());
    }
    rows::efforts(projection, codebook, query.by, &efforts, &mut out);
    out.sort_unstable_by(|a: &Row, b: &Row| a.key.cmp(&b.key));
    Ok(Counts {
        digest: digest(&out),
        rows: out,
        tree_size: projection.tree_size(),
        root: projection.root(),
    })
}

type Asked = (Vec<Cut>, Vec<(Cut, String)>);

/// The cuts that the rows of a series carry, in their fixed order, and the conditions. `None` where a condition cannot hold
/// in the series.
fn cuts_of(series: &Series, query: &Query) -> Result<Option<Asked>, Error> {
    let unlawful = |cut: Cut| Error::CutNotInSeries {
        series: series.series.clone(),
        cut: cut.as_str(),
        lawful: lawful_cuts(series),
    };
    let asked = query.cuts.iter().chain(query.only.iter().map(|(cut, _)| cut));
    if let Some(cut) = asked
        .copied()
        .find(|cut| query.series.is_some() && !can_be_cut(series, *cut))
    {
        return Err(unlawful(cut));
    }
    if query.only.iter().any(|(cut, _)| !can_be_cut(series, *cut)) {
        return Ok(None);
    }
    let carried = |cut: &&Cut| series.apart.contains(cut) || query.cuts.contains(cut);
    let cuts = Cut::ALL
        .iter()
        .filter(carried)
        .copied()
        .filter(|cut| can_be_cut(series, *cut))
        .collect();
    Ok(Some((cuts, query.only.clone())))
}

/// The digest of rows in key order, as `docs/formats/view-v1.md` makes it.
pub(crate) fn digest(rows: &[Row]) -> Digest {
    let mut frontier = Frontier::new();
    for row in rows {
        frontier.push(leaf_hash(row.json.as_bytes()));
    }
    Digest {
        rows: frontier.size(),
        root: frontier.root(),
    }
}
