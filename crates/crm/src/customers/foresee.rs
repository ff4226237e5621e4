//! What revealing a field would give away, for those who have to approve it; and customers' names for those who may read
//! them.

use super::http::DisclosureInput;
use super::seal::open_fields;
use super::sql;
use super::write::Revealed;
use crate::fields::{CONTACT, CUSTOMER};
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Disclosures;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, FieldAccess, Label, Level, actions};
use custos_values::{ContactId, CustomerId};
use std::sync::Arc;

/// What revealing a field would give away: never its value.
#[derive(Debug, Clone)]
pub struct RevealForeseen {
    /// Who is responsible for the customer.
    pub owner: Option<Arc<str>>,
    /// The customer's label.
    pub label: Label,
    /// The level of what would be shown: the label's, or that of the field if it is higher.
    pub level: Level,
    /// The field, by name.
    pub field: &'static str,
    /// The reason for the log.
    pub reason: String,
}

impl Crm {
    /// Reads the body of a request to reveal a field of a customer, or of a contact of theirs, as its handler does.
    ///
    /// # Errors
    /// The handler's own.
    pub async fn foresee_reveal(
        &self,
        caller: &Caller,
        customer: CustomerId,
        contact: Option<ContactId>,
        body: &[u8],
    ) -> Result<RevealForeseen, CrmError> {
        let malformed = |_| Problem::bad_request("request.malformed");
        let input: DisclosureInput = serde_json::from_slice(body).map_err(malformed)?;
        let (stored, permit) = self
            .permitted_to::<actions::Reveal>(caller, customer)
            .await?;
        let contact = match contact {
            Some(id) => {
                let mut tx = self.store.read().await?;
                Some(crate::contacts::sql::find(&mut tx, &permit, id).await?)
            }
            None => None,
        };
        let what = match &contact {
            Some(contact) => Revealed {
                set: CONTACT,
                row: contact.id,
                fields: &contact.fields,
                field: &input.field,
            },
            None => Revealed {
                set: CUSTOMER,
                row: *customer.as_bytes(),
                fields: &stored.fields,
                field: &input.field,
            },
        };
        let reason = input.reason.trim();
        let spec = self.revealable(caller, &stored, &what, reason)?;
        let owner = stored.facts.owner;
        Ok(RevealForeseen {
            owner: owner.and_then(|owner| self.people.user_name(caller.org(), owner)),
            label: stored.access.label,
            level: self.policy.level_of_field(&stored.facts, spec.name),
            field: spec.name,
            reason: reason.to_owned(),
        })
    }

    /// What a customer, or a contact of theirs, is called, for somebody who may read it, which leaves an entry; none for
    /// anybody else.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn name_for(
        &self,
        caller: &Caller,
        id: CustomerId,
        contact: Option<ContactId>,
    ) -> Result<Option<String>, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let found = sql::find(&mut self.store.read().await?, &keys, caller, id).await;
        let stored = match found {
            Ok(stored) => stored,
            Err(CrmError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let read = self
            .policy
            .permit::<actions::Read, _>(caller, &stored.facts);
        let Ok(permit) = read else { return Ok(None) };
        let (set, row, fields) = match contact {
            None => (CUSTOMER, *id.as_bytes(), stored.fields.clone()),
            Some(contact) => {
                let mut tx = self.store.read().await?;
                match crate::contacts::sql::find(&mut tx, &permit, contact).await {
                    Ok(found) => (CONTACT, found.id, found.fields),
                    Err(CrmError::NotFound) => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
        };
        let shown = set.get("name").filter(|spec| {
            self.policy.field_access(caller, &stored.facts, spec.rule()) != FieldAccess::Hidden
        });
        let key = keys.tenant.open_record_key(id, &stored.key)?;
        let opened = open_fields(&permit, &key, set, &row, &fields, |spec| {
            shown.is_some_and(|name| name.name == spec.name)
        })?;
        let mut disclosures = Disclosures::new();
        let name = opened.into_iter().next();
        let name =
            name.map(|(spec, plain)| plain.disclose(spec.name, &mut disclosures).into_inner());
        let event = Event::of(&permit).with("part", Detail::code("name"));
        self.record_read(event.disclosing(disclosures)).await?;
        Ok(name)
    }
}
