//! Signing: a report as a submission, a tree head as a checkpoint.

use crate::error::StopCause;
use armistice_admission::State;
use armistice_report::{Report, to_json_line};
use armistice_tlog::{Checkpoint, Hash, SigningKey, TreeSize};

/// The submission: the report as a signed note, by a key whose name is the report's source.
///
/// ```text
/// {"specversion":"1.0",…}
///
/// — field-office-3 Az3grlgtzPICa5OS8npVmf1Myq/…
/// ```
pub fn sign_report(report: &Report, key: &SigningKey) -> Vec<u8> {
    let text = to_json_line(report);
    let line = key.sign_line(&text);
    format!("{text}\n{line}\n").into_bytes()
}

/// The ledger's checkpoint over `size` entries with this root, verified again under its public key: flipped bits have ended
/// real logs, and a head that does not verify would be refused at the next opening.
pub(crate) fn signed_checkpoint(
    state: &State,
    log_key: &SigningKey,
    size: TreeSize,
    root: Hash,
) -> Result<String, StopCause> {
    let founding = &state.registry().founding;
    let note = Checkpoint::new(founding.origin.as_str(), size, root)
        .map_err(StopCause::Checkpoint)?
        .sign(log_key);
    Checkpoint::open(note.as_bytes(), &founding.ledger_key).map_err(StopCause::Checkpoint)?;
    Ok(note)
}
