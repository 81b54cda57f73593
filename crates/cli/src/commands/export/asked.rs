//! What an export is made from: the projections at the tree sizes asked for, and what nobody may see.

use armistice_exporter::{About, History, Query, Rows, Shield, changes};
use armistice_projection::{Projection, View};

use super::{Asked, log, partial};
use crate::commands::view;
use crate::failure::{Exit, Failure, Outcome};
use crate::output;
use crate::source::Source;
use crate::views::Row;

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
        let shield = history
            .shield(&|sink| now.for_each_row(View::Incidents, sink))
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
    pub(super) fn about(&self, ready: &Ready, views: &[View]) -> About {
        let query = Query {
            conditions: self.conditions.iter().map(ToString::to_string).collect(),
            since: self.since,
            ..Query::views(&ready.now, views)
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
    pub(super) fn remark(&self, about: &About) {
        for (name, value) in about.lines() {
            output::remark(&format!("{name}: {value}"));
        }
    }
}

impl Ready {
    /// The rows of a view, or those that changed.
    pub(super) fn given(&self, view: View) -> Given<'_> {
        let now = move |sink: &mut dyn FnMut(&str, &[u8])| self.now.for_each_row(view, sink);
        match &self.before {
            None => Box::new(now),
            Some(before) => Box::new(move |sink| {
                changes(&|sink| before.for_each_row(view, sink), &now, sink);
            }),
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
