//! A follow-up about to be written, on a customer or on a record.

use super::entry::TimelineItem;
use super::http::ActivityInput;
use super::sql;
use crate::customers::{Row, seal_field};
use crate::fields::ACTIVITY;
use crate::{Crm, CrmError};
use custos_kernel::crypto::{Owner, RecordKey};
use custos_kernel::policy::{Action, Caller, Permit, Resource};
use custos_store::{SealedFields, WriteTx};
use custos_values::{ActivityId, Timestamp};

/// See the module.
pub(crate) struct NewActivity {
    pub(crate) id: ActivityId,
    at: Timestamp,
    values: Vec<(&'static str, String)>,
}

impl NewActivity {
    /// Of what somebody sent, checked.
    pub(crate) fn of(
        crm: &Crm,
        input: &ActivityInput,
        values: Vec<(&'static str, String)>,
    ) -> Self {
        Self {
            id: ActivityId::new(crm.store.clock(), crm.store.random()),
            at: input.at.unwrap_or_else(|| crm.store.clock().now()),
            values,
        }
    }

    /// Sealed under the key of what it is about.
    pub(crate) fn seal(
        &self,
        crm: &Crm,
        (key, of): (&RecordKey, Option<Owner<'_>>),
    ) -> SealedFields {
        let mut sealed = SealedFields::new();
        let row = Row {
            id: self.id.as_bytes(),
            of,
        };
        for (name, text) in &self.values {
            // Every name comes from the registry.
            let Some(spec) = ACTIVITY.get(name) else {
                continue;
            };
            let bytes = seal_field(key, ACTIVITY, row, spec, text, crm.store.random());
            sealed.set(name, bytes);
        }
        sealed
    }

    /// Inserts it below what a permit is for.
    pub(crate) async fn insert<A: Action, R: Resource>(
        &self,
        crm: &Crm,
        tx: &mut WriteTx<'_>,
        permit: &Permit<A, R>,
        sealed: &SealedFields,
    ) -> Result<(), CrmError> {
        let now = crm.store.clock().now();
        sql::insert(tx, permit, self.id, self.at, now, sealed).await
    }

    fn value(&self, name: &str) -> Option<String> {
        let found = self.values.iter().find(|(field, _)| *field == name);
        found.map(|(_, text)| text.clone())
    }

    /// Whether it is a word among colleagues, and no contact with anybody.
    pub(crate) fn is_comment(&self) -> bool {
        self.value("kind").as_deref() == Some("comment")
    }

    /// What it says about when contact was and is to be.
    pub(crate) fn dates(&self) -> Vec<(&'static str, String)> {
        let mut dates = vec![("last_contact_at", self.at.utc_date().to_string())];
        let next = self.value("next_contact_at");
        dates.extend(next.map(|next| ("next_contact_at", next)));
        dates
    }

    /// The line of the timeline, for whoever wrote it.
    pub(crate) fn item(self, crm: &Crm, caller: &Caller) -> TimelineItem {
        TimelineItem {
            id: self.id.to_string(),
            at: self.at,
            kind: self.value("kind").unwrap_or_default(),
            author: crm.owner_reference(caller.org(), caller.user_id()),
            content: self.value("content"),
            next_contact_at: self.value("next_contact_at"),
            changes: Vec::new(),
        }
    }
}
