//! Starting other programs: in the repository's root, with what is run shown first.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The cargo that started this task.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The folder in which cargo builds, whatever names it: the environment, a configuration, or neither.
pub(crate) fn target() -> Result<PathBuf, String> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    target_in(&text)
        .map(|folder| root().join(folder))
        .ok_or_else(|| "cargo metadata names no target folder".to_owned())
}

/// Reads one field of `cargo metadata`'s JSON. A folder with a quote or a backslash in its name is not found.
fn target_in(metadata: &str) -> Option<&str> {
    let (_, rest) = metadata.split_once("\"target_directory\":\"")?;
    let (folder, _) = rest.split_once('"')?;
    (!folder.contains('\\')).then_some(folder)
}

/// One line on standard error.
pub(crate) fn say(text: &str) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// One line on standard output: what a program that started this one looks for.
pub(crate) fn result(text: &str) {
    // Nobody is left to be told when standard output is closed.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Runs `command` to its end and fails unless it ends well.
pub(crate) fn done(command: &mut Command) -> Result<(), String> {
    announce(command);
    let status = command
        .status()
        .map_err(|error| format!("cannot start {}: {error}", name(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", name(command)))
    }
}

/// Runs `command` to its end, passing on what it prints, and hands each line to `watch` as well.
///
/// Returns whether it ended well.
pub(crate) fn watched(command: &mut Command, watch: &mut (dyn FnMut(&str) + Send)) -> Result<bool, String> {
    announce(command);
    let program = name(command);
    let failed = |error: std::io::Error| format!("cannot start {program}: {error}");
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let out = child.stdout.take().ok_or("the child has no standard output")?;
    let err = child.stderr.take().ok_or("the child has no standard error")?;
    let watch = std::sync::Mutex::new(watch);
    let pass = |from: Box<dyn Read + Send>| {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            say(&line);
            if let Ok(mut watch) = watch.lock() {
                watch(&line);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| pass(Box::new(out)));
        pass(Box::new(err));
    });
    let status = child
        .wait()
        .map_err(|error| format!("cannot wait for a child process: {error}"))?;
    Ok(status.success())
}

fn announce(command: &Command) {
    let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    say(&format!("$ {} {}", name(command), args.join(" ")));
}

fn name(command: &Command) -> String {
    Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_folder_is_found() {
        let metadata = r#"{"packages":[],"target_directory":"/a b/target","version":1}"#;
        assert_eq!(target_in(metadata), Some("/a b/target"));
        assert_eq!(target_in("{}"), None);
        assert!(target().unwrap().is_absolute());
    }
}
