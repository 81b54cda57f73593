//! Canonical base64 and decimal numbers: one value, one spelling.
//!
//! RFC 4648 section 4 with padding and with zero trailing bits; a second spelling of one
//! signature would be a second note with one meaning. Private to this crate.

use crate::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Characters of base64 that a SHA-256 hash takes: 4 * ceil(32 / 3).
const HASH_CHARS: usize = 44;

pub(crate) fn base64_push(out: &mut String, bytes: &[u8]) {
    STANDARD.encode_string(bytes, out);
}

pub(crate) fn base64_push_hash(out: &mut String, hash: &Hash) {
    let mut chars = [0_u8; HASH_CHARS];
    let written = STANDARD
        .encode_slice(hash.0, &mut chars)
        .expect("44 characters hold 32 bytes");
    out.push_str(std::str::from_utf8(&chars[..written]).expect("base64 is ASCII"));
}

/// Bytes of canonical, padded base64; `None` for any other spelling.
pub(crate) fn base64_decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn base64_hash(text: &str) -> Option<Hash> {
    if text.len() != HASH_CHARS {
        return None;
    }
    // The engine asks for room by whole quanta: 33 bytes for 44 characters.
    let mut bytes = [0_u8; 33];
    let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
    Hash::from_slice(&bytes[..length])
}

/// ASCII decimal without sign and without leading zeroes.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = text.as_bytes();
    let leading_zero = digits.first() == Some(&b'0') && digits.len() > 1;
    if digits.is_empty() || leading_zero || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    text.parse().ok()
}

pub(crate) fn push_decimal(out: &mut String, mut value: u64) {
    // 20 digits hold u64::MAX.
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(value % 10).expect("a digit is below 10");
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.push_str(std::str::from_utf8(&digits[start..]).expect("digits are ASCII"));
}

/// Eight lower-case hexadecimal digits.
pub(crate) fn hex_u32(text: &str) -> Option<u32> {
    let digits = text.as_bytes();
    let lower_hex = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 8 || !digits.iter().all(lower_hex) {
        return None;
    }
    u32::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for (text, value) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("", None),
        ] {
            assert_eq!(decimal(text), value, "{text}");
        }
        for text in [
            "00",
            "07",
            "+7",
            "-7",
            " 7",
            "7 ",
            "18446744073709551616",
            "٣",
            "0x7",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
        for value in [0, 1, 9, 10, 99, 100, 20_852_163, u64::MAX] {
            let mut out = String::new();
            push_decimal(&mut out, value);
            assert_eq!(out, value.to_string());
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(base64_decode("AAE="), Some(vec![0, 1]));
        for text in ["AAE", "AAF=", "AAE==", "AAE=\n", "A-E=", "AAE= ", "=", "AAE=AAE="] {
            assert_eq!(base64_decode(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_id_is_eight_lower_case_digits() {
        assert_eq!(hex_u32("530d903a"), Some(0x530d_903a));
        for text in ["530D903A", "530d903", "0530d903a", "+30d903a", ""] {
            assert_eq!(hex_u32(text), None, "{text}");
        }
    }
}
