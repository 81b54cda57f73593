//! The right edge of a tree, for those who only need its root.
//!
//! Source: RFC 6962 section 2.1. It makes no proofs: see [`crate::Tree`].

use crate::{Hash, TreeSize, node_hash};

/// The right edge of a tree only: at most 64 hashes, enough for the root at every size on the way.
///
/// ```
/// use armistice_tlog::{Frontier, Hash, leaf_hash};
/// let mut frontier = Frontier::new();
/// assert_eq!(frontier.root(), Hash::EMPTY_ROOT);
/// frontier.push(leaf_hash(b"a"));
/// assert_eq!(frontier.root(), leaf_hash(b"a"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    size: u64,
    /// Roots of the complete subtrees, largest first, one per set bit of the size.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// A frontier without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// A frontier that was kept as its size and [`Frontier::peaks`]; `None` unless the size has as many.
    ///
    /// Peaks are not checked: compare [`Frontier::root`] with a root that is known.
    pub fn from_peaks(size: TreeSize, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.0.count_ones() as usize).then_some(Self { size: size.0, peaks })
    }

    /// Roots of the complete subtrees that the tree is made of, largest first: one for each set bit of the
    /// size.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Number of leaves.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.size)
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each set bit at the end of the size has a peak of its own.
        let kept = self.peaks.len() - self.size.trailing_ones() as usize;
        for left in self.peaks.drain(kept..).rev() {
            node = node_hash(left, node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The root over the leaves so far; [`Hash::EMPTY_ROOT`] without leaves.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        let Some(smallest) = peaks.next() else {
            return Hash::EMPTY_ROOT;
        };
        peaks.fold(smallest, |right, left| node_hash(left, right))
    }
}

impl Extend<Hash> for Frontier {
    fn extend<T: IntoIterator<Item = Hash>>(&mut self, leaves: T) {
        for leaf in leaves {
            self.push(leaf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf_hash;

    #[test]
    fn a_frontier_goes_on_from_its_peaks() {
        let mut whole = Frontier::new();
        for n in 0..70_u64 {
            let mut again =
                Frontier::from_peaks(whole.size(), whole.peaks().to_vec()).expect("its own peaks");
            assert_eq!(again.root(), whole.root());
            whole.push(leaf_hash(&n.to_be_bytes()));
            again.push(leaf_hash(&n.to_be_bytes()));
            assert_eq!((again.size(), again.root()), (whole.size(), whole.root()));
        }
        assert!(Frontier::from_peaks(TreeSize(70), whole.peaks()[1..].to_vec()).is_none());
        assert!(Frontier::from_peaks(TreeSize(71), whole.peaks().to_vec()).is_none());
    }
}
