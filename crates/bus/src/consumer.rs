//! Making a consumer: the server's side of a reader.
//!
//! ```text
//! $JS.API.CONSUMER.CREATE.SUBMITTED_test.ledger
//!     {"durable_name":"ledger", "ack_policy":"all", "deliver_policy":"by_start_sequence", "opt_start_seq":4712, …}
//! $JS.API.CONSUMER.CREATE.RECEIPTS_test.3npCrmeBmnqfJPFyqmn6jh.armistice.test.receipt.desk
//!     {"name":"3npC…", "ack_policy":"none", "mem_storage":true, "filter_subject":"armistice.test.receipt.desk", …}
//! ```
//!
//! The filter stands in the subject too, so that permissions can be given on it ([`mod@crate::permissions`]). Names of passing
//! consumers are random: who does not know one cannot pull from it.
//! Source: NATS ADR-15 and the `JetStream` API (`CONSUMER.CREATE` of nats-server 2.9 and later).
//!
//! Pulling from it is in `pull.rs`, losing and making it again in `tail.rs`.

use serde_json::{Map, Value, json};

use crate::connection::{Bus, code};
use crate::error::Error;
use crate::stream::Stream;

/// How long the server keeps a passing consumer that nobody pulls from.
const IDLE_S_MAX: u64 = 60;
/// How long a taken message may stay without acknowledgement before it is delivered again.
const ACK_WAIT_S: u64 = 60;
/// Messages that were taken and not acknowledged. Beyond them the server waits.
const UNACKNOWLEDGED_MAX: usize = 65_536;

/// What kind of consumer reads.
#[derive(Clone, Debug)]
pub(crate) enum Reader {
    /// One of a fixed name, which the server keeps, and which acknowledges. There is one, and a newer replaces it.
    Durable(String),
    /// One of a random name, kept in the server's memory while it is used.
    Passing {
        /// The subjects that are read.
        filter: Option<String>,
    },
}

/// Where reading begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Beginning {
    Sequence(u64),
    LastPerSubject,
}

/// A consumer that the server has made.
pub(crate) struct Consumer {
    pub(crate) name: String,
    /// Messages that it has to deliver.
    pub(crate) pending: u64,
}

/// Makes a consumer. A durable one of the same name is removed first: where a consumer begins cannot be changed.
pub(crate) async fn create(
    bus: &Bus,
    stream: Stream,
    reader: &Reader,
    beginning: Beginning,
) -> Result<Consumer, Error> {
    let stream_name = bus.stream_name(stream);
    let (name, mut config, filter) = match reader {
        Reader::Durable(name) => {
            remove(bus, &stream_name, name).await?;
            (name.clone(), durable(name), None)
        }
        Reader::Passing { filter } => {
            let inbox = bus.client().new_inbox();
            let name = inbox.rsplit('.').next().unwrap_or_default().to_owned();
            let config = passing(&name);
            (name, config, filter.clone())
        }
    };
    let mut set = |field: &str, value: Value| config.insert(field.to_owned(), value);
    let filter = match beginning {
        Beginning::Sequence(from) => {
            set("deliver_policy", json!("by_start_sequence"));
            set("opt_start_seq", json!(from.max(1)));
            filter
        }
        // The server wants to be told of which subjects the last message is asked for, be it all of the stream.
        Beginning::LastPerSubject => {
            set("deliver_policy", json!("last_per_subject"));
            Some(filter.unwrap_or_else(|| stream.subject(bus.subjects())))
        }
    };
    let mut operation = format!("CONSUMER.CREATE.{stream_name}.{name}");
    if let Some(filter) = filter {
        operation = format!("{operation}.{filter}");
        set("filter_subject", json!(filter));
    }
    let payload = json!({ "stream_name": stream_name, "config": config, "action": "create" });
    let created: Created = bus.api(&operation, &payload).await?;
    Ok(Consumer {
        name,
        pending: created.num_pending,
    })
}

async fn remove(bus: &Bus, stream: &str, name: &str) -> Result<(), Error> {
    let operation = format!("CONSUMER.DELETE.{stream}.{name}");
    match bus.api::<Value>(&operation, &json!({})).await {
        Ok(_)
        | Err(Error::Refused {
            code: code::CONSUMER_NOT_FOUND,
            ..
        }) => Ok(()),
        Err(error) => Err(error),
    }
}

#[derive(serde::Deserialize)]
struct Created {
    #[serde(default)]
    num_pending: u64,
}

fn durable(name: &str) -> Map<String, Value> {
    object(json!({
        "name": name,
        "durable_name": name,
        "ack_policy": "all",
        "ack_wait": ACK_WAIT_S * 1_000_000_000,
        "max_ack_pending": UNACKNOWLEDGED_MAX,
        "replay_policy": "instant",
        "num_replicas": 0,
    }))
}

fn passing(name: &str) -> Map<String, Value> {
    object(json!({
        "name": name,
        "ack_policy": "none",
        "replay_policy": "instant",
        "inactive_threshold": IDLE_S_MAX * 1_000_000_000,
        "mem_storage": true,
        "num_replicas": 1,
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
