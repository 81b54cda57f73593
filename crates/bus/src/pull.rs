//! Pulling messages from one consumer: requests, heartbeats, statuses.
//!
//! ```text
//! PUB $JS.API.CONSUMER.MSG.NEXT.ENTRIES_test.Xk3… _INBOX.abc {"batch":1024,"expires":30000000000,"idle_heartbeat":1000000000}
//! MSG …                                  reply $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<place>.<time>.<pending>
//! NATS/1.0 100 Idle Heartbeat            nothing to deliver, still here
//! NATS/1.0 408 Request Timeout           a request ran out; Nats-Pending-Messages: what it still had to give
//! NATS/1.0 409 Consumer Deleted          over
//! ```
//!
//! A request is renewed when half of it is used up, so that the server always has one to deliver to. Each consumer has an
//! inbox of its own: what an older consumer still had on its way cannot be taken for the newer one's.
//! The consumer's own count of deliveries (`place`) has no gaps, so a gap in it means that a message was lost on its way.
//! Source: NATS ADR-13 (pull), ADR-15 (the reply subject, in both forms), ADR-37.
//!
//! What to do when a consumer is lost is decided in `tail.rs`.

use std::time::Duration;

use async_nats::Subscriber;
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use tokio::time::Instant;

use crate::connection::Bus;
use crate::error::Error;
use crate::message::{Message, plain_headers};

/// Messages that are asked for and have not come. At most 64 KiB each, so 128 MiB; 2 MiB of reports of 1 KB.
const REQUESTED_MAX: usize = 2_048;
/// How long a request waits at the server.
const EXPIRES_MS: u64 = 30_000;
/// How often a server with nothing to deliver says that it is there.
const HEARTBEAT_MS: u64 = 1_000;
/// Silence after which the consumer counts as lost: two heartbeats that did not come, and time for a third to be late.
const SILENCE_MS_MAX: u64 = 3_500;

/// How the reply subject of a delivered message begins.
const ACK_PREFIX: &str = "$JS.ACK.";

/// A message and where its acknowledgement goes.
#[derive(Debug)]
pub(crate) struct Pulled {
    pub(crate) message: Message,
    /// Acknowledges this message, and with it all before.
    pub(crate) reply: String,
    /// Place in the consumer's own count of deliveries, from 1.
    pub(crate) place: u64,
    /// Messages that the consumer had still to deliver after this one.
    pub(crate) pending: u64,
}

/// Why a consumer gives no more.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It was silent, or the connection was lost, or the server restarted: make another one.
    Lost,
    /// It was deleted.
    Deleted,
    /// A request could not be made.
    Failed(Error),
}

/// One consumer being pulled from.
#[derive(Debug)]
pub(crate) struct Pull {
    bus: Bus,
    /// `CONSUMER.MSG.NEXT` of the consumer, where requests go.
    subject: String,
    inbox: String,
    messages: Subscriber,
    /// Messages that were asked for and have not come.
    requested: usize,
    /// The connection that the requests were made on.
    epoch: u64,
    /// How long this was waiting for anything without hearing a thing.
    silent: Duration,
    ended: Option<Ended>,
}

impl Pull {
    /// Subscribes to an inbox of its own; the first request is made by the first [`Pull::next`].
    pub(crate) async fn open(bus: &Bus, stream: &str, consumer: &str) -> Result<Self, Error> {
        let inbox = bus.client().new_inbox();
        let failed = |source: async_nats::SubscribeError| Error::Client {
            doing: format!("subscribing to {consumer} of {stream}"),
            source: source.into(),
        };
        let epoch = bus.link().state().epoch;
        let messages = bus.client().subscribe(inbox.clone()).await.map_err(failed)?;
        Ok(Self {
            bus: bus.clone(),
            subject: format!("{}.CONSUMER.MSG.NEXT.{stream}.{consumer}", bus.api_prefix()),
            inbox,
            messages,
            requested: 0,
            epoch,
            silent: Duration::ZERO,
            ended: None,
        })
    }

    /// The next message; `None` after `deadline`, at once if `deadline` has passed and nothing is here.
    pub(crate) async fn next(&mut self, deadline: Instant) -> Result<Option<Pulled>, Ended> {
        loop {
            if let Some(ended) = self.ended.take() {
                return Err(ended);
            }
            if self.requested <= REQUESTED_MAX / 2 {
                self.request().await?;
            }
            let Some(message) = self.hear(deadline).await? else {
                return Ok(None);
            };
            if let Some(status) = status(&message) {
                self.read_status(status, &message)?;
                continue;
            }
            self.requested = self.requested.saturating_sub(1);
            if let Some(pulled) = pulled(message) {
                return Ok(Some(pulled));
            }
        }
    }

    /// Whether the connection that it was opened on is lost.
    pub(crate) fn is_cut_off(&self) -> bool {
        let state = self.bus.link().state();
        !state.connected || state.epoch != self.epoch
    }

    /// Whatever comes next; `None` after `deadline`.
    async fn hear(&mut self, deadline: Instant) -> Result<Option<async_nats::Message>, Ended> {
        if let Some(next) = self.messages.next().now_or_never() {
            self.silent = Duration::ZERO;
            return next.map(Some).ok_or(Ended::Lost);
        }
        let begun = Instant::now();
        if deadline <= begun {
            return Ok(None);
        }
        let silence_max = Duration::from_millis(SILENCE_MS_MAX).saturating_sub(self.silent);
        let until = deadline.min(begun + silence_max);
        let link = self.bus.link().clone();
        tokio::select! {
            biased;
            next = self.messages.next() => {
                self.silent = Duration::ZERO;
                next.map(Some).ok_or(Ended::Lost)
            }
            () = link.lost(self.epoch) => Err(Ended::Lost),
            denial = link.denied(0, |denial| self.bus.is_our_inbox(denial) || denial.subject == self.subject) => {
                Err(Ended::Failed(Error::Denied { action: denial.action, subject: denial.subject }))
            }
            () = tokio::time::sleep_until(until) => {
                self.silent += begun.elapsed();
                if self.silent >= Duration::from_millis(SILENCE_MS_MAX) {
                    Err(Ended::Lost)
                } else {
                    Ok(None)
                }
            }
        }
    }

    async fn request(&mut self) -> Result<(), Ended> {
        let batch = REQUESTED_MAX - self.requested;
        let payload = json!({
            "batch": batch,
            "expires": EXPIRES_MS * 1_000_000,
            "idle_heartbeat": HEARTBEAT_MS * 1_000_000,
        });
        let request = payload.to_string().into();
        let link = self.bus.link().clone();
        tokio::select! {
            biased;
            // The connection's queue can be full; then this must end when the connection does.
            () = link.lost(self.epoch) => return Err(Ended::Lost),
            asked = self.bus.client().publish_with_reply(self.subject.clone(), self.inbox.clone(), request) => {
                // It fails only when the connection was closed.
                asked.map_err(|_| Ended::Lost)?;
            }
        }
        self.requested += batch;
        Ok(())
    }

    fn read_status(&mut self, status: u16, message: &async_nats::Message) -> Result<(), Ended> {
        let words = message.description.as_deref().unwrap_or_default();
        let lower = words.to_ascii_lowercase();
        match status {
            100 => Ok(()),
            // A request has ended and will not give the rest of what it was for.
            404 | 408 => {
                self.give_up(message);
                Ok(())
            }
            409 if lower.contains("batch completed") || lower.contains("exceeds maxbytes") => {
                self.give_up(message);
                Ok(())
            }
            409 if lower.contains("consumer deleted") => Err(Ended::Deleted),
            // Leadership Change, Server Shutdown, and whatever later servers say.
            _ => {
                tracing::debug!(status, "consumer ended");
                Err(Ended::Lost)
            }
        }
    }

    fn give_up(&mut self, message: &async_nats::Message) {
        let rest = message
            .headers
            .as_ref()
            .and_then(|headers| headers.get("Nats-Pending-Messages"))
            .and_then(|value| value.as_str().parse::<usize>().ok());
        self.requested = match rest {
            Some(rest) => self.requested.saturating_sub(rest),
            None => 0,
        };
    }
}

/// What the server says about the consumer; `None` for a message of the stream.
///
/// Headers are stored as they were sent, so a message of the stream may begin with a status line too. It is delivered with
/// the subject for its acknowledgement, and what the server says itself is not.
fn status(message: &async_nats::Message) -> Option<u16> {
    let is_stored = message
        .reply
        .as_ref()
        .is_some_and(|reply| reply.starts_with(ACK_PREFIX));
    message
        .status
        .filter(|_| !is_stored)
        .map(|status| status.as_u16())
}

fn pulled(message: async_nats::Message) -> Option<Pulled> {
    let reply = message.reply.as_ref()?.to_string();
    let Some(place) = Place::read(&reply) else {
        tracing::warn!("dropped a message without a place in its stream");
        return None;
    };
    Some(Pulled {
        message: Message {
            sequence: place.sequence,
            subject: message.subject.to_string(),
            headers: plain_headers(message.headers.as_ref()),
            payload: message.payload,
            published_ns: place.published_ns,
        },
        reply,
        place: place.count,
        pending: place.pending,
    })
}

/// What the reply subject of a delivered message says.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    sequence: u64,
    count: u64,
    published_ns: i64,
    pending: u64,
}

impl Place {
    /// Reads both forms: nine tokens, or eleven and more with domain and account before the stream.
    fn read(reply: &str) -> Option<Self> {
        let tokens: Vec<&str> = reply.split('.').collect();
        if !reply.starts_with(ACK_PREFIX) {
            return None;
        }
        let from = match tokens.len() {
            9 => 5,
            11.. => 7,
            _ => return None,
        };
        Some(Self {
            sequence: tokens[from].parse().ok()?,
            count: tokens[from + 1].parse().ok()?,
            published_ns: tokens[from + 2].parse().ok()?,
            pending: tokens[from + 3].parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_in_both_forms() {
        let place = Place {
            sequence: 100,
            count: 7,
            published_ns: 1_700_000_000_000_000_000,
            pending: 3,
        };
        for reply in [
            "$JS.ACK.S.C.1.100.7.1700000000000000000.3",
            "$JS.ACK.hub.ACCHASH.S.C.1.100.7.1700000000000000000.3",
            "$JS.ACK._.ACCHASH.S.C.1.100.7.1700000000000000000.3.random",
        ] {
            assert_eq!(Place::read(reply).as_ref(), Some(&place), "{reply}");
        }
    }

    #[test]
    fn other_subjects_have_no_place() {
        for reply in [
            "",
            "$JS.ACK",
            "_INBOX.a.b.c.d.e.f.g.h",
            "$JS.ACK.S.C.1.x.7.17.3",
            "$JS.ACK.S.C.1.100.7.17.3.4",
        ] {
            assert_eq!(Place::read(reply), None, "{reply}");
        }
    }
}
