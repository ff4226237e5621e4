//! Groups of provisioning.

use super::body::{Wish, text};
use super::{invalid, sql};
use crate::error::IdentityError;
use crate::federation::{Provider, sql as federation};
use crate::identity::Identity;
use crate::organisation::{open_text, touch};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, actions};
use custos_scim::{Patch, member};
use custos_store::WriteTx;
use custos_values::{GroupId, UserId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The schema of groups.
pub(super) const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const SEALED_NAME: &str = "provisioned_group.name";
const SEALED_EXTERNAL: &str = "provisioned_group.external_id";
/// The attributes a client may change.
const ATTRIBUTES: [&str; 3] = ["displayName", "externalId", "members"];
/// Longest name, in bytes: as long as a mapping can name it.
const MAX_NAME: usize = 512;
/// Most groups of a provider.
const MAX_GROUPS: i64 = 2000;
/// Most members of a group.
const MAX_MEMBERS: usize = 10_000;

/// The name of a group.
pub(super) fn open_name(key: &TenantKey, group: &sql::GroupRow) -> Result<String, IdentityError> {
    let id = group.id.as_bytes();
    Ok(open_text(key, SEALED_NAME, id, &group.name)?)
}

fn open_external(key: &TenantKey, group: &sql::GroupRow) -> Result<Option<String>, IdentityError> {
    let sealed = group.external_id.as_deref();
    let open = |sealed| open_text(key, SEALED_EXTERNAL, group.id.as_bytes(), sealed);
    Ok(sealed.map(open).transpose()?)
}

/// What mappings may know groups by: their names, and what the provider calls them besides.
fn known_by(key: &TenantKey, groups: &[sql::GroupRow]) -> Result<Vec<String>, IdentityError> {
    let mut names = Vec::new();
    for group in groups {
        names.push(open_name(key, group)?);
        names.extend(open_external(key, group)?);
    }
    Ok(names)
}

/// The groups somebody belongs to, as mappings know them; none where the provider does not keep groups here.
///
/// # Errors
/// [`IdentityError::Store`].
pub(crate) async fn groups_of(
    tx: &mut WriteTx<'_>,
    key: &TenantKey,
    provider: &Provider,
    user: UserId,
) -> Result<Option<Vec<String>>, IdentityError> {
    if provider.provisioning.is_none() || sql::count_groups(tx, provider.id).await? == 0 {
        return Ok(None);
    }
    let groups = sql::groups_of_user(tx, provider.id, user).await?;
    known_by(key, &groups).map(Some)
}

fn resource(
    key: &TenantKey,
    group: &sql::GroupRow,
    members: &BTreeSet<UserId>,
) -> Result<Value, IdentityError> {
    let members: Vec<Value> = members
        .iter()
        .map(|user| json!({ "value": user.to_string(), "$ref": format!("/scim/v2/Users/{user}") }))
        .collect();
    let mut resource = json!({
        "schemas": [SCHEMA], "id": group.id.to_string(), "displayName": open_name(key, group)?, "members": members,
        "meta": { "resourceType": "Group", "location": format!("/scim/v2/Groups/{}", group.id) },
    });
    if let Some(external) = open_external(key, group)? {
        resource["externalId"] = external.into();
    }
    Ok(resource)
}

/// What a body says a group is to be.
struct Wanted {
    name: String,
    external_id: Option<String>,
    members: BTreeSet<UserId>,
}

impl Wanted {
    fn read(body: &Value) -> Result<Self, IdentityError> {
        let bad = || invalid("invalidValue");
        let name = text(body, "displayName")?.ok_or_else(bad)?;
        let external_id = text(body, "externalId")?;
        if name.len() > MAX_NAME || external_id.is_some_and(|id| id.len() > MAX_NAME) {
            return Err(bad());
        }
        let listed = match member(body, "members") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(listed)) => listed,
            Some(_) => return Err(bad()),
        };
        let mut members = BTreeSet::new();
        for one in listed {
            let id = member(one, "value").unwrap_or(one).as_str();
            members.insert(id.ok_or_else(bad)?.parse().map_err(|_| bad())?);
        }
        if members.len() > MAX_MEMBERS {
            return Err(invalid("tooMany"));
        }
        Ok(Self {
            name: name.to_owned(),
            external_id: external_id.map(str::to_owned),
            members,
        })
    }
}

/// What is to become of a group.
pub(super) enum Change {
    /// It is made.
    Create(Value),
    /// All of it is given.
    Replace(Value),
    /// Parts of it are.
    Patch(Patch),
}

impl Identity {
    /// The groups a provider keeps, as far as they are wanted.
    ///
    /// # Errors
    /// 400 `invalidFilter`, `invalidValue`.
    pub(super) async fn provisioned_groups(
        &self,
        caller: &Caller,
        provider: &Provider,
        wish: &Wish,
    ) -> Result<Value, IdentityError> {
        let page = wish.page(self.all_groups(caller, provider).await?)?;
        let rows = page["itemsPerPage"].as_u64().unwrap_or_default();
        let permit = self.provisioning_permit::<actions::List>(caller, provider)?;
        let event = Event::of(&permit)
            .with("kind", Detail::code("groups"))
            .with("rows", Detail::count(rows));
        self.sink().record(event).await?;
        Ok(page)
    }

    /// One of them.
    ///
    /// # Errors
    /// 404.
    pub(super) async fn provisioned_group(
        &self,
        caller: &Caller,
        provider: &Provider,
        id: GroupId,
    ) -> Result<Value, IdentityError> {
        let id_text = id.to_string();
        let groups = self.all_groups(caller, provider).await?;
        let found = groups.into_iter().find(|group| group["id"] == *id_text);
        let permit = self.provisioning_permit::<actions::List>(caller, provider)?;
        let event = Event::of(&permit).with("group", Detail::id(*id.as_bytes()));
        self.sink().record(event).await?;
        Ok(found.ok_or_else(Problem::not_found)?)
    }

    async fn all_groups(
        &self,
        caller: &Caller,
        provider: &Provider,
    ) -> Result<Vec<Value>, IdentityError> {
        let permit = self.provisioning_permit::<actions::List>(caller, provider)?;
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let mut tx = self.store().read().await?;
        let groups = sql::groups(&mut tx, &permit).await?;
        let mut members = sql::members(&mut tx, &permit).await?;
        drop(tx);
        groups
            .iter()
            .map(|group| resource(&key, group, &members.remove(&group.id).unwrap_or_default()))
            .collect()
    }

    /// Makes a group what a client says, and its members, those before and those now, what their groups give.
    ///
    /// # Errors
    /// 404; 400 `invalidValue`, also for members the provider does not keep, `tooMany`, or that of a PATCH that cannot be
    /// done.
    pub(super) async fn keep_group(
        &self,
        caller: &Caller,
        provider: &Provider,
        id: GroupId,
        change: Change,
    ) -> Result<(), IdentityError> {
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let keep = self.provisioning_permit(caller, provider)?;
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let known = sql::group_within(&mut tx, provider.id, id).await?;
        let members = sql::members_within(&mut tx, provider.id, id).await?;
        let (before, wanted) = match (known, &change) {
            (None, Change::Create(body)) => {
                if sql::count_groups(&mut tx, provider.id).await? >= MAX_GROUPS {
                    return Err(invalid("tooMany"));
                }
                (None, Wanted::read(body)?)
            }
            (Some(group), Change::Replace(body)) => {
                let known = known_by(&key, &[group])?;
                (Some(known), Wanted::read(body)?)
            }
            (Some(group), Change::Patch(patch)) => {
                let body = resource(&key, &group, &members)?;
                let body = patch.apply(&body, &ATTRIBUTES);
                let wanted = Wanted::read(&body.map_err(|fault| invalid(fault.0))?)?;
                (Some(known_by(&key, &[group])?), wanted)
            }
            _ => return Err(Problem::not_found().into()),
        };
        let new: BTreeSet<UserId> = wanted.members.difference(&members).copied().collect();
        if !new.is_empty() && !new.is_subset(&federation::users_of(&mut tx, provider.id).await?) {
            return Err(invalid("invalidValue"));
        }
        let seal = |purpose: &str, text: &str| {
            key.seal_secret(purpose, id.as_bytes(), text.as_bytes(), store.random())
        };
        let row = sql::GroupRow {
            id,
            name: seal(SEALED_NAME, &wanted.name),
            external_id: wanted
                .external_id
                .as_deref()
                .map(|external| seal(SEALED_EXTERNAL, external)),
        };
        sql::put_group(&mut tx, &keep, row).await?;
        for user in members.symmetric_difference(&wanted.members) {
            let member = wanted.members.contains(user);
            sql::set_member(&mut tx, &keep, id, *user, member).await?;
        }
        let now = [Some(wanted.name), wanted.external_id];
        let now: Vec<String> = now.into_iter().flatten().collect();
        let renamed = before.is_some_and(|before| before != now);
        let touched: BTreeSet<UserId> = if renamed {
            members.union(&wanted.members).copied().collect()
        } else {
            members
                .symmetric_difference(&wanted.members)
                .copied()
                .collect()
        };
        let count = |users: &BTreeSet<UserId>| {
            Detail::count(u64::try_from(users.len()).unwrap_or(u64::MAX))
        };
        let mut events = vec![
            Event::of(&keep)
                .with("changes", Detail::names(["group"]))
                .with("group", Detail::id(*id.as_bytes()))
                .with("members", count(&wanted.members))
                .with("members_changed", count(&touched)),
        ];
        let again = self
            .regrant(&mut tx, caller, provider, &key, touched.iter().copied())
            .await?;
        events.extend(again);
        tx.finish_all(events).await?;
        self.access_changed(caller, &touched);
        Ok(())
    }

    /// Removes a group; its members no longer have what it gave.
    ///
    /// # Errors
    /// 404.
    pub(super) async fn delete_provisioned_group(
        &self,
        caller: &Caller,
        provider: &Provider,
        id: GroupId,
    ) -> Result<(), IdentityError> {
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let keep = self.provisioning_permit(caller, provider)?;
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let members = sql::members_within(&mut tx, provider.id, id).await?;
        if !sql::delete_group(&mut tx, &keep, id).await? {
            return Err(Problem::not_found().into());
        }
        let mut events = vec![
            Event::of(&keep)
                .with("changes", Detail::names(["group_removed"]))
                .with("group", Detail::id(*id.as_bytes())),
        ];
        let again = self
            .regrant(&mut tx, caller, provider, &key, members.iter().copied())
            .await?;
        events.extend(again);
        tx.finish_all(events).await?;
        self.access_changed(caller, &members);
        Ok(())
    }

    /// Gives people what their groups, as they are in the transaction, give.
    pub(super) async fn regrant(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        provider: &Provider,
        key: &TenantKey,
        users: impl IntoIterator<Item = UserId>,
    ) -> Result<Vec<Event>, IdentityError> {
        let mut events = Vec::new();
        for user in users {
            let groups = sql::groups_of_user(tx, provider.id, user).await?;
            let names = known_by(key, &groups)?;
            let changed = self
                .apply_groups(tx, caller, provider, user, &names)
                .await?;
            events.extend(changed);
        }
        Ok(events)
    }

    fn access_changed(&self, caller: &Caller, users: &BTreeSet<UserId>) {
        self.directories().changed(caller.org());
        for user in users {
            self.sessions().forget_user(caller.org(), *user);
        }
    }
}
