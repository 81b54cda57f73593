//! The vocabulary of reports: typed events, their validation, refusals and wire form.
