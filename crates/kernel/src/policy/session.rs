//! Turning a stored session and a presented token into a caller.

use super::{
    Assurance, Caller, CallerKind, Circumstances, DeviceStanding, Engagement, Hours, Moment,
    NetworkZone, Origin, Purpose, Risk, Standing,
};
use crate::crypto::{Token, TokenHash};
use custos_values::{OrgId, SessionId, Timestamp, UserId};
use thiserror::Error;

/// How far a sign-in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// The first factor is proven; nothing but the second factor is allowed.
    Pending,
    /// Signed in.
    Active,
}

/// Timeouts, in milliseconds, enforced on the server at every request.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Longest time without a request. 1 minute to 24 hours.
    pub idle_ms: i64,
    /// Longest life of a session. 1 hour to 30 days.
    pub absolute_ms: i64,
    /// Longest time between first and second factor.
    pub pending_ms: i64,
    /// How long a proven factor counts as fresh. 1 to 60 minutes.
    pub fresh_ms: i64,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle_ms: 30 * 60_000,
            absolute_ms: 12 * 3_600_000,
            pending_ms: 10 * 60_000,
            fresh_ms: 5 * 60_000,
        }
    }
}

/// Why a presented session is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SessionRefusal {
    /// The token is not that of this session.
    #[error("unknown session")]
    Unknown,
    /// The idle or the absolute limit has passed.
    #[error("session expired")]
    Expired,
    /// The second factor is still missing.
    #[error("second factor missing")]
    Pending,
    /// The account was disabled, or its time is over.
    #[error("account disabled")]
    Disabled,
    /// A rule about the account's roles keeps the request out.
    #[error("kept out by a rule: {0:?}")]
    Barred(Bar),
}

/// What a rule about roles can keep a request out by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// It comes from a network the roles may not be used from.
    Network,
    /// It comes at an hour the roles may not be used at.
    Hours,
    /// It comes from a device that is lost, or that the roles may not be used on.
    Device,
}

/// What surrounds a request, as far as it is not in the session itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// What is known of the device.
    pub device: DeviceStanding,
    /// Where the request comes from.
    pub network: NetworkZone,
    /// When it comes.
    pub hours: Hours,
    /// How unusual it looks.
    pub risk: Risk,
    /// The day of the week and the hour, where the organisation is.
    pub moment: Moment,
    /// What the request is said to be for.
    pub purpose: Purpose,
    /// What keeps it out, if anything does.
    pub bar: Option<Bar>,
}

impl Surroundings {
    /// What most requests have; see [`Circumstances::ORDINARY`].
    pub const ORDINARY: Self = Self {
        device: Circumstances::ORDINARY.device,
        network: Circumstances::ORDINARY.network,
        hours: Circumstances::ORDINARY.hours,
        risk: Circumstances::ORDINARY.risk,
        moment: Circumstances::ORDINARY.moment,
        purpose: Circumstances::ORDINARY.purpose,
        bar: None,
    };
}

/// A session as stored, joined with what its account may do right now.
#[derive(Debug, Clone)]
pub struct SessionRecord {
    /// The session's id.
    pub id: SessionId,
    /// Its organisation.
    pub org: OrgId,
    /// Its account.
    pub user: UserId,
    /// Hash of the cookie's token.
    pub token: TokenHash,
    /// How far the sign-in has come.
    pub state: SessionState,
    /// When the first factor was proven.
    pub created_at: Timestamp,
    /// When the session was last used.
    pub last_seen_at: Timestamp,
    /// When a factor was last proven in it.
    pub proven_at: Timestamp,
    /// How surely.
    pub assurance: Assurance,
    /// What surrounds the request.
    pub surroundings: Surroundings,
    /// Whether the account may be used.
    pub account_active: bool,
    /// What the account may do right now.
    pub standing: Standing,
}

impl SessionRecord {
    /// When the session ends if it is not used again.
    pub fn idle_deadline(&self, limits: &SessionLimits) -> Timestamp {
        self.last_seen_at.plus_millis(limits.idle_ms)
    }

    /// When the session ends in any case.
    pub fn absolute_deadline(&self, limits: &SessionLimits) -> Timestamp {
        self.created_at.plus_millis(match self.state {
            SessionState::Active => limits.absolute_ms,
            SessionState::Pending => limits.pending_ms,
        })
    }

    /// Proves a complete sign-in.
    ///
    /// # Errors
    /// See [`SessionRefusal`].
    pub fn authenticate(
        &self,
        presented: &Token,
        origin: Origin,
        now: Timestamp,
        limits: &SessionLimits,
    ) -> Result<Caller, SessionRefusal> {
        self.check(presented, now, limits)?;
        if self.state != SessionState::Active {
            return Err(SessionRefusal::Pending);
        }
        let Surroundings {
            device,
            network,
            hours,
            risk,
            moment,
            purpose,
            bar: _,
        } = self.surroundings;
        let circumstances = Circumstances {
            assurance: self.assurance,
            fresh: risk < Risk::High && now < self.fresh_until(limits),
            device,
            network,
            hours,
            risk,
            moment,
            purpose,
        };
        Ok(Caller::user(
            CallerKind::User {
                user: self.user,
                session: self.id,
            },
            self.org,
            self.standing.clone(),
            circumstances,
            origin,
            now,
        ))
    }

    /// Until when what was proven counts as fresh.
    pub fn fresh_until(&self, limits: &SessionLimits) -> Timestamp {
        self.proven_at.plus_millis(limits.fresh_ms)
    }

    /// Proves that the token is that of this live session, whether or not the second factor was given yet.
    ///
    /// # Errors
    /// See [`SessionRefusal`].
    pub fn check(
        &self,
        presented: &Token,
        now: Timestamp,
        limits: &SessionLimits,
    ) -> Result<(), SessionRefusal> {
        if !self.token.matches(&presented.hash()) {
            return Err(SessionRefusal::Unknown);
        }
        if now >= self.idle_deadline(limits) || now >= self.absolute_deadline(limits) {
            return Err(SessionRefusal::Expired);
        }
        let over = |engagement: Engagement| now >= engagement.ends_at;
        if !self.account_active || self.standing.engagement.is_some_and(over) {
            return Err(SessionRefusal::Disabled);
        }
        self.surroundings
            .bar
            .map_or(Ok(()), |bar| Err(SessionRefusal::Barred(bar)))
    }
}
