//! A customer on the wire, and the prepared row of lists.

use super::model::StoredCustomer;
use super::seal::OpenedFields;
use crate::Crm;
use crate::fields::{FieldSpec, FieldValue, display, mask};
use crate::sharing::LabelBody;
use custos_kernel::crypto::{Disclosures, Plain};
use custos_kernel::policy::{Caller, Facts, FieldAccess, Resource};
use custos_values::{CustomerId, DepartmentId, OrgId, Timestamp, UserId};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A person or department by id and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reference {
    /// Its id.
    pub id: String,
    /// Its name at this moment.
    pub name: Option<String>,
}

/// A customer as the caller may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerRecord {
    /// The id.
    #[schema(value_type = String)]
    pub id: CustomerId,
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
    pub fields: BTreeMap<&'static str, FieldValue>,
    /// What the caller may do with it.
    pub actions: Vec<&'static str>,
}

impl Crm {
    pub(crate) fn owner_reference(&self, org: OrgId, owner: Option<UserId>) -> Option<Reference> {
        let owner = owner?;
        let name = self
            .people
            .user_name(org, owner)
            .map(|name| name.to_string());
        Some(Reference {
            id: owner.to_string(),
            name,
        })
    }

    pub(crate) fn department_reference(
        &self,
        org: OrgId,
        department: Option<DepartmentId>,
    ) -> Option<Reference> {
        let department = department?;
        let name = self
            .people
            .department_name(org, department)
            .map(|name| name.to_string());
        Some(Reference {
            id: department.to_string(),
            name,
        })
    }

    /// The record for a caller who was permitted to read it, and the fields that left in clear.
    pub(crate) fn record(
        &self,
        caller: &Caller,
        stored: &StoredCustomer,
        opened: OpenedFields,
    ) -> (CustomerRecord, Disclosures) {
        let mut disclosures = Disclosures::new();
        let fields = self.visible(caller, &stored.facts, opened, &mut disclosures);
        let org = stored.facts.org;
        let record = CustomerRecord {
            id: stored.id(),
            version: stored.facts.version,
            owner: self.owner_reference(org, stored.facts.owner),
            department: self.department_reference(org, stored.facts.department),
            label: stored.access.label.into(),
            shared: !stored.access.shares.is_empty(),
            created_at: stored.created_at,
            updated_at: stored.updated_at,
            fields,
            actions: self.actions_on(caller, &stored.facts),
        };
        (record, disclosures)
    }

    /// The fields of a record or of what hangs on it, as far as the caller may see them.
    pub(crate) fn visible<R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
        opened: OpenedFields,
        disclosures: &mut Disclosures,
    ) -> BTreeMap<&'static str, FieldValue> {
        let mut out = BTreeMap::new();
        for (spec, plain) in opened.into_iter() {
            if self.policy.field_access(caller, facts, spec.rule()) != FieldAccess::Hidden {
                let in_clear =
                    spec.masked && self.policy.field_in_clear(caller, facts, spec.rule());
                out.insert(spec.name, show(spec, plain, in_clear, disclosures));
            }
        }
        out
    }
}

/// A field's value for somebody who may see the field: masked if the field is and not shown to them in clear.
pub(crate) fn show(
    spec: &'static FieldSpec,
    plain: Plain<String>,
    in_clear: bool,
    disclosures: &mut Disclosures,
) -> FieldValue {
    if spec.masked && !in_clear {
        FieldValue::Masked {
            masked: plain.mask(|text| mask(spec, text)).into_inner(),
        }
    } else {
        display(spec, &plain.disclose(spec.name, disclosures).into_inner())
    }
}
