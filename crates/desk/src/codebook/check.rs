//! What the types of a document do not check: words of the vocabulary, names that come twice, values that the unit has not.

use armistice_report::{CodebookId, ObservationAssessment, Zone};
use serde::Serialize;

use super::{CodebookFlaw, Document, Exercises, FORMAT, Series, Sides, Unattributed};
use crate::{calendar::Calendar, cut::Cut, unit::Unit};

/// Series of one codebook, at most.
const SERIES_MAX: usize = 32;
/// Groups of a series and parts of a group, at most.
const GROUPS_MAX: usize = 64;
/// Longest title, in characters.
const TITLE_MAX: usize = 200;
/// Longest description or definition, in characters.
const WORDS_MAX: usize = 2_000;

type Checked = Result<(), CodebookFlaw>;

/// Checks a document and gives its calendar.
pub(super) fn check(document: &Document) -> Result<Calendar, CodebookFlaw> {
    if document.format != FORMAT {
        return Err(CodebookFlaw::new("format", format!("{FORMAT:?}")));
    }
    CodebookId::new(&document.codebook)
        .map_err(|flaw| CodebookFlaw::new("codebook", flaw.expected.clone()))?;
    if document.version == 0 {
        return Err(CodebookFlaw::new("version", "a whole number from 1"));
    }
    words("title", &document.title, TITLE_MAX)?;
    words("description", &document.description, WORDS_MAX)?;
    for (at, source) in document.sources.iter().enumerate() {
        words(&format!("sources[{at}]"), source, WORDS_MAX)?;
    }
    let zone = Zone::new(&document.zone).map_err(|flaw| CodebookFlaw::new("zone", flaw.expected.clone()))?;
    let calendar = Calendar::new(zone, &document.day_starts, document.week_starts)
        .ok_or_else(|| CodebookFlaw::new("day_starts", "a local time such as 00:00, hours and minutes"))?;
    list("series", document.series.len(), 1, SERIES_MAX)?;
    for (at, series) in document.series.iter().enumerate() {
        let path = format!("series[{at}]");
        once(
            &format!("{path}.series"),
            &series.series,
            document.series[..at].iter().map(|other| other.series.as_str()),
        )?;
        check_series(&path, series)?;
    }
    Ok(calendar)
}

fn check_series(path: &str, series: &Series) -> Checked {
    let unit = series.unit;
    name(&format!("{path}.series"), &series.series)?;
    words(&format!("{path}.title"), &series.title, TITLE_MAX)?;
    words(&format!("{path}.definition"), &series.definition, WORDS_MAX)?;
    one_of(&format!("{path}.adds"), unit, &series.adds, unit.adds())?;
    one_of(&format!("{path}.sides"), unit, &series.sides, unit.sides())?;
    if series.sides == Sides::Never && series.unattributed == Unattributed::LeftOut {
        let expected = "counted_as_not_stated, because sides is never: who is named or not decides nothing";
        return Err(CodebookFlaw::new(format!("{path}.unattributed"), expected));
    }
    one_of(
        &format!("{path}.exercises"),
        unit,
        &series.exercises,
        unit.exercises(),
    )?;
    check_groups(path, series)?;
    check_left_out(path, series)?;
    for (at, cut) in series.apart.iter().enumerate() {
        let field = format!("{path}.apart[{at}]");
        if series.apart[..at].contains(cut) {
            return Err(CodebookFlaw::new(field, "each cut once"));
        }
        if !can_be_cut(series, *cut) {
            return Err(CodebookFlaw::new(
                field,
                format!("one of {}", lawful_cuts(series)),
            ));
        }
    }
    for cut in unit.apart() {
        if !series.apart.contains(cut) {
            let reason = "two values of it may hold the same thing twice";
            return Err(CodebookFlaw::new(
                format!("{path}.apart"),
                format!(
                    "{cut} among them, because the unit is {}: {reason}",
                    unit.as_str()
                ),
            ));
        }
    }
    Ok(())
}

fn check_groups(path: &str, series: &Series) -> Checked {
    let known = series.unit.kinds();
    let least = usize::from(!known.is_empty());
    let most = if known.is_empty() { 0 } else { GROUPS_MAX };
    list(&format!("{path}.groups"), series.groups.len(), least, most)?;
    let mut seen: Vec<&str> = Vec::new();
    for (at, group) in series.groups.iter().enumerate() {
        let path = format!("{path}.groups[{at}]");
        name(&format!("{path}.group"), &group.group)?;
        let before = series.groups[..at].iter().map(|other| other.group.as_str());
        once(&format!("{path}.group"), &group.group, before)?;
        list(&format!("{path}.parts"), group.parts.len(), 1, GROUPS_MAX)?;
        for (at, part) in group.parts.iter().enumerate() {
            let path = format!("{path}.parts[{at}]");
            name(&format!("{path}.part"), &part.part)?;
            let before = group.parts[..at].iter().map(|other| other.part.as_str());
            once(&format!("{path}.part"), &part.part, before)?;
            list(&format!("{path}.kinds"), part.kinds.len(), 1, known.len())?;
            for (at, kind) in part.kinds.iter().enumerate() {
                let path = format!("{path}.kinds[{at}]");
                if !known.contains(&kind.as_str()) {
                    return Err(CodebookFlaw::new(path, format!("one of {}", known.join(", "))));
                }
                once(&path, kind, seen.iter().copied())?;
                seen.push(kind);
            }
        }
    }
    Ok(())
}

fn check_left_out(path: &str, series: &Series) -> Checked {
    let field = format!("{path}.assessed_as_left_out");
    if series.unit != Unit::Observation && !series.assessed_as_left_out.is_empty() {
        return Err(CodebookFlaw::new(
            field,
            "no such field, unless the unit is observation",
        ));
    }
    for (at, word) in series.assessed_as_left_out.iter().enumerate() {
        let field = format!("{field}[{at}]");
        let known = ObservationAssessment::ALL;
        if !known.iter().any(|known| known.as_str() == word) {
            let known: Vec<&str> = known.iter().map(|known| known.as_str()).collect();
            return Err(CodebookFlaw::new(field, format!("one of {}", known.join(", "))));
        }
        if word == ObservationAssessment::LiveFireExercise.as_str() {
            let expected = format!("not {word}: the field exercises says what becomes of it");
            return Err(CodebookFlaw::new(field, expected));
        }
        once(
            &field,
            word,
            series.assessed_as_left_out[..at].iter().map(String::as_str),
        )?;
    }
    Ok(())
}

/// Whether a series can be cut so.
pub(crate) fn can_be_cut(series: &Series, cut: Cut) -> bool {
    match cut {
        Cut::Side => series.sides != Sides::Never,
        cut if Cut::PLACES.contains(&cut) => series.unit.has_place(),
        cut => series.unit.cuts().contains(&cut),
    }
}

/// The cuts of a series, as a message names them.
pub(crate) fn lawful_cuts(series: &Series) -> String {
    let lawful = Cut::ALL.iter().filter(|cut| can_be_cut(series, **cut));
    lawful.map(|cut| cut.as_str()).collect::<Vec<_>>().join(", ")
}

fn one_of<T: PartialEq + Serialize>(field: &str, unit: Unit, value: &T, lawful: &[T]) -> Checked {
    if lawful.contains(value) {
        return Ok(());
    }
    let words: Vec<String> = lawful
        .iter()
        .filter_map(|word| serde_json::to_string(word).ok())
        .collect();
    let expected = format!("{}, because the unit is {}", words.join(" or "), unit.as_str());
    Err(CodebookFlaw::new(field, expected))
}

fn once<'a>(field: &str, name: &str, mut before: impl Iterator<Item = &'a str>) -> Checked {
    if before.any(|other| other == name) {
        return Err(CodebookFlaw::new(field, format!("each once; {name} came before")));
    }
    Ok(())
}

fn list(field: &str, len: usize, least: usize, most: usize) -> Checked {
    if (least..=most).contains(&len) {
        return Ok(());
    }
    Err(CodebookFlaw::new(
        field,
        format!("{least} to {most} elements, not {len}"),
    ))
}

fn words(field: &str, text: &str, most: usize) -> Checked {
    let len = text.chars().count();
    if text.trim() == text && (1..=most).contains(&len) {
        return Ok(());
    }
    Err(CodebookFlaw::new(
        field,
        format!("1 to {most} characters without spaces at the ends"),
    ))
}

fn name(field: &str, text: &str) -> Checked {
    let lawful =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(lawful) && text != "not_stated" {
        return Ok(());
    }
    Err(CodebookFlaw::new(
        field,
        "1 to 64 of a-z, 0-9, _ and -; not not_stated, which is a bucket of its own",
    ))
}

impl Series {
    /// Whether rows say how much of their number exercises are.
    pub(crate) fn labels_exercises(&self) -> bool {
        self.exercises == Exercises::CountedAndLabelled
    }
}
