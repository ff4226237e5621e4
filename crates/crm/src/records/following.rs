//! What follows on other records from a change of one, in the same transaction.

use super::settle::Values;
use custos_kernel::event::Event;
use custos_store::WriteTx;
use custos_values::{OrgId, RecordId};

/// A change that was just written.
pub(crate) struct Following<'a, 'tx> {
    pub(crate) org: OrgId,
    /// The transaction it is part of, which sees it.
    pub(crate) tx: &'a mut WriteTx<'tx>,
    /// What the record was; none for a new one.
    pub(crate) before: Option<&'a Values>,
    /// What it is; none if it was removed.
    pub(crate) after: Option<&'a Values>,
}

/// Another record that was changed along with it.
pub(crate) struct Also {
    pub(crate) kind: &'static str,
    pub(crate) id: RecordId,
    pub(crate) event: Event,
}
