//! The reference pages, made from the types: the JSON Schema, the vocabulary and the codes of refusals.
//!
//! `docs/reference/report-v1.schema.json` · `docs/reference/vocabulary.md` · `docs/reference/refusals.md`
//!
//! A test compares the committed pages with these. Nothing here reads or writes a file.

use std::fmt::Write as _;

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

use crate::{
    event::{EventType, Family},
    refusal::RefusalCode,
    report::Report,
};

/// The JSON Schema (draft 2020-12) of every report. It says less than [`crate::parse`] does: limits in bytes and what
/// fields demand of each other are not in it.
pub fn schema() -> Value {
    generator().into_root_schema_for::<Report>().to_value()
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

/// `docs/reference/report-v1.schema.json`.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// `docs/reference/refusals.md`.
pub fn refusals() -> String {
    let mut page = String::from(
        "# Refusals\n\n\
         A refusal is the lawful no to a submission: a stable code, the path to the field, what was expected.\n\
         The code never changes its meaning: it is recorded in the ledger (`refusal.recorded.v1`). The other words may.\n\
         A refused submission becomes no entry; it can be corrected and sent again.\n\
         This page is made from `crates/report/src/code.rs`.\n\n\
         ```text\nerror: 1 of 8 submissions refused; the others are recorded\n\
         \x20 line 3: out_of_range at data.content.place.lat: expected decimal degrees from -90 to 90\n\
         \x20   hint: check the number and its unit; leave the field out when it is not known\n\
         hint: what each code means: docs/reference/refusals.md; the whole file may be submitted again\n```\n",
    );
    for code in RefusalCode::ALL {
        section(
            &mut page,
            &format!(
                "\n## {code}\n\n{}\n\nExample: {}.\n\nWhat to do: {}.\n",
                code.meaning(),
                code.example(),
                code.hint()
            ),
        );
    }
    page
}

/// `docs/reference/vocabulary.md`.
pub fn vocabulary() -> String {
    let schema = schema();
    let empty = Map::new();
    let defs = schema.get("$defs").and_then(Value::as_object).unwrap_or(&empty);
    let mut page = String::from(
        "# Vocabulary\n\n\
         Every type of report, the structures that they are made of, and the words that fields may hold.\n\
         This page is made from the types in `crates/report/src`; the format is `docs/formats/report-v1.md`, the schema \
         `report-v1.schema.json`.\n\
         A field that is not marked as required may be left out; null means the same, and so does \"None\" below.\n\n## Types\n",
    );
    let contents: Vec<&str> = EventType::ALL.iter().map(|of| of.content_name()).collect();
    for family in Family::ALL {
        section(
            &mut page,
            &format!("\n### Family {family}\n\nGrant: `{}`.", family.grant()),
        );
        section(
            &mut page,
            if family.needs_provenance() {
                " `provenance` is required.\n"
            } else {
                " `provenance` may be left out.\n"
            },
        );
        for of in EventType::ALL.iter().filter(|of| of.family() == *family) {
            section(&mut page, &format!("\n#### {of}\n\n"));
            structure(&mut page, defs.get(of.content_name()).unwrap_or(&Value::Null));
        }
    }
    page.push_str("\n## Structures\n");
    for (name, def) in defs.iter().filter(|(name, _)| !contents.contains(&name.as_str())) {
        if def.get("properties").is_some() {
            section(&mut page, &format!("\n### {name}\n\n"));
            structure(&mut page, def);
        }
    }
    page.push_str("\n## Words\n");
    for (name, def) in defs {
        if let Some(words) = def
            .get("oneOf")
            .and_then(Value::as_array)
            .filter(|words| is_words(words))
        {
            section(
                &mut page,
                &format!(
                    "\n### {name}\n\n{}\n\n| word | meaning |\n|---|---|\n",
                    about(def)
                ),
            );
            for word in words {
                section(
                    &mut page,
                    &format!("| `{}` | {} |\n", text(word, "const"), about(word)),
                );
            }
        }
    }
    page.push_str("\n## Strings\n\n| form | what it is |\n|---|---|\n");
    for (name, def) in defs.iter().filter(|(_, def)| def.get("pattern").is_some()) {
        section(
            &mut page,
            &format!(
                "| <a id=\"{}\"></a>{name} | {} |\n",
                name.to_lowercase(),
                about(def)
            ),
        );
    }
    page
}

fn is_words(of: &[Value]) -> bool {
    of.iter().all(|one| one.get("const").is_some())
}

fn section(page: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = page.write_str(text);
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The description on one line, fit for a cell.
fn about(value: &Value) -> String {
    text(value, "description").replace('\n', " ").replace('|', "\\|")
}

fn structure(page: &mut String, def: &Value) {
    section(
        page,
        &format!(
            "{}\n\n| field | form | required | meaning |\n|---|---|---|---|\n",
            about(def)
        ),
    );
    let required = def
        .get("required")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    for (name, field) in def
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let needed = if required.iter().any(|one| one == name) {
            "yes"
        } else {
            ""
        };
        section(
            page,
            &format!("| `{name}` | {} | {needed} | {} |\n", form(field), about(field)),
        );
    }
}

/// What a field holds, in words.
fn form(field: &Value) -> String {
    if let Some(target) = field.get("$ref").and_then(Value::as_str) {
        let name = target.rsplit('/').next().unwrap_or_default();
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(first) = field.get("anyOf").and_then(|any| any.get(0)) {
        return form(first);
    }
    let number = |key: &str| field.get(key).map(Value::to_string);
    let kind = field.get("type").map_or("", |kind| {
        kind.as_str()
            .or_else(|| kind.get(0)?.as_str())
            .unwrap_or_default()
    });
    match kind {
        "array" => {
            let items = field.get("items").map(form).unwrap_or_default();
            let least = number("minItems").unwrap_or_else(|| "0".to_owned());
            format!(
                "list of {least} to {} {items}",
                number("maxItems").unwrap_or_default()
            )
        }
        "string" => {
            number("maxLength").map_or_else(|| "text".to_owned(), |max| format!("text, at most {max} bytes"))
        }
        "integer" | "number" => {
            let range = number("minimum").zip(number("maximum"));
            let noun = if kind == "integer" {
                "whole number"
            } else {
                "number"
            };
            range.map_or_else(|| noun.to_owned(), |(min, max)| format!("{noun}, {min} to {max}"))
        }
        "boolean" => "true or false".to_owned(),
        other => other.to_owned(),
    }
}
