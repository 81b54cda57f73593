//! What a replica is told, and the limits of what it does by itself.

use std::path::PathBuf;
use std::time::Duration;

use armistice_bus::StreamSettings;
use armistice_tlog::VerifierKey;

/// What one replica is and does.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name, one token of `[a-z0-9-]`: it answers the queries that are asked of it by this name.
    pub name: String,
    /// The ledger that it copies: the key that signs checkpoints, whose name is the ledger's origin.
    pub ledger: VerifierKey,
    /// A folder of its own for what spares it reading the stream from its first entry. May be deleted at any time.
    pub state: Option<PathBuf>,
    /// Whether it publishes the views' changes to VIEWS.
    pub publish: bool,
    /// Whether it answers queries.
    pub queries: bool,
    /// How VIEWS is to be made if it is not there.
    pub streams: StreamSettings,
    /// Entries between two saved states; an eighth of the log when that is more, so that a long log is not written all the
    /// time.
    pub save_entries: u64,
}

impl Settings {
    /// A replica that publishes and answers, and keeps no state.
    pub fn new(name: impl Into<String>, ledger: VerifierKey) -> Self {
        Self {
            name: name.into(),
            ledger,
            state: None,
            publish: true,
            queries: true,
            streams: StreamSettings::default(),
            save_entries: SAVE_ENTRIES,
        }
    }
}

/// A saved state spares reading that many entries again, some seconds of work, and takes some milliseconds to write.
const SAVE_ENTRIES: u64 = 20_000;
/// Entries that are read at once: some 2 MiB, and 20 ms of parsing before a question is heard.
pub(crate) const ENTRIES_AT_ONCE: usize = 1_024;
/// Batches of one stream that wait for the loop: while it works on one, the next is read.
pub(crate) const BATCHES_MAX: usize = 2;
/// Checkpoints that are read at once; the stream holds one.
pub(crate) const CHECKPOINTS_AT_ONCE: usize = 64;
/// The longest wait for a message; only how often the reading loop turns.
pub(crate) const WAIT: Duration = Duration::from_secs(5);
/// Changed rows are made at most this often. A ledger that signs 300 heads a second would otherwise have the sums of every
/// view made 300 times a second; 5 ms are a tenth of what a reader may wait.
pub(crate) const SHOW_EVERY: Duration = Duration::from_millis(5);
/// Rows that are longer than this …
pub(crate) const LONG_ROW_BYTES: usize = 4_096;
/// … are published at most this often, and always before a statement. Sums name up to 256 entries, some 25 KB, and change
/// with nearly every entry: 20 of them for each of 200 batches a second would be 100 MB/s.
pub(crate) const LONG_ROWS_EVERY: Duration = Duration::from_millis(100);
/// Messages of VIEWS on their way at once.
pub(crate) const PUBLISH_WINDOW: usize = 512;
/// Messages of VIEWS that are read at once when comparing.
pub(crate) const COMPARE_AT_ONCE: usize = 2_048;
/// The longest wait for the next of them; then comparing is tried again.
pub(crate) const COMPARE_WAIT: Duration = Duration::from_secs(2);
/// How often the leader looks whether VIEWS is as it left it: one small request.
pub(crate) const LEAD_LOOK_EVERY: Duration = Duration::from_secs(1);
/// Statements come at most this often while entries keep coming …
pub(crate) const STATEMENT_EVERY: Duration = Duration::from_secs(1);
/// … and at once when nothing came for that long.
pub(crate) const STATEMENT_IDLE: Duration = Duration::from_millis(50);
/// How often a replica that stands by looks at VIEWS.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A replica that has newer rows takes over when VIEWS stood still for this long: far longer than an acknowledgement
/// takes, so that a busy publisher is not disturbed.
pub(crate) const TAKE_OVER_AFTER: Duration = Duration::from_secs(3);
/// The same at the start, when most often nobody else publishes.
pub(crate) const START_AFTER: Duration = Duration::from_millis(500);
/// Wait before a stream that is not there is looked for again.
pub(crate) const STREAM_AGAIN: Duration = Duration::from_millis(500);
/// Bytes of a question.
pub(crate) const QUESTION_BYTES_MAX: usize = 4_096;
/// Rows in one answer.
pub(crate) const ROWS_MAX: usize = 1_000;
/// Bytes of a message that are left for its subject and headers: a row's key stands in both, and has at most some hundred.
pub(crate) const HEADER_BYTES: usize = 4_096;
/// Questions that are being answered with bytes of ENTRIES at once; more are told to ask again.
pub(crate) const FETCHES_MAX: usize = 64;
/// How long rows that were made for an answer serve the next page of it.
pub(crate) const PAGES_KEPT: Duration = Duration::from_secs(2);
