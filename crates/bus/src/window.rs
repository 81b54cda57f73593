//! Many messages on their way at once, their outcomes in the order of sending.
//!
//! ```no_run
//! # async fn show(bus: armistice_bus::Bus) -> Result<(), armistice_bus::PublishError> {
//! let mut window = bus.window(1_024);
//! for index in 0..100_000_u64 {
//!     let mut message = armistice_bus::Outgoing::new(bus.subjects().entry("note.added.v1"), "bytes");
//!     message.expected_last_sequence = Some(index);
//!     window.send(index, message).await;
//!     while window.is_full() {
//!         if let Some((_, outcome)) = window.next().await {
//!             outcome?;
//!         }
//!     }
//! }
//! while let Some((_, outcome)) = window.next().await {
//!     outcome?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The server takes messages of one connection in the order of sending, and stores them so. Since outcomes are given in
//! that order too, only the oldest message is waited for, and a window costs nothing for each message but its place.
//!
//! A message that fails does not stop those behind it: they are on their way already. Whoever needs them to stop gives
//! each an expected last sequence, and then the stream refuses all that follow a gap.

use std::collections::VecDeque;
use std::fmt;

use crate::connection::Bus;
use crate::error::PublishError;
use crate::message::{Outgoing, Published};
use crate::publish::Sent;

/// Messages on their way, each with a tag of the sender's.
pub struct Window<T> {
    bus: Bus,
    in_flight_max: usize,
    in_flight: VecDeque<(T, Sent)>,
    /// Outcomes that came while [`Window::send`] waited for room; never more than the caller let come.
    done: VecDeque<(T, Result<Published, PublishError>)>,
}

impl<T> fmt::Debug for Window<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window")
            .field("in_flight", &self.in_flight.len())
            .field("in_flight_max", &self.in_flight_max)
            .field("done", &self.done.len())
            .finish_non_exhaustive()
    }
}

impl Bus {
    /// A window of at most `in_flight_max` messages that are sent and not acknowledged; 1,024 is enough for one server.
    pub fn window<T>(&self, in_flight_max: usize) -> Window<T> {
        Window {
            bus: self.clone(),
            in_flight_max: in_flight_max.max(1),
            in_flight: VecDeque::new(),
            done: VecDeque::new(),
        }
    }
}

impl<T> Window<T> {
    /// Sends a message, after waiting for room if there is none. What goes wrong is in its outcome.
    ///
    /// Each outcome that is waited for here is kept for [`Window::next`], so a sender that never asks fills the memory.
    /// If this is dropped while it waits for room, nothing was sent; while it hands over, the message may be on its way and
    /// will have no outcome: select on [`Window::next`] instead, and send when there is room.
    pub async fn send(&mut self, tag: T, message: Outgoing) {
        while self.in_flight.len() >= self.in_flight_max {
            if let Some(outcome) = self.oldest().await {
                self.done.push_back(outcome);
            }
        }
        let sent = self.bus.send(message).await;
        self.in_flight.push_back((tag, sent));
    }

    /// The oldest message's outcome; `None` when nothing is on its way. May be dropped and called again.
    pub async fn next(&mut self) -> Option<(T, Result<Published, PublishError>)> {
        match self.done.pop_front() {
            Some(outcome) => Some(outcome),
            None => self.oldest().await,
        }
    }

    /// Messages whose outcome was not given yet.
    pub fn len(&self) -> usize {
        self.in_flight.len() + self.done.len()
    }

    /// Whether every outcome was given.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether [`Window::send`] would wait for room.
    pub fn is_full(&self) -> bool {
        self.in_flight.len() >= self.in_flight_max
    }

    async fn oldest(&mut self) -> Option<(T, Result<Published, PublishError>)> {
        let (_, sent) = self.in_flight.front_mut()?;
        let outcome = sent.outcome(&self.bus).await;
        // No await between the outcome and here: it is either given or still to come.
        let (tag, _) = self.in_flight.pop_front()?;
        Some((tag, outcome))
    }
}
