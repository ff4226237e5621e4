//! Putting messages into the queue.

use super::model::seal_mask;
use super::sql::{self, NewRow};
use super::{Content, Draft, Template};
use crate::error::OutboxError;
use crate::resources::MessageResource;
use crate::settings;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Job, Origin, Policy, actions};
use custos_store::{Store, WriteTx};
use custos_values::{MessageId, OrgId};
use std::sync::Arc;

/// The ways out that are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// There is a mail server.
    pub mail: bool,
    /// There is a provider of text messages with the template asked for.
    pub sms: bool,
}

/// Takes messages within the transaction of what they tell of.
pub struct Queue {
    store: Arc<Store>,
    policy: Arc<Policy>,
}

impl Queue {
    /// The queue of a database.
    pub fn new(store: Arc<Store>, policy: Arc<Policy>) -> Self {
        Self { store, policy }
    }

    /// Puts a message into the queue within a transaction, which is to be finished with the event among its own: the
    /// message exists if and only if the change does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        origin: &Origin,
        draft: &Draft,
    ) -> Result<Event, OutboxError> {
        let store = &self.store;
        let key = store.keys().get(store, org).await?;
        let id = MessageId::new(store.clock(), store.random());
        let caller = Caller::system(Job::Messenger, org).with_origin(origin.clone());
        let facts = Facts::<MessageResource>::shared(org, *id.as_bytes(), 0);
        let permit = self.policy.permit::<actions::Create, _>(&caller, &facts)?;
        let now = store.clock().now();
        let row = NewRow {
            channel: draft.recipient.channel(),
            template: draft.template,
            mask: seal_mask(&key, id, &draft.recipient.mask(), store.random()),
            content: Content::of(draft).seal(&key, id, store.random()),
            now,
            expires_at: now.plus_millis(draft.life_ms),
        };
        sql::insert(tx, &permit, row).await?;
        Ok(Event::of(&permit)
            .with("channel", Detail::code(draft.recipient.channel().name()))
            .with("template", Detail::code(draft.template.name())))
    }

    /// Which ways out are set now: mail, and text messages that say a template.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ways(&self, org: OrgId, by_sms: Template) -> Result<Ways, OutboxError> {
        let messenger = Caller::system(Job::Messenger, org);
        let settings = settings::load(&self.store, &self.policy, &messenger).await?;
        let known = |sms: settings::Sms| {
            let mut templates = sms.templates.iter();
            templates.any(|known| known.template == by_sms.name())
        };
        Ok(Ways {
            mail: settings.smtp.is_some(),
            sms: settings.sms.is_some_and(known),
        })
    }
}
