//! Structures whose fields bind each other, checked while they are read.
//!
//! `serde(remote = "Self")` makes the derived reader an inherent function; the trait's reader calls it and then the
//! structure's own `check`, so that no structure needs a second, unchecked twin and a flaw keeps its path.

/// Implements serde's two traits for a structure with `serde(remote = "Self")` and a `check`.
macro_rules! checked {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // The inherent function made by `remote = "Self"`, not this one.
                Self::serialize(self, serializer)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = Self::deserialize(deserializer)?;
                value.check().map_err(serde::de::Error::custom)?;
                Ok(value)
            }
        }
    };
}
pub(crate) use checked;
