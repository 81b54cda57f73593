//! Denials out of notes, only by rules that somebody reviewed.
//!
//! ```toml
//! [[rule]]
//! id = "mod-denied"
//! pattern = "(?i)azerbaijan'?s ministry of defen[cs]e denied"
//! denied_by = "azerbaijan"
//! scope = "occurrence"
//! reviewed_by = "A. Reader, data desk"
//! reviewed_on = "2026-11-20"
//! ```
//! A machine that reads denials out of prose puts words into a party's mouth. So each rule names who looked at what it
//! matches, and the denial says which rule made it.

use armistice_report::{
    ActorId, AssertedBy, Attribution, AttributionRole, ClaimDenied, Date, DenialScope, Hedge, Name,
    Provenance, UpTo,
};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::claim::NOT_YET;
use crate::code::FindingCode;
use crate::error::Error;
use crate::finding::Notes;
use crate::tidy;

/// Rules of a file, at most.
const RULES_MAX: usize = 64;
/// Memory of one compiled pattern, at most, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// Words that a person should look at when no rule matched.
const WORDS: &str =
    r"(?i)\b(den(y|ies|ied|ying|ials?)|reject(s|ed|ing)?|refut(e|es|ed|ing)|dismiss(es|ed|ing)?)\b";

/// Reviewed rules.
#[derive(Debug, Default)]
pub struct Denials {
    rules: Vec<Rule>,
    words: Option<Regex>,
}

#[derive(Debug)]
struct Rule {
    written: Written,
    pattern: Regex,
}

/// A rule as the file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: ActorId,
    pattern: String,
    denied_by: ActorId,
    scope: DenialScope,
    reviewed_by: Name,
    reviewed_on: Date,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Written>,
}

/// A denial that a rule made.
pub(super) struct Denial {
    pub(super) rule: String,
    pub(super) provenance: Provenance,
    pub(super) content: ClaimDenied,
}

impl Denials {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// [`Error::Settings`] with the rule and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |why: String| {
            Error::Settings {
            what: "rules of denial",
            why,
            hint: "each [[rule]] needs id, pattern, denied_by, scope, reviewed_by and reviewed_on; see docs/reference/importing.md".to_owned(),
        }
        };
        let file: File = toml::from_str(text).map_err(|error| wrong(error.to_string().trim().to_owned()))?;
        if file.rule.len() > RULES_MAX {
            return Err(wrong(format!("{} rules, at most {RULES_MAX}", file.rule.len())));
        }
        let compile = |written: Written| -> Result<Rule, Error> {
            let pattern =
                compiled(&written.pattern).map_err(|error| wrong(format!("rule {}: {error}", written.id)))?;
            Ok(Rule { written, pattern })
        };
        let rules = file
            .rule
            .into_iter()
            .map(compile)
            .collect::<Result<Vec<_>, _>>()?;
        for (at, rule) in rules.iter().enumerate() {
            if rules[..at]
                .iter()
                .any(|other| other.written.id == rule.written.id)
            {
                return Err(wrong(format!("the id {} stands twice", rule.written.id)));
            }
        }
        Ok(Self { rules, words: None })
    }

    /// The rules that make none of a row's notes.
    pub(super) fn unmatched<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let unmatched = self.rules.iter().filter(move |rule| !rule.pattern.is_match(text));
        unmatched.map(|rule| rule.written.id.as_str())
    }

    /// The denials of a row's notes, and the findings about them.
    pub(super) fn of(&mut self, text: &str, whole: &Provenance, notes: &mut Notes) -> Vec<Denial> {
        let matching: Vec<Denial> = self
            .rules
            .iter()
            .filter(|rule| rule.pattern.is_match(text))
            .map(|rule| rule.denial(whole))
            .collect();
        for denial in &matching {
            notes.flag(
                FindingCode::DenialByRule,
                "notes",
                &format!("rule {}", denial.rule),
            );
        }
        if matching.is_empty() && self.has_words(text) {
            notes.flag(FindingCode::DenialWords, "notes", text);
        }
        matching
    }

    fn has_words(&mut self, text: &str) -> bool {
        if self.words.is_none() {
            self.words = compiled(WORDS).ok();
        }
        self.words.as_ref().is_some_and(|words| words.is_match(text))
    }
}

fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build()
}

impl Rule {
    fn denial(&self, whole: &Provenance) -> Denial {
        let written = &self.written;
        let reviewed = format!(
            "rule {}, reviewed by {} on {}",
            written.id, written.reviewed_by, written.reviewed_on
        );
        let link = tidy::brief(&reviewed).map(|name| Attribution {
            name,
            actor: None,
            role: AttributionRole::Dataset,
        });
        let mut provenance = super::provenance::brief(whole);
        provenance.asserted_by = AssertedBy {
            actor: Some(written.denied_by.clone()),
            as_named: None,
            speaker: None,
            office: None,
            capacity: None,
        };
        let mut links: Vec<Attribution> = provenance.attribution.to_vec();
        links.truncate(15);
        links.extend(link);
        provenance.attribution = UpTo::new(links).unwrap_or_default();
        provenance.hedge = Hedge::Reported;
        Denial {
            rule: written.id.to_string(),
            provenance,
            content: ClaimDenied {
                target: NOT_YET,
                scope: written.scope,
                clause: None,
                figure: None,
                place_name: None,
                text: None,
                counter_accusation: None,
            },
        }
    }
}
