//! Showing a masked field in clear, with a reason.

use super::Object;
use super::model::row_of;
use crate::customers::open_fields;
use crate::fields::{FieldValue, display};
use crate::{Crm, CrmError};
use custos_http::FieldProblem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Disclosures;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, FieldAccess, actions};
use custos_values::RecordId;

impl Crm {
    /// One masked field of a record in clear, after its entry with the reason is on disk.
    pub(super) async fn reveal_record_field<R: Object>(
        &self,
        caller: &Caller,
        id: RecordId,
        field: &str,
        reason: &str,
    ) -> Result<String, CrmError> {
        let (stored, permit) = self.record_for::<actions::Reveal, R>(caller, id).await?;
        let reason = reason.trim();
        custos_http::reason("reason", reason, crate::REASON)?;
        let set = R::SPEC.fields;
        let spec = set.get(field).filter(|spec| spec.masked);
        let spec = spec.ok_or_else(|| FieldProblem::new("field", "field.not_masked"))?;
        let access = self.policy.field_access(caller, &stored.facts, spec.rule());
        if access == FieldAccess::Hidden || stored.fields.get(spec.name).is_none() {
            return Err(CrmError::NotFound);
        }
        let level = self.policy.level_of_field(&stored.facts, spec.name);
        self.policy
            .covers_label::<actions::Reveal, _>(caller, &stored.facts, level)?;
        let keys = self.keys(caller.org()).await?;
        let key = stored.open_key(&keys)?;
        let wanted = |other: &crate::fields::FieldSpec| other.name == spec.name;
        let opened = open_fields(
            &permit,
            &key,
            set,
            row_of::<R>(&stored.facts.id, &stored.facts.id),
            &stored.fields,
            wanted,
        )?;
        let (_, plain) = opened.into_iter().next().ok_or(CrmError::NotFound)?;
        let mut disclosures = Disclosures::new();
        let value = plain.disclose(spec.name, &mut disclosures).into_inner();
        let sealed = keys
            .tenant
            .seal_reason(Some(permit.record()), reason, self.store.random());
        let event = Event::of(&permit)
            .with("reason", Detail::sealed(sealed))
            .disclosing(disclosures);
        self.sink.record_durably(event).await?;
        Ok(match display(spec, &value) {
            FieldValue::Text(text) => text,
            _ => value,
        })
    }
}
