//! Rules about access: factors, roles, approvals, labels, emergencies, stolen sessions.

use super::context::Found;
use super::{Context, Hit, Trace};
use crate::AuditError;
use custos_values::UserId;
use std::collections::{BTreeMap, BTreeSet};

/// The levels of labels, least first.
const LEVELS: [&str; 5] = ["public", "internal", "confidential", "secret", "top_secret"];
/// The breadth of data scopes, least first.
const SCOPES: [&str; 4] = ["own", "department", "department_tree", "all"];

fn trace(action: &str) -> Trace {
    Trace {
        action: Some(action.to_owned()),
        ..Trace::default()
    }
}

/// Each entry of an action is a finding of its own.
pub(super) async fn each(cx: &Context, action: &str) -> Result<Vec<Hit>, AuditError> {
    let found = cx.entries(action, None, cx.days_ago("window_days")).await?;
    let mut hits: BTreeMap<String, Hit> = BTreeMap::new();
    for one in found {
        let who = one.actor().or_else(|| one.record());
        let fresh = || match who {
            Some(user) => Hit::about("user", user).traced(trace(action)),
            None => Hit::organisation().traced(trace(action)),
        };
        let hit = fresh();
        let hit = hits.remove(&hit.subject).unwrap_or(hit);
        hits.insert(hit.subject.clone(), hit.at(one.at()).entry(one.index));
    }
    Ok(hits.into_values().collect())
}

/// Hits by the account that was acted on.
fn by_account(found: impl Iterator<Item = Found>, action: &str) -> Vec<Hit> {
    let mut hits: BTreeMap<UserId, Hit> = BTreeMap::new();
    for one in found {
        let Some(account) = one.record() else {
            continue;
        };
        let hit = hits.remove(&account).unwrap_or_else(|| {
            let trace = Trace {
                resource_id: Some(account.to_string()),
                ..trace(action)
            };
            Hit::about("user", account).traced(trace)
        });
        hits.insert(account, hit.at(one.at()).entry(one.index));
    }
    hits.into_values().collect()
}

/// Somebody took another person's second factor away.
pub(super) async fn factor_removed(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let action = "user.grant";
    let found = cx
        .entries(action, Some("allowed"), cx.days_ago("window_days"))
        .await?;
    let removed = found
        .into_iter()
        .filter(|one| one.names("changes").iter().any(|it| it == "second_factor"));
    Ok(by_account(removed, action))
}

/// Whether a grant gave more than there was before.
fn grew(one: &Found) -> bool {
    let before: BTreeSet<String> = one.names("roles_before").into_iter().collect();
    let more = one.names("roles").iter().any(|role| !before.contains(role));
    let breadth = |key: &str| {
        let scope = one.text(key)?;
        SCOPES.iter().position(|known| **known == scope)
    };
    let wider = match (breadth("before.data_scope"), breadth("after.data_scope")) {
        (Some(before), Some(after)) => after > before,
        _ => false,
    };
    more || wider
}

pub(super) async fn roles_growing(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let action = "user.grant";
    let found = cx
        .entries(action, Some("allowed"), cx.days_ago("window_days"))
        .await?;
    let least = usize::try_from(cx.parameter("grants")).unwrap_or(usize::MAX);
    let hits = by_account(found.into_iter().filter(grew), action).into_iter();
    Ok(hits
        .filter(|hit| hit.trace.entries.len() >= least)
        .map(|hit| {
            let count = hit.trace.entries.len();
            hit.with("count", count)
        })
        .collect())
}

/// Somebody granted something to themselves, or took part in deciding on their own request. The rules refuse both: this
/// looks whether they held.
pub(super) async fn self_approved(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let from = cx.days_ago("window_days");
    let mut hits = Vec::new();
    for action in ["user.grant", "approval.grant"] {
        let found = cx.entries(action, Some("allowed"), from).await?;
        let own = found.into_iter().filter(|one| {
            let Some(actor) = one.actor() else {
                return false;
            };
            let requester = one.text("requester").and_then(|it| it.parse().ok());
            match action {
                "user.grant" => one.record() == Some(actor),
                _ => {
                    requester == Some(actor)
                        || one
                            .text("seat")
                            .is_some_and(|seat| Some(seat) == one.text("requester"))
                }
            }
        });
        for one in own {
            if let Some(actor) = one.actor() {
                let hit = Hit::about("user", actor).traced(trace(action));
                hits.push(hit.at(one.at()).entry(one.index));
            }
        }
    }
    // One finding per person: the unique key of the table wants it so.
    let mut merged: BTreeMap<String, Hit> = BTreeMap::new();
    for hit in hits {
        let kept = merged.remove(&hit.subject);
        let next = match (kept, hit.at) {
            (Some(kept), Some(at)) => hit
                .trace
                .entries
                .iter()
                .fold(kept.at(at), |kept, index| kept.entry(*index)),
            _ => hit,
        };
        merged.insert(next.subject.clone(), next);
    }
    Ok(merged.into_values().collect())
}

pub(super) async fn label_downgraded(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let action = "customer.declassify";
    let found = cx
        .entries(action, Some("allowed"), cx.days_ago("window_days"))
        .await?;
    // A label is its level and the compartments.
    let level = |one: &Found, key: &str| {
        let names = one.names(key);
        LEVELS
            .iter()
            .position(|known| names.iter().any(|name| name == known))
    };
    let loses_compartment = |one: &Found| {
        let (before, after) = (one.names("from"), one.names("to"));
        let mut compartments = before
            .iter()
            .filter(|name| !LEVELS.contains(&name.as_str()));
        compartments.any(|name| !after.contains(name))
    };
    let mut hits: BTreeMap<UserId, Hit> = BTreeMap::new();
    for one in found {
        let (Some(from), Some(to)) = (level(&one, "from"), level(&one, "to")) else {
            continue;
        };
        let Some(customer) = one
            .record()
            .filter(|_| to < from || loses_compartment(&one))
        else {
            continue;
        };
        let hit = hits.remove(&customer).unwrap_or_else(|| {
            let trace = Trace {
                resource_id: Some(customer.to_string()),
                ..trace(action)
            };
            Hit::about("customer", customer)
                .with("from", LEVELS[from])
                .with("to", LEVELS[to])
                .traced(trace)
        });
        hits.insert(customer, hit.at(one.at()).entry(one.index));
    }
    Ok(hits.into_values().collect())
}

/// Emergency access that ended some days ago and was not reviewed since.
pub(super) async fn emergency_unreviewed(cx: &Context) -> Result<Vec<Hit>, AuditError> {
    let from = cx.now.plus_millis(-366 * crate::counts::DAY_MS);
    let limit = cx.days_ago("days");
    let reviewed: BTreeSet<UserId> = cx
        .entries("break_glass.review", Some("allowed"), from)
        .await?
        .iter()
        .filter_map(Found::record)
        .collect();
    let used = cx
        .entries("break_glass.begin", Some("allowed"), from)
        .await?;
    Ok(used
        .into_iter()
        .filter(|one| one.at() < limit)
        .filter_map(|one| {
            let id = one.record().filter(|id| !reviewed.contains(id))?;
            let days = (cx.now.millis() - one.entry.at) / crate::counts::DAY_MS;
            let hit = Hit::about("break_glass", id).with("days", days);
            Some(hit.traced(trace("break_glass.begin")).entry(one.index))
        })
        .collect())
}
