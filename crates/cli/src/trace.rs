//! Traces of what the program did, on standard error: warnings by default, more with `-v`, or by `ARMISTICE_LOG`.
//!
//! `ARMISTICE_LOG` takes the filter syntax of `tracing-subscriber` (`armistice_eventlog=debug`) and wins over `-v`.
//! No report text, coordinates, names or keys are traced at any level.

use tracing_subscriber::EnvFilter;

use crate::failure::{Exit, Failure, Outcome};
use crate::machine;

/// Starts tracing; `verbose` counts the `-v` flags: 0 warnings, 1 info, 2 debug, 3 and more trace.
pub(crate) fn start(verbose: u8) -> Outcome {
    let filter = match machine::variable("ARMISTICE_LOG") {
        Some(text) => EnvFilter::try_new(&text).map_err(|error| {
            Failure::new(
                Exit::Usage,
                "usage",
                format!("ARMISTICE_LOG is not a filter: {text}"),
            )
            .because(&error)
            .hint("an allowed value: ARMISTICE_LOG=armistice_eventlog=debug")
        })?,
        None => EnvFilter::new(match verbose {
            // What the client library logs before it fails is in the failure that we print.
            0 => "warn,async_nats=off",
            1 => "info",
            2 => "debug",
            _ => "trace",
        }),
    };
    let colour =
        machine::stderr_is_terminal() && machine::variable("NO_COLOR").is_none_or(|value| value.is_empty());
    // A second start in one process (tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .with_target(false)
        .try_init();
    Ok(())
}
