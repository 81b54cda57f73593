//! The numbers of the demo, each read out of a row of a view: as of row 22 of the scenario, and after row 29.

use serde_json::{Value, json};

use super::play::{PLACE, Played, Views};
use crate::commands::view::people::{amount, brief};
use crate::output::Table;

/// One number at both sizes.
pub(super) struct Number {
    pub(super) group: &'static str,
    pub(super) what: &'static str,
    pub(super) first: Value,
    pub(super) second: Value,
}

type Read = fn(&Views) -> Value;

/// What is read, in the order in which it is told. The unit is the group's.
const READINGS: &[(&str, &str, Read)] = &[
    ("allegations", "against azerbaijan", |v| {
        json!(v.number("allegations", "side/azerbaijan", "alleged"))
    }),
    ("allegations", "against karabakh-armenian", |v| {
        json!(v.number("allegations", "side/karabakh-armenian", "alleged"))
    }),
    ("allegations", "denied by the accused", |v| {
        json!(sides(v, "denied"))
    }),
    ("allegations", "not answered", |v| json!(sides(v, "not_answered"))),
    ("allegations", "assessed", |v| json!(sides(v, "assessed"))),
    ("allegations", "occurrence confirmed by an assessor", |v| {
        json!(sides(v, "occurrence_confirmed"))
    }),
    ("allegations", "found to be a violation", |v| {
        json!(sides(v, "assessed_as_violation"))
    }),
    ("allegations", "assessment disputed by the accused", |v| {
        json!(sides(v, "assessment_disputed"))
    }),
    ("incidents", "incidents", |v| {
        json!(v.number("incidents", "total", "incidents"))
    }),
    ("incidents", "with accusations both ways", |v| {
        json!(v.number("incidents", "total", "mutual_accusation"))
    }),
    ("incidents", "counter-accusations shown, counted nowhere", |v| {
        json!(counter_accusations(v))
    }),
    ("casualties", "karabakh-armenian military, killed", |v| {
        harmed(v, "killed")
    }),
    ("casualties", "karabakh-armenian military, wounded", |v| {
        harmed(v, "wounded")
    }),
    ("casualties", "figures attached to an incident", |v| {
        json!(figures(v, "incident"))
    }),
    ("casualties", "figures attached to an area and a day", |v| {
        json!(figures(v, "area"))
    }),
    ("peacekeeping", "places with presence", |v| {
        json!(v.number("peacekeeping", "total", "places_with_presence"))
    }),
    ("peacekeeping", "liaison", |v| {
        json!(v.number("peacekeeping", "intervention/liaison", "reported"))
    }),
    ("peacekeeping", "prevention", |v| {
        json!(v.number("peacekeeping", "intervention/prevention", "reported"))
    }),
    ("peacekeeping", "mediation", |v| {
        json!(v.number("peacekeeping", "intervention/mediation", "reported"))
    }),
    (
        "peacekeeping",
        "presences and interventions asserted by a party",
        |v| json!(voices(v, "by_party")),
    ),
    (
        "peacekeeping",
        "presences and interventions asserted by the contingent",
        |v| json!(voices(v, "by_contingent")),
    ),
    ("peacekeeping", "strength", strength),
    ("peacekeeping", "reinforcements requested", |v| {
        json!(v.number("peacekeeping", "total", "reinforcements_requested"))
    }),
    ("peacekeeping", "reinforcements decided", |v| {
        json!(v.number("peacekeeping", "total", "reinforcements_decided"))
    }),
    ("peacekeeping", "statements on its strength", |v| {
        json!(v.number("peacekeeping", "total", "statements_on_strength"))
    }),
    ("statements", "with a stance or a demand", |v| {
        json!(v.number("statements", "total", "stance_or_demand"))
    }),
    ("statements", "no comment", |v| {
        json!(v.number("statements", "total", "no_comment"))
    }),
    ("contacts", "contacts", |v| {
        json!(v.number("contacts", "total", "contacts"))
    }),
    (
        "observations",
        "air strikes observed, in no count of incidents",
        air_strikes,
    ),
    ("control", "place/parukh: status", |v| place(v, "status")),
    ("control", "place/parukh: accounts", |v| {
        place(v, "accounts_count")
    }),
    ("control", "place/parukh: said to be held by", |v| {
        place(v, "claimed_for")
    }),
    ("control", "place/parukh: said to have left", |v| {
        place(v, "said_to_have_left")
    }),
    ("control", "place/parukh: open demands for withdrawal", |v| {
        place(v, "open_demands")
    }),
];

/// Reads every number at both sizes.
pub(super) fn all(played: &Played) -> Vec<Number> {
    let read = |(group, what, read): &(&'static str, &'static str, Read)| Number {
        group,
        what,
        first: read(&played.first),
        second: read(&played.second),
    };
    let mut numbers: Vec<Number> = READINGS.iter().map(read).collect();
    let before = json!(played.before_link.number("incidents", "total", "incidents"));
    let at = numbers
        .iter()
        .position(|number| number.what == "with accusations both ways")
        .unwrap_or_default();
    let what = "without the analyst's link, one entry before it";
    numbers.insert(
        at,
        Number {
            group: "incidents",
            what,
            first: before,
            second: Value::Null,
        },
    );
    numbers
}

/// The numbers as a table.
pub(super) fn table(numbers: &[Number]) -> Table {
    let mut table = Table::new("numbers", &["view", "what", "as_of_22", "after_29"]);
    for number in numbers {
        table.push(vec![
            json!(number.group),
            json!(number.what),
            number.first.clone(),
            number.second.clone(),
        ]);
    }
    table
}

fn sides(views: &Views, field: &str) -> u64 {
    views
        .kind("allegations", "side")
        .map(|row| row.number(field))
        .sum()
}

fn counter_accusations(views: &Views) -> usize {
    views
        .kind("incidents", "incident")
        .map(|row| row.at("counter_accusations").len())
        .sum()
}

fn harmed(views: &Views, field: &str) -> Value {
    let row = views.row("casualties", "side/karabakh-armenian/military");
    row.and_then(|row| amount(row.get(field)))
        .map_or(Value::Null, Value::from)
}

fn figures(views: &Views, basis: &str) -> usize {
    views
        .kind("casualties", "figure")
        .filter(|row| (row.text("basis") == "incident") == (basis == "incident"))
        .count()
}

fn voices(views: &Views, field: &str) -> u64 {
    let total = views.row("peacekeeping", "total");
    let of = |group: &str| {
        let path = format!("{group}.{field}");
        total.map_or(0, |row| row.at(&path).into_iter().filter_map(Value::as_u64).sum())
    };
    of("presence") + of("interventions")
}

fn strength(views: &Views) -> Value {
    let accounts: Vec<String> = views
        .kind("peacekeeping", "strength")
        .filter_map(|row| amount(row.get("number")))
        .collect();
    json!(accounts.join("; "))
}

fn air_strikes(views: &Views) -> Value {
    let series: Vec<String> = views
        .kind("observations", "series")
        .filter(|row| row.text("kind") == "air_strike")
        .filter_map(|row| amount(row.get("number")))
        .collect();
    if series.is_empty() {
        json!(0)
    } else {
        json!(series.join("; "))
    }
}

fn place(views: &Views, field: &str) -> Value {
    match views.row("control", PLACE).map(|row| row.get(field)) {
        Some(Value::Array(names)) if names.is_empty() => json!("nobody"),
        Some(list @ Value::Array(_)) => json!(brief(list)),
        Some(value) => value.clone(),
        None => Value::Null,
    }
}
