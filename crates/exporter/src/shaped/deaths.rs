//! Deaths of one incident in the columns of a data set.
//!
//! Accounts of one side and status are never added: they span, as in the view `casualties`. Figures of different sides or
//! statuses are different people and are added; a figure of no side, or of several statuses, may hold any of them and is not.

use std::collections::BTreeMap;

use armistice_report::{CasualtyStatus, Quantity, Relation};

use crate::left_out::Reason;

/// One account of the dead.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) side: Option<String>,
    pub(crate) status: CasualtyStatus,
    pub(crate) killed: Quantity,
    /// It comes out of the row of the data set that is exported.
    pub(crate) is_own: bool,
    /// It corrects and supersedes nothing, and nothing corrected it.
    pub(crate) is_first: bool,
    /// The release of that row where it is a number, as ACLED's `timestamp` is.
    pub(crate) release: Option<u64>,
}

/// Low, best and high estimate. None is not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) low: Option<u64>,
    pub(crate) best: Option<u64>,
    pub(crate) high: Option<u64>,
}

/// The dead of one incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deaths {
    pub(crate) all: Estimate,
    /// The best numbers by side, for those who were of a side and of its forces.
    pub(crate) by_side: BTreeMap<String, u64>,
    pub(crate) civilians: Option<u64>,
    pub(crate) unknown: Option<u64>,
    pub(crate) flaw: Option<Reason>,
    /// They are those of the data set's row.
    pub(crate) is_own: bool,
    /// And these have not changed since.
    pub(crate) is_first: bool,
    /// The release of the data set's row that they come out of.
    pub(crate) release: Option<u64>,
}

/// The numbers of a data set's row as they stand there.
pub(crate) fn as_given(killed: &Quantity) -> Estimate {
    Estimate {
        low: killed.min,
        best: killed.best,
        high: killed.max,
    }
}

impl Deaths {
    /// None when no figure says how many were killed.
    pub(crate) fn of(figures: &[Figure]) -> Option<Self> {
        if let Some(own) = figures.iter().rev().find(|figure| figure.is_own) {
            return Some(Self {
                all: as_given(&own.killed),
                is_own: true,
                is_first: own.is_first,
                release: own.release,
                ..Self::default()
            });
        }
        let mut groups: BTreeMap<(Option<&str>, CasualtyStatus), Estimate> = BTreeMap::new();
        for figure in figures {
            let said = stated(&figure.killed);
            groups
                .entry((figure.side.as_deref(), figure.status))
                .and_modify(|before| *before = span(*before, said))
                .or_insert(said);
        }
        let estimates: Vec<Estimate> = groups.values().copied().collect();
        let are_apart = groups.keys().all(|(side, status)| is_apart(*side, *status));
        let mut deaths = match estimates.as_slice() {
            [] => return None,
            [one] => Self {
                all: *one,
                ..Self::default()
            },
            many if are_apart => Self {
                all: sum(many),
                ..Self::default()
            },
            many => Self {
                all: Estimate {
                    low: many.iter().filter_map(|estimate| estimate.low).max(),
                    best: None,
                    high: None,
                },
                flaw: Some(Reason::FiguresOverlap),
                ..Self::default()
            },
        };
        if deaths.all.best.is_none() {
            deaths.flaw.get_or_insert(Reason::NoBest);
        }
        for ((side, status), estimate) in &groups {
            deaths.put(*side, *status, *estimate);
        }
        Some(deaths)
    }

    fn put(&mut self, side: Option<&str>, status: CasualtyStatus, estimate: Estimate) {
        let Some(best) = estimate.best else { return };
        let add = |to: &mut Option<u64>| *to = Some(to.unwrap_or_default().saturating_add(best));
        match (side, status) {
            (_, CasualtyStatus::Civilian | CasualtyStatus::Journalist | CasualtyStatus::AidWorker) => {
                add(&mut self.civilians);
            }
            (Some(side), CasualtyStatus::Military) => {
                *self.by_side.entry(side.to_owned()).or_default() += best;
            }
            _ => add(&mut self.unknown),
        }
    }

    /// True when at least one death is stated, or not excluded.
    pub(crate) fn has_deaths(&self) -> bool {
        let Estimate { low, best, high } = self.all;
        [low, best, high].into_iter().flatten().any(|number| number > 0)
    }
}

fn stated(killed: &Quantity) -> Estimate {
    Estimate {
        low: killed.low(),
        best: killed
            .best
            .or_else(|| killed.low().filter(|low| Some(*low) == killed.high())),
        high: killed.high(),
    }
    .with_relation(killed.relation)
}

impl Estimate {
    /// An account in words alone gives no number at all.
    fn with_relation(self, relation: Relation) -> Self {
        match relation {
            Relation::Unknown if self.low.is_none() && self.best.is_none() => Self {
                high: self.high,
                ..Self::default()
            },
            _ => self,
        }
    }
}

fn span(a: Estimate, b: Estimate) -> Estimate {
    Estimate {
        low: a.low.zip(b.low).map(|(a, b)| a.min(b)),
        best: a.best.filter(|best| b.best == Some(*best)),
        high: a.high.zip(b.high).map(|(a, b)| a.max(b)),
    }
}

fn sum(estimates: &[Estimate]) -> Estimate {
    let add = |of: fn(&Estimate) -> Option<u64>| {
        estimates
            .iter()
            .map(of)
            .try_fold(0_u64, |sum, number| sum.checked_add(number?))
    };
    Estimate {
        low: add(|estimate| estimate.low),
        best: add(|estimate| estimate.best),
        high: add(|estimate| estimate.high),
    }
}

fn is_apart(side: Option<&str>, status: CasualtyStatus) -> bool {
    side.is_some() && !matches!(status, CasualtyStatus::Mixed | CasualtyStatus::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(side: Option<&str>, status: CasualtyStatus, killed: Quantity) -> Figure {
        Figure {
            side: side.map(str::to_owned),
            status,
            killed,
            is_own: false,
            is_first: true,
            release: None,
        }
    }

    fn check(figures: &[Figure], all: (Option<u64>, Option<u64>, Option<u64>), flaw: Option<Reason>) {
        let found = Deaths::of(figures).unwrap();
        assert_eq!((found.all.low, found.all.best, found.all.high), all);
        assert_eq!(found.flaw, flaw);
    }

    #[test]
    fn accounts_span_and_different_people_are_added() {
        use CasualtyStatus::{Civilian, Military, Unknown};
        let three = || figure(Some("a"), Military, Quantity::exactly(3));
        let five = || figure(Some("a"), Military, Quantity::exactly(5));
        let two = || figure(Some("b"), Civilian, Quantity::exactly(2));
        let more = || figure(Some("b"), Military, Quantity::at_least(13));
        let some = || figure(None, Unknown, Quantity::exactly(4));
        let all = |n| (Some(n), Some(n), Some(n));
        check(&[three()], all(3), None);
        check(&[three(), three()], all(3), None);
        check(&[three(), five()], (Some(3), None, Some(5)), Some(Reason::NoBest));
        check(&[three(), two()], all(5), None);
        check(&[three(), more()], (Some(16), None, None), Some(Reason::NoBest));
        check(
            &[three(), some()],
            (Some(4), None, None),
            Some(Reason::FiguresOverlap),
        );
        assert!(Deaths::of(&[]).is_none());
    }

    #[test]
    fn a_row_of_the_data_set_is_given_back_as_it_stood() {
        let killed = Quantity {
            min: Some(9),
            best: Some(4),
            max: Some(2),
            relation: Relation::AsGiven,
            verbatim: None,
        };
        let own = Figure {
            is_own: true,
            ..figure(None, CasualtyStatus::Mixed, killed)
        };
        check(&[own], (Some(9), Some(4), Some(2)), None);
    }
}
