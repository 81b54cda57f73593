//! Every value comes back; every other bit, key or home refuses it.

use armistice_report::{SealedField, Text};
use armistice_sealing::{Key, KeyFile, seal, unseal};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::Parts;

const FIELDS: [&str; 4] = [
    "data.provenance.asserted_by.speaker",
    "data.provenance.verbatim",
    "data.content.place",
    "data.content.text",
];

fn value() -> impl Strategy<Value = Value> {
    let text = any::<String>().prop_map(Value::from);
    let object =
        (any::<String>(), any::<u32>()).prop_map(|(name, number)| json!({"name": name, "n": number}));
    prop_oneof![
        text,
        object,
        prop::collection::vec(any::<i64>(), 0..9).prop_map(Value::from)
    ]
}

fn parts() -> impl Strategy<Value = Parts> {
    let name = "[a-z]{1,4}";
    (name, name, name, 0..FIELDS.len()).prop_map(|(ledger, source, report, field)| {
        Parts::new(&format!("{ledger}.example/x"), &source, &report, FIELDS[field])
    })
}

proptest! {
    #[test]
    fn what_is_sealed_opens_and_sealing_again_gives_the_same_bytes(key in any::<[u8; 32]>(), parts in parts(), value in value()) {
        let key = Key::new(key);
        let sealed = seal(&key, &parts.home(), &value).unwrap();
        prop_assert_eq!(&seal(&key, &parts.home(), &value).unwrap(), &sealed);
        prop_assert_eq!(unseal(&key, &parts.home(), &sealed).unwrap(), value);
    }

    #[test]
    fn any_flipped_bit_is_refused(key in any::<[u8; 32]>(), parts in parts(), value in value(), at in any::<prop::sample::Index>(), bit in 0u32..8) {
        let key = Key::new(key);
        let sealed = seal(&key, &parts.home(), &value).unwrap();
        let mut bytes = STANDARD.decode(sealed.sealed.as_str()).unwrap();
        let at_byte = at.index(bytes.len());
        bytes[at_byte] ^= 1u8 << bit;
        let flipped = SealedField { sealed: Text::new(STANDARD.encode(bytes)).unwrap(), ..sealed.clone() };
        prop_assert!(unseal(&key, &parts.home(), &flipped).is_err());
        let mut flipped = sealed;
        flipped.commitment.0[at.index(32)] ^= 1u8 << bit;
        prop_assert!(unseal(&key, &parts.home(), &flipped).is_err());
    }

    #[test]
    fn another_key_or_home_is_refused(key in any::<[u8; 32]>(), other in any::<[u8; 32]>(), home in parts(), moved in parts(), value in value()) {
        prop_assume!(key != other && home != moved);
        let sealed = seal(&Key::new(key), &home.home(), &value).unwrap();
        prop_assert!(unseal(&Key::new(other), &home.home(), &sealed).is_err());
        prop_assert!(unseal(&Key::new(key), &moved.home(), &sealed).is_err());
    }

    #[test]
    fn two_values_have_two_nonces_and_commitments(key in any::<[u8; 32]>(), parts in parts(), a in value(), b in value()) {
        prop_assume!(a != b);
        let [a, b] = [a, b].map(|value| seal(&Key::new(key), &parts.home(), &value).unwrap());
        prop_assert_ne!(&a.sealed[..32], &b.sealed[..32]);
        prop_assert_ne!(a.commitment, b.commitment);
    }

    #[test]
    fn no_text_makes_reading_a_key_file_panic(text in any::<String>()) {
        let _ = KeyFile::parse(&text);
        let _ = KeyFile::parse(&format!("armistice/sealed-key/v1\n{text}"));
    }
}
