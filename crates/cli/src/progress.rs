//! Progress bars for long work: on standard error, only when it is a terminal, gone when the work is done.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::machine;

/// A bar that counts up to `total` of `what`; invisible when nobody watches.
pub(crate) fn bar(what: &'static str, total: u64) -> ProgressBar {
    let target = if machine::stderr_is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total), target).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// A bar over the bytes of a file; only a count where their number is not known. Its message is the caller's.
pub(crate) fn bytes_bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let bar = bar(what, total.unwrap_or_default());
    if total.is_none() {
        bar.unset_length();
    }
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar
}
