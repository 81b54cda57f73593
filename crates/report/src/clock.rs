//! Points in time, days and zones, each with exactly one spelling.
//!
//! `2022-03-26T14:00:00Z` · `2022-03-26T14:00:00.123456Z` · `2022-03-26` · `+04:00`
//!
//! RFC 3339 in UTC with `Z`, at most six digits of fraction, so that a time survives being read and written. A leap
//! second is refused. Zones are offsets, not names: a name would need a database, and two databases may differ.

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::{civil, tz::Offset};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{flaw::Flaw, ids::read_str, refusal::RefusalCode};

const TIMESTAMP_EXPECTED: &str =
    "a time such as 2022-03-26T14:00:00Z: RFC 3339, UTC, at most 6 digits of fraction";
const DATE_EXPECTED: &str = "a day such as 2022-03-26";
const ZONE_EXPECTED: &str = "an offset from UTC such as +04:00, from -18:00 to +18:00";

/// A point in time: whole microseconds since 1970-01-01T00:00:00Z, within the years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// A time from microseconds since the epoch; `None` outside the years 0000 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        let time = jiff::Timestamp::from_microsecond(micros).ok()?;
        (Offset::UTC.to_datetime(time).year() >= 0).then_some(Self(micros))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The same time for calendar work.
    pub fn to_jiff(self) -> jiff::Timestamp {
        // `from_micros` is the only way in, and it went through the same type.
        jiff::Timestamp::from_microsecond(self.0).unwrap_or_default()
    }

    /// The day on which this time falls in a zone.
    pub fn date_in(self, zone: Zone) -> Date {
        Date(zone.offset().to_datetime(self.to_jiff()).date())
    }

    /// The one spelling that an entry's header uses: always six digits of fraction.
    pub fn to_micros_text(self) -> String {
        format!("{}.{:06}Z", Seconds(self), self.0.rem_euclid(1_000_000))
    }

    /// Reads the spelling that this module's head shows.
    ///
    /// # Errors
    /// `invalid_value`: another spelling, another zone, or a time that the calendar does not have.
    pub fn new(text: &str) -> Result<Self, Flaw> {
        parse_timestamp(text.as_bytes())
            .ok_or_else(|| Flaw::new(RefusalCode::InvalidValue, TIMESTAMP_EXPECTED))
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Cuts to the microsecond below.
    fn from(time: jiff::Timestamp) -> Self {
        Self(
            time.as_nanosecond()
                .div_euclid(1000)
                .try_into()
                .unwrap_or_default(),
        )
    }
}

/// Prints a time without its fraction and without `Z`.
struct Seconds(Timestamp);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Offset::UTC.to_datetime(self.0.to_jiff());
        write!(
            f,
            "{}T{:02}:{:02}:{:02}",
            Date(at.date()),
            at.hour(),
            at.minute(),
            at.second()
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.rem_euclid(1_000_000) == 0 {
            return write!(f, "{}Z", Seconds(*self));
        }
        f.write_str(&self.to_micros_text())
    }
}

/// Reads two digits at a position.
fn two(bytes: &[u8], at: usize) -> Option<i8> {
    let digit = |b: &u8| b.is_ascii_digit().then(|| i8::try_from(b - b'0').ok()).flatten();
    Some(digit(bytes.get(at)?)? * 10 + digit(bytes.get(at + 1)?)?)
}

fn parse_date(bytes: &[u8]) -> Option<civil::Date> {
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = i16::from(two(bytes, 0)?) * 100 + i16::from(two(bytes, 2)?);
    civil::Date::new(year, two(bytes, 5)?, two(bytes, 8)?).ok()
}

/// `YYYY-MM-DDThh:mm:ss[.f{1,6}]Z`.
fn parse_timestamp(bytes: &[u8]) -> Option<Timestamp> {
    let date = parse_date(bytes.get(..10)?)?;
    if bytes[10..].first() != Some(&b'T') || bytes.get(13) != Some(&b':') || bytes.get(16) != Some(&b':') {
        return None;
    }
    let (hour, minute, second) = (two(bytes, 11)?, two(bytes, 14)?, two(bytes, 17)?);
    let fraction = match bytes.get(19..)?.strip_suffix(b"Z")? {
        [] => 0,
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) => {
            let scale = 10_i64.pow(6 - u32::try_from(digits.len()).ok()?);
            digits
                .iter()
                .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
                * scale
        }
        _ => return None,
    };
    let time = civil::Time::new(hour, minute, second, 0).ok()?;
    let at = Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    Timestamp::from_micros(at.as_microsecond() + fraction)
}

/// A day of the calendar, in whatever zone the words around it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// `invalid_value`: another spelling, or a day that the calendar does not have.
    pub fn new(text: &str) -> Result<Self, Flaw> {
        parse_date(text.as_bytes())
            .map(Self)
            .ok_or_else(|| Flaw::new(RefusalCode::InvalidValue, DATE_EXPECTED))
    }

    /// The same day for calendar work.
    pub const fn to_jiff(self) -> civil::Date {
        self.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.0.year(),
            self.0.month(),
            self.0.day()
        )
    }
}

/// An offset from UTC in which days are counted. UCDP GED counts days in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone {
    minutes: i16,
}

impl Zone {
    /// `+00:00`.
    pub const UTC: Self = Self { minutes: 0 };

    /// Reads `+hh:mm` or `-hh:mm`; zero is written `+00:00` only.
    ///
    /// # Errors
    /// `invalid_value`: another spelling, or more than 18 hours.
    pub fn new(text: &str) -> Result<Self, Flaw> {
        parse_zone(text.as_bytes()).ok_or_else(|| Flaw::new(RefusalCode::InvalidValue, ZONE_EXPECTED))
    }

    /// Minutes east of UTC, -1080 to 1080.
    pub const fn minutes(self) -> i16 {
        self.minutes
    }

    fn offset(self) -> Offset {
        // 18 hours are within the 25 that the type holds.
        Offset::from_seconds(i32::from(self.minutes) * 60).unwrap_or(Offset::UTC)
    }
}

fn parse_zone(bytes: &[u8]) -> Option<Zone> {
    let sign = match (bytes.len(), bytes.first()?, bytes.get(3)?) {
        (6, b'+', b':') => 1,
        (6, b'-', b':') => -1,
        _ => return None,
    };
    let (hours, minutes) = (i16::from(two(bytes, 1)?), i16::from(two(bytes, 4)?));
    let total = hours * 60 + minutes;
    let lawful = minutes < 60 && total <= 18 * 60 && (sign > 0 || total > 0);
    lawful.then_some(Zone {
        minutes: sign * total,
    })
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        write!(
            f,
            "{sign}{:02}:{:02}",
            self.minutes.abs() / 60,
            self.minutes.abs() % 60
        )
    }
}

/// Gives a type its wire form: one string, one spelling.
macro_rules! as_string {
    ($name:ident, $expected:expr, $format:expr, $pattern:literal) => {
        impl FromStr for $name {
            type Err = Flaw;
            fn from_str(text: &str) -> Result<Self, Flaw> {
                Self::new(text)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read_str(deserializer, $expected, Self::new)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let mut schema = json_schema!({
                    "description": format!("Form: {}.", $expected),
                    "type": "string",
                    "pattern": $pattern,
                });
                let format: &str = $format;
                if !format.is_empty() {
                    schema.insert("format".to_owned(), format.into());
                }
                schema
            }
        }
    };
}

as_string!(
    Timestamp,
    TIMESTAMP_EXPECTED,
    "date-time",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z$"
);
as_string!(Date, DATE_EXPECTED, "date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
as_string!(Zone, ZONE_EXPECTED, "", "^[+-](0[0-9]|1[0-8]):[0-5][0-9]$");
