//! `GET /audit/entries` and `GET /audit/actions`.

use super::model::{AuditActions, AuditEntryItem, Opened};
use super::query::{EntriesQuery, Wanted};
use crate::{AuditEntry, AuditError, Desk};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, Operation, Page, QueryParams};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{LogView, Scope, actions::List};
use custos_store::StoredEntry;
use http::Method;
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    let access = Access::to::<List, AuditEntry>();
    vec![
        Operation::new(
            Method::GET,
            "/audit/entries",
            "audit_entries_list",
            access,
            list,
        )
        .query::<EntriesQuery>()
        .answers_page::<AuditEntryItem>(),
        Operation::new(
            Method::GET,
            "/audit/actions",
            "audit_actions_list",
            access,
            actions,
        )
        .answers::<AuditActions>(200),
    ]
}

/// The newest entries that pass the filter. The look leaves one entry of its own, which this page does not show yet.
async fn list(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<EntriesQuery>,
) -> Result<Json<Page<AuditEntryItem>>, AuditError> {
    let Wanted {
        mut filter,
        week_hour,
        limit,
        filters,
    } = query.understood()?;
    let scope: Scope<List, AuditEntry> = desk.policy.scope(&caller)?;
    let mut event = Event::of_scope(&scope);
    if !filters.is_empty() {
        event = event.with("filters", Detail::names(filters.iter().copied()));
    }
    let org = scope.org();
    desk.catch_up_a_little(org).await?;
    if let Some(hour) = week_hour {
        let ahead = desk.settings(org).await?.utc_offset_minutes * 60_000;
        filter.week_hour = Some((hour, ahead));
    }
    // How many there are is known without counting, but of the whole log only.
    let count = filters.is_empty() && caller.log_view() == LogView::Whole;
    let in_clear = !caller.is_external();
    // One more than asked for, which tells whether there is a next page; the total where it costs nothing.
    let (found, total): (Vec<StoredEntry>, Option<u64>) = desk
        .search(async move |desk| {
            let mut tx = desk.store.read().await?;
            let total = match count {
                true => u64::try_from(tx.log_next(&scope).await?).ok(),
                false => None,
            };
            let found = tx.log_entries(&scope, &filter, limit as i64 + 1).await?;
            Ok((found, total))
        })
        .await?;
    let more = found.len() > limit;
    let found: Vec<Opened> = found.into_iter().take(limit).map(Opened::new).collect();
    let mut actors: Vec<[u8; 16]> = found.iter().flat_map(Opened::people).collect();
    actors.sort_unstable();
    actors.dedup();
    let names = (desk.names)(org, actors).await;
    let key = desk.store.keys().get(&desk.store, org).await?;
    let items: Vec<AuditEntryItem> = found
        .into_iter()
        .map(|opened| opened.item(&names, in_clear.then_some(&*key)))
        .collect();
    desk.sink
        .record(event.with("entries", Detail::count(items.len() as u64)))
        .await?;
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|last| last.index.to_string());
    Ok(Json(Page {
        items,
        next_cursor,
        total,
    }))
}

async fn actions(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
) -> Result<Json<AuditActions>, AuditError> {
    let scope: Scope<List, AuditEntry> = desk.policy.scope(&caller)?;
    desk.sink
        .record(Event::of_scope(&scope).with("part", Detail::code("actions")))
        .await?;
    Ok(Json(AuditActions {
        items: desk.actions().to_vec(),
    }))
}
