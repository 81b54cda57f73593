//! The codebooks that come with the program. They count nothing until a ledger adopts one.

/// Name and document of each, in the order of the names.
pub const SHIPPED: [(&str, &str); 3] = [
    ("karabakh-2020", include_str!("../codebooks/karabakh-2020.json")),
    ("osce-style", include_str!("../codebooks/osce-style.json")),
    ("un-zone", include_str!("../codebooks/un-zone.json")),
];

/// The document of a name.
pub fn shipped(id: &str) -> Option<&'static str> {
    SHIPPED
        .iter()
        .find(|(name, _)| *name == id)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Codebook;

    #[test]
    fn each_is_read_under_its_name() {
        for (id, text) in SHIPPED {
            let codebook = Codebook::parse(text).unwrap_or_else(|flaw| panic!("{id}: {flaw}"));
            assert_eq!(codebook.id(), id);
            assert!(!text.contains('\n'), "{id}");
        }
    }
}
