//! A nats-server of a test's own, and the ledger of a [`World`] on it.

use crate::World;
use armistice_bus::local::{LocalServer, binary};
use armistice_bus::{Access, Bus, Message, Outgoing, Patience, Start, Stream, StreamSettings};
use armistice_relay::{Relay, Settings};
use armistice_report::CeasefireId;
use std::time::Duration;

/// How long a test waits for what must happen: far longer than it takes, on a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(60);

/// Runs a test's future on threads of its own.
pub fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

/// A server in a folder of its own; the folder goes with it.
#[derive(Debug)]
pub struct TestServer {
    /// The process.
    pub server: LocalServer,
    /// Its folder.
    pub folder: tempfile::TempDir,
}

impl TestServer {
    /// One server with JetStream and default settings.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// One server with more lines of configuration.
    pub fn start_with(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = binary().and_then(|binary| LocalServer::start(&binary, folder.path(), config));
        let server = server.expect("a server: `cargo xtask nats-server` installs it");
        Self { server, folder }
    }

    /// A connection to it, for the test ceasefire.
    pub async fn connect(&self) -> Bus {
        connect(&self.server.url()).await
    }
}

/// A connection that goes on after the server was away.
pub async fn connect(url: &str) -> Bus {
    let ceasefire = CeasefireId::new(crate::CEASEFIRE).expect("an id");
    let mut access = Access::new(url);
    // A child of a test may start while the server is being started again.
    access.patience = Patience::Retry;
    Bus::connect(&access, &ceasefire).await.expect("connected")
}

/// Streams that a killed server still has: what a test expects of them is then certain.
pub fn streams() -> StreamSettings {
    StreamSettings {
        write_behind: false,
        ..StreamSettings::default()
    }
}

/// Puts the world's ledger on the bus.
pub fn relay(world: &World, bus: &Bus) -> Relay {
    let settings = Settings { streams: streams() };
    Relay::start(world.ledger(), bus, &settings)
}

/// Publishes a submission as its producer does the first time.
pub async fn submit(bus: &Bus, producer: &str, note: &[u8]) {
    let message = Outgoing::new(bus.subjects().submit(producer), note.to_vec());
    bus.publish(message).await.expect("published");
}

/// Waits until `ready` gives something.
pub async fn until<T>(what: &str, mut ready: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(value) = ready().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(DEADLINE, waiting).await;
    waited.unwrap_or_else(|_| panic!("waited for {what} in vain"))
}

/// The first `count` messages of a stream.
pub async fn messages(bus: &Bus, stream: Stream, count: usize) -> Vec<Message> {
    // The ledger may not have made the stream yet.
    let begun = until("the stream", async || {
        bus.follow(stream, None, Start::Sequence(1)).await.ok()
    });
    let mut follow = begun.await;
    let mut found = Vec::new();
    until("messages", async || {
        let wait = Duration::from_millis(100);
        found.extend(follow.next(count - found.len(), wait).await.expect("messages"));
        (found.len() >= count).then_some(())
    })
    .await;
    found
}
