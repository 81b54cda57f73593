//! The codes of findings: stable, each with its meaning and what to do.

/// Declares the codes with their severity, what to do and what they mean.
macro_rules! codes {
    ($($name:ident = $word:literal, $severity:ident, $to_do:literal, $meaning:literal;)+) => {
        /// What was found in a file; the code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode {
            $(#[doc = $meaning] $name,)+
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as it is printed.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// Whether the row is carried all the same.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }

            /// What a person does about it.
            pub const fn to_do(self) -> &'static str {
                match self { $(Self::$name => $to_do,)+ }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ }
            }
        }
    };
}

use crate::finding::Severity;

codes! {
    HeaderMissing = "header_missing", Flag,
        "check that the columns are in the standard order, or add the header",
        "The file has no header; the standard columns were taken by their position.";
    ColumnsMissing = "columns_missing", Flag,
        "nothing, if the release has no such column; its values are not stated",
        "Columns of the data set's standard header are not in this file.";
    ColumnsMore = "columns_more", Flag,
        "nothing: their cells are kept with the row",
        "The file has columns beyond the standard header; they are kept with the row and mapped to nothing.";
    ZoneAssumed = "zone_assumed", Flag,
        "give --zone, such as --zone +04:00: the data set counts local days",
        "No zone was given; days begin and end at midnight UTC.";
    LowAboveBest = "low_above_best", Flag,
        "nothing: the numbers are kept as given; views take the smallest as the least",
        "The low estimate is above the best one.";
    BestAboveHigh = "best_above_high", Flag,
        "nothing: the numbers are kept as given; views take the greatest as the most",
        "The best estimate is above the high one.";
    DeathsSum = "deaths_sum", Flag,
        "nothing: all numbers are kept with the row",
        "The deaths by side do not add up to the best estimate.";
    Sentinel = "sentinel", Flag,
        "nothing: it is taken as not stated",
        "A negative number stands for an unknown one.";
    ValueUnknown = "value_unknown", Flag,
        "nothing, or correct the cell: it is taken as not stated and kept with the row",
        "A cell holds a code that the data set's codebook does not have.";
    WordMisspelt = "word_misspelt", Flag,
        "nothing: it is read as the word that it is known to stand for",
        "A known misspelling of the data set.";
    LineBreak = "line_break", Flag,
        "nothing: the break became a space",
        "A cell holds a line break or another control character.";
    CellCut = "cell_cut", Flag,
        "keep the file: the ledger holds the beginning of the cell",
        "A cell is longer than a report's field may be and was cut.";
    PlaceMissing = "place_missing", Flag,
        "nothing: the place is not stated",
        "The row names no place and no point.";
    NotAnIncident = "not_an_incident", Flag,
        "look whether it belongs into this ledger; its kind is `other`",
        "The row records an agreement, an arrest, a protest or the like, which is no act of arms.";
    DenialWords = "denial_words", Flag,
        "read the notes; if somebody denies, write a rule, have it reviewed and give it with --denials",
        "The notes hold words of denial and no reviewed rule matched: no denial was made.";
    DenialByRule = "denial_by_rule", Flag,
        "nothing: the rule names who reviewed it",
        "A reviewed rule matched the notes: a denial is made.";
    DenialChanged = "denial_changed", Flag,
        "retract the denial by hand if the new notes no longer carry it",
        "The row no longer makes a denial that the ledger holds, or makes another one; a denial cannot be corrected, and the first one stays.";
    BlankAsZero = "blank_as_zero", Flag,
        "nothing: the mapping says that blank is zero",
        "An empty cell was read as 0, as the mapping says.";
    RowSkipped = "row_skipped", Flag,
        "nothing: the mapping says that this row is a total",
        "A row of totals was left out, as the mapping says.";
    TotalDiffers = "total_differs", Flag,
        "nothing: both numbers are the source's; look which one it means",
        "A total is not the sum of its parts.";
    OlderRow = "older_row", Flag,
        "nothing: the newer row stays",
        "The ledger holds a newer release or time stamp of this row.";
    RetractedBefore = "retracted_before", Flag,
        "look why it was retracted; a retraction is final",
        "The ledger holds a retraction of this row; nothing was added.";
    DeletedUnknown = "deleted_unknown", Flag,
        "nothing: the ledger never held it",
        "The deletion list names an event that this producer did not import.";
    CellsCount = "cells_count", Reject,
        "look for an unquoted separator or a missing cell",
        "The row has more or fewer cells than the header.";
    NotUtf8 = "not_utf8", Reject,
        "give --encoding windows-1252 (latin-1) or save the file as UTF-8",
        "A cell is not UTF-8.";
    IdInvalid = "id_invalid", Reject,
        "give the row its id as the data set's publisher does",
        "The id of the row is missing or cannot be used as an id.";
    DateInvalid = "date_invalid", Reject,
        "write the day as YYYY-MM-DD, or name the order with --dates",
        "A date is missing, unreadable or not in the calendar.";
    DateAmbiguous = "date_ambiguous", Reject,
        "say with --dates dmy or --dates mdy which number is the day",
        "The day and the month of a date cannot be told apart.";
    DateOrder = "date_order", Reject,
        "correct the dates",
        "The end is before the start.";
    NumberInvalid = "number_invalid", Reject,
        "write a whole number",
        "A number is missing where one is needed, or is not a whole number.";
    PointInvalid = "point_invalid", Reject,
        "write decimal degrees, latitude -90 to 90, longitude -180 to 180",
        "Latitude or longitude is no number of degrees.";
    IdConflict = "id_conflict", Reject,
        "find out which file is right; only if this one was published later, give it its newer release (--release, or `release` in the mapping)",
        "The ledger holds this id and release with another content.";
    Refused = "refused", Reject,
        "see docs/reference/refusals.md for the code",
        "The report made from the row was refused.";
}

impl std::fmt::Display for FindingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
