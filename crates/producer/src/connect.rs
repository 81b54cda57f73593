//! The tasks behind a connected producer, and the one that makes the connection when no server answers yet.

use crate::courier::Courier;
use crate::follower::{self, BATCHES_MAX, pauses};
use crate::keeper::Command;
use crate::reader::Reader;
use crate::schedule::{Limits, Schedule};
use crate::status::{self, Status};
use crate::verify::Verifier;
use crate::{Error, Settings};
use armistice_bus::{Access, Bus};
use armistice_report::{CeasefireId, ProducerName};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tracing::warn;

/// Between two attempts after a failure that will not end by itself, such as wrong credentials.
const REFUSED_PAUSE: Duration = Duration::from_secs(30);

/// Everything that publishing needs but the connection.
pub(crate) struct Parts {
    pub(crate) producer: ProducerName,
    pub(crate) ceasefire: CeasefireId,
    pub(crate) settings: Settings,
    pub(crate) reader: Reader,
    pub(crate) keeper: mpsc::Sender<Command>,
    pub(crate) durable: watch::Receiver<u64>,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) fresh_from: u64,
}

/// Publishes over this connection until the producer closes.
pub(crate) async fn over(bus: Bus, parts: Parts) {
    let settings = &parts.settings;
    let producer = parts.producer.as_str();
    let (heard, answers) = mpsc::channel(BATCHES_MAX);
    let receipts = bus.subjects().receipt(producer);
    let limits = Limits {
        in_flight_max: settings.in_flight_max,
        resend_after: settings.resend_after,
        resend_after_max: settings.resend_after_max,
    };
    let following = follower::run(bus.clone(), receipts, heard);
    let courier = Courier {
        subject: bus.subjects().submit(producer),
        bus,
        reader: parts.reader,
        keeper: parts.keeper,
        durable: parts.durable,
        status: parts.status,
        schedule: Schedule::new(parts.fresh_from, limits),
        verifier: Verifier::new(settings.ledger.clone()),
        in_flight_max: settings.in_flight_max.max(1),
        resend_after: settings.resend_after,
    };
    // When one ends, the other has nothing to do; both are dropped with this task.
    tokio::select! {
        () = following => {}
        () = courier.run(answers) => {}
    }
}

/// Connects, however often it takes, and then publishes.
pub(crate) async fn to(access: Access, parts: Parts) {
    let mut pauses = pauses();
    let mut attempts = 0;
    let bus = loop {
        let error = match Bus::connect(&access, &parts.ceasefire).await {
            Ok(bus) => break bus,
            Err(error) => error,
        };
        attempts += 1;
        let pause = if error.is_temporary() {
            pauses.next().unwrap_or(REFUSED_PAUSE)
        } else {
            REFUSED_PAUSE
        };
        let error = Error::NotConnected(Arc::new(error));
        if attempts == 1 {
            warn!(error = ?error, "no connection");
        }
        status::trouble(&parts.status, error, attempts);
        tokio::time::sleep(pause).await;
    };
    status::over(&parts.status, |_| true);
    over(bus, parts).await;
}
