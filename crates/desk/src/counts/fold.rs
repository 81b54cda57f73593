//! The pass over the facts of one series: into which cells each goes, and what it adds there.

use std::collections::HashMap;

use armistice_projection::Projection;

use crate::{
    Error,
    amount::Amount,
    calendar::{By, Ordinal},
    codebook::{Codebook, Exercises, Series, Sides, Unattributed},
    cut::Cut,
    fact::{Fact, LeftOut, Wanted},
    frame::{Frame, NOT_STATED, shown},
    shapes::{Entry, ROW_ENTRIES_MAX},
};

use super::ROWS_MAX;

/// Combinations of values under which one fact may stand: 16 weapons of 16 kinds, four times over.
const COMBINATIONS_MAX: usize = 1_024;

/// The values of a row's cuts, as numbers of interned words.
pub(super) type Values = Box<[u32]>;

/// One number in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    apart: Option<Amount>,
    overlapping: Option<Amount>,
    pub(super) exercise: Option<Amount>,
    /// Facts that stand under more than one value of a cut, and so in more than one row.
    pub(super) shared: u64,
    pub(super) entries_count: u64,
    pub(super) entries: Vec<Entry>,
}

impl Cell {
    fn add(&mut self, fact: &Fact, shared: bool) {
        let amount = fact.amount;
        if fact.overlaps {
            self.overlapping = Some(self.overlapping.map_or(amount, |sum| sum.bound(amount)));
        } else {
            self.apart = Some(self.apart.map_or(amount, |sum| sum.plus(amount)));
        }
        if fact.exercise {
            self.exercise = Some(self.exercise.map_or(amount, |sum| sum.plus(amount)));
        }
        self.shared += u64::from(shared);
        self.entries_count += fact.entries.len() as u64;
        let room = ROW_ENTRIES_MAX.saturating_sub(self.entries.len());
        self.entries.extend(fact.entries.iter().take(room));
    }

    /// The number: what is apart added, what may overlap only bounding.
    pub(super) fn count(&self) -> Amount {
        match (self.apart, self.overlapping) {
            (Some(apart), Some(overlapping)) => apart.bound(overlapping),
            (one, other) => one.or(other).unwrap_or(Amount::exactly(0)),
        }
    }
}

/// Where the values of a cut come from.
enum From {
    /// From the fact, at this position of its values.
    Fact(usize),
    /// From its kinds: group, part, domain, kind.
    Kinds(Cut),
}

/// What the codebook makes of a kind.
struct Placed {
    group: String,
    part: String,
    domain: Option<&'static str>,
}

/// The fold of one series.
pub(super) struct Fold<'a> {
    pub(super) cuts: &'a [Cut],
    only: &'a [(Cut, String)],
    codebook: &'a Codebook,
    series: &'a Series,
    by: By,
    kinds: HashMap<&'a str, Placed>,
    /// Cuts that are read from the records.
    read: Vec<Cut>,
    words: Vec<String>,
    numbers: HashMap<String, u32>,
    pub(super) cells: HashMap<Values, HashMap<Option<Ordinal>, Cell>>,
    rows: usize,
    pub(super) first: Option<Ordinal>,
    pub(super) last: Option<Ordinal>,
    pub(super) facts: u64,
    pub(super) left_out: LeftOut,
}

impl<'a> Fold<'a> {
    pub(super) fn new(
        cuts: &'a [Cut],
        only: &'a [(Cut, String)],
        codebook: &'a Codebook,
        series: &'a Series,
        by: By,
    ) -> Self {
        let mut read: Vec<Cut> = cuts
            .iter()
            .chain(only.iter().map(|(cut, _)| cut))
            .copied()
            .collect();
        read.push(Cut::Side);
        read.retain(|cut| !matches!(cut, Cut::Kind | Cut::Group | Cut::Part | Cut::Domain));
        read.sort_unstable();
        read.dedup();
        Self {
            cuts,
            only,
            codebook,
            series,
            by,
            kinds: kinds(series),
            read,
            words: Vec::new(),
            numbers: HashMap::new(),
            cells: HashMap::new(),
            rows: 0,
            first: None,
            last: None,
            facts: 0,
            left_out: LeftOut::default(),
        }
    }

    /// Folds every fact of the series.
    pub(super) fn run(&mut self, projection: &Projection, frame: &Frame) -> Result<(), Error> {
        let read = std::mem::take(&mut self.read);
        let wanted = Wanted {
            projection,
            frame,
            series: self.series,
            cuts: &read,
        };
        let mut left_out = LeftOut::default();
        let mut result = Ok(());
        wanted.each(&mut left_out, &mut |fact| {
            if result.is_ok() {
                result = self.take(&read, fact);
            }
        });
        self.left_out.withdrawn = left_out.withdrawn;
        self.left_out.repeated = left_out.repeated;
        result
    }

    /// One fact, as far as the series counts it.
    fn take(&mut self, read: &[Cut], mut fact: Fact) -> Result<(), Error> {
        fact.kinds
            .retain(|kind| self.kinds.is_empty() || self.kinds.contains_key(kind.as_str()));
        if fact.kinds.is_empty() {
            self.left_out.kind_not_counted += 1;
            return Ok(());
        }
        let left_out = &self.series.assessed_as_left_out;
        if fact
            .assessed_as
            .as_ref()
            .is_some_and(|word| left_out.contains(word))
        {
            self.left_out.assessed_as += 1;
            return Ok(());
        }
        if fact.exercise && self.series.exercises == Exercises::LeftOut {
            self.left_out.exercises += 1;
            return Ok(());
        }
        fact.exercise &= self.series.labels_exercises();
        let side = read.iter().position(|cut| *cut == Cut::Side);
        let nobody = side.is_some_and(|at| fact.values[at].is_empty());
        if nobody && self.series.sides != Sides::Never && self.series.unattributed == Unattributed::LeftOut {
            self.left_out.unattributed += 1;
            return Ok(());
        }
        let period = self.codebook.calendar().fit(self.by, fact.span);
        // The series begins with its first counted period, whatever the conditions leave of it.
        if let Some(at) = period {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
        for (cut, value) in self.only {
            let values = self.values(read, *cut, &fact);
            if !values.iter().any(|one| one == value || shown(one) == value) {
                return Ok(());
            }
        }
        self.facts += 1;
        self.place(read, period, &fact)
    }

    /// Adds a fact to every cell that it belongs to.
    fn place(&mut self, read: &[Cut], period: Option<Ordinal>, fact: &Fact) -> Result<(), Error> {
        let mut combinations: Vec<Vec<u32>> = vec![Vec::with_capacity(self.cuts.len())];
        for cut in self.cuts {
            let values: Vec<u32> = self
                .values(read, *cut, fact)
                .into_iter()
                .map(|value| self.intern(value))
                .collect();
            if combinations.len() * values.len() > COMBINATIONS_MAX {
                return Err(Error::TooManyValues {
                    index: fact.entries.first().map_or(0, |entry| entry.index),
                    max: COMBINATIONS_MAX,
                });
            }
            let longer = combinations.iter().flat_map(|so_far| {
                values.iter().map(|value| {
                    let mut longer = so_far.clone();
                    longer.push(*value);
                    longer
                })
            });
            combinations = longer.collect();
        }
        let shared = combinations.len() > 1;
        for values in combinations {
            let periods = self.cells.entry(values.into_boxed_slice()).or_default();
            let cell = periods.entry(period).or_insert_with(|| {
                self.rows += 1;
                Cell::default()
            });
            cell.add(fact, shared);
        }
        if self.rows > ROWS_MAX {
            return Err(too_many(self.series));
        }
        Ok(())
    }

    /// The values of a cut: at least `not_stated`.
    fn values(&self, read: &[Cut], cut: Cut, fact: &Fact) -> Vec<String> {
        let mut values = match Self::from(read, cut) {
            From::Fact(at) => fact.values[at].clone(),
            From::Kinds(cut) => {
                let of = |kind: &String| {
                    let placed = self.kinds.get(kind.as_str());
                    match cut {
                        Cut::Group => placed.map(|placed| placed.group.clone()),
                        Cut::Part => placed.map(|placed| placed.part.clone()),
                        Cut::Domain => placed.and_then(|placed| placed.domain).map(str::to_owned),
                        _ => Some(kind.clone()),
                    }
                };
                let mut values: Vec<String> = fact.kinds.iter().filter_map(of).collect();
                values.sort_unstable();
                values.dedup();
                values
            }
        };
        if values.is_empty() {
            values.push(NOT_STATED.to_owned());
        }
        values
    }

    fn from(read: &[Cut], cut: Cut) -> From {
        match cut {
            Cut::Kind | Cut::Group | Cut::Part | Cut::Domain => From::Kinds(cut),
            cut => From::Fact(
                read.iter()
                    .position(|one| *one == cut)
                    .expect("every cut that is asked for is read"),
            ),
        }
    }

    fn intern(&mut self, word: String) -> u32 {
        if let Some(number) = self.numbers.get(&word) {
            return *number;
        }
        let number = u32::try_from(self.words.len()).expect("fewer words than 2^32 entries of a log");
        self.words.push(word.clone());
        self.numbers.insert(word, number);
        number
    }

    /// The word behind a number.
    pub(super) fn word(&self, number: u32) -> &str {
        &self.words[number as usize]
    }
}

/// The refusal of a count with too many rows.
pub(super) fn too_many(series: &Series) -> Error {
    Error::TooManyRows {
        series: series.series.clone(),
        max: ROWS_MAX,
    }
}

/// Group, part and domain of every kind that counts.
fn kinds(series: &Series) -> HashMap<&str, Placed> {
    let mut kinds = HashMap::new();
    for group in &series.groups {
        for part in &group.parts {
            for kind in &part.kinds {
                let placed = Placed {
                    group: group.group.clone(),
                    part: part.part.clone(),
                    domain: crate::unit::domain(kind),
                };
                kinds.insert(kind.as_str(), placed);
            }
        }
    }
    kinds
}
