//! The same for programs without a runtime: every call blocks.
//!
//! ```no_run
//! use armistice_bus::Access;
//! use armistice_producer::{Draft, Outcome, Settings, blocking::Producer};
//! use std::time::Duration;
//!
//! # fn example(settings: Settings, draft: Draft) -> Result<(), Box<dyn std::error::Error>> {
//! let producer = Producer::open("newsdesk.outbox", settings)?;
//! producer.connect(Access::new("nats://127.0.0.1:4222"))?; // reports are queued while no server answers
//!
//! let mut ticket = producer.report(draft)?; // signed, and durable on this machine
//! match producer.wait(&mut ticket, Duration::from_secs(30)) {
//!     Some(Ok(Outcome::Recorded(receipt))) => println!("entry {}", receipt.index.0),
//!     Some(Ok(Outcome::Refused(refusal))) => println!("{refusal}"),
//!     Some(Err(error)) => println!("{error}"),
//!     None => println!("no answer yet; the report stays in the outbox"),
//! }
//! producer.close();
//! # Ok(())
//! # }
//! ```
//! It has a runtime of two threads of its own and must not be called from within another runtime.

use crate::{Draft, Error, Outcome, Pending, RefusedReport, Settings, Status, Ticket};
use armistice_bus::Access;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// One for publishing, one for receipts.
const THREADS: usize = 2;

/// An open outbox. See [`crate::Producer`].
#[derive(Debug)]
pub struct Producer {
    runtime: Runtime,
    producer: crate::Producer,
}

impl Producer {
    /// See [`crate::Producer::open`].
    ///
    /// # Errors
    /// The same, and [`Error::Runtime`].
    pub fn open(path: impl Into<PathBuf>, settings: Settings) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .enable_all()
            .build()
            .map_err(|error| Error::Runtime(Arc::new(error)))?;
        let producer = runtime.block_on(crate::Producer::open(path, settings))?;
        Ok(Self { runtime, producer })
    }

    /// See [`crate::Producer::connect_to`].
    ///
    /// # Errors
    /// The same.
    pub fn connect(&self, access: Access) -> Result<(), Error> {
        let _inside = self.runtime.enter();
        self.producer.connect_to(access)
    }

    /// See [`crate::Producer::report`].
    ///
    /// # Errors
    /// The same.
    pub fn report(&self, draft: Draft) -> Result<Ticket, Error> {
        self.runtime.block_on(self.producer.report(draft))
    }

    /// See [`crate::Producer::report_all`].
    pub fn report_all(&self, drafts: impl IntoIterator<Item = Draft>) -> Vec<Result<Ticket, Error>> {
        self.runtime.block_on(self.producer.report_all(drafts))
    }

    /// See [`crate::Producer::queue_note`].
    ///
    /// # Errors
    /// The same.
    pub fn queue_note(&self, note: Vec<u8>) -> Result<Ticket, Error> {
        self.runtime.block_on(self.producer.queue_note(note))
    }

    /// See [`crate::Producer::ticket`].
    ///
    /// # Errors
    /// The same.
    pub fn ticket(&self, id: &str) -> Result<Option<Ticket>, Error> {
        self.runtime.block_on(self.producer.ticket(id))
    }

    /// Waits for an outcome, at most so long; `None` when there is none yet.
    pub fn wait(&self, ticket: &mut Ticket, at_most: Duration) -> Option<Result<Outcome, Error>> {
        self.runtime
            .block_on(async { tokio::time::timeout(at_most, ticket.outcome()).await })
            .ok()
    }

    /// Waits until no report is pending, at most so long; whether that was reached.
    pub fn drain(&self, at_most: Duration) -> bool {
        self.runtime
            .block_on(async { tokio::time::timeout(at_most, self.producer.drained()).await })
            .is_ok()
    }

    /// See [`crate::Producer::pending`].
    ///
    /// # Errors
    /// The same.
    pub fn pending(&self) -> Result<Vec<Pending>, Error> {
        self.producer.pending()
    }

    /// See [`crate::Producer::refused`].
    ///
    /// # Errors
    /// The same.
    pub fn refused(&self) -> Result<Vec<RefusedReport>, Error> {
        self.producer.refused()
    }

    /// How it is doing now.
    pub fn status(&self) -> Status {
        self.producer.status().borrow().clone()
    }

    /// See [`crate::Producer::forget`].
    ///
    /// # Errors
    /// The same.
    pub fn forget(&self, id: &str) -> Result<bool, Error> {
        self.runtime.block_on(self.producer.forget(id))
    }

    /// See [`crate::Producer::close`].
    pub fn close(self) {
        self.runtime.block_on(self.producer.close());
    }
}
