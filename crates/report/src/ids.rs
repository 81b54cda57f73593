//! Names and hashes by which reports point at things.
//!
//! `karabakh-2020` · `demo-newsdesk` · `parukh` · `sha256` as 64 lower-case hex digits
//!
//! An id is a key, never a name to show: the registered actors and places carry every name that they go by.
//! Whether the thing exists is not known here; admission and views look it up.

use std::{borrow::Cow, fmt, ops::Deref, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{flaw::Flaw, refusal::RefusalCode};

/// Longest id, in bytes: one NATS token, one file name, one table cell.
pub const ID_BYTES_MAX: usize = 64;
/// Longest `id` of a report, in bytes.
pub const REPORT_ID_BYTES_MAX: usize = 128;
/// Longest origin of a ledger, in bytes.
pub const ORIGIN_BYTES_MAX: usize = 256;
/// Longest verifier key in its text form, in bytes: an origin, an 8-digit key id, 33 bytes in base64, two plus signs.
pub const KEY_BYTES_MAX: usize = 320;

/// What views show in the place of a hidden name: no id, so that nobody is taken for it.
const RESERVED: &str = "redacted";

/// Visits a string without allocating it first, so that a wrong one costs nothing.
struct StrVisitor<T>(&'static str, fn(&str) -> Result<T, Flaw>);

impl<T> de::Visitor<'_> for StrVisitor<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.1)(text).map_err(E::custom)
    }
}

/// Reads a string and checks it while it is still borrowed from the input.
pub(crate) fn read_str<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    check: fn(&str) -> Result<T, Flaw>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(StrVisitor(expected, check))
}

/// Declares a newtype over a string of one alphabet.
macro_rules! id {
    ($(#[doc = $doc:literal])* $name:ident, $bytes_max:expr, $pattern:literal, $allowed:expr, $expected:literal
        $(, $reserved:ident)?) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks and keeps an id.
            ///
            /// # Errors
            /// `empty`, `too_long`, or `invalid_value` for a character outside the alphabet.
            pub fn new(text: &str) -> Result<Self, Flaw> {
                let allowed: fn(&str) -> bool = $allowed;
                if text.is_empty() {
                    Err(Flaw::new(RefusalCode::Empty, $expected))
                } else if text.len() > $bytes_max {
                    Err(Flaw::new(RefusalCode::TooLong, $expected))
                } else if allowed(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Flaw::new(RefusalCode::InvalidValue, $expected))
                }
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl FromStr for $name {
            type Err = Flaw;
            fn from_str(text: &str) -> Result<Self, Flaw> {
                Self::new(text)
            }
        }
        impl TryFrom<&str> for $name {
            type Error = Flaw;
            fn try_from(text: &str) -> Result<Self, Flaw> {
                Self::new(text)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
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
                json_schema!({
                    "description": concat!($($doc,)* " Form: ", $expected, ".").trim_start(),
                    "type": "string",
                    "minLength": 1,
                    "maxLength": $bytes_max,
                    "pattern": $pattern,
                    $("not": { "const": $reserved },)?
                })
            }
        }
    };
}

/// Declares an id of lower-case letters, digits and hyphens.
macro_rules! token {
    ($($(#[doc = $doc:literal])* $name:ident,)+) => {$(
        id!($(#[doc = $doc])* $name, ID_BYTES_MAX, "^[a-z0-9-]{1,64}$", is_token,
            "1 to 64 of a-z, 0-9 and hyphen, and not the word redacted, which views show for hidden names", RESERVED);
    )+};
}

fn is_token(text: &str) -> bool {
    let alphabet = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    text != RESERVED && text.bytes().all(alphabet)
}

fn is_origin(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~/:".contains(&b))
}

fn is_report_id(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=8).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_media_type(text: &str) -> bool {
    let token = |t: &str| {
        !t.is_empty()
            && t.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.split_once('/')
        .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

fn is_key_text(text: &str) -> bool {
    let mut parts = text.splitn(3, '+');
    let (name, id, key) = (parts.next(), parts.next(), parts.next());
    name.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_graphic()))
        && id.is_some_and(|i| i.len() == 8 && is_lower_hex(i))
        && key.is_some_and(|k| {
            !k.is_empty()
                && k.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
        })
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

token! {
    /// Anyone who speaks or acts: a side, a force, a ministry, a government, a newsroom, a monitor.
    ActorId,
    /// A place that was registered with all its names.
    PlaceId,
    /// An agreement, named by whoever recorded it.
    AgreementId,
    /// The ceasefire that a ledger is about; `subject` of every report and a token in NATS subjects.
    CeasefireId,
    /// A clause within an agreement, such as `1` or `article-4`.
    ClauseId,
    /// An investigation, named by the body that opened it.
    InvestigationId,
    /// A codebook: which kinds count, and how.
    CodebookId,
    /// A producer of reports: the name of its signed-note key, and its token in NATS subjects.
    ProducerName,
    /// A rule that turned vague words into a time, such as `since-weekday`.
    RuleId,
}

id!(
    /// A ledger's origin: a URL without its scheme, the name of the ledger's key and the first line of its checkpoints
    /// (c2sp.org/tlog-checkpoint).
    Origin, ORIGIN_BYTES_MAX, "^[A-Za-z0-9._~/:-]{1,256}$", is_origin,
    "1 to 256 of A-Z, a-z, 0-9 and -._~/:, a URL without its scheme"
);
id!(
    /// Who published a report: a producer's name, or the ledger's origin for the ledger's own entries
    /// (CloudEvents 1.0 `source`).
    SourceName, ORIGIN_BYTES_MAX, "^[A-Za-z0-9._~/:-]{1,256}$", is_origin,
    "a producer's name (a-z, 0-9 and hyphen) or the ledger's origin"
);
id!(
    /// The publisher's own name for a report, unique per publisher (CloudEvents 1.0 `id`).
    ReportId, REPORT_ID_BYTES_MAX, "^[!-~]{1,128}$", is_report_id,
    "1 to 128 printable ASCII characters without space"
);
id!(
    /// A language tag in the shape of BCP 47, such as `en`, `az`, `hy` or `sr-Latn`.
    LanguageTag, 35, "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", is_language,
    "a BCP 47 language tag such as en, az or sr-Latn"
);
id!(
    /// A media type (RFC 6838), such as `image/jpeg`.
    MediaType, 128, "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+$", is_media_type,
    "a media type such as image/jpeg"
);
id!(
    /// A verifier key in its text form (c2sp.org/signed-note): `name+keyid+base64`. Whether the key is strong and its id
    /// right is checked at admission.
    KeyText, KEY_BYTES_MAX, "^[!-*,-~]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]+$", is_key_text,
    "a verifier key: name+8 hex digits+base64"
);
id!(
    /// The id of a key (c2sp.org/signed-note): 8 lower-case hex digits.
    KeyId, 8, "^[0-9a-f]{8}$", |text| text.len() == 8 && is_lower_hex(text),
    "8 lower-case hex digits"
);

impl KeyText {
    /// The name part, before the first plus sign.
    pub fn name(&self) -> &str {
        self.0.split('+').next().unwrap_or_default()
    }

    /// The key id part: 8 lower-case hex digits.
    pub fn key_id(&self) -> &str {
        self.0.split('+').nth(1).unwrap_or_default()
    }
}

impl SourceName {
    /// The producer of that name; `None` when only a ledger's origin can look like this.
    pub fn producer(&self) -> Option<ProducerName> {
        ProducerName::new(&self.0).ok()
    }
}

impl From<&ProducerName> for SourceName {
    fn from(name: &ProducerName) -> Self {
        Self(name.0.clone())
    }
}

impl From<&Origin> for SourceName {
    fn from(origin: &Origin) -> Self {
        Self(origin.0.clone())
    }
}

/// Declares a 32-byte hash written as 64 lower-case hex digits.
macro_rules! hash {
    ($($(#[doc = $doc:literal])* $name:ident,)+) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// Reads 64 lower-case hex digits.
            ///
            /// # Errors
            /// `invalid_value` for anything else; upper case is refused, so that a hash has one spelling.
            pub fn new(text: &str) -> Result<Self, Flaw> {
                let mut bytes = [0; 32];
                if is_lower_hex(text) && hex::decode_to_slice(text, &mut bytes).is_ok() {
                    return Ok(Self(bytes));
                }
                Err(Flaw::new(RefusalCode::InvalidValue, HASH_EXPECTED))
            }

            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0; 64];
                // The buffer is exactly twice as long as the hash, so encoding cannot fail.
                hex::encode_to_slice(self.0, &mut text).map_err(|_| fmt::Error)?;
                f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
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
                read_str(deserializer, HASH_EXPECTED, Self::new)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": concat!($($doc,)* " Form: 64 lower-case hex digits.").trim_start(),
                    "type": "string",
                    "pattern": "^[0-9a-f]{64}$",
                })
            }
        }
    )+};
}

const HASH_EXPECTED: &str = "64 lower-case hex digits";

hash! {
    /// Names an entry of the ledger: the RFC 6962 leaf hash of the entry's bytes, SHA-256(0x00 ‖ entry).
    EntryHash,
    /// SHA-256 of something outside the ledger's tree: a document, a picture, a codebook, a submission.
    Sha256,
}
