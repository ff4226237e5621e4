//! Reading and changing the settings.

use super::rules::Rules;
use super::settings::SecuritySettings;
use super::sql;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::touch;
use crate::resources::SecuritySettingsResource;
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Bar, Caller, Facts, Permit, Role, SessionLimits, actions};
use custos_store::{ReadTx, StoreError};
use custos_values::OrgId;
use std::sync::Arc;

/// The rules of an organisation as they are in the database.
///
/// # Errors
/// [`StoreError::Corrupt`] when what is stored cannot be read.
pub(crate) async fn load(tx: &mut ReadTx, org: OrgId) -> Result<Arc<Rules>, StoreError> {
    let Some((text, version)) = sql::settings(tx, org).await? else {
        return Ok(Arc::default());
    };
    let unreadable = || StoreError::Corrupt("security settings that cannot be read".to_owned());
    let settings = serde_json::from_str(&text).map_err(|_| unreadable())?;
    Rules::read(settings, version)
        .map(Arc::new)
        .map_err(|_| unreadable())
}

impl Identity {
    /// The rules of an organisation, at most one second older than the database.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn rules(&self, org: OrgId) -> Result<Arc<Rules>, IdentityError> {
        Ok(Arc::clone(self.directory(org).await?.rules()))
    }

    /// The timeouts of sessions of an organisation.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn limits(&self, org: OrgId) -> Result<SessionLimits, IdentityError> {
        Ok(self.rules(org).await?.limits())
    }

    /// The settings and their version.
    ///
    /// # Errors
    /// Refused.
    pub(super) async fn security_settings(
        &self,
        caller: &Caller,
    ) -> Result<(SecuritySettings, i64), IdentityError> {
        let permit = self
            .policy()
            .permit::<actions::Read, _>(caller, &facts(caller, 0))?;
        let rules = self.rules(caller.org()).await?;
        self.sink().record(Event::of(&permit)).await?;
        Ok((rules.settings().clone(), rules.version()))
    }

    /// Changes the settings as of a version. They count from the next request on.
    ///
    /// # Errors
    /// Refused, 412, 422 naming the fields, or 409 `security.bars_yourself` when they would keep out the person saving
    /// them.
    pub(super) async fn change_security_settings(
        &self,
        caller: &Caller,
        version: i64,
        settings: SecuritySettings,
    ) -> Result<(SecuritySettings, i64), IdentityError> {
        let org = caller.org();
        let permit = self.settings_permit(caller, version)?;
        let rules = self.accepted(caller, settings).await?;
        let text = serde_json::to_string(rules.settings()).map_err(Problem::internal)?;
        let before = self.rules(org).await?;
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, org).await?;
        let stale = || Problem::new(StatusCode::PRECONDITION_FAILED, "record.stale");
        match version {
            0 => match sql::insert(&mut tx, &permit, &text, now).await {
                Err(StoreError::Duplicate) => return Err(stale().into()),
                other => other?,
            },
            _ => sql::update(&mut tx, &permit, &text, now).await?,
        }
        let event = Event::of(&permit)
            .with(
                "changes",
                Detail::names(changes(before.settings(), rules.settings())),
            )
            .with("version", Detail::count(version.unsigned_abs() + 1));
        tx.finish(event).await?;
        self.directories().changed(org);
        Ok((rules.settings().clone(), version + 1))
    }

    /// A permit to change the settings.
    pub(super) fn settings_permit(
        &self,
        caller: &Caller,
        version: i64,
    ) -> Result<Permit<actions::Update, SecuritySettingsResource>, IdentityError> {
        Ok(self.policy().permit(caller, &facts(caller, version))?)
    }

    /// Reads settings and refuses those after which somebody could not get in who must be able to.
    async fn accepted(
        &self,
        caller: &Caller,
        settings: SecuritySettings,
    ) -> Result<Rules, IdentityError> {
        let rules = Rules::read(settings, 0).map_err(IdentityError::invalid)?;
        let (from, now) = (caller.origin().address, self.store().clock().now());
        if let Some(bar) = rules.bar(caller.roles(), from, now) {
            let by = match bar {
                Bar::Network => "network",
                Bar::Hours => "hours",
                Bar::Device => "device",
            };
            let problem = Problem::new(StatusCode::CONFLICT, "security.bars_yourself");
            return Err(problem.with("by", by).into());
        }
        let directory = self.directory(caller.org()).await?;
        let sessions = self.live_sessions(caller.org()).await?;
        let mut problems = Vec::new();
        for (at, rule) in rules.settings().roles.iter().enumerate() {
            if !rule.role.is_administrator() || rule.networks.is_empty() {
                continue;
            }
            let holds = |user| {
                let person = directory.person(user);
                person.is_some_and(|person| person.active && person.roles.contains(rule.role))
            };
            let mut known = sessions
                .iter()
                .filter(|session| holds(session.user))
                .filter_map(|session| session.from)
                .chain(from);
            if !known.any(|address| rules.admits(rule.role, address)) {
                let field = format!("roles[{at}].networks");
                problems.push(FieldProblem::new(field, "security.role.unreachable"));
            }
        }
        if problems.is_empty() {
            Ok(rules)
        } else {
            Err(IdentityError::invalid(problems))
        }
    }
}

fn facts(caller: &Caller, version: i64) -> Facts<SecuritySettingsResource> {
    Facts::shared(caller.org(), *caller.org().as_bytes(), version)
}

/// Which parts differ, by name.
fn changes(before: &SecuritySettings, after: &SecuritySettings) -> Vec<&'static str> {
    let of_role = |settings: &SecuritySettings, role: Role| {
        let mut rules = settings.roles.iter();
        rules.find(|rules| rules.role == role).cloned()
    };
    let parts = [
        ("password", before.password != after.password),
        ("sessions", before.sessions != after.sessions),
        ("second_factor", before.second_factor != after.second_factor),
        (
            "trusted_networks",
            before.trusted_networks != after.trusted_networks,
        ),
        ("working_hours", before.working_hours != after.working_hours),
    ];
    let roles = Role::ALL
        .into_iter()
        .map(|role| (role.name(), of_role(before, role) != of_role(after, role)));
    parts
        .into_iter()
        .chain(roles)
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
}
