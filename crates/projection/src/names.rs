//! Interned names: every actor, place, producer and clause is stored once and named by a number.
//!
//! The numbers depend on the order of the entries only, so that two followers give the same ones; they never
//! leave the crate: rows print the names.
//! It keeps names and identifiers, never free text.

use std::{fmt, num::NonZeroU32};

use hashbrown::HashTable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name's number, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Name(NonZeroU32);

impl Name {
    /// [`NOT_STATED`], the first name of every state.
    pub(crate) const NOT_STATED: Self = Self(NonZeroU32::MIN);
}

/// What stands where a report names nobody. The underscore keeps it apart from every id.
pub(crate) const NOT_STATED: &str = "not_stated";

/// Every name that the views print, once.
#[derive(Clone)]
pub(crate) struct Names {
    texts: Vec<Box<str>>,
    lookup: HashTable<u32>,
}

impl Names {
    /// The number of a text; gives the next one to a new text.
    pub(crate) fn intern(&mut self, text: &str) -> Name {
        let hash = hash_of(text);
        let texts = &self.texts;
        let known = self
            .lookup
            .find(hash, |&position| *texts[position as usize] == *text)
            .copied();
        let position = known.unwrap_or_else(|| self.push(hash, text));
        Name(NonZeroU32::MIN.saturating_add(position))
    }

    fn push(&mut self, hash: u64, text: &str) -> u32 {
        let position = u32::try_from(self.texts.len())
            .expect("fewer names than 2^32: an entry holds at most 65,535 bytes");
        self.texts.push(text.into());
        let texts = &self.texts;
        self.lookup
            .insert_unique(hash, position, |&at| hash_of(&texts[at as usize]));
        position
    }

    /// The number of a text that is already known.
    pub(crate) fn find(&self, text: &str) -> Option<Name> {
        let position = self
            .lookup
            .find(hash_of(text), |&at| *self.texts[at as usize] == *text)?;
        Some(Name(NonZeroU32::MIN.saturating_add(*position)))
    }

    /// The text behind a number.
    pub(crate) fn text(&self, name: Name) -> &str {
        &self.texts[name.0.get() as usize - 1]
    }

    /// The text behind a number that may be absent.
    pub(crate) fn option(&self, name: Option<Name>) -> Option<&str> {
        name.map(|name| self.text(name))
    }
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            texts: Vec::new(),
            lookup: HashTable::new(),
        };
        names.intern(NOT_STATED);
        names
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Names({})", self.texts.len())
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut names = Self::default();
        for text in Vec::<Box<str>>::deserialize(deserializer)? {
            names.intern(&text);
        }
        Ok(names)
    }
}

// FNV-1a, 64 bits: only the place in the table depends on it, never what is found there.
fn hash_of(text: &str) -> u64 {
    let folded = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The table takes its tag from the top bits, which FNV mixes last.
    folded ^ folded.rotate_left(32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number_through_a_snapshot() {
        let mut names = Names::default();
        let first = names.intern("parukh");
        let second = names.intern("khramort");
        assert_eq!(names.intern("parukh"), first);
        assert_ne!(first, second);
        let bytes = postcard::to_stdvec(&names).unwrap();
        let back: Names = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(
            (back.text(second), back.find("parukh")),
            ("khramort", Some(first))
        );
        assert_eq!(back.find("askeran"), None);
    }
}
