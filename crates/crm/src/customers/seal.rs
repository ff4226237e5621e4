//! Sealing and opening the fields of a row.

use crate::CrmError;
use crate::fields::{FieldSet, FieldSpec, FieldTexts};
use custos_kernel::crypto::{Column, Owner, Plain, RecordKey, Sealed};
use custos_kernel::policy::{Action, Permit, Resource};
use custos_store::SealedFields;
use custos_values::Random;

/// The opened fields of a row, in registry order.
pub(crate) struct OpenedFields(Vec<(&'static FieldSpec, Plain<String>)>);

impl OpenedFields {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, plain) = self.0.iter().find(|(spec, _)| spec.name == name)?;
        Some(plain.expose_for_processing().as_str())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static FieldSpec, &Plain<String>)> {
        self.0.iter().map(|(spec, plain)| (*spec, plain))
    }

    pub(crate) fn into_iter(self) -> impl Iterator<Item = (&'static FieldSpec, Plain<String>)> {
        self.0.into_iter()
    }
}

impl FieldTexts for OpenedFields {
    fn get(&self, name: &str) -> Option<&str> {
        self.get(name)
    }
}

/// A row whose fields are sealed: its id, and the record it belongs to if that is not the customer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) id: &'a [u8; 16],
    pub(crate) of: Option<Owner<'a>>,
}

impl<'a> From<&'a [u8; 16]> for Row<'a> {
    /// A row that belongs to a customer.
    fn from(id: &'a [u8; 16]) -> Self {
        Self { id, of: None }
    }
}

/// Seals one field for its place.
pub(crate) fn seal_field<'a>(
    key: &RecordKey,
    set: FieldSet,
    row: impl Into<Row<'a>>,
    spec: &'static FieldSpec,
    text: &str,
    random: &dyn Random,
) -> Vec<u8> {
    let row = row.into();
    let column = Column {
        table: set.table,
        row: row.id,
        column: spec.name,
        of: row.of,
    };
    Sealed::seal(key, &column, text, random).as_bytes().to_vec()
}

/// Opens the fields that `wanted` names (all of the registry if it says so for each).
pub(crate) fn open_fields<'a, A: Action, R: Resource>(
    permit: &Permit<A, R>,
    key: &RecordKey,
    set: FieldSet,
    row: impl Into<Row<'a>>,
    fields: &SealedFields,
    wanted: impl Fn(&FieldSpec) -> bool,
) -> Result<OpenedFields, CrmError> {
    let row = row.into();
    let mut opened = Vec::with_capacity(set.fields.len());
    for spec in set.fields.iter().filter(|spec| wanted(spec)) {
        if let Some(bytes) = fields.get(spec.name) {
            let column = Column {
                table: set.table,
                row: row.id,
                column: spec.name,
                of: row.of,
            };
            opened.push((
                spec,
                Sealed::<String>::from_bytes(bytes.to_vec()).open(permit, key, &column)?,
            ));
        }
    }
    Ok(OpenedFields(opened))
}
