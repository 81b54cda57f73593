//! Reports in the shape of ACLED and UCDP GED, with the list of what was left out.

use std::path::Path;

use armistice_exporter::{Earlier, Reports, Shape, Summary, earlier, flat, shaped};
use armistice_projection::{Projection, View};
use serde_json::{Map, Value, json};

use super::asked::Ready;
use super::partial::{Sink, beside, failure};
use super::tables::{file_name, tell, write_metadata};
use super::{Asked, log};
use crate::failure::Outcome;
use crate::output::{self, Format};

/// The views whose rows lead to the reports.
const VIEWS: [View; 3] = [View::Allegations, View::Casualties, View::Tallies];

/// Writes the rows, their metadata and what was left out.
pub(super) fn run(shape: Shape, asked: &Asked, format: Format) -> Outcome {
    let ready = asked.open()?;
    let about = asked.about(&ready, VIEWS.iter().map(|view| ready.stamp(*view)).collect());
    let before = match &ready.before {
        None => Earlier::default(),
        Some(before) => with_reports(asked, &ready, before, |reports| {
            earlier(shape, reports).map_err(|error| failure(&error))
        })?,
    };
    let mut sink = Sink::open(asked.out.as_deref())?;
    let Some(out) = &asked.out else {
        let summary = with_reports(asked, &ready, &ready.now, |reports| {
            shaped(shape, reports, &before, &mut sink, std::io::sink()).map_err(|error| sink.failure(&error))
        })?;
        sink.finish()?;
        Asked::remark(&about);
        remark(&summary);
        output::remark("with --out FILE, FILE-left-out.csv names each row and column that was left out");
        return Ok(());
    };
    let list_path = beside(out, "-left-out.csv");
    let mut list = Sink::open(Some(&list_path))?;
    let summary = with_reports(asked, &ready, &ready.now, |reports| {
        shaped(shape, reports, &before, &mut sink, &mut list).map_err(|error| sink.failure(&error))
    })?;
    let metadata = flat::metadata(&file_name(out), &shape.columns(), &about);
    let metadata_path = write_metadata(out, &metadata)?;
    list.finish()?;
    sink.finish()?;
    if format == Format::Table {
        remark(&summary);
    }
    let more = described(&summary, &metadata_path, &list_path);
    tell(out, summary.rows, "rows", &about, &more, format)
}

fn with_reports<T>(
    asked: &Asked,
    ready: &Ready,
    projection: &Projection,
    make: impl FnOnce(Reports<'_, '_>) -> Outcome<T>,
) -> Outcome<T> {
    let of = |view| move |sink: &mut dyn FnMut(&str, &[u8])| projection.for_each_row(view, sink);
    let (allegations, tallies) = (of(View::Allegations), of(View::Tallies));
    let (casualties, frame, producers) = (of(View::Casualties), of(View::Frame), of(View::Producers));
    let keep = |line: &[u8]| asked.keeps(line);
    let mut reports = log::Reports::new(&ready.source);
    let mut lookup = |index| reports.get(index);
    make(Reports {
        allegations: &ready.rows(&allegations, &keep),
        tallies: &ready.rows(&tallies, &keep),
        casualties: &ready.rows(&casualties, &keep),
        frame: &frame,
        producers: &producers,
        history: &ready.history,
        shield: &ready.shield,
        size: projection.tree_size().0,
        lookup: &mut lookup,
    })
}

/// Says how much was left out, by reason.
fn remark(summary: &Summary) {
    for (reason, count) in &summary.rows_left_out {
        output::remark(&format!("rows left out, since {}: {count}", reason.meaning()));
    }
    for (reason, count) in &summary.columns_left_out {
        output::remark(&format!("cells left empty, since {}: {count}", reason.meaning()));
    }
}

fn described(summary: &Summary, metadata: &Path, list: &Path) -> Vec<(&'static str, Value)> {
    let counts = |of: &std::collections::BTreeMap<armistice_exporter::Reason, u64>| {
        let fields = of
            .iter()
            .map(|(reason, count)| (reason.as_str().to_owned(), json!(count)));
        Value::Object(fields.collect::<Map<_, _>>())
    };
    vec![
        ("metadata", json!(metadata)),
        ("left_out", json!(list)),
        ("rows_left_out", counts(&summary.rows_left_out)),
        ("cells_left_out", counts(&summary.columns_left_out)),
        ("unchanged", json!(summary.unchanged)),
    ]
}
