//! Views: folds over entries, with digests, snapshots and as-of.
