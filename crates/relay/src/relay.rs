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
    /// Intake and receipts: they end together, since the intake's end is the end of the answers.
    taking: JoinSet<Result<(), Error>>,
    publishing: JoinSet<Result<(), Error>>,
    stop_taking: watch::Sender<bool>,
    stop_publishing: watch::Sender<bool>,
}

impl Relay {
    /// Starts to take submissions and to publish. Needs a running tokio runtime; the ledger's own threads do the work.
    pub fn start(ledger: &Ledger, bus: &Bus, settings: &Settings) -> Self {
        let (stop_taking, until_taken) = watch::channel(false);
        let (stop_publishing, until_published) = watch::channel(false);
        let (answers, answered) = mpsc::channel(ANSWERS_MAX);
        let mut taking = JoinSet::new();
        let intake = Intake {
            bus: bus.clone(),
            ledger: ledger.clone(),
            reader: ledger.reader().clone(),
            settings: settings.clone(),
            answers,
        };
        taking.spawn(intake.run(Stopping(until_taken)));
        let receipts = Receipts {
            bus: bus.clone(),
            reader: ledger.reader().clone(),
            settings: settings.clone(),
            through: 0,
        };
        taking.spawn(receipts.run(answered));
        let publisher = Publisher {
            bus: bus.clone(),
            reader: ledger.reader().clone(),
            heads: ledger.heads(),
            settings: settings.clone(),
        };
        let mut publishing = JoinSet::new();
        publishing.spawn(publisher.run(Stopping(until_published)));
        Self {
            taking,
            publishing,
            stop_taking,
            stop_publishing,
        }
    }

    /// Waits until the relay cannot go on, and says why. Pending for ever while all is well.
    pub async fn ended(&mut self) -> Error {
        // One that ends because the other did has nothing to say: the first that has a reason is believed.
        loop {
            let ended = tokio::select! {
                Some(ended) = self.taking.join_next() => ended,
                Some(ended) = self.publishing.join_next() => ended,
                else => return Error::Ended,
            };
            match ended {
                Ok(Ok(()) | Err(Error::Ended)) => {}
                Ok(Err(error)) => return error,
                Err(_) => return Error::Ended,
            }
        }
    }

    /// Pulls no more, waits for the answers of what was pulled, publishes them and the newest head, and ends; gives up waiting
    /// after ten seconds. What is not published then is published at the next start.
    ///
    /// # Errors
    /// The first [`Error`] of a task.
    pub async fn stop(mut self) -> Result<(), Error> {
        let in_order = async {
            self.stop_taking.send_replace(true);
            all(&mut self.taking).await?;
            self.stop_publishing.send_replace(true);
            all(&mut self.publishing).await
        };
        tokio::time::timeout(STOP_WAIT, in_order).await.unwrap_or(Ok(()))
    }
}

async fn all(tasks: &mut JoinSet<Result<(), Error>>) -> Result<(), Error> {
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(|_| Error::Ended)??;
    }
    Ok(())
}
