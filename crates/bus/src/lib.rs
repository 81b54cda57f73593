//! NATS JetStream: subjects, streams, publish, pull, follow, ask.
//!
//! ```text
//! producer ──► SUBMITTED ──► the ledger ──► ENTRIES, CHECKPOINTS, RECEIPTS ──► projections ──► VIEWS ──► anybody
//!   publish     intake                        window                             follow          window    follow
//! ```
//!
//! ```no_run
//! # async fn show() -> Result<(), Box<dyn std::error::Error>> {
//! use armistice_bus::{Access, Bus, Outgoing, Stream, StreamSettings};
//!
//! let ceasefire = armistice_report::CeasefireId::new("karabakh-2020").expect("an id");
//! let bus = Bus::connect(&Access::new("nats://127.0.0.1:4222"), &ceasefire).await?;
//! bus.ensure(Stream::Submitted, &StreamSettings::default()).await?;
//! let subject = bus.subjects().submit("demo-newsdesk");
//! let published = bus.publish(Outgoing::new(subject, "a signed note")).await?;
//! println!("stored as message {}", published.sequence);
//! # Ok(())
//! # }
//! ```
//!
//! One connection serves one ceasefire, with five streams ([`Stream`]) of one subject tree ([`Subjects`]).
//! A `JetStream` acknowledgement means that the message is in the server's memory or page cache, not that it survives a
//! power cut: nothing here is a receipt (`docs/architecture.md`, "A receipt means durable").
//! Source: the NATS client protocol and the `JetStream` API as nats-server 2.10 to 2.14 speak them.
//!
//! What is not here: what a message means. Notes, entries, checkpoints and views are bytes on this side; the ledger, the
//! replicas and the producers read them. No key-value buckets, no ordered consumers, no work queues: they resume slowly
//! after a restart of the server, or refuse a second reader.

mod access;
mod compare;
mod connection;
mod consumer;
mod context;
mod error;
mod follow;
pub mod header;
mod intake;
mod link;
#[cfg(feature = "local-server")]
pub mod local;
mod login;
mod message;
pub mod permissions;
mod publish;
mod pull;
mod query;
mod server;
mod stored;
mod stream;
mod subject;
mod tail;
mod window;

pub use access::{Access, Credentials, Patience, Tls};
pub use connection::Bus;
pub use error::{AskError, Error, FollowError, PublishError};
pub use follow::{Follow, Start};
pub use intake::Intake;
pub use login::{Login, new_login, public_of};
pub use message::{Message, Outgoing, Published};
pub use permissions::{Permissions, Role, permissions};
pub use query::{QUERIES, Question, Questions};
pub use server::{ServerFacts, Warning};
pub use stream::{OfficeSide, Stream, StreamSettings, StreamState};
pub use subject::{Subjects, key_token, producer_of};
pub use window::Window;
