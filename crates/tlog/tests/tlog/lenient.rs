//! Signatures and keys that lenient verifiers accept. Each is first shown to pass a laxer rule, then refused.
//!
//! With the group's order `8 * L`, the rules are: cofactorless `[S]B = R + [k]A` (RFC 8032 allows it, dalek's
//! `verify`), cofactored `[8][S]B = [8]R + [8][k]A` (RFC 8032 as written, batches), and ours: cofactorless,
//! with canonical `S`, `R` and `A`, none of small order.

use armistice_tlog::{Error, VerifierKey, WitnessKey};
use curve25519_dalek::constants::{ED25519_BASEPOINT_TABLE, EIGHT_TORSION};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity as _;
use ed25519_dalek::Verifier as _;
use sha2::{Digest as _, Sha512};

const MESSAGE: &[u8] = b"a report that nobody should believe\n";

/// `L`, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn challenge(r: &[u8; 32], a: &[u8; 32]) -> Scalar {
    let mut hasher = Sha512::new();
    hasher.update(r);
    hasher.update(a);
    hasher.update(MESSAGE);
    Scalar::from_bytes_mod_order_wide(&hasher.finalize().into())
}

fn signature(r: &[u8; 32], s: &[u8; 32]) -> [u8; 64] {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(r);
    bytes[32..].copy_from_slice(s);
    bytes
}

fn cofactored_accepts(a: &[u8; 32], signature: &[u8; 64]) -> bool {
    let point = |bytes: &[u8]| CompressedEdwardsY::from_slice(bytes).ok()?.decompress();
    let r: [u8; 32] = signature[..32].try_into().expect("32 bytes");
    let s: [u8; 32] = signature[32..].try_into().expect("32 bytes");
    let (Some(a_point), Some(r_point)) = (point(a), point(&r)) else {
        return false;
    };
    let s = Scalar::from_bytes_mod_order(s);
    let rest = &s * ED25519_BASEPOINT_TABLE - r_point - challenge(&r, a) * a_point;
    rest.mul_by_cofactor().is_identity()
}

fn plain_accepts(a: &[u8; 32], signature: &[u8; 64]) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(a).expect("a point");
    key.verify(MESSAGE, &ed25519_dalek::Signature::from_bytes(signature))
        .is_ok()
}

fn ours_accepts(a: &[u8; 32], signature: &[u8; 64]) -> bool {
    VerifierKey::new("producer", *a)
        .expect("a key that is not weak")
        .verify(MESSAGE, signature)
        .is_ok()
}

fn honest() -> (Scalar, [u8; 32]) {
    let key = ed25519_dalek::SigningKey::from_bytes(&[5; 32]);
    (key.to_scalar(), key.verifying_key().to_bytes())
}

#[test]
fn an_honest_signature_passes_every_rule() {
    let (a, public) = honest();
    let r = Scalar::from(77_u64);
    let r_bytes = (&r * ED25519_BASEPOINT_TABLE).compress().to_bytes();
    let s = r + challenge(&r_bytes, &public) * a;
    let signature = signature(&r_bytes, s.as_bytes());
    assert!(cofactored_accepts(&public, &signature) && plain_accepts(&public, &signature));
    assert!(ours_accepts(&public, &signature));
}

/// With `R` the identity, `S = k * a` satisfies the equation, and dalek's `verify` accepts it.
#[test]
fn a_small_order_commitment_is_refused() {
    let (a, public) = honest();
    let r = EIGHT_TORSION[0].compress().to_bytes();
    let s = challenge(&r, &public) * a;
    let signature = signature(&r, s.as_bytes());
    assert!(plain_accepts(&public, &signature), "the plain rule accepts it");
    assert!(!ours_accepts(&public, &signature));
}

#[test]
fn a_commitment_with_torsion_is_refused() {
    let (a, public) = honest();
    for torsion in &EIGHT_TORSION[1..] {
        let r = Scalar::from(77_u64);
        let r_bytes = (&r * ED25519_BASEPOINT_TABLE + torsion).compress().to_bytes();
        let s = r + challenge(&r_bytes, &public) * a;
        let signature = signature(&r_bytes, s.as_bytes());
        assert!(
            cofactored_accepts(&public, &signature),
            "the cofactored rule accepts it"
        );
        assert!(!ours_accepts(&public, &signature));
    }
}

#[test]
fn a_key_with_torsion_has_no_signature_that_only_some_accept() {
    let (a, public) = honest();
    let point = CompressedEdwardsY(public).decompress().expect("a point");
    let mut refused = 0;
    for torsion in &EIGHT_TORSION[1..] {
        let mixed = (point + torsion).compress().to_bytes();
        for r in 1..40_u64 {
            let r = Scalar::from(r);
            let r_bytes = (&r * ED25519_BASEPOINT_TABLE).compress().to_bytes();
            let s = r + challenge(&r_bytes, &mixed) * a;
            let signature = signature(&r_bytes, s.as_bytes());
            assert!(
                cofactored_accepts(&mixed, &signature),
                "the cofactored rule accepts it"
            );
            // Accepted here only when the exact equation holds, and then by every rule.
            assert_eq!(
                ours_accepts(&mixed, &signature),
                plain_accepts(&mixed, &signature)
            );
            refused += usize::from(!ours_accepts(&mixed, &signature));
        }
    }
    assert!(refused > 100, "{refused} of {}", 7 * 39);
}

/// `S + L` is the same scalar in a second encoding: one report would have two hashes.
#[test]
fn a_second_encoding_of_the_scalar_is_refused() {
    let (a, public) = honest();
    let r = Scalar::from(77_u64);
    let r_bytes = (&r * ED25519_BASEPOINT_TABLE).compress().to_bytes();
    let s = (r + challenge(&r_bytes, &public) * a).to_bytes();
    let mut carry = 0_u16;
    let second: [u8; 32] = std::array::from_fn(|n| {
        carry += u16::from(s[n]) + u16::from(ORDER[n]);
        let [byte, rest] = carry.to_le_bytes();
        carry = rest.into();
        byte
    });
    assert!(
        cofactored_accepts(&public, &signature(&r_bytes, &second)),
        "the equation holds"
    );
    assert!(ours_accepts(&public, &signature(&r_bytes, &s)));
    assert!(!ours_accepts(&public, &signature(&r_bytes, &second)));
}

/// Under a small-order key one signature can be good for many messages, without a secret.
#[test]
fn a_small_order_key_is_refused() {
    let identity = EIGHT_TORSION[0].compress().to_bytes();
    let anything = signature(&identity, &[0; 32]);
    assert!(
        plain_accepts(&identity, &anything),
        "the plain rule accepts it for any message"
    );
    for torsion in EIGHT_TORSION {
        for encoding in encodings(torsion) {
            let refused = VerifierKey::new("producer", encoding);
            assert!(matches!(refused, Err(Error::WeakKey { .. })), "{encoding:02x?}");
            assert!(matches!(
                WitnessKey::new("witness", encoding),
                Err(Error::WeakKey { .. })
            ));
        }
    }
}

/// A coordinate `y + p` names the point of `y`: verifiers hash the bytes, so the key would have two identities.
#[test]
fn a_second_encoding_of_a_key_is_refused() {
    let mut points = 0;
    for y in 0..19_u8 {
        for sign in [0x00, 0x80] {
            let mut bytes = [0xff; 32];
            bytes[0] = 0xed + y;
            bytes[31] = 0x7f | sign;
            if ed25519_dalek::VerifyingKey::from_bytes(&bytes).is_ok() {
                points += 1;
                let refused = VerifierKey::new("producer", bytes);
                assert!(matches!(refused, Err(Error::WeakKey { .. })), "{y} {sign:02x}");
            }
        }
    }
    assert!(points > 10, "{points} encodings that the curve library takes");
    let mut below = [0xff; 32];
    below[0] = 0xec;
    below[31] = 0x7f;
    assert!(
        matches!(VerifierKey::new("producer", below), Err(Error::WeakKey { .. })),
        "p - 1 has order 2"
    );
}

/// Every encoding of a small-order point that the curve library decodes to it.
fn encodings(point: EdwardsPoint) -> Vec<[u8; 32]> {
    let canonical = point.compress().to_bytes();
    let mut candidates = vec![canonical];
    let mut other_sign = canonical;
    other_sign[31] ^= 0x80;
    candidates.push(other_sign);
    for y in [0xed, 0xee] {
        for sign in [0x00, 0x80] {
            let mut bytes = [0xff; 32];
            bytes[0] = y;
            bytes[31] = 0x7f | sign;
            candidates.push(bytes);
        }
    }
    candidates.retain(|bytes| CompressedEdwardsY(*bytes).decompress() == Some(point));
    candidates
}
