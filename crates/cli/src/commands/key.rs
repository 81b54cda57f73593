//! `armistice key generate|show`: signing keys in C2SP text form.

use std::path::PathBuf;

use armistice_tlog::VerifierKey;
use serde_json::json;

use crate::failure::Outcome;
use crate::keys;
use crate::output::{self, Format};

/// What to do with keys.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Makes a signing key, writes it to a file that only you may read, and prints its verifier key
    Generate {
        /// The key's name: the producer's name, lower-case letters, digits and hyphens
        name: String,
        /// The file to write; never overwritten
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Prints the verifier key of a key file
    Show {
        /// A file with a signing key or a verifier key
        file: PathBuf,
    },
}

/// Makes or shows a key.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::Generate { name, out } => {
            let key = keys::generate(name)?;
            keys::write(out, &key)?;
            print(&key.verifier_key(), format)
        }
        Command::Show { file } => print(&keys::verifier_of(file)?, format),
    }
}

fn print(key: &VerifierKey, format: Format) -> Outcome {
    let text = key.to_string();
    let fields = [
        ("name", json!(key.name())),
        ("key_id", json!(key.id().to_string())),
        ("key", json!(text)),
    ];
    output::print_value(format, &text, &fields)
}
