//! Users of provisioning.

use super::body::{Wish, active, text};
use super::groups::open_name;
use super::{invalid, refused, sql};
use crate::accounts::{
    SEALED_LOGIN, SEALED_NAME, check_login, keep_administrators, login_hash, sql as accounts,
};
use crate::devices;
use crate::error::IdentityError;
use crate::federation::{
    NewFederated, Provider, open_subject, seal_subject, sql as federation, subject_hash,
};
use crate::identity::Identity;
use crate::organisation::{Person, check_name, touch};
use crate::resources::UserResource;
use crate::sessions;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, RoleSet, actions};
use custos_scim::{Patch, member};
use custos_store::WriteTx;
use custos_values::{GroupId, UserId};
use serde_json::{Value, json};

/// The schema of users.
pub(super) const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The attributes a client may change.
const ATTRIBUTES: [&str; 5] = ["userName", "displayName", "name", "externalId", "active"];
/// Longest `externalId`, in bytes.
const MAX_EXTERNAL_ID: usize = 1024;

/// A group by id and name.
type Named = (GroupId, String);

fn resource(id: UserId, subject: &str, person: &Person, groups: &[&Named]) -> Value {
    let groups: Vec<Value> = groups
        .iter()
        .map(|(id, name)| json!({ "value": id.to_string(), "display": name }))
        .collect();
    json!({
        "schemas": [SCHEMA], "id": id.to_string(), "externalId": subject, "userName": person.login,
        "displayName": person.name, "name": { "formatted": person.name }, "active": person.active, "groups": groups,
        "meta": { "resourceType": "User", "location": format!("/scim/v2/Users/{id}") },
    })
}

/// What a body says a user is to be; `None` is what it was.
#[derive(Default)]
struct Wanted {
    login: Option<String>,
    name: Option<String>,
    subject: Option<String>,
    active: Option<bool>,
}

/// The name a body gives, if it is another than before. There is one name here: of its several places the first that was
/// changed counts.
fn name_of(before: &Value, after: &Value) -> Result<Option<String>, IdentityError> {
    let null = Value::Null;
    let parts = member(after, "name").unwrap_or(&null);
    let parts_before = member(before, "name").unwrap_or(&null);
    let changed = |name: &str, after: &Value, before: &Value| {
        let now = text(after, name)?;
        let same = now == text(before, name)?;
        Ok::<_, IdentityError>(now.filter(|_| !same).map(str::to_owned))
    };
    if let Some(name) = changed("displayName", after, before)? {
        return Ok(Some(name));
    }
    if let Some(name) = changed("formatted", parts, parts_before)? {
        return Ok(Some(name));
    }
    let (Some(family), Some(given)) = (text(parts, "familyName")?, text(parts, "givenName")?)
    else {
        return Ok(None);
    };
    let known = text(after, "displayName")?.is_some() || text(parts, "formatted")?.is_some();
    if known && (text(parts_before, "familyName")?.is_none() || before.is_null()) {
        return Ok(None);
    }
    Ok(Some(if family.is_ascii() && given.is_ascii() {
        format!("{given} {family}")
    } else {
        format!("{family}{given}")
    }))
}

impl Wanted {
    fn read(before: &Value, after: &Value) -> Result<Self, IdentityError> {
        let bad = || invalid("invalidValue");
        let login = text(after, "userName")?.ok_or_else(bad)?;
        let login = check_login(login).map_err(|_| bad())?;
        let name = name_of(before, after)?
            .map(|name| check_name(&name).map_err(|_| bad()))
            .transpose()?;
        let subject = text(after, "externalId")?;
        if subject.is_some_and(|subject| subject.len() > MAX_EXTERNAL_ID) {
            return Err(bad());
        }
        let changed =
            |name: &str, text: &str| before.get(name).and_then(Value::as_str) != Some(text);
        Ok(Self {
            login: changed("userName", &login).then_some(login),
            name,
            subject: subject
                .filter(|subject| changed("externalId", subject))
                .map(str::to_owned),
            active: active(after)?,
        })
    }
}

/// What is to become of a user.
pub(super) enum Change {
    /// All of it is given.
    Replace(Value),
    /// Parts of it are.
    Patch(Patch),
    /// The account is disabled and parted from the provider.
    Part,
}

/// An account within a transaction that changes it.
struct Changing {
    id: UserId,
    facts: accounts::AccountFacts,
    permit: Permit<actions::Update, UserResource>,
    subject: String,
    /// Whether somebody signed in by it.
    used: bool,
}

impl Identity {
    /// The users a provider keeps, as far as they are wanted.
    ///
    /// # Errors
    /// 400 `invalidFilter`, `invalidValue`.
    pub(super) async fn provisioned_users(
        &self,
        caller: &Caller,
        provider: &Provider,
        wish: &Wish,
    ) -> Result<Value, IdentityError> {
        let permit = self.provisioning_permit::<actions::List>(caller, provider)?;
        let filter = wish.filter()?;
        // What most clients ask, one user at a time, needs nothing of the others opened.
        let login = filter
            .as_ref()
            .and_then(|filter| filter.only_equal("userName"));
        let login = login.map(str::to_lowercase);
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let mut tx = self.store().read().await?;
        let rows = federation::of_provider(&mut tx, &permit).await?;
        let groups = sql::groups(&mut tx, &permit).await?;
        let members = sql::members(&mut tx, &permit).await?;
        drop(tx);
        let directory = self.directory(caller.org()).await?;
        let names: Vec<Named> = groups
            .iter()
            .map(|group| Ok((group.id, open_name(&key, group)?)))
            .collect::<Result<_, IdentityError>>()?;
        let mut users = Vec::new();
        for row in rows {
            let Some(person) = directory.person(row.user) else {
                continue;
            };
            let asked = login.as_ref().is_none_or(|login| *login == person.login);
            if !asked || !provider.keeps(person.roles) {
                continue;
            }
            let belongs = |(id, _): &&Named| {
                members
                    .get(id)
                    .is_some_and(|users| users.contains(&row.user))
            };
            let groups: Vec<&Named> = names.iter().filter(belongs).collect();
            let subject = open_subject(&key, &row)?;
            users.push(resource(row.user, &subject, person, &groups));
        }
        let page = wish.page(users)?;
        let rows = page["itemsPerPage"].as_u64().unwrap_or_default();
        let event = Event::of(&permit)
            .with("kind", Detail::code("users"))
            .with("rows", Detail::count(rows));
        self.sink().record(event).await?;
        Ok(page)
    }

    /// One of them.
    ///
    /// # Errors
    /// 404.
    pub(super) async fn provisioned_user(
        &self,
        caller: &Caller,
        provider: &Provider,
        id: UserId,
    ) -> Result<Value, IdentityError> {
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let directory = self.directory(caller.org()).await?;
        let person = directory.person(id).ok_or_else(Problem::not_found)?;
        let mut tx = self.store().read().await?;
        let known = federation::of_user(&mut tx, caller.org(), id).await?;
        let row = known.into_iter().find(|row| row.provider == provider.id);
        let kept = row.is_some() && provider.keeps(person.roles);
        let facts = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(id), person.department)
            .kept_by(kept.then_some(provider.id));
        let permit = self.policy().permit(caller, &facts)?;
        let groups = sql::groups_of_account(&mut tx, &permit, provider.id).await?;
        drop(tx);
        let names: Vec<Named> = groups
            .iter()
            .map(|group| Ok((group.id, open_name(&key, group)?)))
            .collect::<Result<_, IdentityError>>()?;
        self.sink().record(Event::of(&permit)).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let groups: Vec<&Named> = names.iter().collect();
        Ok(resource(id, &open_subject(&key, &row)?, person, &groups))
    }

    /// Makes a user. A login, or a subject, somebody has already is refused: nobody is found by name.
    ///
    /// # Errors
    /// 400 `invalidValue`, 409 `uniqueness`.
    pub(super) async fn provision_user(
        &self,
        caller: &Caller,
        provider: &Provider,
        body: &Value,
    ) -> Result<UserId, IdentityError> {
        let wanted = Wanted::read(&Value::Null, body)?;
        let login = wanted.login.as_deref().unwrap_or_default();
        let subject = wanted.subject.as_deref().unwrap_or(login);
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let keep = self.provisioning_permit(caller, provider)?;
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let hash = subject_hash(&key, provider.id, subject);
        if accounts::login_taken(&mut tx, login_hash(&key, login)).await?
            || federation::by_subject(&mut tx, provider.id, hash)
                .await?
                .is_some()
        {
            return Err(refused(StatusCode::CONFLICT, "uniqueness"));
        }
        let new = NewFederated {
            login: Some(login),
            name: wanted.name.as_deref(),
            subject,
        };
        let (user, event) = self
            .create_federated(&mut tx, caller, &key, provider, new)
            .await?;
        let mut events = vec![event];
        if wanted.active == Some(false) {
            let facts = accounts::facts(&mut tx, user).await?;
            let facts = facts.ok_or_else(Problem::not_found)?;
            let permit = self
                .account_permit_of_provider(&mut tx, caller, provider, user, &facts)
                .await?;
            events.push(self.end_account(&mut tx, &permit, &facts, None).await?);
            sql::set_ended(&mut tx, &keep, user, Some(facts.version + 1)).await?;
        }
        tx.finish_all(events).await?;
        self.directories().changed(caller.org());
        Ok(user)
    }

    /// Makes a user what a client says.
    ///
    /// # Errors
    /// 404, 400 `invalidValue`, `mutability` (an `externalId` by which somebody signed in) or that of a PATCH that cannot
    /// be done, 403 `provisioning.disabled_here`, 409 `uniqueness` or `user.last_admin`.
    pub(super) async fn change_provisioned_user(
        &self,
        caller: &Caller,
        provider: &Provider,
        id: UserId,
        change: Change,
    ) -> Result<(), IdentityError> {
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let directory = self.directory(caller.org()).await?;
        let person = directory.person(id).ok_or_else(Problem::not_found)?;
        let keep = self.provisioning_permit(caller, provider)?;
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let changing = self.changing(&mut tx, caller, provider, &key, id).await?;
        let before = resource(id, &changing.subject, person, &[]);
        let wanted = match &change {
            Change::Replace(after) => Wanted::read(&before, after)?,
            Change::Patch(patch) => {
                let after = patch.apply(&before, &ATTRIBUTES);
                Wanted::read(&before, &after.map_err(|fault| invalid(fault.0))?)?
            }
            Change::Part => Wanted {
                active: Some(false),
                ..Wanted::default()
            },
        };
        let active = changing.facts.active;
        let ended = sql::ended_at_version(&mut tx, provider.id, id).await?;
        let ended_by_provider = !active && ended == Some(changing.facts.version);
        let enabled = wanted.active == Some(true) && !active;
        if enabled && !ended_by_provider {
            let problem = Problem::new(StatusCode::FORBIDDEN, "provisioning.disabled_here");
            return Err(problem.into());
        }
        self.rename(&mut tx, &key, &changing, &wanted).await?;
        self.name_subject(&mut tx, &key, provider, &keep, &changing, &wanted)
            .await?;
        let name = wanted.name.as_deref();
        let name = name.map(|name| {
            key.seal_secret(SEALED_NAME, id.as_bytes(), name.as_bytes(), store.random())
        });
        let mut events = Vec::new();
        if wanted.active == Some(false) && active {
            let event = self
                .end_account(&mut tx, &changing.permit, &changing.facts, name)
                .await?;
            events.push(event);
        } else {
            let update = accounts::AccountUpdate {
                name,
                department: changing.facts.department,
                active: wanted.active.unwrap_or(active),
                now: store.clock().now(),
            };
            accounts::update(&mut tx, &changing.permit, update).await?;
            let changes = [
                wanted.login.as_ref().map(|_| "login"),
                wanted.name.as_ref().map(|_| "name"),
                wanted.subject.as_ref().map(|_| "subject"),
                enabled.then_some("status"),
            ];
            let changes = Detail::names(changes.into_iter().flatten());
            events.push(Event::of(&changing.permit).with("changes", changes));
        }
        let still_ended =
            !enabled && (ended_by_provider || (wanted.active == Some(false) && active));
        let version = still_ended.then_some(changing.facts.version + 1);
        sql::set_ended(&mut tx, &keep, id, version).await?;
        if matches!(change, Change::Part) {
            sql::leave_all(&mut tx, &keep, id).await?;
            federation::unlink(&mut tx, &keep, id).await?;
            events.push(Event::of(&keep).with("changes", Detail::names(["parted"])));
        } else if enabled {
            let again = self.regrant(&mut tx, caller, provider, &key, [id]).await?;
            events.extend(again);
        }
        tx.finish_all(events).await?;
        self.account_changed(caller, id);
        Ok(())
    }

    /// Decides about an account as it is within the transaction.
    async fn changing(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        provider: &Provider,
        key: &TenantKey,
        id: UserId,
    ) -> Result<Changing, IdentityError> {
        let facts = accounts::facts(tx, id).await?;
        let facts = facts.ok_or_else(Problem::not_found)?;
        let permit = self
            .account_permit_of_provider(tx, caller, provider, id, &facts)
            .await?;
        let row = federation::of_user_within(tx, provider.id, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        Ok(Changing {
            id,
            facts,
            permit,
            subject: open_subject(key, &row)?,
            used: row.last_seen_at.is_some(),
        })
    }

    async fn rename(
        &self,
        tx: &mut WriteTx<'_>,
        key: &TenantKey,
        changing: &Changing,
        wanted: &Wanted,
    ) -> Result<(), IdentityError> {
        let Some(login) = &wanted.login else {
            return Ok(());
        };
        let hash = login_hash(key, login);
        if accounts::login_taken(tx, hash).await? {
            return Err(refused(StatusCode::CONFLICT, "uniqueness"));
        }
        let (id, random) = (changing.id, self.store().random());
        let sealed = key.seal_secret(SEALED_LOGIN, id.as_bytes(), login.as_bytes(), random);
        Ok(accounts::set_login(tx, &changing.permit, sealed, hash).await?)
    }

    /// Gives an account another subject. Not once somebody signed in by the one it has: the provider vouches for them by
    /// that, and they would find themselves with another account.
    async fn name_subject(
        &self,
        tx: &mut WriteTx<'_>,
        key: &TenantKey,
        provider: &Provider,
        keep: &Permit<actions::Update, crate::resources::ProvisioningResource>,
        changing: &Changing,
        wanted: &Wanted,
    ) -> Result<(), IdentityError> {
        let Some(subject) = &wanted.subject else {
            return Ok(());
        };
        if changing.used {
            return Err(invalid("mutability"));
        }
        let hash = subject_hash(key, provider.id, subject);
        let sealed = seal_subject(self, key, changing.id, subject);
        let now = self.store().clock().now();
        federation::unlink(tx, keep, changing.id).await?;
        if !federation::link(tx, keep, changing.id, hash, sealed, now).await? {
            return Err(refused(StatusCode::CONFLICT, "uniqueness"));
        }
        Ok(())
    }

    /// Disables an account and ends all that opens it. To be called in a transaction that has touched the organisation.
    async fn end_account(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Update, UserResource>,
        facts: &accounts::AccountFacts,
        name: Option<Vec<u8>>,
    ) -> Result<Event, IdentityError> {
        keep_administrators(tx, facts.roles, RoleSet::default()).await?;
        let now = self.store().clock().now();
        let update = accounts::AccountUpdate {
            name,
            department: facts.department,
            active: false,
            now,
        };
        accounts::update(tx, permit, update).await?;
        let sessions = sessions::sql::delete_of_user(tx, permit, None).await?;
        let devices = devices::sql::end_of_user(tx, permit, now).await?;
        accounts::drop_link(tx, permit).await?;
        Ok(Event::of(permit)
            .with("changes", Detail::names(["status"]))
            .with("status", Detail::code("disabled"))
            .with("sessions_ended", Detail::count(sessions))
            .with("devices_ended", Detail::count(devices)))
    }
}
