//! A record on the wire.

use super::model::StoredRecord;
use super::{Object, references};
use crate::customers::{OpenedFields, Reference};
use crate::fields::FieldValue;
use crate::sharing::LabelBody;
use crate::{Crm, CrmError};
use custos_kernel::crypto::Disclosures;
use custos_kernel::policy::{Action, Caller, Facts, Permit};
use custos_values::{RecordId, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What can be done with a record, as verbs.
const VERBS: [&str; 7] = [
    "update", "delete", "reveal", "assign", "share", "classify", "explain",
];

/// A record as the caller may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Record {
    /// The id.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// Its kind, such as `opportunity`.
    pub object: &'static str,
    /// The version, also the entity tag.
    pub version: i64,
    /// The person responsible.
    pub owner: Option<Reference>,
    /// The department it belongs to.
    pub department: Option<Reference>,
    /// The label.
    pub label: LabelBody,
    /// Whether it is shared with anybody.
    pub shared: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// The filled fields by name; hidden ones are missing.
    pub fields: BTreeMap<String, FieldValue>,
    /// What the caller may do with it, such as `opportunity.update`.
    pub actions: Vec<String>,
}

impl Crm {
    /// Reads a record for an action, deciding on the action.
    pub(crate) async fn record_for<A: Action, R: Object>(
        &self,
        caller: &Caller,
        id: RecordId,
    ) -> Result<(StoredRecord<R>, Permit<A, R>), CrmError> {
        let keys = self.keys(caller.org()).await?;
        let stored = super::sql::find(&mut self.store.read().await?, &keys, caller, id).await?;
        let permit = self.policy.permit(caller, &stored.facts)?;
        Ok((stored, permit))
    }

    /// The record for a caller who was permitted to read it, noting what leaves in clear.
    pub(crate) fn show_record<R: Object>(
        &self,
        caller: &Caller,
        stored: &StoredRecord<R>,
        opened: OpenedFields,
        disclosures: &mut Disclosures,
    ) -> Record {
        let org = stored.facts.org;
        let visible = self.visible(caller, &stored.facts, opened, disclosures);
        let visible = visible
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        let mut fields = visible.collect();
        references::name_all::<R>(self, caller, std::iter::once(&mut fields));
        Record {
            id: stored.id(),
            object: R::TYPE,
            version: stored.facts.version,
            owner: self.owner_reference(org, stored.facts.owner),
            department: self.department_reference(org, stored.facts.department),
            label: stored.access.label.into(),
            shared: !stored.access.shares.is_empty(),
            created_at: stored.created_at,
            updated_at: stored.updated_at,
            fields,
            actions: self.record_actions(caller, &stored.facts),
        }
    }

    pub(super) fn record_actions<R: Object>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
    ) -> Vec<String> {
        let permitted = self.policy.permitted(caller, facts, &VERBS);
        let named = permitted.into_iter();
        named.map(|verb| format!("{}.{verb}", R::TYPE)).collect()
    }
}
