//! Rows of a file, one after the other: its number, its findings and what it says.

use std::io::Read;

use csv::ByteRecord;

use crate::cells::Cells;
use crate::claim::Claim;
use crate::code::FindingCode;
use crate::error::Error;
use crate::finding::{self, Finding, Notes, Rejected, Severity};
use crate::table::{Shape, Table, TableOptions};
use crate::{acled, ged, tally};

/// One row of a file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number, from 1, without the header.
    pub number: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells as they stand in the file.
    pub cells: Vec<Vec<u8>>,
    /// What is odd in it.
    pub findings: Vec<Finding>,
    /// What it says; nothing when it is rejected. Claims that are `about_first` are about the first of them.
    pub claims: Vec<Claim>,
    /// Ids of denials that rules do not make of this row: an earlier version of it may have made them.
    pub unmade: Vec<String>,
}

impl Row {
    /// Whether a finding keeps it out.
    pub fn is_rejected(&self) -> bool {
        let mut severities = self.findings.iter().map(|finding| finding.code.severity());
        severities.any(|severity| severity == Severity::Reject)
    }

    /// Adds a finding that only the log could give.
    pub fn find(&mut self, code: FindingCode, column: &str, found: &str) {
        self.findings
            .push(finding::of_row(code, self.number, self.line, column, found));
    }
}

/// Makes claims of the cells of a row.
pub(crate) trait Coder {
    /// The claims of one row.
    fn code(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Result<Vec<Claim>, Rejected>;
}

/// The rows of a file.
pub struct Rows<R> {
    table: Table<R>,
    coder: Box<dyn Coder>,
    of_file: Vec<Finding>,
    ended: bool,
}

impl<R> std::fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("of_file", &self.of_file)
            .finish_non_exhaustive()
    }
}

impl<R: Read> Rows<R> {
    /// Rows of UCDP GED.
    ///
    /// # Errors
    /// [`Error`] when the file is no table of GED.
    pub fn ged(input: R, table: &TableOptions, options: ged::Options) -> Result<Self, Error> {
        let unsaid_zone = options.zone.is_none();
        let (needed, coder) = (ged::needed(), Box::new(ged::Ged::new(options)));
        Self::open(input, table, &ged::shape(&needed), coder, unsaid_zone)
    }

    /// Rows of ACLED.
    ///
    /// # Errors
    /// [`Error`] when the file is no table of ACLED.
    pub fn acled(input: R, table: &TableOptions, options: acled::Options) -> Result<Self, Error> {
        let unsaid_zone = options.zone.is_none();
        let (needed, coder) = (acled::needed(), Box::new(acled::Acled::new(options)));
        Self::open(input, table, &acled::shape(&needed), coder, unsaid_zone)
    }

    /// Rows of ACLED's list of deleted events.
    ///
    /// # Errors
    /// [`Error`] when the file has no column `event_id_cnty`.
    pub fn acled_deleted(input: R, table: &TableOptions) -> Result<Self, Error> {
        let needed = vec!["event_id_cnty".to_owned()];
        Self::open(
            input,
            table,
            &acled::deleted_shape(&needed),
            Box::new(acled::Deleted),
            false,
        )
    }

    /// Rows of a table of counts.
    ///
    /// # Errors
    /// [`Error`] when the columns of the mapping are not there.
    pub fn tally(input: R, table: &TableOptions, mapping: tally::Mapping) -> Result<Self, Error> {
        let unsaid_zone = mapping.zone().is_none();
        let (needed, coder) = (mapping.columns(), Box::new(tally::Tally::new(mapping)));
        Self::open(input, table, &tally::shape(&needed), coder, unsaid_zone)
    }

    fn open(
        input: R,
        options: &TableOptions,
        shape: &Shape<'_>,
        coder: Box<dyn Coder>,
        unsaid_zone: bool,
    ) -> Result<Self, Error> {
        let (table, mut of_file) = Table::open(input, options, shape)?;
        if unsaid_zone {
            of_file.push(Finding::of_file(FindingCode::ZoneAssumed, "+00:00"));
        }
        Ok(Self {
            table,
            coder,
            of_file,
            ended: false,
        })
    }

    /// What is odd about the file as a whole.
    pub fn of_file(&self) -> &[Finding] {
        &self.of_file
    }

    /// The columns' names, in their order.
    pub fn columns(&self) -> &[String] {
        self.table.columns()
    }

    /// Bytes read so far, up to the end of the last row.
    pub fn bytes(&self) -> u64 {
        self.table.bytes()
    }

    fn row(&mut self, record: &ByteRecord, number: u64, line: u64) -> Row {
        let mut notes = Notes::new(number, line);
        let coded = self
            .table
            .cells(record, &mut notes)
            .and_then(|cells| self.coder.code(&cells, &mut notes));
        Row {
            number,
            line,
            cells: record.iter().map(<[u8]>::to_vec).collect(),
            findings: notes.found,
            unmade: notes.unmade,
            claims: coded.unwrap_or_default(),
        }
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.table.next() {
            Ok(Some((record, number, line))) => Some(Ok(self.row(&record, number, line))),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                // What follows a row that cannot be read cannot be found.
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}
