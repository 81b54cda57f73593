//! JSON of a draft, in which no object may name a field twice.
//!
//! ```text
//! {"id":"r-1","data":{"content":{"count":3,"count":30}}}   → duplicate_field at data.content.count
//! ```
//! RFC 8259 section 4 leaves open which of two equal names counts. A draft is signed here: its author must not sign one
//! number and have meant the other. A report that was signed elsewhere is read by `armistice_report::parse`, which refuses
//! the same. Which fields there are is not known here.

use std::cell::RefCell;
use std::fmt;

use armistice_report::{Refusal, RefusalCode};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads one JSON value and nothing after it.
pub(crate) fn read(text: &str) -> Result<Value, Refusal> {
    let duplicate = RefCell::new(None);
    let seed = At {
        path: String::new(),
        duplicate: &duplicate,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let value = seed
        .deserialize(&mut json)
        .and_then(|value| json.end().map(|()| value));
    value.map_err(|error| match duplicate.take() {
        Some(path) => Refusal::new(RefusalCode::DuplicateField, path, "each field once"),
        None => Refusal::new(
            RefusalCode::InvalidJson,
            "",
            format!("one line of JSON ({error})"),
        ),
    })
}

/// The value at a path; where a field stands twice is told beside the error, which holds text alone.
struct At<'a> {
    path: String,
    duplicate: &'a RefCell<Option<String>>,
}

impl At<'_> {
    fn field(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.at(format!("{}{dot}{name}", self.path))
    }

    fn item(&self, number: usize) -> Self {
        self.at(format!("{}[{number}]", self.path))
    }

    fn at(&self, path: String) -> Self {
        Self {
            path,
            duplicate: self.duplicate,
        }
    }
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.item(list.len()))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let at = self.field(&name);
            if object.contains_key(&name) {
                self.duplicate.replace(Some(at.path));
                return Err(A::Error::custom("a field stands twice"));
            }
            let value = fields.next_value_seed(at)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_read_as_serde_json_reads_it() {
        for text in [
            "null",
            "[true,false,0,-1,1.5,18446744073709551615,1e3,\"\\u00e9\"]",
            r#" {"a":{"b":[{"c":""},{"c":1}]},"b":{}} "#,
        ] {
            assert_eq!(read(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        }
    }

    #[test]
    fn a_field_that_stands_twice_is_refused_where_it_is() {
        for (text, path) in [
            (r#"{"id":"a","id":"a"}"#, "id"),
            (
                r#"{"data":{"content":{"count":3,"text":"","count":30}}}"#,
                "data.content.count",
            ),
            (r#"{"list":[{"a":1},{"a":1,"\u0061":2}]}"#, "list[1].a"),
        ] {
            let refusal = read(text).unwrap_err();
            assert_eq!(
                (refusal.code, refusal.field.as_str()),
                (RefusalCode::DuplicateField, path),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_json_is_invalid() {
        let deep = "[".repeat(200);
        for text in ["", "nonsense", "{} {}", "{\"a\":}", deep.as_str()] {
            assert_eq!(read(text).unwrap_err().code, RefusalCode::InvalidJson, "{text}");
        }
    }
}
