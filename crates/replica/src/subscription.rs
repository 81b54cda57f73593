//! The other end: a view's current rows, then their changes.
//!
//! ```no_run
//! # async fn show(bus: armistice_bus::Bus) -> Result<(), Box<dyn std::error::Error>> {
//! use armistice_projection::View;
//! use armistice_replica::{Event, Subscription};
//!
//! let mut subscription = Subscription::open(&bus, View::Allegations, None).await?;
//! loop {
//!     match subscription.next().await? {
//!         Event::Row(change) => println!("{} as of entry {}: {:?}", change.key, change.index, change.row),
//!         Event::Stated(statement) => println!("all rows as of {} entries are here", statement.tree_size),
//!         Event::Current => println!("this was what is there; now what comes"),
//!         Event::Restarted => println!("forget all rows: they come again"),
//!     }
//!     // Kept somewhere, it lets the next run go on from here.
//!     let _place = subscription.cursor().to_string();
//! }
//! # }
//! ```
//! VIEWS keeps one message of each row, so whoever was away gets the newest of each row that changed meanwhile, not each
//! change. A row says which tree it was computed from; a statement says that all rows up to its tree size are there, and
//! what they come to.
//!
//! Nothing is checked here: rows are what a replica published. Who needs to know folds the entries, or asks several replicas.

use std::collections::VecDeque;
use std::time::Duration;

use armistice_bus::{Bus, Error as BusError, Follow, FollowError, Message, Start, Stream, header};
use armistice_projection::View;
use armistice_tlog::Hash;
use serde::Deserialize;
use tracing::warn;

use crate::error::Error;
use crate::rows::number;
use crate::settings::{STREAM_AGAIN, WAIT};

/// Messages that are read at once.
const AT_ONCE: usize = 1_024;
/// A view that nobody stated yet has no statement to wait for.
const EMPTY_AFTER: Duration = Duration::from_millis(300);
/// A statement is given when no row came for this long behind it: rows and statements are read apart, and the rows that it
/// is about were stored before it.
const SETTLED_AFTER: Duration = Duration::from_millis(30);

/// What a subscriber hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A row is there, is another now, or is gone.
    Row(Change),
    /// All rows up to a tree size are there.
    Stated(Statement),
    /// The rows that were there at the start were given; what comes now is new. Once after each start and restart.
    Current,
    /// VIEWS was made anew: the rows that were given are not valid any more.
    Restarted,
}

/// One row of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The row's key; the token of its subject where the row is gone and its key can stand in no header.
    pub key: String,
    /// The row's canonical JSON; `None` when it is gone.
    pub row: Option<String>,
    /// The last entry that was counted.
    pub index: u64,
    /// How many entries were counted.
    pub tree_size: u64,
    /// The root over them.
    pub root: Hash,
    /// The message's place in VIEWS.
    pub sequence: u64,
}

/// What a view's rows come to at one tree size.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Statement {
    /// The view's name.
    pub view: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the codebook in force.
    pub codebook: Option<String>,
    /// How many entries were counted.
    pub tree_size: u64,
    /// The root over them, hex.
    pub root: String,
    /// How many rows the view has.
    pub rows: u64,
    /// The root over the rows in key order, hex.
    pub digest: String,
    /// The checkpoint that the ledger signed for this tree size.
    pub checkpoint: String,
}

/// A place in VIEWS, as text `<created>:<sequence>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the stream was created, in nanoseconds since 1970 by the server's clock: another stream, another place.
    pub created_ns: i64,
    /// The last row that was given.
    pub sequence: u64,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.created_ns, self.sequence)
    }
}

impl std::str::FromStr for Cursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (created, sequence) = text.trim().split_once(':')?;
            Some(Self {
                created_ns: created.parse().ok()?,
                sequence: sequence.parse().ok()?,
            })
        };
        read().ok_or("expected <created>:<sequence>, two numbers")
    }
}

/// A subscription to one view.
#[derive(Debug)]
pub struct Subscription {
    bus: Bus,
    view: View,
    follows: Option<Follows>,
    cursor: Cursor,
    /// The last row that was there when it began.
    end: u64,
    /// The last row that was read.
    read_to: u64,
    /// Up to here in VIEWS it is known which row is the last: that is `end`.
    asked_to: u64,
    is_current: bool,
    /// It began with what is there, not behind a cursor: rows that are gone are not told of.
    from_nothing: bool,
    /// Statements whose rows may still come.
    held: Vec<Message>,
    ready: VecDeque<(Event, u64)>,
}

/// Rows and statement have subjects that no single filter takes together without those of other views.
#[derive(Debug)]
struct Follows {
    rows: Follow,
    statements: Follow,
}

impl Subscription {
    /// Begins with the current rows, or behind a cursor that is still valid: then with the rows that changed since.
    ///
    /// # Errors
    /// [`Error::Bus`] when there is no VIEWS yet, or it cannot be read.
    pub async fn open(bus: &Bus, view: View, since: Option<Cursor>) -> Result<Self, Error> {
        let mut subscription = Self {
            bus: bus.clone(),
            view,
            follows: None,
            cursor: since.unwrap_or(Cursor {
                created_ns: 0,
                sequence: 0,
            }),
            end: 0,
            read_to: 0,
            asked_to: 0,
            is_current: false,
            from_nothing: true,
            held: Vec::new(),
            ready: VecDeque::new(),
        };
        if subscription.begin().await? && since.is_some() {
            subscription.ready.push_back((Event::Restarted, 0));
        }
        Ok(subscription)
    }

    /// Where to go on later: behind the last row that was given.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The next event, whenever it comes. A lost connection is waited for. May be dropped and called again.
    ///
    /// # Errors
    /// [`Error::Message`] when a message cannot be read; [`Error::Follow`], [`Error::Bus`] when reading cannot go on.
    pub async fn next(&mut self) -> Result<Event, Error> {
        loop {
            if let Some((event, sequence)) = self.ready.pop_front() {
                self.cursor.sequence = self.cursor.sequence.max(sequence);
                return Ok(event);
            }
            match self.read().await {
                Ok(()) => {}
                Err(Error::Follow(FollowError::Gone { .. })) => {
                    warn!(view = self.view.name(), "VIEWS is another stream now");
                    self.follows = None;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Opens the stream; says whether it begins from nothing.
    async fn begin(&mut self) -> Result<bool, Error> {
        let state = self
            .bus
            .state(Stream::Views)
            .await?
            .ok_or_else(|| BusError::NoStream {
                stream: Stream::Views.name(self.bus.ceasefire()),
            })?;
        let goes_on =
            self.cursor.created_ns == state.created_ns && self.cursor.sequence <= state.last_sequence;
        let start = if goes_on {
            Start::Sequence(self.cursor.sequence + 1)
        } else {
            Start::LastPerSubject
        };
        if !goes_on {
            self.cursor = Cursor {
                created_ns: state.created_ns,
                sequence: 0,
            };
        }
        let subjects = self.bus.subjects();
        let (all, own) = (
            subjects.view_all(self.view.name()),
            subjects.view(self.view.name()),
        );
        self.follows = Some(Follows {
            rows: self.bus.follow(Stream::Views, Some(&all), start).await?,
            statements: self.bus.follow(Stream::Views, Some(&own), start).await?,
        });
        self.end = self
            .bus
            .last_message(Stream::Views, Some(&all))
            .await?
            .map_or(0, |last| last.sequence);
        self.read_to = if goes_on { self.cursor.sequence } else { 0 };
        self.asked_to = state.last_sequence;
        self.is_current = false;
        self.from_nothing = !goes_on;
        self.held.clear();
        Ok(!goes_on)
    }

    async fn read(&mut self) -> Result<(), Error> {
        let Some(follows) = &mut self.follows else {
            return self.begin_again().await;
        };
        if !self.is_current {
            // First the rows that are there, then the statement about them.
            if self.read_to < self.end {
                let rows = follows.rows.next(AT_ONCE, WAIT).await?;
                self.read_to = rows.last().map_or(self.read_to, |row| row.sequence);
                return self.take(rows, Vec::new());
            }
            if self.held.is_empty() {
                self.held = follows.statements.next(AT_ONCE, EMPTY_AFTER).await?;
            }
            // A statement that was stored after this began is about rows that were, too: they come before it.
            if let Some(stated) = self.held.last()
                && stated.sequence > self.asked_to
            {
                let stated = stated.sequence;
                let all = self.bus.subjects().view_all(self.view.name());
                let last = self.bus.last_message(Stream::Views, Some(&all)).await?;
                self.end = last.map_or(self.end, |last| last.sequence);
                self.asked_to = stated;
                return Ok(());
            }
            let statements = std::mem::take(&mut self.held);
            self.take(Vec::new(), statements)?;
            self.is_current = true;
            self.ready.push_back((Event::Current, 0));
            return Ok(());
        }
        if !self.held.is_empty() {
            let rows = follows.rows.next(AT_ONCE, SETTLED_AFTER).await?;
            let settled = if rows.is_empty() {
                // Of several the newest says it all.
                std::mem::take(&mut self.held).pop()
            } else {
                None
            };
            return self.take(rows, settled.into_iter().collect());
        }
        tokio::select! {
            biased;
            rows = follows.rows.next(AT_ONCE, WAIT) => self.take(rows?, Vec::new()),
            statements = follows.statements.next(AT_ONCE, WAIT) => {
                self.held.extend(statements?);
                Ok(())
            }
        }
    }

    async fn begin_again(&mut self) -> Result<(), Error> {
        match self.begin().await {
            Ok(_) => {
                self.ready.push_back((Event::Restarted, 0));
                Ok(())
            }
            Err(Error::Bus(error)) if error.is_temporary() || matches!(error, BusError::NoStream { .. }) => {
                tokio::time::sleep(STREAM_AGAIN).await;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, rows: Vec<Message>, statements: Vec<Message>) -> Result<(), Error> {
        for message in rows {
            let change = row(&message)?;
            // Of a row that is gone already there is nothing to say at the start.
            if change.row.is_some() || self.is_current || !self.from_nothing {
                self.ready.push_back((Event::Row(change), message.sequence));
            }
        }
        for message in statements {
            self.ready.push_back((Event::Stated(statement(&message)?), 0));
        }
        Ok(())
    }
}

fn statement(message: &Message) -> Result<Statement, Error> {
    serde_json::from_slice(&message.payload).map_err(|_| Error::Message {
        sequence: message.sequence,
        expected: "a statement of a view",
    })
}

fn row(message: &Message) -> Result<Change, Error> {
    #[derive(Deserialize)]
    struct Keyed {
        key: String,
    }
    let wrong = |expected| Error::Message {
        sequence: message.sequence,
        expected,
    };
    let row = if message.payload.is_empty() {
        None
    } else {
        Some(String::from_utf8(message.payload.to_vec()).map_err(|_| wrong("a row of text"))?)
    };
    let key = if let Some(row) = &row {
        serde_json::from_str::<Keyed>(row)
            .map_err(|_| wrong("a row with a key"))?
            .key
    } else {
        let token = message.subject.rsplit('.').next().unwrap_or_default();
        message.header(header::KEY).unwrap_or(token).to_owned()
    };
    Ok(Change {
        key,
        row,
        index: number(message, header::INDEX).ok_or(wrong("the header Armistice-Index"))?,
        tree_size: number(message, header::TREE_SIZE).ok_or(wrong("the header Armistice-Tree-Size"))?,
        root: message
            .header(header::ROOT)
            .and_then(Hash::from_hex)
            .ok_or(wrong("the header Armistice-Root"))?,
        sequence: message.sequence,
    })
}
