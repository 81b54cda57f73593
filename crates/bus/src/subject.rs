//! Subjects: one tree for each ceasefire, tokens of `a-z`, `0-9` and hyphen.
//!
//! ```text
//! armistice.karabakh-2020.submit.demo-newsdesk              a signed note
//! armistice.karabakh-2020.entry.incident-reported-v1        an entry
//! armistice.karabakh-2020.checkpoint                        a signed tree head
//! armistice.karabakh-2020.receipt.demo-newsdesk             a receipt or a refusal
//! armistice.karabakh-2020.view.totals                       a view's statement
//! armistice.karabakh-2020.view.totals.az_2f2022-03          one row of it, by its key
//! armistice.karabakh-2020.query.proof                       a question to any replica
//! armistice.karabakh-2020.query.proof.paris-1               a question to one replica
//! ```
//!
//! Permissions are given on these subjects, so the producer stands in them; a row's key stands in them as one token, in
//! which every byte but `a-z0-9-` becomes `_` and two hexadecimal digits (`docs/formats/bus-v1.md`).
//!
//! Nothing here connects to anything.

use armistice_report::CeasefireId;
use armistice_tlog::Hash;

/// The first token of every subject.
const ROOT: &str = "armistice";
/// Longest row key that stands in a subject spelled out, in characters. Longer ones are hashed, so that a subject with the
/// ceasefire's and the view's name stays below 300 characters, far below the 4,096 that a server reads on a line.
const KEY_TOKEN_MAX: usize = 120;

/// The subjects of one ceasefire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects {
    /// `armistice.<ceasefire>`, without a dot at its end.
    prefix: String,
}

impl Subjects {
    /// The subjects of a ceasefire.
    pub fn new(ceasefire: &CeasefireId) -> Self {
        Self {
            prefix: format!("{ROOT}.{ceasefire}"),
        }
    }

    /// Where a producer submits.
    pub fn submit(&self, producer: &str) -> String {
        format!("{}.submit.{producer}", self.prefix)
    }

    /// Where all producers submit.
    pub fn submit_all(&self) -> String {
        self.submit("*")
    }

    /// Where an entry of a type appears; the type is given as reports spell it, `incident.reported.v1`.
    pub fn entry(&self, event_type: &str) -> String {
        format!("{}.entry.{}", self.prefix, event_type.replace('.', "-"))
    }

    /// Where all entries appear.
    pub fn entry_all(&self) -> String {
        self.entry("*")
    }

    /// Where checkpoints appear.
    pub fn checkpoint(&self) -> String {
        format!("{}.checkpoint", self.prefix)
    }

    /// Where a producer's receipts and refusals appear.
    pub fn receipt(&self, producer: &str) -> String {
        format!("{}.receipt.{producer}", self.prefix)
    }

    /// Where all receipts and refusals appear.
    pub fn receipt_all(&self) -> String {
        self.receipt("*")
    }

    /// Where a view's statement appears.
    pub fn view(&self, view: &str) -> String {
        format!("{}.view.{view}", self.prefix)
    }

    /// Where one row of a view appears. The key is given as it is; see [`key_token`].
    pub fn row(&self, view: &str, key: &str) -> String {
        format!("{}.view.{view}.{}", self.prefix, key_token(key))
    }

    /// Where all rows of a view appear, its statement not among them.
    pub fn view_all(&self, view: &str) -> String {
        format!("{}.view.{view}.*", self.prefix)
    }

    /// Where all statements and all rows appear.
    pub fn views_all(&self) -> String {
        format!("{}.view.>", self.prefix)
    }

    /// Where a question is asked: of any replica, or of one.
    pub fn query(&self, name: &str, replica: Option<&str>) -> String {
        match replica {
            None => format!("{}.query.{name}", self.prefix),
            Some(replica) => format!("{}.query.{name}.{replica}", self.prefix),
        }
    }
}

/// The producer in a subject of SUBMITTED or RECEIPTS; `None` for any other subject.
pub fn producer_of(subject: &str) -> Option<&str> {
    let mut tokens = subject.split('.');
    let found = match (tokens.next()?, tokens.next()?, tokens.next()?) {
        (ROOT, _, "submit" | "receipt") => tokens.next()?,
        _ => return None,
    };
    tokens.next().is_none().then_some(found)
}

/// A row's key as one token of a subject.
///
/// The same key gives the same token; other keys give other tokens, by spelling up to 120 characters and by SHA-256
/// beyond. The key cannot be read back from a hashed token: the row holds it.
///
/// ```
/// use armistice_bus::key_token;
/// assert_eq!(key_token("az/2022-03"), "az_2f2022-03");
/// assert_eq!(key_token(&"x".repeat(121)).len(), 66);
/// ```
pub fn key_token(key: &str) -> String {
    let mut token = String::with_capacity(key.len() + 8);
    for byte in key.bytes() {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' {
            token.push(char::from(byte));
        } else {
            token.push('_');
            token.push(hex_digit(byte >> 4));
            token.push(hex_digit(byte & 0x0f));
        }
    }
    // A key could be chosen to be spelled like the hash of another: whatever looks like a hash is one.
    let looks_hashed = token.len() == 66 && token.starts_with("h_");
    if token.is_empty() || token.len() > KEY_TOKEN_MAX || looks_hashed {
        return format!("h_{}", Hash::sha256(key.as_bytes()));
    }
    token
}

fn hex_digit(nibble: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(nibble & 0x0f)])
}

/// The third token of one of our subjects: which kind of message it is for.
pub(crate) fn kind_of(subject: &str) -> &str {
    subject.split('.').nth(2).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects() -> Subjects {
        Subjects::new(&CeasefireId::new("test-1").unwrap())
    }

    #[test]
    fn subjects_are_spelled_as_documented() {
        let subjects = subjects();
        assert_eq!(subjects.submit("desk"), "armistice.test-1.submit.desk");
        assert_eq!(
            subjects.entry("incident.reported.v1"),
            "armistice.test-1.entry.incident-reported-v1"
        );
        assert_eq!(subjects.checkpoint(), "armistice.test-1.checkpoint");
        assert_eq!(subjects.receipt_all(), "armistice.test-1.receipt.*");
        assert_eq!(subjects.view("totals"), "armistice.test-1.view.totals");
        assert_eq!(
            subjects.row("totals", "a.b"),
            "armistice.test-1.view.totals.a_2eb"
        );
        assert_eq!(subjects.query("head", None), "armistice.test-1.query.head");
        assert_eq!(
            subjects.query("head", Some("p1")),
            "armistice.test-1.query.head.p1"
        );
    }

    #[test]
    fn the_producer_is_read_from_its_own_subjects_only() {
        let subjects = subjects();
        assert_eq!(producer_of(&subjects.submit("desk")), Some("desk"));
        assert_eq!(producer_of(&subjects.receipt("desk")), Some("desk"));
        for other in [
            "",
            "armistice",
            "armistice.x.submit",
            "armistice.x.submit.a.b",
            "armistice.x.entry.a",
            "other.x.submit.a",
        ] {
            assert_eq!(producer_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_key_is_one_token_whatever_it_holds() {
        let long = "ü".repeat(100);
        for key in ["", "a", "a.b", "a b", "*", ">", "A", "_", "ա/2022", long.as_str()] {
            let token = key_token(key);
            assert!(!token.is_empty() && token.len() <= KEY_TOKEN_MAX, "{key}");
            assert!(
                token
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_'),
                "{token}"
            );
        }
        assert_ne!(key_token("a_2eb"), key_token("a.b"));
        assert_eq!(key_token("_"), "_5f");
        let hashed = key_token(&long);
        let posing = format!("h+{}", &hashed[4..]);
        assert_ne!(key_token(&posing), format!("h_2b{}", &hashed[4..]));
    }
}
