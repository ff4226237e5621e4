//! Signing in as somebody an identity provider vouches for.
//!
//! An account is found by provider and subject only. An e-mail address or a login name that happens to be the same
//! connects nothing: whoever could choose it at the provider, or could make the account here beforehand, would get the
//! other's. Accounts are connected by being made for the subject, by their owner while signed in with a fresh factor,
//! or by provisioning.
//!
//! | account | provider makes accounts | outcome |
//! |---|---|---|
//! | connected, active | either | access as the groups say now; a pending session |
//! | connected, disabled | either | refused |
//! | connected, a program's | either | refused: programs have keys |
//! | none | `create` | made, without password; then as above |
//! | none | `link_only` | refused |
//!
//! The second factor is this server's own, unless the provider is marked as proving two, says it did so now, and the
//! account holds no administrator's role.

use super::model::{Accounts, Provider};
use super::sql;
use crate::accounts::sql as accounts;
use crate::accounts::{SEALED_LOGIN, SEALED_NAME, check_login, login_hash};
use crate::error::IdentityError;
use crate::events::{BEGIN, SIGN_IN};
use crate::identity::Identity;
use crate::organisation::{check_name, touch};
use crate::resources::{SessionResource, UserResource};
use crate::scim;
use crate::sessions::{self, cookie};
use crate::sign_in::{Begun, Completed};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use custos_federation::{ClaimedAssurance, ExternalIdentity};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::{TenantKey, Token};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DataScope, Facts, Origin, Permit, Role, RoleSet, actions};
use custos_store::WriteTx;
use custos_values::{OrgId, ProviderId, SessionId, UserId};

/// The purpose under which a subject is sealed.
const SEALED_SUBJECT: &str = "federation.subject";
/// Longest subject, in bytes; OpenID Connect allows 255, SAML 1024.
const MAX_SUBJECT: usize = 1024;

/// How far somebody got by a provider's word.
pub(crate) enum Arrived {
    /// The second factor is still to be proven here.
    Begun(Begun),
    /// They are signed in.
    Completed(Completed),
}

/// The keyed hash by which a subject is found.
pub(crate) fn subject_hash(key: &TenantKey, provider: ProviderId, subject: &str) -> i64 {
    key.lasting_index("federation.subject")
        .hash(&format!("{provider}/{subject}"))
}

/// The keyed hash of what a provider calls a session.
pub(crate) fn session_index_hash(key: &TenantKey, provider: ProviderId, index: &str) -> i64 {
    key.lasting_index("federation.session")
        .hash(&format!("{provider}/{index}"))
}

/// Seals a subject for its row.
pub(crate) fn seal_subject(
    identity: &Identity,
    key: &TenantKey,
    user: UserId,
    subject: &str,
) -> Vec<u8> {
    key.seal_secret(
        SEALED_SUBJECT,
        user.as_bytes(),
        subject.as_bytes(),
        identity.store().random(),
    )
}

/// Opens the subject of a row.
pub(crate) fn open_subject(
    key: &TenantKey,
    row: &sql::IdentityRow,
) -> Result<String, IdentityError> {
    let bytes = key.open_secret(SEALED_SUBJECT, row.user.as_bytes(), &row.subject)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Why somebody the provider vouches for does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Subject,
    Disabled,
    Service,
    NotLinked,
}

impl Refusal {
    fn reason(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Disabled => "disabled",
            Self::Service => "service_account",
            Self::NotLinked => "not_linked",
        }
    }

    fn problem(self) -> Problem {
        let code = match self {
            Self::NotLinked => "federation.not_linked",
            Self::Subject | Self::Disabled | Self::Service => "federation.refused",
        };
        Problem::new(StatusCode::UNAUTHORIZED, code)
    }
}

/// An account about to be made for a subject.
pub(crate) struct NewFederated<'a> {
    pub(crate) login: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) subject: &'a str,
}

impl Identity {
    /// Signs somebody in whom a provider vouches for; `who` must have been verified as the protocol demands.
    ///
    /// # Errors
    /// 401 `federation.refused` (the account, or the provider, may not be used) or `federation.not_linked`.
    pub(crate) async fn sign_in_external(
        &self,
        org: OrgId,
        provider: &Provider,
        who: &ExternalIdentity,
        headers: &HeaderMap,
        origin: Origin,
    ) -> Result<Arrived, IdentityError> {
        match self
            .begin_external(org, provider, who, origin.clone())
            .await?
        {
            Err(refusal) => {
                let event = Event::before_sign_in(org, None, &SIGN_IN, Outcome::Failed, origin)
                    .with("method", Detail::code(provider.kind.name()))
                    .with("provider", Detail::id(*provider.id.as_bytes()))
                    .with("reason", Detail::code(refusal.reason()));
                self.sink().record_durably(event).await?;
                Err(refusal.problem().into())
            }
            Ok((begun, roles)) => {
                let privileged = roles.iter().any(Role::is_administrator);
                let proven = provider.two_factors && who.assurance == ClaimedAssurance::Multi;
                if !proven || privileged {
                    return Ok(Arrived::Begun(begun));
                }
                let headers = with_session(headers, &begun.token);
                let kind = provider.kind.name();
                let completed = self.complete_by_provider(&headers, kind, origin).await?;
                Ok(Arrived::Completed(completed))
            }
        }
    }

    async fn begin_external(
        &self,
        org: OrgId,
        provider: &Provider,
        who: &ExternalIdentity,
        origin: Origin,
    ) -> Result<Result<(Begun, RoleSet), Refusal>, IdentityError> {
        let subject = who.subject.as_str();
        if subject.is_empty() || subject.len() > MAX_SUBJECT || !provider.enabled {
            return Ok(Err(Refusal::Subject));
        }
        let store = self.store();
        let key = store.keys().get(store, org).await?;
        let hash = subject_hash(&key, provider.id, subject);
        let federator = Self::federator(org, origin.clone());
        let permit = self.federation_permit(org, provider.id, &origin)?;
        let mut events = Vec::new();
        let limits = self.limits(org).await?;
        let mut tx = store.write(&federator).await?;
        touch(self, &mut tx, org).await?;
        let user = match sql::by_subject(&mut tx, provider.id, hash).await? {
            Some(row) if open_subject(&key, &row)? == subject => row.user,
            Some(_) => return Ok(Err(Refusal::Subject)),
            None if provider.accounts == Accounts::LinkOnly => return Ok(Err(Refusal::NotLinked)),
            None => {
                let new = NewFederated {
                    login: who.login.as_deref().or(who.mail.as_deref()),
                    name: who.name.as_deref(),
                    subject,
                };
                let (user, event) = self
                    .create_federated(&mut tx, &federator, &key, provider, new)
                    .await?;
                events.push(event);
                user
            }
        };
        let found = accounts::facts(&mut tx, user).await?;
        if found.is_some_and(|account| account.service) {
            return Ok(Err(Refusal::Service));
        }
        // Where the provider keeps groups here, these are the groups: one source, whichever way it speaks.
        let kept = scim::groups_of(&mut tx, &key, provider, user).await?;
        if let Some(groups) = kept.as_ref().or(who.groups.as_ref()) {
            let changed = self
                .apply_groups(&mut tx, &federator, provider, user, groups)
                .await?;
            events.extend(changed);
        }
        let account = accounts::facts(&mut tx, user).await?;
        let Some(account) = account.filter(|account| account.active) else {
            return Ok(Err(Refusal::Disabled));
        };
        let now = store.clock().now();
        sql::seen(&mut tx, &permit, user, now).await?;
        let token = Token::generate(store.random());
        let session = SessionId::new(store.clock(), store.random());
        let facts = Facts::<SessionResource>::owned(org, *session.as_bytes(), 0, Some(user), None);
        let may_begin = self
            .policy()
            .permit::<actions::Create, _>(&federator, &facts)?;
        sessions::sql::insert(&mut tx, &may_begin, user, &token.hash(), now).await?;
        let index = who.session_index.as_deref();
        let index = index.map(|index| session_index_hash(&key, provider.id, index));
        let until = now.plus_millis(limits.absolute_ms);
        sql::insert_session(&mut tx, &permit, session, user, index, until, now).await?;
        let event = Event::before_sign_in(org, Some(user), &BEGIN, Outcome::Allowed, origin)
            .with("method", Detail::code(provider.kind.name()))
            .with("provider", Detail::id(*provider.id.as_bytes()))
            .with("session", Detail::id(*session.as_bytes()));
        events.push(event);
        tx.finish_all(events).await?;
        self.directories().changed(org);
        self.sessions().forget_user(org, user);
        let next = self.next_of(org, user).await?;
        Ok(Ok((Begun { token, next }, account.roles)))
    }

    /// Makes an account for a subject, connected with it, without password and roles. To be called in a transaction
    /// that has touched the organisation.
    pub(crate) async fn create_federated(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        key: &TenantKey,
        provider: &Provider,
        new: NewFederated<'_>,
    ) -> Result<(UserId, Event), IdentityError> {
        let store = self.store();
        let org = key.org();
        let id = UserId::new(store.clock(), store.random());
        let hash = subject_hash(key, provider.id, new.subject);
        let login = free_login(tx, key, provider, new.login, hash).await?;
        let name = new
            .name
            .and_then(|name| check_name(name).ok())
            .unwrap_or_else(|| login.clone());
        let department = match provider.department {
            Some(id) if crate::organisation::department_exists(tx, id).await? => Some(id),
            _ => None,
        };
        let facts =
            Facts::owned(org, *id.as_bytes(), 0, Some(id), department).kept_by(Some(provider.id));
        let permit: Permit<actions::Create, UserResource> = self.policy().permit(caller, &facts)?;
        let seal = |purpose: &str, text: &str| {
            key.seal_secret(purpose, id.as_bytes(), text.as_bytes(), store.random())
        };
        let now = store.clock().now();
        let row = accounts::NewAccountRow {
            name: seal(SEALED_NAME, &name),
            login: seal(SEALED_LOGIN, &login),
            login_hash: login_hash(key, &login),
            roles: RoleSet::default(),
            data_scope: DataScope::Own,
            department,
            password: None,
            now,
        };
        accounts::insert(tx, &permit, row).await?;
        let keep = self.federation_permit(org, provider.id, caller.origin())?;
        let sealed = seal_subject(self, key, id, new.subject);
        if !sql::link(tx, &keep, id, hash, sealed, now).await? {
            return Err(Problem::new(StatusCode::CONFLICT, "value.in_use").into());
        }
        let event = Event::of(&permit).with("provider", Detail::id(*provider.id.as_bytes()));
        Ok((id, event))
    }
}

/// A login nobody has: the one wished for if it can be one, else made from it and the subject's hash.
async fn free_login(
    tx: &mut WriteTx<'_>,
    key: &TenantKey,
    provider: &Provider,
    wished: Option<&str>,
    hash: i64,
) -> Result<String, IdentityError> {
    let mark = format!("{:06x}", hash & 0xff_ffff);
    let fallback = format!("{}-{mark}", provider.kind.name());
    let wished = wished.and_then(|login| check_login(login).ok());
    let marked = wished.as_ref().and_then(|login| {
        let short: String = login.chars().take(48).collect();
        check_login(&format!("{short}-{mark}")).ok()
    });
    let last = format!("{}-{hash:x}", provider.kind.name());
    for login in [wished, marked, Some(fallback), Some(last)]
        .into_iter()
        .flatten()
    {
        if !accounts::login_taken(tx, login_hash(key, &login)).await? {
            return Ok(login);
        }
    }
    Err(IdentityError::invalid_field("login", "user.login.taken"))
}

/// The request's headers with the pending session just begun.
fn with_session(headers: &HeaderMap, token: &Token) -> HeaderMap {
    let mut with = HeaderMap::new();
    if let Some(agent) = headers.get(header::USER_AGENT) {
        with.insert(header::USER_AGENT, agent.clone());
    }
    let mut cookies = cookie::session_pair(token);
    if let Some(device) = cookie::device(headers) {
        cookies = format!("{cookies}; {}", cookie::device_pair(device));
    }
    if let Ok(value) = HeaderValue::from_str(&cookies) {
        with.insert(header::COOKIE, value);
    }
    with
}
