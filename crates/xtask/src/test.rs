//! `cargo xtask test`: everything that must be there, then every test and every documentation example.
//!
//! The tests need nothing but Rust. Installation belongs here all the same: a step that cannot install what a test needs
//! says so and fails the run, so that no test is ever skipped silently.

use crate::run;

/// Flags of the test run.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Passed on to the test runner, after `--`: a filter, for example
    #[arg(last = true)]
    rest: Vec<String>,
}

/// How many tests ran, as the runners' closing lines say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Runs everything; fails when anything failed or when nothing ran.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    let mut count = Count::default();
    let has_nextest = run::cargo()
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    let mut tests = run::cargo();
    if has_nextest {
        tests.args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]);
        // One line for each failure and one for the whole: a thousand passing names hide the one that failed.
        tests.args(["--status-level", "fail", "--final-status-level", "fail"]);
    } else {
        run::say("cargo-nextest is not installed: running the same tests with cargo test");
        tests.args([
            "test",
            "--locked",
            "--workspace",
            "--all-targets",
            "--no-fail-fast",
        ]);
    }
    let tests_passed = run::watched(tests.args(&args.rest), &mut |line| count.read(line))?;
    let examples_passed = if args.rest.is_empty() {
        let mut examples = run::cargo();
        examples.args(["test", "--locked", "--workspace", "--doc", "--quiet"]);
        run::watched(&mut examples, &mut |line| count.read(line))?
    } else {
        true
    };
    run::result(&count.closing_line());
    match (tests_passed && examples_passed && count.failed == 0, count.passed) {
        (true, 0) => Err("no test ran".to_owned()),
        (true, _) => Ok(()),
        (false, _) => Err("tests failed; the lines above name them".to_owned()),
    }
}

impl Count {
    /// Adds what a closing line of `cargo nextest` or `cargo test` says; other lines say nothing.
    fn read(&mut self, line: &str) {
        let line = line.trim();
        if !line.starts_with("test result:") && !line.starts_with("Summary [") {
            return;
        }
        let words: Vec<&str> = line
            .split([' ', ',', ';', '.'])
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u64>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "skipped" | "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    fn closing_line(&self) -> String {
        let skipped = if self.skipped > 0 {
            format!(", {} skipped", self.skipped)
        } else {
            String::new()
        };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_both_runners_are_counted() {
        let mut count = Count::default();
        count.read("     Summary [   0.545s] 12 tests run: 11 passed (1 slow), 1 failed, 2 skipped");
        count.read(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        count.read("test somewhere ... 5 passed");
        assert_eq!(
            count,
            Count {
                passed: 14,
                failed: 1,
                skipped: 3
            }
        );
        assert_eq!(count.closing_line(), "14 passed, 1 failed, 3 skipped");
    }
}
