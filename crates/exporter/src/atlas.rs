//! Where something is: by its own report, or else by the registration of the place. Never by anything around it.

use armistice_report::{PlacePrecision, PlaceSpec, Report};

use crate::{
    Error, History, Shield, Source,
    gazetteer::Gazetteer,
    json::Json,
    places,
    shaped::{Lookup, dataset_row},
};

/// What is known about where something is.
#[derive(Debug, Default)]
pub(crate) struct Located {
    /// Longitude and latitude.
    pub(crate) point: Option<(f64, f64)>,
    pub(crate) precision: Option<PlacePrecision>,
    /// The precision is ACLED's, which states no metres.
    pub(crate) is_acled: bool,
    /// The place's names, each with who uses it.
    pub(crate) names: Json,
    /// `report`, `registration`, `not_stated` or `withheld`.
    pub(crate) from: &'static str,
}

impl Located {
    /// True where a point may be known and is not shown.
    pub(crate) fn is_withheld(&self) -> bool {
        self.from == "withheld"
    }
}

/// The registered places and the reports of one log.
pub(crate) struct Atlas<'a, 'b> {
    pub(crate) gazetteer: Gazetteer,
    pub(crate) history: &'a History,
    pub(crate) shield: &'a Shield,
    /// The tree size of the export.
    pub(crate) size: u64,
    pub(crate) lookup: &'a mut Lookup<'b>,
}

impl<'a, 'b> Atlas<'a, 'b> {
    pub(crate) fn new(
        frame: &Source<'_>,
        (history, shield): (&'a History, &'a Shield),
        size: u64,
        lookup: &'a mut Lookup<'b>,
    ) -> Result<Self, Error> {
        Ok(Self {
            gazetteer: Gazetteer::read(frame, shield)?,
            history,
            shield,
            size,
            lookup,
        })
    }

    /// The report whose content counts for an entry.
    pub(crate) fn newest(&mut self, index: u64) -> Option<Report> {
        (self.lookup)(self.history.newest(index, self.size))
    }

    /// What the first of the reports that names a place calls it; empty when none may be known.
    pub(crate) fn label(&mut self, entries: &[u64]) -> String {
        for index in entries {
            if self.shield.hides(*index) {
                return String::new();
            }
            let label = self.newest(*index).and_then(|report| {
                places::of(&report.event)
                    .first()
                    .and_then(|(_, place)| places::label(place))
            });
            if let Some(label) = label {
                return label;
            }
        }
        String::new()
    }

    /// Where a label is: by the reports themselves, or else by the registration. Never by anything around it, and not at all
    /// when one of these entries, or one of those beside them, is hidden.
    pub(crate) fn locate(&mut self, label: &str, entries: &[u64], beside: &[u64]) -> Located {
        let registered = self.gazetteer.get(label).cloned();
        let names = registered
            .as_ref()
            .map_or(Json::List(Vec::new()), |place| place.names.clone());
        let mut all = entries.iter().chain(beside);
        let hidden = all.any(|index| self.shield.hides(*index));
        if hidden || self.shield.withholds(label) || matches!(label, "redacted" | "withheld") {
            return Located {
                names,
                precision: Some(PlacePrecision::Withheld),
                from: "withheld",
                ..Located::default()
            };
        }
        if label.is_empty() {
            return Located {
                names,
                from: "not_stated",
                ..Located::default()
            };
        }
        let mut stated = None;
        for index in entries {
            let Some((spec, is_acled)) = self.stated(*index, label) else {
                continue;
            };
            if let Some((lat, lon)) = spec.lat.zip(spec.lon) {
                return Located {
                    point: Some((lon.degrees(), lat.degrees())),
                    precision: Some(spec.precision),
                    is_acled,
                    names: if registered.is_some() {
                        names
                    } else {
                        own_names(&spec)
                    },
                    from: "report",
                };
            }
            stated.get_or_insert((spec, is_acled));
        }
        let Some((spec, is_acled)) = stated else {
            // None of the reports calls a place so: the registration's point would be nobody's word.
            return Located {
                names,
                from: "not_stated",
                ..Located::default()
            };
        };
        let Some(place) = registered else {
            return Located {
                names: own_names(&spec),
                precision: Some(spec.precision),
                is_acled,
                from: "not_stated",
                ..Located::default()
            };
        };
        Located {
            point: place.point,
            // The report may have been less fine than the place that it names.
            precision: std::iter::once(spec.precision)
                .chain(place.precision)
                .max_by_key(|word| word.ucdp_where_prec()),
            is_acled,
            names,
            from: if place.point.is_some() {
                "registration"
            } else {
                "not_stated"
            },
        }
    }

    /// The place that an entry calls by this label, in its newest content or else in its first; and whether it is out of a
    /// row of ACLED.
    fn stated(&mut self, index: u64, label: &str) -> Option<(PlaceSpec, bool)> {
        let of = |report: &Report| {
            let is_acled = dataset_row(report).is_some_and(|row| &*row.dataset == "acled");
            named(report, label).map(|spec| (spec, is_acled))
        };
        if let Some(found) = self.newest(index).as_ref().and_then(of) {
            return Some(found);
        }
        // A row as it was may name what a correction took out.
        (self.lookup)(index).as_ref().and_then(of)
    }
}

/// The place that a report calls by this label.
fn named(report: &Report, label: &str) -> Option<PlaceSpec> {
    let found = places::of(&report.event)
        .into_iter()
        .find(|(_, place)| places::label(place).as_deref() == Some(label));
    found.map(|(_, place)| place.clone())
}

fn own_names(place: &PlaceSpec) -> Json {
    let names = place.names.iter().map(|name| {
        let text = |text: Option<&str>| text.map_or(Json::Null, |text| Json::Text(text.to_owned()));
        Json::Object(vec![
            ("name".to_owned(), text(Some(&name.name))),
            ("language".to_owned(), text(name.language.as_deref())),
            ("used_by".to_owned(), text(name.used_by.as_deref())),
        ])
    });
    Json::List(names.collect())
}
