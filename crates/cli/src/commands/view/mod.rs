//! `armistice view NAME`: a view or a table, with what it was computed from.

pub(crate) mod people;
mod prove;
pub(crate) mod stamp;

use std::path::PathBuf;

use armistice_desk::{Table as Board, table};
use armistice_projection::{Projection, View};
use serde_json::json;

use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Format, Table};
use crate::source::{From, Source};
use crate::views::{self, Condition, Row};
use stamp::Stamp;

/// Flags of `view`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The view: allegations, incidents, casualties, peacekeeping, statements, contacts, control, observations,
    /// producers, findings, frame, tallies; or a table: casualty-ledger, complaints, contested, control-history, effort,
    /// independence, queue, strength, violation-reports, violations; without a name, all of them are listed
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

/// What a name can mean.
#[derive(Debug, Clone, Copy)]
enum Named {
    View(View),
    Table(Board),
}

impl Named {
    fn find(name: &str) -> Outcome<Self> {
        match name.parse() {
            Ok(table) => Ok(Self::Table(table)),
            Err(_) => views::named(name).map(Self::View),
        }
    }
}

/// Computes and prints.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let named = args.name.as_deref().map(Named::find).transpose()?;
    let source = args.from.open()?;
    let projection = project(&source, args.as_of)?;
    match (named, &args.prove, &args.out) {
        (None, _, _) => list(&projection, format),
        (Some(Named::View(view)), Some(key), Some(out)) => {
            prove::run(&args.from, &projection, view, key, out, format)
        }
        (Some(Named::Table(table)), Some(_), _) => Err(Failure::new(
            Exit::Usage,
            "no_statement",
            format!("the table {table} has no signed statement, so none of its rows can be proved"),
        )
        .hint("prove a row of a view that it is made of: docs/reference/tables.md names them")),
        (Some(Named::View(view)), _, _) => {
            let rows = views::rows(&projection, view);
            show(&Stamp::of_view(&projection, view), rows, &args.conditions, format)
        }
        (Some(Named::Table(of)), _, _) => {
            let board = table(&projection, of);
            let stamp = Stamp::of_table(&projection, &board);
            let rows = board.rows.into_iter().map(|row| Row::read(row.json)).collect();
            show(&stamp, rows, &args.conditions, format)
        }
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

fn show(stamp: &Stamp, rows: Vec<Row>, conditions: &[Condition], format: Format) -> Outcome {
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
        Format::Json => output::line(&stamp.document(&rows)?)?,
        Format::Ndjson => {
            for row in &rows {
                output::line(&row.line)?;
            }
        }
        Format::Csv => stamp.flat(&rows).print(format)?,
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

fn list(projection: &Projection, format: Format) -> Outcome {
    let mut table = Table::new(
        "views",
        &["view", "version", "rows", "tree_size", "digest", "form"],
    );
    for view in View::ALL {
        let digest = projection.digest(*view);
        table.push(vec![
            json!(view.name()),
            json!(view.version()),
            json!(digest.rows.0),
            json!(projection.tree_size().0),
            json!(digest.root.to_string()),
            json!("view"),
        ]);
    }
    for of in Board::ALL {
        let board = armistice_desk::table(projection, *of);
        table.push(vec![
            json!(of.name()),
            json!(of.version()),
            json!(board.digest.rows.0),
            json!(projection.tree_size().0),
            json!(board.digest.root.to_string()),
            json!("table"),
        ]);
    }
    table.print(format)
}
