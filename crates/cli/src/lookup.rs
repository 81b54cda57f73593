//! What a submitter asks a replica, and checks: which entry a report became, and where a producer's counter stands.
//!
//! ```text
//! receipt {"source":"newsdesk","id":"r-4"}  ─► {"index":71,"hash":"9f…","receipt":"c2sp.org/tlog-proof@v1 …"}
//! entry   {"index":71}                       ─► the entry's bytes
//! ```
//! A replica is not trusted: the receipt must be signed by the ledger, and the entry must be the one that it proves and the
//! report that was asked for. Only "there is none" is taken at its word, and so is the last number of a producer; but the view
//! that it comes from must be as new as the newest checkpoint, since an old number would be used again.

use std::time::Duration;

use armistice_admission::{Submission, unique_key};
use armistice_bus::{AskError, Bus, Stream};
use armistice_producer::Counter;
use armistice_report::entry;
use armistice_tlog::{Checkpoint, Hash, TlogProof, VerifierKey, leaf_hash};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::output;

/// Why there is no answer, as a clause.
#[derive(Debug)]
pub(crate) struct Unanswered(pub(crate) String);

/// How often, and with what pause between, a replica that is behind is asked: two seconds in all.
const BEHIND_ASKS_MAX: u32 = 20;
const BEHIND_PAUSE: Duration = Duration::from_millis(100);

/// HTTP-like status of "there is no such thing".
const NOT_FOUND: u16 = 404;

/// Asks over one connection, and checks against one key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lookup<'a> {
    bus: &'a Bus,
    ledger: &'a VerifierKey,
}

#[derive(Deserialize)]
struct ReceiptAnswer {
    index: u64,
    hash: String,
    receipt: String,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(bus: &'a Bus, ledger: &'a VerifierKey) -> Self {
        Self { bus, ledger }
    }

    /// The leaf hash of the entry that this producer published under `id`; none when there is no such entry.
    pub(crate) async fn entry_of(self, source: &str, id: &str) -> Result<Option<Hash>, Unanswered> {
        let question = json!({ "source": source, "id": id });
        let Some(answer) = self.ask("receipt", &question).await? else {
            return Ok(None);
        };
        let answer: ReceiptAnswer = serde_json::from_slice(&answer).map_err(|_| wrong("a receipt"))?;
        let Some(entry) = self.ask("entry", &json!({ "index": answer.index })).await? else {
            return Err(wrong("the entry of a receipt"));
        };
        let hash = leaf_hash(&entry);
        let proof = TlogProof::parse(answer.receipt.as_bytes()).map_err(|_| wrong("a receipt"))?;
        let is_proved = proof.index.0 == answer.index
            && Hash::from_hex(&answer.hash) == Some(hash)
            && proof.verify(hash, self.ledger).is_ok();
        let submission = entry::parse(&entry)
            .ok()
            .and_then(|parts| Submission::read(parts.note.to_vec()).ok());
        let is_asked = submission.is_some_and(|submission| submission.unique_key() == unique_key(source, id));
        if is_proved && is_asked {
            Ok(Some(hash))
        } else {
            Err(wrong("a receipt of this report under the ledger's key"))
        }
    }

    /// The last number that a producer used, and the note that used it if it can be told. A replica that is behind is asked
    /// again for a moment.
    pub(crate) async fn counter_of(self, key: &VerifierKey) -> Result<Counter, Unanswered> {
        let name = key.name();
        let question =
            json!({ "view": "producers", "where": { "row": "producer", "producer": name }, "limit": 1 });
        let newest = self.newest_size().await?;
        let mut asked = 0;
        let answer = loop {
            let Some(answer) = self.ask("view", &question).await? else {
                return Err(wrong("the view `producers`"));
            };
            let answer: Value = serde_json::from_slice(&answer).map_err(|_| wrong("the view `producers`"))?;
            let size = answer["tree_size"].as_u64();
            let size = size.ok_or_else(|| wrong("the view `producers`"))?;
            let behind = newest.filter(|newest| *newest > size);
            let Some(newest) = behind else {
                break answer;
            };
            asked += 1;
            if asked == BEHIND_ASKS_MAX {
                return Err(Unanswered(format!(
                    "a replica is behind: it shows tree size {size}, and the newest checkpoint has {newest}"
                )));
            }
            tokio::time::sleep(BEHIND_PAUSE).await;
        };
        let row = &answer["rows"][0];
        // Not enrolled, or enrolled and silent so far.
        let Some(sequence) = row["last_seq"].as_u64() else {
            return Ok(Counter::default());
        };
        let previous = self.last_note(key, row, sequence).await?;
        Ok(Counter { sequence, previous })
    }

    /// The tree size of the newest checkpoint. None where this login may not read checkpoints: then a replica that is behind
    /// cannot be told from one that is not, which is said.
    async fn newest_size(self) -> Result<Option<u64>, Unanswered> {
        let message = match self.bus.last_message(Stream::Checkpoints, None).await {
            Ok(message) => message,
            Err(error @ armistice_bus::Error::Denied { .. }) => {
                output::remark(&format!(
                    "warning: whether the replica that says the last number is up to date was not checked: {error}"
                ));
                return Ok(None);
            }
            Err(error) => return Err(Unanswered(error.to_string())),
        };
        let message = message.ok_or_else(|| Unanswered("there is no checkpoint".to_owned()))?;
        let (checkpoint, _) = Checkpoint::open(&message.payload, self.ledger)
            .map_err(|_| Unanswered("the newest checkpoint is not under the ledger's key".to_owned()))?;
        Ok(Some(checkpoint.size().0))
    }

    /// The hash of a producer's last note. A row names its first entries only: where the last one is not among them there is
    /// none, and the next report begins a new chain with the right number.
    async fn last_note(
        self,
        key: &VerifierKey,
        row: &Value,
        sequence: u64,
    ) -> Result<Option<Hash>, Unanswered> {
        let Some(index) = row["entries"].as_array().and_then(|entries| entries.last()) else {
            return Ok(None);
        };
        let Some(entry) = self.ask("entry", &json!({ "index": index["index"] })).await? else {
            return Ok(None);
        };
        let note = entry::parse(&entry).ok().map(|parts| parts.note.to_vec());
        let submission = note.and_then(|note| Submission::read(note).ok());
        let submission = submission.filter(|submission| {
            submission.signed().is_signed_by(key) && submission.report().producer_seq == sequence
        });
        Ok(submission.map(|submission| submission.sha256()))
    }

    /// Asks any replica; none when it says that there is no such thing.
    async fn ask(self, name: &str, question: &Value) -> Result<Option<Vec<u8>>, Unanswered> {
        match self.bus.ask(name, None, question.to_string().into_bytes()).await {
            Ok(answer) => Ok(Some(answer)),
            Err(AskError::Refused {
                status: NOT_FOUND, ..
            }) => Ok(None),
            Err(error) => Err(Unanswered(error.to_string())),
        }
    }
}

fn wrong(expected: &str) -> Unanswered {
    Unanswered(format!("a replica answered with something else than {expected}"))
}
