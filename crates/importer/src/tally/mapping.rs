//! The mapping: which column is what, and what an empty cell means.

use armistice_report::{ActorId, Capacity, Hedge, Label, Line, Name, PlaceId, TimePrecision, Zone};
use serde::Deserialize;

use crate::error::Error;

/// Sectors of one mapping, at most: as many as a tally has parts.
const SECTORS_MAX: usize = armistice_report::BREAKDOWN_MAX;

/// What the columns of a table of counts are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The table's short name; part of every id.
    pub(crate) dataset: ActorId,
    /// Its release, if it has any.
    pub(crate) release: Option<Label>,
    /// Its title.
    pub(crate) title: Option<Line>,
    /// Its address.
    pub(crate) url: Option<Line>,
    /// Whose numbers they are.
    pub(crate) claimant: ActorId,
    /// In which capacity.
    pub(crate) capacity: Option<Capacity>,
    /// Whom they are against.
    pub(crate) accused: Option<ActorId>,
    /// What is counted, in the claimant's words.
    pub(crate) unit: Name,
    /// How the source puts it.
    #[serde(default = "claimed")]
    pub(crate) hedge: Hedge,
    /// What an empty cell means.
    pub(crate) blank: Blank,
    /// What counts as empty, besides nothing.
    #[serde(default)]
    pub(crate) blank_words: Vec<String>,
    /// Where days begin.
    pub(crate) zone: Option<Zone>,
    /// What stands between thousands.
    pub(crate) thousands: Option<char>,
    pub(crate) period: Period,
    #[serde(default, rename = "sector")]
    pub(crate) sectors: Vec<Sector>,
    pub(crate) number: Option<Number>,
    pub(crate) total: Option<Total>,
}

fn claimed() -> Hedge {
    Hedge::Claimed
}

/// What an empty cell means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Blank {
    /// Counted, and none.
    Zero,
    /// Not stated.
    Unknown,
}

/// The period of a row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Period {
    pub(crate) columns: Vec<String>,
    pub(crate) format: String,
    pub(crate) length: Length,
}

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Length {
    Day,
    Week,
    Month,
    Year,
}

impl Length {
    pub(crate) const fn precision(self) -> TimePrecision {
        match self {
            Self::Day => TimePrecision::Day,
            Self::Week => TimePrecision::Week,
            Self::Month => TimePrecision::Month,
            Self::Year => TimePrecision::Year,
        }
    }
}

/// A column that holds the numbers of one sector.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sector {
    pub(crate) column: String,
    /// Its name, when it is another than the column's.
    pub(crate) label: Option<Name>,
    /// The registered place.
    pub(crate) place: Option<PlaceId>,
}

/// The column of the one number of a row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Number {
    pub(crate) column: String,
    /// Columns that say of what; they tell the tallies of one period apart.
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    /// The column that holds the name of a place.
    pub(crate) place: Option<String>,
}

/// Totals in the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Total {
    pub(crate) column: Option<String>,
    pub(crate) rows: Option<String>,
}

impl Mapping {
    /// Reads and checks a mapping.
    ///
    /// # Errors
    /// [`Error::Settings`] with the key and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str, hint: &str| Error::Settings {
            what: "mapping",
            why: why.to_owned(),
            hint: hint.to_owned(),
        };
        let mapping: Self = toml::from_str(text).map_err(|error| {
            let why = error.to_string();
            let hint = if why.contains("`blank`") {
                "say what an empty cell means: blank = \"zero\" (counted, and none) or blank = \"unknown\" (not stated)"
            } else {
                "docs/reference/importing.md has a whole mapping"
            };
            wrong(why.trim(), hint)
        })?;
        match (&mapping.number, mapping.sectors.len()) {
            (None, 0) => Err(wrong(
                "it names no numbers",
                "add [[sector]] for each column of numbers, or [number] for one number a row",
            )),
            (Some(_), 1..) => Err(wrong("it has both [number] and [[sector]]", "keep one of them")),
            (None, sectors) if sectors > SECTORS_MAX => {
                Err(wrong("it has more than 64 sectors", "import the table in parts"))
            }
            _ if mapping.period.columns.is_empty() => {
                Err(wrong("period.columns is empty", "name the column of the period"))
            }
            (Some(_), _) if mapping.total_column().is_some() => Err(wrong(
                "total.column needs sectors to add up",
                "leave total.column out",
            )),
            _ => Ok(mapping.in_lower_case()),
        }
    }

    /// Columns are looked up in lower case.
    fn in_lower_case(mut self) -> Self {
        let lower = |column: &mut String| *column = column.trim().to_lowercase();
        self.period.columns.iter_mut().for_each(lower);
        if let Some(number) = &mut self.number {
            lower(&mut number.column);
            number.labels.iter_mut().for_each(lower);
            number.place.iter_mut().for_each(lower);
        }
        for sector in &mut self.sectors {
            // The name of the column as it is written is the sector's name, unless it has another.
            sector.label = sector
                .label
                .take()
                .or_else(|| Name::new(sector.column.trim()).ok());
            lower(&mut sector.column);
        }
        if let Some(total) = &mut self.total {
            total.column.iter_mut().for_each(lower);
        }
        self
    }

    pub(crate) fn total_column(&self) -> Option<&str> {
        self.total.as_ref()?.column.as_deref()
    }

    /// The zone in which days begin.
    pub(crate) fn zone(&self) -> Option<Zone> {
        self.zone
    }

    /// Every column that has to be there.
    pub(crate) fn columns(&self) -> Vec<String> {
        let mut columns = self.period.columns.clone();
        columns.extend(self.sectors.iter().map(|sector| sector.column.clone()));
        columns.extend(self.total_column().map(str::to_owned));
        if let Some(number) = &self.number {
            columns.push(number.column.clone());
            columns.extend(number.labels.iter().cloned());
            columns.extend(number.place.iter().cloned());
        }
        columns
    }
}
