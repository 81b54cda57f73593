//! Tiles: the tree and its entries as a finite set of static resources.
//!
//! ```text
//! tile/0/000              the first 256 leaf hashes, 8,192 bytes
//! tile/1/000.p/17         17 roots of full level-0 tiles
//! tile/entries/x001/005   the entries 257,280 to 257,535
//! ```
//! Source: `c2sp.org/tlog-tiles`; page: `docs/formats/tiles.md`.
//!
//! It reads and writes no files: paths are text, contents are bytes. The content of `tile/entries` is in
//! [`crate::bundle`].

use crate::{Error, Frontier, Hash, TreeSize, bundle, leaf_hash, text};
use std::fmt;

/// Hashes of a full tile, and entries of a full bundle.
pub const WIDTH: usize = 256;

/// Tree levels that one tile spans: `2^8 = 256`.
pub(crate) const HEIGHT: u8 = 8;

/// Tile levels of the largest tree: `256^8 = 2^64`.
const LEVELS: u8 = 8;

/// The highest level that a path can name. A tree of 64-bit size has tiles up to level 7.
pub const LEVEL_MAX: u8 = 63;

const FORMAT: &str = "tile";

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes at a tile level, 0 (leaves) to 63.
    Hashes(
        /// Tile level; the tree's level is eight times that.
        u8,
    ),
    /// The entries themselves.
    Entries,
}

/// The name of a tile or entry bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    kind: TileKind,
    n: u64,
    width: u16,
}

impl TilePath {
    /// A tile: its kind, its position within the level, and its width from 1 to 256 (full).
    ///
    /// # Errors
    /// [`Error::Malformed`] for a level over 63, a width of 0 or over 256.
    pub fn new(kind: TileKind, n: u64, width: u16) -> Result<Self, Error> {
        let malformed = |expected| Error::Malformed {
            format: FORMAT,
            line: 1,
            expected,
        };
        if matches!(kind, TileKind::Hashes(level) if level > LEVEL_MAX) {
            return Err(malformed("a level from 0 to 63"));
        }
        if width == 0 || usize::from(width) > WIDTH {
            return Err(malformed("a width from 1 to 256"));
        }
        Ok(Self { kind, n, width })
    }

    /// Reads `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, without a leading slash.
    ///
    /// # Errors
    /// [`Error::Malformed`] for anything that [`fmt::Display`] does not write.
    pub fn parse(path: &str) -> Result<Self, Error> {
        let malformed = |expected| Error::Malformed {
            format: FORMAT,
            line: 1,
            expected,
        };
        let rest = path.strip_prefix("tile/").ok_or(malformed("tile/"))?;
        let (kind, rest) = rest.split_once('/').ok_or(malformed("a level and an index"))?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(
                text::decimal(level)
                    .and_then(|level| u8::try_from(level).ok())
                    .ok_or(malformed("a level from 0 to 63"))?,
            ),
        };
        let (n, width) = match rest.split_once(".p/") {
            None => (rest, 256),
            Some((n, width)) => {
                let width = text::decimal(width).filter(|width| (1..256).contains(width));
                (n, width.ok_or(malformed("a partial width from 1 to 255"))?)
            }
        };
        let n = parse_n(n).ok_or(malformed(
            "an index in groups of three digits, all but the last after an x",
        ))?;
        Self::new(
            kind,
            n,
            u16::try_from(width).map_err(|_| malformed("a width from 1 to 256"))?,
        )
    }

    /// Hashes or entries.
    pub fn kind(self) -> TileKind {
        self.kind
    }

    /// Position within its level, from 0.
    pub fn n(self) -> u64 {
        self.n
    }

    /// Hashes or entries that it holds, 1 to 256.
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether it holds fewer than 256.
    pub fn is_partial(self) -> bool {
        usize::from(self.width) < WIDTH
    }

    /// The full tile in the same place.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: 256, ..self }
    }

    /// Whether a log of this size publishes exactly this tile: the full ones that are complete, and of the
    /// partial ones the one that ends with the tree.
    pub fn belongs_to(self, size: TreeSize) -> bool {
        let level = self.level();
        let nodes = nodes_at(level, size);
        if self.is_partial() {
            self.n == nodes / WIDTH as u64 && self.width == partial_width(level, size)
        } else {
            self.n < nodes / WIDTH as u64
        }
    }

    /// Whether the tree is large enough to have all that the tile holds: it, or a wider one in its place, is
    /// published.
    pub fn is_within(self, size: TreeSize) -> bool {
        let end = self
            .n
            .checked_mul(WIDTH as u64)
            .and_then(|start| start.checked_add(self.width.into()));
        end.is_some_and(|end| end <= nodes_at(self.level(), size))
    }

    /// The tile level; entries are beside level 0.
    fn level(self) -> u8 {
        match self.kind {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        }
    }
}

/// The path, as in a URL after the log's prefix.
impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        // u64::MAX has 20 digits: seven groups.
        let mut group = 1_000_000_000_000_000_000_u64;
        while group > 1 {
            if self.n >= group {
                write!(f, "x{:03}/", self.n / group % 1000)?;
            }
            group /= 1000;
        }
        write!(f, "{:03}", self.n % 1000)?;
        if self.is_partial() {
            write!(f, ".p/{}", self.width)
        } else {
            Ok(())
        }
    }
}

impl std::str::FromStr for TilePath {
    type Err = Error;

    fn from_str(path: &str) -> Result<Self, Error> {
        Self::parse(path)
    }
}

fn parse_n(text: &str) -> Option<u64> {
    let mut groups = text.split('/');
    let last = groups.next_back()?;
    let mut n = 0_u64;
    let mut leading = true;
    for group in groups {
        let value = three_digits(group.strip_prefix('x')?)?;
        if leading && value == 0 {
            return None;
        }
        leading = false;
        n = n.checked_mul(1000)?.checked_add(value)?;
    }
    n.checked_mul(1000)?.checked_add(three_digits(last)?)
}

fn three_digits(text: &str) -> Option<u64> {
    let digits = text.len() == 3 && text.bytes().all(|digit| digit.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Nodes that a tile level has, complete ones only.
fn nodes_at(level: u8, size: TreeSize) -> u64 {
    size.0
        .checked_shr(u32::from(level) * u32::from(HEIGHT))
        .unwrap_or(0)
}

/// Width of the partial tile of a level, 0 when there is none: `floor(size / 256^level) mod 256`.
pub fn partial_width(level: u8, size: TreeSize) -> u16 {
    u16::try_from(nodes_at(level, size) % WIDTH as u64).unwrap_or(0)
}

/// Every tile and bundle that a log of this size needs: entries first, then level 0 and up, each level in
/// order with its partial tile last.
pub fn paths(size: TreeSize) -> impl Iterator<Item = TilePath> {
    let levels = (0..LEVELS).map(TileKind::Hashes);
    std::iter::once(TileKind::Entries)
        .chain(levels)
        .flat_map(move |kind| {
            let level = TilePath { kind, n: 0, width: 1 }.level();
            let full = nodes_at(level, size) / WIDTH as u64;
            let last = partial_width(level, size);
            let partial = (last > 0).then_some(TilePath {
                kind,
                n: full,
                width: last,
            });
            (0..full)
                .map(move |n| TilePath { kind, n, width: 256 })
                .chain(partial)
        })
}

/// The bytes of a tile.
pub fn encode(hashes: &[Hash]) -> Vec<u8> {
    let mut out = Vec::with_capacity(hashes.len() * Hash::BYTES);
    for hash in hashes {
        out.extend_from_slice(&hash.0);
    }
    out
}

/// Reads a tile of exactly `width` hashes.
///
/// # Errors
/// [`Error::Malformed`] when the number of bytes is another.
pub fn decode(bytes: &[u8], width: u16) -> Result<Vec<Hash>, Error> {
    let width = usize::from(width);
    if bytes.len() != width * Hash::BYTES {
        let line = bytes.len() / Hash::BYTES;
        return Err(Error::Malformed {
            format: FORMAT,
            line,
            expected: "32 bytes for each hash of the width",
        });
    }
    Ok(bytes
        .chunks_exact(Hash::BYTES)
        .filter_map(Hash::from_slice)
        .collect())
}

/// The root over some hashes as leaves. Of a full tile it is the tile's hash in the level above.
pub fn root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    frontier.extend(hashes.iter().copied());
    frontier.root()
}

/// Recomputes the root of a tree from all its level-0 tiles, in order, and compares it.
///
/// # Errors
/// [`Error::Malformed`] when a tile has not the bytes that its place in a tree of this size takes, or one is
/// missing or too many; [`Error::RootMismatch`].
pub fn verify_root<T: AsRef<[u8]>>(
    tiles: impl IntoIterator<Item = T>,
    size: TreeSize,
    expected: Hash,
) -> Result<(), Error> {
    let mut widths = paths(size)
        .filter(|path| path.kind == TileKind::Hashes(0))
        .map(|path| path.width);
    let mut frontier = Frontier::new();
    for (line, tile) in tiles.into_iter().enumerate() {
        let beyond = Error::Malformed {
            format: FORMAT,
            line,
            expected: "no tile beyond the tree",
        };
        frontier.extend(decode(tile.as_ref(), widths.next().ok_or(beyond)?)?);
    }
    if frontier.size() != size {
        return Err(Error::OutOfRange {
            asked: size.0,
            size: frontier.size(),
        });
    }
    let found = frontier.root();
    if found == expected {
        Ok(())
    } else {
        Err(Error::RootMismatch { expected, found })
    }
}

/// Checks that every entry of a bundle hashes to the leaf at its place in the level-0 tile of the same
/// width, and returns the entries.
///
/// The tile itself is worth what a root over it is: see [`verify_root`].
///
/// # Errors
/// [`Error::Malformed`] for bytes that are not a bundle or tile of this width, [`Error::LeafMismatch`] for
/// the first entry that is not the logged one.
pub fn verify_bundle_against_tile<'a>(
    bundle_bytes: &'a [u8],
    tile_bytes: &[u8],
    width: u16,
) -> Result<Vec<&'a [u8]>, Error> {
    let leaves = decode(tile_bytes, width)?;
    let entries = bundle::decode(bundle_bytes, width)?;
    let mismatch = entries
        .iter()
        .zip(&leaves)
        .position(|(entry, leaf)| leaf_hash(entry) != *leaf);
    match mismatch {
        Some(position) => Err(Error::LeafMismatch { position }),
        None => Ok(entries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Index, Tree};
    use proptest::prelude::*;

    fn listed(size: u64) -> Vec<String> {
        paths(TreeSize(size)).map(|path| path.to_string()).collect()
    }

    #[test]
    fn paths_are_spelled_as_in_the_specification() {
        for (kind, n, width, path) in [
            (TileKind::Hashes(0), 0, 256, "tile/0/000"),
            (TileKind::Hashes(63), 1_234_067, 256, "tile/63/x001/x234/067"),
            (TileKind::Hashes(1), 999, 1, "tile/1/999.p/1"),
            (TileKind::Hashes(1), 1000, 255, "tile/1/x001/000.p/255"),
            (TileKind::Entries, 1_234_067, 7, "tile/entries/x001/x234/067.p/7"),
            (
                TileKind::Entries,
                u64::MAX,
                256,
                "tile/entries/x018/x446/x744/x073/x709/x551/615",
            ),
        ] {
            let tile = TilePath::new(kind, n, width).expect(path);
            assert_eq!(tile.to_string(), path);
            assert_eq!(TilePath::parse(path), Ok(tile));
        }
        for path in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/0/000/000",
            "tile/0/x001",
            "tile/0/x001/",
            "tile/0/001/000",
            "tile/0/x0001/000",
            "tile/00/000",
            "tile/64/000",
            "tile/256/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/a/000",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/000.p/0",
            "tile/0/000.p/01",
            "tile/0/000.p/256",
            "tile/0/000.p/1/",
            "tile/0/000.p/1.p/1",
            "/tile/0/000",
            "tile/0/000/",
            "tile/0/x001/xx00/000",
            "tile/data/000",
            "tile/8/0/000",
            "tile/8/0/000.p/0",
            "tile/entries/x018/x446/x744/x073/x709/x551/616",
            "tile/entries/x999/x999/x999/x999/x999/x999/999",
            "tile/0/٠٠٠",
            "tile/0/+00",
            "tile/0/000 ",
        ] {
            TilePath::parse(path).expect_err(path);
        }
        TilePath::new(TileKind::Hashes(64), 0, 1).expect_err("level");
        TilePath::new(TileKind::Entries, 0, 0).expect_err("width");
        TilePath::new(TileKind::Entries, 0, 257).expect_err("width");
    }

    /// The specification's example: 273 full level-0 tiles and one of width 112, one full level-1 tile and one
    /// of width 17, one level-2 tile of width 1.
    #[test]
    fn the_tiles_of_70_000_entries() {
        let tiles: Vec<TilePath> = paths(TreeSize(70_000)).collect();
        let count = |kind: TileKind, partial: bool| {
            tiles
                .iter()
                .filter(|tile| tile.kind() == kind && tile.is_partial() == partial)
                .count()
        };
        for kind in [TileKind::Hashes(0), TileKind::Entries] {
            assert_eq!((count(kind, false), count(kind, true)), (273, 1));
        }
        assert_eq!(
            (
                count(TileKind::Hashes(1), false),
                count(TileKind::Hashes(1), true)
            ),
            (1, 1)
        );
        assert_eq!(
            (
                count(TileKind::Hashes(2), false),
                count(TileKind::Hashes(2), true)
            ),
            (0, 1)
        );
        assert_eq!(tiles.len(), 274 + 274 + 2 + 1);
        let size = TreeSize(70_000);
        assert_eq!(
            [0, 1, 2, 3, 63, 255].map(|level| partial_width(level, size)),
            [112, 17, 1, 0, 0, 0]
        );
    }

    #[test]
    fn small_trees_have_few_tiles() {
        assert_eq!(listed(0), [""; 0]);
        assert_eq!(listed(1), ["tile/entries/000.p/1", "tile/0/000.p/1"]);
        assert_eq!(listed(256), ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
        let expected = [
            "tile/entries/000",
            "tile/entries/001.p/1",
            "tile/0/000",
            "tile/0/001.p/1",
            "tile/1/000.p/1",
        ];
        assert_eq!(listed(257), expected);
    }

    #[test]
    fn a_tile_belongs_to_the_sizes_that_list_it() {
        for size in [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000] {
            let size = TreeSize(size);
            for tile in paths(size) {
                assert!(tile.belongs_to(size) && tile.is_within(size), "{tile} {size}");
                assert!(
                    !tile.is_partial() || !tile.full().belongs_to(size),
                    "{tile} {size}"
                );
            }
        }
        let tile = |path| TilePath::parse(path).expect(path);
        assert!(!tile("tile/0/000.p/3").belongs_to(TreeSize(4)));
        assert!(tile("tile/0/000.p/3").is_within(TreeSize(4)));
        assert!(!tile("tile/0/000.p/3").is_within(TreeSize(2)));
        assert!(!tile("tile/8/000.p/1").is_within(TreeSize(u64::MAX)));
        let last = TilePath::new(TileKind::Entries, u64::MAX, 256).expect("a path");
        assert!(!last.is_within(TreeSize(u64::MAX)));
    }

    #[test]
    fn a_root_is_recomputed_from_level_0() {
        for size in [0_u64, 1, 255, 256, 257, 700] {
            let tree: Tree = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let tiles: Vec<Vec<u8>> = paths(tree.size())
                .filter(|path| path.kind() == TileKind::Hashes(0))
                .map(|path| encode(tree.tile_hashes(0, path.n(), path.width()).expect("complete")))
                .collect();
            verify_root(&tiles, tree.size(), tree.root()).expect("the tree's own tiles");
            assert!(verify_root(&tiles, TreeSize(size + 1), tree.root()).is_err());
            assert!(verify_root(&tiles, tree.size(), Hash([7; 32])).is_err());
            assert!(verify_root(tiles.iter().chain([&vec![0; 32]]), tree.size(), tree.root()).is_err());
            assert!(size == 0 || verify_root(&tiles[1..], tree.size(), tree.root()).is_err());
            if size >= 256 {
                let above = tree.tile_hashes(1, 0, 1).expect("complete");
                assert_eq!(root(&decode(&tiles[0], 256).expect("a full tile")), above[0]);
            }
        }
    }

    #[test]
    fn a_bundle_must_match_its_tile_at_every_place() {
        let entries = ["a", "", "ccc"];
        let tile = encode(&entries.map(|entry| leaf_hash(entry.as_bytes())));
        let good = bundle::encode(entries).expect("short entries");
        let expected: Vec<&[u8]> = entries.iter().map(|entry| entry.as_bytes()).collect();
        assert_eq!(verify_bundle_against_tile(&good, &tile, 3), Ok(expected));
        let altered = bundle::encode(["a", "", "ccd"]).expect("short entries");
        assert_eq!(
            verify_bundle_against_tile(&altered, &tile, 3),
            Err(Error::LeafMismatch { position: 2 })
        );
        let swapped = bundle::encode(["", "a", "ccc"]).expect("short entries");
        assert_eq!(
            verify_bundle_against_tile(&swapped, &tile, 3),
            Err(Error::LeafMismatch { position: 0 })
        );
        for width in [0, 2, 4, 256, 257, u16::MAX] {
            verify_bundle_against_tile(&good, &tile, width).expect_err("another width");
        }
        for position in 0..good.len() * 8 {
            let mut flipped = good.clone();
            flipped[position / 8] ^= 1 << (position % 8);
            verify_bundle_against_tile(&flipped, &tile, 3).expect_err("a flipped bit");
        }
    }

    #[test]
    fn tile_hashes_are_those_of_the_tree() {
        let tree: Tree = (0..600_u64).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        assert_eq!(
            tree.tile_hashes(0, 2, 88).expect("partial")[87],
            tree.leaf(Index(599)).expect("a leaf")
        );
        for (level, n, width) in [
            (0, 2, 89),
            (0, 3, 1),
            (1, 0, 3),
            (2, 0, 1),
            (63, 0, 1),
            (255, u64::MAX, 256),
        ] {
            assert!(matches!(
                tree.tile_hashes(level, n, width),
                Err(Error::OutOfRange { .. })
            ));
        }
    }

    proptest! {
        #[test]
        fn no_path_panics(path in "\\PC{0,40}|tile/([0-9]{1,3}|entries)/(x[0-9]{3}/){0,9}[0-9]{3}(\\.p/[0-9]{1,3})?") {
            if let Ok(tile) = TilePath::parse(&path) {
                prop_assert_eq!(tile.to_string(), path);
            }
        }

        #[test]
        fn what_is_written_parses(level in 0..=LEVEL_MAX, n: u64, width in 1..=256_u16, entries: bool) {
            let kind = if entries { TileKind::Entries } else { TileKind::Hashes(level) };
            let tile = TilePath::new(kind, n, width).expect("in range");
            prop_assert_eq!(TilePath::parse(&tile.to_string()), Ok(tile));
        }

        #[test]
        fn no_bytes_panic(
            bundle in prop::collection::vec(any::<u8>(), 0..300),
            tile in prop::collection::vec(any::<u8>(), 0..300),
            width: u16,
        ) {
            let _ = verify_bundle_against_tile(&bundle, &tile, width);
        }
    }
}
