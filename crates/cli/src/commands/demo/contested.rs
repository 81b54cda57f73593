//! The incident in which two sides accuse each other: a column for each side, in the order of their codes.
//!
//! ```text
//!          azerbaijan                            karabakh-armenian
//! claims   sabotage raid by karabakh-armenian …  ground assault by azerbaijan …
//! answers  has not answered #24                  denied #25 (whole) #26
//! ```
//! Each side's own claim stands in its column, and below it what it answers to the other's. Silence is said.

use serde_json::Value;

use super::play::Views;
use super::story::table;
use crate::commands::view::people::brief;
use crate::views::Row;

/// The lines of the first such incident.
pub(super) fn lines(views: &Views) -> Vec<String> {
    let is_mutual = |row: &&Row| row.at("status").iter().any(|word| *word == "mutual_accusation");
    let Some(incident) = views.kind("incidents", "incident").find(is_mutual) else {
        return vec!["none".to_owned()];
    };
    let claims = incident.at("claims");
    let sides: Vec<&str> = incident
        .at("sides")
        .into_iter()
        .filter_map(Value::as_str)
        .collect();
    let mut rows = ["claims", "answers", "also says"].map(|title| vec![title.to_owned()]);
    for side in &sides {
        let (answers, extra) = answers(&claims, side);
        rows[0].push(own_claims(&claims, side));
        rows[1].push(answers);
        rows[2].push(extra);
    }
    let filled = rows
        .into_iter()
        .filter(|row| row[1..].iter().any(|cell| !cell.is_empty()));
    let header: Vec<&str> = std::iter::once("").chain(sides.iter().copied()).collect();
    let mut text = table(&header, filled.collect());
    let linked: Vec<String> = incident.at("links").into_iter().map(link).collect();
    text.push(String::new());
    text.push(format!(
        "Linked as {}; the link can be taken back.",
        linked.join("; ")
    ));
    text.push(format!("Status: {}.", brief(incident.get("status"))));
    text
}

fn word(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().replace('_', " ")
}

fn own_claims(claims: &[&Value], side: &str) -> String {
    let own = claims.iter().filter(|claim| claim["asserted_by_side"] == side);
    let cells: Vec<String> = own
        .map(|claim| {
            let outcome = claim["outcome"]
                .as_str()
                .map(|outcome| format!(", {outcome}"))
                .unwrap_or_default();
            let (kind, accused) = (word(claim, "kind"), &claim["accused"]);
            format!("{kind} by {}{outcome} {}", brief(accused), brief(&claim["entry"]))
        })
        .collect();
    cells.join("; ")
}

/// What a side answers to the claims against it, and what it says beside that.
fn answers(claims: &[&Value], side: &str) -> (String, String) {
    let (mut answers, mut extra) = (Vec::new(), Vec::new());
    for claim in claims.iter().filter(|claim| claim["accused_side"] == side) {
        let target = brief(&claim["entry"]);
        let all = claim["answers"].as_array().into_iter().flatten();
        let own: Vec<&Value> = all.filter(|answer| answer["by_side"] == side).collect();
        if own.is_empty() {
            answers.push(format!("has not answered {target}"));
        }
        for answer in own {
            let entry = brief(&answer["entry"]);
            answers.push(format!(
                "{} {target} ({}) {entry}",
                word(answer, "answer"),
                word(answer, "scope")
            ));
            if let Some(accused) = answer["counter_accusation"]["accused"].as_str() {
                extra.push(format!(
                    "accuses {accused} in general words; counted nowhere {entry}"
                ));
            }
        }
    }
    (answers.join("; "), extra.join("; "))
}

fn link(link: &Value) -> String {
    format!(
        "{} by {} {}",
        word(link, "relation"),
        brief(&link["linked_by"]),
        brief(&link["entry"])
    )
}
