//! A server of the bench's own, a ledger on it, and the producers of its reports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use armistice_bus::local::LocalServer;
use armistice_bus::{Access, Bus};
use armistice_ledger::{Ledger, Settings};
use armistice_producer::{Producer, Settings as Outbox};
use armistice_relay::Relay;
use armistice_report::{CeasefireId, ProducerName};
use armistice_tlog::VerifierKey;

use super::super::generator::Generator;
use super::super::scratch::{CEASEFIRE, ORIGIN, found};
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::{files, nats_access, runtime};

/// How the server syncs its streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sync {
    /// Every two minutes.
    Default,
    /// Each message, before it is acknowledged.
    Always,
}

/// Everything of one contender.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) server: LocalServer,
    pub(super) ledger: Ledger,
    pub(super) vkey: VerifierKey,
    generator: Generator,
    folder: PathBuf,
}

/// The processes of a mission, as tasks: the ledger's relay, and the producers by name.
pub(super) struct Running {
    pub(super) relay: Relay,
    pub(super) producers: BTreeMap<String, Producer>,
}

impl Site {
    /// Starts the server and founds the ledger.
    pub(super) fn start(binary: &Path, folder: &Path, seed: u8, sync: Sync) -> Outcome<Self> {
        let server_folder = folder.join("nats");
        files::create_folder(&server_folder)?;
        let server = match sync {
            Sync::Always => LocalServer::always(binary, &server_folder, ""),
            Sync::Default => LocalServer::start(binary, &server_folder, ""),
        };
        let server = server.map_err(|error| nats_access::failure("cannot start nats-server", &error))?;
        let generator = Generator::new(ORIGIN, CEASEFIRE, seed);
        let ledger_folder = folder.join("ledger");
        let ledger = found(&ledger_folder, &generator, Settings::default())?;
        let vkey = LedgerFolder::new(&ledger_folder).log_key()?.verifier_key();
        Ok(Self {
            server,
            ledger,
            vkey,
            generator,
            folder: folder.to_owned(),
        })
    }

    /// The next signed notes, producers in turn.
    pub(super) fn notes(&mut self, count: usize) -> Vec<Vec<u8>> {
        self.generator.notes(count)
    }

    pub(super) async fn connect(&self) -> Outcome<Bus> {
        let ceasefire = CeasefireId::new(CEASEFIRE).map_err(|flaw| bench_failure(&flaw))?;
        let bus = Bus::connect(&Access::new(self.server.url()), &ceasefire).await;
        bus.map_err(|error| nats_access::failure("cannot use the NATS server", &error))
    }

    /// Starts the relay and opens the outboxes.
    pub(super) async fn run(&self) -> Outcome<Running> {
        let bus = self.connect().await?;
        let relay = Relay::start(&self.ledger, &bus, &armistice_relay::Settings::default());
        let mut producers = BTreeMap::new();
        for key in self.generator.keys() {
            let name = ProducerName::new(key.name()).map_err(|flaw| bench_failure(&flaw))?;
            let settings = Outbox::carrying(name, self.vkey.clone(), bus.ceasefire().clone());
            let path = self.folder.join(format!("{}.outbox", key.name()));
            let producer = Producer::open(path, settings)
                .await
                .map_err(|error| bench_failure(&error))?;
            producer
                .connect(self.connect().await?)
                .map_err(|error| bench_failure(&error))?;
            producers.insert(key.name().to_owned(), producer);
        }
        Ok(Running { relay, producers })
    }

    /// Ends the ledger in order and the server at once.
    pub(super) fn stop(mut self) -> Outcome {
        self.ledger.close();
        self.server.kill();
        // Outboxes and streams are in the scratch folder.
        runtime::block_on(async { Ok(()) })
    }
}

impl Running {
    /// Ends the producers and the relay.
    pub(super) async fn stop(self) -> Outcome {
        for producer in self.producers.values() {
            producer.close().await;
        }
        self.relay.stop().await.map_err(|error| bench_failure(&error))
    }
}

/// The bench itself went wrong.
pub(super) fn bench_failure(error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Failed, "bench", "the bench could not go on").because(error)
}

/// How long one round may take before it is given up.
pub(super) const ROUND_MAX: Duration = Duration::from_secs(300);
