//! Which codebook counts: one that the log adopted, or a file that somebody names.

use std::path::Path;

use armistice_desk::Codebook;
use armistice_projection::Projection;

use crate::failure::{Detail, Exit, Failure, Outcome};

/// A codebook, and the entry that adopted it.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) codebook: Codebook,
    /// The index of the entry; none where this log has not adopted it.
    pub(crate) adopted: Option<u64>,
}

impl Chosen {
    /// A codebook from elsewhere; it may have been adopted all the same.
    pub(crate) fn not_adopted(codebook: Codebook, projection: &Projection) -> Self {
        let mut adopted = projection.codebooks().into_iter();
        let same = adopted.find(|one| one.sha256 == codebook.sha256());
        Self {
            adopted: same.map(|one| one.index),
            codebook,
        }
    }
}

/// The last codebook with a text that the log adopted, or the last of this name.
pub(crate) fn adopted(projection: &Projection, id: Option<&str>) -> Outcome<Chosen> {
    let mut known: Vec<String> = Vec::new();
    for one in projection.codebooks().into_iter().rev() {
        let wanted = id.is_none_or(|id| id == one.id);
        let Some(text) = one.text.filter(|_| wanted) else {
            known.push(one.id);
            continue;
        };
        let codebook = Codebook::parse(&text).map_err(|flaw| {
            let message = format!(
                "the codebook {} of entry {} cannot be counted by",
                one.id, one.index
            );
            Failure::new(Exit::CouldNotCheck, "codebook_unreadable", message)
                .because(&flaw)
                .hint("a newer version of armistice may know its fields; or count with --codebook-file")
        })?;
        return Ok(Chosen {
            codebook,
            adopted: Some(one.index),
        });
    }
    let message = match id {
        Some(id) => format!("the log has no codebook {id} with its text"),
        None => "the log has adopted no codebook with its text".to_owned(),
    };
    let failure = Failure::new(Exit::NotFound, "no_codebook", message);
    Err(failure.hint(
        "adopt one, as the operator: `armistice codebook adopt karabakh-2020 --dir DIR` (`armistice codebook list` names them), or give --codebook-file FILE",
    ))
}

/// A codebook of a file; a line feed at its end is not part of it.
pub(crate) fn of_file(path: &Path) -> Outcome<Codebook> {
    let bytes = crate::files::read(path)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "no_text",
            format!("{} is no UTF-8 text", path.display()),
        )
        .because(&error)
    })?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Codebook::parse(text).map_err(|flaw| {
        let detail = Detail {
            at: path.display().to_string(),
            code: "codebook_flaw".to_owned(),
            field: Some(flaw.field),
            expected: flaw.expected,
            found: None,
            hint: None,
        };
        Failure::new(Exit::Refused, "codebook_flaw", "the file is no codebook")
            .details(vec![detail])
            .hint("docs/formats/codebook-v1.md lists the fields; `armistice codebook show osce-style -o json` prints one to begin with")
    })
}
