//! Numbers with their bounds, and the two ways in which a count puts them together.
//!
//! | way | when | result |
//! |---|---|---|
//! | [`Amount::plus`] | things known to be apart | each bound added; open where a part is open |
//! | [`Amount::bound`] | things that may overlap | greatest min; best and max open |
//!
//! The rules are those of the views: "more than a dozen" is min 13 and stays open above, whatever it is put together with.

use serde::{Deserialize, Serialize};

/// A least, a best and a greatest number; `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// At least.
    pub min: Option<u64>,
    /// The best estimate.
    pub best: Option<u64>,
    /// At most.
    pub max: Option<u64>,
}

/// How much more or less; `None` where a bound that it needs is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The least change that fits both numbers.
    pub min: Option<i64>,
    /// Between the two best estimates.
    pub best: Option<i64>,
    /// The greatest change that fits both numbers.
    pub max: Option<i64>,
}

impl Change {
    /// Of what cannot be told.
    pub(crate) const UNKNOWN: Self = Self {
        min: None,
        best: None,
        max: None,
    };
}

impl Amount {
    /// Exactly so many.
    pub const fn exactly(number: u64) -> Self {
        Self {
            min: Some(number),
            best: Some(number),
            max: Some(number),
        }
    }

    /// The sum of two that are known to be apart.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        // An open least number adds nothing: the sum of the others is still a lower bound.
        let min = match (self.min, other.min) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
        let add = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        Self {
            min,
            best: add(self.best, other.best),
            max: add(self.max, other.max),
        }
    }

    /// What is certain of two that may overlap.
    #[must_use]
    pub fn bound(self, other: Self) -> Self {
        Self {
            min: self.min.max(other.min),
            best: None,
            max: None,
        }
    }

    /// The smallest least and the greatest greatest of two accounts of one thing; best where both agree.
    #[must_use]
    pub fn span(self, other: Self) -> Self {
        Self {
            min: self.min.zip(other.min).map(|(a, b)| a.min(b)),
            best: self.best.filter(|_| self.best == other.best),
            max: self.max.zip(other.max).map(|(a, b)| a.max(b)),
        }
    }

    /// How this one differs from the one before.
    pub fn since(self, before: Self) -> Change {
        let less = |a: Option<u64>, b: Option<u64>| {
            let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            Some(signed(a?).saturating_sub(signed(b?)))
        };
        Change {
            min: less(self.min, before.max),
            best: less(self.best, before.best),
            max: less(self.max, before.min),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOZEN: Amount = Amount {
        min: Some(13),
        best: None,
        max: None,
    };

    #[test]
    fn open_bounds_stay_open() {
        let three = Amount::exactly(3);
        assert_eq!(
            three.plus(DOZEN),
            Amount {
                min: Some(16),
                ..DOZEN
            }
        );
        assert_eq!(three.plus(three), Amount::exactly(6));
        assert_eq!(three.bound(DOZEN), DOZEN);
        assert_eq!(three.span(three), three);
        assert_eq!(
            three.span(DOZEN),
            Amount {
                min: Some(3),
                ..DOZEN
            }
        );
    }

    #[test]
    fn a_change_says_no_more_than_both_numbers() {
        let change = |min, best, max| Change { min, best, max };
        let (three, five) = (Amount::exactly(3), Amount::exactly(5));
        assert_eq!(three.since(five), change(Some(-2), Some(-2), Some(-2)));
        assert_eq!(DOZEN.since(three), change(Some(10), None, None));
        assert_eq!(three.since(DOZEN), change(None, None, Some(-10)));
    }
}
