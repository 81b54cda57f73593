//! A folder to work in, and the binary.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A temporary folder in which commands run.
pub(crate) struct Desk(tempfile::TempDir);

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A desk with a ledger in `ledger` and the producer `newsdesk`, who may claim.
    pub(crate) fn with_ledger() -> Self {
        let desk = Self::new();
        desk.good("init --dir ledger --ceasefire karabakh-2020 --origin ledger.example/karabakh");
        desk.good("key generate newsdesk --out newsdesk.key");
        desk.good("producer enrol newsdesk --dir ledger --key newsdesk.key --may claim");
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Flips the lowest bit of one byte.
    pub(crate) fn flip(&self, name: &str, at: usize) {
        let mut bytes = self.read(name);
        bytes[at] ^= 1;
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs `armistice` with the words of a line.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_words(&self, words: &[&str]) -> Ran {
        let output = self.command(binary()).args(words).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a line whose standard output nobody reads any more, and returns its exit code and standard error.
    pub(crate) fn unread(&self, line: &str) -> (i32, String) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = self.command(binary());
        let output = command
            .args(line.split_whitespace())
            .stdout(writer)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap_or(-1), stderr)
    }

    /// A program in this folder, with no settings of the machine.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .env_remove("ARMISTICE_LOG")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE");
        command
    }

    /// Runs a command that must end with 0, and returns its standard output.
    pub(crate) fn good(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, 0, "{line}\n{}\n{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs a command that must end with `code`, and returns what it did.
    pub(crate) fn ends(&self, code: i32, line: &str) -> Ran {
        let ran = self.run(line);
        assert_eq!(ran.code, code, "{line}\n{}\n{}", ran.stdout, ran.stderr);
        ran
    }

    /// The standard output of a command that prints one JSON document.
    pub(crate) fn json(&self, line: &str) -> serde_json::Value {
        serde_json::from_str(&self.good(line)).unwrap()
    }
}

/// The binary under test.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_armistice"))
}

impl Ran {
    /// Everything that a person sees, with what differs from run to run replaced.
    pub(crate) fn shown(&self) -> String {
        let part = |name: &str, text: &str| {
            if text.is_empty() {
                String::new()
            } else {
                format!("-- {name}\n{}\n", stable(text).trim_end())
            }
        };
        format!(
            "{}{}-- exit {}",
            part("stdout", &self.stdout),
            part("stderr", &self.stderr),
            self.code
        )
    }
}

/// Replaces hashes, keys, signatures and the ledger's times by their names.
pub(crate) fn stable(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_alphanumeric() || "+/=:.-_".contains(character) {
            word.push(character);
        } else {
            out.push_str(&stable_word(&word));
            out.push(character);
            word.clear();
        }
    }
    out.pop();
    out
}

fn stable_word(word: &str) -> String {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if word.len() == 64 && is_hex(word) {
        return "<hash>".to_owned();
    }
    if word.contains('+') && word.len() > 50 {
        return format!("{}+<key>", word.split('+').next().unwrap_or_default());
    }
    if word.len() >= 20
        && word.starts_with("20")
        && word.ends_with('Z')
        && word.contains('T')
        && word.contains('.')
    {
        return "<time>".to_owned();
    }
    // `enrol-newsdesk-0353d16d` carries a key's id.
    match word.rsplit_once('-') {
        Some((name, id)) if id.len() == 8 && is_hex(id) && name.contains('-') => format!("{name}-<id>"),
        _ => word.to_owned(),
    }
}

/// A statement by France, as the draft with this id.
pub(crate) fn statement(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"statement.made.v1","time":"2022-03-26T12:00:00Z","data":{{"provenance":{{"asserted_by":{{"actor":"france","capacity":"third_state"}},"hedge":"stated"}},"content":{{"act":"demand","addressees":["azerbaijan"],"demand":{{"kind":"withdrawal","of":"azerbaijan"}},"time":{{"earliest":"2022-03-26T00:00:00Z","precision":"day"}}}}}}}}"#
    )
}

/// An incident of which `accused` is accused by the other side.
pub(crate) fn incident(id: &str, by: &str, accused: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"incident.reported.v1","time":"2022-03-26T12:00:00Z","data":{{"provenance":{{"asserted_by":{{"actor":"{by}","capacity":"party"}},"hedge":"stated"}},"content":{{"kind":"small_arms_fire","accused":"{accused}","time":{{"earliest":"2022-03-26T00:00:00Z","precision":"day"}}}}}}}}"#
    )
}

/// A denial of the draft `target`.
pub(crate) fn denial(id: &str, by: &str, target: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"claim.denied.v1","time":"2022-03-26T13:00:00Z","data":{{"provenance":{{"asserted_by":{{"actor":"{by}","capacity":"party"}},"hedge":"stated"}},"content":{{"target":"@{target}","scope":"whole"}}}}}}"#
    )
}
