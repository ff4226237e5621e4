//! Making, rotating and revoking keys, and the accounts they belong to.

use super::sql::KeyRow;
use super::{SEALED_KEY_NAME, SEALED_USED_FROM, secret, sql};
use crate::accounts::{NewAccount, ServiceAccount};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::{check_name, open_text, touch};
use crate::posture::KeyPosture;
use crate::resources::{ApiKeyResource, ContactPointResource, DeviceResource, PreferenceResource};
use crate::security::networks;
use axum::http::StatusCode;
use custos_access::reviews::ProgramKey;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Caller, Circumstances, DataScope, Facts, Permit, Relation, Resource, Role, RoleSet, actions,
};
use custos_store::WriteTx;
use custos_values::{ApiKeyId, DepartmentId, Timestamp, UserId};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// Longest life of a key: a year and a day, so that "in a year" is within.
const LONGEST_LIFE_MS: i64 = 366 * DAY_MS;
const DAY_MS: i64 = 24 * 3_600_000;
/// Longest time both keys of a rotation work, in days.
const LONGEST_OVERLAP_DAYS: u32 = 7;
/// Most keys of one account that have not ended.
const MOST_KEYS: i64 = 20;

/// What only people have: addresses, devices, settings of the page.
const OF_A_PERSON: [&str; 3] = [
    ContactPointResource::TYPE,
    DeviceResource::TYPE,
    PreferenceResource::TYPE,
];

/// A key to make.
pub(super) struct NewKey {
    pub(super) name: String,
    pub(super) scopes: Vec<String>,
    pub(super) networks: Vec<String>,
    pub(super) expires_at: Timestamp,
}

/// A key as administrators see it.
pub(super) struct KeyView {
    pub(super) id: ApiKeyId,
    pub(super) user: UserId,
    pub(super) name: String,
    pub(super) scopes: BTreeSet<String>,
    pub(super) networks: Vec<IpNet>,
    pub(super) created_at: Timestamp,
    pub(super) created_by: Option<String>,
    pub(super) expires_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) last_used_from: Option<String>,
}

/// A key just made, with its text, shown this once.
pub(super) struct MadeKey {
    pub(super) id: ApiKeyId,
    pub(super) text: String,
}

impl Identity {
    /// The actions a key can be confined to: what selling roles can ever do, except to what is a person's own. Besides
    /// what operations ask for at the door, these are the actions decided on each record, such as importing into
    /// somebody's hands.
    pub(crate) fn key_scopes(&self) -> BTreeSet<String> {
        let Ok(roles) = RoleSet::new([Role::Sales, Role::SalesLead]) else {
            return BTreeSet::new();
        };
        let policy = self.policy();
        let reachable = |resource: &'static str, verb: &'static str| {
            Relation::WITHIN.into_iter().any(|relation| {
                let held = (roles, DataScope::All);
                let around = Circumstances::ORDINARY.made_fresh();
                policy
                    .explain_role(held, resource, verb, relation, around)
                    .allowed
            })
        };
        let ruled = policy.actions();
        let resources: BTreeSet<&'static str> =
            self.catalogue().into_iter().map(|(it, _)| it).collect();
        resources
            .into_iter()
            .filter(|resource| !OF_A_PERSON.contains(resource))
            .flat_map(|resource| actions::VERBS.iter().map(move |verb| (resource, *verb)))
            .filter(|(resource, verb)| ruled.contains(&format!("{resource}.{verb}")))
            .filter(|(resource, verb)| reachable(resource, verb))
            .map(|(resource, verb)| format!("{resource}.{verb}"))
            .collect()
    }

    /// Makes a service account: without password, without sessions, and without roles until some are granted.
    ///
    /// # Errors
    /// Refused, or 422 naming the field.
    pub(super) async fn create_service_account(
        &self,
        caller: &Caller,
        name: String,
        department: Option<DepartmentId>,
        data_scope: DataScope,
    ) -> Result<UserId, IdentityError> {
        let mut random = [0; 8];
        self.store().random().fill(&mut random);
        let new = NewAccount {
            name,
            // Nobody signs in with it; it only has to be one of its kind.
            login: format!("service-{}", hex::encode(random)),
            department,
            data_scope,
        };
        self.make_service_account(caller, new).await
    }

    /// The service accounts, and all keys, oldest first.
    ///
    /// # Errors
    /// Refused.
    pub(super) async fn service_accounts(
        &self,
        caller: &Caller,
    ) -> Result<(Vec<ServiceAccount>, Vec<KeyView>), IdentityError> {
        let scope = self.policy().scope(caller)?;
        let directory = self.directory(caller.org()).await?;
        let rows = sql::list(&mut self.store().read().await?, &scope).await?;
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id.as_bytes();
            let here = self.key_uses().of(row.org, row.id);
            let sealed = row.last_used_from.as_deref();
            let stored = sealed
                .map(|sealed| open_text(&key, SEALED_USED_FROM, id, sealed))
                .transpose()?;
            views.push(KeyView {
                name: open_text(&key, SEALED_KEY_NAME, id, &row.name)?,
                created_by: directory.user_name(row.created_by).map(str::to_owned),
                last_used_at: here.map_or(row.last_used_at, |last| Some(last.at)),
                last_used_from: here
                    .and_then(|last| last.from)
                    .map_or(stored, |address| Some(address.to_string())),
                id: row.id,
                user: row.user,
                scopes: row.scopes,
                networks: row.networks,
                created_at: row.created_at,
                expires_at: row.expires_at,
            });
        }
        let accounts = directory
            .people()
            .filter(|(_, person)| person.service)
            .map(|(id, person)| ServiceAccount {
                id,
                name: person.name.clone(),
                active: person.active,
                roles: person.roles,
                data_scope: person.data_scope,
                department: person
                    .department
                    .and_then(|id| directory.department_name(id))
                    .map(str::to_owned),
            })
            .collect();
        let count = u64::try_from(views.len()).unwrap_or(u64::MAX);
        let event = Event::of_scope(&scope).with("rows", Detail::count(count));
        self.sink().record(event).await?;
        Ok((accounts, views))
    }

    /// All keys, for whoever looks through them in the background: it leaves no entry of its own.
    pub(crate) async fn reviewed_keys(
        &self,
        caller: &Caller,
    ) -> Result<Vec<ProgramKey>, IdentityError> {
        let scope = self.policy().scope(caller)?;
        let rows = sql::list(&mut self.store().read().await?, &scope).await?;
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let reviewed = |row: KeyRow| {
            let here = self.key_uses().of(row.org, row.id);
            Ok(ProgramKey {
                name: open_text(&key, SEALED_KEY_NAME, row.id.as_bytes(), &row.name)?,
                id: row.id,
                user: row.user,
                created_by: row.created_by,
                created_at: row.created_at,
                expires_at: row.expires_at,
                last_used_at: here.map_or(row.last_used_at, |last| Some(last.at)),
            })
        };
        rows.into_iter().map(reviewed).collect()
    }

    /// All keys as they are, without names.
    ///
    /// # Errors
    /// Refused.
    pub(crate) async fn key_postures(
        &self,
        caller: &Caller,
    ) -> Result<Vec<KeyPosture>, IdentityError> {
        let (_, keys) = self.service_accounts(caller).await?;
        let posture = |key: KeyView| KeyPosture {
            id: key.id,
            user: key.user,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            anywhere: key.networks.is_empty(),
        };
        Ok(keys.into_iter().map(posture).collect())
    }

    /// Makes a key of a service account.
    ///
    /// # Errors
    /// Refused, 404 unless there is such a service account, 409 `user.disabled`, `api_key.too_many`, or 422 naming the
    /// fields.
    pub(super) async fn create_key(
        &self,
        caller: &Caller,
        user: UserId,
        new: NewKey,
    ) -> Result<MadeKey, IdentityError> {
        let now = self.store().clock().now();
        let permit = self.key_permit(caller)?;
        let directory = self.directory(caller.org()).await?;
        let account = directory.person(user).filter(|person| person.service);
        let account = account.ok_or_else(Problem::not_found)?;
        if !account.active {
            return Err(Problem::new(StatusCode::CONFLICT, "user.disabled").into());
        }
        let mut problems = Vec::new();
        let name = check_name(&new.name);
        if let Err(code) = name {
            problems.push(FieldProblem::new("name", code));
        }
        let known = self.key_scopes();
        let scopes: BTreeSet<String> = new.scopes.into_iter().collect();
        if scopes.is_empty() {
            problems.push(FieldProblem::new("scopes", "api_key.scopes.none"));
        } else if !scopes.is_subset(&known) {
            problems.push(FieldProblem::new("scopes", "choice.unknown"));
        }
        let networks = networks(&new.networks, "networks", &mut problems);
        check_expiry(new.expires_at, now, &mut problems);
        if !problems.is_empty() {
            return Err(IdentityError::invalid(problems));
        }
        let made = Made {
            user,
            name: name.unwrap_or_default(),
            scopes,
            networks,
            expires_at: new.expires_at,
        };
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let key = self.store_key(&mut tx, &permit, &made).await?;
        let event = Event::of(&permit)
            .with("user", Detail::id(*user.as_bytes()))
            .with("scopes", Detail::names(made.scopes));
        tx.finish(event).await?;
        Ok(key)
    }

    /// Makes a key like another, which ends after both have worked for some days.
    ///
    /// # Errors
    /// Refused, 404, 409 `api_key.ended` when the other does not work any more, or 422 naming the fields.
    pub(super) async fn rotate_key(
        &self,
        caller: &Caller,
        id: ApiKeyId,
        overlap_days: u32,
        expires_at: Timestamp,
    ) -> Result<MadeKey, IdentityError> {
        let now = self.store().clock().now();
        let org = caller.org();
        let facts = Facts::<ApiKeyResource>::shared(org, *id.as_bytes(), 0);
        let old = self.policy().permit::<actions::Update, _>(caller, &facts)?;
        let permit = self.key_permit(caller)?;
        let mut problems = Vec::new();
        if overlap_days > LONGEST_OVERLAP_DAYS {
            let problem = FieldProblem::new("overlap_days", "number.out_of_range");
            problems.push(problem.with("min", 0).with("max", LONGEST_OVERLAP_DAYS));
        }
        check_expiry(expires_at, now, &mut problems);
        if !problems.is_empty() {
            return Err(IdentityError::invalid(problems));
        }
        let sealer = self.store().keys().get(self.store(), org).await?;
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, org).await?;
        let row: KeyRow = sql::one(&mut tx, id)
            .await?
            .ok_or_else(Problem::not_found)?;
        if now >= row.expires_at {
            return Err(Problem::new(StatusCode::CONFLICT, "api_key.ended").into());
        }
        let made = Made {
            user: row.user,
            name: open_text(&sealer, SEALED_KEY_NAME, id.as_bytes(), &row.name)?,
            scopes: row.scopes,
            networks: row.networks,
            expires_at,
        };
        let key = self.store_key(&mut tx, &permit, &made).await?;
        let end = now.plus_millis(i64::from(overlap_days) * DAY_MS);
        sql::end_by(&mut tx, &old, end).await?;
        let event = Event::of(&old)
            .with("user", Detail::id(*row.user.as_bytes()))
            .with("successor", Detail::id(*key.id.as_bytes()))
            .with("overlap_days", Detail::count(overlap_days.into()));
        tx.finish_all(vec![event, Event::of(&permit)]).await?;
        Ok(key)
    }

    /// Takes a key away. It is refused from the next request on, on every node.
    ///
    /// # Errors
    /// Refused, or 404.
    pub(super) async fn revoke_key(
        &self,
        caller: &Caller,
        id: ApiKeyId,
    ) -> Result<(), IdentityError> {
        let facts = Facts::<ApiKeyResource>::shared(caller.org(), *id.as_bytes(), 0);
        let permit = self.policy().permit(caller, &facts)?;
        let mut tx = self.store().write(caller).await?;
        if !sql::delete(&mut tx, &permit).await? {
            return Err(Problem::not_found().into());
        }
        tx.finish(Event::of(&permit)).await?;
        Ok(())
    }

    /// A permit to make a key with a new id.
    fn key_permit(
        &self,
        caller: &Caller,
    ) -> Result<Permit<actions::Create, ApiKeyResource>, IdentityError> {
        let id = ApiKeyId::new(self.store().clock(), self.store().random());
        let facts = Facts::shared(caller.org(), *id.as_bytes(), 0);
        Ok(self.policy().permit(caller, &facts)?)
    }

    async fn store_key(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Create, ApiKeyResource>,
        made: &Made,
    ) -> Result<MadeKey, IdentityError> {
        let (store, now) = (self.store(), self.store().clock().now());
        if sql::count_of(tx, made.user, now).await? >= MOST_KEYS {
            let problem = Problem::new(StatusCode::CONFLICT, "api_key.too_many");
            return Err(problem.with("max", MOST_KEYS).into());
        }
        let maker = permit.caller().user_id();
        let id = ApiKeyId::from_bytes(*permit.record());
        let token = Token::generate(store.random());
        let key = store.keys().get(store, permit.org()).await?;
        let row = sql::NewKeyRow {
            user: made.user,
            secret: token.hash(),
            name: key.seal_secret(
                SEALED_KEY_NAME,
                id.as_bytes(),
                made.name.as_bytes(),
                store.random(),
            ),
            scopes: &made.scopes,
            networks: &made.networks,
            created_by: maker.ok_or_else(Problem::unauthenticated)?,
            now,
            expires_at: made.expires_at,
        };
        sql::insert(tx, permit, row).await?;
        Ok(MadeKey {
            id,
            text: secret::expose(secret::API_KEY, &token),
        })
    }
}

/// A key that was checked.
struct Made {
    user: UserId,
    name: String,
    scopes: BTreeSet<String>,
    networks: Vec<IpNet>,
    expires_at: Timestamp,
}

fn check_expiry(expires_at: Timestamp, now: Timestamp, problems: &mut Vec<FieldProblem>) {
    if expires_at <= now || expires_at > now.plus_millis(LONGEST_LIFE_MS) {
        problems.push(FieldProblem::new("expires_at", "api_key.expiry"));
    }
}
