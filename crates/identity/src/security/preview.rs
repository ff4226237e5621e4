//! What settings would mean for the people there are, before they are saved.

use super::rules::Rules;
use super::settings::SecuritySettings;
use crate::contact;
use crate::error::IdentityError;
use crate::events::PREVIEW_SETTINGS;
use crate::factors;
use crate::identity::Identity;
use crate::resources::SecuritySettingsResource;
use crate::sessions::LiveSession;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Bar, Caller};
use custos_values::{Timestamp, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Why something would happen to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The network they last came from.
    Network,
    /// The hour it is.
    Hours,
    /// The time a session was not used.
    Idle,
    /// The age of a session.
    Absolute,
    /// The number of sessions.
    Concurrent,
    /// The age of the password.
    PasswordAge,
    /// Their second factor, which would no longer do.
    SecondFactor,
}

/// Somebody to whom something would happen.
pub(super) struct Affected {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) why: Why,
    /// How many sessions, where it is about sessions.
    pub(super) sessions: usize,
}

/// What would happen.
#[derive(Default)]
pub(super) struct Preview {
    /// Active accounts.
    pub(super) accounts: usize,
    /// Those with a session from an address that is known: of the others nobody knows where they would come from.
    pub(super) located: usize,
    pub(super) barred: Vec<Affected>,
    pub(super) sessions: Vec<Affected>,
    pub(super) passwords: Vec<Affected>,
    pub(super) factors: Vec<Affected>,
}

impl Identity {
    /// What settings would mean right now.
    ///
    /// # Errors
    /// Refused unless the caller may save them; 422 naming the fields.
    pub(super) async fn preview_security_settings(
        &self,
        caller: &Caller,
        settings: SecuritySettings,
    ) -> Result<Preview, IdentityError> {
        self.settings_permit(caller, 0)?;
        let rules = Rules::read(settings, 0).map_err(IdentityError::invalid)?;
        let directory = self.directory(caller.org()).await?;
        let now = self.store().clock().now();
        let mut of_user: HashMap<UserId, Vec<LiveSession>> = HashMap::new();
        for session in self.live_sessions(caller.org()).await? {
            of_user.entry(session.user).or_default().push(session);
        }
        let by_code = self.losing_codes(caller, &rules).await?;
        let mut preview = Preview::default();
        for (id, person) in directory.people().filter(|(_, person)| person.active) {
            let sessions = of_user.remove(&id).unwrap_or_default();
            let affected = |(why, sessions)| Affected {
                id,
                name: person.name.clone(),
                why,
                sessions,
            };
            let last = sessions.iter().max_by_key(|session| session.last_used_at);
            let from = last.and_then(|session| session.from);
            preview.accounts += 1;
            preview.located += usize::from(from.is_some());
            let bar = rules.bar(person.roles, from, now);
            // Where somebody would come from is not known of everybody; the hour is.
            let bar = bar.filter(|bar| *bar != Bar::Network || from.is_some());
            let why = bar.map(|bar| match bar {
                Bar::Network => Why::Network,
                Bar::Hours | Bar::Device => Why::Hours,
            });
            preview.barred.extend(why.map(|why| affected((why, 0))));
            let ends = ending(&rules, &sessions, now)
                .or_else(|| {
                    let (most, _) = rules.concurrent(person.roles)?;
                    let more = sessions.len().checked_sub(most).filter(|more| *more > 0)?;
                    Some((Why::Concurrent, more))
                })
                .map(affected);
            preview.sessions.extend(ends);
            let due = rules.password_expired(person.password_set_at, now);
            let due = due.then(|| affected((Why::PasswordAge, 0)));
            preview.passwords.extend(due);
            let loses = by_code.contains(&id);
            let loses = loses.then(|| affected((Why::SecondFactor, 0)));
            preview.factors.extend(loses);
        }
        let event = Event::own::<SecuritySettingsResource>(
            caller,
            &PREVIEW_SETTINGS,
            Some(*caller.org().as_bytes()),
        );
        let count = |list: &[Affected]| Detail::count(u64::try_from(list.len()).unwrap_or(0));
        let event = event
            .with("barred", count(&preview.barred))
            .with("sessions", count(&preview.sessions))
            .with("passwords", count(&preview.passwords))
            .with("factors", count(&preview.factors));
        self.sink().record(event).await?;
        Ok(preview)
    }

    /// Who signs in by codes that are sent, and could not any more.
    async fn losing_codes(
        &self,
        caller: &Caller,
        after: &Rules,
    ) -> Result<HashSet<UserId>, IdentityError> {
        let directory = self.directory(caller.org()).await?;
        if directory.rules().settings().second_factor == after.settings().second_factor {
            return Ok(HashSet::new());
        }
        let before = self.code_policy(caller.org()).await?;
        let after = before.under(Arc::new(after.clone()));
        let mut tx = self.store().read().await?;
        let with_factor = factors::kinds_of_all(&mut tx, caller).await?;
        let proven = contact::sql::proven_of_all(&mut tx, caller).await?;
        drop(tx);
        let loses = |(user, proven): &(UserId, Vec<contact::Kind>)| {
            directory.person(*user).is_some_and(|person| {
                !with_factor.contains_key(user)
                    && !before.kinds(person.roles, proven).is_empty()
                    && after.kinds(person.roles, proven).is_empty()
            })
        };
        Ok(proven
            .into_iter()
            .filter(loses)
            .map(|(user, _)| user)
            .collect())
    }
}

/// The sessions whose time would have passed.
fn ending(rules: &Rules, sessions: &[LiveSession], now: Timestamp) -> Option<(Why, usize)> {
    let limits = rules.limits();
    let count = |over: &dyn Fn(&LiveSession) -> bool| sessions.iter().filter(|s| over(s)).count();
    let old = |session: &LiveSession| now >= session.made_at.plus_millis(limits.absolute_ms);
    let unused = |session: &LiveSession| now >= session.last_used_at.plus_millis(limits.idle_ms);
    let either = count(&|session| old(session) || unused(session));
    match (count(&unused), either) {
        (_, 0) => None,
        (0, _) => Some((Why::Absolute, either)),
        _ => Some((Why::Idle, either)),
    }
}
