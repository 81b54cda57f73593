//! Entries as they stand in the log, for the words that rows do not hold; what a redaction leaves out reads "redacted".

use std::collections::BTreeMap;

use armistice_projection::Projection;
use armistice_report::{Report, Timestamp, redacted, to_json_line};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Error,
    day::{Day, Time},
    frame::REDACTED,
    rows::Entry,
};

/// One entry of the log.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The ledger's receiving time.
    pub received: Timestamp,
    /// The report.
    pub report: Report,
}

/// Reads the entry at a position; `None` when it cannot be read.
pub type ReadEntry<'a> = dyn FnMut(u64) -> Option<Logged> + 'a;

/// Position → the paths of fields that are hidden.
pub type Hidden = BTreeMap<u64, Vec<String>>;

/// What the annex says of an entry.
#[derive(Clone, Debug)]
pub(crate) struct Used {
    pub(crate) hash: String,
    pub(crate) producer: String,
    pub(crate) event_type: &'static str,
    pub(crate) received: Timestamp,
}

pub(crate) struct Reading<'a, 'b> {
    projection: &'a Projection,
    hidden: &'a Hidden,
    read: &'a mut ReadEntry<'b>,
    /// The entries that the report shows, by position.
    pub(crate) used: BTreeMap<u64, Used>,
}

impl<'a, 'b> Reading<'a, 'b> {
    pub(crate) fn new(projection: &'a Projection, hidden: &'a Hidden, read: &'a mut ReadEntry<'b>) -> Self {
        Self {
            projection,
            hidden,
            read,
            used: BTreeMap::new(),
        }
    }

    /// The entry as it stands in the log.
    pub(crate) fn logged(&mut self, index: u64) -> Result<Logged, Error> {
        (self.read)(index).ok_or(Error::Entry { index })
    }

    /// The report, with what is redacted replaced.
    pub(crate) fn words(&mut self, entry: &Entry) -> Result<Words, Error> {
        let logged = self.logged(entry.index)?;
        self.words_of(entry.index, &logged)
    }

    /// The same of an entry that was read already.
    pub(crate) fn words_of(&self, index: u64, logged: &Logged) -> Result<Words, Error> {
        let value: Value =
            serde_json::from_str(&to_json_line(&logged.report)).map_err(|_| Error::Entry { index })?;
        let fields = self.hidden_of(index);
        Ok(Words {
            producer: logged.report.source.to_string(),
            event_type: logged.report.event_type().as_str(),
            received: logged.received,
            value: if fields.is_empty() {
                value
            } else {
                redacted(&value, &fields)
            },
        })
    }

    /// The fields of an entry that no report shows.
    pub(crate) fn hidden_of(&self, index: u64) -> Vec<&str> {
        let later = self.hidden.get(&index).into_iter().flatten().map(String::as_str);
        let mut fields = self.projection.redacted_fields(index);
        fields.extend(later);
        fields
    }

    /// The annex will name the entry.
    pub(crate) fn show(&mut self, entry: &Entry, words: &Words) {
        self.used.entry(entry.index).or_insert_with(|| Used {
            hash: entry.hash.clone(),
            producer: words.producer.clone(),
            event_type: words.event_type,
            received: words.received,
        });
    }
}

/// What a report says, field by field.
pub(crate) struct Words {
    pub(crate) producer: String,
    pub(crate) event_type: &'static str,
    pub(crate) received: Timestamp,
    value: Value,
}

impl Words {
    /// The value at a path below `data`; below something that is redacted, that word.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        let mut at = self.value.get("data")?;
        for part in path.split('.') {
            if at.as_str() == Some(REDACTED) {
                return Some(at);
            }
            at = at.get(part)?;
        }
        Some(at)
    }

    /// True when the value at a path, or all around it, is redacted.
    pub(crate) fn is_redacted(&self, path: &str) -> bool {
        self.at(path).and_then(Value::as_str) == Some(REDACTED)
    }

    pub(crate) fn text(&self, path: &str) -> Option<String> {
        self.at(path)?.as_str().map(str::to_owned)
    }

    pub(crate) fn read<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        T::deserialize(self.at(path)?).ok()
    }

    /// When it was said: the asserter's own time, else the day on which the source was published.
    pub(crate) fn said(&self, day: Day) -> Option<Time> {
        self.read("provenance.said_at").or_else(|| {
            let date = self.text("provenance.source.published_on")?;
            Some(day.time_of(date.parse().ok()?))
        })
    }

    /// The way of the words to the ledger, the publisher last.
    pub(crate) fn through(&self) -> Vec<String> {
        let links = self.at("provenance.attribution").and_then(Value::as_array);
        let mut through: Vec<String> = links
            .into_iter()
            .flatten()
            .filter_map(|link| {
                let name = link.get("name")?.as_str()?;
                let role = link.get("role").and_then(Value::as_str).unwrap_or("named");
                Some(format!("{name} ({role})"))
            })
            .collect();
        let source = ["title", "outlet"].map(|field| self.text(&format!("provenance.source.{field}")));
        let mut source: Vec<String> = source.into_iter().flatten().collect();
        source.dedup();
        if !source.is_empty() {
            through.push(source.join(", "));
        }
        through.push(self.producer.clone());
        through
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_below_a_redacted_path_reads_redacted() {
        let value = json!({"data": {"content": {"place": {"place": "parukh"}, "kind": "mortar"}}});
        let words = Words {
            producer: "newsdesk".to_owned(),
            event_type: "incident.reported.v1",
            received: Timestamp::new("2022-03-26T14:00:00Z").unwrap(),
            value: redacted(&value, &["data.content.place", "data.content.nothing.here"]),
        };
        assert_eq!(words.text("content.place.place").as_deref(), Some("redacted"));
        assert_eq!(words.text("content.kind").as_deref(), Some("mortar"));
        assert_eq!(words.text("content.nothing"), None);
    }
}
