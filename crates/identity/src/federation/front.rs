//! The way of a browser to a provider and back, and the provider's own way to us.

use super::attempt::{Attempt, attempt_invalid, local_path};
use super::external::{Arrived, open_subject, seal_subject, session_index_hash, subject_hash};
use super::model::{Provider, ProviderKind};
use super::protocol::{ProviderAnswer, protocol_problem};
use super::sql;
use crate::accounts;
use crate::error::IdentityError;
use crate::events::{CONNECT, PROVIDER_LOGOUT};
use crate::factors;
use crate::identity::Identity;
use crate::resources::{SessionResource, UserResource};
use crate::schema::FactorKind;
use crate::scim;
use axum::http::{HeaderMap, StatusCode};
use custos_federation::ExternalIdentity;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Denied, Origin, Remedy};
use custos_outbox::Template;
use custos_store::WriteTx;
use custos_values::{OrgId, ProviderId, Timestamp, UserId};

/// Where providers send the browser back to: a page, which hands the answer to the API from this site.
const CALLBACK: &str = "/sign-in/callback";

/// What the page got from the provider.
pub(super) struct CallbackAnswer {
    pub(super) state: String,
    pub(super) code: Option<String>,
    pub(super) issuer: Option<String>,
}

/// A connection of an account.
pub(super) struct Connection {
    pub(super) provider: ProviderId,
    pub(super) name: String,
    pub(super) kind: ProviderKind,
    pub(super) last_seen_at: Option<Timestamp>,
}

impl Identity {
    async fn enabled_provider(
        &self,
        org: OrgId,
        id: ProviderId,
    ) -> Result<Provider, IdentityError> {
        let provider = self.provider(org, id).await?;
        if provider.enabled {
            Ok(provider)
        } else {
            Err(Problem::not_found().into())
        }
    }

    /// Begins a sign-in, or for `link` a connection, at a provider; gives where to send the browser.
    pub(super) async fn go_to_provider(
        &self,
        id: ProviderId,
        return_to: &str,
        link: Option<UserId>,
        origin: &Origin,
    ) -> Result<(String, HeaderMap), IdentityError> {
        let now = self.store().clock().now();
        let counted = self
            .throttles()
            .codes
            .begin_anonymous(origin.address, now)
            .map_err(|refusal| refusal.problem())?;
        let org = self.only_organisation().await?;
        let provider = self.enabled_provider(org, id).await?;
        let state = Token::generate(self.store().random());
        let redirect_uri = format!("{}{CALLBACK}", self.address().as_str());
        let (url, protocol) = self
            .begin_protocol(&provider, redirect_uri, state.expose())
            .await?;
        let attempt = Attempt {
            provider: id,
            return_to: local_path(return_to),
            link,
            protocol,
        };
        let mut headers = HeaderMap::new();
        self.begin_attempt(org, &state, attempt, &mut headers)
            .await?;
        self.throttles().codes.succeeded(counted);
        Ok((url, headers))
    }

    /// Takes the answer of an attempt: who it is about, at which provider.
    async fn take_answer(
        &self,
        headers: &HeaderMap,
        answer: CallbackAnswer,
        link: Option<UserId>,
        origin: &Origin,
    ) -> Result<(OrgId, Provider, ExternalIdentity, String), IdentityError> {
        let org = self.only_organisation().await?;
        let attempt = self
            .take_attempt(org, &answer.state, headers, origin.clone())
            .await?;
        if attempt.link != link {
            return Err(attempt_invalid());
        }
        let provider = self.enabled_provider(org, attempt.provider).await?;
        let cancelled = || Problem::new(StatusCode::UNAUTHORIZED, "federation.cancelled");
        let given = ProviderAnswer {
            code: answer.code.ok_or_else(cancelled)?,
            issuer: answer.issuer,
        };
        let who = self
            .finish_protocol(org, &provider, attempt.protocol, given, origin)
            .await?;
        Ok((org, provider, who, attempt.return_to))
    }

    /// Ends the way of a sign-in.
    pub(super) async fn come_from_provider(
        &self,
        headers: &HeaderMap,
        answer: CallbackAnswer,
        origin: Origin,
    ) -> Result<(Arrived, String), IdentityError> {
        let now = self.store().clock().now();
        let counted = self
            .throttles()
            .codes
            .begin_anonymous(origin.address, now)
            .map_err(|refusal| refusal.problem())?;
        let (org, provider, who, return_to) =
            self.take_answer(headers, answer, None, &origin).await?;
        let arrived = self
            .sign_in_external(org, &provider, &who, headers, origin)
            .await?;
        self.throttles().codes.succeeded(counted);
        Ok((arrived, return_to))
    }

    /// Ends the way of somebody who connects their own account, signed in with a fresh factor.
    ///
    /// # Errors
    /// 403 `session.step_up`, 409 `federation.linked_already`, and the codes of signing in with 422.
    pub(super) async fn connect(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        answer: CallbackAnswer,
    ) -> Result<String, IdentityError> {
        let user = fresh_person(caller)?;
        let origin = caller.origin();
        let (org, provider, who, return_to) = self
            .take_answer(headers, answer, Some(user), origin)
            .await
            .map_err(while_signed_in)?;
        if org != caller.org() {
            return Err(while_signed_in(attempt_invalid()));
        }
        let key = self.store().keys().get(self.store(), org).await?;
        let hash = subject_hash(&key, provider.id, &who.subject);
        let sealed = seal_subject(self, &key, user, &who.subject);
        let permit = self.federation_permit(org, provider.id, origin)?;
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        let account = accounts::sql::facts(&mut tx, user).await?;
        if !account.is_some_and(|account| account.active && !account.service) {
            return Err(while_signed_in(attempt_invalid()));
        }
        if !sql::link(&mut tx, &permit, user, hash, sealed, now).await? {
            let taken = Problem::new(StatusCode::CONFLICT, "federation.linked_already");
            return Err(taken.into());
        }
        let event = Event::own::<UserResource>(caller, &CONNECT, Some(*user.as_bytes()))
            .with("provider", Detail::id(*provider.id.as_bytes()))
            .with("changes", Detail::names(["connected"]));
        let template = Template::FactorAdded;
        let told = self.notice(&mut tx, org, user, origin, template, Vec::new());
        let told = told.await?;
        tx.finish_all([event].into_iter().chain(told).collect())
            .await?;
        Ok(return_to)
    }

    /// Parts the caller's own account from a provider, and ends the sessions it began for them.
    ///
    /// # Errors
    /// 403 `session.step_up`, 404, 409 `provider.provisioned`: who leaves at the provider must not stay here by having parted
    /// before, 409 `federation.last_way` when nothing else would sign in to the account.
    pub(super) async fn disconnect(
        &self,
        caller: &Caller,
        id: ProviderId,
    ) -> Result<(), IdentityError> {
        let user = fresh_person(caller)?;
        let (org, origin) = (caller.org(), caller.origin());
        let provider = self.provider(org, id).await?;
        if provider.provisioning.is_some() {
            return Err(Problem::new(StatusCode::CONFLICT, "provider.provisioned").into());
        }
        let permit = self.federation_permit(org, id, origin)?;
        let mut tx = self.store().write(caller).await?;
        // Else two parted at once could be the last two.
        self.hold_account(&mut tx, caller, user).await?;
        scim::sql::leave_all(&mut tx, &permit, user).await?;
        if !sql::unlink(&mut tx, &permit, user).await? {
            return Err(Problem::not_found().into());
        }
        if !self.has_way_in(&mut tx, user).await? {
            let last = Problem::new(StatusCode::CONFLICT, "federation.last_way");
            return Err(last.into());
        }
        let ended = self
            .end_federated_sessions(&mut tx, org, &provider, None, Some(user), origin)
            .await?;
        let event = Event::own::<UserResource>(caller, &CONNECT, Some(*user.as_bytes()))
            .with("provider", Detail::id(*id.as_bytes()))
            .with("changes", Detail::names(["parted"]));
        let template = Template::FactorRemoved;
        let told = self.notice(&mut tx, org, user, origin, template, Vec::new());
        let told = told.await?;
        tx.finish_all([event].into_iter().chain(told).collect())
            .await?;
        self.sessions().forget(|row| ended.contains(&row.id));
        Ok(())
    }

    /// Whether something within the transaction signs in to an account: a password, a passkey, or an enabled provider.
    pub(crate) async fn has_way_in(
        &self,
        tx: &mut WriteTx<'_>,
        user: UserId,
    ) -> Result<bool, IdentityError> {
        let account = accounts::sql::facts(tx, user).await?;
        if account.is_some_and(|account| account.password) {
            return Ok(true);
        }
        let factors = factors::of_user_within(tx, user).await?;
        if factors
            .iter()
            .any(|factor| factor.kind == FactorKind::Passkey)
        {
            return Ok(true);
        }
        Ok(sql::enabled_of_user(tx, user).await?)
    }

    /// The connections of the caller's own account.
    pub(super) async fn connections(
        &self,
        caller: &Caller,
    ) -> Result<Vec<Connection>, IdentityError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let rows = sql::of_user(&mut self.store().read().await?, caller.org(), user).await?;
        let providers = self.providers(caller.org()).await?;
        let known = rows.into_iter().filter_map(|row| {
            let provider = providers
                .iter()
                .find(|provider| provider.id == row.provider)?;
            Some(Connection {
                provider: row.provider,
                name: provider.name.clone(),
                kind: provider.kind,
                last_seen_at: row.last_seen_at,
            })
        });
        Ok(known.collect())
    }

    /// A provider says that somebody left: their sessions end at once.
    ///
    /// # Errors
    /// 400 `federation.answer_invalid` when the token is not valid or was used.
    pub(super) async fn log_out_by_provider(
        &self,
        id: ProviderId,
        token: String,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        let bad = || Problem::bad_request("federation.answer_invalid");
        let now = self.store().clock().now();
        let counted = self
            .throttles()
            .codes
            .begin_anonymous(origin.address, now)
            .map_err(|refusal| refusal.problem())?;
        let org = self.only_organisation().await?;
        let provider = self.enabled_provider(org, id).await?;
        if provider.kind != ProviderKind::Oidc {
            return Err(bad().into());
        }
        let verified = self
            .ask_oidc(&provider, move |oidc| oidc.logged_out(&token, now))
            .await?;
        let left = verified.map_err(|error| {
            // The status the specification has for every reason.
            tracing::warn!(?error, "a logout token was refused");
            bad()
        })?;
        let jti = left.id.as_bytes();
        if !self
            .use_once(org, id, "logout_token", jti, left.until, origin.clone())
            .await?
        {
            return Err(bad().into());
        }
        let key = self.store().keys().get(self.store(), org).await?;
        let federator = Self::federator(org, origin.clone());
        let index = left.session_index.as_deref();
        let index = index.map(|index| session_index_hash(&key, id, index));
        let mut tx = self.store().write(&federator).await?;
        let user = match &left.subject {
            None => None,
            Some(subject) => {
                let hash = subject_hash(&key, id, subject);
                match sql::by_subject(&mut tx, id, hash).await? {
                    Some(row) if open_subject(&key, &row)? == *subject => Some(row.user),
                    // Nobody here: nothing to end.
                    _ => return Ok(()),
                }
            }
        };
        let ended = self
            .end_federated_sessions(&mut tx, org, &provider, index, user, &origin)
            .await?;
        let count = u64::try_from(ended.len()).unwrap_or(u64::MAX);
        let event = Event::own::<SessionResource>(&federator, &PROVIDER_LOGOUT, None)
            .with("provider", Detail::id(*id.as_bytes()))
            .with("sessions_ended", Detail::count(count));
        tx.finish(event).await?;
        self.sessions().forget(|row| ended.contains(&row.id));
        self.throttles().codes.succeeded(counted);
        Ok(())
    }

    /// Tries a provider out for its administrator.
    ///
    /// # Errors
    /// Refused, 404, 502 `federation.unreachable`, 422 `federation.answer_invalid`.
    pub(super) async fn test_provider(
        &self,
        caller: &Caller,
        id: ProviderId,
    ) -> Result<(), IdentityError> {
        let permit =
            self.provider_permit::<custos_kernel::policy::actions::Update>(caller, id, 0)?;
        let provider = self.provider(caller.org(), id).await?;
        let outcome = self.probe_provider(&provider).await?;
        let event = Event::of(&permit).with("changes", Detail::names(["tested"]));
        match outcome {
            Ok(()) => Ok(self.sink().record_durably(event).await?),
            Err(error) => {
                self.sink().record_durably(event.failed()).await?;
                Err(while_signed_in(protocol_problem(&error).into()))
            }
        }
    }
}

/// A refusal of what a provider said, to somebody who is signed in: 401 would tell them that their session is over.
pub(super) fn while_signed_in(error: IdentityError) -> IdentityError {
    match error {
        IdentityError::Problem(problem)
            if problem.status() == StatusCode::UNAUTHORIZED
                && problem.code().starts_with("federation.") =>
        {
            let code = problem.code().to_owned();
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code).into()
        }
        other => other,
    }
}

/// A person who has proven a factor a moment ago.
pub(super) fn fresh_person(caller: &Caller) -> Result<UserId, IdentityError> {
    let (Some(user), Some(circumstances)) = (caller.user_id(), caller.circumstances()) else {
        return Err(Problem::unauthenticated().into());
    };
    if caller.session_id().is_some() && circumstances.fresh {
        return Ok(user);
    }
    Err(Denied {
        action: CONNECT.name().to_owned(),
        resource: "user",
        record: Some(*user.as_bytes()),
        visible: true,
        remedy: Some(Remedy::StepUp),
        caller: Box::new(caller.clone()),
    }
    .into())
}
