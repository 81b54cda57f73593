//! Keys on disk and on the command line, in the text forms of C2SP signed-note.
//!
//! ```text
//! newsdesk.key   PRIVATE+KEY+newsdesk+4f1c2a9b+AQ…   mode 0600, written once, never overwritten
//! --key          newsdesk+4f1c2a9b+AQ…               a verifier key, or a file that holds one
//! ```
//! Source: `c2sp.org/signed-note`; page: `docs/formats/signed-note.md`.

use std::path::Path;

use armistice_tlog::{SigningKey, VerifierKey};

use crate::failure::{Exit, Failure, Outcome};
use crate::{files, machine};

/// A new signing key of this name, from the system's randomness.
pub(crate) fn generate(name: &str) -> Outcome<SigningKey> {
    SigningKey::from_seed(name, machine::seed()?).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "key_name",
            format!("{name:?} cannot be a key's name"),
        )
        .because(&error)
    })
}

/// Writes a signing key as one line.
pub(crate) fn write(path: &Path, key: &SigningKey) -> Outcome {
    files::write_secret(path, format!("{}\n", key.to_secret_text()).as_bytes()).map_err(|failure| {
        failure.hint("a key is never overwritten; choose another file, or keep using the key that is there")
    })
}

/// Reads a signing key.
pub(crate) fn read(path: &Path) -> Outcome<SigningKey> {
    let bytes = files::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    SigningKey::parse(text.trim_end()).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "key_file",
            format!("{} holds no signing key", path.display()),
        )
        .because(&error)
        .hint("make one with `armistice key generate NAME --out FILE`")
    })
}

/// Reads a verifier key: its text, a file that holds it, or a signing key's file, whose public half is taken.
pub(crate) fn verifier(text_or_file: &str) -> Outcome<VerifierKey> {
    let path = Path::new(text_or_file);
    let text = if path.is_file() {
        String::from_utf8_lossy(&files::read(path)?).trim_end().to_owned()
    } else {
        text_or_file.to_owned()
    };
    if text.starts_with("PRIVATE+KEY+") {
        return read(path).map(|key| key.verifier_key());
    }
    VerifierKey::parse(&text).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "verifier_key",
            "--key is neither a verifier key nor a file that holds one",
        )
        .because(&error)
        .hint("a verifier key looks like newsdesk+4f1c2a9b+AQ…; `armistice key show FILE` prints it")
    })
}
