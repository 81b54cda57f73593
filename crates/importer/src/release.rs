//! Releases of a data set: `23.1`, and `23.0.5` for a monthly release of candidate events.

use std::{fmt, str::FromStr};

use crate::Error;

/// The first yearly release of GED that is numbered by its year (UCDP: 5.0, then 17.1, 17.2, 18.1 and so on).
const FIRST_YEAR: u16 = 17;
/// The last one that a release of two digits can name. All of them are looked for: an older file may come in years later.
const LAST_YEAR: u16 = 99;
/// The first year of which UCDP published candidate events, month by month.
const FIRST_MONTHLY: u16 = 18;

/// A release of UCDP GED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    year: u16,
    number: u16,
    part: u16,
}

impl Release {
    /// The release in a file's name, as the publisher writes it: `GEDEvent_v23_1.csv`, `ucdp_ged_v23_1_sample1000.csv`.
    /// None where the name says more or less than that, as `GEDEvent_v23_01_23_09.csv`, the months 1 to 9 of 2023, does.
    pub fn in_file_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        lower.match_indices('v').find_map(|(at, _)| {
            let rest = &lower[at + 1..];
            let end = rest
                .find(|c: char| !c.is_ascii_digit() && c != '_')
                .unwrap_or(rest.len());
            let parts: Vec<&str> = rest[..end].trim_end_matches('_').split('_').collect();
            match parts[..] {
                [_, _] | [_, "0", _] => parts.join(".").parse().ok(),
                _ => None,
            }
        })
    }

    /// The releases that the ledger may hold a row of, this one left out, oldest first: every yearly one, and the monthly
    /// ones of `years`, the row's own, and of the year that this release adds.
    pub(crate) fn others(self, years: &[i16]) -> Vec<Self> {
        let yearly = |year, number| Self {
            year,
            number,
            part: 0,
        };
        let mut all = vec![yearly(5, 0), yearly(17, 2)];
        all.extend((FIRST_YEAR..=LAST_YEAR).map(|year| yearly(year, 1)));
        let own = if self.number == 0 {
            self.year
        } else {
            self.year.saturating_sub(1)
        };
        let years = years
            .iter()
            .filter_map(|year| u16::try_from(i32::from(*year) - 2000).ok());
        for year in years
            .chain([own])
            .filter(|year| (FIRST_MONTHLY..=LAST_YEAR).contains(year))
        {
            all.extend((1..=12).map(|part| Self {
                year,
                number: 0,
                part,
            }));
        }
        all.retain(|other| *other != self);
        all.sort_unstable();
        all.dedup();
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
            let is_padded = part.len() > 1 && part.starts_with('0');
            let digits =
                (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()) && !is_padded;
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
        for wrong in [
            "", "23", "23.", "v23.1", "23.1.2.3", "2023.1", "23.-1", "23.01", "023.1", "23.0.05",
        ] {
            assert!(wrong.parse::<Release>().is_err(), "{wrong}");
        }
        let others = release("24.1").others(&[2019, 2019, 1998]);
        for one in [
            "5.0", "17.2", "23.1", "25.1", "99.1", "19.0.1", "19.0.12", "23.0.7",
        ] {
            assert!(others.contains(&release(one)), "{one}");
        }
        assert!(others.is_sorted() && !others.contains(&release("24.1")));
        assert_eq!(others.len(), 2 + 83 - 1 + 24);
        assert!(release("24.0.2").others(&[]).contains(&release("24.0.1")));
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
            ("GEDEvent_v23_01_23_09.csv", None),
            ("GEDEvent_v23_1_23_9.csv", None),
            ("GEDEvent_v23_0_05.csv", None),
            ("GEDEvent_v23_0_5_2.csv", None),
        ] {
            let found = Release::in_file_name(name).map(|release| release.to_string());
            assert_eq!(found.as_deref(), expected, "{name}");
        }
    }
}
