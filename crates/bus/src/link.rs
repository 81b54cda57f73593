//! The state of the connection, as the client library's events tell it.
//!
//! ```text
//! -ERR 'Permissions Violation for Publish to "armistice.test.submit.somebody-else"'
//! ```
//!
//! A refused publish or subscription gets no answer: it shows only in this line, and the call itself just runs out of
//! time. So the newest refusals are kept here, and a call that waits looks whether one of them is its own.
//! A lost connection is counted, so that a call that waits for an answer on it does not wait for its time to run out.
//! Source: the protocol errors of the NATS client protocol; async-nats `Event`.
//!
//! Events that come while more than 128 wait are lost (a limit of async-nats). Without a refusal a call runs out of time;
//! that there is a connection again is then asked of the client library ([`crate::Bus`] does, a second later).

use std::collections::VecDeque;
use std::sync::Arc;

use async_nats::{Event, ServerError};
use tokio::sync::watch;
use tokio::time::Instant;

/// How many refusals are remembered. A call compares only what came after it began, and answers come in milliseconds.
const DENIALS_KEPT: usize = 64;

/// Whether there is a connection, and which one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkState {
    /// Now.
    pub(crate) connected: bool,
    /// How many connections there were, this one included.
    pub(crate) epoch: u64,
    /// By [`crate::Bus::close`]: there will be no other.
    pub(crate) closed: bool,
    /// When it was lost, while there is none.
    pub(crate) lost_at: Option<Instant>,
}

/// A refusal by the server's permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denial {
    /// `publish to` or `subscribe to`.
    pub(crate) action: &'static str,
    /// The subject that was refused.
    pub(crate) subject: String,
}

/// The newest refusals, and how many there ever were.
#[derive(Debug, Default)]
struct Denials {
    count: u64,
    /// The newest of all connections.
    last: Option<Denial>,
    /// The newest of this connection.
    newest: VecDeque<Denial>,
}

/// What the events of one connection said so far. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    state: Arc<watch::Sender<LinkState>>,
    reconnects: Arc<watch::Sender<u64>>,
    denials: Arc<watch::Sender<Denials>>,
    /// Why the last attempt to connect failed.
    failure: Arc<watch::Sender<Option<String>>>,
}

impl Link {
    pub(crate) fn new() -> Self {
        Self {
            state: Arc::new(watch::Sender::new(LinkState::default())),
            reconnects: Arc::new(watch::Sender::new(0)),
            denials: Arc::new(watch::Sender::new(Denials::default())),
            failure: Arc::new(watch::Sender::new(None)),
        }
    }

    /// Takes in one event of the client library.
    pub(crate) fn tell(&self, event: &Event) {
        match event {
            Event::Connected => {
                // Another connection may be under other permissions, and is refused anew what it may not.
                self.denials.send_modify(|denials| denials.newest.clear());
                let mut epoch = 0;
                self.state.send_modify(|state| {
                    state.connected = true;
                    state.lost_at = None;
                    state.epoch += 1;
                    epoch = state.epoch;
                });
                self.reconnects.send_replace(epoch);
                tracing::debug!(attempt = epoch, "connected to the message server");
            }
            Event::Disconnected => {
                self.state.send_modify(|state| {
                    state.connected = false;
                    state.lost_at = Some(Instant::now());
                });
                tracing::debug!("connection to the message server lost");
            }
            Event::Closed => self.state.send_modify(|state| {
                state.connected = false;
                state.closed = true;
                state.lost_at = None;
            }),
            Event::ServerError(ServerError::Other(text)) => {
                if let Some(denial) = denial_in(text) {
                    // A window of messages to one subject is refused message by message: once is enough to be told.
                    if self.newest_denial().as_ref() != Some(&denial) {
                        tracing::warn!(subject = denial.subject, "the message server refused a subject");
                    }
                    self.denials.send_modify(|denials| denials.push(denial));
                }
            }
            Event::ClientError(error) => {
                self.failure.send_replace(Some(error.to_string()));
                tracing::debug!(error = %error, "connecting to the message server failed");
            }
            _ => {}
        }
    }

    pub(crate) fn state(&self) -> LinkState {
        *self.state.borrow()
    }

    pub(crate) fn reconnects(&self) -> watch::Receiver<u64> {
        self.reconnects.subscribe()
    }

    pub(crate) fn newest_denial(&self) -> Option<Denial> {
        self.denials.borrow().last.clone()
    }

    pub(crate) fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// A mark to compare later refusals with.
    pub(crate) fn denials_so_far(&self) -> u64 {
        self.denials.borrow().count
    }

    /// The newest refusal after `mark` that `concerns` accepts.
    #[cfg(test)]
    pub(crate) fn denied_since(&self, mark: u64, concerns: impl Fn(&Denial) -> bool) -> Option<Denial> {
        self.denials.borrow().since(mark, concerns)
    }

    /// Waits for a refusal after `mark` that `concerns` accepts.
    pub(crate) async fn denied(&self, mark: u64, concerns: impl Fn(&Denial) -> bool) -> Denial {
        let mut denials = self.denials.subscribe();
        loop {
            if let Some(denial) = denials.borrow_and_update().since(mark, &concerns) {
                return denial;
            }
            // This link holds the sender, so the channel cannot close.
            if denials.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until the connection is another one than `epoch`, or is lost.
    pub(crate) async fn lost(&self, epoch: u64) {
        self.until(|state| !state.connected || state.epoch != epoch).await;
    }

    /// Waits until there is a connection; false when there will be none any more.
    pub(crate) async fn connected(&self) -> bool {
        self.until(|state| state.connected || state.closed).await;
        !self.state().closed
    }

    async fn until(&self, reached: impl Fn(&LinkState) -> bool) {
        let mut state = self.state.subscribe();
        // This link holds the sender, so the channel cannot close.
        if state.wait_for(reached).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Denials {
    fn push(&mut self, denial: Denial) {
        if self.newest.len() == DENIALS_KEPT {
            self.newest.pop_front();
        }
        self.last = Some(denial.clone());
        self.newest.push_back(denial);
        self.count += 1;
    }

    fn since(&self, mark: u64, concerns: impl Fn(&Denial) -> bool) -> Option<Denial> {
        let fresh = usize::try_from(self.count.saturating_sub(mark)).unwrap_or(usize::MAX);
        self.newest
            .iter()
            .rev()
            .take(fresh)
            .find(|denial| concerns(denial))
            .cloned()
    }
}

/// Reads the refusal out of an error line.
fn denial_in(text: &str) -> Option<Denial> {
    let lower = text.to_ascii_lowercase();
    let action = if lower.starts_with("permissions violation for publish") {
        "publish to"
    } else if lower.starts_with("permissions violation for subscription") {
        "subscribe to"
    } else {
        return None;
    };
    let subject = text.split('"').nth(1)?.to_owned();
    Some(Denial { action, subject })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read_from_error_lines() {
        let found = denial_in("Permissions Violation for Publish to \"a.b\"").unwrap();
        assert_eq!((found.action, found.subject.as_str()), ("publish to", "a.b"));
        let found = denial_in("Permissions Violation for Subscription to \"a.>\" using queue \"q\"").unwrap();
        assert_eq!((found.action, found.subject.as_str()), ("subscribe to", "a.>"));
        for other in ["", "Stale Connection", "Permissions Violation for Publish to"] {
            assert_eq!(denial_in(other), None);
        }
    }

    #[test]
    fn only_later_refusals_count_and_few_are_kept() {
        let link = Link::new();
        let deny = |subject: &str| {
            let text = format!("Permissions Violation for Publish to \"{subject}\"");
            link.tell(&Event::ServerError(ServerError::Other(text)));
        };
        deny("a");
        let mark = link.denials_so_far();
        assert_eq!(link.denied_since(mark, |_| true), None);
        deny("b");
        assert!(link.denied_since(mark, |denial| denial.subject == "a").is_none());
        assert!(link.denied_since(mark, |denial| denial.subject == "b").is_some());
        for _ in 0..10 * DENIALS_KEPT {
            deny("c");
        }
        assert_eq!(link.denials.borrow().newest.len(), DENIALS_KEPT);
        assert_eq!(link.newest_denial().unwrap().subject, "c");
    }
}
