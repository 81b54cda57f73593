//! A server in a temporary folder, and connections to it.

use std::path::Path;
use std::time::Duration;

use armistice_bus::local::{LocalServer, binary};
use armistice_bus::{Access, Bus, Intake, Message, Outgoing, Patience, Stream, StreamSettings};
use armistice_report::CeasefireId;

/// Longest wait for something that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) server: LocalServer,
    pub(crate) dir: tempfile::TempDir,
}

pub(crate) fn ceasefire() -> CeasefireId {
    CeasefireId::new("test-1").unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    pub(crate) fn with(config: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = server(dir.path(), config);
        Self { server, dir }
    }

    pub(crate) fn access(&self) -> Access {
        Access::new(self.server.url())
    }

    pub(crate) async fn bus(&self) -> Bus {
        Bus::connect(&self.access(), &ceasefire()).await.unwrap()
    }

    /// A connection, and SUBMITTED and the others as a ledger makes them.
    pub(crate) async fn bus_with_streams(&self) -> Bus {
        self.bus_with(&StreamSettings::default()).await
    }

    /// The same with streams that are written before the acknowledgement: a killed server then loses nothing. Where a test is
    /// about what it loses, it does so itself.
    pub(crate) async fn bus_with_safe_streams(&self) -> Bus {
        let settings = StreamSettings {
            write_behind: false,
            ..StreamSettings::default()
        };
        self.bus_with(&settings).await
    }

    async fn bus_with(&self, settings: &StreamSettings) -> Bus {
        let bus = self.bus().await;
        for stream in Stream::ALL {
            bus.ensure(stream, settings).await.unwrap();
        }
        bus
    }
}

pub(crate) fn server(dir: &Path, config: &str) -> LocalServer {
    LocalServer::start(&binary().unwrap(), dir, config).unwrap()
}

pub(crate) fn patient(mut access: Access) -> Access {
    access.patience = Patience::Retry;
    access
}

/// The client library itself, for what the bus does not do: deleting, and settings of other people.
pub(crate) async fn raw(world: &World) -> async_nats::jetstream::Context {
    async_nats::jetstream::new(async_nats::connect(world.server.url()).await.unwrap())
}

/// Publishes numbered submissions, one after the other.
pub(crate) async fn submit(bus: &Bus, numbers: std::ops::Range<u64>) {
    let mut window = bus.window(256);
    for number in numbers {
        let subject = bus.subjects().submit("desk");
        window
            .send(number, Outgoing::new(subject, number.to_string()))
            .await;
    }
    while let Some((number, outcome)) = window.next().await {
        outcome.unwrap_or_else(|error| panic!("{number}: {error}"));
    }
}

/// Takes in until `count` messages are there.
pub(crate) async fn take(intake: &mut Intake, count: usize) -> Vec<Message> {
    let mut taken = Vec::new();
    let taking = async {
        while taken.len() < count {
            let wait = Duration::from_millis(500);
            taken.extend(intake.next(count - taken.len(), wait).await.unwrap());
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, taking).await.is_ok();
    assert!(in_time, "{} of {count} came", taken.len());
    taken
}

pub(crate) fn sequences(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.sequence).collect()
}

pub(crate) fn texts(messages: &[Message]) -> Vec<String> {
    messages
        .iter()
        .map(|message| String::from_utf8(message.payload.to_vec()).unwrap())
        .collect()
}
