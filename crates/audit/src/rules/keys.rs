//! Rules about the keys of programs.

use super::{Context, Hit, Trace};
use crate::counts::DAY_MS;
use custos_identity::KeyPosture;

/// Keys that can be used.
fn valid(cx: &Context) -> impl Iterator<Item = &KeyPosture> {
    cx.posture.keys.iter().filter(|key| key.expires_at > cx.now)
}

fn about(key: &KeyPosture) -> Hit {
    Hit::about("api_key", key.id)
        .with("user", key.user.to_string())
        .traced(Trace {
            actor_id: Some(key.user.to_string()),
            ..Trace::default()
        })
}

fn days(from: custos_values::Timestamp, to: custos_values::Timestamp) -> i64 {
    (to.millis() - from.millis()).div_euclid(DAY_MS)
}

pub(super) fn unused(cx: &Context) -> Vec<Hit> {
    let limit = cx.days_ago("days");
    valid(cx)
        .filter(|key| key.last_used_at.is_none() && key.created_at < limit)
        .map(|key| about(key).with("days", days(key.created_at, cx.now)))
        .collect()
}

pub(super) fn idle(cx: &Context) -> Vec<Hit> {
    let limit = cx.days_ago("days");
    valid(cx)
        .filter_map(|key| {
            let last = key.last_used_at.filter(|last| *last < limit)?;
            Some(about(key).with("days", days(last, cx.now)))
        })
        .collect()
}

/// A key that is valid for years is one that is never exchanged.
pub(super) fn long_lived(cx: &Context) -> Vec<Hit> {
    let most = cx.parameter("days");
    valid(cx)
        .map(|key| (key, days(key.created_at, key.expires_at)))
        .filter(|(_, valid)| *valid > most)
        .map(|(key, valid)| about(key).with("days", valid))
        .collect()
}

pub(super) fn anywhere(cx: &Context) -> Vec<Hit> {
    valid(cx).filter(|key| key.anywhere).map(about).collect()
}
