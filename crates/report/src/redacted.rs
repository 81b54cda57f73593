//! A report as displays show it after a redaction: what the paths name reads `redacted`.
//!
//! `data.content.place` · `{"place":{"place":"parukh"}}` → `{"place":"redacted"}`
//!
//! For showing only: the entry keeps its bytes, and what comes out of here is no report. Which paths are redacted of which
//! entry is told by the projection.

use serde_json::Value;

/// What stands in the place of a value that is not shown.
const REDACTED: &str = "redacted";

/// The JSON of a report with `redacted` in the place of every field that a path names. The cipher text of a sealed field
/// that a path names is left out in the same way; its commitment stays. A path that leads nowhere changes nothing.
///
/// Paths are the names of fields, joined by dots; `[0]` after a name is an item of its list.
pub fn redacted(report: &Value, fields: &[impl AsRef<str>]) -> Value {
    let mut shown = report.clone();
    for field in fields {
        if let Some(value) = find(&mut shown, field.as_ref()) {
            *value = REDACTED.into();
        }
        hide_sealed(&mut shown, field.as_ref());
    }
    shown
}

fn find<'a>(report: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    let mut at = report;
    for segment in path.split('.') {
        let mut parts = segment.split('[');
        at = at.get_mut(parts.next().unwrap_or_default())?;
        for part in parts {
            at = at.get_mut(part.strip_suffix(']')?.parse::<usize>().ok()?)?;
        }
    }
    Some(at)
}

fn hide_sealed(report: &mut Value, path: &str) {
    let sealed = report.pointer_mut("/data/provenance/sealed");
    for item in sealed.and_then(Value::as_array_mut).into_iter().flatten() {
        let named = item.get("field").and_then(Value::as_str);
        let within = named.and_then(|field| field.strip_prefix(path));
        if within.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
            item["sealed"] = REDACTED.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_path_names_reads_redacted_and_the_rest_stays() {
        let report = json!({"id": "r", "data": {
            "provenance": {"asserted_by": {"actor": "a", "speaker": "S"}, "sealed": [
                {"field": "data.provenance.asserted_by.office", "commitment": "00", "sealed": "YQ=="},
                {"field": "data.content.target", "commitment": "01", "sealed": "YQ=="},
            ]},
            "content": {"place": {"names": [{"name": "x"}, {"name": "y"}]}, "kind": "mortar"},
        }});
        let pointer = |fields: &[&str], pointer: &str| redacted(&report, fields).pointer(pointer).cloned();
        let word = Some(json!("redacted"));
        assert_eq!(pointer(&["data.content.place"], "/data/content/place"), word);
        assert_eq!(
            pointer(
                &["data.content.place.names[1].name"],
                "/data/content/place/names/1/name"
            ),
            word
        );
        assert_eq!(
            pointer(
                &["data.content.place.names[1].name"],
                "/data/content/place/names/0/name"
            ),
            Some(json!("x"))
        );
        assert_eq!(
            pointer(
                &["data.provenance.asserted_by"],
                "/data/provenance/sealed/0/sealed"
            ),
            word
        );
        assert_eq!(
            pointer(
                &["data.provenance.asserted_by"],
                "/data/provenance/sealed/1/sealed"
            ),
            Some(json!("YQ=="))
        );
        let nowhere = [
            "",
            "data.content.place.names[7]",
            "data.content.kind.more",
            "x[",
            "id[0]",
            "data.content.plac",
        ];
        assert_eq!(redacted(&report, &nowhere), report);
    }
}
