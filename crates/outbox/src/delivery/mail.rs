//! Mail by SMTP.

use super::outcome::Failure;
use super::send::Rendered;
use crate::settings::{Security, Smtp};
use custos_values::MessageId;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncTransport, Tokio1Executor};
use std::time::Duration;

/// Longest wait for the server's next word.
const SILENCE: Duration = Duration::from_secs(20);

/// Hands a mail to the server.
pub(super) async fn send(
    smtp: &Smtp,
    id: MessageId,
    recipient: &str,
    rendered: Rendered,
) -> Result<(), Failure> {
    let message = message(smtp, id, recipient, rendered).ok_or(Failure::Unwritable)?;
    let transport = transport(smtp)?;
    match transport.send(message).await {
        Ok(_) => Ok(()),
        Err(error) => Err(failure(&error)),
    }
}

/// The mail. Its id is that of the message, the same in each attempt, so that a mail sent twice is seen to be one.
fn message(smtp: &Smtp, id: MessageId, recipient: &str, rendered: Rendered) -> Option<Message> {
    let from: Address = smtp.from_address.parse().ok()?;
    let message_id = format!("<{id}@{}>", from.domain());
    Message::builder()
        .from(Mailbox::new(Some(smtp.from_name.clone()), from))
        .to(Mailbox::new(None, recipient.parse().ok()?))
        .subject(rendered.subject.replace(['\r', '\n'], " "))
        .message_id(Some(message_id))
        .header(ContentType::TEXT_PLAIN)
        .body(rendered.text)
        .ok()
}

fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, Failure> {
    let tls = || TlsParameters::new(smtp.host.clone()).map_err(|_| Failure::Tls);
    let tls = match smtp.security {
        Security::Starttls => Tls::Required(tls()?),
        Security::Tls => Tls::Wrapper(tls()?),
        Security::Plain => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.host.as_str())
        .port(smtp.port)
        .timeout(Some(SILENCE))
        .tls(tls);
    if let (Some(user), Some(password)) = (&smtp.user, &smtp.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}

fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    // RFC 4954: 530, 534, 535 and 538 are about signing in, 454 as well but for now.
    let code = error.status().map(u16::from);
    if matches!(code, Some(530 | 534 | 535 | 538)) {
        Failure::Credentials
    } else if error.is_permanent() {
        Failure::Refused
    } else if error.is_transient() {
        Failure::RefusedForNow
    } else if error.is_timeout() {
        Failure::TimedOut
    } else if error.is_tls() || error.is_client() {
        Failure::Tls
    } else {
        Failure::Unreachable
    }
}
