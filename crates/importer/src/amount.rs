//! The numbers of a data set's row as a quantity of a report.

use armistice_report::{Quantity, Relation};

use crate::code::FindingCode;
use crate::finding::Notes;

/// Low, best and high as the row gives them; none where it gives none of them. What breaks low ≤ best ≤ high is flagged.
pub(crate) fn as_given(
    low: Option<u64>,
    best: Option<u64>,
    high: Option<u64>,
    notes: &mut Notes,
) -> Option<Quantity> {
    if let (Some(low), Some(best)) = (low, best)
        && low > best
    {
        notes.flag(
            FindingCode::LowAboveBest,
            "low",
            &format!("low {low}, best {best}"),
        );
    }
    if let (Some(best), Some(high)) = (best, high)
        && best > high
    {
        notes.flag(
            FindingCode::BestAboveHigh,
            "high",
            &format!("best {best}, high {high}"),
        );
    }
    let quantity = Quantity {
        min: low,
        best,
        max: high,
        relation: Relation::AsGiven,
        verbatim: None,
    };
    (low.is_some() || best.is_some() || high.is_some()).then_some(quantity)
}

/// One number as the row gives it.
pub(crate) fn single(best: u64) -> Quantity {
    Quantity {
        min: None,
        best: Some(best),
        max: None,
        relation: Relation::AsGiven,
        verbatim: None,
    }
}
