//! Registering devices, seeing them, and taking them off: one's own, or as administrator somebody else's.

use super::model::{
    DeviceKind, DeviceState, DeviceView, MAX_DEVICES, MAX_NAME, SEALED_AGENT, SEALED_NAME,
    SEALED_SECRET,
};
use super::sql;
use crate::error::IdentityError;
use crate::events::READ_DEVICE_SECRET;
use crate::identity::Identity;
use crate::organisation::{check_name, open_text};
use crate::resources::DeviceResource;
use crate::sessions::{self, Agent};
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{DeviceKey, Token};
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Action, Caller, DeviceStanding, Facts, Permit, Resource, Scope, actions,
};
use custos_store::StoreError;
use custos_values::{DeviceId, UserId};

/// A device to register.
pub(super) struct NewDevice {
    pub(super) name: String,
    pub(super) kind: DeviceKind,
    pub(super) agent: Agent,
    pub(super) key: DeviceKey,
}

fn check_device_name(name: &str) -> Result<String, IdentityError> {
    let checked = check_name(name).and_then(|name| {
        if name.chars().count() > MAX_NAME {
            return Err("text.too_long");
        }
        Ok(name)
    });
    checked.map_err(|code| IdentityError::invalid_field("name", code))
}

fn facts(caller: &Caller, owner: UserId, id: DeviceId) -> Facts<DeviceResource> {
    Facts::owned(caller.org(), *id.as_bytes(), 0, Some(owner), None)
}

fn names_of(verbs: Vec<&'static str>) -> Vec<String> {
    let name = |verb| format!("{}.{verb}", DeviceResource::TYPE);
    verbs.into_iter().map(name).collect()
}

impl Identity {
    /// Registers the device a caller sits at. Their session is bound to it from then on.
    ///
    /// # Errors
    /// Refused, also for want of a fresh factor; 409 `device.registered` for a key that was registered before,
    /// `device.too_many`; 422 naming the field.
    pub(super) async fn register_device(
        &self,
        caller: &Caller,
        new: NewDevice,
    ) -> Result<DeviceId, IdentityError> {
        let store = self.store();
        let (Some(user), Some(session)) = (caller.user_id(), caller.session_id()) else {
            return Err(Problem::unauthenticated().into());
        };
        let id = DeviceId::new(store.clock(), store.random());
        let permit: Permit<actions::Create, _> =
            self.policy().permit(caller, &facts(caller, user, id))?;
        let name = check_device_name(&new.name)?;
        let key = store.keys().get(store, caller.org()).await?;
        let seal = |purpose: &str, plain: &[u8]| {
            key.seal_secret(purpose, id.as_bytes(), plain, store.random())
        };
        // A token is 32 random bytes.
        let secret = Token::generate(store.random()).expose();
        let row = sql::NewDeviceRow {
            owner: user,
            key: new.key,
            kind: new.kind,
            name: seal(SEALED_NAME, name.as_bytes()),
            agent: seal(SEALED_AGENT, new.agent.to_stored().as_bytes()),
            secret: seal(SEALED_SECRET, secret.as_bytes()),
            now: store.clock().now(),
        };
        let keeper = Self::keeper(caller.org(), caller.origin().clone());
        let session_facts = Facts::owned(caller.org(), *session.as_bytes(), 0, Some(user), None);
        let binding = self.policy().permit(&keeper, &session_facts)?;
        let conflict = |code| Err(Problem::new(StatusCode::CONFLICT, code).into());
        let mut tx = store.write(caller).await?;
        if sql::in_use(&mut tx, user).await?.len() >= MAX_DEVICES {
            return conflict("device.too_many");
        }
        match sql::insert(&mut tx, &permit, row).await {
            Err(StoreError::Duplicate) => return conflict("device.registered"),
            other => other?,
        }
        if !sessions::sql::bind(&mut tx, &binding, id).await? {
            return conflict("device.other");
        }
        let event = Event::of(&permit)
            .with("kind", Detail::code(new.kind.name()))
            .with("session", Detail::id(*session.as_bytes()));
        tx.finish(event).await?;
        self.sessions().forget(|row| row.id == session);
        Ok(id)
    }

    /// The devices of an account, those in use first.
    ///
    /// # Errors
    /// Refused, or 404.
    pub(super) async fn devices(
        &self,
        caller: &Caller,
        owner: UserId,
    ) -> Result<Vec<DeviceView>, IdentityError> {
        let scope: Scope<actions::List, DeviceResource> = self.policy().scope(caller)?;
        let directory = self.directory(caller.org()).await?;
        directory.person(owner).ok_or_else(Problem::not_found)?;
        // The scope of most people is their own devices; the list of somebody else's is none of theirs, not empty.
        let whose = facts(caller, owner, DeviceId::from_bytes(*owner.as_bytes()));
        let _: Permit<actions::Read, _> = self.policy().permit(caller, &whose)?;
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let mut tx = self.store().read().await?;
        let rows = sql::list(&mut tx, &scope, owner).await?;
        drop(tx);
        let here = self.device_of(caller).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let open =
                |purpose: &str, sealed: &[u8]| open_text(&key, purpose, row.id.as_bytes(), sealed);
            let may: &[&str] = match row.state {
                DeviceState::Active => &[actions::Update::NAME, actions::Delete::NAME],
                DeviceState::Removed => &[actions::Delete::NAME],
                DeviceState::Lost => &[],
            };
            let facts = facts(caller, owner, row.id);
            views.push(DeviceView {
                id: row.id,
                name: open(SEALED_NAME, &row.name)?,
                kind: row.kind,
                agent: Agent::from_stored(&open(SEALED_AGENT, &row.agent)?),
                state: row.state,
                registered_at: row.registered_at,
                last_used_at: row.last_used_at,
                ended_at: row.ended_at,
                current: here == Some(row.id),
                actions: names_of(self.policy().permitted(caller, &facts, may)),
            });
        }
        let event = Event::of_scope(&scope).with("user", Detail::id(*owner.as_bytes()));
        self.sink().record(event).await?;
        Ok(views)
    }

    /// Gives one of an account's devices another name.
    ///
    /// # Errors
    /// Refused, 404, or 422 naming the field.
    pub(super) async fn rename_device(
        &self,
        caller: &Caller,
        id: DeviceId,
        name: &str,
    ) -> Result<(), IdentityError> {
        let owner = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let permit: Permit<actions::Update, _> =
            self.policy().permit(caller, &facts(caller, owner, id))?;
        let name = check_device_name(name)?;
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let sealed = key.seal_secret(SEALED_NAME, id.as_bytes(), name.as_bytes(), store.random());
        let mut tx = store.write(caller).await?;
        if !sql::rename(&mut tx, &permit, owner, sealed).await? {
            return Err(Problem::not_found().into());
        }
        tx.finish(Event::of(&permit)).await?;
        Ok(())
    }

    /// Takes a device off, or notes that it is lost: its sessions end, its key is refused for ever, and what it needs to
    /// open what it keeps is destroyed.
    ///
    /// # Errors
    /// Refused; 404; 409 `device.in_hand` for a device reported lost from itself.
    pub(super) async fn end_device(
        &self,
        caller: &Caller,
        owner: UserId,
        id: DeviceId,
        state: DeviceState,
    ) -> Result<(), IdentityError> {
        let directory = self.directory(caller.org()).await?;
        directory.person(owner).ok_or_else(Problem::not_found)?;
        let permit: Permit<actions::Delete, _> =
            self.policy().permit(caller, &facts(caller, owner, id))?;
        if state == DeviceState::Lost && self.device_of(caller).await? == Some(id) {
            return Err(Problem::new(StatusCode::CONFLICT, "device.in_hand").into());
        }
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        if !sql::end(&mut tx, &permit, owner, state, now).await? {
            return Err(Problem::not_found().into());
        }
        let ended = sessions::sql::delete_of_device(&mut tx, &permit).await?;
        let code = if state == DeviceState::Lost {
            "lost"
        } else {
            "removed"
        };
        let event = Event::of(&permit)
            .with("user", Detail::id(*owner.as_bytes()))
            .with("state", Detail::code(code))
            .with("sessions_ended", Detail::count(ended));
        tx.finish(event).await?;
        self.sessions().forget(|row| row.device == Some(id));
        Ok(())
    }

    /// What the caller's device needs, beside its own key, to open what it keeps: 256 bits, as text. Told to the device
    /// itself only.
    ///
    /// # Errors
    /// 404 unless the request comes from a registered device.
    pub(super) async fn device_secret(&self, caller: &Caller) -> Result<String, IdentityError> {
        let proven = caller
            .circumstances()
            .is_some_and(|circumstances| circumstances.device == DeviceStanding::Registered);
        let owner = caller.user_id().filter(|_| proven);
        let (Some(owner), Some(id)) = (owner, self.device_of(caller).await?) else {
            return Err(Problem::not_found().into());
        };
        let keeper = Self::keeper(caller.org(), caller.origin().clone());
        let permit = self.keeper_device(&keeper, owner, id)?;
        let sealed = sql::secret(&mut self.store().read().await?, &permit, owner).await?;
        let sealed = sealed.ok_or_else(Problem::not_found)?;
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let secret = open_text(&key, SEALED_SECRET, id.as_bytes(), &sealed)?;
        let event = Event::own::<DeviceResource>(caller, &READ_DEVICE_SECRET, Some(*id.as_bytes()));
        self.sink().record(event).await?;
        Ok(secret)
    }
}
