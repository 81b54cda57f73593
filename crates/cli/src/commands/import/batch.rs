//! Rows in batches: first what names nothing, as one group; then what is about it, as another.
//!
//! ```text
//! 1,024 rows ──decide──► incidents, tallies ──group──► hashes ──decide──► casualties, denials ──group──►
//! ```
//! If the process dies between the two groups, the next run finds the incidents present and adds their casualties. What a
//! report takes the place of is retracted in a group of its own, once that report is recorded.

use std::collections::HashSet;

use armistice_importer::{Claim, Decided, Draft, FindingCode, Lineage, Outcome as Fate, Row, Stands, decide};
use armistice_report::{EntryHash, Event, Refusal};

use super::findings::Findings;
use super::target::Target;
use crate::failure::Outcome;
use crate::group_session::GROUP_MAX;

/// Bytes of the rows of one batch, after which it is closed: 8 MiB, as many as the ledger commits at once. One more row of
/// at most 1 MiB may come on top.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// Rows on their way.
pub(super) struct Batches<'a> {
    target: &'a mut Target,
    findings: &'a mut Findings,
    rows: Vec<Row>,
    drafts: usize,
    bytes: usize,
    /// The ids of the claims: a second row of the same event has to see the first one in the log.
    ids: HashSet<String>,
}

/// A claim of a row that was decided about, and what came of its drafts.
struct Placed {
    row: usize,
    claim: usize,
    /// Its drafts are taken out one by one as they are submitted.
    decided: Decided,
    answers: Vec<Result<EntryHash, Refusal>>,
}

/// The first claim of a row.
#[derive(Clone, Copy)]
struct First {
    /// Its entry, where there is one.
    hash: Option<EntryHash>,
    /// Whether the log holds a newer version of the row.
    is_older: bool,
}

impl<'a> Batches<'a> {
    pub(super) fn new(target: &'a mut Target, findings: &'a mut Findings) -> Self {
        Self {
            target,
            findings,
            rows: Vec::new(),
            drafts: 0,
            bytes: 0,
            ids: HashSet::new(),
        }
    }

    /// Takes a row; submits the batch when it is full.
    pub(super) fn push(&mut self, row: Row) -> Outcome {
        if row.claims.iter().any(|claim| self.ids.contains(&claim.id)) {
            self.flush()?;
        }
        // A replacement takes two drafts.
        let drafts = 2 * row
            .claims
            .iter()
            .filter(|claim| !claim.about_first)
            .count()
            .max(1);
        if self.drafts + drafts > 2 * GROUP_MAX {
            self.flush()?;
        }
        self.drafts += drafts;
        self.bytes += row.cells.iter().map(Vec::len).sum::<usize>();
        self.ids.extend(row.claims.iter().map(|claim| claim.id.clone()));
        self.rows.push(row);
        if self.bytes > BATCH_BYTES_MAX {
            self.flush()?;
        }
        Ok(())
    }

    /// Submits what was taken.
    pub(super) fn flush(&mut self) -> Outcome {
        let mut rows = std::mem::take(&mut self.rows);
        (self.drafts, self.bytes) = (0, 0);
        self.ids.clear();
        let mut firsts: Vec<Option<First>> = vec![None; rows.len()];
        for (row, first) in self.pass(&mut rows, &[], false)? {
            firsts[row] = Some(first);
        }
        self.pass(&mut rows, &firsts, true)?;
        self.unmade(&mut rows, &firsts)?;
        for row in rows {
            self.findings.row(&row)?;
        }
        Ok(())
    }

    /// Decides about and submits the claims that are about their row's first one, or those that are not. Gives where the
    /// first claim of each row stands.
    fn pass(
        &mut self,
        rows: &mut [Row],
        firsts: &[Option<First>],
        about_first: bool,
    ) -> Outcome<Vec<(usize, First)>> {
        let mut placed: Vec<Placed> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let first = firsts.get(at).copied().flatten().and_then(|first| first.hash);
            if row.is_rejected() || (about_first && first.is_none()) {
                continue;
            }
            let claims = row.claims.iter().enumerate();
            for (number, claim) in claims.filter(|(_, claim)| claim.about_first == about_first) {
                let mut decided = self.decide(claim, first)?;
                self.findings.drafts(&decided.drafts, &row.claims[0].id)?;
                // The last one is taken out first.
                decided.drafts.reverse();
                placed.push(Placed {
                    row: at,
                    claim: number,
                    decided,
                    answers: Vec::new(),
                });
            }
        }
        while self.submit_next(&mut placed)? {}
        let mut stands = Vec::new();
        for one in placed {
            let hash = self.told(&mut rows[one.row], &one);
            if one.claim == 0 {
                let is_older = one.decided.outcome == Fate::Older;
                stands.push((one.row, First { hash, is_older }));
            }
        }
        Ok(stands)
    }

    /// Submits the next draft of every claim of which no draft was refused. False when there is none.
    fn submit_next(&mut self, placed: &mut [Placed]) -> Outcome<bool> {
        let mut whose = Vec::new();
        let mut drafts = Vec::new();
        for (at, one) in placed.iter_mut().enumerate() {
            let is_refused = one.answers.iter().any(Result::is_err);
            if let Some(draft) = one.decided.drafts.pop().filter(|_| !is_refused) {
                whose.push(at);
                drafts.push(draft);
            }
        }
        let answers = self.submit(drafts)?;
        let is_some = !answers.is_empty();
        for (at, answer) in whose.into_iter().zip(answers) {
            placed[at].answers.push(answer);
        }
        Ok(is_some)
    }

    /// Points at denials that the log holds and the newer notes of their row do not make.
    fn unmade(&self, rows: &mut [Row], firsts: &[Option<First>]) -> Outcome {
        for (row, first) in rows.iter_mut().zip(firsts) {
            if first.is_none_or(|first| first.is_older || first.hash.is_none()) {
                continue;
            }
            for id in std::mem::take(&mut row.unmade) {
                if self.target.look(&id)?.is_some() {
                    row.find(FindingCode::DenialChanged, "notes", &id);
                }
            }
        }
        Ok(())
    }

    fn decide(&self, claim: &Claim, first: Option<EntryHash>) -> Outcome<Decided> {
        let mut failed = None;
        let decided = decide(claim, first, &mut |id| match self.target.look(id) {
            Ok(known) => known,
            Err(failure) => {
                failed = Some(failure);
                None
            }
        });
        // A read that failed is not "there is none": nothing is submitted on it.
        failed.map_or(Ok(decided), Err)
    }

    fn submit(&mut self, drafts: Vec<Draft>) -> Outcome<Vec<Result<EntryHash, Refusal>>> {
        let mut answers = Vec::with_capacity(drafts.len());
        let mut drafts = drafts.into_iter().peekable();
        while drafts.peek().is_some() {
            answers.extend(self.target.submit(drafts.by_ref().take(GROUP_MAX).collect())?);
        }
        Ok(answers)
    }

    /// Notes what became of a claim; gives where its original stands.
    fn told(&mut self, row: &mut Row, placed: &Placed) -> Option<EntryHash> {
        let answers = &placed.answers;
        let claim = &row.claims[placed.claim];
        let id = claim.id.clone();
        let is_removal = matches!(claim.lineage, Lineage::Removal { .. });
        let is_denial = matches!(claim.event, Event::ClaimDenied(_));
        if let Some(refusal) = answers.iter().find_map(|answer| answer.as_ref().err()) {
            let found = format!("{id}: {}, {}", refusal.code.as_str(), refusal.field);
            row.find(FindingCode::Refused, "", &found);
            return None;
        }
        let finding = match placed.decided.outcome {
            Fate::Older => Some(FindingCode::OlderRow),
            Fate::Withdrawn => Some(FindingCode::RetractedBefore),
            Fate::Conflict if is_denial => Some(FindingCode::DenialChanged),
            Fate::Conflict => Some(FindingCode::IdConflict),
            Fate::Nothing if is_removal && placed.claim == 0 => Some(FindingCode::DeletedUnknown),
            _ => None,
        };
        if let Some(code) = finding {
            row.find(code, "", &id);
        }
        self.findings.claim(placed.decided.outcome, answers.len());
        match placed.decided.stands {
            Stands::Entry(hash) => Some(hash),
            Stands::Draft(at) => answers.get(at).and_then(|answer| answer.as_ref().ok()).copied(),
            Stands::Nowhere => None,
        }
    }
}
