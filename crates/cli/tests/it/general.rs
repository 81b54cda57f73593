//! Help, usage, errors, exit codes, and what is never printed.

use std::os::unix::fs::PermissionsExt;

use crate::desk::Desk;

const COMMANDS: [&str; 30] = [
    "init",
    "key generate",
    "key show",
    "producer enrol",
    "producer revoke",
    "producer rotate",
    "submit",
    "view",
    "log",
    "log head",
    "log get",
    "log tail",
    "log export",
    "audit",
    "receipt",
    "receipt verify",
    "demo",
    "serve",
    "project",
    "watch",
    "nats-config",
    "office",
    "doctor",
    "bench",
    "bench append",
    "bench replay",
    "bench audit",
    "completions",
    "man",
    "key",
];

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let ran = Desk::new().run("--help");
    insta::assert_snapshot!("help", ran.shown());
}

#[test]
fn every_command_has_help() {
    let desk = Desk::new();
    for command in COMMANDS {
        let help = desk.good(&format!("{command} --help"));
        assert!(help.contains("Usage: armistice"), "{command}");
        assert!(help.contains("--output"), "{command}");
    }
}

#[test]
fn a_wrong_command_line_is_usage() {
    let desk = Desk::new();
    insta::assert_snapshot!("usage_text", desk.run("view --nonsense").shown());
    let ran = desk.ends(2, "view --nonsense -o json");
    let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(
        (&error["error"]["code"], &error["error"]["exit"]),
        (&"usage".into(), &2.into())
    );
}

#[test]
fn a_missing_ledger_is_not_found() {
    let desk = Desk::new();
    insta::assert_snapshot!(
        "no_ledger_text",
        desk.run("view allegations --dir elsewhere").shown()
    );
    insta::assert_snapshot!(
        "no_ledger_json",
        desk.run("view allegations --dir elsewhere -o json").shown()
    );
    assert!(
        !desk.path("elsewhere").exists(),
        "looking for a ledger makes none"
    );
    desk.ends(4, "log head --from elsewhere");
    desk.ends(4, "audit --dir elsewhere");
}

#[test]
fn founding_prints_the_key_to_publish_and_happens_once() {
    let desk = Desk::new();
    let line = "init --dir ledger --ceasefire karabakh-2020 --origin ledger.example/karabakh";
    insta::assert_snapshot!("init", desk.run(line).shown());
    insta::assert_snapshot!("init_again", desk.run(line).shown());
    for key in ["ledger/keys/log.key", "ledger/keys/operator.key"] {
        let mode = std::fs::metadata(desk.path(key)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    desk.ends(
        2,
        "init --dir other --ceasefire Not_An_Id --origin ledger.example/x",
    );
    assert!(
        !desk.path("other").exists(),
        "nothing is made for a ceasefire that has no id"
    );
}

#[test]
fn a_key_is_never_overwritten_and_never_shown() {
    let desk = Desk::new();
    let made = desk.good("key generate newsdesk --out a.key");
    let secret = String::from_utf8(desk.read("a.key")).unwrap();
    insta::assert_snapshot!("key_again", desk.run("key generate newsdesk --out a.key").shown());
    assert_eq!(desk.read("a.key"), secret.as_bytes());
    assert_eq!(desk.good("key show a.key"), made);
    assert!(!made.contains("PRIVATE"));
    desk.write("a.pub", &made);
    assert_eq!(desk.good("key show a.pub"), made);
    assert_eq!(desk.json("key show a.pub -o json")["name"], "newsdesk");
    desk.ends(4, "key show b.key");
    desk.ends(2, "key generate name+plus --out c.key");
}

/// A private key in the place of its file's name used to be repeated in the error, and so in logs.
#[test]
fn a_private_key_on_the_command_line_is_not_repeated() {
    let desk = Desk::with_ledger();
    desk.write("reports.ndjson", "");
    let secret = String::from_utf8(desk.read("newsdesk.key")).unwrap();
    let secret = secret.trim();
    // Cut off at either end it is a secret as well.
    for text in [secret, &secret[..secret.len() - 4], &secret[12..]] {
        for line in [
            "submit --dir ledger reports.ndjson --key",
            "producer enrol x --dir ledger --may claim --key",
            "producer enrol x --dir ledger --may claim --key newsdesk.key --operator-key",
            "audit --from ledger --key",
            "receipt verify reports.ndjson --entry reports.ndjson --key",
        ] {
            for format in ["table", "json"] {
                let ran = desk.run(&format!("{line} {text} -o {format}"));
                let shown = format!("{}{}", ran.stdout, ran.stderr);
                assert_eq!(ran.code, 2, "{line}: {shown}");
                assert!(!shown.contains(&text[text.len() - 20..]), "{line}: {shown}");
            }
        }
    }
    let ran = desk.ends(2, &format!("key show {secret}"));
    assert!(!ran.stderr.contains(&secret[20..]), "{}", ran.stderr);
}

#[test]
fn a_founding_that_was_cut_off_can_be_repeated() {
    let desk = Desk::new();
    let line = "init --dir ledger --ceasefire karabakh-2020 --origin ledger.example/karabakh";
    std::fs::create_dir_all(desk.path("ledger/keys")).unwrap();
    desk.good("key generate ledger.example/karabakh --out ledger/keys/log.key");
    insta::assert_snapshot!("init_cut_off", desk.run(line).shown());
    // As the hint says.
    std::fs::rename(desk.path("ledger/keys"), desk.path("ledger/keys.unused")).unwrap();
    desk.good(line);
}

#[test]
fn output_to_a_file_has_no_colour() {
    let desk = Desk::with_ledger();
    for line in [
        "--help",
        "view --dir ledger",
        "log tail --dir ledger",
        "view --nonsense",
        "audit --dir ledger",
        "log get 9 --dir ledger",
    ] {
        let ran = desk.run(line);
        assert!(
            !ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'),
            "{line}"
        );
    }
}

#[test]
fn shells_and_manuals_know_the_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(
            desk.good(&format!("completions {shell}")).contains("receipt"),
            "{shell}"
        );
    }
    assert!(desk.good("man").contains(".TH armistice 1"));
    desk.good("man --out pages");
    for page in ["armistice.1", "armistice-view.1", "armistice-receipt-verify.1"] {
        assert!(desk.path("pages").join(page).exists(), "{page}");
    }
}

#[test]
fn a_wrong_log_filter_is_usage() {
    let desk = Desk::new();
    let output = desk
        .command(crate::desk::binary())
        .env("ARMISTICE_LOG", "=[")
        .args(["key", "show", "x"])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
