//! Rates, medians and the table that a bench prints.

use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::Outcome;
use crate::output::{self, Format, Table};

/// One thing measured in several rounds, in entries per second.
#[derive(Debug, Clone, Default)]
pub(super) struct Series(Vec<f64>);

impl Series {
    /// Adds a round of `entries` that took `time`.
    pub(super) fn push(&mut self, entries: usize, time: Duration) {
        self.0.push(as_f64(entries as u64) / time.as_secs_f64().max(1e-9));
    }

    /// The median rate.
    pub(super) fn median(&self) -> f64 {
        median(&self.0)
    }

    /// The median of the rounds' ratios to another thing measured in the same rounds.
    pub(super) fn ratio_to(&self, bound: &Self) -> f64 {
        let ratios: Vec<f64> = self
            .0
            .iter()
            .zip(&bound.0)
            .map(|(rate, bound)| rate / bound)
            .collect();
        median(&ratios)
    }
}

/// The lines of a bench's result.
#[derive(Debug)]
pub(super) struct Findings {
    table: Table,
    missed: Vec<String>,
}

impl Findings {
    pub(super) fn new() -> Self {
        let columns = ["measure", "value", "unit", "target", "met"];
        Self {
            table: Table::new("measures", &columns),
            missed: Vec::new(),
        }
    }

    /// A value without a target.
    pub(super) fn value(&mut self, measure: &str, value: f64, unit: &str) {
        self.table.push(vec![json!(measure), rounded(value), json!(unit)]);
    }

    /// A value that should be at least `target`.
    pub(super) fn at_least(&mut self, measure: &str, value: f64, unit: &str, target: f64) {
        self.judged(measure, value, unit, &format!(">= {target}"), value >= target);
    }

    /// A value that should be at most `target`.
    pub(super) fn at_most(&mut self, measure: &str, value: f64, unit: &str, target: f64) {
        self.judged(measure, value, unit, &format!("<= {target}"), value <= target);
    }

    fn judged(&mut self, measure: &str, value: f64, unit: &str, target: &str, met: bool) {
        self.table.push(vec![
            json!(measure),
            rounded(value),
            json!(unit),
            json!(target),
            json!(met),
        ]);
        if !met {
            self.missed.push(measure.to_owned());
        }
    }

    /// Prints the table; a missed target is said, and is no failure of the command.
    pub(super) fn print(&self, format: Format) -> Outcome {
        self.table.print(format)?;
        if !self.missed.is_empty() {
            output::remark(&format!(
                "below target on this machine: {}",
                self.missed.join(", ")
            ));
        }
        Ok(())
    }
}

/// The value of which `share` (0 to 1) of all are at most as long, in milliseconds.
pub(super) fn percentile_ms(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length is a position"
    )]
    let at = (as_f64(times.len() as u64) * share) as usize;
    times
        .get(at.min(times.len().saturating_sub(1)))
        .map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
pub(super) fn as_f64(count: u64) -> f64 {
    count as f64
}

/// Bytes as MiB.
pub(super) fn mib(bytes: u64) -> f64 {
    as_f64(bytes) / f64::from(1 << 20)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 1 => sorted[length / 2],
        length => f64::midpoint(sorted[length / 2 - 1], sorted[length / 2]),
    }
}

/// Three digits are more than a measurement has; large numbers are whole.
fn rounded(value: f64) -> Value {
    if value >= 1_000.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "large positive values, rounded"
        )]
        let whole = value.round() as u64;
        return json!(whole);
    }
    json!((value * 1_000.0).round() / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_paired_ratios() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        let (mut slow, mut fast) = (Series::default(), Series::default());
        for _ in 0..3 {
            slow.push(100, Duration::from_secs(2));
            fast.push(100, Duration::from_secs(1));
        }
        assert!((slow.ratio_to(&fast) - 0.5).abs() < 1e-9);
    }
}
