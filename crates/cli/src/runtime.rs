//! The tokio runtime of the commands that speak to NATS, and the signal that ends those that run until they are told to stop.
//!
//! ```text
//! runtime::block_on(async {
//!     let stop = runtime::stop_signal()?;      // from here on SIGINT and SIGTERM do not kill the process
//!     tokio::select! { outcome = serve(…) => outcome, () = stop => shut_down().await }
//! })
//! ```
//!
//! What is not here: what a command does when it is told to stop, and for how long it may do so.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

use crate::failure::{Exit, Failure, Outcome};

/// Threads that drive connections. Signing and hashing run elsewhere (rayon, and the ledger's own thread).
const WORKERS: usize = 2;

/// Runs a command's future to its end on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(Exit::Failed, "runtime", "cannot start the threads of the network").because(&error)
        })?
        .block_on(future)
}

/// A future that ends at the first SIGINT or SIGTERM. Signals count from this call on, not from the first poll.
///
/// Must be called inside [`block_on`].
pub(crate) fn stop_signal() -> Outcome<impl Future<Output = ()> + Send> {
    let listen = |kind| {
        signal(kind).map_err(|error| {
            Failure::new(Exit::Failed, "signals", "cannot listen for signals").because(&error)
        })
    };
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_before_the_first_poll_counts() {
        block_on(async {
            let stop = stop_signal()?;
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM).unwrap();
            tokio::time::timeout(std::time::Duration::from_secs(10), stop)
                .await
                .unwrap();
            Ok(())
        })
        .unwrap();
    }
}
