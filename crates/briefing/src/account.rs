//! One thing that somebody says: who, in which capacity, through whom, in which words, when, about when, and where it stands.

use serde::Serialize;

use crate::{
    Error,
    day::{Belongs, Day, Time},
    frame::{Frame, NOT_STATED, Name, Place, REDACTED, WITHHELD},
    reading::{Reading, Words},
    rows::{Answer, Entry, Said},
};

/// A time, and how it reads in the report's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct When {
    /// The time as stated.
    #[serde(flatten)]
    pub time: Time,
    /// The same in the zone of the report.
    pub local: String,
}

/// One thing that somebody says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Who says it, by name.
    pub by: String,
    /// The same as an id; `not_stated` where nobody is named.
    pub actor: String,
    /// The side that the actor belongs to, or the actor itself.
    pub side: String,
    /// In which capacity.
    pub capacity: Option<String>,
    /// The person who speaks, and the office.
    pub person: Option<String>,
    /// The way of the words to the ledger; the producer that published them is last.
    pub through: Vec<String>,
    /// How the source puts it.
    pub hedge: Option<String>,
    /// The verb: alleges, denies, states, …; the same for every side.
    pub says: String,
    /// What is said, in the words of the vocabulary.
    pub what: String,
    /// The asserter's own words.
    pub words: Option<String>,
    /// The language from which `words` were translated.
    pub translated_from: Option<String>,
    /// The publisher's summary, which quotes nobody.
    pub text: Option<String>,
    /// When it happened.
    pub when: Option<When>,
    /// When it was said.
    pub said: Option<When>,
    /// Where it happened.
    pub place: Option<Place>,
    /// What became of it: corrected, retracted, repeats another.
    pub notes: Vec<String>,
    /// Where it stands.
    pub entry: Entry,
}

/// What every section needs.
pub(crate) struct Context<'a, 'b> {
    pub(crate) day: Day,
    pub(crate) frame: &'a Frame,
    pub(crate) reading: Reading<'a, 'b>,
}

/// What a row says of an account beyond who says it.
#[derive(Default)]
pub(crate) struct Row<'a> {
    /// `None`: as the hedge of the source has it.
    pub(crate) says: Option<&'static str>,
    pub(crate) what: String,
    pub(crate) time: Option<&'a Time>,
    pub(crate) place: Option<&'a str>,
    /// A correction replaced the content: the row has what counts, and the entry's own place may be withheld since.
    pub(crate) corrected: bool,
    /// The path of the place below `content`, for what the row does not say of it.
    pub(crate) place_at: Option<&'static str>,
    pub(crate) notes: Vec<String>,
}

impl Context<'_, '_> {
    pub(crate) fn when(&self, time: &Time) -> When {
        When {
            time: time.clone(),
            local: self.day.shown(time),
        }
    }

    /// How a time lies to the day; nothing stated lies outside.
    pub(crate) fn holds(&self, time: Option<&Time>) -> Belongs {
        self.day.holds_stated(time)
    }

    /// The account that an entry gives. `entry` is the one whose words are shown.
    pub(crate) fn account(&mut self, said: &Said, row: Row<'_>, entry: &Entry) -> Result<Account, Error> {
        let words = self.reading.words(entry)?;
        self.reading.show(entry, &words);
        let place = (row.place.is_some() || row.place_at.is_some())
            .then(|| match (row.corrected, row.place) {
                (true, place) => self.frame.place(place, None),
                (false, place) => self.place(place, row.place_at, &words),
            })
            .filter(|place| place.place != NOT_STATED);
        // A redaction may have come after the entries that the row was made from.
        let hide = ["actor", "as_named"]
            .iter()
            .any(|name| words.is_redacted(&format!("provenance.asserted_by.{name}")));
        let own = |text: &str| if hide { REDACTED } else { text }.to_owned();
        Ok(Account {
            by: match own(&said.asserted_by).as_str() {
                NOT_STATED => "somebody who is not named".to_owned(),
                id => self.frame.actor(id),
            },
            actor: own(&said.asserted_by),
            side: own(&said.asserted_by_side),
            capacity: said.capacity.as_deref().map(spaced),
            person: person(&words),
            through: words.through(),
            hedge: said.hedge.clone(),
            says: row.says.unwrap_or_else(|| verb(said.hedge.as_deref())).to_owned(),
            what: row.what,
            words: words.text("provenance.verbatim"),
            translated_from: words.text("provenance.translated_from"),
            text: words
                .text("content.text")
                .or_else(|| words.text("content.reason")),
            when: row.time.map(|time| self.when(time)),
            said: words.said(self.day).map(|time| self.when(&time)),
            place,
            notes: row.notes,
            entry: Entry {
                redacted: entry.redacted || !self.reading.hidden_of(entry.index).is_empty(),
                ..entry.clone()
            },
        })
    }

    /// True when the place at a path below `content` is redacted, or withheld by whoever reports it.
    pub(crate) fn hides(&mut self, entry: &Entry, at: &str) -> Result<bool, Error> {
        let words = self.reading.words(entry)?;
        let precision = words.text(&format!("content.{at}.precision"));
        Ok(words.is_redacted(&format!("content.{at}.place")) || precision.as_deref() == Some(WITHHELD))
    }

    /// An answer to something.
    pub(crate) fn answer(&mut self, answer: &Answer) -> Result<Account, Error> {
        let said = Said {
            asserted_by: answer.by.clone(),
            asserted_by_side: answer.by_side.clone(),
            capacity: answer.capacity.clone(),
            hedge: None,
        };
        let what = match &answer.scope {
            Some(scope) => format!("scope: {}", spaced(scope)),
            None => String::new(),
        };
        let row = Row {
            says: Some(answered(&answer.answer)),
            what,
            ..Row::default()
        };
        self.account(&said, row, &answer.entry)
    }

    pub(crate) fn answers(&mut self, answers: &[Answer]) -> Result<Vec<Account>, Error> {
        answers.iter().map(|answer| self.answer(answer)).collect()
    }

    /// When an answer was said.
    pub(crate) fn answer_time(&mut self, answer: &Answer) -> Result<Option<Time>, Error> {
        Ok(self.reading.words(&answer.entry)?.said(self.day))
    }

    fn place(&self, id: Option<&str>, at: Option<&'static str>, words: &Words) -> Place {
        let at = at.unwrap_or("place");
        if words.is_redacted(&format!("content.{at}.place")) {
            return self.frame.place(Some(REDACTED), None);
        }
        if words.text(&format!("content.{at}.precision")).as_deref() == Some(WITHHELD) {
            return self.frame.place(Some(WITHHELD), None);
        }
        let reference = words.text(&format!("content.{at}.reference"));
        let mut place = match id {
            Some(_) => self.frame.place(id, reference.as_deref()),
            None => unregistered(words, at),
        };
        if [WITHHELD, REDACTED].contains(&place.place.as_str()) {
            return place;
        }
        if let Some(reference) = reference.filter(|words| *words != place.shown) {
            place.shown = format!("{} (“{reference}”)", place.shown);
        }
        place
    }
}

/// A place that only the report itself names: rows leave such places out.
fn unregistered(words: &Words, at: &str) -> Place {
    let names: Vec<Name> = words.read(&format!("content.{at}.names")).unwrap_or_default();
    let point = ["lat", "lon"].map(|axis| words.at(&format!("content.{at}.{axis}")));
    let shown: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
    let (place, shown) = match (shown.first(), point) {
        (Some(first), _) => (format!("named:{first}"), shown.join(" / ")),
        (None, [Some(lat), Some(lon)]) => (format!("point:{lat},{lon}"), format!("{lat}, {lon}")),
        _ => match words.text(&format!("content.{at}.reference")) {
            Some(reference) => (format!("words:{reference}"), reference),
            None => (NOT_STATED.to_owned(), NOT_STATED.to_owned()),
        },
    };
    Place {
        place,
        names,
        shown,
        district: NOT_STATED.to_owned(),
    }
}

fn person(words: &Words) -> Option<String> {
    let part = |name: &str| words.text(&format!("provenance.asserted_by.{name}"));
    match (part("speaker"), part("office")) {
        (Some(speaker), Some(office)) if speaker != office => Some(format!("{speaker}, {office}")),
        (Some(speaker), _) => Some(speaker),
        (None, office) => office,
    }
}

/// How a source puts it, as a verb. None says more than the word of the vocabulary.
fn verb(hedge: Option<&str>) -> &'static str {
    match hedge {
        Some("stated") => "states",
        Some("alleged") => "alleges",
        Some("claimed") => "claims",
        Some("unconfirmed") => "reports, unconfirmed",
        _ => "reports",
    }
}

fn answered(word: &str) -> &'static str {
    match word {
        "denied" => "denies",
        "admitted" => "admits",
        "corroborated" => "corroborates",
        _ => "answers",
    }
}

impl Account {
    /// In which capacity it was said, by whom in person, and how the source puts it: `party; Artak Beglarian, state minister; claimed`.
    pub fn about(&self) -> String {
        let parts = [&self.capacity, &self.person, &self.hedge];
        parts
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// When, where, when it was said, through whom, and what became of it, each with its name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        let time = |when: &Option<When>| when.as_ref().map(|when| when.local.clone());
        let through = Some(self.through.join(" → ")).filter(|text| !text.is_empty());
        let mut details: Vec<(&'static str, String)> = [
            ("when", time(&self.when)),
            ("where", self.place.as_ref().map(|place| place.shown.clone())),
            ("said or published", time(&self.said)),
            ("through", through),
            ("translated from", self.translated_from.clone()),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
        .collect();
        details.extend(self.notes.iter().map(|note| ("note", note.clone())));
        details
    }
}

/// A word of the vocabulary as people write it.
pub(crate) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}
