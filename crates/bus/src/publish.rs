//! Publishing to a stream: sent, and acknowledged by the server.
//!
//! ```text
//! PUB armistice.test.submit.desk _INBOX_producer-desk.… {"Nats-Msg-Id": "9f86…"} …
//! +OK {"stream":"SUBMITTED_test","seq":4711}         or {"error":{"code":503,"err_code":10077, …}}
//! ```
//!
//! A message ends in one of four ways: acknowledged, refused by the stream, refused by the permissions, or unknown, because
//! the time ran out or the connection was lost. Only the last may be stored all the same; whoever sends again relies on
//! the stream's conditions or on the ledger's own memory of what it has.
//! The time runs from sending, whenever the answer is looked at.
//! Source: NATS ADR-22 (publish retries) and the error codes of nats-server.
//!
//! Nothing is sent twice here: retrying can reorder, and only the sender knows whether that matters.

use std::pin::Pin;
use std::time::Duration;

use async_nats::jetstream::Error as ApiError;
use async_nats::jetstream::context::{PublishAckFuture, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use async_nats::{HeaderMap, HeaderValue};
use futures_util::FutureExt;
use tokio::time::Instant;

use crate::connection::{Bus, code};
use crate::error::PublishError;
use crate::header;
use crate::message::{Outgoing, Published};
use crate::stream::SUBMISSION_BYTES_MAX;
use crate::subject::kind_of;

/// Time for an acknowledgement, from sending. A cluster that has lost a stream's leader needs up to 7 s to choose another;
/// five then fail once and are sent again, while a single server answers within milliseconds.
pub(crate) const ACK_MS_MAX: u64 = 5_000;
/// Messages of one connection that wait for their acknowledgement, all windows together: four windows of 4,096.
pub(crate) const IN_FLIGHT_MAX: usize = 16_384;

type Acknowledgement =
    Pin<Box<dyn Future<Output = Result<PublishAck, async_nats::jetstream::context::PublishError>> + Send>>;

/// A message on its way.
pub(crate) struct Sent {
    subject: String,
    bytes: usize,
    expected: Option<u64>,
    acknowledgement: Result<Acknowledgement, Option<PublishError>>,
    /// The connection that it was sent on.
    epoch: u64,
    /// Refusals before it was sent.
    denials: u64,
    deadline: Instant,
}

impl Bus {
    /// Sends a message and waits for its acknowledgement, at most five seconds.
    ///
    /// When it returns well the server has the message; whether it has synced it to a disk is the server's configuration.
    ///
    /// # Errors
    /// See [`PublishError`]. After `TimedOut` and `Disconnected` the message may be stored all the same.
    pub async fn publish(&self, message: Outgoing) -> Result<Published, PublishError> {
        let mut sent = self.send(message).await;
        sent.outcome(self).await
    }

    /// Hands a message to the connection. What is wrong already is found in the outcome.
    pub(crate) async fn send(&self, message: Outgoing) -> Sent {
        let state = self.link_state();
        let mut sent = Sent {
            bytes: message.payload.len(),
            expected: message.expected_last_sequence,
            acknowledgement: Err(None),
            epoch: state.epoch,
            denials: self.link().denials_so_far(),
            deadline: Instant::now() + Duration::from_millis(ACK_MS_MAX),
            subject: message.subject,
        };
        if !state.connected {
            // The client library would keep the message and send it at some later time.
            sent.acknowledgement = Err(Some(PublishError::Disconnected {
                subject: sent.subject.clone(),
            }));
            return sent;
        }
        let headers = match headers(
            message.headers,
            message.message_id,
            message.expected_last_sequence,
        ) {
            Ok(headers) => headers,
            Err(error) => {
                sent.acknowledgement = Err(Some(error));
                return sent;
            }
        };
        let mut publish = PublishMessage::build().payload(message.payload);
        if !headers.is_empty() {
            publish = publish.headers(headers);
        }
        let sending = self.jetstream().send_publish(sent.subject.clone(), publish);
        // The connection's queue can be full: then this waits, and must end when the connection does.
        let handed_over = tokio::select! {
            biased;
            handed_over = sending => handed_over.map(PublishAckFuture::into_future).map_err(|error| sent.failed(&error, self)),
            () = self.link().lost(sent.epoch) => Err(PublishError::Disconnected { subject: sent.subject.clone() }),
        };
        sent.acknowledgement = handed_over.map_err(Some);
        sent
    }
}

impl Sent {
    /// Waits for the outcome. Dropping the wait keeps the message on its way; once the outcome was given, it is not again.
    pub(crate) async fn outcome(&mut self, bus: &Bus) -> Result<Published, PublishError> {
        let acknowledgement = match &mut self.acknowledgement {
            Ok(acknowledgement) => acknowledgement,
            Err(error) => return Err(error.take().unwrap_or_else(already_given)),
        };
        // Most acknowledgements of a window are there when they are looked at: spare them what waiting costs.
        let answer = if let Some(answer) = acknowledgement.now_or_never() {
            answer
        } else {
            let link = bus.link();
            let subject = &self.subject;
            tokio::select! {
                biased;
                answer = acknowledgement => answer,
                _ = link.denied(self.denials, |denial| &denial.subject == subject) => {
                    return self.end(PublishError::Denied { subject: self.subject.clone() });
                }
                denial = link.denied(0, |denial| bus.is_our_inbox(denial)) => {
                    return self.end(PublishError::Denied { subject: denial.subject });
                }
                () = link.lost(self.epoch) => {
                    return self.end(PublishError::Disconnected { subject: self.subject.clone() });
                }
                () = tokio::time::sleep_until(self.deadline) => {
                    return self.end(PublishError::TimedOut { subject: self.subject.clone() });
                }
            }
        };
        self.acknowledgement = Err(None);
        match answer {
            Ok(ack) => Ok(Published {
                sequence: ack.sequence,
                duplicate: ack.duplicate,
            }),
            Err(error) => Err(self.failed(&error, bus)),
        }
    }

    fn end(&mut self, error: PublishError) -> Result<Published, PublishError> {
        self.acknowledgement = Err(None);
        Err(error)
    }

    fn failed(&self, error: &async_nats::jetstream::context::PublishError, bus: &Bus) -> PublishError {
        let subject = self.subject.clone();
        match error.kind() {
            PublishErrorKind::StreamNotFound => PublishError::NoStream { subject },
            PublishErrorKind::TimedOut => PublishError::TimedOut { subject },
            PublishErrorKind::BrokenPipe => PublishError::Disconnected { subject },
            PublishErrorKind::MaxPayloadExceeded => PublishError::TooLarge {
                bytes: self.bytes,
                bytes_max: bus.client().max_payload(),
            },
            _ => {
                let source =
                    std::error::Error::source(error).and_then(|source| source.downcast_ref::<ApiError>());
                match source {
                    Some(refused) => self.refused(refused),
                    None => PublishError::Other(error.to_string().into()),
                }
            }
        }
    }

    /// What the stream said.
    fn refused(&self, refused: &ApiError) -> PublishError {
        let subject = self.subject.clone();
        // The library keeps the description to itself and shows it with the numbers behind it.
        let shown = refused.to_string();
        let description = shown.split(" (code ").next().unwrap_or_default().to_owned();
        match refused.error_code().0 {
            code::WRONG_LAST_SEQUENCE | code::WRONG_LAST_SEQUENCE_UNSAID => PublishError::WrongLastSequence {
                expected: self.expected,
                found: description.rsplit(' ').next().and_then(|last| last.parse().ok()),
            },
            code::MESSAGE_TOO_LARGE | code::HEADER_TOO_LARGE => PublishError::TooLarge {
                bytes: self.bytes,
                bytes_max: if kind_of(&self.subject) == "submit" {
                    SUBMISSION_BYTES_MAX
                } else {
                    0
                },
            },
            code::STORE_FAILED if description.starts_with("maximum") => PublishError::Full { subject },
            code => PublishError::Refused {
                subject,
                code,
                status: refused.code(),
                description,
            },
        }
    }
}

fn already_given() -> PublishError {
    PublishError::Other("the outcome was given before".into())
}

fn headers(
    named: Vec<(&'static str, String)>,
    message_id: Option<String>,
    expected_last_sequence: Option<u64>,
) -> Result<HeaderMap, PublishError> {
    let mut headers = HeaderMap::new();
    let id = message_id.map(|id| (header::MESSAGE_ID, id));
    for (name, value) in named.into_iter().chain(id) {
        let value: HeaderValue = value.parse().map_err(|_| PublishError::BadHeader { name })?;
        headers.append(name, value);
    }
    if let Some(sequence) = expected_last_sequence {
        headers.insert(header::EXPECTED_LAST_SEQUENCE, HeaderValue::from(sequence));
    }
    Ok(headers)
}
