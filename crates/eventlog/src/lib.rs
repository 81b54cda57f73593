//! The immutable log on sled: opaque entries, group commit, tiles.
