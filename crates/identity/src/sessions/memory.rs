//! What is kept of sessions in memory.

use super::sql::SessionRow;
use custos_kernel::crypto::TokenHash;
use custos_values::{OrgId, SessionId, Timestamp, UserId};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;

/// Most sessions kept; beyond that, those not used within the last second go first.
const CAPACITY: usize = 20_000;
/// Longest time a change made elsewhere stays unnoticed, in milliseconds.
const STALENESS_MS: i64 = 1000;

/// A use of a session.
#[derive(Clone, Copy)]
pub(super) struct Use {
    pub(super) at: Timestamp,
    /// The network address it came from; `None` when this node does not know.
    pub(super) from: Option<IpAddr>,
}

struct Kept {
    row: SessionRow,
    checked_at: Timestamp,
    /// The later of what the database and what this node knows.
    last: Use,
    /// What the database knows.
    written_at: Timestamp,
}

struct State {
    kept: HashMap<TokenHash, Kept>,
    /// Grows with every end of a session decided here, so that a reading begun before it is not kept after it.
    changes: u64,
    flushed_at: Timestamp,
}

/// The sessions in memory.
pub(crate) struct Sessions(Mutex<State>);

/// Says which changes a reading may have missed.
#[derive(Clone, Copy)]
pub(super) struct Reading(u64);

impl Sessions {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(State {
            kept: HashMap::new(),
            changes: 0,
            flushed_at: now,
        }))
    }

    /// The session if it was read within the last second; else what to hand to [`Self::keep`] with a new reading.
    pub(super) fn find(&self, token: &TokenHash, now: Timestamp) -> Result<SessionRow, Reading> {
        let state = self.0.lock();
        match state.kept.get(token) {
            Some(kept)
                if (0..STALENESS_MS).contains(&(now.millis() - kept.checked_at.millis())) =>
            {
                let mut row = kept.row.clone();
                row.last_seen_at = kept.last.at;
                Ok(row)
            }
            _ => Err(Reading(state.changes)),
        }
    }

    /// Keeps what was just read (`None`: there is no such session) and returns it as this node knows it.
    pub(super) fn keep(
        &self,
        token: &TokenHash,
        row: Option<SessionRow>,
        reading: Reading,
        now: Timestamp,
    ) -> Option<SessionRow> {
        let mut state = self.0.lock();
        let Some(mut row) = row else {
            state.kept.remove(token);
            return None;
        };
        let written_at = row.last_seen_at;
        let known = state.kept.get(token).map(|kept| kept.last);
        let last = known.filter(|last| last.at >= written_at).unwrap_or(Use {
            at: written_at,
            from: None,
        });
        row.last_seen_at = last.at;
        if state.changes == reading.0 {
            if state.kept.len() >= CAPACITY && !state.kept.contains_key(token) {
                let fresh = now.plus_millis(-STALENESS_MS);
                state.kept.retain(|_, kept| kept.checked_at > fresh);
                if state.kept.len() >= CAPACITY {
                    state.kept.clear();
                }
            }
            let kept = Kept {
                row: row.clone(),
                checked_at: now,
                last,
                written_at,
            };
            state.kept.insert(*token, kept);
        }
        Some(row)
    }

    /// The session was used.
    pub(super) fn seen(&self, token: &TokenHash, now: Use) {
        if let Some(kept) = self.0.lock().kept.get_mut(token)
            && now.at >= kept.last.at
        {
            kept.last = now;
        }
    }

    /// The uses of an account's sessions this node knows of.
    pub(super) fn uses_of(&self, org: OrgId, user: UserId) -> HashMap<SessionId, Use> {
        let state = self.0.lock();
        let own = state.kept.values();
        own.filter(|kept| kept.row.org == org && kept.row.user == user)
            .map(|kept| (kept.row.id, kept.last))
            .collect()
    }

    /// Forgets what was just changed or ended in the database.
    pub(crate) fn forget(&self, which: impl Fn(&SessionRow) -> bool) {
        let mut state = self.0.lock();
        state.changes += 1;
        state.kept.retain(|_, kept| !which(&kept.row));
    }

    /// Forgets an account's sessions.
    pub(crate) fn forget_user(&self, org: OrgId, user: UserId) {
        self.forget(|row| row.org == org && row.user == user);
    }

    /// Those whose use is not written down yet, if it is time to write it down: at most once per interval.
    pub(super) fn due(
        &self,
        now: Timestamp,
        interval_ms: i64,
    ) -> Option<HashMap<OrgId, Vec<(SessionId, Use)>>> {
        let mut state = self.0.lock();
        if now.millis() - state.flushed_at.millis() < interval_ms {
            return None;
        }
        state.flushed_at = now;
        let mut due: HashMap<OrgId, Vec<_>> = HashMap::new();
        for kept in state.kept.values_mut() {
            if kept.last.at > kept.written_at {
                kept.written_at = kept.last.at;
                due.entry(kept.row.org)
                    .or_default()
                    .push((kept.row.id, kept.last));
            }
        }
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use custos_kernel::policy::{Assurance, SessionState};

    const TOKEN: TokenHash = TokenHash([1; 32]);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn row(last_seen: i64) -> SessionRow {
        SessionRow {
            org: OrgId::from_bytes([2; 16]),
            id: SessionId::from_bytes([3; 16]),
            user: UserId::from_bytes([4; 16]),
            token: TOKEN,
            state: SessionState::Active,
            enrolment: None,
            created_at: at(0),
            last_seen_at: at(last_seen),
            proven_at: at(0),
            assurance: Assurance::Multi,
            recognised: false,
            working: custos_kernel::policy::Label::default(),
            agent: None,
            made_from: None,
            place: None,
            device: None,
            known_device: None,
        }
    }

    fn reading(sessions: &Sessions, now: i64) -> Reading {
        sessions
            .find(&TOKEN, at(now))
            .err()
            .expect("nothing kept is as fresh")
    }

    #[test]
    fn what_was_read_counts_for_less_than_a_second() {
        let sessions = Sessions::new(at(0));
        let begun = reading(&sessions, 5);
        sessions.keep(&TOKEN, Some(row(5)), begun, at(5));
        assert!(sessions.find(&TOKEN, at(1004)).is_ok());
        reading(&sessions, 1005);
        // Nor when the clock went back: nobody knows how old it is.
        reading(&sessions, 4);
    }

    #[test]
    fn a_reading_begun_before_an_end_is_not_kept_after_it() {
        let sessions = Sessions::new(at(0));
        let begun = reading(&sessions, 5);
        sessions.forget(|row| row.id == SessionId::from_bytes([3; 16]));
        sessions.keep(&TOKEN, Some(row(5)), begun, at(5));
        reading(&sessions, 6);
    }

    #[test]
    fn the_last_use_outlives_a_new_reading_until_it_is_written_down() {
        let sessions = Sessions::new(at(0));
        let from = Some(IpAddr::from([192, 0, 2, 1]));
        let begun = reading(&sessions, 5);
        sessions.keep(&TOKEN, Some(row(5)), begun, at(5));
        sessions.seen(&TOKEN, Use { at: at(900), from });
        let begun = reading(&sessions, 2000);
        sessions.keep(&TOKEN, Some(row(5)), begun, at(2000));
        let known = sessions.uses_of(row(5).org, row(5).user);
        assert_eq!(known[&row(5).id].at, at(900));
        let due = sessions.due(at(2000), 0).unwrap();
        let (id, last) = due[&row(5).org][0];
        assert_eq!((id, last.at, last.from), (row(5).id, at(900), from));
        assert!(sessions.due(at(3000), 0).unwrap().is_empty());
        // Once another node wrote down a later one, that counts.
        let begun = reading(&sessions, 4000);
        let newer = sessions.keep(&TOKEN, Some(row(3500)), begun, at(4000));
        assert_eq!(newer.unwrap().last_seen_at, at(3500));
        assert!(
            sessions.uses_of(row(5).org, row(5).user)[&row(5).id]
                .from
                .is_none()
        );
    }
}
