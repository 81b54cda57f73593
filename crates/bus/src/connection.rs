//! One connection for one ceasefire.
//!
//! ```text
//! connect ──► INFO: version, name, limits ──► refuse what is too old ──► Bus, a handle that is cheap to clone
//! ```
//!
//! The client library connects again by itself, for ever, within a quarter of a second of the server's return
//! ([`crate::Patience`] is about the first time only). What was in flight then fails with `Disconnected`, at once and not
//! after its time has run out; whoever sent it sends it again.
//!
//! Every request here ends: with its answer, with the server's refusal of the subject, with the loss of the connection, or
//! with its time. Nothing is retried here; [`crate::Follow`] and [`crate::Intake`] retry their own reading.

use std::sync::Arc;
use std::time::Duration;

use armistice_report::CeasefireId;
use async_nats::connection::State;
use async_nats::jetstream::context::{Context, ContextBuilder, RequestErrorKind};
use async_nats::{Client, ConnectErrorKind, Event};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::access::{Access, Patience};
use crate::error::Error;
use crate::link::{Denial, Link, LinkState};
use crate::publish::{ACK_MS_MAX, IN_FLIGHT_MAX};
use crate::server::{self, ServerFacts, Warning};
use crate::stream::Stream;
use crate::subject::Subjects;

/// How often a service that waits for its first connection says so.
const WAITING_NOTE_MS: u64 = 10_000;
/// How long closing may take: what is queued is written, and the server answers one ping.
const CLOSE_MS_MAX: u64 = 2_000;
/// How long the events may say that there is no connection while the client library says that there is one.
const HEAL_MS: u64 = 1_000;

/// A connection to a server, for one ceasefire. Clones share the connection.
#[derive(Clone, Debug)]
pub struct Bus {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    jetstream: Context,
    /// `$JS.API`, or `$JS.<domain>.API`.
    api_prefix: String,
    inbox_prefix: String,
    request_max: Duration,
    ceasefire: CeasefireId,
    subjects: Subjects,
    link: Link,
}

impl Bus {
    /// Connects. With [`Patience::Retry`] this waits until a server answers, however long that takes.
    ///
    /// # Errors
    /// [`Error::Unreachable`] and [`Error::Unauthorized`] with [`Patience::FailFast`]; [`Error::OldServer`]; and
    /// [`Error::BadAddress`], [`Error::BadSetting`], [`Error::ReadFile`], [`Error::BadCredentials`] for what `access` says.
    pub async fn connect(access: &Access, ceasefire: &CeasefireId) -> Result<Self, Error> {
        let addresses = access.addresses()?;
        let link = Link::new();
        let told = link.clone();
        let options = access.options(&addresses)?.event_callback(move |event| {
            let told = told.clone();
            async move { told.tell(&event) }
        });
        let client = options
            .connect(addresses)
            .await
            .map_err(|error| connect_error(access, error))?;
        wait_for_connection(access, &link).await;
        // The connection's task answers this only once it has taken in the server's INFO.
        client.flush().await.map_err(|error| Error::Unreachable {
            servers: access.shown_servers(),
            source: error.into(),
        })?;
        let facts = server::facts(&client.server_info())?;
        tracing::debug!(version = %facts.version, "message server accepted");
        Ok(Self::over(client, access, ceasefire, link))
    }

    fn over(client: Client, access: &Access, ceasefire: &CeasefireId, link: Link) -> Self {
        let builder = ContextBuilder::new();
        let (builder, api_prefix) = match &access.domain {
            Some(domain) => {
                let prefix = format!("$JS.{domain}.API");
                (builder.api_prefix(&prefix), prefix)
            }
            None => (builder.api_prefix("$JS.API"), "$JS.API".to_owned()),
        };
        let jetstream = builder
            .timeout(Duration::from_millis(ACK_MS_MAX))
            .ack_timeout(Duration::from_millis(ACK_MS_MAX))
            .max_ack_inflight(IN_FLIGHT_MAX)
            .build(client.clone());
        Self {
            shared: Arc::new(Shared {
                client,
                jetstream,
                api_prefix,
                inbox_prefix: access.inbox_prefix.clone().unwrap_or_else(|| "_INBOX".to_owned()),
                request_max: access.request_max(),
                ceasefire: ceasefire.clone(),
                subjects: Subjects::new(ceasefire),
                link,
            }),
        }
    }

    /// The ceasefire that this connection serves.
    pub fn ceasefire(&self) -> &CeasefireId {
        &self.shared.ceasefire
    }

    /// Its subjects.
    pub fn subjects(&self) -> &Subjects {
        &self.shared.subjects
    }

    /// What the server says of itself: the newest that this connection was made to.
    pub fn server(&self) -> ServerFacts {
        let info = self.shared.client.server_info();
        // A cluster may be upgraded node by node, never to something that cannot be read; if it is, keep the rest.
        server::facts(&info).unwrap_or_else(|_| ServerFacts {
            version: semver::Version::new(0, 0, 0),
            name: info.server_name.clone(),
            id: info.server_id.clone(),
            cluster: info.cluster.clone(),
            domain: info.domain.clone(),
            max_payload: info.max_payload,
            jetstream: info.jetstream,
        })
    }

    /// What a person should know about the connected server.
    pub fn warnings(&self) -> Vec<Warning> {
        server::warnings(&self.server())
    }

    /// Counts the connections: 1 after [`Bus::connect`], one more each time that a lost connection was made again.
    pub fn reconnects(&self) -> watch::Receiver<u64> {
        self.shared.link.reconnects()
    }

    /// Whether there is a connection now.
    pub fn is_connected(&self) -> bool {
        self.link_state().connected
    }

    /// The newest subject that the server's permissions refused, in words; kept until the next one.
    pub fn denied(&self) -> Option<String> {
        let denial = self.shared.link.newest_denial()?;
        Some(format!("may not {} {}", denial.action, denial.subject))
    }

    /// Writes what is queued, then closes the connection for all clones. Takes at most two seconds.
    pub async fn close(&self) {
        let client = &self.shared.client;
        let closing = async {
            // Both fail only when the connection is closed already.
            let _ = client.flush().await;
            let _ = client.drain().await;
            self.link().lost(self.link().state().epoch).await;
        };
        let _ = tokio::time::timeout(Duration::from_millis(CLOSE_MS_MAX), closing).await;
    }

    /// The name of a stream of this ceasefire.
    pub(crate) fn stream_name(&self, stream: Stream) -> String {
        stream.name(&self.shared.ceasefire)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.shared.client
    }

    pub(crate) fn jetstream(&self) -> &Context {
        &self.shared.jetstream
    }

    pub(crate) fn link(&self) -> &Link {
        &self.shared.link
    }

    /// Whether there is a connection. The event that says so can be lost; then the client library's own word counts.
    pub(crate) fn link_state(&self) -> LinkState {
        let state = self.link().state();
        let is_late = state
            .lost_at
            .is_some_and(|lost_at| lost_at.elapsed() >= Duration::from_millis(HEAL_MS));
        if is_late && self.client().connection_state() == State::Connected {
            self.link().tell(&Event::Connected);
        }
        self.link().state()
    }

    /// Waits until there is a connection; false when there will be none any more.
    pub(crate) async fn connected(&self) -> bool {
        loop {
            let waiting = self.link().connected();
            if let Ok(is_open) = tokio::time::timeout(Duration::from_millis(HEAL_MS), waiting).await {
                return is_open;
            }
            self.link_state();
        }
    }

    pub(crate) fn api_prefix(&self) -> &str {
        &self.shared.api_prefix
    }

    pub(crate) fn request_max(&self) -> Duration {
        self.shared.request_max
    }

    /// Asks the `JetStream` API, `STREAM.INFO.NAME` for example, and reads its answer.
    pub(crate) async fn api<T: serde::de::DeserializeOwned>(
        &self,
        operation: &str,
        payload: &Value,
    ) -> Result<T, Error> {
        // The client library may have connected to another server since.
        server::facts(&self.client().server_info())?;
        let subject = format!("{}.{operation}", self.shared.api_prefix);
        let asking = self
            .shared
            .jetstream
            .request::<_, _, Value>(operation.to_owned(), payload);
        let answer = self
            .answered(operation, &subject, asking)
            .await?
            .map_err(|error| match error.kind() {
                // Nobody listens on the API's subjects: there is no JetStream, or not in this domain.
                RequestErrorKind::NoResponders => Error::NoJetStream,
                RequestErrorKind::TimedOut => Error::TimedOut {
                    doing: operation.to_owned(),
                },
                RequestErrorKind::InvalidSubject | RequestErrorKind::Other => Error::Client {
                    doing: operation.to_owned(),
                    source: error.into(),
                },
            })?;
        read_answer(operation, answer)
    }

    /// Waits for `asking`, unless the server refuses `subject` or our inbox, the connection is lost, or the time is up.
    pub(crate) async fn answered<T>(
        &self,
        doing: &str,
        subject: &str,
        asking: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let link = self.link();
        let state = self.link_state();
        let disconnected = || Error::Disconnected {
            doing: doing.to_owned(),
        };
        if !state.connected {
            return Err(disconnected());
        }
        let mark = link.denials_so_far();
        let concerns = |denial: &Denial| denial.subject == subject;
        tokio::select! {
            biased;
            answer = asking => Ok(answer),
            denial = link.denied(mark, concerns) => Err(denied(denial)),
            denial = link.denied(0, |denial| self.is_our_inbox(denial)) => Err(denied(denial)),
            () = link.lost(state.epoch) => Err(disconnected()),
            () = tokio::time::sleep(self.shared.request_max) => Err(Error::TimedOut { doing: doing.to_owned() }),
        }
    }

    /// Whether the server refused the subscription that all our answers come through.
    pub(crate) fn is_our_inbox(&self, denial: &Denial) -> bool {
        denial.action == "subscribe to" && denial.subject.starts_with(&self.shared.inbox_prefix)
    }
}

fn denied(denial: Denial) -> Error {
    Error::Denied {
        action: denial.action,
        subject: denial.subject,
    }
}

fn connect_error(access: &Access, error: async_nats::ConnectError) -> Error {
    let servers = access.shown_servers();
    match error.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
            Error::Unauthorized { servers }
        }
        _ => Error::Unreachable {
            servers,
            source: error.into(),
        },
    }
}

/// With [`Patience::FailFast`] the connection is there already, and only its event is waited for.
async fn wait_for_connection(access: &Access, link: &Link) {
    let note = Duration::from_millis(WAITING_NOTE_MS);
    while tokio::time::timeout(note, link.connected()).await.is_err() {
        if access.patience == Patience::Retry {
            let error = link.failure().unwrap_or_default();
            tracing::warn!(
                servers = access.shown_servers(),
                error,
                "no message server answered yet"
            );
        }
    }
}

/// The error in an answer of the `JetStream` API.
#[derive(Debug, Deserialize)]
struct ApiError {
    #[serde(default)]
    code: usize,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// `JetStream` error codes that callers treat differently.
pub(crate) mod code {
    pub(crate) const ACCOUNT_RESOURCES: u64 = 10002;
    pub(crate) const NO_PEERS: u64 = 10005;
    pub(crate) const CONSUMER_NOT_FOUND: u64 = 10014;
    pub(crate) const NO_MESSAGE: u64 = 10037;
    pub(crate) const NOT_ENABLED_FOR_ACCOUNT: u64 = 10039;
    pub(crate) const STORAGE_RESOURCES: u64 = 10047;
    pub(crate) const MESSAGE_TOO_LARGE: u64 = 10054;
    pub(crate) const STREAM_NAME_IN_USE: u64 = 10058;
    pub(crate) const STREAM_NOT_FOUND: u64 = 10059;
    pub(crate) const WRONG_LAST_SEQUENCE: u64 = 10071;
    pub(crate) const NOT_ENABLED: u64 = 10076;
    pub(crate) const STORE_FAILED: u64 = 10077;
    pub(crate) const HEADER_TOO_LARGE: u64 = 10097;
    /// 2.12 and later, while another message with a condition is on its way.
    pub(crate) const WRONG_LAST_SEQUENCE_UNSAID: u64 = 10164;
}

fn read_answer<T: serde::de::DeserializeOwned>(doing: &str, answer: Value) -> Result<T, Error> {
    let unreadable = |source: serde_json::Error| Error::Client {
        doing: doing.to_owned(),
        source: source.into(),
    };
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        let error = ApiError::deserialize(error).map_err(unreadable)?;
        return Err(match error.err_code {
            code::STREAM_NOT_FOUND => Error::NoStream {
                stream: doing.split('.').nth(2).unwrap_or(doing).to_owned(),
            },
            code::NOT_ENABLED | code::NOT_ENABLED_FOR_ACCOUNT => Error::NoJetStream,
            _ => Error::Refused {
                doing: doing.to_owned(),
                code: error.err_code,
                status: error.code,
                description: error.description,
            },
        });
    }
    T::deserialize(answer).map_err(unreadable)
}

#[cfg(all(test, feature = "local-server"))]
mod tests {
    use super::*;
    use crate::local::{LocalServer, binary};

    #[tokio::test]
    async fn a_lost_event_does_not_count_as_a_lost_connection_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let server = LocalServer::start(&binary().unwrap(), dir.path(), "").unwrap();
        let ceasefire = CeasefireId::new("test-1").unwrap();
        let bus = Bus::connect(&Access::new(server.url()), &ceasefire)
            .await
            .unwrap();
        // As if the connection had come again, and the event that says so had not.
        bus.link().tell(&Event::Disconnected);
        assert!(!bus.is_connected());
        let connected = tokio::time::timeout(Duration::from_secs(10), bus.connected());
        assert!(connected.await.unwrap());
        assert!(bus.is_connected());
        assert_eq!(bus.state(Stream::Entries).await.unwrap(), None);
        assert_eq!(*bus.reconnects().borrow(), 2);
    }
}
