//! `armistice view NAME`: numbers, with what they were computed from.

pub(crate) mod people;
mod prove;

use std::path::PathBuf;

use armistice_projection::{Digest, Projection, View};
use serde_json::{Value, json, value::RawValue};

use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Format, Table};
use crate::source::{From, Source};
use crate::views::{self, Condition, Row};

/// Flags of `view`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The view: allegations, incidents, casualties, peacekeeping, statements, contacts, control, observations,
    /// producers, findings, frame, tallies; without a name, all of them are listed
    name: Option<String>,
    #[command(flatten)]
    from: From,
    /// As of the first N entries of the log
    #[arg(long, value_name = "N")]
    as_of: Option<u64>,
    /// Only rows whose field has this value; a path reaches into rows (`killed.min=3`); several must all hold
    #[arg(long = "where", value_name = "FIELD=VALUE", requires = "name")]
    conditions: Vec<Condition>,
    /// Exports the row with this key, with a proof that anybody can check offline
    #[arg(
        long,
        value_name = "KEY",
        requires = "out",
        requires = "dir",
        conflicts_with = "conditions"
    )]
    prove: Option<String>,
    /// Where to: FILE.json for the row, FILE.tlog-proof for its proof
    #[arg(long, value_name = "FILE", requires = "prove")]
    out: Option<PathBuf>,
}

/// Computes and prints.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let view = args.name.as_deref().map(views::named).transpose()?;
    let source = args.from.open()?;
    let projection = project(&source, args.as_of)?;
    match (view, &args.prove, &args.out) {
        (None, _, _) => list(&projection, format),
        (Some(view), Some(key), Some(out)) => prove::run(&args.from, &projection, view, key, out, format),
        (Some(view), _, _) => show(&projection, view, &args.conditions, format),
    }
}

/// The views over the first `as_of` entries, or over all that the signed head covers.
pub(crate) fn project(source: &Source, as_of: Option<u64>) -> Outcome<Projection> {
    let size = source.size().0;
    let wanted = as_of.unwrap_or(size);
    if wanted > size {
        let message = format!("the log has {size} entries, not {wanted}");
        return Err(Failure::new(Exit::NotFound, "no_such_size", message).hint(
            "--as-of counts entries from the first one; `armistice log head` tells how many there are",
        ));
    }
    let projection = views::project(source.entries(0..wanted), wanted)?;
    if wanted == size && projection.root() != source.checkpoint().root() {
        return Err(Failure::new(
            Exit::VerificationFailed,
            "log_damaged",
            "the entries do not lead to the signed root",
        )
        .hint("run `armistice audit`; it names the first bad position"));
    }
    Ok(projection)
}

/// What every answer of a view carries.
struct Stamp {
    view: View,
    codebook: Option<String>,
    tree_size: u64,
    root: String,
    digest: Digest,
}

impl Stamp {
    fn new(projection: &Projection, view: View) -> Self {
        Self {
            view,
            codebook: projection.codebook().map(|codebook| codebook.to_string()),
            tree_size: projection.tree_size().0,
            root: projection.root().to_string(),
            digest: projection.digest(view),
        }
    }

    fn line(&self) -> String {
        format!(
            "view {} · {} entries · root {} · digest {} · codebook {}",
            self.view.id(),
            self.tree_size,
            self.root,
            self.digest.root,
            self.codebook.as_deref().unwrap_or("none"),
        )
    }
}

/// `-o json` of a view; the rows are the bytes that the digest covers.
#[derive(serde::Serialize)]
struct Document<'a> {
    view: &'a str,
    version: u32,
    codebook: Option<&'a str>,
    tree_size: u64,
    root: &'a str,
    digest: String,
    rows: Vec<&'a RawValue>,
}

fn show(projection: &Projection, view: View, conditions: &[Condition], format: Format) -> Outcome {
    let stamp = Stamp::new(projection, view);
    let rows = views::rows(projection, view);
    let all = rows.len();
    let rows: Vec<Row> = rows
        .into_iter()
        .filter(|row| conditions.iter().all(|condition| condition.holds(row)))
        .collect();
    match format {
        Format::Table => {
            output::line(&stamp.line())?;
            for line in people::lines(&rows) {
                output::line(&line)?;
            }
        }
        Format::Json => output::line(&document(&stamp, &rows)?)?,
        Format::Ndjson => {
            for row in &rows {
                output::line(&row.line)?;
            }
        }
        Format::Csv => flat(&stamp, &rows).print(format)?,
    }
    if rows.len() < all {
        output::remark(&format!(
            "showing {} of {all} rows; the digest covers all of them",
            rows.len()
        ));
    }
    if format == Format::Ndjson {
        output::remark(&stamp.line());
    }
    Ok(())
}

fn document(stamp: &Stamp, rows: &[Row]) -> Outcome<String> {
    let unreadable =
        |error: serde_json::Error| Failure::new(Exit::Failed, "row", "a row is no JSON").because(&error);
    let rows = rows
        .iter()
        .map(|row| serde_json::from_str(&row.line))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    let document = Document {
        view: stamp.view.name(),
        version: stamp.view.version(),
        codebook: stamp.codebook.as_deref(),
        tree_size: stamp.tree_size,
        root: &stamp.root,
        digest: stamp.digest.root.to_string(),
        rows,
    };
    serde_json::to_string(&document).map_err(unreadable)
}

/// CSV: one column for each field of any kind of row, in the order of first appearance, and the stamp at the end of each row.
fn flat(stamp: &Stamp, rows: &[Row]) -> Table {
    let mut columns: Vec<String> = Vec::new();
    for (name, _) in rows.iter().flat_map(Row::fields) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    let stamped = [
        "view",
        "view_version",
        "view_tree_size",
        "view_root",
        "view_digest",
        "view_codebook",
    ];
    let header = columns
        .iter()
        .cloned()
        .chain(stamped.map(str::to_owned))
        .collect();
    let mut table = Table::with_columns("rows", header);
    for row in rows {
        let mut cells: Vec<Value> = columns.iter().map(|column| compact(row.get(column))).collect();
        cells.extend([
            json!(stamp.view.name()),
            json!(stamp.view.version()),
            json!(stamp.tree_size),
            json!(stamp.root),
            json!(stamp.digest.root.to_string()),
            json!(stamp.codebook),
        ]);
        table.push(cells);
    }
    table
}

/// A nested value stays JSON in its cell: nothing is lost, and a program can read it.
fn compact(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.is_empty() => Value::Null,
        Value::Array(_) | Value::Object(_) => json!(value.to_string()),
        other => other.clone(),
    }
}

fn list(projection: &Projection, format: Format) -> Outcome {
    let mut table = Table::new("views", &["view", "version", "rows", "tree_size", "digest"]);
    for view in View::ALL {
        let digest = projection.digest(*view);
        table.push(vec![
            json!(view.name()),
            json!(view.version()),
            json!(digest.rows.0),
            json!(projection.tree_size().0),
            json!(digest.root.to_string()),
        ]);
    }
    table.print(format)
}
