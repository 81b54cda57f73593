//! A limit on one row: a quotation mark that never closes must not fill the memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes of one row, at most. The longest rows of GED have about 10 kB; a report holds 65,535.
pub const ROW_BYTES_MAX: u64 = 1 << 20;

/// Counts what was read since the last whole row, and fails when a row does not end.
#[derive(Debug)]
pub(crate) struct Guard<R> {
    inner: R,
    read: u64,
    /// Where the last whole row ended.
    whole: Rc<Cell<u64>>,
}

impl<R: Read> Guard<R> {
    pub(crate) fn new(inner: R, whole: Rc<Cell<u64>>) -> Self {
        Self {
            inner,
            read: 0,
            whole,
        }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read.saturating_sub(self.whole.get()) > ROW_BYTES_MAX {
            let message = format!("a row is longer than {ROW_BYTES_MAX} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let bytes = self.inner.read(buffer)?;
        self.read += bytes as u64;
        Ok(bytes)
    }
}
