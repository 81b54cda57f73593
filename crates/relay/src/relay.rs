//! The tasks together: started, ended in order, and the first reason to give up.

use crate::entries::Publisher;
use crate::error::Error;
use crate::intake::Intake;
use crate::receipts::Receipts;
use crate::settings::{ANSWERS_MAX, STOP_WAIT, Settings};
use armistice_bus::Bus;
use armistice_ledger::Ledger;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Tells the tasks to come to an end.
#[derive(Clone, Debug)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    pub(crate) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it; at once when it is set already.
    pub(crate) async fn set(&mut self) {
        // Whoever could set it is gone: nobody waits for this task any more.
        let _ = self.0.wait_for(|set| *set).await;
    }
}

/// A ledger on the bus. Dropping it ends its tasks where they are, which loses nothing: see [`Relay::stop`].
#[derive(Debug)]
pub struct Relay {
    tasks: JoinSet<Result<(), Error>>,
    stopping: watch::Sender<bool>,
}

impl Relay {
    /// Starts to take submissions and to publish. Needs a running tokio runtime; the ledger's own threads do the work.
    pub fn start(ledger: &Ledger, bus: &Bus, settings: &Settings) -> Self {
        let (stopping, stop) = watch::channel(false);
        let stop = Stopping(stop);
        let (answers, answered) = mpsc::channel(ANSWERS_MAX);
        let mut tasks = JoinSet::new();
        let intake = Intake {
            bus: bus.clone(),
            ledger: ledger.clone(),
            reader: ledger.reader().clone(),
            settings: settings.clone(),
            answers,
        };
        tasks.spawn(intake.run(stop.clone()));
        let receipts = Receipts {
            bus: bus.clone(),
            reader: ledger.reader().clone(),
            settings: settings.clone(),
            through: 0,
        };
        tasks.spawn(receipts.run(answered));
        let publisher = Publisher {
            bus: bus.clone(),
            reader: ledger.reader().clone(),
            heads: ledger.heads(),
            settings: settings.clone(),
        };
        tasks.spawn(publisher.run(stop));
        Self { tasks, stopping }
    }

    /// Waits until the relay cannot go on, and says why. Pending for ever while all is well.
    pub async fn ended(&mut self) -> Error {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => error,
            _ => Error::Ended,
        }
    }

    /// Pulls no more, waits for the answers of what was pulled, publishes the newest head and ends; gives up waiting after ten
    /// seconds. What is not published then is published at the next start.
    ///
    /// # Errors
    /// The first [`Error`] of a task.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.stopping.send_replace(true);
        let all = async {
            while let Some(ended) = self.tasks.join_next().await {
                ended.map_err(|_| Error::Ended)??;
            }
            Ok(())
        };
        tokio::time::timeout(STOP_WAIT, all).await.unwrap_or(Ok(()))
    }
}
