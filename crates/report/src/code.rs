//! The stable codes of refusals: one line of a table each.
//!
//! `out_of_range`: what it means · an example · what to do next
//!
//! `docs/reference/refusals.md` is made from this table. A code is never renamed and never given another meaning: it is
//! recorded in ledgers.

/// Declares the codes with their page.
macro_rules! codes {
    ($($variant:ident = $word:literal, $meaning:literal, $example:literal, $hint:literal;)+) => {
        crate::words::words! {
            /// Why a submission was refused: stable for ever, one section each in `docs/reference/refusals.md`.
            RefusalCode {
                $(#[doc = $meaning] $variant = $word,)+
            }
        }

        impl RefusalCode {
            /// What the code means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }

            /// Something that is refused with it.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$variant => $example,)+ }
            }

            /// What to do next.
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint,)+ }
            }
        }
    };
}

codes! {
    NotANote = "not_a_note",
        "The submission is not a C2SP signed note.",
        "a bare JSON object without a signature line",
        "sign the line of JSON with the producer's key, for instance with `armistice submit --key FILE`";
    NotUtf8 = "not_utf8",
        "The submission is not UTF-8.",
        "text in Latin-1",
        "convert the text to UTF-8 before it is signed";
    NotOneLine = "not_one_line",
        "The signed text is not one line of JSON with one line feed at its end.",
        "pretty-printed JSON",
        "write the JSON on one line, sign that line, and add nothing to it";
    SignatureCount = "signature_count",
        "The note does not carry exactly one signature line.",
        "a note to which a relay added its own signature",
        "submit the note with the producer's signature alone";
    SignatureEncoding = "signature_encoding",
        "The signature line is not canonical.",
        "base64 without padding, or with unused bits set",
        "encode key id and signature as standard base64 with padding";
    EntryTooLarge = "entry_too_large",
        "The entry would be longer than 65,535 bytes.",
        "a report with a picture inside",
        "shorten the report; name media by their hash under `evidence`";
    InvalidJson = "invalid_json",
        "The line is not one JSON object.",
        "a missing quotation mark, a lone surrogate, something after the closing brace",
        "check the line with a JSON parser";
    UnknownType = "unknown_type",
        "The type is not in the vocabulary.",
        "`incident.happened.v1`",
        "use a type of docs/reference/vocabulary.md, with its version";
    UnknownField = "unknown_field",
        "A field is not part of its object.",
        "`data.content.country`",
        "remove the field, or correct its spelling; docs/reference/vocabulary.md lists the fields of each type";
    MissingField = "missing_field",
        "A field that is needed is not there.",
        "a claim without `provenance`",
        "add the field; docs/reference/vocabulary.md says which fields each type needs";
    DuplicateField = "duplicate_field",
        "A field stands twice in one object.",
        "`{\"kind\":\"mortar\",\"kind\":\"sniper\"}`",
        "keep one of the two";
    InvalidValue = "invalid_value",
        "A value has another form than its field asks for, or is not one of its words.",
        "`\"hedge\":\"sure\"`, an id with capitals, an actor or place with the id `redacted`, a time without Z",
        "write the value in the form that `expected` shows";
    OutOfRange = "out_of_range",
        "A number is outside its range.",
        "latitude 91, a negative count",
        "check the number and its unit; leave the field out when it is not known";
    Empty = "empty",
        "A text or a list that must hold something is empty.",
        "`\"targets\":[]`",
        "fill it, or leave the field out where the field is optional";
    TooLong = "too_long",
        "A text or a list is longer than its limit.",
        "an id of 65 characters, 65 targets",
        "shorten it, or send several reports";
    ControlCharacter = "control_character",
        "A text holds a control character: C0, DEL, C1, U+2028 or U+2029, written as it is or escaped.",
        "`\"line one\\nline two\"`",
        "replace line breaks by a space or by ` / `, and remove the others";
    TimeOrder = "time_order",
        "A time ends before it begins.",
        "`latest` before `earliest`",
        "exchange the two, or correct the one that is wrong";
    QuantityOrder = "quantity_order",
        "The numbers of a quantity are not in order.",
        "`min` 5 and `max` 3",
        "put them so that min <= best <= max";
    Contradiction = "contradiction",
        "Two fields cannot both be true, or an item is named twice.",
        "a point and a place that is withheld",
        "remove or correct one of the two; `expected` says which";
    MissingTarget = "missing_target",
        "An answer does not say which entry it answers.",
        "a denial without `target`",
        "give the hash of the entry, from its receipt or from a view";
    WrongLedger = "wrong_ledger",
        "The report is meant for another ledger.",
        "`ledger` is the origin of another log",
        "submit it to the ledger that it names, or sign it anew for this one";
    WrongCeasefire = "wrong_ceasefire",
        "The report is about another ceasefire than this ledger.",
        "`subject` differs from the ceasefire of entry 0",
        "use the ceasefire id of this ledger's founding, or submit elsewhere";
    SourceMismatch = "source_mismatch",
        "The report's source is not the name of the key that signed it.",
        "`source` is `newsdesk`, the signature's name is `monitors`",
        "sign with the key of the producer that `source` names";
    UnknownProducer = "unknown_producer",
        "No producer of that name is enrolled.",
        "a key name that no entry enrolled",
        "ask the ledger's operator to enrol the producer";
    UnknownKey = "unknown_key",
        "The producer is enrolled, with another key.",
        "a key that was never enrolled, or that was replaced",
        "sign with the current key, or ask the operator to rotate to this one";
    RevokedKey = "revoked_key",
        "The key was revoked.",
        "a report signed after the entry that revoked its key",
        "ask the operator to rotate to a new key, then sign anew";
    BadSignature = "bad_signature",
        "The signature does not fit the text and the key.",
        "a text changed after it was signed; a signature that only lenient verifiers accept",
        "sign the text exactly as it is submitted, with Ed25519";
    WeakKey = "weak_key",
        "The key is one for which anybody can make signatures.",
        "a point of small order",
        "make a new key with `armistice key generate`";
    BeyondGrant = "beyond_grant",
        "The producer may not publish this type.",
        "`incident.assessed.v1` by a producer that may `claim` only",
        "ask the operator for the grant, or publish what the grant allows";
    ReservedType = "reserved_type",
        "Only the ledger itself writes this type.",
        "`refusal.recorded.v1` by a producer",
        "do not submit it";
    UnknownTarget = "unknown_target",
        "An entry that the report names is not in the ledger.",
        "a denial of a hash that no entry has",
        "submit the entry that it names first, or correct the hash";
    WrongTarget = "wrong_target",
        "The entry that the report names is of a kind that it cannot be about.",
        "an unlinking of something that is no link; a correction with content of another type",
        "name an entry of the right type; docs/reference/vocabulary.md says which";
    NotThePublisher = "not_the_publisher",
        "Only who published an entry may correct or retract it.",
        "a retraction of another producer's claim",
        "deny it, or add a note, instead";
    IdConflict = "id_conflict",
        "The producer used the same id for another report.",
        "two reports `r-7` with different bytes",
        "give the new report an id of its own; to change the old one, correct it";
    AlreadyFounded = "already_founded",
        "The ledger has its founding entry.",
        "a second `ledger.founded.v1`",
        "found another ledger in another directory";
    NotFounded = "not_founded",
        "The ledger has no founding entry yet.",
        "a report to an empty log",
        "found the ledger with `armistice init`";
    AlreadyEnrolled = "already_enrolled",
        "The producer or the key is enrolled already.",
        "a second enrolment of one name; one key under two names",
        "rotate the key to change it; choose another name for another producer";
    NotEnrolled = "not_enrolled",
        "The producer or the key that the entry is about is not enrolled.",
        "a revocation of an unknown key",
        "check the name and the key id with `armistice view producers`";
    KeyNameMismatch = "key_name_mismatch",
        "The name in a key's text is not the name that it is enrolled for.",
        "producer `monitors` with the key `newsdesk+1a2b3c4d+…`",
        "make the key under the producer's own name";
    LastAdminKey = "last_admin_key",
        "Without this key nobody could enrol, rotate or revoke any more.",
        "revoking the operator's only key",
        "rotate the key with `key.rotated.v1` instead";
    CodebookMismatch = "codebook_mismatch",
        "The text of a codebook is another than its hash names.",
        "`text` that was edited after `codebook.sha256` was taken",
        "take SHA-256 of the bytes of `text` as they stand in the report, without a line feed";
}
