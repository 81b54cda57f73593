//! GeoJSON (RFC 7946): one feature for each place of each row, with a point where one is stated and may be shown.
//!
//! ```text
//! {"type":"FeatureCollection","armistice":{…},"features":[
//! {"type":"Feature","id":"incidents/incident/000000000023#23","geometry":{"type":"Point","coordinates":[46.8,40]},"properties":{…}},
//! …]}
//! ```
//! `armistice` is a foreign member (RFC 7946 section 6.1) and comes first, so that a reader of a cut file knows what it has.
//! A place without a point that may be shown has `"geometry":null` (section 3.2) and says in `point_from` why. Nothing is
//! approximated: not by the district around it, not by another report.
//! Written with serde alone: the `geojson` crate puts properties into the order of a map; the tests read with it.

use std::io::Write;

use serde::Serialize;

use crate::{
    About, Error, History, Rows, Shield, Source, atlas::Atlas, json::Json, places, row::Row,
    scrub::entries_below, shaped::Lookup,
};

/// The views whose rows have places, in the order of their names.
pub const GEO_VIEWS: &[&str] = &[
    "casualties",
    "control",
    "findings",
    "incidents",
    "observations",
    "peacekeeping",
    "tallies",
];

/// Kinds of rows that have places, with the fields that hold them.
const KINDS: &[(&str, &[&str])] = &[
    ("access", &["place"]),
    ("allegation", &["place", "place_named"]),
    ("figure", &["place", "place_named"]),
    ("intervention", &["place"]),
    ("movement", &["to", "from"]),
    ("observation", &["place", "place_named"]),
    ("patrol", &["place"]),
    ("place", &["place"]),
    ("presence", &["place"]),
    ("tally", &["places"]),
];

/// Fields that stay in the view: accounts and answers are rows and entries of their own.
const LEFT_OUT: &[&str] = &[
    "accounts",
    "answers",
    "assessments",
    "claims",
    "counter_accusations",
    "demands",
    "lat",
    "links",
    "lon",
    "names",
    "positions",
    "precision",
    "reports",
    "row",
];

#[derive(Serialize)]
struct Feature<'a> {
    r#type: &'static str,
    id: String,
    geometry: Option<Point>,
    properties: &'a Json,
}

#[derive(Serialize)]
struct Point {
    r#type: &'static str,
    coordinates: (f64, f64),
}

/// A place of a row, on its way to a feature.
struct Spot {
    id: String,
    label: String,
    entries: Vec<u64>,
    /// Other claims of the same incident: when one of them is hidden, so is this.
    beside: Vec<u64>,
    properties: Vec<(String, Json)>,
}

/// Writes the features of the given views; says how many have a point and how many have none.
///
/// `frame` gives the rows of the view `frame`; `lookup` the report of an entry.
///
/// # Errors
/// [`Error::Write`], or a row that is no JSON.
pub fn geojson(
    parts: &[(&str, Rows<'_>)],
    frame: &Source<'_>,
    (history, shield): (&History, &Shield),
    lookup: &mut Lookup<'_>,
    about: &About,
    mut out: impl Write,
) -> Result<(u64, u64), Error> {
    let mut atlas = Atlas::new(frame, (history, shield), about.tree_size, lookup)?;
    out.write_all(br#"{"type":"FeatureCollection","armistice":"#)?;
    serde_json::to_writer(&mut out, about).map_err(std::io::Error::from)?;
    out.write_all(br#","features":["#)?;
    let (mut with, mut without) = (0, 0);
    for (view, rows) in parts {
        rows.each(|line| {
            for spot in spots(view, &Row::read("", line)?) {
                out.write_all(if with + without == 0 { b"\n" } else { b",\n" })?;
                let is_located = write(&mut atlas, spot, &mut out)?;
                *(if is_located { &mut with } else { &mut without }) += 1;
            }
            Ok(())
        })?;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok((with, without))
}

/// The places of a row; a row of a kind that has places, but states none, gives one spot without a label.
fn spots(view: &str, row: &Row) -> Vec<Spot> {
    let key = row.text("key");
    if row.text("row") == "incident" {
        return claims(view, row);
    }
    let Some((_, fields)) = KINDS.iter().find(|(kind, _)| *kind == row.text("row")) else {
        return Vec::new();
    };
    let labels: Vec<(&str, &str)> = fields
        .iter()
        .flat_map(|field| {
            let value = row.get(field);
            let texts = std::iter::once(value).chain(value.items());
            texts
                .map(|text| (*field, text.text()))
                .filter(|(_, text)| !text.is_empty())
        })
        .collect();
    let spot = |at: Option<usize>, field: &str, label: &str| {
        let mut properties = vec![("view".to_owned(), Json::Text(view.to_owned()))];
        properties.push(("row".to_owned(), row.get("row").clone()));
        if fields.len() > 1 && fields.contains(&"to") {
            properties.push(("at".to_owned(), Json::Text(field.to_owned())));
        }
        properties.extend(kept(&row.fields));
        Spot {
            id: at.map_or_else(|| format!("{view}/{key}"), |at| format!("{view}/{key}#{at}")),
            label: label.to_owned(),
            entries: [own(row), incident(row)].concat(),
            beside: Vec::new(),
            properties,
        }
    };
    match labels.as_slice() {
        [] => vec![spot(None, fields[0], "")],
        [(field, label)] => vec![spot(None, field, label)],
        many => many
            .iter()
            .enumerate()
            .map(|(at, (field, label))| spot(Some(at), field, label))
            .collect(),
    }
}

/// A spot for each claim of an incident: accounts of one incident may name different places.
fn claims(view: &str, row: &Row) -> Vec<Spot> {
    let key = row.text("key");
    let beside = own(row);
    let spot = |claim: &Json| {
        let Json::Object(fields) = claim else { return None };
        let index = claim.get("entry").get("index").number()?;
        let mut properties = vec![
            ("view".to_owned(), Json::Text(view.to_owned())),
            ("row".to_owned(), Json::Text("claim".to_owned())),
            ("incident".to_owned(), Json::Text(key.to_owned())),
            ("incident_status".to_owned(), row.get("status").clone()),
        ];
        if *row.get("change") != Json::Null {
            properties.push(("change".to_owned(), row.get("change").clone()));
        }
        properties.extend(kept(fields));
        Some(Spot {
            id: format!("{view}/{key}#{index}"),
            label: claim.get("place").text().to_owned(),
            entries: vec![index],
            beside: beside.clone(),
            properties,
        })
    };
    row.get("claims").items().iter().filter_map(spot).collect()
}

fn kept(fields: &[(String, Json)]) -> impl Iterator<Item = (String, Json)> + '_ {
    fields
        .iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .cloned()
}

/// The entries that the row comes from.
fn own(row: &Row) -> Vec<u64> {
    entries_below(&[("entries".to_owned(), row.get("entries").clone())])
}

/// The first claim of the incident that the row is about.
fn incident(row: &Row) -> Vec<u64> {
    let index = row.text("incident").rsplit('/').next();
    index.and_then(|index| index.parse().ok()).into_iter().collect()
}

/// Writes one feature; true when it has a point.
fn write(atlas: &mut Atlas<'_, '_>, mut spot: Spot, out: &mut impl Write) -> Result<bool, Error> {
    if spot.label.is_empty() {
        // Claims of an incident name registered places only.
        spot.label = atlas.label(&spot.entries);
        if !spot.label.is_empty() {
            spot.properties
                .push(("place_named".to_owned(), Json::Text(spot.label.clone())));
        }
    }
    let located = atlas.locate(&spot.label, &spot.entries, &spot.beside);
    let text = |text: &str| Json::Text(text.to_owned());
    let radius = located
        .precision
        .filter(|_| located.point.is_some())
        .and_then(|precision| places::uncertainty_m(precision, located.is_acled));
    let precision = located.precision.map_or(Json::Null, |word| text(word.as_str()));
    spot.properties.extend(
        [
            ("names", located.names),
            ("precision", precision),
            (
                "uncertainty_m",
                radius.map_or(Json::Null, |metres| Json::Number(metres.into())),
            ),
            ("point_from", text(located.from)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    let feature = Feature {
        r#type: "Feature",
        id: spot.id,
        geometry: located.point.map(|coordinates| Point {
            r#type: "Point",
            coordinates,
        }),
        properties: &Json::Object(spot.properties),
    };
    serde_json::to_writer(out, &feature).map_err(std::io::Error::from)?;
    Ok(feature.geometry.is_some())
}
