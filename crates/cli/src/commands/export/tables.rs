//! Views as CSV, NDJSON, GeoJSON and XLSX.

use std::path::Path;

use armistice_exporter::{About, GEO_VIEWS, Rows, flat, geojson as geo, ndjson as lines, xlsx as workbook};
use armistice_projection::View;
use serde_json::{Value, json};

use super::asked::{Named, Part};
use super::partial::{Sink, beside, failure};
use super::{Asked, log};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::{files, views};

pub(super) fn csv(name: &str, asked: &Asked, format: Format) -> Outcome {
    let named = Named::find(name)?;
    let ready = asked.open()?;
    let part = ready.part(named);
    let about = asked.about(&ready, vec![part.stamp.clone()]);
    let keep = |line: &[u8]| asked.keeps(line);
    let rows = ready.rows(&part.given, &keep);
    let mut sink = Sink::open(asked.out.as_deref())?;
    let (columns, written) = flat::write(&rows, &mut sink).map_err(|error| sink.failure(&error))?;
    let Some(out) = &asked.out else {
        sink.finish()?;
        Asked::remark(&about);
        return Ok(());
    };
    let metadata = flat::metadata(&file_name(out), &columns, &about);
    let metadata_path = write_metadata(out, &metadata)?;
    sink.finish()?;
    tell(
        out,
        written,
        "rows",
        &about,
        &[("metadata", json!(metadata_path))],
        format,
    )
}

pub(super) fn ndjson(name: &str, asked: &Asked, format: Format) -> Outcome {
    let named = Named::find(name)?;
    let ready = asked.open()?;
    let part = ready.part(named);
    let about = asked.about(&ready, vec![part.stamp.clone()]);
    let keep = |line: &[u8]| asked.keeps(line);
    let mut sink = Sink::open(asked.out.as_deref())?;
    let written = lines::write(&ready.rows(&part.given, &keep), &about, &mut sink)
        .map_err(|error| sink.failure(&error))?;
    sink.finish()?;
    match &asked.out {
        Some(out) => tell(out, written, "rows", &about, &[], format),
        None => Ok(()),
    }
}

pub(super) fn xlsx(name: &str, asked: &Asked, format: Format) -> Outcome {
    let named = Named::find(name)?;
    let Some(out) = &asked.out else {
        return Err(
            Failure::new(Exit::Usage, "usage", "a workbook needs a file").hint("give --out FILE.xlsx")
        );
    };
    let ready = asked.open()?;
    let part = ready.part(named);
    let about = asked.about(&ready, vec![part.stamp.clone()]);
    let keep = |line: &[u8]| asked.keeps(line);
    let rows = ready.rows(&part.given, &keep);
    let mut sink = Sink::open(Some(out))?;
    let (_, written) = workbook::write(&rows, &about, ready.now.last_received(), &mut sink)
        .map_err(|error| sink.failure(&error))?;
    sink.finish()?;
    tell(out, written, "rows", &about, &[], format)
}

pub(super) fn geojson(name: Option<&str>, asked: &Asked, format: Format) -> Outcome {
    let chosen = match name {
        Some(name) => vec![placed(name)?],
        None => GEO_VIEWS
            .iter()
            .map(|name| views::named(name))
            .collect::<Outcome<_>>()?,
    };
    let ready = asked.open()?;
    let given: Vec<Part<'_>> = chosen.iter().map(|view| ready.part(Named::View(*view))).collect();
    let about = asked.about(&ready, given.iter().map(|part| part.stamp.clone()).collect());
    let keep = |line: &[u8]| asked.keeps(line);
    let parts: Vec<(&str, Rows<'_>)> = chosen
        .iter()
        .zip(&given)
        .map(|(view, part)| (view.name(), ready.rows(&part.given, &keep)))
        .collect();
    let frame = |sink: &mut dyn FnMut(&str, &[u8])| ready.now.for_each_row(View::Frame, sink);
    let mut reports = log::Reports::new(&ready.source);
    let mut lookup = |index| reports.get(index);
    let mut sink = Sink::open(asked.out.as_deref())?;
    let hidden = (&ready.history, &ready.shield);
    let (with, without) =
        geo(&parts, &frame, hidden, &mut lookup, &about, &mut sink).map_err(|error| sink.failure(&error))?;
    sink.finish()?;
    let Some(out) = &asked.out else { return Ok(()) };
    let more = [("with_point", json!(with)), ("without_point", json!(without))];
    tell(out, with + without, "features", &about, &more, format)
}

fn placed(name: &str) -> Outcome<View> {
    if GEO_VIEWS.contains(&name) || Named::find(name).is_err() {
        return views::named(name);
    }
    let message = format!("the rows of {name} have no places of their own");
    Err(Failure::new(Exit::Usage, "no_places", message)
        .hint(format!("choose one of {}", GEO_VIEWS.join(", "))))
}

pub(super) fn file_name(out: &Path) -> String {
    out.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Writes the CSVW metadata of a file, before the file itself has its name.
pub(super) fn write_metadata(out: &Path, metadata: &Value) -> Outcome<std::path::PathBuf> {
    let path = beside(out, "-metadata.json");
    let mut text = serde_json::to_vec_pretty(metadata)
        .map_err(|error| failure(&armistice_exporter::Error::Write(error.into())))?;
    text.push(b'\n');
    files::write_atomically(&path, &text)?;
    Ok(path)
}

/// Says what was written.
pub(super) fn tell(
    out: &Path,
    written: u64,
    unit: &str,
    about: &About,
    more: &[(&str, Value)],
    format: Format,
) -> Outcome {
    let headline = format!(
        "wrote {}: {written} {unit}, as of {} entries, root {}",
        out.display(),
        about.tree_size,
        about.root
    );
    let mut fields = vec![
        ("out", json!(out)),
        (unit, json!(written)),
        ("tree_size", json!(about.tree_size)),
        ("root", json!(about.root)),
    ];
    fields.extend(more.iter().cloned());
    output::print_value(format, &headline, &fields)
}
