//! What other features need to know about people, from the identity feature.

use custos_access::{Configuration, News, Someone};
use custos_audit::{Names, Postures, StatedWitnesses};
use custos_crm::People;
use custos_identity::{Directory, Held, Identity, IdentityError, Person};
use custos_kernel::event::Event;
use custos_kernel::policy::{ApproverStanding, Origin, Policy, Standing};
use custos_store::{StoreError, WriteTx};
use custos_transparency::OwnRules;
use custos_transparency::Transparency;
use custos_values::{DepartmentId, OrgId, UserId};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::runtime::Handle;

/// The directory for callers that cannot wait.
pub(super) struct Staff(pub(super) Arc<Identity>);

impl Staff {
    /// At most a second old, and nearly always in memory; only then this has to wait.
    fn directory(&self, org: OrgId) -> Option<Arc<Directory>> {
        let answer = match self.0.directory(org).now_or_never() {
            Some(answer) => answer,
            None => {
                tokio::task::block_in_place(|| Handle::current().block_on(self.0.directory(org)))
            }
        };
        answer
            .inspect_err(|error| tracing::error!(%error, "the directory cannot be read"))
            .ok()
    }
}

impl People for Staff {
    fn user_name(&self, org: OrgId, user: UserId) -> Option<Arc<str>> {
        self.directory(org)?.user_name(user).map(Arc::from)
    }

    fn department_name(&self, org: OrgId, department: DepartmentId) -> Option<Arc<str>> {
        self.directory(org)?
            .department_name(department)
            .map(Arc::from)
    }

    fn department_of(&self, org: OrgId, user: UserId) -> Option<DepartmentId> {
        self.directory(org)?.person(user)?.department
    }

    fn standing(&self, org: OrgId, user: UserId) -> Option<Standing> {
        let directory = self.directory(org)?;
        let person = directory.person(user).filter(|person| person.active)?;
        Some(directory.usual_standing(user, person, self.0.now()))
    }

    fn everybody(&self, org: OrgId) -> Vec<(UserId, Standing)> {
        let Some(directory) = self.directory(org) else {
            return Vec::new();
        };
        let now = self.0.now();
        let active = directory.people().filter(|(_, person)| person.active);
        active
            .map(|(id, person)| (id, directory.usual_standing(id, person, now)))
            .collect()
    }

    fn configuration(&self, org: OrgId) -> Arc<Configuration> {
        let directory = self.directory(org);
        directory.map_or_else(Arc::default, |it| Arc::clone(it.access()))
    }

    fn find_user(&self, org: OrgId, name: &str) -> Option<UserId> {
        self.directory(org)?.user_by_login_or_name(name)
    }

    fn stays<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        user: UserId,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.0.stays(tx, user).boxed()
    }
}

impl custos_access::People for Staff {
    fn all(&self, org: OrgId) -> BoxFuture<'_, Result<BTreeMap<UserId, Someone>, StoreError>> {
        async move {
            let directory = self.0.directory(org).await.map_err(failed)?;
            let someone = |(id, person): (UserId, &Person)| {
                let someone = Someone {
                    name: person.name.clone(),
                    roles: person.roles,
                    department: person.department,
                    active: person.active,
                    service: person.service,
                };
                (id, someone)
            };
            Ok(directory.people().map(someone).collect())
        }
        .boxed()
    }

    fn configuration(&self, org: OrgId) -> BoxFuture<'_, Result<Arc<Configuration>, StoreError>> {
        async move {
            let directory = self.0.directory(org).await.map_err(failed)?;
            Ok(Arc::clone(directory.access()))
        }
        .boxed()
    }

    fn standings(
        &self,
        org: OrgId,
    ) -> BoxFuture<'_, Result<BTreeMap<UserId, Standing>, StoreError>> {
        async move {
            let directory = self.0.directory(org).await.map_err(failed)?;
            let now = self.0.now();
            let active = directory.people().filter(|(_, person)| person.active);
            let standing = |(id, person)| (id, directory.usual_standing(id, person, now));
            Ok(active.map(standing).collect())
        }
        .boxed()
    }

    fn departments(
        &self,
        org: OrgId,
    ) -> BoxFuture<'_, Result<BTreeMap<DepartmentId, String>, StoreError>> {
        async move {
            let directory = self.0.directory(org).await.map_err(failed)?;
            let named = directory.departments();
            Ok(named.map(|(id, it)| (id, it.name.clone())).collect())
        }
        .boxed()
    }

    fn organisation(&self, org: OrgId) -> BoxFuture<'_, Result<String, StoreError>> {
        async move {
            let directory = self.0.directory(org).await.map_err(failed)?;
            Ok(directory.organisation_name().to_owned())
        }
        .boxed()
    }

    fn changed(&self, org: OrgId) {
        self.0.forget_directory(org);
    }

    fn leads_of(
        &self,
        org: OrgId,
        user: UserId,
    ) -> BoxFuture<'_, Result<BTreeSet<UserId>, StoreError>> {
        async move { self.0.leads_of(org, user).await.map_err(failed) }.boxed()
    }

    fn hold<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        users: &'a BTreeSet<UserId>,
    ) -> BoxFuture<'a, Result<BTreeMap<UserId, ApproverStanding>, StoreError>> {
        async move {
            let held = self.0.hold_accounts(tx, users).await?;
            let standing = |(id, account): (UserId, Held)| {
                let standing = ApproverStanding {
                    active: account.active && !account.service,
                    roles: account.roles,
                    leads: false,
                };
                (id, standing)
            };
            Ok(held.into_iter().map(standing).collect())
        }
        .boxed()
    }

    fn behind<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        account: UserId,
        among: &'a BTreeSet<UserId>,
    ) -> BoxFuture<'a, Result<BTreeSet<UserId>, StoreError>> {
        self.0.behind(tx, org, account, among).boxed()
    }

    fn tell<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        user: UserId,
        origin: &'a Origin,
        news: News,
    ) -> BoxFuture<'a, Result<Option<Event>, StoreError>> {
        async move {
            let told = self
                .0
                .tell(tx, (org, user), origin, news.template, news.params);
            told.await.map_err(failed)
        }
        .boxed()
    }
}

/// What else than the database can fail there is a mistake in what is stored.
pub(super) fn failed(error: IdentityError) -> StoreError {
    match error {
        IdentityError::Store(error) => error,
        other => StoreError::Corrupt(other.to_string()),
    }
}

/// Names for the audit desk.
pub(super) fn names(identity: &Arc<Identity>) -> Names {
    let identity = Arc::clone(identity);
    Arc::new(move |org, ids| {
        let identity = Arc::clone(&identity);
        async move {
            let Ok(directory) = identity.directory(org).await else {
                // The log is worth reading without names.
                return Default::default();
            };
            let named = ids.into_iter().filter_map(|id| {
                let name = directory.user_name(UserId::from_bytes(id))?;
                Some((id, name.to_owned()))
            });
            named.collect()
        }
        .boxed()
    })
}

/// Whose signatures organisations ask for, for the evidence the desk gives out.
pub(super) fn stated_witnesses(transparency: &Arc<Transparency>) -> StatedWitnesses {
    let transparency = Arc::downgrade(transparency);
    Arc::new(move |org| {
        let transparency = transparency.upgrade();
        async move {
            let stated = transparency?.stated_witnesses(org).await;
            stated
                .inspect_err(|error| tracing::error!(%error, "the witnesses cannot be read"))
                .ok()
                .flatten()
        }
        .boxed()
    })
}

/// Accounts and keys as they are, for the automated audit.
pub(super) fn postures(identity: &Arc<Identity>) -> Postures {
    let identity = Arc::clone(identity);
    Arc::new(move |caller| {
        let identity = Arc::clone(&identity);
        async move {
            identity
                .posture(&caller)
                .await
                .inspect_err(|error| tracing::error!(%error, "accounts cannot be read"))
                .ok()
        }
        .boxed()
    })
}

/// The rules an organisation has of its own, for evidence. None if they cannot be read now.
pub(super) fn own_rules(identity: &Arc<Identity>, policy: &Arc<Policy>) -> OwnRules {
    let (identity, policy) = (Arc::clone(identity), Arc::clone(policy));
    Arc::new(move |org| {
        let (identity, policy) = (Arc::clone(&identity), Arc::clone(&policy));
        async move {
            // Reading the directory puts the rules in force.
            let _ = identity.directory(org).await.ok()?;
            Some(policy.own_text(org)).filter(|text| !text.is_empty())
        }
        .boxed()
    })
}
