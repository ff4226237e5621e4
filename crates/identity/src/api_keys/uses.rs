//! When keys were last used, kept in memory and written down now and then.

use custos_values::{ApiKeyId, OrgId, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;

/// How often uses are written down, in milliseconds.
pub(super) const INTERVAL_MS: i64 = 300_000;

/// A use of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyUse {
    pub(super) at: Timestamp,
    pub(super) from: Option<IpAddr>,
}

#[derive(Default)]
struct State {
    /// Those not written down yet.
    uses: HashMap<(OrgId, ApiKeyId), KeyUse>,
    written_at: Option<Timestamp>,
}

/// The uses this node knows of.
#[derive(Default)]
pub(crate) struct KeyUses(Mutex<State>);

impl KeyUses {
    /// A key was used.
    pub(super) fn seen(&self, org: OrgId, id: ApiKeyId, now: KeyUse) {
        self.0.lock().uses.insert((org, id), now);
    }

    /// The use of a key that is not written down yet.
    pub(super) fn of(&self, org: OrgId, id: ApiKeyId) -> Option<KeyUse> {
        self.0.lock().uses.get(&(org, id)).copied()
    }

    /// What is to be written down, by organisation; nothing before the interval has passed.
    pub(super) fn due(
        &self,
        now: Timestamp,
        interval_ms: i64,
    ) -> HashMap<OrgId, Vec<(ApiKeyId, KeyUse)>> {
        let mut state = self.0.lock();
        let begun = *state.written_at.get_or_insert(now);
        if now.millis() - begun.millis() < interval_ms {
            return HashMap::new();
        }
        state.written_at = Some(now);
        let mut due: HashMap<OrgId, Vec<_>> = HashMap::new();
        for ((org, id), last) in state.uses.drain() {
            due.entry(org).or_default().push((id, last));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_use_is_written_down_once_the_interval_has_passed() {
        let (org, id) = (OrgId::from_bytes([1; 16]), ApiKeyId::from_bytes([2; 16]));
        let at = |ms| KeyUse {
            at: Timestamp::from_millis(ms),
            from: None,
        };
        let uses = KeyUses::default();
        assert!(uses.due(at(0).at, INTERVAL_MS).is_empty());
        uses.seen(org, id, at(5));
        uses.seen(org, id, at(9));
        assert_eq!(uses.of(org, id), Some(at(9)));
        assert!(uses.due(at(INTERVAL_MS - 1).at, INTERVAL_MS).is_empty());
        let due = uses.due(at(INTERVAL_MS).at, INTERVAL_MS);
        assert_eq!(due[&org], [(id, at(9))]);
        assert!(uses.due(at(2 * INTERVAL_MS).at, INTERVAL_MS).is_empty());
        assert_eq!(uses.of(org, id), None);
    }
}
