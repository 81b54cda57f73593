//! The audit: is this log right? From public bytes and a key only.
