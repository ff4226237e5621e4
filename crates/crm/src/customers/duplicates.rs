//! The duplicate check 查重: finds equal phones, e-mails, codes, numbers and company names through the blind index,
//! and tells the caller nothing of customers they may not see but that there is one and whom to ask. Of customers whose
//! label is above the caller's clearance it tells nothing at all.

use super::model::{Customer, StoredCustomer};
use super::record::Reference;
use super::seal::open_fields;
use super::sql;
use super::write::blind_hashes;
use crate::crm::OrgKeys;
use crate::fields::CUSTOMER;
use crate::{Crm, CrmError};
use custos_kernel::crypto::Disclosures;
use custos_kernel::policy::{Caller, Job, Permit, actions};
use custos_values::{CustomerId, OrgId};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Most customers reported for one value.
const LIMIT: i64 = 20;
/// The fields that tell which customer is meant.
const IDENTIFYING: [&str; 5] = ["name", "uscc", "phone", "landline", "email"];

/// A customer that has a value in common with the one asked about.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateMatch {
    /// Its id, if the caller may read it.
    #[schema(value_type = Option<String>)]
    pub id: Option<CustomerId>,
    /// Its name, if the caller may read it.
    pub name: Option<String>,
    /// The fields they have in common.
    pub on: Vec<&'static str>,
    /// Whom to ask about it: the person responsible.
    pub owner: Option<Reference>,
}

impl Crm {
    /// Ids of customers that share a value, with the fields they share.
    pub(crate) async fn duplicate_ids(
        &self,
        tx: &mut impl sql::Lookup,
        caller: &Caller,
        keys: &OrgKeys,
        fields: &[(&'static str, String)],
    ) -> Result<BTreeMap<[u8; 16], Vec<&'static str>>, CrmError> {
        let mut found: BTreeMap<[u8; 16], Vec<&'static str>> = BTreeMap::new();
        for (name, text) in fields {
            let Some((index, hashes)) = CUSTOMER
                .get(name)
                .and_then(|spec| blind_hashes(keys, spec, text))
            else {
                continue;
            };
            for id in sql::find_blind(tx, caller, index, &hashes, LIMIT).await? {
                let on = found.entry(id).or_default();
                if !on.contains(name) {
                    on.push(name);
                }
            }
        }
        Ok(found)
    }

    /// How many customers share a value, of those whose being there may be told.
    pub(crate) async fn count_duplicates(
        &self,
        tx: &mut impl sql::Lookup,
        caller: &Caller,
        keys: &OrgKeys,
        fields: &[(&'static str, String)],
    ) -> Result<usize, CrmError> {
        let found = self.duplicate_ids(tx, caller, keys, fields).await?;
        let ids: Vec<[u8; 16]> = found.keys().copied().collect();
        let stored = sql::find_batch(tx, keys, caller, &ids).await?;
        Ok(stored.iter().filter(|it| may_be_told(caller, it)).count())
    }

    /// The customers with exactly this name, number, e-mail address, code or id: for whoever asks for access to one they
    /// do not see.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn identify(&self, org: OrgId, text: &str) -> Result<Vec<CustomerId>, CrmError> {
        let job = Caller::system(Job::Access, org);
        let keys = self.keys(org).await?;
        let mut tx = self.store.read().await?;
        if let Ok(id) = text.parse::<CustomerId>() {
            let found = sql::find_many(&mut tx, &keys, &job, &[*id.as_bytes()]).await?;
            return Ok(found.iter().map(|_| id).collect());
        }
        let fields = IDENTIFYING.map(|field| (field, text.to_owned()));
        let found = self.duplicate_ids(&mut tx, &job, &keys, &fields).await?;
        Ok(found.into_keys().map(CustomerId::from_bytes).collect())
    }

    /// The matches as the caller may see them, and the fields that were disclosed.
    pub(crate) async fn duplicate_matches(
        &self,
        caller: &Caller,
        fields: &[(&'static str, String)],
    ) -> Result<(Vec<DuplicateMatch>, Disclosures), CrmError> {
        let keys = self.keys(caller.org()).await?;
        let mut tx = self.store.read().await?;
        let found = self.duplicate_ids(&mut tx, caller, &keys, fields).await?;
        let ids: Vec<[u8; 16]> = found.keys().copied().collect();
        let stored = sql::find_many(&mut tx, &keys, caller, &ids).await?;
        drop(tx);
        let mut disclosures = Disclosures::new();
        let mut matches = Vec::new();
        let tellable = |customer: &StoredCustomer| may_be_told(caller, customer);
        for customer in stored.into_iter().filter(tellable) {
            let owner = self.owner_reference(caller.org(), customer.facts.owner);
            let on = found.get(&customer.facts.id).cloned().unwrap_or_default();
            let permit: Result<Permit<actions::Read, Customer>, _> =
                self.policy.permit(caller, &customer.facts);
            let Ok(permit) = permit else {
                matches.push(DuplicateMatch {
                    id: None,
                    name: None,
                    on,
                    owner,
                });
                continue;
            };
            let key = keys.tenant.open_record_key(customer.id(), &customer.key)?;
            let row = customer.facts.id;
            let opened = open_fields(&permit, &key, CUSTOMER, &row, &customer.fields, |spec| {
                spec.name == "name"
            })?;
            let name = opened
                .into_iter()
                .next()
                .map(|(spec, plain)| plain.disclose(spec.name, &mut disclosures));
            let name = name.map(custos_kernel::crypto::Disclosed::into_inner);
            matches.push(DuplicateMatch {
                id: Some(customer.id()),
                name,
                on,
                owner,
            });
        }
        Ok((matches, disclosures))
    }
}

/// Whether a caller may know that there is such a customer: labels hold for that, too.
fn may_be_told(caller: &Caller, customer: &StoredCustomer) -> bool {
    let clearance = caller.profile().clearance;
    clearance.dominates(customer.access.label)
}
