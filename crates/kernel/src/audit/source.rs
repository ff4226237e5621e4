//! Where the stored log is read from: implemented by the store and by evidence files.

use std::ops::Range;

/// A failure to read the log, as opposed to a log that reads well and is wrong.
#[derive(Debug, thiserror::Error)]
#[error("the log cannot be read: {0}")]
pub struct SourceError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl SourceError {
    /// Wraps the reason.
    pub fn new(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

/// An entry as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its place in the log.
    pub index: u64,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// A checkpoint as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// The size under which it is stored.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// Refuses a source that breaks its contract, which would mislead or never end a verification.
pub(super) fn expect_ascending(
    keys: impl IntoIterator<Item = u64>,
    from: u64,
) -> Result<(), SourceError> {
    let mut least = Some(from);
    for key in keys {
        if least.is_none_or(|least| key < least) {
            return Err(SourceError::new(
                "the source does not keep to the ascending order",
            ));
        }
        least = key.checked_add(1);
    }
    Ok(())
}

/// Stored tiles.
pub trait TileReader {
    /// The stored bytes of a tile, in the widest form there is; none if there is no such tile.
    ///
    /// # Errors
    /// [`SourceError`] if reading fails.
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, SourceError>;
}

/// A whole stored log. All reads of one verification must see the same moment (one snapshot), or entries
/// and tiles written meanwhile are taken for traces of tampering.
pub trait LogSource: TileReader {
    /// The first entries with an index of at least `from`: at most `limit`, in ascending order.
    ///
    /// # Errors
    /// [`SourceError`] if reading fails.
    fn entries(&mut self, from: u64, limit: usize) -> Result<Vec<StoredEntry>, SourceError>;

    /// The first checkpoints with a size greater than `after` (from the beginning if none): at most `limit`,
    /// in ascending order.
    ///
    /// # Errors
    /// [`SourceError`] if reading fails.
    fn checkpoints(
        &mut self,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, SourceError>;

    /// The checkpoint of the greatest size below `below` (of the greatest size of all if none).
    ///
    /// # Errors
    /// [`SourceError`] if reading fails.
    fn checkpoint_before(
        &mut self,
        below: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, SourceError>;

    /// Which entries this source is meant to hold. An evidence file may hold the entries of a period only,
    /// with the hashes of all.
    fn entry_range(&self) -> Range<u64> {
        0..u64::MAX
    }
}
