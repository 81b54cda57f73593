//! The rules that the compiler does not check: who may depend on whom, how long a file may be, what may lie where.
//!
//! The rings are in `docs/decisions/0001-crates-and-rings.md`. A failure names the file and the rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The only edges between our crates, as folder names. `cli` and the cross-crate tests may see all.
const EDGES: &[(&str, &[&str])] = &[
    ("report", &[]),
    ("tlog", &[]),
    ("wording", &["report"]),
    ("admission", &["report", "tlog"]),
    ("projection", &["report", "tlog"]),
    ("sealing", &["report", "tlog"]),
    ("desk", &["projection", "report", "tlog"]),
    ("briefing", &["desk", "projection", "report", "tlog"]),
    ("eventlog", &["tlog"]),
    ("ledger", &["admission", "eventlog", "report", "tlog"]),
    ("audit", &["admission", "projection", "report", "tlog"]),
    ("bus", &["report", "tlog"]),
    (
        "relay",
        &["admission", "bus", "eventlog", "ledger", "report", "tlog"],
    ),
    ("replica", &["admission", "bus", "projection", "report", "tlog"]),
    (
        "producer",
        &["admission", "audit", "bus", "report", "tlog", "wording"],
    ),
    ("exporter", &["report", "tlog", "projection", "desk"]),
    ("importer", &["report", "wording"]),
    (
        "cli",
        &[
            "admission",
            "audit",
            "briefing",
            "bus",
            "desk",
            "eventlog",
            "exporter",
            "importer",
            "ledger",
            "producer",
            "projection",
            "relay",
            "replica",
            "report",
            "sealing",
            "tlog",
            "wording",
        ],
    ),
    ("xtask", &["eventlog", "tlog"]),
];

/// Crates that know no runtime, no files, no clock and no environment.
const PURE: &[&str] = &[
    "report",
    "tlog",
    "wording",
    "admission",
    "projection",
    "sealing",
    "desk",
    "briefing",
    "audit",
];

/// What a pure crate may not name.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::time::Instant",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "tokio::",
    "getrandom",
];

/// Each outside thing has one home.
const HOMES: &[(&str, &[&str])] = &[
    ("sled", &["eventlog"]),
    ("async-nats", &["bus"]),
    ("nkeys", &["bus"]),
    ("redb", &["producer"]),
    ("axum", &["gateway"]),
    ("clap", &["cli", "xtask"]),
    ("ed25519-dalek", &["tlog"]),
    ("sha2", &["tlog"]),
    ("chacha20poly1305", &["sealing"]),
    ("rust_xlsxwriter", &["exporter"]),
    ("encoding_rs", &["importer"]),
];

/// Lines of a file, tests not counted.
const FILE_LINES_MAX: usize = 500;

/// Everything that may lie at the top, dotfiles aside.
const TOP_LEVEL: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "crates",
    "deploy",
    "docs",
    "target",
    "tests",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests package lies below the root")
        .to_path_buf()
}

fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && name != "target" && name != ".git" {
            found.extend(files(&path, extensions));
        } else if extensions.iter().any(|extension| name.ends_with(extension)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A path as the messages show it.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The names under `[dependencies]` of a manifest, and under its other dependency tables when `all` is set.
fn dependencies(manifest: &str, all: bool) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            let is_table = line == "[dependencies]" || line.ends_with(".dependencies]");
            inside = is_table || (all && line.ends_with("dependencies]"));
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            found.push(line.split(['.', '=', ' ']).next().unwrap_or_default().to_owned());
        }
    }
    found
}

/// The folders under `crates/` with their manifests.
fn manifests() -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(root().join("crates")).expect("crates/ is there");
    entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            (name, read(&path.join("Cargo.toml")))
        })
        .collect()
}

/// The part of a source file before its unit tests.
fn without_tests(source: &str) -> &str {
    source.split("#[cfg(test)]\nmod ").next().unwrap_or(source)
}

/// The lines of a source file that are code, not comment.
fn code_lines(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = without_tests(source).lines().enumerate();
    numbered
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn none(broken: &[String]) {
    assert!(
        broken.is_empty(),
        "{} broken:\n{}",
        broken.len(),
        broken.join("\n")
    );
}

#[test]
fn crates_depend_only_on_rings_further_in() {
    let mut broken = Vec::new();
    for (name, manifest) in manifests() {
        let Some((_, allowed)) = EDGES.iter().find(|(crate_name, _)| *crate_name == name) else {
            broken.push(format!("crates/{name}: not in the list of rings"));
            continue;
        };
        for dependency in dependencies(&manifest, true) {
            let Some(inner) = dependency.strip_prefix("armistice-") else {
                continue;
            };
            // A crate may ask for its own features in its tests.
            if inner != name && !allowed.contains(&inner) {
                broken.push(format!("crates/{name} may not depend on {inner}"));
            }
        }
    }
    none(&broken);
}

#[test]
fn each_outside_thing_has_one_home() {
    let mut broken = Vec::new();
    for (name, manifest) in manifests() {
        for dependency in dependencies(&manifest, false) {
            if let Some((_, homes)) = HOMES.iter().find(|(outside, _)| *outside == dependency)
                && !homes.contains(&name.as_str())
            {
                broken.push(format!(
                    "crates/{name} may not depend on {dependency}: it lives in {homes:?}"
                ));
            }
        }
    }
    none(&broken);
}

#[test]
fn one_file_names_sled() {
    let naming: Vec<String> = files(&root().join("crates"), &[".rs"])
        .iter()
        .filter(|path| shown(path).contains("/src/"))
        .filter(|path| code_lines(&read(path)).any(|(_, line)| line.contains("sled::")))
        .map(|path| shown(path))
        .collect();
    assert!(naming.len() <= 1, "sled is named in {naming:?}");
}

#[test]
fn pure_crates_know_no_machine() {
    let mut broken = Vec::new();
    for name in PURE {
        let manifest = read(&root().join("crates").join(name).join("Cargo.toml"));
        if dependencies(&manifest, false)
            .iter()
            .any(|dependency| dependency == "tokio")
        {
            broken.push(format!("crates/{name} depends on tokio"));
        }
        for path in files(&root().join("crates").join(name).join("src"), &[".rs"]) {
            for (at, line) in code_lines(&read(&path)) {
                for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                    broken.push(format!("{}:{at}: a pure crate may not name {word}", shown(&path)));
                }
            }
        }
    }
    none(&broken);
}

#[test]
fn files_stay_short() {
    let mut broken = Vec::new();
    for path in files(&root().join("crates"), &[".rs"]) {
        let is_test = shown(&path).contains("/tests/") || path.ends_with("tests.rs");
        let lines = without_tests(&read(&path)).lines().count();
        if !is_test && lines > FILE_LINES_MAX {
            broken.push(format!(
                "{}: {lines} lines, at most {FILE_LINES_MAX}",
                shown(&path)
            ));
        }
    }
    none(&broken);
}

#[test]
fn a_library_starts_with_a_table_of_contents() {
    let mut broken = Vec::new();
    for path in files(&root().join("crates"), &["lib.rs"]) {
        for (at, line) in code_lines(&read(&path)) {
            let item = line.trim_start().split('(').next().unwrap_or_default();
            let word = item
                .trim_start_matches("pub ")
                .split_whitespace()
                .next()
                .unwrap_or_default();
            if [
                "fn",
                "struct",
                "enum",
                "impl",
                "trait",
                "const",
                "static",
                "macro_rules!",
            ]
            .contains(&word)
            {
                broken.push(format!(
                    "{}:{at}: lib.rs holds only mod and use lines",
                    shown(&path)
                ));
            }
        }
    }
    none(&broken);
}

#[test]
fn unfinished_work_carries_an_issue_number() {
    let marker = ["TO", "DO"].concat();
    let mut broken = Vec::new();
    for path in files(&root(), &[".rs", ".md", ".toml"]) {
        for (at, line) in read(&path).lines().enumerate() {
            let numbered = line.contains(&format!("{marker}(#"));
            if line
                .split(|c: char| !c.is_alphanumeric() && c != '(')
                .any(|word| word.starts_with(&marker))
                && !numbered
            {
                broken.push(format!(
                    "{}:{}: {marker} without an issue number",
                    shown(&path),
                    at + 1
                ));
            }
        }
    }
    none(&broken);
}

#[test]
fn the_top_level_holds_what_it_may() {
    let entries = std::fs::read_dir(root()).expect("the root is readable");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    let extra: Vec<String> = names
        .filter(|name| !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()))
        .collect();
    none(&extra);
}

#[test]
fn every_format_has_a_page() {
    let pages = [
        "report-v1",
        "entry-v1",
        "draft-v1",
        "signed-note",
        "checkpoint",
        "tiles",
        "receipt",
        "cosignature",
        "policy",
        "view-v1",
        "store-v1",
    ];
    let missing: Vec<String> = pages
        .iter()
        .map(|page| format!("docs/formats/{page}.md"))
        .filter(|page| !root().join(page).exists())
        .collect();
    none(&missing);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for path in files(&root(), &[".md"]) {
        let text = read(&path);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let is_outside =
                file.is_empty() || file.contains("://") || file.contains(' ') || file.starts_with('<');
            if !is_outside
                && !path
                    .parent()
                    .expect("a file lies in a folder")
                    .join(file)
                    .exists()
            {
                broken.push(format!("{}: {target} leads nowhere", shown(&path)));
            }
        }
    }
    none(&broken);
}

#[test]
fn committed_text_names_no_machine() {
    // Spelled in parts, so that this file does not name them either.
    let words = [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["static.crates", ".io"],
        ["index.crates", ".io"],
    ];
    let mut broken = Vec::new();
    for path in files(
        &root(),
        &[
            ".rs", ".md", ".toml", ".json", ".ndjson", ".service", ".lock", "run",
        ],
    ) {
        for (at, line) in read(&path).lines().enumerate() {
            for word in words
                .iter()
                .map(|parts| parts.concat())
                .filter(|word| line.contains(word.as_str()))
            {
                broken.push(format!("{}:{}: names {word}", shown(&path), at + 1));
            }
        }
    }
    none(&broken);
}
