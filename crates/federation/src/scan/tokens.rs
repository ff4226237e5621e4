//! Tokens of applications, kept until shortly before they end: these services count how often they are asked for one.

use custos_values::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long before its end a token is not used any more, in milliseconds.
const MARGIN_MS: i64 = 5 * 60_000;

struct Kept {
    token: String,
    until: Timestamp,
}

/// The tokens, by what names an application with its secret at a service; see [`super::ScanProvider`].
#[derive(Default)]
pub struct AppTokens(Mutex<HashMap<String, Kept>>);

impl AppTokens {
    pub(super) fn get(&self, name: &str, now: Timestamp) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(name).filter(|kept| now < kept.until)?;
        Some(found.token.clone())
    }

    pub(super) fn keep(&self, name: String, token: &str, seconds: i64, now: Timestamp) {
        let life = seconds.clamp(0, 86_400) * 1000;
        let kept = Kept {
            token: token.to_owned(),
            until: now.plus_millis((life - MARGIN_MS).max(life / 2)),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(name, kept);
    }

    pub(super) fn forget(&self, name: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(name);
    }
}
