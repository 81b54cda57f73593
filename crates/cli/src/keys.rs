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

/// Reads a signing key from the file that `flag` names.
///
/// What is no file is never repeated: it may be a private key that was given in the place of its file, and errors end in
/// logs.
pub(crate) fn given(flag: &str, path: &Path) -> Outcome<SigningKey> {
    if path.exists() {
        read(path)
    } else {
        Err(no_file(flag, &path.to_string_lossy()))
    }
}

fn no_file(flag: &str, text: &str) -> Failure {
    let (message, hint) = if is_secret(text) {
        (
            format!("{flag} was given a private key in the place of the file that holds it"),
            "write the key to a file and name the file; what stands on a command line can be read by others: better make a new key",
        )
    } else {
        (
            format!("{flag} names no file (its text is not shown, it could be a key)"),
            "name the file of a signing key; make one with `armistice key generate NAME --out FILE`",
        )
    };
    Failure::new(Exit::Usage, "key_file", message).hint(hint)
}

fn is_secret(text: &str) -> bool {
    text.contains("PRIVATE+KEY+")
}

/// Reads a signing key from a file whose name may be shown.
pub(crate) fn read(path: &Path) -> Outcome<SigningKey> {
    signing_key(&files::read(path)?, path)
}

fn signing_key(bytes: &[u8], path: &Path) -> Outcome<SigningKey> {
    SigningKey::parse(String::from_utf8_lossy(bytes).trim_end()).map_err(|error| {
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
    let text = if path.exists() {
        let bytes = files::read(path)?;
        let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        if is_secret(&text) {
            return signing_key(&bytes, path).map(|key| key.verifier_key());
        }
        text
    } else if is_secret(text_or_file) {
        return Err(no_file("--key", text_or_file));
    } else {
        text_or_file.to_owned()
    };
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

/// Reads the verifier key of a file that `armistice key show` is given.
pub(crate) fn verifier_of(path: &Path) -> Outcome<VerifierKey> {
    let text = path.to_string_lossy();
    if !path.exists() && is_secret(&text) {
        return Err(no_file("FILE", &text));
    }
    // The file's own failure is wanted, not "neither a key nor a file".
    std::fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
    verifier(&text)
}
