//! Keeping the list of providers.

use super::config;
use super::model::{Accounts, MAX_MAPPINGS, Mapping, Provider, ProviderKind, Provisioning};
use super::sql::{self, ProviderRow, ProviderValues};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::{check_name, open_text};
use crate::resources::ProviderResource;
use crate::scim;
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{TenantKey, Token};
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, DataScope, Facts, Permit, Role, RoleSet, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{DepartmentId, OrgId, ProviderId, Timestamp};

const SEALED_NAME: &str = "provider.name";
const SEALED_CONFIG: &str = "provider.config";
const SEALED_SECRET: &str = "provider.secret";
const SEALED_MAPPING: &str = "provider.mapping";
/// Most providers of an organisation.
const MAX_PROVIDERS: usize = 20;
/// Longest secret, in bytes.
const MAX_SECRET: usize = 4096;

/// A provider to make.
pub(super) struct NewProvider {
    pub(super) kind: ProviderKind,
    pub(super) name: String,
    pub(super) config: serde_json::Value,
    pub(super) secret: Option<String>,
    pub(super) accounts: Accounts,
    pub(super) department: Option<DepartmentId>,
}

/// A change of a provider; what is `None` stays.
#[derive(Default)]
pub(super) struct ProviderChange {
    pub(super) name: Option<String>,
    pub(super) config: Option<serde_json::Value>,
    /// `Some(None)` takes it away.
    pub(super) secret: Option<Option<String>>,
    pub(super) enabled: Option<bool>,
    pub(super) accounts: Option<Accounts>,
    pub(super) department: Option<Option<DepartmentId>>,
}

/// What groups of a provider are to give, and how far its word counts.
pub(super) struct Approval {
    pub(super) mappings: Vec<Mapping>,
    pub(super) privileged: bool,
    pub(super) two_factors: bool,
}

fn open(
    key: &TenantKey,
    row: ProviderRow,
    provisioning: Option<Provisioning>,
) -> Result<Provider, IdentityError> {
    let id = row.id.as_bytes();
    let json = |_| StoreError::Corrupt("a provider's configuration is not JSON".to_owned());
    let config = key.open_secret(SEALED_CONFIG, id, &row.config)?;
    let mapping = key.open_secret(SEALED_MAPPING, id, &row.mapping)?;
    let secret = row
        .secret
        .as_deref()
        .map(|sealed| open_text(key, SEALED_SECRET, id, sealed))
        .transpose()?;
    Ok(Provider {
        id: row.id,
        kind: row.kind,
        name: open_text(key, SEALED_NAME, id, &row.name)?,
        config: serde_json::from_slice(&config).map_err(json)?,
        secret,
        enabled: row.enabled,
        accounts: row.accounts,
        department: row.department,
        mappings: serde_json::from_slice(&mapping).map_err(json)?,
        approved: row.approved,
        privileged: row.privileged,
        two_factors: row.two_factors,
        provisioning,
        version: row.version,
    })
}

impl Identity {
    /// All providers of an organisation.
    pub(crate) async fn providers(&self, org: OrgId) -> Result<Vec<Provider>, IdentityError> {
        let key = self.store().keys().get(self.store(), org).await?;
        let mut tx = self.store().read().await?;
        let rows = sql::all(&mut tx, org).await?;
        let tokens = scim::sql::tokens(&mut tx, org).await?;
        rows.into_iter()
            .map(|row| {
                let provisioning = tokens.get(&row.id).copied();
                open(&key, row, provisioning)
            })
            .collect()
    }

    /// One provider.
    ///
    /// # Errors
    /// 404.
    pub(crate) async fn provider(
        &self,
        org: OrgId,
        id: ProviderId,
    ) -> Result<Provider, IdentityError> {
        let key = self.store().keys().get(self.store(), org).await?;
        let mut tx = self.store().read().await?;
        let row = sql::one(&mut tx, org, id).await?;
        let provisioning = scim::sql::tokens(&mut tx, org).await?.remove(&id);
        open(&key, row.ok_or_else(Problem::not_found)?, provisioning)
    }

    /// Decides about a provider.
    pub(super) fn provider_permit<A: Action>(
        &self,
        caller: &Caller,
        id: ProviderId,
        version: i64,
    ) -> Result<Permit<A, ProviderResource>, IdentityError> {
        let facts = Facts::shared(caller.org(), *id.as_bytes(), version);
        Ok(self.policy().permit(caller, &facts)?)
    }

    fn sealed_provider(
        &self,
        key: &TenantKey,
        provider: &Provider,
    ) -> Result<ProviderValues, IdentityError> {
        let id = provider.id.as_bytes();
        let seal =
            |purpose: &str, text: &[u8]| key.seal_secret(purpose, id, text, self.store().random());
        let config = serde_json::to_vec(&provider.config).map_err(Problem::internal)?;
        let secret = provider.secret.as_deref();
        Ok(ProviderValues {
            name: seal(SEALED_NAME, provider.name.as_bytes()),
            config: seal(SEALED_CONFIG, &config),
            secret: secret.map(|secret| seal(SEALED_SECRET, secret.as_bytes())),
            enabled: provider.enabled,
            accounts: provider.accounts,
            department: provider.department,
            approved: provider.approved,
            now: self.store().clock().now(),
        })
    }

    /// Makes a provider, not yet enabled, and gives it.
    ///
    /// # Errors
    /// Refused, 409 `provider.too_many`, or 422 naming the field.
    pub(super) async fn create_provider(
        &self,
        caller: &Caller,
        new: NewProvider,
    ) -> Result<Provider, IdentityError> {
        let id = ProviderId::new(self.store().clock(), self.store().random());
        let permit = self.provider_permit::<actions::Create>(caller, id, 0)?;
        let name =
            check_name(&new.name).map_err(|code| IdentityError::invalid_field("name", code))?;
        check_secret(new.secret.as_deref())?;
        config::check(new.kind, &new.config)?;
        if self.providers(caller.org()).await?.len() >= MAX_PROVIDERS {
            let full = Problem::new(StatusCode::CONFLICT, "provider.too_many");
            return Err(full.with("max", MAX_PROVIDERS).into());
        }
        let provider = Provider {
            id,
            kind: new.kind,
            name,
            config: new.config,
            secret: new.secret,
            enabled: false,
            accounts: new.accounts,
            department: new.department,
            mappings: Vec::new(),
            approved: false,
            privileged: false,
            two_factors: false,
            provisioning: None,
            version: 1,
        };
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let values = self.sealed_provider(&key, &provider)?;
        let mapping = key.seal_secret(SEALED_MAPPING, id.as_bytes(), b"[]", self.store().random());
        let mut tx = self.store().write(caller).await?;
        check_department(&mut tx, provider.department).await?;
        sql::insert(&mut tx, &permit, provider.kind, values, mapping).await?;
        tx.finish(Event::of(&permit).with("kind", Detail::code(provider.kind.name())))
            .await?;
        Ok(provider)
    }

    /// Changes a provider as of a version. Another configuration or secret is another provider to the organisation:
    /// what its groups give has to be approved again. Another address needs the secret again, which is never shown:
    /// whoever may configure could otherwise have it sent to themselves. Disabling it ends the sessions it began.
    ///
    /// # Errors
    /// Refused, 404, 412, or 422 naming the field.
    pub(super) async fn change_provider(
        &self,
        caller: &Caller,
        id: ProviderId,
        version: i64,
        change: ProviderChange,
    ) -> Result<Provider, IdentityError> {
        let permit = self.provider_permit::<actions::Update>(caller, id, version)?;
        let mut provider = self.provider(caller.org(), id).await?;
        let mut changes = Vec::new();
        if let Some(name) = change.name {
            provider.name =
                check_name(&name).map_err(|code| IdentityError::invalid_field("name", code))?;
            changes.push("name");
        }
        if let Some(config) = change.config.filter(|config| *config != provider.config) {
            let elsewhere = config::asked_at(&config) != config::asked_at(&provider.config);
            if elsewhere && provider.secret.is_some() && change.secret.is_none() {
                let required = IdentityError::invalid_field("secret", "provider.secret.required");
                return Err(required);
            }
            provider.config = config;
            provider.approved = false;
            changes.push("config");
        }
        if let Some(secret) = change.secret {
            check_secret(secret.as_deref())?;
            provider.secret = secret;
            provider.approved = false;
            changes.push("secret");
        }
        config::check(provider.kind, &provider.config)?;
        if let Some(accounts) = change.accounts {
            provider.accounts = accounts;
            changes.push("accounts");
        }
        if let Some(department) = change.department {
            provider.department = department;
            changes.push("department_id");
        }
        let disabled = change.enabled == Some(false) && provider.enabled;
        if let Some(enabled) = change.enabled {
            provider.enabled = enabled;
            changes.push("enabled");
        }
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let values = self.sealed_provider(&key, &provider)?;
        let mut tx = self.store().write(caller).await?;
        check_department(&mut tx, provider.department).await?;
        sql::update(&mut tx, &permit, values).await?;
        let mut event = Event::of(&permit).with("changes", Detail::names(changes));
        let mut ended = Vec::new();
        if disabled {
            let origin = caller.origin();
            ended = self
                .end_federated_sessions(&mut tx, caller.org(), &provider, None, None, origin)
                .await?;
            let count = u64::try_from(ended.len()).unwrap_or(u64::MAX);
            event = event.with("sessions_ended", Detail::count(count));
        }
        tx.finish(event).await?;
        self.sessions().forget(|row| ended.contains(&row.id));
        provider.version = version + 1;
        Ok(provider)
    }

    /// Says what the groups of a provider give, and how far its word counts.
    ///
    /// # Errors
    /// Refused, 404, 412, or 422 naming `mappings`.
    pub(super) async fn approve_provider(
        &self,
        caller: &Caller,
        id: ProviderId,
        version: i64,
        approval: Approval,
    ) -> Result<Provider, IdentityError> {
        let permit = self.provider_permit::<actions::Grant>(caller, id, version)?;
        let mut provider = self.provider(caller.org(), id).await?;
        check_mappings(&approval)?;
        let text = serde_json::to_vec(&approval.mappings).map_err(Problem::internal)?;
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let sealed = key.seal_secret(SEALED_MAPPING, id.as_bytes(), &text, store.random());
        let roles = RoleNames::of(&approval.mappings);
        let mut tx = store.write(caller).await?;
        for mapping in &approval.mappings {
            check_department(&mut tx, mapping.department_id).await?;
        }
        let now = store.clock().now();
        let (privileged, two_factors) = (approval.privileged, approval.two_factors);
        sql::set_mapping(&mut tx, &permit, sealed, privileged, two_factors, now).await?;
        let count = u64::try_from(approval.mappings.len()).unwrap_or(u64::MAX);
        let mut event = Event::of(&permit)
            .with("mappings", Detail::count(count))
            .with("roles", Detail::names(roles.0));
        if privileged {
            event = event.with("privileged", Detail::code("yes"));
        }
        if two_factors {
            event = event.with("two_factors", Detail::code("yes"));
        }
        tx.finish(event).await?;
        provider.mappings = approval.mappings;
        provider.approved = true;
        provider.privileged = privileged;
        provider.two_factors = two_factors;
        provider.version = version + 1;
        Ok(provider)
    }

    /// Removes a provider. The accounts it knew stay; the sessions it began end.
    ///
    /// # Errors
    /// Refused, 404, or 412.
    pub(super) async fn delete_provider(
        &self,
        caller: &Caller,
        id: ProviderId,
        version: i64,
    ) -> Result<(), IdentityError> {
        let permit = self.provider_permit::<actions::Delete>(caller, id, version)?;
        let provider = self.provider(caller.org(), id).await?;
        let mut tx = self.store().write(caller).await?;
        let origin = caller.origin();
        let ended = self
            .end_federated_sessions(&mut tx, caller.org(), &provider, None, None, origin)
            .await?;
        scim::sql::forget(&mut tx, &permit).await?;
        sql::delete(&mut tx, &permit).await?;
        let count = u64::try_from(ended.len()).unwrap_or(u64::MAX);
        tx.finish(Event::of(&permit).with("sessions_ended", Detail::count(count)))
            .await?;
        self.sessions().forget(|row| ended.contains(&row.id));
        Ok(())
    }

    /// Makes the token by which a provider's provisioning comes; the one before no longer works. Whoever holds it can put
    /// people into groups, so what groups give has to be approved anew. Gives its text, this once, and when it ends.
    ///
    /// # Errors
    /// Refused, 404, 412, or 422 naming `days`.
    pub(super) async fn issue_provisioning(
        &self,
        caller: &Caller,
        id: ProviderId,
        version: i64,
        days: u16,
    ) -> Result<(String, Timestamp), IdentityError> {
        let permit = self.provider_permit::<actions::Update>(caller, id, version)?;
        self.provider(caller.org(), id).await?;
        if !(1..=scim::LONGEST_TOKEN_DAYS).contains(&days) {
            let problem = FieldProblem::new("days", "number.out_of_range");
            let problem = problem.with("min", 1).with("max", scim::LONGEST_TOKEN_DAYS);
            return Err(IdentityError::invalid(vec![problem]));
        }
        let now = self.store().clock().now();
        let until = now.plus_millis(i64::from(days) * 86_400_000);
        let token = Token::generate(self.store().random());
        let mut tx = self.store().write(caller).await?;
        sql::disapprove(&mut tx, &permit, now).await?;
        scim::sql::put_token(&mut tx, &permit, &token.hash(), now, until).await?;
        let event = Event::of(&permit)
            .with("changes", Detail::names(["provisioning_token"]))
            .with("days", Detail::count(days.into()));
        tx.finish(event).await?;
        Ok((scim::expose(&token), until))
    }

    /// Takes the token for provisioning away. What was provisioned stays.
    ///
    /// # Errors
    /// Refused, 404, or 412.
    pub(super) async fn withdraw_provisioning(
        &self,
        caller: &Caller,
        id: ProviderId,
        version: i64,
    ) -> Result<(), IdentityError> {
        let permit = self.provider_permit::<actions::Update>(caller, id, version)?;
        self.provider(caller.org(), id).await?;
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        sql::disapprove(&mut tx, &permit, now).await?;
        scim::sql::delete_token(&mut tx, &permit).await?;
        let event = Event::of(&permit).with("changes", Detail::names(["provisioning_token_end"]));
        tx.finish(event).await?;
        Ok(())
    }
}

/// The names of the roles a mapping can give.
struct RoleNames(Vec<&'static str>);

impl RoleNames {
    fn of(mappings: &[Mapping]) -> Self {
        let mut names: Vec<_> = mappings
            .iter()
            .filter_map(|mapping| mapping.role.map(Role::name))
            .collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }
}

fn check_secret(secret: Option<&str>) -> Result<(), IdentityError> {
    match secret {
        Some("") => Err(IdentityError::invalid_field("secret", "text.empty")),
        Some(secret) if secret.len() > MAX_SECRET => {
            Err(IdentityError::invalid_field("secret", "text.too_long"))
        }
        _ => Ok(()),
    }
}

fn check_mappings(approval: &Approval) -> Result<(), IdentityError> {
    let invalid = |code| Err(IdentityError::invalid_field("mappings", code));
    if approval.mappings.len() > MAX_MAPPINGS {
        return invalid("provider.mappings.too_many");
    }
    let privileged = |role: Role| role.is_administrator() && !approval.privileged;
    for mapping in &approval.mappings {
        if mapping.role == Some(Role::ExternalAuditor) {
            return invalid("user.roles.external");
        }
        if mapping.group.trim().is_empty() || mapping.group.len() > 512 {
            return invalid("provider.mappings.group");
        }
        if mapping.role.is_some_and(privileged) {
            return invalid("provider.mappings.privileged");
        }
        // One group alone must not give roles that exclude each other; several together are refused at sign-in.
        let same = approval
            .mappings
            .iter()
            .filter(|m| m.group == mapping.group);
        if RoleSet::new(same.filter_map(|m| m.role)).is_err() {
            return invalid("user.roles.exclusive");
        }
        let reach = mapping.data_scope == Some(DataScope::All);
        if reach && mapping.role.is_none() {
            return invalid("provider.mappings.scope_without_role");
        }
    }
    Ok(())
}

async fn check_department(
    tx: &mut WriteTx<'_>,
    department: Option<DepartmentId>,
) -> Result<(), IdentityError> {
    match department {
        Some(id) if !crate::organisation::department_exists(tx, id).await? => Err(
            IdentityError::invalid_field("department_id", "choice.unknown"),
        ),
        _ => Ok(()),
    }
}
