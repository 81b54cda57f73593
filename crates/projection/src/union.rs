//! Connected components: which claims belong to one incident.
//!
//! Union by smallest member, with path halving: the representative of a component is its earliest member, whatever
//! the order of the links.

/// Components over the positions `0..len`.
#[derive(Debug)]
pub(crate) struct Union {
    parents: Vec<u32>,
}

impl Union {
    /// Every position on its own.
    pub(crate) fn new(len: usize) -> Self {
        let len = u32::try_from(len).expect("positions fit 32 bits, as entries do");
        Self {
            parents: (0..len).collect(),
        }
    }

    /// The smallest position of the component.
    pub(crate) fn find(&mut self, mut at: u32) -> u32 {
        while self.parents[at as usize] != at {
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at
    }

    /// Makes two components one.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// For every position the smallest of its component.
    pub(crate) fn finish(mut self) -> Vec<u32> {
        let positions = self.parents.clone();
        for (at, parent) in positions.into_iter().enumerate() {
            self.parents[at] = self.find(parent);
        }
        self.parents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_named_by_its_smallest_member() {
        let check = |links: &[(u32, u32)], expected: &[u32]| {
            for reversed in [false, true] {
                let mut union = Union::new(expected.len());
                let mut links = links.to_vec();
                if reversed {
                    links.reverse();
                }
                for (a, b) in links {
                    union.join(a, b);
                }
                assert_eq!(union.finish(), expected);
            }
        };
        check(&[], &[0, 1, 2]);
        check(&[(2, 1)], &[0, 1, 1]);
        check(&[(3, 2), (2, 1), (1, 0)], &[0, 0, 0, 0, 4]);
        check(&[(0, 4), (1, 3), (4, 3)], &[0, 0, 2, 0, 0]);
        check(&[(1, 1)], &[0, 1]);
    }
}
