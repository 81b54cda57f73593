//! Where: `where_prec`, `where_coordinates`, `where_description`, `latitude`, `longitude`.

use armistice_report::{Latitude, Longitude, PlaceName, PlacePrecision, PlaceSpec, UpTo};

use crate::cells::Cells;
use crate::code::FindingCode;
use crate::finding::{Notes, Rejected};
use crate::tidy;

/// The place of a row; none, and a finding, where the row gives neither a name nor a point.
pub(super) fn place(cells: &Cells<'_>, notes: &mut Notes) -> Result<Option<PlaceSpec>, Rejected> {
    let point = (
        cells
            .degrees("latitude", 90.0, notes)?
            .and_then(|degrees| Latitude::new(degrees).ok()),
        cells
            .degrees("longitude", 180.0, notes)?
            .and_then(|degrees| Longitude::new(degrees).ok()),
    );
    let (lat, lon) = match point {
        (Some(lat), Some(lon)) => (Some(lat), Some(lon)),
        (None, None) => (None, None),
        (lat, _) => {
            let column = if lat.is_none() { "latitude" } else { "longitude" };
            return Err(notes.reject(FindingCode::PointInvalid, column, ""));
        }
    };
    let name = tidy::brief(cells.text("where_coordinates"));
    let names = name.map(|name| PlaceName {
        name,
        language: None,
        used_by: None,
    });
    let spec = PlaceSpec {
        place: None,
        names: UpTo::new(names.into_iter().collect()).unwrap_or_default(),
        lat,
        lon,
        precision: precision(cells, notes),
        reference: tidy::brief(cells.text("where_description")),
    };
    if spec.names.is_empty() && spec.lat.is_none() && spec.reference.is_none() {
        notes.flag(FindingCode::PlaceMissing, "where_coordinates", "");
        return Ok(None);
    }
    Ok(Some(spec))
}

/// Without a code the place is taken for the coarsest that still has an edge: a point is never made finer than it is.
fn precision(cells: &Cells<'_>, notes: &mut Notes) -> PlacePrecision {
    match cells.text("where_prec") {
        "1" => PlacePrecision::Exact,
        "2" => PlacePrecision::Near25Km,
        "3" => PlacePrecision::SecondOrderDivision,
        "4" => PlacePrecision::FirstOrderDivision,
        "5" => PlacePrecision::LinearOrFuzzy,
        "6" => PlacePrecision::Country,
        "7" => PlacePrecision::InternationalWatersOrAir,
        _ => {
            cells.unknown("where_prec", notes);
            PlacePrecision::Country
        }
    }
}
