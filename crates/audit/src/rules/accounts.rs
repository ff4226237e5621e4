//! Rules about accounts as they are.

use super::{Context, Hit, Trace};
use crate::counts::DAY_MS;
use custos_identity::AccountPosture;
use custos_kernel::policy::{DataScope, Role};
use custos_values::Timestamp;

fn administers(account: &AccountPosture) -> bool {
    account.roles.iter().any(Role::is_administrator)
}

/// Active accounts of people.
fn people(cx: &Context) -> impl Iterator<Item = &AccountPosture> {
    cx.posture
        .accounts
        .iter()
        .filter(|account| account.active && !account.service)
}

fn about(account: &AccountPosture) -> Hit {
    Hit::about("user", account.id).traced(Trace {
        actor_id: Some(account.id.to_string()),
        ..Trace::default()
    })
}

fn days_since(cx: &Context, at: Timestamp) -> i64 {
    (cx.now.millis() - at.millis()).div_euclid(DAY_MS)
}

/// People who have signed in, but not for long.
pub(super) fn dormant(cx: &Context, administrators: bool) -> Vec<Hit> {
    let limit = cx.days_ago("days");
    people(cx)
        .filter(|account| administers(account) == administrators)
        .filter_map(|account| {
            let last = account.last_sign_in_at.filter(|last| *last < limit)?;
            Some(about(account).with("days", days_since(cx, last)))
        })
        .collect()
}

pub(super) fn never_signed_in(cx: &Context) -> Vec<Hit> {
    let limit = cx.days_ago("days");
    people(cx)
        .filter(|account| account.last_sign_in_at.is_none() && account.made_at < limit)
        .map(|account| about(account).with("days", days_since(cx, account.made_at)))
        .collect()
}

/// Who has never signed in sets a factor up when they do.
pub(super) fn without_factor(cx: &Context, administrators: bool) -> Vec<Hit> {
    people(cx)
        .filter(|account| administers(account) == administrators)
        .filter(|account| account.last_sign_in_at.is_some() && account.factors == 0)
        .map(about)
        .collect()
}

/// Disabled accounts through which somebody still gets in: sessions, or keys of a program.
pub(super) fn leavers(cx: &Context) -> Vec<Hit> {
    let gone = cx.posture.accounts.iter().filter(|account| !account.active);
    gone.filter_map(|account| {
        let keys = cx
            .posture
            .keys
            .iter()
            .filter(|key| key.user == account.id && key.expires_at > cx.now)
            .count();
        let open = account.sessions + keys;
        (open > 0).then(|| {
            about(account)
                .with("sessions", account.sessions)
                .with("keys", keys)
        })
    })
    .collect()
}

/// The administrators' roles with how many active people hold each.
fn holders(cx: &Context) -> impl Iterator<Item = (Role, i64)> {
    Role::ALL
        .into_iter()
        .filter(|role| role.is_administrator())
        .map(|role| {
            let count = people(cx)
                .filter(|account| account.roles.contains(role))
                .count();
            (role, i64::try_from(count).unwrap_or(i64::MAX))
        })
}

/// One administrator who is ill leaves the organisation without.
pub(super) fn too_few(cx: &Context) -> Vec<Hit> {
    let least = cx.parameter("least");
    holders(cx)
        .filter(|(_, count)| *count < least)
        .map(|(role, count)| {
            Hit::about("role", role.name())
                .with("count", count)
                .with("least", least)
        })
        .collect()
}

pub(super) fn too_many(cx: &Context) -> Vec<Hit> {
    let most = cx.parameter("most");
    holders(cx)
        .filter(|(_, count)| *count > most)
        .map(|(role, count)| {
            Hit::about("role", role.name())
                .with("count", count)
                .with("most", most)
        })
        .collect()
}

/// More people than intended reach every customer.
pub(super) fn wide_reach(cx: &Context) -> Vec<Hit> {
    let wide = people(cx)
        .filter(|account| !administers(account) && account.data_scope == DataScope::All)
        .count();
    let (wide, most) = (
        i64::try_from(wide).unwrap_or(i64::MAX),
        cx.parameter("most"),
    );
    let hit = || Hit::organisation().with("count", wide).with("most", most);
    (wide > most).then(hit).into_iter().collect()
}
