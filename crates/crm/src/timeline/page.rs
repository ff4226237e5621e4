//! A page of a timeline: follow-ups and log entries of one customer or record, merged by time.

use super::entry::{TimelineItem, actor_of, kind_of, names_of};
use super::sql;
use crate::customers::{Row, open_fields};
use crate::fields::ACTIVITY;
use crate::{Crm, CrmError};
use custos_http::{Page, PageQuery, Problem};
use custos_kernel::audit::Entry;
use custos_kernel::crypto::{Disclosures, Owner, RecordKey};
use custos_kernel::policy::{Permit, Resource, actions};
use custos_values::{ActivityId, Timestamp, UserId};

/// Where a page of the timeline ended, in both of its sources.
pub(super) struct Place {
    activity: Option<(i64, [u8; 16])>,
    log: Option<i64>,
}

impl Place {
    /// `at.id.index`, each `-` for the beginning; ids and times of a customer the caller may read are no secret.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (at, id, log) = (parts.next()?, parts.next()?, parts.next()?);
        let activity = match (at, id) {
            ("-", "-") => None,
            _ => Some((at.parse().ok()?, *id.parse::<ActivityId>().ok()?.as_bytes())),
        };
        Some(Self {
            activity,
            log: if log == "-" {
                None
            } else {
                Some(log.parse().ok()?)
            },
        })
    }

    fn format(&self) -> String {
        let activity = self
            .activity
            .map(|(at, id)| format!("{at}.{}", ActivityId::from_bytes(id)));
        let log = self.log.map(|log| log.to_string());
        format!(
            "{}.{}",
            activity.as_deref().unwrap_or("-.-"),
            log.as_deref().unwrap_or("-")
        )
    }
}

impl Crm {
    /// A page of the timeline of what was permitted to be read; the fields of follow-ups open with the key.
    pub(crate) async fn timeline_page<R: Resource>(
        &self,
        permit: &Permit<actions::Read, R>,
        (key, of): (&RecordKey, Option<Owner<'_>>),
        query: &PageQuery,
        disclosures: &mut Disclosures,
    ) -> Result<Page<TimelineItem>, CrmError> {
        let malformed = || Problem::bad_request("list.cursor_malformed");
        let start = Place {
            activity: None,
            log: None,
        };
        let place = query
            .cursor
            .as_deref()
            .map_or(Some(start), Place::parse)
            .ok_or_else(malformed)?;
        let (items, next) = self
            .timeline(permit, (key, of), place, query.limit(), disclosures)
            .await?;
        Ok(Page {
            items,
            next_cursor: next.map(|place| place.format()),
            total: None,
        })
    }

    /// Merges follow-ups and log entries by time, newest first.
    async fn timeline<R: Resource>(
        &self,
        permit: &Permit<actions::Read, R>,
        (key, of): (&RecordKey, Option<Owner<'_>>),
        mut place: Place,
        limit: usize,
        disclosures: &mut Disclosures,
    ) -> Result<(Vec<TimelineItem>, Option<Place>), CrmError> {
        let mut tx = self.store.read().await?;
        let fetch = limit as i64 + 1;
        let mut activities = sql::before(&mut tx, permit, place.activity, fetch)
            .await?
            .into_iter()
            .peekable();
        let mut entries = tx
            .log_of(permit, place.log, fetch)
            .await?
            .into_iter()
            .peekable();
        let mut items = Vec::with_capacity(limit);
        while items.len() < limit {
            let entry_at = |body: &[u8]| Entry::decode(body).ok().map(|entry| entry.at);
            let log_at = entries
                .peek()
                .map(|entry| entry_at(&entry.body).unwrap_or(i64::MAX));
            let activity_at = activities.peek().map(|activity| activity.at.millis());
            if activity_at.is_none() && log_at.is_none() {
                break;
            }
            if activity_at >= log_at {
                let Some(activity) = activities.next() else {
                    break;
                };
                place.activity = Some((activity.at.millis(), activity.id));
                let opened = open_fields(
                    permit,
                    key,
                    ACTIVITY,
                    Row {
                        id: &activity.id,
                        of,
                    },
                    &activity.fields,
                    |_| true,
                )?;
                let mut item = TimelineItem {
                    id: ActivityId::from_bytes(activity.id).to_string(),
                    at: activity.at,
                    kind: "note".to_owned(),
                    author: self.owner_reference(permit.org(), activity.author),
                    content: None,
                    next_contact_at: None,
                    changes: Vec::new(),
                };
                for (spec, plain) in opened.into_iter() {
                    let text = plain.disclose(spec.name, disclosures).into_inner();
                    match spec.name {
                        "kind" => item.kind = text,
                        "content" => item.content = Some(text),
                        _ => item.next_contact_at = Some(text),
                    }
                }
                items.push(item);
            } else if let Some(stored_entry) = entries.next() {
                place.log = Some(stored_entry.index);
                let Ok(entry) = Entry::decode(&stored_entry.body) else {
                    continue;
                };
                let Some(kind) = kind_of(&entry) else {
                    continue;
                };
                items.push(TimelineItem {
                    id: format!("log-{}", stored_entry.index),
                    at: Timestamp::from_millis(entry.at),
                    kind: kind.to_owned(),
                    author: self
                        .owner_reference(permit.org(), actor_of(&entry).map(UserId::from_bytes)),
                    content: None,
                    next_contact_at: None,
                    changes: names_of(&entry),
                });
            }
        }
        let more = activities.peek().is_some() || entries.peek().is_some();
        Ok((items, more.then_some(place)))
    }
}
