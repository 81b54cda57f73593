//! How many: `best`, `low`, `high`, and the deaths by side.

use armistice_report::{ActorId, CasualtiesReported, CasualtyStatus, Quantity, TallyPart, UpTo};

use super::row::actor;
use crate::amount;
use crate::cells::Cells;
use crate::code::FindingCode;
use crate::finding::{Notes, Rejected};
use crate::tidy;

/// The columns of deaths by side, in their order.
const SIDES: [&str; 4] = ["deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown"];

/// The numbers of a row.
pub(super) struct Deaths {
    /// `low`, `best` and `high` as given.
    pub(super) killed: Option<Quantity>,
    by_side: [Option<u64>; 4],
}

impl Deaths {
    pub(super) fn read(cells: &Cells<'_>, notes: &mut Notes) -> Result<Self, Rejected> {
        let (low, best, high) = (
            cells.number("low", notes)?,
            cells.number("best", notes)?,
            cells.number("high", notes)?,
        );
        let mut by_side = [None; 4];
        for (column, deaths) in SIDES.iter().zip(&mut by_side) {
            *deaths = cells.number(column, notes)?;
        }
        let killed = amount::as_given(low, best, high, notes);
        let stated: Vec<u64> = by_side.iter().copied().flatten().collect();
        let sum = stated
            .iter()
            .try_fold(0_u64, |sum, deaths| sum.checked_add(*deaths));
        if let (Some(best), 4, Some(sum)) = (best, stated.len(), sum)
            && sum != best
        {
            notes.flag(
                FindingCode::DeathsSum,
                "best",
                &format!("best {best}, by side {sum}"),
            );
        }
        Ok(Self { killed, by_side })
    }

    /// Whose and what the dead were, as far as one column says it for all of them: it equals `best`, the others are 0.
    fn of(&self, cells: &Cells<'_>) -> (Option<ActorId>, CasualtyStatus) {
        let best = self.killed.as_ref().and_then(|killed| killed.best);
        let mut others = 0;
        let mut only = None;
        for (at, deaths) in self.by_side.iter().enumerate() {
            match deaths {
                Some(0) | None => {}
                Some(deaths) if Some(*deaths) == best && only.is_none() => only = Some(at),
                Some(_) => others += 1,
            }
        }
        match (only, others) {
            (Some(0), 0) => (actor(cells, "side_a_new_id"), CasualtyStatus::Military),
            (Some(1), 0) => (actor(cells, "side_b_new_id"), CasualtyStatus::Military),
            (Some(2), 0) => (None, CasualtyStatus::Civilian),
            (Some(_), 0) | (None, 0 | 1) => (None, CasualtyStatus::Unknown),
            _ => (None, CasualtyStatus::Mixed),
        }
    }

    /// The report on the dead; its incident, or its area and period, are filled in by the caller.
    pub(super) fn casualties(&self, cells: &Cells<'_>) -> Option<CasualtiesReported> {
        let killed = self.killed.clone()?;
        let (side, status) = self.of(cells);
        Some(CasualtiesReported {
            side,
            status,
            killed: Some(killed),
            wounded: None,
            missing: None,
            captured: None,
            incident: None,
            area: None,
            period: None,
            supersedes: None,
        })
    }

    /// The deaths by side as parts of a tally.
    pub(super) fn parts<const MAX: usize>(&self) -> UpTo<MAX, TallyPart> {
        let parts = SIDES.iter().zip(self.by_side).filter_map(|(column, deaths)| {
            Some(TallyPart {
                label: tidy::brief(column)?,
                number: amount::single(deaths?),
                unit: None,
            })
        });
        UpTo::new(parts.collect()).unwrap_or_default()
    }
}
