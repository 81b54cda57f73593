//! `frame`, followed: made as a whole when something was registered, declared or ended. That is seldom, and there are few rows.

use armistice_report::Family;

use super::Frame;
use crate::{
    live::{changed::Changed, touched::Touched},
    reading::Reading,
    rows::Rows,
};

/// Needs no memory.
#[derive(Debug, Default)]
pub(crate) struct Live;

impl Live {
    #[expect(clippy::unused_self, reason = "all views are called alike")]
    pub(crate) fn update(
        &mut self,
        view: &Frame,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        let framed = |index: u32| reading.entries.event_type(index).family() == Family::Frame;
        if touched.iter().any(framed) {
            let mut give = |key: &str, row: &[u8]| out.give(key, row);
            view.rows(reading, &mut Rows::new(&mut give));
            out.is_whole();
        }
    }
}
