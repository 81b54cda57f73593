//! The five streams of a ceasefire, what each is for, and what a server is asked to make of it.
//!
//! | stream | subjects | kept |
//! |---|---|---|
//! | `SUBMITTED_<ceasefire>` | `…submit.*` | until the ledger has taken it; full means no, never an older message dropped |
//! | `ENTRIES_<ceasefire>` | `…entry.*` | for ever, no delete, no purge; sequence = index + 1 |
//! | `CHECKPOINTS_<ceasefire>` | `…checkpoint` | the newest |
//! | `RECEIPTS_<ceasefire>` | `…receipt.*` | an hour |
//! | `VIEWS_<ceasefire>` | `…view.>` | the newest of each subject |
//!
//! Everything that is asked for is compared with what the server returns ([`Bus::ensure`]): an old server ignores settings
//! that it does not know, and a stream may be there already, made by somebody else.
//!
//! With one replica, SUBMITTED, ENTRIES and RECEIPTS are written to disk after the acknowledgement (`persist_mode: async`,
//! nats-server 2.12 and later). A server that is killed then comes back with streams that are rewound by some of their
//! newest messages, or by all. That is covered: producers keep their reports until they hold a receipt and send them again,
//! the ledger fills ENTRIES again from its log whenever it connects, and RECEIPTS at its start; who waits for a receipt
//! longer than that sends again, and is answered again. [`StreamSettings::write_behind`] turns it off.
//!
//! # A field office
//! A leaf node with a `JetStream` domain of its own keeps an office's SUBMITTED while the link to the hub is cut. The hub's
//! SUBMITTED sources it by its domain ([`StreamSettings::offices`]), and the office's RECEIPTS mirrors the hub's
//! ([`StreamSettings::office`]). Both servers have the same subjects, and a subscription of the hub's streams would reach
//! over the link too: without care each report would arrive twice, once as itself and once by the source. So the leaf does
//! not let our subjects over the link, and everything crosses it by the two domains' API:
//!
//! ```text
//! # hub                                          # leaf
//! server_name: hub                               server_name: office
//! jetstream { domain: hub, store_dir: … }        jetstream { domain: office, store_dir: … }
//! leafnodes { listen: "0.0.0.0:7422" }           leafnodes {
//!                                                  remotes: [{
//!                                                    url: "nats-leaf://hub.example.org:7422"
//!                                                    deny_exports: ["armistice.>"]   # leaf to hub
//!                                                    deny_imports: ["armistice.>"]   # hub to leaf
//!                                                  }]
//!                                                }
//! ```
//! `tests/it/leaf.rs` runs this pair of configurations: each report arrives once, and its receipt comes back. Queries and
//! views do not cross such a link; the office asks the hub's domain, or runs a replica of its own.
//!
//! What is not here: changing a stream that is there. A person does that, and knows why.

use armistice_report::CeasefireId;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::compare;
use crate::connection::{Bus, code};
use crate::error::Error;
use crate::server::HAS_PERSIST_MODE;
use crate::subject::Subjects;

/// Longest submission with its headers, 66,560 bytes: 64 KiB, of which a note has at most 65,488
/// (`armistice_report::NOTE_BYTES_MAX`), and 1 KiB of headers.
pub(crate) const SUBMISSION_BYTES_MAX: usize = 65_536 + 1_024;
/// What a hub's server adds to an office's message, at most: `Nats-Stream-Source` with the names of stream and domain, a
/// sequence, two filters and the subject, below 400 bytes.
const SOURCE_HEADER_BYTES_MAX: usize = 512;
/// Messages of one producer in SUBMITTED; one more is refused, and the others' are not. The default size of an outbox.
const SUBMITTED_PER_PRODUCER_MAX: u64 = 65_536;
/// How long SUBMITTED remembers message ids: longer than any resend that still carries one.
const DUPLICATES_S: u64 = 120;
/// How long an office keeps what the hub has not taken: a day without a link.
const OFFICE_AGE_S: u64 = 86_400;
/// Default limit of SUBMITTED: 1 GiB, about half a million reports of 2 KB that wait for the ledger.
const SUBMITTED_BYTES_DEFAULT: i64 = 1 << 30;
/// Default limit of RECEIPTS: 256 MiB, about 80,000 receipts of 3 KB.
const RECEIPTS_BYTES_DEFAULT: i64 = 256 << 20;
/// Default age of RECEIPTS: an hour. A producer that comes later sends its report again and gets the receipt again.
const RECEIPTS_AGE_S_DEFAULT: u64 = 3_600;

/// One of the streams of a ceasefire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// What producers sent.
    Submitted,
    /// What the ledger recorded.
    Entries,
    /// Its signed tree heads.
    Checkpoints,
    /// What it answered to producers.
    Receipts,
    /// The rows and statements of the views.
    Views,
}

impl Stream {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Submitted,
        Self::Entries,
        Self::Checkpoints,
        Self::Receipts,
        Self::Views,
    ];

    /// The stream's name in the server: `SUBMITTED_karabakh-2020`.
    pub fn name(self, ceasefire: &CeasefireId) -> String {
        let word = match self {
            Self::Submitted => "SUBMITTED",
            Self::Entries => "ENTRIES",
            Self::Checkpoints => "CHECKPOINTS",
            Self::Receipts => "RECEIPTS",
            Self::Views => "VIEWS",
        };
        format!("{word}_{ceasefire}")
    }

    /// The subjects that it takes.
    pub fn subject(self, subjects: &Subjects) -> String {
        match self {
            Self::Submitted => subjects.submit_all(),
            Self::Entries => subjects.entry_all(),
            Self::Checkpoints => subjects.checkpoint(),
            Self::Receipts => subjects.receipt_all(),
            Self::Views => subjects.views_all(),
        }
    }
}

/// What may differ between installations. The rest is fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// Copies of each stream: 1, or 3 in a cluster of three or more.
    pub replicas: usize,
    /// Bytes that wait for the ledger before SUBMITTED refuses more.
    pub submitted_bytes_max: i64,
    /// Bytes of receipts that are kept.
    pub receipts_bytes_max: i64,
    /// Seconds for which receipts are kept.
    pub receipts_age_s_max: u64,
    /// `JetStream` domains of field offices, whose SUBMITTED this one sources.
    pub offices: Vec<String>,
    /// Set in a field office's own domain.
    pub office: Option<OfficeSide>,
    /// Whether streams whose loss is covered are written to disk after the acknowledgement, where there is one copy. A
    /// server that syncs at each message is many times faster so. Not, where streams should survive a SIGKILL of a server
    /// that does not sync at each message.
    pub write_behind: bool,
}

/// This is a field office; its ledger runs at the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeSide {
    /// The hub's `JetStream` domain.
    pub hub_domain: String,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            replicas: 1,
            submitted_bytes_max: SUBMITTED_BYTES_DEFAULT,
            receipts_bytes_max: RECEIPTS_BYTES_DEFAULT,
            receipts_age_s_max: RECEIPTS_AGE_S_DEFAULT,
            offices: Vec::new(),
            office: None,
            write_behind: true,
        }
    }
}

/// A stream as the server has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamState {
    /// When it was created: nanoseconds since 1970, by the server's clock. Another value means another stream.
    pub created_ns: i64,
    /// The oldest message that is still there.
    pub first_sequence: u64,
    /// The newest message that ever was there; 0 when there was none.
    pub last_sequence: u64,
    /// Messages that are there.
    pub messages: u64,
    /// Their bytes, with what the server adds.
    pub bytes: u64,
    /// In a cluster, the node that leads the stream; `None` while none does.
    pub leader: Option<String>,
    /// Copies.
    pub replicas: usize,
}

/// The server's answer about a stream.
#[derive(Debug, Deserialize)]
pub(crate) struct Info {
    pub(crate) config: Map<String, Value>,
    created: String,
    state: State,
    #[serde(default)]
    cluster: Option<Cluster>,
}

#[derive(Debug, Deserialize)]
struct State {
    messages: u64,
    bytes: u64,
    first_seq: u64,
    last_seq: u64,
    last_ts: String,
}

#[derive(Debug, Deserialize)]
struct Cluster {
    /// Missing where there is no cluster; the server then calls itself the leader.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    leader: Option<String>,
}

impl Info {
    /// When the newest message was stored, as that message says itself.
    pub(crate) fn last_published_ns(&self, stream: &str) -> Result<i64, Error> {
        nanoseconds(&self.state.last_ts, stream)
    }

    pub(crate) fn state(&self, stream: &str) -> Result<StreamState, Error> {
        Ok(StreamState {
            created_ns: nanoseconds(&self.created, stream)?,
            first_sequence: self.state.first_seq,
            last_sequence: self.state.last_seq,
            messages: self.state.messages,
            bytes: self.state.bytes,
            leader: self
                .cluster
                .as_ref()
                .filter(|cluster| cluster.name.as_ref().is_some_and(|name| !name.is_empty()))
                .and_then(|cluster| cluster.leader.clone())
                .filter(|leader| !leader.is_empty()),
            replicas: self
                .config
                .get("num_replicas")
                .and_then(Value::as_u64)
                .map_or(1, |replicas| usize::try_from(replicas).unwrap_or(usize::MAX)),
        })
    }
}

/// Nanoseconds since 1970; the time of a stream that is empty lies far before and is the least there is.
pub(crate) fn nanoseconds(time: &str, stream: &str) -> Result<i64, Error> {
    let time = async_nats::datetime::parse_rfc3339(time).map_err(|source| Error::Client {
        doing: format!("reading a time of {stream}"),
        source,
    })?;
    Ok(i64::try_from(time.unix_timestamp_nanos()).unwrap_or(i64::MIN))
}

impl Bus {
    /// Creates the stream if it is missing, and compares what the server then has with what was asked for.
    ///
    /// # Errors
    /// [`Error::StreamDiffers`] when any setting is another; nothing is changed then. [`Error::StreamAwaited`] when VIEWS is
    /// missing and this user may not create it.
    pub async fn ensure(&self, stream: Stream, settings: &StreamSettings) -> Result<StreamState, Error> {
        let name = self.stream_name(stream);
        let wanted = self.wanted(stream, settings);
        let info = if let Some(info) = self.info(stream).await? {
            info
        } else {
            match self.create(stream, &name, wanted.clone()).await {
                // A projection does not create it: the ledger does, sooner or later.
                Err(Error::Denied { .. }) if stream == Stream::Views => {
                    return Err(Error::StreamAwaited { stream: name });
                }
                created => created?,
            }
        };
        compare::same(&name, &wanted, &info.config)?;
        info.state(&name)
    }

    /// Compares a stream that somebody else creates with what is asked for, and creates nothing.
    ///
    /// # Errors
    /// [`Error::StreamAwaited`] while it is missing, [`Error::StreamDiffers`] when any setting is another.
    pub async fn compare(&self, stream: Stream, settings: &StreamSettings) -> Result<StreamState, Error> {
        let name = self.stream_name(stream);
        let Some(info) = self.info(stream).await? else {
            return Err(Error::StreamAwaited { stream: name });
        };
        compare::same(&name, &self.wanted(stream, settings), &info.config)?;
        info.state(&name)
    }

    async fn create(
        &self,
        stream: Stream,
        name: &str,
        mut wanted: Map<String, Value>,
    ) -> Result<Info, Error> {
        if self.server().version < HAS_PERSIST_MODE {
            wanted.remove("persist_mode");
        }
        let operation = format!("STREAM.CREATE.{name}");
        match self.api::<Info>(&operation, &Value::Object(wanted)).await {
            // Somebody else created it meanwhile; whether it is the same is looked at afterwards.
            Err(Error::Refused {
                code: code::STREAM_NAME_IN_USE,
                ..
            }) => self.info(stream).await?.ok_or_else(|| Error::NoStream {
                stream: name.to_owned(),
            }),
            created => {
                let info = created?;
                tracing::info!(stream = name, "stream created");
                Ok(info)
            }
        }
    }

    /// The stream as it is now; `None` when there is none. The stream's leader answers.
    ///
    /// # Errors
    /// What a request can fail with: see [`Error`].
    pub async fn state(&self, stream: Stream) -> Result<Option<StreamState>, Error> {
        match self.info(stream).await? {
            Some(info) => info.state(&self.stream_name(stream)).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) async fn info(&self, stream: Stream) -> Result<Option<Info>, Error> {
        let name = self.stream_name(stream);
        match self.api(&format!("STREAM.INFO.{name}"), &json!({})).await {
            Ok(info) => Ok(Some(info)),
            Err(Error::NoStream { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes every message before `sequence`, which itself stays.
    ///
    /// # Errors
    /// What a request can fail with: see [`Error`].
    pub async fn purge_before(&self, stream: Stream, sequence: u64) -> Result<(), Error> {
        // The server reads 0 as "everything".
        if sequence <= 1 {
            return Ok(());
        }
        let name = self.stream_name(stream);
        let payload = json!({ "seq": sequence });
        self.api::<Value>(&format!("STREAM.PURGE.{name}"), &payload)
            .await
            .map(drop)
    }

    /// What the server is asked for: every field whose value matters, as the `JetStream` API spells it.
    fn wanted(&self, stream: Stream, settings: &StreamSettings) -> Map<String, Value> {
        let name = self.stream_name(stream);
        let subject = stream.subject(self.subjects());
        config(stream, &name, &subject, settings)
    }
}

fn seconds(seconds: u64) -> u64 {
    seconds.saturating_mul(1_000_000_000)
}

fn config(stream: Stream, name: &str, subject: &str, settings: &StreamSettings) -> Map<String, Value> {
    let is_mirror = stream == Stream::Receipts && settings.office.is_some();
    let is_office = settings.office.is_some();
    let is_hub = !is_office && !settings.offices.is_empty();
    let mut config = json!({
        "name": name,
        "retention": "limits",
        "storage": "file",
        "num_replicas": settings.replicas,
        "discard": "old",
        "max_msgs": -1,
        "max_msgs_per_subject": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_msg_size": -1,
        "max_consumers": -1,
        "deny_delete": false,
        "deny_purge": false,
        "allow_rollup_hdrs": false,
        "allow_direct": false,
        "no_ack": false,
        "sealed": false,
    });
    let mut set = |field: &str, value: Value| config[field] = value;
    match stream {
        Stream::Submitted => {
            set("discard", json!("new"));
            set("max_bytes", json!(settings.submitted_bytes_max));
            // A message that an office took must fit with what is added to it here, or all behind it would wait.
            let added = if is_hub { SOURCE_HEADER_BYTES_MAX } else { 0 };
            set("max_msg_size", json!(SUBMISSION_BYTES_MAX + added));
            set("max_msgs_per_subject", json!(SUBMITTED_PER_PRODUCER_MAX));
            set("discard_new_per_subject", json!(true));
            set("duplicate_window", json!(seconds(DUPLICATES_S)));
            if is_office {
                set("max_age", json!(seconds(OFFICE_AGE_S)));
            } else if is_hub {
                let sources: Vec<Value> = settings
                    .offices
                    .iter()
                    .map(|domain| elsewhere(name, domain))
                    .collect();
                set("sources", json!(sources));
            }
        }
        Stream::Entries => {
            set("discard", json!("new"));
            set("deny_delete", json!(true));
            set("deny_purge", json!(true));
            set("allow_direct", json!(true));
        }
        Stream::Checkpoints | Stream::Views => {
            set("max_msgs_per_subject", json!(1));
            set("allow_direct", json!(true));
        }
        Stream::Receipts => {
            set("max_age", json!(seconds(settings.receipts_age_s_max)));
            set("max_bytes", json!(settings.receipts_bytes_max));
        }
    }
    match &settings.office {
        Some(office) if is_mirror => set("mirror", elsewhere(name, &office.hub_domain)),
        _ => set("subjects", json!([subject])),
    }
    let is_covered = matches!(stream, Stream::Submitted | Stream::Entries | Stream::Receipts);
    if settings.write_behind && settings.replicas == 1 && is_covered {
        set("persist_mode", json!("async"));
    }
    match config {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The stream of the same name in another `JetStream` domain.
fn elsewhere(name: &str, domain: &str) -> Value {
    json!({ "name": name, "external": { "api": format!("$JS.{domain}.API"), "deliver": "" } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(stream: Stream, settings: &StreamSettings) -> Map<String, Value> {
        config(stream, "NAME", "a.>", settings)
    }

    #[test]
    fn nothing_in_entries_can_be_removed() {
        let entries = made(Stream::Entries, &StreamSettings::default());
        assert_eq!(entries["deny_delete"], true);
        assert_eq!(entries["deny_purge"], true);
        assert_eq!(entries["discard"], "new");
        assert_eq!(entries["max_bytes"], -1);
        assert_eq!(entries["max_age"], 0);
    }

    #[test]
    fn only_what_is_covered_elsewhere_is_written_late() {
        let one = StreamSettings::default();
        let safe = StreamSettings {
            write_behind: false,
            ..StreamSettings::default()
        };
        let three = StreamSettings {
            replicas: 3,
            ..StreamSettings::default()
        };
        for (stream, is_late) in [
            (Stream::Submitted, true),
            (Stream::Entries, true),
            (Stream::Receipts, true),
            (Stream::Checkpoints, false),
            (Stream::Views, false),
        ] {
            assert_eq!(made(stream, &one).contains_key("persist_mode"), is_late);
            assert!(!made(stream, &three).contains_key("persist_mode"));
            assert!(!made(stream, &safe).contains_key("persist_mode"));
        }
    }

    #[test]
    fn an_office_keeps_a_day_and_mirrors_receipts() {
        let office = StreamSettings {
            office: Some(OfficeSide {
                hub_domain: "hub".to_owned(),
            }),
            ..StreamSettings::default()
        };
        let submitted = made(Stream::Submitted, &office);
        assert_eq!(submitted["max_age"], 86_400_000_000_000_u64);
        let receipts = made(Stream::Receipts, &office);
        assert_eq!(receipts["mirror"]["external"]["api"], "$JS.hub.API");
        assert!(!receipts.contains_key("subjects"));
        let hub = StreamSettings {
            offices: vec!["office".to_owned()],
            ..StreamSettings::default()
        };
        let at_hub = made(Stream::Submitted, &hub);
        assert_eq!(at_hub["sources"][0]["external"]["api"], "$JS.office.API");
        assert_eq!(
            (&submitted["max_msg_size"], &at_hub["max_msg_size"]),
            (&json!(66_560), &json!(67_072))
        );
    }
}
