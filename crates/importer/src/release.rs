//! Releases of a data set: `23.1`, and `23.0.5` for a monthly release of candidate events.

use std::{fmt, str::FromStr};

use crate::Error;

/// The first yearly release of GED that is numbered by its year (UCDP: 5.0, then 17.1, 17.2, 18.1 and so on).
const FIRST_YEAR: u16 = 17;
/// How many yearly releases after the file's own are looked for.
const YEARS_AHEAD: u16 = 5;

/// A release of UCDP GED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    year: u16,
    number: u16,
    part: u16,
}

impl Release {
    /// The release in a file's name, as the publisher writes it: `GEDEvent_v23_1.csv`, `ucdp_ged_v23_1_sample1000.csv`.
    pub fn in_file_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        lower.match_indices('v').find_map(|(at, _)| {
            let digits = lower[at + 1..].split(|c: char| !c.is_ascii_digit() && c != '_');
            let mut parts = digits.take(1).next()?.split('_');
            let (year, number) = (parts.next()?, parts.next()?);
            let third = parts.next().filter(|part| number == "0" && !part.is_empty());
            let text = match third {
                Some(part) => format!("{year}.{number}.{part}"),
                None => format!("{year}.{number}"),
            };
            text.parse().ok()
        })
    }

    /// The yearly releases that the ledger may hold a row of, this one left out, oldest first.
    pub(crate) fn others(self) -> Vec<Self> {
        let yearly = |year, number| Self {
            year,
            number,
            part: 0,
        };
        let mut all = vec![yearly(5, 0), yearly(17, 2)];
        all.extend((FIRST_YEAR..=self.year.max(FIRST_YEAR) + YEARS_AHEAD).map(|year| yearly(year, 1)));
        all.retain(|other| *other != self);
        all.sort_unstable();
        all
    }
}

impl FromStr for Release {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Release {
            found: text.chars().take(40).collect(),
        };
        let mut numbers = text.split('.').map(|part| {
            let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        });
        let mut next = |needed: bool| match numbers.next() {
            Some(number) => number.ok_or_else(wrong),
            None if needed => Err(wrong()),
            None => Ok(0),
        };
        let release = Self {
            year: next(true)?,
            number: next(true)?,
            part: next(false)?,
        };
        if numbers.next().is_some() {
            return Err(wrong());
        }
        Ok(release)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.year, self.number)?;
        match self.part {
            0 => Ok(()),
            part => write!(f, ".{part}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_and_ordered() {
        let release = |text: &str| text.parse::<Release>().unwrap();
        assert_eq!(release("23.1").to_string(), "23.1");
        assert_eq!(release("23.0.5").to_string(), "23.0.5");
        assert!(release("5.0") < release("17.1") && release("23.0.5") < release("23.1"));
        for wrong in ["", "23", "23.", "v23.1", "23.1.2.3", "2023.1", "23.-1"] {
            assert!(wrong.parse::<Release>().is_err(), "{wrong}");
        }
        let others = release("24.1").others();
        assert!(others.contains(&release("23.1")) && !others.contains(&release("24.1")));
        assert!(others.contains(&release("25.1")) && others.is_sorted());
    }

    #[test]
    fn the_release_is_found_in_the_publishers_file_names() {
        for (name, expected) in [
            ("GEDEvent_v23_1.csv", Some("23.1")),
            ("ucdp_ged_v23_1_sample1000.csv", Some("23.1")),
            ("GEDEvent_v23_0_5.csv", Some("23.0.5")),
            ("events.csv", None),
            ("v.csv", None),
            ("GEDEvent_v5.csv", None),
        ] {
            let found = Release::in_file_name(name).map(|release| release.to_string());
            assert_eq!(found.as_deref(), expected, "{name}");
        }
    }
}
