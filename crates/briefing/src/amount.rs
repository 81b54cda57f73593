//! Quantities as their sources gave them: a range stays a range.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number with its bounds; what is `None` is not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// The least.
    pub min: Option<u64>,
    /// The source's own number.
    pub best: Option<u64>,
    /// The most.
    pub max: Option<u64>,
}

impl Amount {
    /// Exactly so many.
    pub const fn exactly(number: u64) -> Self {
        let number = Some(number);
        Self {
            min: number,
            best: number,
            max: number,
        }
    }

    /// How it stands to an earlier one: a word, and only where the bounds allow it.
    pub fn against(self, before: Self) -> Change {
        let exact = |amount: Self| amount.min.filter(|min| amount.max == Some(*min));
        if let (Some(now), Some(then)) = (exact(self), exact(before)) {
            return match now.cmp(&then) {
                std::cmp::Ordering::Greater => Change::More,
                std::cmp::Ordering::Less => Change::Fewer,
                std::cmp::Ordering::Equal => Change::Same,
            };
        }
        match (self.min, self.max, before.min, before.max) {
            (Some(min), _, _, Some(max)) if min > max => Change::More,
            (_, Some(max), Some(min), _) if max < min => Change::Fewer,
            _ => Change::Unknown,
        }
    }

    /// Adds the bounds of another number of the same unit and observer. An open bound stays open.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let add = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.saturating_add(b));
        Self {
            min: add(self.min, other.min),
            best: add(self.best, other.best),
            max: add(self.max, other.max),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.best, self.max) {
            (Some(min), _, Some(max)) if min == max => write!(f, "{min}"),
            (Some(min), Some(best), Some(max)) => write!(f, "{min} to {max}, best {best}"),
            (Some(min), None, Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), Some(best), None) => write!(f, "at least {min}, best {best}"),
            (Some(min), None, None) => write!(f, "at least {min}"),
            (None, Some(best), Some(max)) => write!(f, "at most {max}, best {best}"),
            (None, None, Some(max)) => write!(f, "at most {max}"),
            (None, Some(best), None) => write!(f, "about {best}"),
            (None, None, None) => f.write_str("not stated"),
        }
    }
}

/// How a number stands to that of the period before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is greater.
    More,
    /// It is smaller.
    Fewer,
    /// They are equal.
    Same,
    /// The bounds do not allow to say.
    Unknown,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::Same => "same",
            Self::Unknown => "cannot be told",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: Option<u64>, max: Option<u64>) -> Amount {
        Amount { min, best: None, max }
    }

    #[test]
    fn a_range_stays_a_range() {
        for (amount, expected) in [
            (Amount::exactly(3), "3"),
            (range(Some(13), None), "at least 13"),
            (range(None, Some(9)), "at most 9"),
            (range(Some(2), Some(3)), "2 to 3"),
            (Amount::default(), "not stated"),
            (Amount::exactly(3).plus(range(Some(13), None)), "at least 16"),
        ] {
            assert_eq!(amount.to_string(), expected);
        }
    }

    #[test]
    fn a_change_is_said_only_where_the_bounds_allow_it() {
        for (now, before, expected) in [
            (Amount::exactly(4), Amount::exactly(3), Change::More),
            (Amount::exactly(3), Amount::exactly(3), Change::Same),
            (Amount::exactly(0), Amount::exactly(3), Change::Fewer),
            (range(Some(13), None), Amount::exactly(12), Change::More),
            (range(Some(13), None), Amount::exactly(14), Change::Unknown),
            (range(None, Some(4)), range(Some(5), None), Change::Fewer),
            (Amount::default(), Amount::exactly(0), Change::Unknown),
        ] {
            assert_eq!(now.against(before), expected, "{now} against {before}");
        }
    }
}
