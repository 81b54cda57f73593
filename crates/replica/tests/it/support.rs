//! A server, replicas on it, and what VIEWS holds.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use armistice_bus::local::{LocalServer, binary};
use armistice_bus::{Access, Bus, Message, Patience, Start, Stream, header};
use armistice_projection::{Projection, View};
use armistice_replica::{Error, Head, Replica, Settings};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::scribe::{Scribe, ceasefire};

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server of the test's own.
pub(crate) struct Server {
    pub(crate) server: LocalServer,
    pub(crate) dir: TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with("")
    }

    pub(crate) fn start_with(config: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let server = LocalServer::start(&binary().unwrap(), dir.path(), config).unwrap();
        Self { server, dir }
    }

    pub(crate) async fn bus(&self) -> Bus {
        let mut access = Access::new(self.server.url());
        access.patience = Patience::Retry;
        Bus::connect(&access, &ceasefire()).await.unwrap()
    }

    /// An operation on VIEWS that only an operator does: `DELETE`, `PURGE`.
    pub(crate) fn operate_on_views(&self, operation: &str) {
        let address = self.server.url().replace("nats://", "");
        let mut connection = TcpStream::connect(address).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        let stream = Stream::Views.name(&ceasefire());
        // The answer comes behind the server's greeting.
        let request = format!(
            "CONNECT {{\"verbose\":false}}\r\nSUB answer 1\r\nPUB $JS.API.STREAM.{operation}.{stream} answer 0\r\n\r\n"
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(connection).lines();
        let answer = lines.find(|line| line.as_ref().unwrap().starts_with('{'));
        let answer = answer.unwrap().unwrap();
        assert!(answer.contains("\"success\":true"), "{answer}");
    }

    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) async fn replica(&self, name: &str, scribe: &Scribe) -> Running {
        self.replica_with(name, scribe, |_| {}).await
    }

    pub(crate) async fn replica_with(
        &self,
        name: &str,
        scribe: &Scribe,
        change: impl FnOnce(&mut Settings),
    ) -> Running {
        let mut settings = Settings::new(name, scribe.vkey());
        change(&mut settings);
        let replica = Replica::open(self.bus().await, settings).unwrap();
        let heads = replica.heads();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(replica.run(async move {
            let _ = stopped.await;
        }));
        Running { heads, stop, task }
    }
}

/// A replica that runs.
pub(crate) struct Running {
    pub(crate) heads: watch::Receiver<Option<Head>>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), Error>>,
}

impl Running {
    /// Waits until it has caught up with a tree of that size.
    pub(crate) async fn at(&mut self, size: u64) {
        let reached = self
            .heads
            .wait_for(|head| head.is_some_and(|head| head.tree_size.0 == size && head.is_caught_up));
        tokio::time::timeout(PATIENCE, reached).await.unwrap().unwrap();
    }

    pub(crate) async fn stop(self) -> Result<(), Error> {
        let _ = self.stop.send(());
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap()
    }

    /// Ends it between two instructions, as a signal would.
    pub(crate) async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub(crate) async fn ended(self) -> Error {
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap()
            .unwrap_err()
    }
}

/// The current messages of VIEWS.
pub(crate) async fn current(bus: &Bus) -> Vec<Message> {
    let Some(state) = bus.state(Stream::Views).await.unwrap() else {
        return Vec::new();
    };
    let mut messages = Vec::new();
    if state.messages > 0 {
        let mut follow = bus
            .follow(Stream::Views, None, Start::LastPerSubject)
            .await
            .unwrap();
        while messages
            .last()
            .is_none_or(|message: &Message| message.sequence < state.last_sequence)
        {
            messages.extend(follow.next(10_000, PATIENCE).await.unwrap());
        }
    }
    messages
}

/// The rows on VIEWS by view and key, and the statements by view.
pub(crate) fn rows(messages: &[Message]) -> (BTreeMap<(String, String), String>, BTreeMap<String, Value>) {
    let (mut rows, mut statements) = (BTreeMap::new(), BTreeMap::new());
    for message in messages {
        let view = message.header(header::VIEW).unwrap().to_owned();
        if message.subject.split('.').count() == 4 {
            statements.insert(view, serde_json::from_slice(&message.payload).unwrap());
        } else if message.header(header::REMOVED).is_none() {
            let key = message.header(header::KEY).unwrap().to_owned();
            rows.insert((view, key), String::from_utf8(message.payload.to_vec()).unwrap());
        }
    }
    (rows, statements)
}

/// Waits until VIEWS holds exactly the rows and statements of these views.
pub(crate) async fn wait_for_views(bus: &Bus, expected: &Projection) {
    let mut wanted = BTreeMap::new();
    for &view in View::ALL {
        expected.for_each_row(view, |key, row| {
            let row = String::from_utf8(row.to_vec()).unwrap();
            wanted.insert((view.name().to_owned(), key.to_owned()), row);
        });
    }
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let (rows, statements) = rows(&current(bus).await);
        let stated = View::ALL.iter().all(|&view| {
            let digest = expected.digest(view);
            statements.get(view.name()).is_some_and(|statement| {
                statement["tree_size"] == expected.tree_size().0
                    && statement["root"] == expected.root().to_string()
                    && statement["digest"] == digest.root.to_string()
                    && statement["rows"] == digest.rows.0
            })
        });
        if stated && rows == wanted {
            return;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "stated {stated}: {statements:#?}; {} rows, {} wanted",
            rows.len(),
            wanted.len()
        );
        // A look costs the server little; the condition is what is waited for.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
