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
    let desk = Desk::new();
    let folder = binary().parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let lines: Vec<&str> = block.lines().filter(|line| !line.trim().is_empty()).collect();
    assert!(lines.len() >= 8, "{lines:?}");
    for line in lines {
        let output = desk
            .command("sh".as_ref())
            .env("PATH", &path)
            .args(["-ec", line])
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}\n{stderr}");
    }
}
