//! What the relay publishes: entries, checkpoints, answers. `docs/formats/bus-v1.md` is the page.

use armistice_admission::Submission;
use armistice_bus::{Outgoing, Subjects, header};
use armistice_ledger::{Outcome, Receipt};
use armistice_report::{Refusal, entry};
use armistice_tlog::{Hash, Index, leaf_hash};

/// An entry: its bytes, with the report's envelope as CloudEvents headers (CloudEvents NATS binding, binary mode) for those
/// who route and filter. The bytes alone count.
pub(crate) fn entry_message(subjects: &Subjects, index: Index, bytes: Vec<u8>) -> Outgoing {
    let mut headers = vec![
        (header::INDEX, index.0.to_string()),
        (header::HASH, leaf_hash(&bytes).to_string()),
    ];
    let report = entry::parse(&bytes)
        .ok()
        .and_then(|parts| Submission::read(parts.note.to_vec()).ok());
    let mut kind = "unreadable".to_owned();
    if let Some(submission) = &report {
        let report = submission.report();
        report.event.event_type().as_str().clone_into(&mut kind);
        headers.extend([
            (header::CE_SPECVERSION, "1.0".to_owned()),
            (header::CE_ID, report.id.to_string()),
            (header::CE_SOURCE, report.source.to_string()),
            (header::CE_TYPE, kind.clone()),
            (header::CE_TIME, report.time.to_string()),
            (header::CE_SUBJECT, report.subject.to_string()),
        ]);
    }
    let mut message = Outgoing::new(subjects.entry(&kind), bytes);
    message.headers = headers;
    message.expected_last_sequence = Some(index.0);
    message
}

/// A signed checkpoint.
pub(crate) fn checkpoint_message(subjects: &Subjects, note: Vec<u8>) -> Outgoing {
    Outgoing::new(subjects.checkpoint(), note)
}

/// The answer to one submission, for its sender. `through`: the receipts of the entries before this position were published
/// before this message.
pub(crate) fn answer_message(
    subjects: &Subjects,
    producer: &str,
    submission: Hash,
    outcome: &Outcome,
    through: u64,
) -> Outgoing {
    let (word, payload, index) = match outcome {
        Outcome::Recorded(receipt) => {
            let word = if receipt.repeated { "repeated" } else { "recorded" };
            (word, receipt.text.clone().into_bytes(), Some(receipt))
        }
        Outcome::Refused(refusal) => ("refused", refusal_body(refusal), None),
    };
    let mut message = Outgoing::new(subjects.receipt(producer), payload);
    message.headers = vec![
        (header::SUBMISSION, submission.to_string()),
        (header::OUTCOME, word.to_owned()),
        (header::THROUGH, through.to_string()),
    ];
    if let Some(Receipt { index, hash, .. }) = index {
        message.headers.push((header::INDEX, index.0.to_string()));
        message.headers.push((header::HASH, hash.to_string()));
    }
    message
}

fn refusal_body(refusal: &Refusal) -> Vec<u8> {
    serde_json::to_vec(refusal).expect("a code and text have a JSON form")
}
