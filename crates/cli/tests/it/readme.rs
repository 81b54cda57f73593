//! The lines of the README do what it says.

use crate::desk::{Desk, binary};

#[test]
fn one_minute_to_a_verified_entry() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let section = readme.split("## One minute to a verified entry").nth(1).unwrap();
    let block = section
        .split("```sh\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert!(block.lines().count() >= 9, "{block}");
    let desk = Desk::new();
    let folder = binary().parent().unwrap();
    // In one shell, which stops at the first line that fails and has shown it by then.
    let output = desk
        .command("sh".as_ref())
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .args(["-exc", block])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    // Nothing is left in the folder from which it was started but the one that the first line makes.
    let left: Vec<_> = std::fs::read_dir(desk.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["try-armistice"]);
}
