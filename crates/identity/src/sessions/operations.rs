//! Proving sessions, using and ending them.

use super::agent::Agent;
use super::memory::Use;
use super::risk::Place;
use super::sql::{SEALED_SEEN_FROM, SessionRow, sealed_address};
use super::{cookie, sql};
use crate::api_keys::bearer;
use crate::error::IdentityError;
use crate::events::SIGN_OUT;
use crate::identity::Identity;
use crate::resources::{OrganisationResource, SessionResource};
use crate::security::Rules;
use axum::http::HeaderMap;
use custos_http::{Asked, Authenticated, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Caller, DeviceStanding, Facts, Job, Origin, Purpose, Risk, RoleSet, SessionLimits,
    SessionRecord, SessionRefusal, SessionState, Surroundings, actions,
};
use custos_values::{DeviceId, OrgId, SessionId, Timestamp};
use std::net::IpAddr;
use std::sync::Arc;

/// Shortest and longest interval at which uses of sessions are written down, in milliseconds. In between it is a
/// twentieth of the idle limit.
const FLUSH_MS: (i64, i64) = (30_000, 300_000);
/// The header that says what a request is for: a name of [`Purpose`].
const PURPOSE_HEADER: &str = "x-purpose";
/// How long an expired session stays, so that its owner is told why it ended, in milliseconds.
const KEPT_EXPIRED_MS: i64 = 24 * 3_600_000;

impl Identity {
    /// Proves who makes a request: a person by their session, or a program by its key. The session must be complete, within
    /// its limits, and its account active.
    ///
    /// # Errors
    /// 401 `session.missing`, `session.expired`, `session.second_factor`, `session.barred.device`, `api_key.refused`; 400
    /// `request.two_credentials`, `request.purpose`; 429.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
        asked: Asked<'_>,
        origin: Origin,
    ) -> Result<Authenticated, Problem> {
        if let Some(presented) = bearer(headers) {
            // Which of the two was meant would be a guess.
            if cookie::has_session(headers) {
                return Err(Problem::bad_request("request.two_credentials"));
            }
            return self
                .authenticate_key(presented, purpose(headers)?, origin)
                .await;
        }
        let Some(token) = cookie::session_token(headers) else {
            return Err(self.without_session(headers, asked, &origin).await);
        };
        let Some(row) = self.session_row(&token).await? else {
            return Err(self.without_session(headers, asked, &origin).await);
        };
        let from = origin.address;
        let Some(mut record) = self.record_of(&row, headers, from).await? else {
            return Err(self.without_session(headers, asked, &origin).await);
        };
        record.surroundings.purpose = purpose(headers)?;
        let now = self.store().clock().now();
        let limits = self.limits(record.org).await?;
        record.check(&token, now, &limits)?;
        let csrf = csrf_token(&token);
        if self
            .prove_device(&row, &csrf, headers, asked, &origin)
            .await?
        {
            record.surroundings.device = DeviceStanding::Registered;
        }
        let directory = self.directory(record.org).await?;
        let device = record.surroundings.device;
        let usable = directory
            .bound_roles()
            .usable(record.standing.profile.roles, device);
        Arc::make_mut(&mut record.standing.profile).roles = usable;
        let caller = record.authenticate(&token, origin, now, &limits)?;
        if record.surroundings.risk == Risk::High {
            self.watch_taken(&caller).await?;
        }
        self.sessions().seen(&token.hash(), Use { at: now, from });
        self.write_uses_down_if_due(now, &limits);
        Ok(Authenticated {
            caller,
            csrf: Some(csrf),
        })
    }

    /// The session of a token with what its account may do right now, and what surrounds the request.
    pub(crate) async fn session_record(
        &self,
        token: &Token,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<Option<SessionRecord>, IdentityError> {
        match self.session_row(token).await? {
            Some(row) => self.record_of(&row, headers, address).await,
            None => Ok(None),
        }
    }

    /// The same of a session that was read.
    async fn record_of(
        &self,
        row: &SessionRow,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<Option<SessionRecord>, IdentityError> {
        let directory = self.directory(row.org).await?;
        let Some(person) = directory.person(row.user) else {
            return Ok(None);
        };
        let now = self.store().clock().now();
        let here = Place {
            agent: Agent::of(headers),
            address,
        };
        let surroundings = surroundings(directory.rules(), person.roles, row, here, now);
        let mut standing = directory.usual_standing(row.user, person, now);
        Arc::make_mut(&mut standing.profile).working = row.working;
        Ok(Some(SessionRecord {
            id: row.id,
            org: row.org,
            user: row.user,
            token: row.token,
            state: row.state,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            proven_at: row.proven_at,
            assurance: row.assurance,
            surroundings,
            account_active: person.active,
            standing,
        }))
    }

    async fn session_row(&self, token: &Token) -> Result<Option<SessionRow>, IdentityError> {
        let hash = token.hash();
        let now = self.store().clock().now();
        let reading = match self.sessions().find(&hash, now) {
            Ok(row) => return Ok(Some(row)),
            Err(reading) => reading,
        };
        let mut row = sql::by_token(&mut self.store().read().await?, &hash).await?;
        if let Some(row) = &mut row {
            let key = self.store().keys().get(self.store(), row.org).await?;
            row.place = row.made_at(&key)?;
            if let Some(device) = row.device {
                row.known_device = self.known_device(device).await?;
            }
        }
        Ok(self.sessions().keep(&hash, row, reading, now))
    }

    /// The live session of a request that has yet to prove its second factor, read afresh.
    pub(crate) async fn pending_session(
        &self,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<(Token, SessionRow), IdentityError> {
        let token = cookie::session_token(headers).ok_or(SessionRefusal::Unknown)?;
        let record = self
            .session_record(&token, headers, address)
            .await?
            .ok_or(SessionRefusal::Unknown)?;
        let limits = self.limits(record.org).await?;
        record.check(&token, self.store().clock().now(), &limits)?;
        if record.state != SessionState::Pending {
            return Err(Problem::new(axum::http::StatusCode::CONFLICT, "session.complete").into());
        }
        let row = sql::by_token(&mut self.store().read().await?, &token.hash())
            .await?
            .ok_or(SessionRefusal::Unknown)?;
        Ok((token, row))
    }

    /// The caller's own session, read afresh.
    pub(crate) async fn active_session(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
    ) -> Result<SessionRow, IdentityError> {
        let token = cookie::session_token(headers).ok_or(SessionRefusal::Unknown)?;
        sql::by_token(&mut self.store().read().await?, &token.hash())
            .await?
            .filter(|row| row.state == SessionState::Active && Some(row.id) == caller.session_id())
            .ok_or_else(|| SessionRefusal::Unknown.into())
    }

    /// The registered device a caller's session is bound to.
    pub(crate) async fn device_of(
        &self,
        caller: &Caller,
    ) -> Result<Option<DeviceId>, IdentityError> {
        let Some(id) = caller.session_id() else {
            return Ok(None);
        };
        let mut tx = self.store().read().await?;
        Ok(sql::device_of(&mut tx, caller, id).await?)
    }

    /// Ends the caller's own session.
    pub(crate) async fn sign_out(&self, caller: &Caller) -> Result<(), IdentityError> {
        let (Some(id), Some(user)) = (caller.session_id(), caller.user_id()) else {
            return Err(Problem::unauthenticated().into());
        };
        let keeper = Self::keeper(caller.org(), caller.origin().clone());
        let facts =
            Facts::<SessionResource>::owned(caller.org(), *id.as_bytes(), 0, Some(user), None);
        let permit = self
            .policy()
            .permit::<actions::Delete, _>(&keeper, &facts)?;
        let mut tx = self.store().write(caller).await?;
        sql::delete(&mut tx, &permit, user).await?;
        tx.finish(Event::own::<SessionResource>(
            caller,
            &SIGN_OUT,
            Some(*id.as_bytes()),
        ))
        .await?;
        self.sessions().forget(|row| row.id == id);
        Ok(())
    }

    fn write_uses_down_if_due(&self, now: Timestamp, limits: &SessionLimits) {
        let interval = longest_lag_ms(limits);
        let Some(due) = self.sessions().due(now, interval) else {
            return;
        };
        if let Some(identity) = self.shared().filter(|_| !due.is_empty()) {
            tokio::spawn(async move {
                for (org, uses) in due {
                    if let Err(error) = identity.write_uses_down(org, uses).await {
                        tracing::warn!(%error, "uses of sessions could not be written down");
                    }
                }
            });
        }
    }

    /// Writes down when sessions were last used. To be called before the server ends, so that none ends early.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub async fn flush(&self) -> Result<(), IdentityError> {
        self.flush_key_uses().await?;
        let now = self.store().clock().now();
        for (org, uses) in self.sessions().due(now, i64::MIN).unwrap_or_default() {
            self.write_uses_down(org, uses).await?;
        }
        Ok(())
    }

    async fn write_uses_down(
        &self,
        org: OrgId,
        uses: Vec<(SessionId, Use)>,
    ) -> Result<(), IdentityError> {
        let job = Caller::system(Job::Identity, org);
        let scope = self
            .policy()
            .scope::<actions::Update, SessionResource>(&job)?;
        let count = u64::try_from(uses.len()).unwrap_or(u64::MAX);
        let key = self.store().keys().get(self.store(), org).await?;
        let mut tx = self.store().write(&job).await?;
        for (id, last) in uses {
            let facts = Facts::<SessionResource>::shared(org, *id.as_bytes(), 0);
            if let Some(permit) = scope.admit(&facts) {
                let random = self.store().random();
                let from = sealed_address(&key, SEALED_SEEN_FROM, id, last.from, random);
                sql::seen(&mut tx, &permit, last.at, from).await?;
            }
        }
        let facts = Facts::<OrganisationResource>::shared(org, *org.as_bytes(), 0);
        let permit = self.policy().permit::<actions::Update, _>(&job, &facts)?;
        let now = self.store().clock().now().plus_millis(-KEPT_EXPIRED_MS);
        let limits = self.limits(org).await?;
        sql::delete_expired(
            &mut tx,
            &permit,
            now.plus_millis(-limits.idle_ms),
            now.plus_millis(-limits.absolute_ms),
            now.plus_millis(-limits.pending_ms),
        )
        .await?;
        tx.finish(Event::of_scope(&scope).with("sessions", Detail::count(count)))
            .await?;
        Ok(())
    }
}

/// How long a use of a session may be known to one node only, in milliseconds.
pub(crate) fn longest_lag_ms(limits: &SessionLimits) -> i64 {
    (limits.idle_ms / 20).clamp(FLUSH_MS.0, FLUSH_MS.1)
}

/// What the caller says the request is for.
fn purpose(headers: &HeaderMap) -> Result<Purpose, Problem> {
    let Some(said) = headers.get(PURPOSE_HEADER) else {
        return Ok(Purpose::Unstated);
    };
    let known = said.to_str().ok().and_then(Purpose::from_name);
    known.ok_or_else(|| Problem::bad_request("request.purpose"))
}

/// What surrounds a request, beside the sign-in its session began with.
fn surroundings(
    rules: &Rules,
    roles: RoleSet,
    row: &SessionRow,
    here: Place,
    now: Timestamp,
) -> Surroundings {
    let device = if row.recognised {
        DeviceStanding::Recognised
    } else {
        DeviceStanding::Unknown
    };
    let risk = match row.place {
        Some(made_at) => made_at.risk(&here),
        // A pending session has proven nothing yet that could be taken elsewhere.
        None => Risk::Low,
    };
    Surroundings {
        device,
        network: rules.zone(here.address),
        hours: rules.hours(now),
        risk,
        moment: rules.moment(now),
        purpose: Purpose::Unstated,
        bar: rules.bar(roles, here.address, now),
    }
}

/// What `X-CSRF-Token` must be in the session of a request.
pub(crate) fn csrf_of(headers: &HeaderMap) -> Option<String> {
    cookie::session_token(headers).map(|token| csrf_token(&token))
}

/// What `X-CSRF-Token` must be in the session of a token.
pub(crate) fn csrf_token(token: &Token) -> String {
    token.derive("csrf")
}
