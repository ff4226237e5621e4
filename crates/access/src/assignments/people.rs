//! Roles of the organisation's own, and clearances, of people.

use crate::configuration::{Kind, People, PersonAccess, Rules, changed, checked_people, noting};
use crate::{Access, AccessError, AccessPeopleResource, Someone};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, actions};
use custos_store::StoreError;
use custos_values::{OrgId, UserId};
use std::collections::BTreeMap;

/// Everybody, what they hold, and what of it is there to be held.
pub(super) struct Holders {
    pub(super) accounts: BTreeMap<UserId, Someone>,
    pub(super) rules: Rules,
    pub(super) people: People,
    pub(super) version: i64,
}

impl Access {
    /// Everybody and what they hold; leaves an entry.
    pub(super) async fn holders(&self, caller: &Caller) -> Result<Holders, AccessError> {
        let scope = self
            .policy()
            .scope::<actions::List, AccessPeopleResource>(caller)?;
        let found = self.all_holders(caller.org()).await?;
        let shown = Detail::count(found.accounts.len() as u64);
        self.sink()
            .record(Event::of_scope(&scope).with("shown", shown))
            .await?;
        Ok(found)
    }

    async fn all_holders(&self, org: OrgId) -> Result<Holders, AccessError> {
        let (people, version) = self.document(org, Kind::People).await?;
        let (rules, _) = self.document(org, Kind::Rules).await?;
        Ok(Holders {
            accounts: self.people().all(org).await?,
            rules,
            people,
            version,
        })
    }

    /// Sets what a person holds, in place of what a version says.
    ///
    /// # Errors
    /// Refused, 404, 412, or 422 naming the field.
    pub async fn set_person(
        &self,
        caller: &Caller,
        version: i64,
        user: UserId,
        held: PersonAccess,
    ) -> Result<(), AccessError> {
        let org = caller.org();
        let document = Facts::shared(org, Kind::People.id(), version);
        let document: Permit<actions::Update, AccessPeopleResource> =
            self.policy().permit(caller, &document)?;
        let permit: Permit<actions::Update, AccessPeopleResource> = self
            .policy()
            .permit(caller, &Facts::shared(org, *user.as_bytes(), version))?;
        let found = self.all_holders(org).await?;
        if found.version != version {
            return Err(StoreError::Stale.into());
        }
        if !found.accounts.contains_key(&user) {
            return Err(Problem::not_found().into());
        }
        let (from, to) = (found.people.clearance_of(user), held.clearance.label());
        let alone = People {
            people: BTreeMap::from([(user, held.clone())]),
            teams: Vec::new(),
        };
        let problems = checked_people(&alone, &found.rules, &found.accounts);
        if !problems.is_empty() {
            return Err(Problem::invalid(problems).into());
        }
        let mut people = found.people;
        let before = people.people.insert(user, held.clone());
        let before = before.map(|it| it.custom_roles).unwrap_or_default();
        let after = &held.custom_roles;
        let given = after.iter().filter(|role| !before.contains(role)).count();
        let taken = before.iter().filter(|role| !after.contains(role)).count();
        let ids = changed(&before, after, |role| *role.as_bytes());
        self.put_document(
            caller,
            Kind::People,
            (&document, &permit),
            (version, &people),
            |event| {
                noting(event, &ids)
                    .with("given", Detail::count(given as u64))
                    .with("taken", Detail::count(taken as u64))
                    .with("from", Detail::code(from.level.name()))
                    .with("to", Detail::code(to.level.name()))
                    .with(
                        "compartments",
                        Detail::count(to.compartments.iter().count() as u64),
                    )
            },
        )
        .await
    }
}
