//! The shape of UCDP GED 23.1: 49 columns, one event with deaths a row.
//!
//! ```text
//! id,relid,year,…,where_prec,…,latitude,longitude,…,date_start,date_end,…,best,high,low,gwnoa,gwnob
//! ```
//! Source: UCDP GED codebook 23.1 (Högbladh), and the header of its files. Columns that need a judgement of UCDP's coders
//! (`type_of_violence`, `country`, `dyad_name` …) are filled for UCDP's own rows only.

use armistice_report::{Event, PlacePrecision, TimePrecision};

use super::{Made, account::Account, days::Days};
use crate::{Datatype, gazetteer::Gazetteer, left_out::Reason};

/// The columns and what they hold.
pub(crate) const COLUMNS: [(&str, Datatype); 49] = [
    ("id", Datatype::Text),
    ("relid", Datatype::Text),
    ("year", Datatype::Integer),
    ("active_year", Datatype::Text),
    ("code_status", Datatype::Text),
    ("type_of_violence", Datatype::Integer),
    ("conflict_dset_id", Datatype::Text),
    ("conflict_new_id", Datatype::Integer),
    ("conflict_name", Datatype::Text),
    ("dyad_dset_id", Datatype::Text),
    ("dyad_new_id", Datatype::Integer),
    ("dyad_name", Datatype::Text),
    ("side_a_dset_id", Datatype::Text),
    ("side_a_new_id", Datatype::Integer),
    ("side_a", Datatype::Text),
    ("side_b_dset_id", Datatype::Text),
    ("side_b_new_id", Datatype::Integer),
    ("side_b", Datatype::Text),
    ("number_of_sources", Datatype::Integer),
    ("source_article", Datatype::Text),
    ("source_office", Datatype::Text),
    ("source_date", Datatype::Text),
    ("source_headline", Datatype::Text),
    ("source_original", Datatype::Text),
    ("where_prec", Datatype::Integer),
    ("where_coordinates", Datatype::Text),
    ("where_description", Datatype::Text),
    ("adm_1", Datatype::Text),
    ("adm_2", Datatype::Text),
    ("latitude", Datatype::Decimal),
    ("longitude", Datatype::Decimal),
    ("geom_wkt", Datatype::Text),
    ("priogrid_gid", Datatype::Integer),
    ("country", Datatype::Text),
    ("country_id", Datatype::Integer),
    ("region", Datatype::Text),
    ("event_clarity", Datatype::Integer),
    ("date_prec", Datatype::Integer),
    ("date_start", Datatype::Date),
    ("date_end", Datatype::Date),
    ("deaths_a", Datatype::Integer),
    ("deaths_b", Datatype::Integer),
    ("deaths_civilians", Datatype::Integer),
    ("deaths_unknown", Datatype::Integer),
    ("best", Datatype::Integer),
    ("high", Datatype::Integer),
    ("low", Datatype::Integer),
    ("gwnoa", Datatype::Text),
    ("gwnob", Datatype::Text),
];

/// The dead by side.
const DEATHS: [&str; 4] = ["deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown"];

/// The row of one account.
pub(super) fn row(account: &Account, days: Days, gazetteer: &Gazetteer) -> Result<Made, Reason> {
    let has_deaths = account
        .deaths
        .as_ref()
        .is_some_and(super::deaths::Deaths::has_deaths);
    // UCDP's own rows go back whatever their numbers are.
    if account.own.is_none() && !has_deaths {
        return Err(Reason::NoDeaths);
    }
    let (first, last) = account
        .time()
        .and_then(|time| days.between(time))
        .ok_or(Reason::NoDate)?;
    let mut made = Made::default();
    made.left_out
        .extend(account.cells_left_out.map(|reason| ("(kept cells)", reason)));
    for (column, _) in COLUMNS {
        let cell = match column {
            "id" => account.id(),
            "year" => kept_or(account, column, || first.to_jiff().year().to_string()),
            "date_start" => first.to_string(),
            "date_end" => last.to_string(),
            "date_prec" => date_prec(account, &mut made),
            "event_clarity" => clarity(account).to_owned(),
            _ => String::new(),
        };
        made.cells.push(cell);
    }
    place(account, gazetteer, &mut made);
    deaths(account, &mut made);
    words(account, &mut made);
    Ok(made)
}

/// The column's place in the row.
fn at(column: &str) -> usize {
    COLUMNS
        .iter()
        .position(|(name, _)| *name == column)
        .unwrap_or_default()
}

fn set(made: &mut Made, column: &str, value: impl Into<String>) {
    made.cells[at(column)] = value.into();
}

fn kept_or(account: &Account, column: &str, other: impl FnOnce() -> String) -> String {
    match account.kept(column) {
        "" => other(),
        kept => kept.to_owned(),
    }
}

fn number(number: Option<u64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn clarity(account: &Account) -> &'static str {
    match crate::places::content(&account.report.event) {
        Event::TallyClaimed(_) => "2",
        _ => "1",
    }
}

fn date_prec(account: &Account, made: &mut Made) -> String {
    let precision = account
        .time()
        .map_or(TimePrecision::Unknown, |time| time.precision);
    let code = precision.ucdp_date_prec();
    if code.is_none() {
        made.left_out.push(("date_prec", Reason::PrecisionHasNoCode));
    }
    number(code.map(u64::from))
}

/// The columns about where. Nothing of them is filled for a place that is withheld.
fn place(account: &Account, gazetteer: &Gazetteer, made: &mut Made) {
    let located = &account.located;
    if located.is_withheld() {
        made.left_out.push(("latitude", Reason::PlaceWithheld));
        return;
    }
    let precision = located.precision.and_then(PlacePrecision::ucdp_where_prec);
    set(made, "where_prec", number(precision.map(u64::from)));
    if let Some((lon, lat)) = located.point {
        set(made, "latitude", lat.to_string());
        set(made, "longitude", lon.to_string());
        set(made, "geom_wkt", format!("POINT ({lon} {lat})"));
    } else {
        made.left_out.push(("latitude", Reason::NoPoint));
    }
    let Some(spec) = &account.place else { return };
    let name = spec
        .names
        .first()
        .map(|name| name.name.to_string())
        .or_else(|| Some(located.names.items().first()?.get("name").text().to_owned()));
    set(made, "where_coordinates", name.unwrap_or_default());
    set(
        made,
        "where_description",
        spec.reference.as_deref().unwrap_or_default(),
    );
    let around = |kinds| {
        spec.place
            .as_deref()
            .and_then(|place| gazetteer.around(place, kinds))
    };
    set(made, "adm_1", around(&["region"]).unwrap_or_default());
    set(made, "adm_2", around(&["district"]).unwrap_or_default());
}

fn deaths(account: &Account, made: &mut Made) {
    let deaths = account.deaths.clone().unwrap_or_default();
    set(made, "low", number(deaths.all.low));
    set(made, "best", number(deaths.all.best));
    set(made, "high", number(deaths.all.high));
    made.left_out.extend(deaths.flaw.map(|flaw| ("best", flaw)));
    made.left_out
        .extend(account.withdrawn.map(|reason| ("best", reason)));
    if account.own.is_some() {
        for column in DEATHS {
            let kept = account.kept_deaths(column, &DEATHS);
            set(made, column, kept);
            if kept.is_empty() && !account.kept(column).is_empty() {
                let reason = account.withdrawn.unwrap_or(Reason::NoBest);
                made.left_out.push((column, reason));
            }
        }
        return;
    }
    set(made, "deaths_civilians", number(deaths.civilians));
    set(made, "deaths_unknown", number(deaths.unknown));
    if account.sides.len() > 2 {
        made.left_out.push(("side_a", Reason::TooManySides));
        return;
    }
    let columns = [("side_a", "deaths_a"), ("side_b", "deaths_b")];
    for (side, (column, dead)) in account.sides.iter().zip(columns) {
        set(made, column, side.as_str());
        set(made, dead, number(deaths.by_side.get(side).copied()));
    }
}

/// The remaining columns: as UCDP wrote them, or the report's own source.
fn words(account: &Account, made: &mut Made) {
    for (at, (column, _)) in COLUMNS.iter().enumerate() {
        if made.cells[at].is_empty() && !is_typed(column) {
            account.kept(column).clone_into(&mut made.cells[at]);
        }
    }
    if account.own.is_some() {
        return;
    }
    let report = &account.report;
    set(
        made,
        "relid",
        format!("{}-{}", report.subject.as_str(), account.index),
    );
    set(made, "source_original", account.asserter());
    let Some(source) = account.said("source").and_then(|said| said.source.as_ref()) else {
        return;
    };
    set(
        made,
        "source_office",
        source.outlet.as_deref().unwrap_or_default(),
    );
    set(
        made,
        "source_headline",
        source.title.as_deref().unwrap_or_default(),
    );
    let day = source.published_on.map(|day| day.to_string());
    set(made, "source_date", day.unwrap_or_default());
}

/// Columns that come from fields of the report alone: what a kept cell says of them may be out of date.
fn is_typed(column: &str) -> bool {
    matches!(
        column,
        "id" | "where_prec"
            | "latitude"
            | "longitude"
            | "geom_wkt"
            | "event_clarity"
            | "date_prec"
            | "date_start"
            | "date_end"
            | "best"
            | "high"
            | "low"
    ) || DEATHS.contains(&column)
}
