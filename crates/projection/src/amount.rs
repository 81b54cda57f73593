//! Numbers as sources give them, and the only three ways in which a view puts them together.
//!
//! | way | when | result |
//! |---|---|---|
//! | [`Amount::span`] | several accounts of one thing | smallest min, greatest max; best where all agree |
//! | [`Amount::sum`] | things known to be apart | each bound added; open where a part is open |
//! | [`Amount::bound`] | things that may overlap | greatest min; best and max open |
//!
//! "More than a dozen" is min 13 and stays open above, whatever it is put together with.

use armistice_report::Quantity;
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

/// Stands for an open bound: reports hold whole numbers up to 2^53 − 1 only.
const OPEN: u64 = u64::MAX;

/// A least, a best and a greatest number, each of which may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Amount([u64; 3]);

impl Amount {
    pub(crate) const UNKNOWN: Self = Self([OPEN; 3]);

    pub(crate) fn new(min: Option<u64>, best: Option<u64>, max: Option<u64>) -> Self {
        Self([min, best, max].map(|bound| bound.unwrap_or(OPEN)))
    }

    pub(crate) fn of(quantity: &Quantity) -> Self {
        // "Exactly 3" may be written with the best number alone: all three are 3 then.
        Self::new(quantity.low(), quantity.best, quantity.high())
    }

    pub(crate) fn min(self) -> Option<u64> {
        Some(self.0[0]).filter(|&bound| bound != OPEN)
    }

    pub(crate) fn best(self) -> Option<u64> {
        Some(self.0[1]).filter(|&bound| bound != OPEN)
    }

    pub(crate) fn max(self) -> Option<u64> {
        Some(self.0[2]).filter(|&bound| bound != OPEN)
    }

    /// What several accounts of one thing span. `None` of none.
    pub(crate) fn span(accounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        accounts.into_iter().reduce(|a, b| {
            let min = a.min().zip(b.min()).map(|(a, b)| a.min(b));
            let max = a.max().zip(b.max()).map(|(a, b)| a.max(b));
            Self::new(min, a.best().filter(|_| a.best() == b.best()), max)
        })
    }

    /// The sum over things that are known to be apart. `None` of none.
    pub(crate) fn sum(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().reduce(|a, b| {
            // An open least number adds nothing: the sum of the others is still a lower bound.
            let min = match (a.min(), b.min()) {
                (None, None) => None,
                (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
            };
            let add = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
            Self::new(min, add(a.best(), b.best()), add(a.max(), b.max()))
        })
    }

    /// What is certain of things that may overlap: at least the greatest of the least. `None` of none.
    pub(crate) fn bound(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts
            .into_iter()
            .reduce(|a, b| Self::new(a.min().max(b.min()), None, None))
    }
}

/// In rows `{"min":13,"best":null,"max":null}`; in snapshots the three numbers.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_newtype_struct("Amount", &self.0);
        }
        let mut row = serializer.serialize_struct("Amount", 3)?;
        row.serialize_field("min", &self.min())?;
        row.serialize_field("best", &self.best())?;
        row.serialize_field("max", &self.max())?;
        row.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: fn(u64) -> Amount = |number| Amount::new(Some(number), Some(number), Some(number));

    #[test]
    fn open_bounds_stay_open() {
        let dozen = Amount::new(Some(13), None, None);
        let about = Amount::new(None, Some(2000), None);
        assert_eq!(
            Amount::sum([EXACT(3), dozen]),
            Some(Amount::new(Some(16), None, None))
        );
        assert_eq!(Amount::sum([EXACT(3), EXACT(4)]), Some(EXACT(7)));
        assert_eq!(
            Amount::sum([about, about]),
            Some(Amount::new(None, Some(4000), None))
        );
        assert_eq!(
            Amount::span([EXACT(3), EXACT(5)]),
            Some(Amount::new(Some(3), None, Some(5)))
        );
        assert_eq!(Amount::span([EXACT(3), EXACT(3)]), Some(EXACT(3)));
        assert_eq!(Amount::span([EXACT(3), about]), Some(Amount::UNKNOWN));
        assert_eq!(
            Amount::bound([EXACT(3), dozen]),
            Some(Amount::new(Some(13), None, None))
        );
        assert_eq!(Amount::bound([EXACT(3)]), Some(EXACT(3)));
        assert_eq!(Amount::sum([]), None);
    }

    #[test]
    fn an_amount_prints_three_bounds_and_survives_a_snapshot() {
        let amount = Amount::new(Some(13), None, None);
        assert_eq!(
            serde_json::to_string(&amount).unwrap(),
            r#"{"min":13,"best":null,"max":null}"#
        );
        let bytes = postcard::to_stdvec(&amount).unwrap();
        assert_eq!(postcard::from_bytes::<Amount>(&bytes).unwrap(), amount);
    }
}
