//! `armistice codebook list|show|check|adopt`: the documents that numbers are counted by.

use std::path::{Path, PathBuf};

use armistice_desk::{Codebook, SHIPPED, shipped};
use armistice_projection::Projection;
use serde_json::{Map, Value, json};

use crate::commands::count::select;
use crate::commands::{producer, view};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Format, Table};
use crate::source::From;

/// What to do with codebooks.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists the codebooks that come with this program and, with --dir or --from, those that a log names
    List(MaybeFrom),
    /// Shows what a codebook counts; with -o json its very bytes
    Show(Show),
    /// Reads a file as a codebook, and names the first field that is not as it should be
    Check {
        /// The file
        file: PathBuf,
    },
    /// Adopts a codebook with its text, as an entry signed by the operator; numbers are counted by it from then on
    Adopt(Adopt),
}

/// A log, if one is named.
#[derive(Debug, clap::Args)]
pub(crate) struct MaybeFrom {
    /// The ledger's folder
    #[arg(long, value_name = "DIR", conflicts_with = "from")]
    dir: Option<PathBuf>,
    /// A folder that `armistice log export` wrote, or a copy of one
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
}

/// Flags of `codebook show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The codebook's name
    id: String,
    #[command(flatten)]
    from: MaybeFrom,
}

/// Flags of `codebook adopt`.
#[derive(Debug, clap::Args)]
pub(crate) struct Adopt {
    /// The name of a codebook that comes with this program
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    id: Option<String>,
    /// A codebook of your own
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The ledger's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The operator's key [default: DIR/keys/operator.key]
    #[arg(long, value_name = "FILE")]
    operator_key: Option<PathBuf>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl MaybeFrom {
    fn projection(&self) -> Outcome<Option<Projection>> {
        let from = From {
            dir: self.dir.clone(),
            from: self.from.clone(),
        };
        if from.dir.is_none() && from.from.is_none() {
            return Ok(None);
        }
        view::project(&from.open()?, None).map(Some)
    }
}

/// Lists, shows, checks or adopts.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::List(from) => list(from.projection()?.as_ref(), format),
        Command::Show(args) => {
            let chosen = match args.from.projection()? {
                Some(projection) => select::adopted(&projection, Some(&args.id))?.codebook,
                None => by_name(&args.id)?,
            };
            show(&chosen, format)
        }
        Command::Check { file } => checked(file, format),
        Command::Adopt(args) => adopt(args, format),
    }
}

/// A codebook that comes with the program.
fn by_name(id: &str) -> Outcome<Codebook> {
    let text = shipped(id).ok_or_else(|| {
        let known: Vec<&str> = SHIPPED.iter().map(|(id, _)| *id).collect();
        Failure::new(
            Exit::NotFound,
            "no_codebook",
            format!(
                "no codebook {id} comes with this program; these do: {}",
                known.join(", ")
            ),
        )
        .hint("name a log with --dir to look among those that it adopted, or give a file")
    })?;
    Ok(Codebook::parse(text).expect("a test reads every codebook that comes with the program"))
}

fn list(projection: Option<&Projection>, format: Format) -> Outcome {
    let columns = [
        "codebook",
        "version",
        "sha256",
        "series",
        "comes_with_program",
        "adopted_by_entry",
    ];
    let mut table = Table::new("codebooks", &columns);
    let adopted = projection.map(Projection::codebooks).unwrap_or_default();
    for (id, _) in SHIPPED {
        let codebook = by_name(id)?;
        let entry = adopted.iter().rev().find(|one| one.sha256 == codebook.sha256());
        table.push(line(&codebook, true, entry.map(|one| one.index)));
    }
    for one in &adopted {
        let known = |text: &&str| Codebook::parse(text).is_ok_and(|shipped| shipped.sha256() == one.sha256);
        if SHIPPED.iter().any(|(_, text)| known(text)) {
            continue;
        }
        // A founding names its codebook by the hash alone; others may adopt a text that only a newer program reads.
        let read = one.text.as_deref().and_then(|text| Codebook::parse(text).ok());
        table.push(match read {
            Some(codebook) => line(&codebook, false, Some(one.index)),
            None => vec![
                json!(one.id),
                Value::Null,
                json!(one.sha256.to_string()),
                Value::Null,
                json!(false),
                json!(one.index),
            ],
        });
    }
    table.print(format)
}

fn line(codebook: &Codebook, shipped: bool, adopted: Option<u64>) -> Vec<Value> {
    let series: Vec<&str> = codebook
        .document()
        .series
        .iter()
        .map(|series| series.series.as_str())
        .collect();
    vec![
        json!(codebook.id()),
        json!(codebook.document().version),
        json!(codebook.sha256().to_string()),
        json!(series),
        json!(shipped),
        json!(adopted),
    ]
}

fn show(codebook: &Codebook, format: Format) -> Outcome {
    if matches!(format, Format::Json | Format::Ndjson) {
        return output::line(codebook.text());
    }
    let document = codebook.document();
    let columns = [
        "series",
        "unit",
        "adds",
        "sides",
        "exercises",
        "unattributed",
        "groups",
        "definition",
    ];
    let mut table = Table::new("series", &columns);
    for series in &document.series {
        let groups: Vec<&str> = series.groups.iter().map(|group| group.group.as_str()).collect();
        table.push(vec![
            json!(series.series),
            json!(series.unit),
            json!(series.adds),
            json!(series.sides),
            json!(series.exercises),
            json!(series.unattributed),
            json!(groups),
            json!(series.definition),
        ]);
    }
    if format == Format::Table {
        output::line(&format!(
            "{} version {} · sha256 {} · zone {} · days from {}",
            document.codebook,
            document.version,
            codebook.sha256(),
            document.zone,
            document.day_starts
        ))?;
        output::line(&document.title)?;
        output::line(&document.description)?;
        output::line("")?;
    }
    table.print(format)
}

fn checked(file: &Path, format: Format) -> Outcome {
    let codebook = select::of_file(file)?;
    output::print_value(
        format,
        &format!(
            "{} is the codebook {} version {}, {} series, sha256 {}",
            file.display(),
            codebook.id(),
            codebook.document().version,
            codebook.document().series.len(),
            codebook.sha256()
        ),
        &[
            ("file", json!(file)),
            ("codebook", json!(codebook.id())),
            ("version", json!(codebook.document().version)),
            ("series", json!(codebook.document().series.len())),
            ("sha256", json!(codebook.sha256().to_string())),
        ],
    )
}

/// The draft of the entry that adopts a codebook. Without a time: adopting it again gives the first receipt.
pub(crate) fn draft(codebook: &Codebook, reason: Option<&str>) -> Map<String, Value> {
    let sha256 = codebook.sha256().to_string();
    let mut content = json!({
        "codebook": {"id": codebook.id(), "sha256": sha256},
        "text": codebook.text(),
    });
    if let Some(reason) = reason {
        content["reason"] = json!(reason);
    }
    let short = sha256.get(..16).unwrap_or(&sha256);
    let id = format!("adopt-{}-{short}", codebook.id());
    match json!({"id": id, "type": "codebook.adopted.v1", "data": {"content": content}}) {
        Value::Object(draft) => draft,
        _ => unreachable!("the macro made an object"),
    }
}

fn adopt(args: &Adopt, format: Format) -> Outcome {
    let codebook = match (&args.file, &args.id) {
        (Some(file), _) => select::of_file(file)?,
        (None, id) => by_name(id.as_deref().unwrap_or_default())?,
    };
    let draft = draft(&codebook, args.reason.as_deref());
    producer::record(
        &args.dir,
        args.operator_key.as_deref(),
        &draft,
        "codebook",
        format,
    )
}

/// The shipped codebook that the demo counts by.
pub(crate) fn of_demo() -> Outcome<Codebook> {
    by_name("karabakh-2020")
}
