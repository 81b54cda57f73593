//! Where a report says that something was: its places, what views call them, and how fine they are.
//!
//! | precision | `uncertainty_m` | why |
//! |---|---|---|
//! | `exact` | 1,000 | UCDP GED `where_prec` 1, ACLED `geo_precision` 1: a village or town by its centre. Neither codebook states metres; this is ours |
//! | `near_25km` | 25,000 | UCDP GED `where_prec` 2: "within a ca. 25 km radius around a known point" |
//! | `near_25km` of ACLED | none | `geo_precision` 2: a part of a region by the town nearest to it; no metres are stated |
//! | `adm2`, `adm1`, `linear_or_fuzzy`, `country`, `intl_waters_air` | none | UCDP GED 3 to 7, ACLED 2 and 3: the point stands for an area or a line, of a size that neither states |
//! | `withheld` | none | no point |

use armistice_report::{Event, PlacePrecision, PlaceSpec};

/// How far from the point it may have been, in metres; `None` where the point stands for an area of unknown size, as
/// `geo_precision` 2 of ACLED does.
pub(crate) const fn uncertainty_m(precision: PlacePrecision, is_acled: bool) -> Option<u32> {
    match precision {
        PlacePrecision::Exact => Some(1_000),
        PlacePrecision::Near25Km if !is_acled => Some(25_000),
        PlacePrecision::Near25Km
        | PlacePrecision::SecondOrderDivision
        | PlacePrecision::FirstOrderDivision
        | PlacePrecision::LinearOrFuzzy
        | PlacePrecision::Country
        | PlacePrecision::InternationalWatersOrAir
        | PlacePrecision::Withheld => None,
    }
}

/// The places of a content, each with the field that holds it. Where the observer stood is not where it was.
pub(crate) fn of(event: &Event) -> Vec<(&'static str, &PlaceSpec)> {
    fn one<'a>(field: &'static str, place: Option<&'a PlaceSpec>) -> Vec<(&'static str, &'a PlaceSpec)> {
        place.map(|place| (field, place)).into_iter().collect()
    }
    fn many<'a>(field: &'static str, places: &'a [PlaceSpec]) -> Vec<(&'static str, &'a PlaceSpec)> {
        places.iter().map(|place| (field, place)).collect()
    }
    match event {
        Event::IncidentReported(said) => one("place", said.place.as_ref()),
        Event::ObservationRecorded(said) => one("place", said.place.as_ref()),
        Event::TallyClaimed(said) => many("places", &said.places),
        Event::CasualtiesReported(said) => one("area", said.area.as_ref()),
        Event::ControlClaimed(said) => one("place", Some(&said.place)),
        Event::MovementReported(said) => {
            [one("to", said.to.as_ref()), one("from", said.from.as_ref())].concat()
        }
        Event::AccessDenied(said) => one("place", said.place.as_ref()),
        Event::ViolationReportIssued(said) => many("places", &said.places),
        Event::PresenceReported(said) => one("place", Some(&said.place)),
        Event::PatrolReported(said) => many("route", &said.route),
        Event::InterventionReported(said) => one("place", said.place.as_ref()),
        Event::StrengthReported(said) => one("place", said.place.as_ref()),
        Event::EffortReported(said) => said
            .not_reached
            .iter()
            .map(|area| ("not_reached", &area.place))
            .collect(),
        Event::StatementMade(said) => one(
            "demand",
            said.demand.as_ref().and_then(|demand| demand.place.as_ref()),
        ),
        Event::ContactReported(said) => one("place", said.place.as_ref()),
        Event::CeasefireDeclared(said) => one("area", said.area.as_ref()),
        Event::ClaimCorrected(said) => of(said.replacement.event()),
        _ => Vec::new(),
    }
}

/// The content of a report; of a correction the content that it puts in place.
pub(crate) fn content(event: &Event) -> &Event {
    match event {
        Event::ClaimCorrected(correction) => correction.replacement.event(),
        other => other,
    }
}

/// What views call a place (`docs/reference/views.md`, "Places"); `None` for words alone, which have no point.
pub(crate) fn label(place: &PlaceSpec) -> Option<String> {
    if let Some(id) = &place.place {
        return Some(id.to_string());
    }
    if let Some(first) = place.names.first() {
        return Some(format!("named:{}", first.name));
    }
    let (lat, lon) = place.lat.zip(place.lon)?;
    Some(format!("{POINT}{lat},{lon}"))
}

/// What begins the label of a place that has degrees and no name.
pub(crate) const POINT: &str = "point:";

/// True for a path of a redaction that covers `field`, or a part of it, or what holds it.
pub(crate) fn covers(redacted: &str, field: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    within(redacted, field) || within(field, redacted)
}

/// The fields of a content that hold a place.
pub(crate) const FIELDS: [&str; 11] = [
    "place",
    "places",
    "area",
    "to",
    "from",
    "route",
    "not_reached",
    "demand",
    "lat",
    "lon",
    "replacement",
];

/// True when a redaction of this field takes away where something was.
pub(crate) fn is_place(redacted: &str) -> bool {
    FIELDS
        .iter()
        .any(|field| covers(redacted, &format!("data.content.{field}")))
        || covers(redacted, "data.provenance.source.row")
}

/// True when a redaction of this field takes away what the rows call the place.
pub(crate) fn is_named_place(redacted: &str) -> bool {
    let rest = redacted.strip_prefix("data.content.");
    let whole = matches!(redacted, "data" | "data.content");
    whole || rest.is_some() && is_place(redacted)
}

/// True when a redaction of this field takes away who says it, or through whom it came: rows show both as one.
pub(crate) fn is_asserter(redacted: &str) -> bool {
    ["asserted_by", "attribution"]
        .iter()
        .any(|field| covers(redacted, &format!("data.provenance.{field}")))
}

/// True when a report that seals this field keeps back where something was. A sealed description or name leaves a point as
/// public as its report made it.
pub(crate) fn seals_point(sealed: &str) -> bool {
    let Some(field) = sealed.strip_prefix("data.content.") else {
        return false;
    };
    let last = field.rsplit('.').next().unwrap_or(field);
    let last = last.split('[').next().unwrap_or(last);
    FIELDS.contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_place_is_kept_back_and_a_sealed_word_is_not() {
        for (sealed, expected) in [
            ("data.content.place", true),
            ("data.content.places[1].lat", true),
            ("data.content.route", true),
            ("data.content.place.reference", false),
            ("data.provenance.source", false),
        ] {
            assert_eq!(seals_point(sealed), expected, "{sealed}");
        }
    }

    #[test]
    fn a_redaction_covers_what_holds_a_field_and_what_it_holds() {
        for (redacted, expected) in [
            ("data.content.place", true),
            ("data.content.place.lat", true),
            ("data.content.places[0]", true),
            ("data.content", true),
            ("data", true),
            ("data.content.area", true),
            ("data.provenance.source", true),
            ("data.content.placement", false),
            ("data.content.accused", false),
            ("data.provenance.asserted_by", false),
        ] {
            assert_eq!(is_place(redacted), expected, "{redacted}");
        }
    }
}
