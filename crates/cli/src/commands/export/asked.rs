//! What an export is made from: the projections at the tree sizes asked for, and what nobody may see.

use armistice_desk::{Board, Table, table};
use armistice_exporter::{About, History, Query, Rows, Shield, ViewStamp, changes};
use armistice_projection::{Projection, View};

use super::{Asked, log, partial};
use crate::commands::view;
use crate::failure::{Exit, Failure, Outcome};
use crate::output;
use crate::source::Source;
use crate::views::{self, Row};

/// A log as of one tree size, and of an earlier one where only changes are asked for.
pub(super) struct Ready {
    pub(super) source: Source,
    pub(super) now: Projection,
    pub(super) before: Option<Projection>,
    pub(super) history: History,
    pub(super) shield: Shield,
}

/// Rows as an export takes them: run once for each pass.
pub(super) type Given<'a> = Box<armistice_exporter::Source<'a>>;

/// A view, or a table that is made of views.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named {
    View(View),
    Table(Table),
}

impl Named {
    pub(super) fn find(name: &str) -> Outcome<Self> {
        match name.parse() {
            Ok(table) => Ok(Self::Table(table)),
            Err(_) => views::named(name).map(Self::View),
        }
    }
}

/// The rows of a view or a table, and what they are.
pub(super) struct Part<'a> {
    pub(super) given: Given<'a>,
    pub(super) stamp: ViewStamp,
}

impl Asked {
    /// Reads the log.
    pub(super) fn open(&self) -> Outcome<Ready> {
        let source = self.from.open()?;
        let until = self.as_of.unwrap_or(source.size().0);
        if let Some(since) = self.since.filter(|since| *since > until) {
            let message = format!("--since {since} is later than the {until} entries of the export");
            return Err(Failure::new(Exit::Usage, "usage", message)
                .hint("--since takes the tree_size that an earlier export names"));
        }
        let now = view::project(&source, self.as_of)?;
        let before = self
            .since
            .map(|since| view::project(&source, Some(since)))
            .transpose()?;
        let history = log::history(&source)?;
        // What is one incident only later on hides as much as what is one already.
        let whole = (until < source.size().0)
            .then(|| view::project(&source, None))
            .transpose()?;
        let known = [Some(&now), whole.as_ref(), before.as_ref()];
        let incidents = |sink: &mut dyn FnMut(&str, &[u8])| {
            for projection in known.into_iter().flatten() {
                projection.for_each_row(View::Incidents, &mut *sink);
            }
        };
        let shield = history
            .shield(&incidents, (until, self.since))
            .map_err(|error| partial::failure(&error))?;
        Ok(Ready {
            source,
            now,
            before,
            history,
            shield,
        })
    }

    /// What the export says about itself.
    pub(super) fn about(&self, ready: &Ready, views: Vec<ViewStamp>) -> About {
        let query = Query {
            views,
            conditions: self.conditions.iter().map(ToString::to_string).collect(),
            since: self.since,
        };
        About::new(&ready.now, query, self.licence.as_deref())
    }

    /// Whether a row fulfils every condition.
    pub(super) fn keeps(&self, line: &[u8]) -> bool {
        if self.conditions.is_empty() {
            return true;
        }
        let row = Row::read(String::from_utf8_lossy(line).into_owned());
        self.conditions.iter().all(|condition| condition.holds(&row))
    }

    /// Says about an export on standard output what a file would have beside it.
    pub(super) fn remark(about: &About) {
        for (name, value) in about.lines() {
            output::remark(&format!("{name}: {value}"));
        }
    }
}

impl Ready {
    /// The rows of a view or a table, or those that changed.
    pub(super) fn part(&self, named: Named) -> Part<'_> {
        match named {
            Named::View(view) => Part {
                given: self.given(rows_of(&self.now, view), |before| rows_of(before, view)),
                stamp: self.stamp(view),
            },
            Named::Table(of) => {
                let board = table(&self.now, of);
                let stamp = ViewStamp {
                    view: of.name().to_owned(),
                    version: of.version(),
                    rows: board.digest.rows.0,
                    digest: board.digest.root.to_string(),
                };
                let given = self.given(lines_of(board), |before| lines_of(table(before, of)));
                Part { given, stamp }
            }
        }
    }

    /// A view with its digest.
    pub(super) fn stamp(&self, view: View) -> ViewStamp {
        let mut stamps = Query::views(&self.now, &[view]).views;
        stamps.pop().expect("one view has one stamp")
    }

    fn given<'a>(&'a self, now: Given<'a>, before: impl FnOnce(&'a Projection) -> Given<'a>) -> Given<'a> {
        match self.before.as_ref().map(before) {
            None => now,
            Some(before) => Box::new(move |sink| changes(&*before, &*now, sink)),
        }
    }

    /// The rows of a source that may be seen and are asked for.
    pub(super) fn rows<'a>(
        &'a self,
        given: &'a armistice_exporter::Source<'a>,
        keep: &'a (dyn Fn(&[u8]) -> bool + Sync),
    ) -> Rows<'a> {
        Rows::new(given, &self.shield).only(keep)
    }
}

fn rows_of(projection: &Projection, view: View) -> Given<'_> {
    Box::new(move |sink| projection.for_each_row(view, sink))
}

/// A table's rows are in memory: a desk's wall is small.
fn lines_of(board: Board) -> Given<'static> {
    Box::new(move |sink| {
        for row in &board.rows {
            sink(&row.key, row.json.as_bytes());
        }
    })
}
