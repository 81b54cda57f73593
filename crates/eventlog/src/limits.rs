//! Every limit of the store, with its arithmetic. Changing one that is marked *format* needs a new format version.

/// sled's segment, fixed when a store is created (*format*): 8 MiB.
///
/// sled moves a page above a quarter of a segment out to `blobs/`, which it never syncs (spacejam/sled #1387).
/// A page holds up to [`PAGE_VALUES_MAX`] values, so a value may have [`VALUE_BYTES_MAX`] = 122,880 bytes, which is
/// room for one incompressible entry of [`ENTRY_BYTES_MAX`]. At 2 MiB it would not be: 2 MiB / 4 / 17 is 30,840.
pub const SEGMENT_BYTES: usize = 8 * 1024 * 1024;

/// Values in one sled page: a leaf splits above 16, so it is written with 17 at most... and with the links that
/// wait for consolidation (10) never more, because sled checks the split at each write.
pub const PAGE_VALUES_MAX: usize = 17;

/// Longest value that is ever written: `8 MiB / 4 / 17 = 123,361`, rounded down to 120 KiB to leave room for 17 keys,
/// the lengths and the header of the page.
pub const VALUE_BYTES_MAX: usize = 120 * 1024;

/// Longest entry, because bundles and chunks carry a 16-bit length (c2sp.org/tlog-tiles).
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Entries in one chunk: a read of one entry decompresses all of them.
pub const CHUNK_ENTRIES_MAX: usize = 64;

/// Bytes of one chunk before compression, lengths included: what one read holds in memory. Two of the longest
/// entries fit; 64 entries of the usual 1.2 kB are 77 kB.
pub const CHUNK_RAW_BYTES_MAX: usize = 256 * 1024;

/// Segments between sled's stable position and the end of its log that a writer may leave behind: a batch of 16 MiB
/// takes three, the one before it may be unfinished, and the same again for the pages that the batch consolidates.
pub const TAIL_SEGMENTS_MAX: usize = 8;

/// Tries, 10 ms apart, to get the log's lock, and sled's: one second. The threads of a store that was dropped in this
/// process let go of the file a little later, and a process that is just being started holds a copy of every lock of
/// its parent until it runs its own program.
pub const LOCK_TRIES_MAX: u32 = 100;

/// Entries in one batch.
pub const BATCH_ENTRIES_MAX: usize = 4_096;

/// Bytes of all entries and cursors of one batch: 16 MiB, two segments. A batch is planned in memory and held there
/// about three times (entries, compressed chunks, sled's buffers).
pub const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Cursors in one batch.
pub const BATCH_CURSORS_MAX: usize = 64;

/// Longest name of a cursor.
pub const CURSOR_NAME_BYTES_MAX: usize = 255;

/// Longest value of a cursor.
pub const CURSOR_BYTES_MAX: usize = 4_096;

/// Entries in one log: the tables in memory hold 32-bit positions. At 100 entries a second that is 497 days short of
/// two years; docs/decisions/0003-index-in-memory.md says what a larger log needs.
pub const LOG_ENTRIES_MAX: u64 = u32::MAX as u64;

/// Longest head file: a checkpoint with 16 and more signature lines stays below 4 KiB.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Memory that sled may use for pages, by default: 16 MiB. It is soft: docs/decisions/0002-sled-wrapped.md.
pub const CACHE_BYTES_DEFAULT: u64 = 16 * 1024 * 1024;
