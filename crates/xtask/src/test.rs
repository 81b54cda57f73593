//! `cargo xtask test`: every test and every documentation example, and how many there were.
//!
//! The tests need Rust and, for those of the bus, a message server of a pinned version, which is installed below `target`
//! first (`nats_server.rs`). No test is skipped silently: one that cannot run here fails, and what is marked `#[ignore]` is
//! named with its reason.

use std::path::Path;

use crate::{nats_server, run};

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
    let nats_server = nats_server::path()?;
    let mut count = Count::default();
    let has_nextest = run::cargo()
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    let mut tests = run::cargo();
    tests.env(nats_server::VARIABLE, nats_server);
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
        run::say(
            "filtered: the documentation examples are left out, and what the filter leaves out counts as skipped",
        );
        true
    };
    if args.rest.is_empty() && count.skipped > 0 {
        let mut ignored = Vec::new();
        for folder in ["crates", "tests"] {
            find_ignored(&run::root().join(folder), &mut ignored)?;
        }
        for line in ignored {
            run::say(&format!("skipped: {line}"));
        }
    }
    run::result(&count.closing_line());
    match (tests_passed && examples_passed && count.failed == 0, count.passed) {
        (true, 0) => Err("no test ran".to_owned()),
        (true, _) => Ok(()),
        (false, _) => Err("tests failed; the lines above name them".to_owned()),
    }
}

/// Finds the tests that are left out on purpose: their file and the reason that stands there.
fn find_ignored(folder: &Path, found: &mut Vec<String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot look through {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            find_ignored(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).map_err(failed)?;
            let shown = path.strip_prefix(run::root()).unwrap_or(&path).display();
            found.extend(reasons(&text).map(|reason| format!("{reason} ({shown})")));
        }
    }
    Ok(())
}

fn reasons(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("#[ignore = \"")?.strip_suffix("\"]"))
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
    fn reasons_of_ignored_tests_are_read() {
        let text = "#[test]\n    #[ignore = \"too slow\"]\nfn a() {}\n// #[ignore = \"no\"]\n";
        assert_eq!(reasons(text).collect::<Vec<_>>(), ["too slow"]);
    }

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
