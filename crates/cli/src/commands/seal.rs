//! `armistice seal`: takes fields out of drafts, encrypts each under a key of its own, prints the drafts for `submit`.
//!
//! ```text
//! armistice seal --dir ledger --source newsdesk --keys sealed-keys --field data.provenance.asserted_by.speaker draft.ndjson > sealed.ndjson
//! armistice submit --dir ledger --key newsdesk.key sealed.ndjson
//! ```
//! A key is on disk before the draft that needs it is printed. Sealing the same draft again, with the keys that are there, prints the
//! same bytes. Format: `docs/formats/sealed-v1.md`.

use std::path::{Path, PathBuf};

use armistice_report::{Origin, ReportId, SealedField, SourceName};
use armistice_sealing::{Field, Home, KeyFile, seal};
use serde_json::{Map, Value, json};

use crate::drafts::{self, Body, Envelope};
use crate::failure::{Detail, Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::sealed_keys::SealedKeys;
use crate::{files, keys, output};

/// Flags of `seal`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("for").required(true).multiple(false))]
pub(crate) struct Args {
    /// The ledger's folder, for the ledger's name
    #[arg(long, value_name = "DIR", group = "for")]
    dir: Option<PathBuf>,
    /// The ledger's verifier key, or a file that holds it, for the ledger's name
    #[arg(long, value_name = "VKEY", group = "for")]
    ledger: Option<String>,
    /// The producer that will sign the drafts, where a draft does not say its `source` itself
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The folder of key files; it is made if it is not there. Keep it outside the ledger's folder
    #[arg(long, value_name = "FOLDER")]
    keys: PathBuf,
    /// A field to seal, such as `data.provenance.asserted_by.speaker`; give it again for several
    #[arg(long, value_name = "PATH", required = true)]
    field: Vec<String>,
    /// Drafts, one JSON object a line; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What all drafts are sealed with.
#[derive(Debug)]
struct Sealer {
    origin: Origin,
    source: Option<String>,
    fields: Vec<Field>,
    keys: SealedKeys,
}

/// Seals every draft; prints nothing unless all of them can be sealed.
pub(crate) fn run(args: &Args) -> Outcome {
    outside_the_ledger(args)?;
    let sealer = Sealer {
        origin: origin(args)?,
        source: args.source.clone(),
        fields: args
            .field
            .iter()
            .map(|path| Field::new(path).map_err(|error| failed(&error)))
            .collect::<Outcome<Vec<_>>>()?,
        keys: SealedKeys::new(&args.keys),
    };
    let bytes = if args.file.as_os_str() == "-" {
        files::read_standard_input()?
    } else {
        files::read(&args.file)?
    };
    let (mut lines, mut key_files) = (String::new(), Vec::new());
    for item in drafts::read(&String::from_utf8_lossy(&bytes)) {
        let at = format!("line {}", item.line);
        let draft = match item.body {
            Body::Draft(draft) => sealer.draft(draft, &mut key_files),
            Body::Bad(refusal) => Err(refused(Detail::from(&refusal))),
            Body::Note(_) => Err(Failure::new(
                Exit::Usage,
                "signed_already",
                "a signed report cannot be sealed: its bytes are signed",
            )
            .hint("seal the draft, then sign it")),
        };
        let draft = draft.map_err(|mut failure| {
            failure.message = format!("{at}: {}", failure.message);
            failure
        })?;
        lines.push_str(&draft.to_string());
        lines.push('\n');
    }
    // Keys first: a cipher text whose key was never written is a value that is lost.
    for file in &key_files {
        sealer.keys.keep(file)?;
    }
    output::raw(lines.as_bytes())?;
    let fields = key_files.len();
    output::remark(&format!(
        "{fields} fields sealed; their keys are in {}: whoever loses them has lost the values",
        args.keys.display()
    ));
    Ok(())
}

impl Sealer {
    fn draft(&self, draft: Map<String, Value>, key_files: &mut Vec<KeyFile>) -> Outcome<Value> {
        let text = |name: &str| draft.get(name).and_then(Value::as_str);
        let missing = |what: &str, hint: &str| {
            Failure::new(
                Exit::Usage,
                "home_unknown",
                format!("the draft does not say {what}"),
            )
            .hint(hint)
        };
        let report = text("id").and_then(|id| ReportId::new(id).ok());
        let report =
            report.ok_or_else(|| missing("its id", "a key is for one report: give the draft its id"))?;
        let source = text("source").or(self.source.as_deref());
        let source = source.and_then(|name| name.parse::<SourceName>().ok());
        let source = source.ok_or_else(|| missing("who will sign it", "add --source NAME"))?;
        let mut value = Value::Object(draft);
        let mut sealed = Vec::new();
        for field in &self.fields {
            let cleartext = field.take(&mut value).map_err(|error| failed(&error))?;
            let home = Home {
                ledger: &self.origin,
                source: &source,
                report: &report,
                field,
            };
            let key = self.keys.find_or_make(&home, key_files)?;
            sealed.push(seal(&key, &home, &cleartext).map_err(|error| failed(&error))?);
            key_files.push(KeyFile {
                ledger: self.origin.clone(),
                source: source.clone(),
                report: report.clone(),
                field: field.clone(),
                key,
            });
        }
        add(&mut value, &sealed)?;
        self.check(&value, &source)?;
        Ok(value)
    }

    /// What remains must be a report. References are not known here; any hash stands for them.
    fn check(&self, draft: &Value, source: &SourceName) -> Outcome {
        let mut draft = draft.as_object().cloned().unwrap_or_default();
        draft
            .entry("time")
            .or_insert_with(|| json!("2000-01-01T00:00:00Z"));
        draft.remove("subject");
        draft.remove("ledger");
        if let Some(data) = draft.get_mut("data") {
            drafts::resolve(data, &mut |id| {
                Some(armistice_tlog::Hash::sha256(id.as_bytes()).to_string())
            });
        }
        let envelope = Envelope {
            source: source.as_str(),
            subject: "any",
            ledger: self.origin.as_str(),
            producer_seq: 1,
            prev: None,
        };
        let line = drafts::fill(&draft, &envelope).to_string();
        match armistice_report::parse_json(&line) {
            Ok(_) => Ok(()),
            Err(refusal) => Err(refused(Detail::from(&refusal))),
        }
    }
}

/// Adds the sealed fields to those that the draft has already.
fn add(draft: &mut Value, sealed: &[SealedField]) -> Outcome {
    let provenance = draft
        .pointer_mut("/data/provenance")
        .and_then(Value::as_object_mut);
    let provenance = provenance.ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            "no_provenance",
            "the draft has no data.provenance to hold sealed fields",
        )
        .hint("say who asserts it and how: `{\"asserted_by\":{},\"hedge\":\"claimed\"}`")
    })?;
    let list = provenance.entry("sealed").or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.extend(sealed.iter().map(|field| json!(field)));
    }
    Ok(())
}

/// Refuses a folder of keys inside the ledger's: a backup of the log would hold what is to be destroyed.
fn outside_the_ledger(args: &Args) -> Outcome {
    let Some(dir) = &args.dir else { return Ok(()) };
    let ledger = dir
        .canonicalize()
        .map_err(|error| Failure::file("open", dir, &error))?;
    // A path without a folder is here; what is not made yet is where its nearest folder is.
    let there = Path::new(".")
        .canonicalize()
        .ok()
        .map(|here| here.join(&args.keys))
        .and_then(|keys| keys.ancestors().find_map(|folder| folder.canonicalize().ok()));
    if there.is_some_and(|there| there.starts_with(&ledger)) {
        let message = format!("{} lies in the ledger's folder", args.keys.display());
        return Err(Failure::new(Exit::Usage, "keys_in_ledger", message)
            .hint("name a folder outside it with --keys, so that no copy of the log holds keys"));
    }
    Ok(())
}

fn origin(args: &Args) -> Outcome<Origin> {
    let name = match (&args.dir, &args.ledger) {
        (Some(dir), _) => LedgerFolder::new(dir).log_key()?.name().to_owned(),
        (None, Some(key)) => keys::verifier(key)?.name().to_owned(),
        (None, None) => String::new(),
    };
    Origin::new(&name).map_err(|_| {
        Failure::new(
            Exit::Usage,
            "usage",
            "the ledger's key does not carry the name of a ledger",
        )
        .hint("name the ledger with --dir or --ledger")
    })
}

fn failed(error: &armistice_sealing::Error) -> Failure {
    Failure::new(Exit::Usage, "not_sealed", "nothing was sealed")
        .because(error)
        .hint(error.hint())
}

fn refused(detail: Detail) -> Failure {
    Failure::new(Exit::Refused, "not_sealed", "what remains is no report")
        .details(vec![detail])
        .hint("seal optional fields only; docs/formats/sealed-v1.md lists them")
}
