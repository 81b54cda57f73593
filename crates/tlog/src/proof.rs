//! Verification of inclusion and consistency proofs.
//!
//! A proof is a list of hashes: for inclusion the siblings from the leaf up to the root's child,
//! for consistency the nodes that both trees are made of.
//! Source: RFC 9162 sections 2.1.3.2 and 2.1.4.2, which verify the proofs that RFC 6962 section 2.1 defines.
//!
//! It makes no proofs: see [`crate::tree`]. It checks no signature: a root is worth what its checkpoint is.

use crate::{Error, Hash, Index, TreeSize, node_hash};

/// Hashes that a proof can have: a tree of up to `2^64 - 1` leaves is 64 levels high, and a consistency
/// proof may name one node more.
pub const PATH_HASHES_MAX: usize = 65;

/// Checks that `leaf` is the entry at `index` in the tree of `size` leaves with this root.
///
/// # Errors
/// [`Error::NotIncluded`], also for a path that is too long or too short.
pub fn verify_inclusion(
    leaf: Hash,
    index: Index,
    size: TreeSize,
    path: &[Hash],
    root: Hash,
) -> Result<(), Error> {
    match root_of(leaf, index, size, path) {
        Some(found) if found == root => Ok(()),
        _ => Err(Error::NotIncluded { index, size }),
    }
}

/// The root that an inclusion proof leads to; `None` when the path has not the length that the position needs.
fn root_of(leaf: Hash, index: Index, size: TreeSize, path: &[Hash]) -> Option<Hash> {
    if !size.contains(index) {
        return None;
    }
    let mut node = index.0;
    let mut last = size.0 - 1;
    let mut hash = leaf;
    for &sibling in path {
        if last == 0 {
            return None;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, hash);
            while node.is_multiple_of(2) && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// Checks that the tree of `new` leaves with root `new_root` begins with the leaves of the tree of `old`
/// leaves with root `old_root`.
///
/// Two trees of one size are consistent when their roots are equal; the empty tree is consistent with any.
/// Both take an empty path.
///
/// # Errors
/// [`Error::NotConsistent`], also for a path that is too long or too short.
pub fn verify_consistency(
    old: TreeSize,
    new: TreeSize,
    path: &[Hash],
    old_root: Hash,
    new_root: Hash,
) -> Result<(), Error> {
    let consistent = if old == new {
        // An empty tree has one root only, whoever states it.
        path.is_empty() && old_root == new_root && (old.0 != 0 || old_root == Hash::EMPTY_ROOT)
    } else if old == TreeSize::ZERO {
        path.is_empty() && old_root == Hash::EMPTY_ROOT
    } else {
        old < new && roots_of(old, new, path, old_root) == Some((old_root, new_root))
    };
    if consistent {
        Ok(())
    } else {
        Err(Error::NotConsistent { old, new })
    }
}

/// The two roots that a consistency proof leads to. `0 < old < new`.
fn roots_of(old: TreeSize, new: TreeSize, path: &[Hash], old_root: Hash) -> Option<(Hash, Hash)> {
    // A complete old tree is itself the first node, and the proof leaves it out.
    let (first, rest) = if old.0.is_power_of_two() {
        (old_root, path)
    } else {
        let (first, rest) = path.split_first()?;
        (*first, rest)
    };
    if rest.is_empty() {
        return None;
    }
    let mut node = old.0 - 1;
    let mut last = new.0 - 1;
    let complete = node.trailing_ones();
    node = node.checked_shr(complete).unwrap_or(0);
    last = last.checked_shr(complete).unwrap_or(0);
    let (mut old_hash, mut new_hash) = (first, first);
    for &sibling in rest {
        if last == 0 {
            return None;
        }
        if node % 2 == 1 || node == last {
            old_hash = node_hash(sibling, old_hash);
            new_hash = node_hash(sibling, new_hash);
            while node.is_multiple_of(2) && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((old_hash, new_hash))
}
