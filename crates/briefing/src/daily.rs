//! The whole report: its header, and its sections in the order that the field uses.

use armistice_projection::{Projection, View};
use armistice_report::{Date, Sha256, Timestamp, Zone};
use serde::Serialize;

use crate::{
    Change, Error,
    account::Context,
    day::Day,
    frame::Frame,
    reading::{Hidden, ReadEntry, Reading},
    rows,
    sections::{
        Annexed, Casualties, Contested, Control, Corrections, Counted, Diplomacy, Findings, Incidents,
        Limits, Peacekeepers, Sections, SummaryLine, annex, corrections, counted, limits, summary,
    },
};

/// The name and version of the JSON form.
const FORMAT: &str = "armistice/daily/v1";

/// The codebook that a report names, with the entry that adopted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Codebook {
    /// Its id.
    pub codebook: String,
    /// SHA-256 of its text.
    pub sha256: Sha256,
    /// The entry that names it.
    pub index: u64,
    /// That entry's hash.
    pub hash: String,
}

/// What to report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The local day.
    pub date: Date,
    /// The zone in which it is a day: the codebook's, else the ledger's.
    pub zone: Zone,
    /// Entries from here on are what earlier reports did not have. None: from the first that was received on this day or later.
    pub since: Option<u64>,
    /// What entries after these redacted: hidden as well, since a report that is made now must not show it again.
    pub hidden: Hidden,
    /// The codebook to name.
    pub codebook: Codebook,
}

/// The header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Header {
    /// The ceasefire.
    pub ceasefire: String,
    /// The ledger.
    pub origin: String,
    /// The local day.
    pub date: Date,
    /// Its zone.
    pub zone: Zone,
    /// Its first second, UTC.
    pub from: Timestamp,
    /// Its last second, UTC.
    pub until: Timestamp,
    /// How many entries the report is made from.
    pub tree_size: u64,
    /// The root of the tree over them, RFC 6962.
    pub root: String,
    /// The receiving time of the last of them: the only *now* of a report.
    pub as_of: Timestamp,
    /// The codebook.
    pub codebook: Codebook,
    /// The views that were read, with their digests.
    pub views: Vec<ViewUsed>,
}

/// A view at this tree size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViewUsed {
    /// Its name and version: `allegations@2`.
    pub view: String,
    /// The RFC 6962 root over its rows.
    pub digest: String,
}

/// A daily report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Daily {
    /// The form and its version.
    pub format: &'static str,
    /// Of what, of when, from what.
    pub header: Header,
    /// 1: each unit by itself, beside the day before.
    pub summary: Vec<SummaryLine>,
    /// 1, by the codebook: `None` where the log does not hold its text.
    pub counted: Option<Counted>,
    /// 2.
    pub incidents: Incidents,
    /// 3.
    pub contested: Contested,
    /// 4.
    pub casualties: Casualties,
    /// 5.
    pub control: Control,
    /// 6.
    pub peacekeepers: Peacekeepers,
    /// 7.
    pub diplomacy: Diplomacy,
    /// 8.
    pub findings: Findings,
    /// 9.
    pub corrections: Corrections,
    /// 10.
    pub limits: Limits,
    /// Every entry that the report shows.
    pub annex: Vec<Annexed>,
}

/// Makes the report of a day from the views and from the entries that they were folded from. `codebook` is the document that
/// `options.codebook` names, where the log holds it; without it the report has no numbers by a codebook and says so.
///
/// # Errors
/// [`Error::Empty`], [`Error::Day`], [`Error::Since`]; [`Error::Entry`] when an entry cannot be read.
pub fn daily(
    projection: &Projection,
    read: &mut ReadEntry<'_>,
    options: &Options,
    codebook: Option<&armistice_desk::Codebook>,
) -> Result<Daily, Error> {
    let size = projection.tree_size().0;
    let as_of = projection.last_received().ok_or(Error::Empty)?;
    let outside = || Error::Day { date: options.date };
    let day = Day::new(options.date, options.zone).ok_or_else(outside)?;
    let before = day.before().ok_or_else(outside)?;
    let since = match options.since {
        Some(since) if since > size => return Err(Error::Since { since, size }),
        Some(since) => since,
        None => since_day(read, size, day)?,
    };
    let frame = Frame::of(projection)?;
    // The day before is read first and apart, so that the annex names only what this report shows.
    let mut earlier = Context {
        day: before,
        frame: &frame,
        reading: Reading::new(projection, &options.hidden, &mut *read),
    };
    let earlier = Sections::of(projection, &mut earlier)?;
    let mut context = Context {
        day,
        frame: &frame,
        reading: Reading::new(projection, &options.hidden, read),
    };
    let today = Sections::of(projection, &mut context)?;
    let summary = summary::section(projection, &context, &today, before, &earlier)?;
    let counted = codebook
        .map(|codebook| counted::section(projection, &context, before, codebook))
        .transpose()?;
    let corrections = corrections::section(projection, &mut context, since)?;
    let limits = limits::section(projection, &mut context)?;
    Ok(Daily {
        format: FORMAT,
        header: header(projection, day, as_of, options.codebook.clone())?,
        summary,
        counted,
        incidents: today.incidents,
        contested: today.contested,
        casualties: today.casualties,
        control: today.control,
        peacekeepers: today.peacekeepers,
        diplomacy: today.diplomacy,
        findings: today.findings,
        corrections,
        limits,
        annex: annex::section(&context.reading),
    })
}

fn header(projection: &Projection, day: Day, as_of: Timestamp, codebook: Codebook) -> Result<Header, Error> {
    let ledger: Vec<rows::LedgerRow> = rows::of(projection, View::Producers, "ledger")?;
    let ledger = ledger.into_iter().next().ok_or(Error::Empty)?;
    let views = View::ALL.iter().map(|view| ViewUsed {
        view: view.id(),
        digest: projection.digest(*view).root.to_string(),
    });
    Ok(Header {
        ceasefire: ledger.ceasefire,
        origin: ledger.origin,
        date: day.date,
        zone: day.zone,
        from: day.start(),
        until: day.end(),
        tree_size: projection.tree_size().0,
        root: projection.root().to_string(),
        as_of,
        codebook,
        views: views.collect(),
    })
}

/// The first entry that was received on this day or later; the tree size when there is none. Receiving times never go backwards.
///
/// # Errors
/// [`Error::Entry`] when an entry cannot be read.
pub fn since_day(read: &mut ReadEntry<'_>, size: u64, day: Day) -> Result<u64, Error> {
    let (mut low, mut high) = (0, size);
    while low < high {
        let index = low + (high - low) / 2;
        let logged = read(index).ok_or(Error::Entry { index })?;
        if logged.received < day.start() {
            low = index + 1;
        } else {
            high = index;
        }
    }
    Ok(low)
}

impl Daily {
    /// The lines of the summary that state something for the day or the day before.
    pub fn stated(&self) -> impl Iterator<Item = &SummaryLine> {
        self.summary.iter().filter(|line| !line.is_none())
    }

    /// What there is none of, on either day.
    pub fn none(&self) -> String {
        let none = self.summary.iter().filter(|line| line.is_none() && !line.is_part);
        let none: Vec<String> = none.map(|line| line.what.clone()).collect();
        if none.is_empty() {
            return "nothing of what is counted here".to_owned();
        }
        none.join("; ")
    }

    /// Of what there was more than on the day before, each with both numbers.
    pub fn more(&self) -> String {
        self.changed(Change::More)
    }

    /// Of what there was less.
    pub fn fewer(&self) -> String {
        self.changed(Change::Fewer)
    }

    fn changed(&self, change: Change) -> String {
        let lines = self
            .summary
            .iter()
            .filter(|line| line.change == change && !line.is_part);
        let lines: Vec<String> = lines
            .map(|line| format!("{} ({}, {} the day before)", line.what, line.number, line.before))
            .collect();
        if lines.is_empty() {
            return "nothing".to_owned();
        }
        lines.join("; ")
    }
}
