//! What became of the rows: counts, findings, and the rows that were not carried.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use armistice_importer::{Draft, Finding, FindingCode, Outcome as Fate, Row, Rows, Severity, draft_line};
use serde_json::{Value, json};

use super::args::Common;
use super::rejected::{RejectedRows, not_an_input};
use crate::failure::{Detail, Exit, Failure, Outcome};
use crate::output::{self, Format, Table};

/// Findings that a dry run prints, at most; `--findings` writes all of them.
const FINDINGS_SHOWN_MAX: usize = 1_000;
/// Rejected rows that a failure names, at most.
const REJECTED_SHOWN_MAX: usize = 16;

/// Counts and findings of an import.
pub(super) struct Findings {
    header: Vec<String>,
    rejected: Option<RejectedRows>,
    /// Where the rejected rows are, once the file is whole.
    rejected_path: Option<PathBuf>,
    all_file: Option<(PathBuf, BufWriter<File>)>,
    drafts_file: Option<(PathBuf, BufWriter<File>)>,
    shown: Vec<Finding>,
    by_code: BTreeMap<FindingCode, u64>,
    rows: u64,
    rows_flagged: u64,
    rows_rejected: u64,
    rejected_shown: Vec<Detail>,
    submitted: u64,
    claims: BTreeMap<&'static str, u64>,
}

impl Findings {
    /// Notes what is odd about the file as a whole.
    pub(super) fn open<R: Read>(common: &Common, rows: &Rows<R>) -> Outcome<Self> {
        let rejected = RejectedRows::open(common)?;
        let file = |path: &Option<PathBuf>| -> Outcome<Option<(PathBuf, BufWriter<File>)>> {
            let path = path.as_ref();
            path.map(|path| Ok((path.clone(), BufWriter::new(create(path, common)?))))
                .transpose()
        };
        let (all_file, drafts_file) = (file(&common.findings)?, file(&common.drafts)?);
        let mut findings = Self {
            header: rows.columns().to_vec(),
            rejected,
            rejected_path: None,
            all_file,
            drafts_file,
            shown: Vec::new(),
            by_code: BTreeMap::new(),
            rows: 0,
            rows_flagged: 0,
            rows_rejected: 0,
            rejected_shown: Vec::new(),
            submitted: 0,
            claims: BTreeMap::new(),
        };
        for finding in rows.of_file() {
            findings.finding(finding)?;
        }
        Ok(findings)
    }

    /// Notes a row that was dealt with.
    pub(super) fn row(&mut self, row: &Row) -> Outcome {
        self.rows += 1;
        self.rows_flagged += u64::from(!row.findings.is_empty());
        for finding in &row.findings {
            self.finding(finding)?;
        }
        if row.is_rejected() {
            self.rows_rejected += 1;
            let reason = row
                .findings
                .iter()
                .find(|finding| finding.code.severity() == Severity::Reject);
            if let Some(finding) = reason.filter(|_| self.rejected_shown.len() < REJECTED_SHOWN_MAX) {
                self.rejected_shown.push(detail(finding));
            }
            if let Some(rejected) = &mut self.rejected {
                rejected.keep(&self.header, &row.cells)?;
            }
        }
        Ok(())
    }

    /// Writes drafts of a row, of which the first claim has the id `first`, where they are asked for.
    pub(super) fn drafts(&mut self, drafts: &[Draft], first: &str) -> Outcome {
        let Some((path, file)) = &mut self.drafts_file else {
            return Ok(());
        };
        for draft in drafts {
            let written = writeln!(file, "{}", draft_line(draft, first));
            written.map_err(|error| Failure::file("write", path, &error))?;
        }
        Ok(())
    }

    /// Notes what became of a claim, and how many reports it took.
    pub(super) fn claim(&mut self, fate: Fate, drafts: usize) {
        *self.claims.entry(word(fate)).or_default() += 1;
        self.submitted += drafts as u64;
    }

    /// Prints the findings of a dry run, or the counts; the files are whole when this returns.
    pub(super) fn finish(&mut self, format: Format, dry_run: bool, size: Option<u64>) -> Outcome {
        for (path, file) in [&mut self.all_file, &mut self.drafts_file].into_iter().flatten() {
            file.flush()
                .map_err(|error| Failure::file("write", path, &error))?;
        }
        if let Some(rejected) = &mut self.rejected {
            self.rejected_path = rejected.finish()?;
        }
        if dry_run {
            self.shown_table().print(format)?;
            let all: u64 = self.by_code.values().sum();
            let left_out = all.saturating_sub(self.shown.len() as u64);
            if left_out > 0 {
                output::remark(&format!(
                    "{left_out} more findings are not shown; --findings FILE writes all of them"
                ));
            }
            output::remark(&self.summary());
            return Ok(());
        }
        self.counts(size).print(format)
    }

    /// The failure of rows that were not carried.
    pub(super) fn rejected(&self) -> Outcome {
        if self.rows_rejected == 0 {
            return Ok(());
        }
        let message = format!("{} of {} rows were not carried", self.rows_rejected, self.rows);
        let hint = match &self.rejected_path {
            Some(path) => format!(
                "they are in {}: correct them there and import that file",
                path.display()
            ),
            None => "what each code means: docs/reference/importing.md".to_owned(),
        };
        let details = self.rejected_shown.clone();
        Err(Failure::new(Exit::Refused, "rows_rejected", message)
            .details(details)
            .hint(hint))
    }

    fn finding(&mut self, finding: &Finding) -> Outcome {
        *self.by_code.entry(finding.code).or_default() += 1;
        if self.shown.len() < FINDINGS_SHOWN_MAX {
            self.shown.push(finding.clone());
        }
        if let Some((path, file)) = &mut self.all_file {
            writeln!(file, "{}", object(finding)).map_err(|error| Failure::file("write", path, &error))?;
        }
        Ok(())
    }

    fn shown_table(&self) -> Table {
        let columns = ["row", "line", "column", "severity", "code", "found", "to_do"];
        let mut table = Table::new("findings", &columns);
        for finding in &self.shown {
            table.push(vec![
                json!(finding.row),
                json!(finding.line),
                json!(finding.column),
                json!(finding.code.severity().as_str()),
                json!(finding.code.as_str()),
                json!(finding.found),
                json!(finding.code.to_do()),
            ]);
        }
        table
    }

    fn counts(&self, size: Option<u64>) -> Table {
        let mut table = Table::new("import", &["what", "count", "meaning"]);
        let mut push = |what: &str, count: u64, meaning: &str| {
            table.push(vec![json!(what), json!(count), json!(meaning)]);
        };
        push("rows", self.rows, "rows read");
        push("rows_flagged", self.rows_flagged, "rows with a finding");
        push("rows_rejected", self.rows_rejected, "rows that were not carried");
        push("reports", self.submitted, "reports added to the ledger");
        for fate in FATES {
            if let Some(count) = self.claims.get(word(fate)) {
                push(word(fate), *count, meaning(fate));
            }
        }
        for (code, count) in &self.by_code {
            push(code.as_str(), *count, code.meaning());
        }
        if let Some(size) = size {
            push("tree_size", size, "entries of the ledger now");
        }
        table
    }

    fn summary(&self) -> String {
        let claims: Vec<String> = FATES
            .into_iter()
            .filter_map(|fate| Some(format!("{} {}", self.claims.get(word(fate))?, word(fate))))
            .collect();
        format!(
            "{} rows, {} flagged, {} would not be carried; claims: {}; nothing was submitted",
            self.rows,
            self.rows_flagged,
            self.rows_rejected,
            if claims.is_empty() {
                "none".to_owned()
            } else {
                claims.join(", ")
            }
        )
    }
}

/// Every fate of a claim, in the order in which they are printed.
const FATES: [Fate; 9] = [
    Fate::New,
    Fate::Present,
    Fate::Corrected,
    Fate::Replaced,
    Fate::Retracted,
    Fate::Older,
    Fate::Withdrawn,
    Fate::Nothing,
    Fate::Conflict,
];

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::New => "new",
        Fate::Present => "present",
        Fate::Corrected => "corrected",
        Fate::Replaced => "replaced",
        Fate::Retracted => "retracted",
        Fate::Older => "older",
        Fate::Withdrawn => "withdrawn",
        Fate::Nothing => "nothing",
        Fate::Conflict => "conflict",
    }
}

fn meaning(fate: Fate) -> &'static str {
    match fate {
        Fate::New => "claims that the ledger did not hold",
        Fate::Present => "claims that the ledger holds, with the same content",
        Fate::Corrected => "claims that correct an older version",
        Fate::Replaced => "claims that retract an older version of another type and take its place",
        Fate::Retracted => "claims that the data set dropped, retracted",
        Fate::Older => "claims of which the ledger holds a newer version",
        Fate::Withdrawn => "claims that were retracted before",
        Fate::Nothing => {
            "claims that say nothing new: no deaths where none were reported, or a deletion of what is not held"
        }
        Fate::Conflict => "claims whose id the ledger holds with another content",
    }
}

fn object(finding: &Finding) -> Value {
    let mut object = serde_json::Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            object.insert(name.to_owned(), value);
        }
    };
    put("row", json!(finding.row));
    put("line", json!(finding.line));
    put("column", json!(finding.column));
    put("severity", json!(finding.code.severity().as_str()));
    put("code", json!(finding.code.as_str()));
    put("found", json!(finding.found));
    put("to_do", json!(finding.code.to_do()));
    Value::Object(object)
}

fn detail(finding: &Finding) -> Detail {
    let at = match (finding.row, finding.line) {
        (Some(row), Some(line)) => format!("row {row}, line {line}"),
        _ => "file".to_owned(),
    };
    Detail {
        at,
        code: finding.code.as_str().to_owned(),
        field: finding.column.clone(),
        expected: expected(finding.code).to_owned(),
        found: finding.found.clone(),
        hint: Some(finding.code.to_do().to_owned()),
    }
}

/// What would have been carried.
fn expected(code: FindingCode) -> &'static str {
    match code {
        FindingCode::CellsCount => "as many cells as the header has",
        FindingCode::NotUtf8 => "UTF-8",
        FindingCode::IdInvalid => "the id that the publisher gave the row",
        FindingCode::DateInvalid => "a day of the calendar as YYYY-MM-DD",
        FindingCode::DateAmbiguous => "a day that can be read in one way only",
        FindingCode::DateOrder => "an end that is not before the start",
        FindingCode::NumberInvalid => "a whole number",
        FindingCode::PointInvalid => "decimal degrees",
        FindingCode::IdConflict => "an id that the ledger does not hold with another content",
        FindingCode::Refused => "a report that the ledger takes",
        _ => "a row that can be carried",
    }
}

fn create(path: &Path, common: &Common) -> Outcome<File> {
    not_an_input(path, common)?;
    File::create(path).map_err(|error| Failure::file("create", path, &error))
}
