//! Reading a text as a file of a data set, and a log that remembers what was imported.

use std::collections::BTreeMap;

use armistice_importer::{
    Decided, FindingCode, Known, Outcome, Release, Row, Rows, Stands, TableOptions, acled, decide, ged, tally,
};
use armistice_report::EntryHash;

pub(crate) fn ged_options(release: &str) -> ged::Options {
    ged::Options {
        release: release.parse::<Release>().unwrap(),
        previous: Vec::new(),
        zone: Some(armistice_report::Zone::new("+04:00").unwrap()),
        dates: armistice_importer::DateOrder::default(),
    }
}

pub(crate) fn ged(text: &str) -> Rows<&[u8]> {
    Rows::ged(text.as_bytes(), &TableOptions::default(), ged_options("23.1")).unwrap()
}

pub(crate) fn acled(text: &str) -> Rows<&[u8]> {
    acled_by(text, "")
}

/// With rules of denial.
pub(crate) fn acled_by<'a>(text: &'a str, rules: &str) -> Rows<&'a [u8]> {
    let options = acled::Options {
        zone: Some(armistice_report::Zone::new("+04:00").unwrap()),
        denials: if rules.is_empty() {
            acled::Denials::default()
        } else {
            acled::Denials::parse(rules).unwrap()
        },
        ..acled::Options::default()
    };
    Rows::acled(text.as_bytes(), &TableOptions::default(), options).unwrap()
}

pub(crate) fn tally<'a>(text: &'a str, mapping: &str) -> Rows<&'a [u8]> {
    let mapping = tally::Mapping::parse(mapping).unwrap();
    Rows::tally(text.as_bytes(), &TableOptions::default(), mapping).unwrap()
}

pub(crate) fn all(rows: Rows<&[u8]>) -> Vec<Row> {
    rows.map(Result::unwrap).collect()
}

pub(crate) fn only(rows: Rows<&[u8]>) -> Row {
    let mut all = all(rows);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// The codes of a row's findings with their columns.
pub(crate) fn codes(row: &Row) -> Vec<(FindingCode, &str)> {
    let findings = row.findings.iter();
    findings
        .map(|finding| (finding.code, finding.column.as_deref().unwrap_or_default()))
        .collect()
}

/// What a log holds of one producer.
#[derive(Default)]
pub(crate) struct Log(pub(crate) BTreeMap<String, Known>);

impl Log {
    /// Imports rows one by one and gives what became of each claim.
    pub(crate) fn import(&mut self, rows: Rows<&[u8]>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for row in rows {
            let row = row.unwrap();
            let mut first = None;
            for (at, claim) in row.claims.iter().enumerate() {
                if claim.about_first && first.is_none() {
                    continue;
                }
                let release = || {
                    let source = claim.provenance.source.as_ref()?;
                    source.row.as_ref()?.release.as_ref().map(ToString::to_string)
                };
                let decided = decide(claim, first, &mut |id| self.0.get(id).cloned());
                let hashes: Vec<EntryHash> = self.add(&decided, release().as_deref());
                if at == 0 {
                    first = match decided.stands {
                        Stands::Entry(hash) => Some(hash),
                        Stands::Draft(at) => Some(hashes[at]),
                        Stands::Nowhere => None,
                    };
                }
                outcomes.push(decided.outcome);
            }
        }
        outcomes
    }

    fn add(&mut self, decided: &Decided, release: Option<&str>) -> Vec<EntryHash> {
        let mut hashes = Vec::new();
        for draft in &decided.drafts {
            let number = u8::try_from(self.0.len() + 1).unwrap();
            let known = Known {
                hash: EntryHash([number; 32]),
                event: draft.event.clone(),
                release: release.map(str::to_owned),
            };
            hashes.push(known.hash);
            assert!(
                self.0.insert(draft.id.clone(), known).is_none(),
                "{} stands twice",
                draft.id
            );
        }
        hashes
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}
