//! What `armistice submit` reads: drafts that are signed here, and notes that were signed elsewhere.
//!
//! ```text
//! {"id":"r-4","type":"incident.reported.v1","time":"2022-03-26T15:00:00Z","data":{…}}
//! {"id":"r-5","type":"claim.denied.v1","time":"2022-03-26T16:00:00Z","data":{…,"target":"@r-4"}}
//! ```
//! A draft is a report without what signing adds (`docs/formats/draft-v1.md`): `specversion`, `source`, `subject`, `ledger`,
//! `producerseq` and `prev`. The text `@ID` in its data stands for the hash of the entry that the draft with this id
//! became, here or in an earlier run. Nothing is read from disk or signed in this module.

use std::collections::BTreeMap;

use armistice_report::{Refusal, RefusalCode};
use armistice_tlog::SigningKey;
use serde_json::{Map, Value};

use crate::strict_json;

/// One submission of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// The line that it starts on, from 1.
    pub(crate) line: usize,
    pub(crate) body: Body,
}

/// What was on the line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// To be signed here.
    Draft(Map<String, Value>),
    /// Signed already; sent as it is.
    Note(Vec<u8>),
    /// Neither, or a draft that says something twice; why.
    Bad(Refusal),
}

/// Splits a file into its submissions. Empty lines between them and lines that start with `#` are passed over.
pub(crate) fn read(text: &str) -> Vec<Item> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut items = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let number = at + 1;
        if line.trim().is_empty() || line.starts_with('#') {
            at += 1;
            continue;
        }
        let signatures = signature_lines(&lines[at + 1..]);
        if signatures > 0 {
            // The note's text, its empty line and its signatures, each with the line feed that `split` took away.
            let end = at + 2 + signatures;
            let note = lines[at..end]
                .iter()
                .flat_map(|line| [line, "\n"])
                .collect::<String>();
            items.push(Item {
                line: number,
                body: Body::Note(note.into_bytes()),
            });
            at = end;
        } else {
            items.push(Item {
                line: number,
                body: one_line(line),
            });
            at += 1;
        }
    }
    items
}

/// How many signature lines follow the empty line that must come first; 0 when this is no note.
fn signature_lines(rest: &[&str]) -> usize {
    match rest.split_first() {
        Some((&"", rest)) => rest
            .iter()
            .take_while(|line| line.starts_with("\u{2014} "))
            .count(),
        _ => 0,
    }
}

fn one_line(line: &str) -> Body {
    match strict_json::read(line) {
        Ok(Value::Object(draft)) => Body::Draft(draft),
        // NDJSON of notes: each line is one note as a JSON string.
        Ok(Value::String(note)) => Body::Note(note.into_bytes()),
        Ok(_) => Body::Bad(Refusal::new(
            RefusalCode::InvalidJson,
            "",
            "a JSON object, or a note as a JSON string",
        )),
        Err(refusal) => Body::Bad(refusal),
    }
}

/// Replaces each text `@ID` in `value` by the hash of the entry that `known` or `look_up` has for this id.
pub(crate) fn resolve(value: &mut Value, find: &mut dyn FnMut(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(hash) = text.strip_prefix('@').and_then(find) {
                *text = hash;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, find)),
        Value::Object(fields) => fields.values_mut().for_each(|field| resolve(field, find)),
        _ => {}
    }
}

/// Every `ID` of the texts `@ID` in `value`, each once, in their order.
#[cfg(feature = "nats")]
pub(crate) fn references(value: &Value) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => {
                if let Some(id) = text
                    .strip_prefix('@')
                    .filter(|id| !found.iter().any(|one| one == id))
                {
                    found.push(id.to_owned());
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

/// Whose draft it is: its own word, or the only key that was given.
pub(crate) fn source_of(
    draft: &Map<String, Value>,
    keys: &BTreeMap<String, SigningKey>,
) -> Result<String, Refusal> {
    let mut names = keys.keys();
    let source = match (
        draft.get("source").and_then(Value::as_str),
        names.next(),
        names.next(),
    ) {
        (Some(source), _, _) => source.to_owned(),
        (None, Some(only), None) => only.clone(),
        (None, _, _) => String::new(),
    };
    if keys.contains_key(&source) {
        return Ok(source);
    }
    let names: Vec<&str> = keys.keys().map(String::as_str).collect();
    let expected = format!("the name of a key that was given: {}", names.join(", "));
    Err(Refusal::new(RefusalCode::SourceMismatch, "source", expected))
}

/// What signing adds to a draft.
#[derive(Debug, Clone)]
pub(crate) struct Envelope<'a> {
    pub(crate) source: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) ledger: &'a str,
    pub(crate) producer_seq: u64,
    /// Lower-case hex.
    pub(crate) prev: Option<&'a str>,
}

/// The report of a draft as JSON. What the draft says itself is kept, so that a wrong `ledger` is refused, not mended;
/// only the counter is always the signer's.
pub(crate) fn fill(draft: &Map<String, Value>, envelope: &Envelope<'_>) -> Value {
    let mut filled: BTreeMap<&str, Value> = BTreeMap::from([
        ("specversion", Value::from("1.0")),
        ("source", Value::from(envelope.source)),
        ("subject", Value::from(envelope.subject)),
        ("ledger", Value::from(envelope.ledger)),
    ]);
    filled.extend(draft.iter().map(|(name, value)| (name.as_str(), value.clone())));
    filled.insert("producerseq", Value::from(envelope.producer_seq));
    match envelope.prev {
        Some(prev) => filled.insert("prev", Value::from(prev)),
        None => filled.remove("prev"),
    };
    Value::Object(
        filled
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn drafts_notes_and_rubbish_are_told_apart() {
        let text = "# a comment\n{\"id\":\"a\"}\n\n{\"id\":\"b\"}\n\n\u{2014} newsdesk AAAA\n\"{}\\n\"\nnonsense\n[1]\n";
        let items = read(text);
        let lines: Vec<usize> = items.iter().map(|item| item.line).collect();
        assert_eq!(lines, [2, 4, 7, 8, 9]);
        assert!(matches!(&items[0].body, Body::Draft(draft) if draft["id"] == "a"));
        let note = "{\"id\":\"b\"}\n\n\u{2014} newsdesk AAAA\n".as_bytes().to_vec();
        assert_eq!(items[1].body, Body::Note(note));
        assert_eq!(items[2].body, Body::Note(b"{}\n".to_vec()));
        assert!(matches!(&items[3].body, Body::Bad(_)));
        assert!(matches!(&items[4].body, Body::Bad(_)));
        assert!(matches!(
            &read("{\"id\":\"a\",\"id\":\"b\"}")[0].body,
            Body::Bad(refusal) if refusal.code == RefusalCode::DuplicateField
        ));
    }

    #[test]
    fn labels_become_hashes_and_other_texts_stay() {
        let mut value = json!({"target": "@r-4", "list": ["@r-4", "@nobody"], "text": "r-4"});
        resolve(&mut value, &mut |id| (id == "r-4").then(|| "ff00".to_owned()));
        assert_eq!(
            value,
            json!({"target": "ff00", "list": ["ff00", "@nobody"], "text": "r-4"})
        );
    }

    #[cfg(feature = "nats")]
    #[test]
    fn references_are_found_once_each() {
        let value = json!({"target": "@r-4", "list": ["@b", "@r-4", "see @c"], "more": {"deep": "@d"}});
        let mut found = references(&value);
        found.sort();
        assert_eq!(found, ["b", "d", "r-4"]);
    }

    #[test]
    fn the_counter_is_the_signers_and_the_rest_is_the_drafts() {
        let Value::Object(draft) = json!({"id": "a", "ledger": "elsewhere", "producerseq": 9, "prev": "x"})
        else {
            unreachable!()
        };
        let envelope = Envelope {
            source: "desk",
            subject: "c",
            ledger: "here",
            producer_seq: 3,
            prev: None,
        };
        let filled = fill(&draft, &envelope);
        assert_eq!(
            (&filled["ledger"], &filled["producerseq"]),
            (&json!("elsewhere"), &json!(3))
        );
        assert_eq!((filled.get("prev"), &filled["source"]), (None, &json!("desk")));
    }
}
