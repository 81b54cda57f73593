//! The list of views: name and version of each, and where an entry goes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    live::{changed::Changed, touched::Touched},
    reading::Reading,
    rows::Rows,
    scene::Scene,
    views,
};

/// Makes the enum, the state and the dispatch from one list.
macro_rules! views {
    ($($(#[$doc:meta])* $variant:ident, $field:ident: $state:ty, $version:literal;)+) => {
        /// A view: a fold over the entries that gives rows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum View {
            $($(#[$doc])* $variant,)+
        }

        impl View {
            /// Every view, in the order of their names.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name, as in `armistice view NAME`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($field),)+ }
            }

            /// The version: another whenever other rows come out of the same entries.
            pub const fn version(self) -> u32 {
                match self { $(Self::$variant => $version,)+ }
            }
        }

        /// What each view remembers of its rows while it is followed.
        #[derive(Debug, Default)]
        pub(crate) struct LiveViews {
            $($field: views::$field::Live,)+
        }

        impl LiveViews {
            /// Makes the rows of what is touched again.
            pub(crate) fn update(
                &mut self,
                view: View,
                views: &Views,
                reading: &Reading<'_>,
                touched: &Touched,
                out: &mut Changed,
            ) {
                match view { $(View::$variant => self.$field.update(&views.$field, reading, touched, out),)+ }
            }
        }

        /// What each view has folded.
        #[derive(Debug, Default, Serialize, Deserialize)]
        pub(crate) struct Views {
            $(pub(crate) $field: $state,)+
        }

        impl Views {
            pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
                $(self.$field.apply(scene);)+
            }

            pub(crate) fn rows(&self, view: View, reading: &Reading<'_>, out: &mut Rows<'_>) {
                match view { $(View::$variant => self.$field.rows(reading, out),)+ }
            }
        }
    };
}

views! {
    /// Who accuses whom of what, and what became of it. Unit: allegation.
    Allegations, allegations: views::allegations::Allegations, 2;
    /// Killed, wounded, missing, captured per side. Unit: person, as reported.
    Casualties, casualties: views::casualties::Casualties, 2;
    /// Who spoke with whom. Unit: contact.
    Contacts, contacts: views::contacts::Contacts, 2;
    /// Who is said to hold a place; movements. Unit: account.
    Control, control: views::control::Control, 2;
    /// Assessments, investigations, denials of access, violation reports. Unit: each its own.
    Findings, findings: views::findings::Findings, 2;
    /// Agreements, ceasefires, actors and places with all their names.
    Frame, frame: views::frame::Frame, 2;
    /// The claim tree of each incident. Unit: incident.
    Incidents, incidents: views::incidents::Incidents, 2;
    /// What observers perceived. Unit: observation.
    Observations, observations: views::observations::Observations, 2;
    /// Where the contingent is, what it does, how strong it is. Unit: report.
    Peacekeeping, peacekeeping: views::peacekeeping::Peacekeeping, 2;
    /// Who publishes: grants, keys, counters, gaps, forks, refusals. Unit: entry.
    Producers, producers: views::producers::Producers, 2;
    /// Stances and demands. Unit: statement.
    Statements, statements: views::statements::Statements, 2;
    /// Numbers that a party or body claims, in its own unit.
    Tallies, tallies: views::tallies::Tallies, 2;
}

impl View {
    /// `name@version`, as in the first line of a statement.
    pub fn id(self) -> String {
        format!("{}@{}", self.name(), self.version())
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for View {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = || {
            Self::ALL
                .iter()
                .map(|view| view.name())
                .collect::<Vec<_>>()
                .join(", ")
        };
        Self::ALL
            .iter()
            .copied()
            .find(|view| view.name() == name)
            .ok_or_else(|| Error::UnknownView {
                name: name.to_owned(),
                known: known(),
            })
    }
}
