//! What can go wrong, and whether trying again can help.
//!
//! Four enums, one for each thing that a caller does: manage or read ([`Error`]), publish ([`PublishError`]), follow
//! ([`FollowError`]), ask ([`AskError`]). A `Display` text is one clause without its cause; [`Error::hint`] and its
//! siblings give the next step.

use std::path::PathBuf;

use semver::Version;

use crate::connection::code;

/// The error of another library, kept as a cause.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Connecting, managing a stream or reading one failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A field of a NATS context cannot be used.
    #[error("the NATS context's field `{field}` cannot be used: {reason}")]
    BadContext {
        /// The field's name.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A server's address cannot be read.
    #[error("the server address {address:?} cannot be used")]
    BadAddress {
        /// The address, without a password.
        address: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// A setting of the connection cannot be used.
    #[error("the connection's setting `{setting}` cannot be used: {reason}")]
    BadSetting {
        /// Its name.
        setting: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of credentials or certificates cannot be read.
    #[error("cannot read {path}", path = path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        #[source]
        source: std::io::Error,
    },
    /// Credentials were read and are not what they should be.
    #[error("{what} cannot be used")]
    BadCredentials {
        /// What was read.
        what: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },
    /// No server answered.
    #[error("cannot connect to {servers}")]
    Unreachable {
        /// The addresses, without passwords.
        servers: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// A server answered and does not let us in.
    #[error("{servers} refused the credentials")]
    Unauthorized {
        /// The addresses, without passwords.
        servers: String,
    },
    /// The server is too old.
    #[error("the server is nats-server {found:?}, at least {oldest} is needed")]
    OldServer {
        /// What it says that it is.
        found: String,
        /// The oldest that is accepted.
        oldest: Version,
    },
    /// The server, or this account in it, keeps no streams.
    #[error("the server does not offer JetStream to this user")]
    NoJetStream,
    /// The server's permissions do not allow this user that.
    #[error("this user may not {action} {subject}")]
    Denied {
        /// `publish to` or `subscribe to`.
        action: &'static str,
        /// The subject that was refused.
        subject: String,
    },
    /// There is no such stream.
    #[error("there is no stream {stream}")]
    NoStream {
        /// Its name.
        stream: String,
    },
    /// The stream is not there yet; somebody else creates it.
    #[error("there is no stream {stream} yet, and this user does not create it")]
    StreamAwaited {
        /// Its name.
        stream: String,
    },
    /// The stream is there with another setting than was asked for.
    #[error("the stream {stream} has {field} = {found}, expected {expected}")]
    StreamDiffers {
        /// Its name.
        stream: String,
        /// The field, as the server's JSON calls it.
        field: String,
        /// What was asked for, as JSON.
        expected: String,
        /// What the server has, as JSON.
        found: String,
    },
    /// The stream was deleted and created anew since it was opened.
    #[error("the stream {stream} was created anew")]
    StreamRecreated {
        /// Its name.
        stream: String,
    },
    /// The stream lost its newest messages since it was opened, and may use their sequences again.
    #[error("the stream {stream} was rewound: message {expected} was there, and now the last is {last}")]
    StreamRewound {
        /// Its name.
        stream: String,
        /// A sequence that was there.
        expected: u64,
        /// The last sequence now, or the sequence whose message is another one now.
        last: u64,
    },
    /// The consumer was deleted or replaced by somebody else.
    #[error("the consumer {consumer} of {stream} was taken away")]
    ConsumerGone {
        /// The stream.
        stream: String,
        /// The consumer.
        consumer: String,
    },
    /// No answer came in time.
    #[error("{doing} was not answered in time")]
    TimedOut {
        /// What was being done.
        doing: String,
    },
    /// The connection was lost meanwhile.
    #[error("{doing} was cut off from the server")]
    Disconnected {
        /// What was being done.
        doing: String,
    },
    /// The connection was closed by [`crate::Bus::close`].
    #[error("the connection was closed")]
    Closed,
    /// The server answered no.
    #[error("{doing} was refused by the server: {description} ({code})")]
    Refused {
        /// What was being done.
        doing: String,
        /// The `JetStream` error code.
        code: u64,
        /// HTTP-like class: 503 means that it may work later.
        status: usize,
        /// The server's words.
        description: String,
    },
    /// The client library failed.
    #[error("{doing} failed")]
    Client {
        /// What was being done.
        doing: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// A server for tests did not start.
    #[error("the local server failed: {doing}")]
    Local {
        /// What was being done.
        doing: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Error {
    /// Whether the same call may work later without anybody changing anything.
    ///
    /// A server that answers for no `JetStream` counts: a cluster without a leader, and a domain beyond a cut link, look so.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Disconnected { .. }
            | Self::StreamAwaited { .. }
            | Self::NoJetStream => true,
            // A cluster that is starting has fewer nodes than copies are asked for.
            Self::Refused { status, code, .. } => *status == 503 || *code == code::NO_PEERS,
            _ => false,
        }
    }

    /// The next step for a person, one line. None where the message says it all.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::BadContext { .. } => {
                "correct the context with `nats context edit`, or name the server with flags"
            }
            Self::BadAddress { .. } => "an address looks like nats://host:4222 or tls://host:4222",
            Self::ReadFile { .. } => "check the path and that this user may read the file",
            Self::BadCredentials { .. } => "ask the operator of the NATS server for a new file",
            Self::Unreachable { .. } => {
                "check the address, that the server runs, and its certificate if it uses TLS"
            }
            Self::Unauthorized { .. } => "check the credentials file, or ask the operator to add this user",
            Self::OldServer { .. } => "install nats-server 2.14 or newer",
            Self::NoJetStream => {
                "add a `jetstream { store_dir: … }` block to the server's configuration, and enable JetStream for the account"
            }
            Self::Denied { .. } => "`armistice nats-config` writes the permissions that each role needs",
            Self::NoStream { .. } | Self::StreamAwaited { .. } | Self::StreamRecreated { .. } => {
                "the ledger creates its streams: start `armistice serve --nats`"
            }
            Self::StreamDiffers { stream, .. } => differs_hint(stream),
            Self::StreamRewound { .. } => {
                "the server lost messages, in a power cut perhaps; set `sync_interval: always` in its `jetstream` block"
            }
            Self::ConsumerGone { .. } => "is another ledger of this ceasefire running? one at a time may",
            Self::TimedOut { .. } | Self::Disconnected { .. } => {
                "check that the server runs and, in a cluster, that most of its nodes do"
            }
            Self::Refused { status: 503, .. } => {
                "the cluster may be choosing a leader; try again in some seconds"
            }
            Self::BadSetting { .. } | Self::Closed | Self::Refused { .. } | Self::Client { .. } => {
                return None;
            }
            Self::Local { .. } => {
                "run `cargo xtask nats-server`, or name a server program in ARMISTICE_NATS_SERVER"
            }
        })
    }
}

/// What to do about a stream with another setting: what its deletion would lose differs.
fn differs_hint(stream: &str) -> &'static str {
    match stream.split('_').next() {
        Some("SUBMITTED") => {
            "change the setting back with `nats stream edit`; do not delete the stream, it may hold reports that the ledger has not taken"
        }
        Some("RECEIPTS") => {
            "change the setting back with `nats stream edit`, or stop the ledger, delete the stream, and start the ledger: it publishes the newest receipts again"
        }
        Some("VIEWS") => {
            "change the setting back with `nats stream edit`, or delete the stream and start the ledger and the projections again: they fill it"
        }
        _ => {
            "change the setting back with `nats stream edit`, or stop the ledger, delete the stream, and start the ledger: it fills the stream again"
        }
    }
}

/// A message was not acknowledged. Unless the variant says so, it may be stored all the same.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The stream is full, or has as many messages of this subject as it takes; it stored nothing and dropped nothing.
    #[error("the stream for {subject} is full")]
    Full {
        /// Where to.
        subject: String,
    },
    /// No stream takes this subject; nothing was stored.
    #[error("no stream takes {subject}")]
    NoStream {
        /// Where to.
        subject: String,
    },
    /// The stream's last message is another one than the message was conditioned on; nothing was stored.
    #[error("the last message of the stream is not the expected {expected:?}")]
    WrongLastSequence {
        /// What was expected.
        expected: Option<u64>,
        /// What the server found, if it said so.
        found: Option<u64>,
    },
    /// The server's permissions do not allow this user to publish there; nothing was stored.
    #[error("this user may not publish to {subject}")]
    Denied {
        /// Where to.
        subject: String,
    },
    /// The message is larger than the server or the stream takes; nothing was stored.
    #[error("the message has {bytes} bytes, at most {bytes_max} are taken")]
    TooLarge {
        /// Bytes of the payload.
        bytes: usize,
        /// The limit, headers included.
        bytes_max: usize,
    },
    /// A header's value holds a line break; nothing was sent.
    #[error("the header {name} holds a line break")]
    BadHeader {
        /// The header.
        name: &'static str,
    },
    /// No acknowledgement came in time.
    #[error("the message to {subject} was not acknowledged in time")]
    TimedOut {
        /// Where to.
        subject: String,
    },
    /// There is no connection, or it was lost before the acknowledgement came.
    #[error("the message to {subject} was cut off from the server")]
    Disconnected {
        /// Where to.
        subject: String,
    },
    /// The server answered no, for another reason.
    #[error("the message to {subject} was refused by the server: {description} ({code})")]
    Refused {
        /// Where to.
        subject: String,
        /// The `JetStream` error code.
        code: u64,
        /// HTTP-like class: 503 means that it may work later.
        status: usize,
        /// The server's words.
        description: String,
    },
    /// The client library failed.
    #[error("publishing failed")]
    Other(#[source] Cause),
}

impl PublishError {
    /// Whether sending the same bytes again may work without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Full { .. } | Self::NoStream { .. } | Self::TimedOut { .. } | Self::Disconnected { .. } => {
                true
            }
            // An account's limits are there for all its streams: room is made elsewhere, by purging or by the operator.
            Self::Refused { status, code, .. } => {
                *status == 503 || [code::ACCOUNT_RESOURCES, code::STORAGE_RESOURCES].contains(code)
            }
            Self::WrongLastSequence { .. }
            | Self::Denied { .. }
            | Self::TooLarge { .. }
            | Self::BadHeader { .. }
            | Self::Other(_) => false,
        }
    }

    /// The next step for a person, one line. None where the message says it all.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Full { .. } => {
                "the ledger takes messages out of the stream: check that it runs; nothing is lost meanwhile"
            }
            Self::NoStream { .. } => "the ledger creates its streams: start `armistice serve --nats`",
            Self::Denied { .. } => {
                "a producer may publish under its own name only: check the name and the credentials"
            }
            Self::WrongLastSequence { .. } => "somebody else writes to this stream; only one ledger may",
            Self::TimedOut { .. } | Self::Disconnected { .. } => {
                "check that the server runs and, in a cluster, that most of its nodes do"
            }
            Self::Refused {
                code: code::ACCOUNT_RESOURCES | code::STORAGE_RESOURCES,
                ..
            } => "the account's storage is used up: ask the operator of the NATS server for more",
            Self::Refused { .. } | Self::TooLarge { .. } | Self::BadHeader { .. } | Self::Other(_) => {
                return None;
            }
        })
    }
}

/// Following a stream came to an end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// A message of ENTRIES is not in the stream: somebody deleted it. Followed again, it is still missing.
    #[error("message {expected} is not in the stream, the next is {found}")]
    Gap {
        /// The missing sequence.
        expected: u64,
        /// The next one that is there.
        found: u64,
    },
    /// The stream was deleted, created anew, or rewound. What was read stays true; positions mean nothing any more.
    #[error("the stream {stream} is not the one that was followed")]
    Gone {
        /// Its name.
        stream: String,
    },
    /// Anything else.
    #[error("following the stream failed")]
    Bus(#[from] Error),
}

impl FollowError {
    /// Whether following again from the same position may work without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Bus(error) if error.is_temporary())
    }

    /// The next step for a person, one line. None where the message says it all.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Gap { .. } => {
                Some("entries are never deleted: ask the ledger's operator; its log still has the entry")
            }
            Self::Gone { .. } => {
                Some("start again from the beginning; the ledger fills a new stream from its log")
            }
            Self::Bus(error) => error.hint(),
        }
    }
}

/// A question got no answer, or a no.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// A replica answered that it cannot say.
    #[error("the replica refused: {message} ({code})")]
    Refused {
        /// HTTP-like class: 404 means that there is no such thing.
        status: u16,
        /// A stable code of one word.
        code: String,
        /// The replica's words.
        message: String,
    },
    /// Nobody answers such questions now.
    #[error("no replica answers on {subject}")]
    NoReplica {
        /// Where the question went.
        subject: String,
    },
    /// The server's permissions do not allow this user to ask.
    #[error("this user may not ask on {subject}")]
    Denied {
        /// Where the question went.
        subject: String,
    },
    /// No answer came in time.
    #[error("the question on {subject} was not answered in time")]
    TimedOut {
        /// Where the question went.
        subject: String,
    },
    /// The connection was lost meanwhile.
    #[error("the question on {subject} was cut off from the server")]
    Disconnected {
        /// Where the question went.
        subject: String,
    },
    /// The client library failed.
    #[error("asking failed")]
    Other(#[source] Cause),
}

impl AskError {
    /// Whether asking again may work without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NoReplica { .. } | Self::TimedOut { .. } | Self::Disconnected { .. } => true,
            Self::Refused { status, .. } => *status == 503,
            Self::Denied { .. } | Self::Other(_) => false,
        }
    }

    /// The next step for a person, one line. None where the message says it all.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoReplica { .. } => Some("replicas answer questions: start `armistice project --nats`"),
            Self::Denied { .. } => {
                Some("`armistice nats-config` writes the permissions that each role needs")
            }
            Self::TimedOut { .. } | Self::Disconnected { .. } => {
                Some("check that the server and a replica run")
            }
            Self::Refused { .. } | Self::Other(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_the_account_are_temporary() {
        for (code, status, is_temporary) in [
            (10002, 400, true),
            (10047, 500, true),
            (10023, 503, true),
            (10060, 400, false),
        ] {
            let refused = PublishError::Refused {
                subject: String::new(),
                code,
                status,
                description: String::new(),
            };
            assert_eq!(refused.is_temporary(), is_temporary, "{code}");
        }
    }

    #[test]
    fn nobody_is_told_to_delete_what_has_not_been_taken() {
        for stream in ["SUBMITTED", "ENTRIES", "CHECKPOINTS", "RECEIPTS", "VIEWS"] {
            let differs = Error::StreamDiffers {
                stream: format!("{stream}_test"),
                field: String::new(),
                expected: String::new(),
                found: String::new(),
            };
            let hint = differs.hint().unwrap();
            assert_eq!(hint.contains("do not delete"), stream == "SUBMITTED", "{hint}");
        }
    }
}
