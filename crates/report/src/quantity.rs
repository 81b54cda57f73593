//! How many, as far as the source says.
//!
//! "more than a dozen" is `{"min":13,"relation":"more_than","verbatim":"more than a dozen"}`;
//! "2,000 or so" is `{"best":2000,"relation":"about"}`; "three" is `{"min":3,"best":3,"max":3,"relation":"exactly"}`.
//!
//! The three numbers follow UCDP GED (`low`, `best`, `high`). A number that is not given is not stated: it is never 0
//! and never −1. Rows of data sets that break low ≤ best ≤ high are kept as `as_given`; importers flag them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    checked::checked,
    flaw::{Checked, Flaw},
    number::{WHOLE_EXPECTED, WHOLE_MAX},
    refusal::RefusalCode,
    text::Line,
    words::words,
};

/// A number with its uncertainty, in the unit of the field that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Quantity {
    /// The least that the words allow (UCDP GED `low`), 0 to 2^53 - 1. None means no lower bound is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub min: Option<u64>,
    /// The source's own best number (UCDP GED `best`), 0 to 2^53 - 1. None means it gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub best: Option<u64>,
    /// The most that the words allow (UCDP GED `high`), 0 to 2^53 - 1. None means no upper bound is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub max: Option<u64>,
    /// How the words relate to the numbers.
    pub relation: Relation,
    /// The source's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verbatim: Option<Line>,
}
checked!(Quantity);

words! {
    /// How a source's words relate to its numbers.
    Relation {
        /// Exactly this many: `best` is given; `min` and `max`, when given, are equal to it.
        Exactly = "exactly",
        /// Around this many: `best` is given.
        About = "about",
        /// This many or more: `min` is given.
        AtLeast = "at_least",
        /// More than the words' number: `min` is given and already counts one more ("more than a dozen" is 13).
        MoreThan = "more_than",
        /// This many or fewer: `max` is given.
        AtMost = "at_most",
        /// Fewer than the words' number: `max` is given and already counts one less.
        LessThan = "less_than",
        /// From `min` to `max`, both given.
        Between = "between",
        /// The source does not say: any of the numbers, or only words ("several").
        Unknown = "unknown",
        /// A row of a data set, as it stands there: at least one number, in any order (UCDP GED has rows whose `low` is
        /// above `best`). Views take the smallest of the three as the least and the greatest as the most.
        AsGiven = "as_given",
    }
}

impl Quantity {
    /// Exactly `number`.
    pub const fn exactly(number: u64) -> Self {
        let number = Some(number);
        Self {
            min: number,
            best: number,
            max: number,
            relation: Relation::Exactly,
            verbatim: None,
        }
    }

    /// About `number`: no bounds.
    pub const fn about(number: u64) -> Self {
        Self {
            min: None,
            best: Some(number),
            max: None,
            relation: Relation::About,
            verbatim: None,
        }
    }

    /// `number` or more.
    pub const fn at_least(number: u64) -> Self {
        Self {
            min: Some(number),
            best: None,
            max: None,
            relation: Relation::AtLeast,
            verbatim: None,
        }
    }

    /// The lower bound: `min`, or the number itself when it is exact; of a row of a data set the smallest number, when
    /// it gives a lower one.
    pub fn low(&self) -> Option<u64> {
        match self.relation {
            Relation::AsGiven => self.min.and_then(|_| self.given().min()),
            _ => self.min.or_else(|| self.exact()),
        }
    }

    /// The upper bound: `max`, or the number itself when it is exact; of a row of a data set the greatest number, when
    /// it gives an upper one.
    pub fn high(&self) -> Option<u64> {
        match self.relation {
            Relation::AsGiven => self.max.and_then(|_| self.given().max()),
            _ => self.max.or_else(|| self.exact()),
        }
    }

    fn given(&self) -> impl Iterator<Item = u64> {
        [self.min, self.best, self.max].into_iter().flatten()
    }

    fn exact(&self) -> Option<u64> {
        self.best.filter(|_| self.relation == Relation::Exactly)
    }

    fn check(&self) -> Checked {
        for (field, number) in [("min", self.min), ("best", self.best), ("max", self.max)] {
            if number.is_some_and(|n| n > WHOLE_MAX) {
                return Err(Flaw::at(RefusalCode::OutOfRange, field, WHOLE_EXPECTED));
            }
        }
        if self.relation == Relation::AsGiven {
            return self.check_relation();
        }
        let above = |low: Option<u64>, high: Option<u64>| low.zip(high).is_some_and(|(l, h)| l > h);
        if above(self.min, self.max) {
            return Err(Flaw::at(RefusalCode::QuantityOrder, "max", "min <= best <= max"));
        }
        if above(self.min, self.best) || above(self.best, self.max) {
            return Err(Flaw::at(RefusalCode::QuantityOrder, "best", "min <= best <= max"));
        }
        self.check_relation()
    }

    fn check_relation(&self) -> Checked {
        let missing = |field, expected: &str| Err(Flaw::at(RefusalCode::MissingField, field, expected));
        match self.relation {
            Relation::Exactly if self.best.is_none() => missing("best", "best, because relation is exactly"),
            Relation::Exactly
                if [self.min, self.max]
                    .iter()
                    .flatten()
                    .any(|n| Some(*n) != self.best) =>
            {
                let expected = "min and max equal to best, or left out, because relation is exactly";
                Err(Flaw::at(RefusalCode::Contradiction, "relation", expected))
            }
            Relation::About if self.best.is_none() => missing("best", "best, because relation is about"),
            Relation::AtLeast | Relation::MoreThan if self.min.is_none() => {
                missing("min", "min, because relation is at_least or more_than")
            }
            Relation::AtMost | Relation::LessThan if self.max.is_none() => {
                missing("max", "max, because relation is at_most or less_than")
            }
            Relation::Between if self.min.is_none() => {
                missing("min", "min and max, because relation is between")
            }
            Relation::Between if self.max.is_none() => {
                missing("max", "min and max, because relation is between")
            }
            Relation::Unknown if self.min.or(self.best).or(self.max).is_none() && self.verbatim.is_none() => {
                missing("verbatim", "a number or the source's own words")
            }
            Relation::AsGiven if self.given().next().is_none() => missing(
                "best",
                "at least one of min, best, max, because relation is as_given",
            ),
            _ => Ok(()),
        }
    }
}
