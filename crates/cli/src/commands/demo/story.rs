//! The demo's text: a few tables, each with the entries that it comes from, and where to go next.
//!
//! Sides are ordered by their code. A claim and its denial stand side by side, in columns of one width.

use std::fmt::Write as _;
use std::path::Path;

use anstyle::Style;
use serde_json::Value;

use super::contested;
use super::numbers::Number;
use super::play::{PLACE, Played, Views};
use crate::commands::count::series_lines;
use crate::commands::view::people::brief;
use crate::output::grid;
use crate::views::Row;

const TITLE: Style = Style::new().bold();

/// The whole text, styled; the styles are dropped where the output is no terminal.
pub(super) fn tell(played: &Played, numbers: &[Number], kept: Option<&Path>) -> String {
    let mut out = String::new();
    opening(&mut out, played);
    section(&mut out, "Allegations per side", &allegations(&played.second));
    section(
        &mut out,
        "The contested incident: two accounts, side by side",
        &contested::lines(&played.second),
    );
    section(&mut out, "Casualties, as reported", &casualties(&played.second));
    section(
        &mut out,
        "Peacekeeping, by who says so",
        &peacekeeping(&played.second),
    );
    section(
        &mut out,
        &format!(
            "Control of {}, account by account",
            played.second.place_names(PLACE)
        ),
        &control(&played.second),
    );
    section(&mut out, "The same ledger at two sizes", &sizes(played, numbers));
    section(
        &mut out,
        "Allegations by day, by an adopted codebook",
        &counted(played),
    );
    section(
        &mut out,
        "Audit, from the exported bytes and one key",
        &audit(played),
    );
    next(&mut out, played, kept);
    out
}

// Writing to a string cannot fail: the results below are dropped.

fn opening(out: &mut String, played: &Played) {
    let _ = writeln!(
        out,
        "{TITLE}{}, 24\u{2013}27 March 2022: who said what about the ceasefire{TITLE:#}\n",
        played.second.place_names(PLACE)
    );
    let _ = writeln!(
        out,
        "{} producers signed their reports; the ledger recorded {} entries.",
        played.producers, played.second.size
    );
    let _ = writeln!(
        out,
        "#22 and #29 are rows of the scenario: tree sizes {} and {}.",
        played.first.size, played.second.size
    );
    let _ = writeln!(
        out,
        "In the tables, #14 means the entry with index 14: `armistice log get 14` shows what was signed."
    );
    let _ = writeln!(
        out,
        "Nothing here says who is right. Sides are ordered by their code."
    );
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    let _ = writeln!(out, "\n{TITLE}{title}{TITLE:#}\n");
    for line in lines {
        let _ = if line.is_empty() {
            writeln!(out)
        } else {
            writeln!(out, "  {line}")
        };
    }
}

/// A table's lines.
pub(super) fn table(header: &[&str], rows: Vec<Vec<String>>) -> Vec<String> {
    grid::lines(header.iter().map(|title| (*title).to_owned()).collect(), rows)
}

fn allegations(views: &Views) -> Vec<String> {
    let fields = [
        "alleged",
        "denied",
        "admitted",
        "assessed",
        "assessment_disputed",
        "not_answered",
    ];
    let header = [
        "side accused",
        "alleged",
        "denied",
        "admitted",
        "assessed",
        "assessment disputed",
        "not answered",
        "entries",
    ];
    let rows = views.kind("allegations", "side").map(|row| {
        let mut cells = vec![row.text("side").to_owned()];
        cells.extend(fields.iter().map(|field| row.number(field).to_string()));
        cells.push(brief(row.get("entries")));
        cells
    });
    let mut lines = table(&header, rows.collect());
    let incidents = views.number("incidents", "total", "incidents");
    lines.push(String::new());
    lines.push(format!("Unit: allegation. They tell of {incidents} incidents, a unit of its own. Silence is \"not answered\"."));
    lines
}

fn casualties(views: &Views) -> Vec<String> {
    let rows = views.kind("casualties", "figure").map(|row| {
        let basis = match row.text("basis") {
            "incident" => row.text("incident").to_owned(),
            _ => format!("an area and a day: {}", place(row)),
        };
        vec![
            format!("{} {}", row.text("side"), row.text("status")),
            brief(row.get("killed")),
            brief(row.get("wounded")),
            basis,
            brief(row.get("entries")),
        ]
    });
    table(
        &["side", "killed", "wounded", "attached to", "entries"],
        rows.collect(),
    )
}

fn place(row: &Row) -> String {
    let named = [row.text("place"), row.text("place_named")]
        .into_iter()
        .find(|text| !text.is_empty());
    let day = row
        .at("period.earliest")
        .into_iter()
        .chain(row.at("period.latest"))
        .filter_map(Value::as_str)
        .next_back();
    format!(
        "{}, {}",
        named.unwrap_or("place not stated"),
        day.map_or("", |time| time.get(..10).unwrap_or(time))
    )
}

fn peacekeeping(views: &Views) -> Vec<String> {
    let mut rows = Vec::new();
    let kinds = [("presence", "presence at "), ("intervention", "")];
    for (kind, prefix) in kinds {
        rows.extend(views.kind("peacekeeping", kind).map(|row| {
            let what = [row.text("kind"), row.text("place")]
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default();
            vec![
                format!("{prefix}{}", what.replace('_', " ")),
                row.number("by_party").to_string(),
                row.number("by_contingent").to_string(),
                row.number("by_others").to_string(),
                brief(row.get("entries")),
            ]
        }));
    }
    let mut lines = table(
        &["what", "by a party", "by the contingent", "by others", "entries"],
        rows,
    );
    lines.push(String::new());
    for row in views.kind("peacekeeping", "strength") {
        let unit = [row.text("unit"), "persons"]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default();
        lines.push(format!(
            "Strength, {}: {} {unit} {}",
            row.text("kind"),
            brief(row.get("number")),
            brief(row.get("entries"))
        ));
    }
    for row in views.kind("peacekeeping", "reinforcement") {
        lines.push(format!(
            "Reinforcement requested by {} from {}: {} {}",
            row.text("requester"),
            row.text("addressee"),
            row.text("state").replace('_', " "),
            brief(row.get("entries"))
        ));
    }
    let too_small = views.number("peacekeeping", "total", "statements_on_strength");
    lines.push(format!("Statements on its strength: {too_small}"));
    lines
}

fn control(views: &Views) -> Vec<String> {
    let Some(place) = views.row("control", PLACE) else {
        return vec!["no account".to_owned()];
    };
    let word = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().replace('_', " ");
    let rows = place.at("accounts").into_iter().map(|account| {
        let who = |name: &str| brief(&account[name]);
        let says = match (account["denies"].is_null(), account["mode"].as_str()) {
            (false, _) => format!(
                "denies {} ({})",
                brief(&account["denies"]),
                word(account, "scope")
            ),
            // Who left is said; who holds the place now is not, unless the account says it.
            (true, Some("withdrew")) if who("controller").is_empty() => {
                format!("{} withdrew", who("previous"))
            }
            (true, Some("withdrew")) => {
                format!("{} withdrew, held by {}", who("previous"), who("controller"))
            }
            (true, _) => format!("held by {}, {}", who("controller"), word(account, "mode")),
        };
        let since = account["since"]["latest"]
            .as_str()
            .or_else(|| account["since"]["earliest"].as_str());
        vec![
            says,
            [word(account, "asserted_by"), "source not named".to_owned()]
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            since
                .and_then(|time| time.get(..10))
                .unwrap_or_default()
                .to_owned(),
            brief(&account["entries"]),
        ]
    });
    let mut lines = table(&["account", "said by", "since", "entries"], rows.collect());
    lines.push(String::new());
    lines.push(format!(
        "Status: {}. Open demands for withdrawal: {}.",
        place.text("status"),
        place.number("open_demands")
    ));
    lines
}

fn sizes(played: &Played, numbers: &[Number]) -> Vec<String> {
    let mut group = "";
    let rows = numbers.iter().map(|number| {
        let shown = if number.group == group { "" } else { number.group };
        group = number.group;
        vec![
            shown.to_owned(),
            number.what.to_owned(),
            brief(&number.first),
            brief(&number.second),
        ]
    });
    let rows = rows.collect();
    let titles = [
        format!("as of #22 ({} entries)", played.first.size),
        format!("after #29 ({} entries)", played.second.size),
    ];
    table(&["view", "what", &titles[0], &titles[1]], rows)
}

fn counted(played: &Played) -> Vec<String> {
    let rows = &played.counted.rows;
    let codebook = &played.counted.codebook;
    let mut lines: Vec<String> = rows
        .iter()
        .filter(|row| row.kind() == "series")
        .flat_map(|series| series_lines(series, rows))
        .collect();
    lines.push(String::new());
    lines.push(format!(
        "Codebook {}, {}, days of {}.",
        codebook.id(),
        codebook.sha256(),
        codebook.zone()
    ));
    lines.push(
        "The operator adopted it in the last entry; another codebook gives another series beside this one."
            .to_owned(),
    );
    lines
}

fn audit(played: &Played) -> Vec<String> {
    let mut lines: Vec<String> = played
        .audit
        .proved
        .iter()
        .map(|sentence| format!("+ {sentence}"))
        .collect();
    lines.push(String::new());
    lines.push(
        match played
            .audit
            .finding
            .as_ref()
            .map(armistice_audit::Finding::position)
        {
            None => "verdict: the log is right".to_owned(),
            Some(Some(index)) => format!("verdict: the log is wrong at entry {index}"),
            Some(None) => "verdict: the log is wrong".to_owned(),
        },
    );
    lines
}

fn next(out: &mut String, played: &Played, kept: Option<&Path>) {
    let _ = writeln!(out, "\n{TITLE}Where to go next{TITLE:#}\n");
    let commands = match kept {
        Some(folder) => {
            let folder = folder.display();
            vec![
                format!("armistice view incidents --dir {folder} --where status=mutual_accusation"),
                format!(
                    "armistice view allegations --dir {folder} --as-of {} -o json",
                    played.first.size
                ),
                format!("armistice count allegations --dir {folder} --by day --cut side,district"),
                format!("armistice view contested --dir {folder}"),
                format!("armistice log tail --dir {folder}"),
                format!(
                    "armistice audit --from {} --key {}",
                    played.folder.join("public").display(),
                    played.log_key
                ),
            ]
        }
        None => vec!["armistice demo --dir parukh      keeps the ledger, to look around in it".to_owned()],
    };
    for command in commands {
        let _ = writeln!(out, "  {command}");
    }
    let _ = writeln!(
        out,
        "  README.md                        one minute to a ledger of your own"
    );
}
