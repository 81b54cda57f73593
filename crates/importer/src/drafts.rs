//! Drafts as `armistice submit` reads them (`docs/formats/draft-v1.md`).

use armistice_report::{EntryHash, Provenance};
use serde::Serialize;
use serde_json::{Value, json};

use crate::claim::NOT_YET;
use crate::decide::Draft;

/// A draft as one line of JSON; `first` is the id of the row's first claim, which this one may be about.
pub fn draft_line(draft: &Draft, first: &str) -> String {
    #[derive(Serialize)]
    struct Data<'a> {
        provenance: &'a Provenance,
        content: Value,
    }
    let mut event = serde_json::to_value(&draft.event).unwrap_or_default();
    let mut content = event["content"].take();
    name(&mut content, first);
    let data = Data {
        provenance: &draft.provenance,
        content,
    };
    json!({"id": draft.id, "type": event["type"], "data": data}).to_string()
}

/// Puts `@id` where the entry of the first claim will be named.
fn name(content: &mut Value, first: &str) {
    let not_yet = EntryHash(NOT_YET.0).to_string();
    if let Value::Object(fields) = content {
        for field in ["incident", "target"] {
            if let Some(value) = fields
                .get_mut(field)
                .filter(|value| value.as_str() == Some(&not_yet))
            {
                *value = Value::from(format!("@{first}"));
            }
        }
    }
}
