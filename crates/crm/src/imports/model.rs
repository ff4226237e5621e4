//! An import as stored.

use super::details::Details;
use custos_kernel::policy::{Facts, Resource};
use custos_values::{ImportId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The resource type of imports. The owner is who uploaded the file.
#[derive(Debug)]
pub enum Import {}

impl Resource for Import {
    const TYPE: &'static str = "import";
}

/// Where an import is; see the table in [`crate::imports`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Uploaded and looked at.
    Detected,
    /// Rows are being taken in.
    Running,
    /// Somebody wants it to stop.
    Cancelling,
    /// Stopped by somebody; can be resumed.
    Cancelled,
    /// Stopped by the server; can be resumed.
    Interrupted,
    /// Every row was read.
    Finished,
    /// The file cannot be read to its end.
    Failed,
}

impl State {
    const ALL: [Self; 7] = [
        Self::Detected,
        Self::Running,
        Self::Cancelling,
        Self::Cancelled,
        Self::Interrupted,
        Self::Finished,
        Self::Failed,
    ];

    /// The name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }

    /// Reads a name back.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a worker is at it.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::Cancelling)
    }
}

/// How far an import is. `read = created + updated + skipped + rejected`, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportProgress)]
pub struct Progress {
    /// Bytes of the file passed. For a workbook an estimate.
    pub bytes_read: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// Rows read.
    pub read: u64,
    /// Customers made.
    pub created: u64,
    /// Rows that filled empty fields of a customer.
    pub updated: u64,
    /// Rows left out as duplicates.
    pub skipped: u64,
    /// Rows that cannot be taken.
    pub rejected: u64,
}

/// An import's row with its details opened.
#[derive(Debug)]
pub(crate) struct StoredImport {
    pub(crate) facts: Facts<Import>,
    pub(crate) state: State,
    /// Counts starts and resumptions, so that a worker of an earlier one can no longer write.
    pub(crate) run: i64,
    pub(crate) size: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) progress: Progress,
    /// The row of the file to go on with.
    pub(crate) next_row: u64,
    /// What was doubtful in how many rows so far.
    pub(crate) doubts: Doubts,
    /// Why it failed or was interrupted.
    pub(crate) failure: Option<String>,
    pub(crate) details: Details,
}

impl StoredImport {
    pub(crate) fn id(&self) -> ImportId {
        ImportId::from_bytes(self.facts.id)
    }
}

/// Doubts counted over all rows: codes and field names only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Doubts(Vec<Doubt>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Doubt {
    pub(crate) field: String,
    pub(crate) code: String,
    pub(crate) rows: u64,
}

impl Doubts {
    /// Counts rows with a doubt. There are only as many kinds as fields times codes.
    pub(crate) fn count(&mut self, field: &str, code: &str, rows: u64) {
        match self
            .0
            .iter_mut()
            .find(|d| d.field == field && d.code == code)
        {
            Some(doubt) => doubt.rows += rows,
            None => self.0.push(Doubt {
                field: field.to_owned(),
                code: code.to_owned(),
                rows,
            }),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Doubt> {
        self.0.iter()
    }
}
