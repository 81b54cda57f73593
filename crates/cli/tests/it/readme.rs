//! The lines of the README do what it says.

use crate::desk::{Desk, binary};

/// The first block of shell lines of a section.
fn block(section: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let section = readme.split(section).nth(1).unwrap();
    let block = section.split("```sh\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// Runs lines in one shell, which stops at the first one that fails and has shown it by then; gives its output.
fn run(desk: &Desk, lines: &str) -> String {
    let folder = binary().parent().unwrap();
    let output = desk
        .command("sh".as_ref())
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .args(["-exc", lines])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn one_minute_to_a_verified_entry() {
    let block = block("## One minute to a verified entry");
    assert!(block.lines().count() >= 9, "{block}");
    let desk = Desk::new();
    run(&desk, &block);
    // Nothing is left in the folder from which it was started but the one that the first line makes.
    let left: Vec<_> = std::fs::read_dir(desk.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["try-armistice"]);
}

#[test]
fn a_day_at_the_desk() {
    let desk = Desk::new();
    let shown = run(&desk, &block("## A day at the desk"));
    for expected in ["unit allegation", "karabakh-2020", "not_stated"] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    for file in ["2022-03-26.html", "places.geojson", "allegations.xlsx"] {
        assert!(!desk.read(file).is_empty(), "{file}");
    }
}

/// The same lines, with a server on a free port, waiting for what happens instead of two seconds, and watching once.
#[cfg(feature = "nats")]
#[test]
fn as_several_processes() {
    use armistice_bus::local;
    let desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let server = local::LocalServer::start(&local::binary().unwrap(), folder.path(), "").unwrap();
    let mut lines = block("## As several processes");
    for (line, here) in [
        ("nats-server -js -sd streams &\n", ""),
        ("nats://127.0.0.1:4222", &server.url()),
        (
            "sleep 2 ",
            "until armistice watch statements --ceasefire karabakh-2020 --once | grep -q statement/; do sleep 0.1; done ",
        ),
        (
            "watch statements --ceasefire karabakh-2020\n",
            "watch statements --ceasefire karabakh-2020 --state seen --once\n",
        ),
    ] {
        assert!(lines.contains(line), "{line}");
        lines = lines.replace(line, here);
    }
    // What runs on is ended with the shell.
    let lines = lines.replace(" &\n", " & services=\"$services $!\"\n");
    let first = block("## One minute to a verified entry");
    let output = run(
        &desk,
        &format!(
            "{first}trap 'kill $services; wait' EXIT\n{lines}until armistice watch statements --ceasefire karabakh-2020 --once | grep -q statement/000000000003; do sleep 0.1; done\n"
        ),
    );
    assert!(output.contains("recorded  3"), "{output}");
}
