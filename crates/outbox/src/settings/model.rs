//! What the settings are made of, and which of them can be accepted.

use crate::message::Template;
use crate::sms::Endpoint;
use custos_http::FieldProblem;
use custos_values::Email;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// All settings, stored sealed as a whole. No Debug: it holds secrets.
#[derive(Default, Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Where people reach this server, `https://crm.example.cn`, put in front of the paths in messages.
    pub(crate) base_url: String,
    pub(crate) smtp: Option<Smtp>,
    pub(crate) sms: Option<Sms>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Security {
    /// STARTTLS, or nothing is sent.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None; to this machine only.
    Plain,
}

/// A mail server.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Smtp {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) from_name: String,
    pub(crate) from_address: String,
}

/// A provider of text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SmsProvider {
    /// Alibaba Cloud, Dysmsapi.
    Aliyun,
    /// Tencent Cloud, SMS.
    Tencent,
}

impl SmsProvider {
    /// Where its interface is unless the settings say otherwise.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::Aliyun => "https://dysmsapi.aliyuncs.com",
            Self::Tencent => "https://sms.tencentcloudapi.com",
        }
    }
}

/// How text messages go out.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Sms {
    pub(crate) provider: SmsProvider,
    pub(crate) endpoint: String,
    pub(crate) key_id: String,
    pub(crate) key_secret: String,
    /// The approved name in front of each message.
    pub(crate) sign_name: String,
    /// Tencent Cloud's id of the application.
    pub(crate) app_id: String,
    /// Tencent Cloud's region.
    pub(crate) region: String,
    pub(crate) templates: Vec<SmsTemplate>,
}

/// Which of the provider's templates stands for one of ours, and which parameters it takes in which order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SmsTemplate {
    pub(crate) template: String,
    pub(crate) id: String,
    pub(crate) params: Vec<String>,
}

/// Parameters that templates for text messages may take.
pub(crate) const SMS_PARAMS: [&str; 2] = ["code", "minutes"];

/// Longest text in any field, in characters.
const MAX: usize = 200;

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A host name or address, without anything that could be more than that.
fn is_host(host: &str) -> bool {
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    !host.is_empty()
        && host.len() <= 253
        && (host.chars().all(named) || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok())
}

/// Text of one line within the limit.
fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX && !text.chars().any(char::is_control)
}

impl Settings {
    /// Everything that cannot be accepted.
    pub(crate) fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, code: &'static str| {
            problems.push(FieldProblem::new(field, code));
        };
        let sends = self.smtp.is_some() || self.sms.is_some();
        if (sends || !self.base_url.is_empty()) && Endpoint::parse(&self.base_url).is_none() {
            wrong("base_url", "outbox.base_url.invalid");
        }
        if let Some(smtp) = &self.smtp {
            if !is_host(&smtp.host) {
                wrong("smtp.host", "outbox.host.invalid");
            }
            if smtp.port == 0 {
                wrong("smtp.port", "outbox.port.invalid");
            }
            if smtp.security == Security::Plain && !is_loopback(&smtp.host) {
                wrong("smtp.security", "outbox.plain_not_local");
            }
            if !is_line(&smtp.from_name) {
                wrong("smtp.from_name", "outbox.text.invalid");
            }
            if Email::parse(&smtp.from_address).is_err() {
                wrong("smtp.from_address", "outbox.from_address.invalid");
            }
            if smtp.user.as_deref().is_some_and(|user| !is_line(user)) {
                wrong("smtp.user", "outbox.text.invalid");
            }
            if smtp.user.is_some() && smtp.password.is_none() {
                wrong("smtp.password", "outbox.secret_needed");
            }
        }
        if let Some(sms) = &self.sms {
            if Endpoint::parse(&sms.endpoint).is_none() {
                wrong("sms.endpoint", "outbox.endpoint.invalid");
            }
            for (field, text) in [
                ("sms.key_id", &sms.key_id),
                ("sms.sign_name", &sms.sign_name),
            ] {
                if !is_line(text) {
                    wrong(field, "outbox.text.invalid");
                }
            }
            if sms.key_secret.is_empty() {
                wrong("sms.key_secret", "outbox.secret_needed");
            }
            if sms.provider == SmsProvider::Tencent {
                for (field, text) in [("sms.app_id", &sms.app_id), ("sms.region", &sms.region)] {
                    if !is_line(text) {
                        wrong(field, "outbox.text.invalid");
                    }
                }
            }
            let known = |template: &SmsTemplate| {
                Template::BY_SMS
                    .iter()
                    .any(|known| known.name() == template.template)
                    && is_line(&template.id)
                    && template
                        .params
                        .iter()
                        .all(|param| SMS_PARAMS.contains(&param.as_str()))
            };
            if !sms.templates.iter().all(known) {
                wrong("sms.templates", "outbox.template.invalid");
            }
        }
        problems
    }
}

/// A secret goes on only to where it went before: who may set where messages go must not thereby learn it.
pub(crate) fn same_server(before: &Smtp, after: &Smtp) -> bool {
    before.host == after.host
        && before.port == after.port
        && before.user == after.user
        && before.security == after.security
}

/// As [`same_server`], of providers.
pub(crate) fn same_provider(before: &Sms, after: &Sms) -> bool {
    before.provider == after.provider
        && before.endpoint == after.endpoint
        && before.key_id == after.key_id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(host: &str, security: Security) -> Settings {
        Settings {
            base_url: "https://crm.example.cn".to_owned(),
            smtp: Some(Smtp {
                host: host.to_owned(),
                port: 587,
                security,
                user: None,
                password: None,
                from_name: "守客".to_owned(),
                from_address: "crm@example.cn".to_owned(),
            }),
            sms: None,
        }
    }

    fn codes(settings: &Settings) -> Vec<String> {
        let problems = settings.problems();
        problems.iter().map(|p| p.field.clone()).collect()
    }

    #[test]
    fn nothing_goes_in_clear_to_another_machine() {
        for host in ["localhost", "127.0.0.1", "127.3.2.1", "::1", "[::1]"] {
            assert!(
                codes(&smtp(host, Security::Plain)).is_empty(),
                "{host}: {:?}",
                codes(&smtp(host, Security::Plain))
            );
        }
        for host in ["mail.example.cn", "10.0.0.1", "localhost.example.cn"] {
            assert_eq!(codes(&smtp(host, Security::Plain)), ["smtp.security"]);
            assert!(codes(&smtp(host, Security::Starttls)).is_empty());
        }
    }

    #[test]
    fn what_could_be_more_than_a_name_is_refused() {
        for host in ["", "a b", "a/b", "a@b", "a:25", "a\r\nRCPT"] {
            assert!(codes(&smtp(host, Security::Tls)).contains(&"smtp.host".to_owned()));
        }
        let mut settings = smtp("mail.example.cn", Security::Tls);
        for name in ["", " ", "a\r\nBcc: x@y.cn"] {
            settings.smtp.as_mut().unwrap().from_name = name.to_owned();
            assert_eq!(codes(&settings), ["smtp.from_name"]);
        }
    }

    #[test]
    fn links_lead_to_an_address_over_tls() {
        let mut settings = smtp("mail.example.cn", Security::Tls);
        for (url, accepted) in [
            ("https://crm.example.cn", true),
            ("https://crm.example.cn:8443", true),
            ("http://localhost:8443", true),
            ("http://crm.example.cn", false),
            ("https://crm.example.cn/path", false),
            ("https://user@crm.example.cn", false),
            ("javascript:alert(1)", false),
            ("", false),
        ] {
            settings.base_url = url.to_owned();
            assert_eq!(codes(&settings).is_empty(), accepted, "{url}");
        }
    }
}
