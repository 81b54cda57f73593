//! Founding a ledger: entry 0, signed by the operator, and the first checkpoint.

use crate::error::{OpenError, StopCause};
use crate::open::{LOG_FOLDER, sign_head};
use crate::sign::sign_report;
use armistice_admission::{Checked, Signature, State, StateError, Submission};
use armistice_eventlog::{Batch, Options, Record, Writer};
use armistice_report::{
    CeasefireId, Codebook, Event, Flaw, KeyText, LedgerFounded, Operator, Origin, ProducerName, Refusal,
    RefusalCode, Report, ReportId, Timestamp, Zone, entry,
};
use armistice_tlog::{SigningKey, TreeSize};
use std::path::Path;

/// What entry 0 says.
#[derive(Debug)]
pub struct Founder<'a> {
    /// The ceasefire's id, `[a-z0-9-]`.
    pub ceasefire: CeasefireId,
    /// The log's origin, a schema-less URL; the log key has this name.
    pub origin: Origin,
    /// The codebook that counts are made by.
    pub codebook: Codebook,
    /// The zone in which the mission counts days.
    pub zone: Zone,
    /// The key that signs checkpoints.
    pub log_key: &'a SigningKey,
    /// The key that enrols producers; its name is the operator's.
    pub operator_key: &'a SigningKey,
}

/// Founds a ledger in `dir`, at the time `now`. Entry 0 is durable and signed when this returns.
///
/// # Errors
/// [`OpenError::Exists`] if there is one, [`OpenError::State`] if what is to be founded is not valid.
pub fn found(dir: &Path, founder: &Founder<'_>, now: Timestamp) -> Result<State, OpenError> {
    let refused = |refusal| OpenError::State(StateError::NotFounded(Box::new(refusal)));
    let report = founding_report(founder, now).map_err(refused)?;
    let signed = sign_report(&report, founder.operator_key);
    // Everything is decided before the first file is made.
    let submission = Submission::read(signed).map_err(|rejected| refused(rejected.refusal))?;
    let bytes = entry::encode(now, submission.bytes()).map_err(refused)?;
    let key = submission.unique_key().0;
    let state = State::found(
        &Checked {
            submission: Ok(submission),
            signature: Signature::NotTried,
        },
        now,
    )?;

    let opened = Writer::open(&dir.join(LOG_FOLDER), Options::create())?;
    let (mut writer, reader) = (opened.writer, opened.reader);
    if reader.size() > TreeSize(0) {
        return Err(OpenError::Exists { size: reader.size() });
    }
    let batch = Batch {
        records: vec![Record { bytes, key }],
        cursors: Vec::new(),
    };
    writer.append(&batch).map_err(StopCause::Append)?;
    // If the process dies here, opening finds one entry without a head and signs it.
    sign_head(&mut writer, &reader, &state, founder.log_key)?;
    Ok(state)
}

fn founding_report(founder: &Founder<'_>, now: Timestamp) -> Result<Report, Refusal> {
    let operator =
        ProducerName::new(founder.operator_key.name()).map_err(|flaw| invalid("operator.name", flaw))?;
    Ok(Report {
        id: ReportId::new("founding").map_err(|flaw| invalid("id", flaw))?,
        source: (&operator).into(),
        time: now,
        subject: founder.ceasefire.clone(),
        ledger: founder.origin.clone(),
        producer_seq: 1,
        prev: None,
        provenance: None,
        event: Event::LedgerFounded(LedgerFounded {
            ceasefire: founder.ceasefire.clone(),
            origin: founder.origin.clone(),
            ledger_key: key_text("ledger_key", founder.log_key)?,
            operator: Operator {
                name: operator,
                key: key_text("operator.key", founder.operator_key)?,
            },
            codebook: founder.codebook.clone(),
            zone: founder.zone,
        }),
    })
}

fn key_text(field: &str, key: &SigningKey) -> Result<KeyText, Refusal> {
    KeyText::new(&key.verifier_key().to_string()).map_err(|flaw| invalid(field, flaw))
}

fn invalid(field: &str, flaw: Flaw) -> Refusal {
    Refusal::new(RefusalCode::InvalidValue, field, flaw.expected)
}
