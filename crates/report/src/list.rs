//! Bounded lists: a vector with a least and a greatest number of items.
//!
//! `"accused": ["a", "b"]`. Reading stops at the first item too many. Order and repetition are kept as they came;
//! where repetition would mean something, the content's own check refuses it.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{flaw::Flaw, refusal::RefusalCode};

/// A list that may be empty; leave the field out then.
pub type UpTo<const MAX: usize, T> = List<0, MAX, T>;
/// A list that holds at least one item.
pub type OneTo<const MAX: usize, T> = List<1, MAX, T>;

/// A list of `MIN` to `MAX` items.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct List<const MIN: usize, const MAX: usize, T>(Vec<T>);

impl<const MIN: usize, const MAX: usize, T> List<MIN, MAX, T> {
    /// Checks and keeps a list.
    ///
    /// # Errors
    /// `empty` when there are fewer than `MIN` items, `too_long` when there are more than `MAX`.
    pub fn new(items: Vec<T>) -> Result<Self, Flaw> {
        if items.len() < MIN {
            return Err(Flaw::new(
                RefusalCode::Empty,
                format!("at least {MIN} item{}", if MIN == 1 { "" } else { "s" }),
            ));
        }
        if items.len() > MAX {
            return Err(too_long(MAX));
        }
        Ok(Self(items))
    }

    /// The items, owned.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

fn too_long(max: usize) -> Flaw {
    Flaw::new(RefusalCode::TooLong, format!("at most {max} items"))
}

// An empty list is lawful only where nothing has to be named.
impl<const MAX: usize, T> Default for List<0, MAX, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<const MIN: usize, const MAX: usize, T> Deref for List<MIN, MAX, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, const MIN: usize, const MAX: usize, T> IntoIterator for &'a List<MIN, MAX, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<const MIN: usize, const MAX: usize, T> TryFrom<Vec<T>> for List<MIN, MAX, T> {
    type Error = Flaw;
    fn try_from(items: Vec<T>) -> Result<Self, Flaw> {
        Self::new(items)
    }
}

struct ListVisitor<const MIN: usize, const MAX: usize, T>(PhantomData<T>);

impl<'de, const MIN: usize, const MAX: usize, T: Deserialize<'de>> de::Visitor<'de>
    for ListVisitor<MIN, MAX, T>
{
    type Value = List<MIN, MAX, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {MIN} to {MAX} items")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            if items.len() == MAX {
                return Err(de::Error::custom(too_long(MAX)));
            }
            items.push(item);
        }
        List::new(items).map_err(de::Error::custom)
    }
}

impl<'de, const MIN: usize, const MAX: usize, T: Deserialize<'de>> Deserialize<'de> for List<MIN, MAX, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

impl<const MIN: usize, const MAX: usize, T: JsonSchema> JsonSchema for List<MIN, MAX, T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("List{MIN}To{MAX}Of{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        if MIN == 0 {
            return json_schema!({ "type": "array", "maxItems": MAX, "items": items });
        }
        json_schema!({ "type": "array", "minItems": MIN, "maxItems": MAX, "items": items })
    }
}
