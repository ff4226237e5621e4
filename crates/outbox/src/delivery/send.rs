//! One attempt: words are put together and handed to the mail server or the provider.

use super::mail;
use super::outcome::Failure;
use crate::message::{Content, Draft, Recipient, Template};
use crate::outbox::Outbox;
use crate::settings::{Settings, Sms};
use crate::sms::{self, TextMessage};
use custos_values::MessageId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Longest an attempt may take; well below the lease.
const LIMIT: Duration = Duration::from_secs(90);

/// A mail in words.
pub struct Rendered {
    /// The subject, one line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Has the words of messages, in every language there is.
pub trait Renderer: Send + Sync {
    /// Subject and text of a mail; in the product's first language if there is none of that tag. `None` if there are no
    /// words for the template.
    fn mail(
        &self,
        language: &str,
        template: &str,
        params: &BTreeMap<String, String>,
    ) -> Option<Rendered>;
}

/// Sends what a draft says, at once.
pub(crate) async fn send_now(
    outbox: &Outbox,
    settings: &Settings,
    id: MessageId,
    draft: &Draft,
) -> Result<(), Failure> {
    let by_sms = matches!(draft.recipient, Recipient::Mobile(_));
    send(
        outbox,
        settings,
        id,
        draft.template,
        by_sms,
        Content::of(draft),
    )
    .await
}

/// Sends a message.
pub(crate) async fn send(
    outbox: &Outbox,
    settings: &Settings,
    id: MessageId,
    template: Template,
    by_sms: bool,
    content: Content,
) -> Result<(), Failure> {
    let attempt = async {
        if by_sms {
            text_message(outbox, settings, id, template, content).await
        } else {
            let smtp = settings.smtp.as_ref().ok_or(Failure::NotConfigured)?;
            let mut params = content.params;
            if let Some(path) = params.get_mut("link") {
                *path = format!("{}{path}", settings.base_url);
            }
            let rendered = outbox
                .renderer()
                .mail(&content.language, template.name(), &params)
                .ok_or(Failure::Unwritable)?;
            mail::send(smtp, id, &content.recipient, rendered).await
        }
    };
    tokio::time::timeout(LIMIT, attempt)
        .await
        .unwrap_or(Err(Failure::TimedOut))
}

async fn text_message(
    outbox: &Outbox,
    settings: &Settings,
    id: MessageId,
    template: Template,
    content: Content,
) -> Result<(), Failure> {
    let sms: Sms = settings.sms.clone().ok_or(Failure::NotConfigured)?;
    let mut nonce = [0; 16];
    outbox.store().random().fill(&mut nonce);
    let now = outbox.store().clock().now();
    let http = Arc::clone(outbox.http());
    let attempt = tokio::task::spawn_blocking(move || {
        let known = sms
            .templates
            .iter()
            .find(|known| known.template == template.name())
            .ok_or(Failure::NotConfigured)?;
        let mut params = Vec::with_capacity(known.params.len());
        for name in &known.params {
            let value = content.params.get(name).ok_or(Failure::Unwritable)?;
            params.push((name.as_str(), value.as_str()));
        }
        let message = TextMessage {
            number: &content.recipient,
            template: &known.id,
            params,
            id: id.to_string(),
            nonce: hex::encode(nonce),
            now,
        };
        sms::send(&*http, &sms, &message)
    });
    attempt.await.unwrap_or(Err(Failure::Unwritable))
}
