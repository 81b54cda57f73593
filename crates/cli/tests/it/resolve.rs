//! Vague words: a rule, the words, the value and its precision; or a reason and exit code 4.

use crate::desk::Desk;

#[test]
fn words_for_a_time() {
    let desk = Desk::new();
    let resolve = |words: &str, rest: &str, form: &[&str]| {
        let mut line = vec!["resolve", "time", words];
        line.extend(rest.split_whitespace());
        line.extend(form);
        desk.run_words(&line)
    };
    let day = "--said-at 2022-03-26 --zone +04:00";
    insta::assert_snapshot!("resolve_time", resolve("since Thursday", day, &[]).shown());
    let moment = resolve(
        "last night",
        "--said-at 2022-03-25T22:00:00Z --zone +04:00",
        &["-o", "json"],
    );
    let value: serde_json::Value = serde_json::from_str(&moment.stdout).unwrap();
    assert_eq!(value["rule"], "time-night");
    // 22:00 UTC is the next day at +04:00: the night before is counted from there.
    assert_eq!(value["value"]["anchor"], "2022-03-26");
    assert_eq!(value["value"]["verbatim"], "last night");
    assert_eq!(value["value"]["precision"], "part_of_day");
    let same = resolve(
        "last night",
        "--said-at 2022-03-26T02:00:00+04:00 --zone +04:00",
        &["-o", "json"],
    );
    assert_eq!(same.stdout, moment.stdout);
    insta::assert_snapshot!("resolve_ambiguous", resolve("03/04/2022", day, &[]).shown());
    assert_eq!(resolve("in due course", day, &[]).code, 4);
    assert_eq!(resolve("Thursday", "--said-at yesterday", &[]).code, 2);
    assert_eq!(
        resolve("Thursday", "--said-at 2022-03-26 --zone local", &[]).code,
        2
    );
    assert_eq!(resolve("Thursday", "", &[]).code, 2);
}

#[test]
fn words_for_a_quantity() {
    let desk = Desk::new();
    let dozen = desk.run_words(&["resolve", "quantity", "more than a dozen"]);
    insta::assert_snapshot!("resolve_quantity", dozen.shown());
    for (words, rule, bound, number) in [
        ("at least 150", "quantity-at-least", "min", 150),
        ("about 60", "quantity-about", "best", 60),
        ("2,000 or so", "quantity-about", "best", 2000),
    ] {
        let ran = desk.run_words(&["resolve", "quantity", words, "-o", "json"]);
        let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&value["rule"], &value["words"]), (&rule.into(), &words.into()));
        assert_eq!(value["value"][bound], number, "{words}");
    }
    assert_eq!(desk.run_words(&["resolve", "quantity", "umpteen"]).code, 4);
    assert!(desk.good("resolve rules").contains("time-since"));
}
