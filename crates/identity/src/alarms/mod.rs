//! Alarms about signing in: told in the log at once, and answered by the server itself.
//!
//! | what | seen how | what the server does |
//! |---|---|---|
//! | spraying, guessing, campaign | [`detector`] | an address that sprays may not try passwords for a quarter of an hour |
//! | a session used as if it were taken | [`crate::sessions`], its risk | nothing it proved counts as fresh until a factor is proven again |
//!
//! Either is an entry of its own, `session.alarm`, which the audit desk finds by its action.

mod detector;

use crate::error::IdentityError;
use crate::events::ALARM;
use crate::identity::Identity;
use crate::resources::SessionResource;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Origin};
use custos_values::{OrgId, SessionId, Timestamp};
use detector::{Alarm, Detector};
use parking_lot::Mutex;
use std::collections::HashMap;

/// How long an address that sprays may not try passwords, in milliseconds.
const SPRAYER_WAITS_MS: i64 = 15 * 60_000;
/// How long the same session is not told about again, in milliseconds.
const QUIET_MS: i64 = 3_600_000;
/// Most sessions remembered as told.
const CAPACITY: usize = 10_000;

/// What this node watches.
#[derive(Default)]
pub(crate) struct Alarms {
    failures: Mutex<Detector>,
    taken: Mutex<HashMap<SessionId, Timestamp>>,
}

impl Alarms {
    /// Whether it has yet to be told that a session looks taken.
    fn tells_taken(&self, session: SessionId, now: Timestamp) -> bool {
        let mut told = self.taken.lock();
        let quiet = |at: Timestamp| now.millis() - at.millis() < QUIET_MS;
        if told.get(&session).is_some_and(|at| quiet(*at)) {
            return false;
        }
        if told.len() >= CAPACITY {
            told.retain(|_, at| quiet(*at));
        }
        if told.len() >= CAPACITY {
            told.clear();
        }
        told.insert(session, now);
        true
    }
}

impl Identity {
    /// Takes a failed sign-in in. An alarm it completes is on disk when this returns.
    pub(crate) async fn watch_failure(
        &self,
        org: OrgId,
        login_hash: i64,
        origin: &Origin,
    ) -> Result<(), IdentityError> {
        let now = self.store().clock().now();
        let alarms = self
            .alarms()
            .failures
            .lock()
            .failed(login_hash, origin.address, now);
        for alarm in alarms {
            if alarm == Alarm::Spraying {
                let until = now.plus_millis(SPRAYER_WAITS_MS);
                self.throttles().passwords.bar(origin.address, until);
            }
            let event = Event::before_sign_in(org, None, &ALARM, Outcome::Failed, origin.clone())
                .with("kind", Detail::code(alarm.code()));
            self.sink().record_durably(event).await?;
            tracing::warn!(kind = alarm.code(), "sign-ins fail as if somebody attacked");
        }
        Ok(())
    }

    /// Tells, once an hour, that a session is used as if it had been taken elsewhere.
    pub(crate) async fn watch_taken(&self, caller: &Caller) -> Result<(), IdentityError> {
        let Some(session) = caller.session_id() else {
            return Ok(());
        };
        if self
            .alarms()
            .tells_taken(session, self.store().clock().now())
        {
            let event = Event::own::<SessionResource>(caller, &ALARM, Some(*session.as_bytes()))
                .with("kind", Detail::code("taken"))
                .failed();
            self.sink().record_durably(event).await?;
            tracing::warn!("a session is used as if it had been taken elsewhere");
        }
        Ok(())
    }
}
