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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tree, leaf_hash};
    use proptest::prelude::*;

    fn tree(count: u64) -> Tree {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    fn flip(hash: Hash, bit: usize) -> Hash {
        let mut bytes = hash.0;
        bytes[bit / 8 % 32] ^= 1 << (bit % 8);
        Hash(bytes)
    }

    #[test]
    fn a_proof_holds_for_its_place_only() {
        let tree = tree(33);
        for size in (1..=33).map(TreeSize) {
            let root = tree.root_at(size).expect("a past size");
            for index in (0..size.0).map(Index) {
                let path = tree.inclusion(index, size).expect("an entry");
                let leaf = tree.leaf(index).expect("an entry");
                verify_inclusion(leaf, index, size, &path, root).expect("a proof");
                for other in (0..size.0 + 2).map(Index).filter(|other| *other != index) {
                    verify_inclusion(leaf, other, size, &path, root).expect_err("another index");
                }
                let longer = [&path[..], &[root]].concat();
                verify_inclusion(leaf, index, size, &longer, root).expect_err("a longer path");
                if let Some((_, shorter)) = path.split_last() {
                    verify_inclusion(leaf, index, size, shorter, root).expect_err("a shorter path");
                }
            }
        }
    }

    #[test]
    fn any_flipped_bit_fails() {
        let tree = tree(21);
        let size = TreeSize(21);
        let root = tree.root();
        for index in (0..21).map(Index) {
            let path = tree.inclusion(index, size).expect("an entry");
            let leaf = tree.leaf(index).expect("an entry");
            for bit in 0..256 {
                verify_inclusion(flip(leaf, bit), index, size, &path, root).expect_err("leaf");
                verify_inclusion(leaf, index, size, &path, flip(root, bit)).expect_err("root");
                for at in 0..path.len() {
                    let mut path = path.clone();
                    path[at] = flip(path[at], bit);
                    verify_inclusion(leaf, index, size, &path, root).expect_err("path");
                }
            }
        }
        for old in (1..21).map(TreeSize) {
            let path = tree.consistency(old, size).expect("a past size");
            let old_root = tree.root_at(old).expect("a past size");
            verify_consistency(old, size, &path, old_root, root).expect("a proof");
            for bit in 0..256 {
                verify_consistency(old, size, &path, flip(old_root, bit), root).expect_err("old root");
                verify_consistency(old, size, &path, old_root, flip(root, bit)).expect_err("new root");
                for at in 0..path.len() {
                    let mut path = path.clone();
                    path[at] = flip(path[at], bit);
                    verify_consistency(old, size, &path, old_root, root).expect_err("path");
                }
            }
        }
    }

    #[test]
    fn consistency_holds_for_its_sizes_only() {
        let tree = tree(33);
        for new in (1..=33).map(TreeSize) {
            let new_root = tree.root_at(new).expect("a past size");
            for old in (1..=new.0).map(TreeSize) {
                let old_root = tree.root_at(old).expect("a past size");
                let path = tree.consistency(old, new).expect("a past size");
                verify_consistency(old, new, &path, old_root, new_root).expect("a proof");
                for other in (0..=new.0 + 1).map(TreeSize).filter(|other| *other != old) {
                    verify_consistency(other, new, &path, old_root, new_root).expect_err("another old size");
                }
                let longer = [&path[..], &[new_root]].concat();
                verify_consistency(old, new, &longer, old_root, new_root).expect_err("a longer path");
            }
        }
    }

    #[test]
    fn an_empty_tree_is_consistent_with_any() {
        let root = leaf_hash(b"a");
        let check = |old, new, path: &[Hash], old_root, new_root| {
            verify_consistency(TreeSize(old), TreeSize(new), path, old_root, new_root).is_ok()
        };
        assert!(check(0, 1, &[], Hash::EMPTY_ROOT, root));
        assert!(check(0, 0, &[], Hash::EMPTY_ROOT, Hash::EMPTY_ROOT));
        assert!(check(1, 1, &[], root, root));
        assert!(
            !check(0, 1, &[], root, root),
            "a root that is not the empty tree's"
        );
        assert!(
            !check(0, 0, &[], root, root),
            "a root that is not the empty tree's"
        );
        assert!(
            !check(0, 1, &[root], Hash::EMPTY_ROOT, root),
            "a path where none is needed"
        );
        assert!(!check(1, 1, &[root], root, root), "a path where none is needed");
        assert!(!check(1, 1, &[], root, Hash::EMPTY_ROOT), "two trees of one size");
        assert!(!check(2, 1, &[], root, root), "a tree that shrinks");
        assert!(!check(1, 2, &[], root, root), "no path where one is needed");
    }

    proptest! {
        #[test]
        fn no_numbers_panic(
            index in prop_oneof![0..9_u64, Just(u64::MAX), Just(1 << 63), any::<u64>()],
            size in prop_oneof![0..9_u64, Just(u64::MAX), Just(1 << 63), any::<u64>()],
            length in 0..70_usize,
        ) {
            let path = vec![Hash([1; 32]); length];
            let hash = Hash([2; 32]);
            prop_assert!(verify_inclusion(hash, Index(index), TreeSize(size), &path, hash).is_err() || size == 1);
            let _ = verify_consistency(TreeSize(index), TreeSize(size), &path, hash, hash);
            let _ = verify_consistency(TreeSize(size), TreeSize(index), &path, hash, hash);
        }
    }
}
