//! Settings on the wire: secrets go in and never come out.

use super::model::SMS_PARAMS;
use super::operations::bad_recipient;
use super::{Security, Settings, Sms, SmsProvider, SmsTemplate, Smtp};
use crate::error::OutboxError;
use crate::message::{Recipient, Template};
use crate::outbox::Outbox;
use crate::resources::OutboxResource;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, ETag, IfMatch, JsonBody, Operation};
use custos_kernel::policy::actions;
use custos_values::{Email, Phone};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SmtpSecurity)]
enum SecurityName {
    /// STARTTLS, or nothing is sent.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None; to this machine only.
    Plain,
}

/// A provider of text messages.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SmsProvider)]
enum ProviderName {
    /// Alibaba Cloud.
    Aliyun,
    /// Tencent Cloud.
    Tencent,
}

/// A mail server.
#[derive(Serialize, ToSchema)]
#[schema(as = SmtpSettings)]
struct SmtpView {
    /// Its name or address.
    host: String,
    /// Its port.
    port: u16,
    /// How the connection is protected.
    #[schema(inline)]
    security: SecurityName,
    /// The name to sign in with, if any.
    user: Option<String>,
    /// Whether a password is stored.
    password_set: bool,
    /// The sender's name.
    from_name: String,
    /// The sender's address.
    from_address: String,
}

/// A provider of text messages.
#[derive(Serialize, ToSchema)]
#[schema(as = SmsSettings)]
struct SmsView {
    /// Which one.
    #[schema(inline)]
    provider: ProviderName,
    /// Where its interface is.
    endpoint: String,
    /// The id of the access key.
    key_id: String,
    /// Whether the key's secret is stored.
    key_secret_set: bool,
    /// The approved name in front of each message.
    sign_name: String,
    /// Tencent Cloud's id of the application.
    app_id: String,
    /// Tencent Cloud's region.
    region: String,
    /// Which of the provider's templates stand for ours.
    templates: Vec<TemplateBody>,
}

/// Which of the provider's templates stands for one of ours.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SmsTemplate)]
struct TemplateBody {
    /// `sign_in_code` or `contact_code`.
    template: String,
    /// The provider's id.
    id: String,
    /// What it takes, in order: `code`, `minutes`.
    params: Vec<String>,
}

/// The ways out.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboxSettings)]
struct SettingsView {
    /// Where people reach this server; put in front of the links in messages.
    base_url: String,
    /// The mail server; null when there is none.
    smtp: Option<SmtpView>,
    /// The provider of text messages; null when there is none.
    sms: Option<SmsView>,
    /// The templates that may go out as text messages.
    sms_templates: Vec<&'static str>,
    /// The parameters those may take.
    sms_params: Vec<&'static str>,
    /// The version to base a change on.
    version: i64,
}

/// A mail server to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SmtpSettingsBody)]
struct SmtpBody {
    /// Its name or address.
    host: String,
    /// Its port.
    port: u16,
    /// How the connection is protected.
    #[schema(inline)]
    security: SecurityName,
    /// The name to sign in with, if any.
    #[serde(default)]
    user: Option<String>,
    /// The password. Absent, the stored one stays if server and name do.
    #[serde(default)]
    password: Option<String>,
    /// The sender's name.
    from_name: String,
    /// The sender's address.
    from_address: String,
}

/// A provider of text messages to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SmsSettingsBody)]
struct SmsBody {
    /// Which one.
    #[schema(inline)]
    provider: ProviderName,
    /// Where its interface is; absent, the provider's own.
    #[serde(default)]
    endpoint: Option<String>,
    /// The id of the access key.
    key_id: String,
    /// The key's secret. Absent, the stored one stays if provider, interface and id do.
    #[serde(default)]
    key_secret: Option<String>,
    /// The approved name in front of each message.
    sign_name: String,
    /// Tencent Cloud's id of the application.
    #[serde(default)]
    app_id: String,
    /// Tencent Cloud's region.
    #[serde(default)]
    region: String,
    /// Which of the provider's templates stand for ours.
    #[serde(default)]
    templates: Vec<TemplateBody>,
}

/// The ways out, to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OutboxSettingsBody)]
struct SettingsBody {
    /// Where people reach this server, `https://crm.example.cn`.
    base_url: String,
    /// The mail server; null for none.
    #[serde(default)]
    smtp: Option<SmtpBody>,
    /// The provider of text messages; null for none.
    #[serde(default)]
    sms: Option<SmsBody>,
}

/// A test message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OutboxTest)]
struct TestBody {
    /// An e-mail address, or a Chinese mobile number.
    recipient: String,
    /// The language of the message.
    language: String,
}

/// How the test went.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboxTestResult)]
struct TestResult {
    /// Whether the mail server, or the provider, took the message.
    sent: bool,
    /// Why not, a code.
    error: Option<&'static str>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Outbox>>> {
    let update = Access::to::<actions::Update, OutboxResource>();
    vec![
        Operation::new(
            Method::GET,
            "/outbox/settings",
            "outbox_settings_read",
            Access::to::<actions::Read, OutboxResource>(),
            read,
        )
        .answers::<SettingsView>(200),
        Operation::new(
            Method::PUT,
            "/outbox/settings",
            "outbox_settings_update",
            update,
            set,
        )
        .needs_header("If-Match")
        .body::<SettingsBody>()
        .answers_nothing(204),
        Operation::new(Method::POST, "/outbox/test", "outbox_test", update, test)
            .body::<TestBody>()
            .answers::<TestResult>(200),
    ]
}

fn view(settings: Settings, version: i64) -> SettingsView {
    let smtp = settings.smtp.map(|smtp| SmtpView {
        host: smtp.host,
        port: smtp.port,
        security: match smtp.security {
            Security::Starttls => SecurityName::Starttls,
            Security::Tls => SecurityName::Tls,
            Security::Plain => SecurityName::Plain,
        },
        user: smtp.user,
        password_set: smtp.password.is_some(),
        from_name: smtp.from_name,
        from_address: smtp.from_address,
    });
    let sms = settings.sms.map(|sms| SmsView {
        provider: match sms.provider {
            SmsProvider::Aliyun => ProviderName::Aliyun,
            SmsProvider::Tencent => ProviderName::Tencent,
        },
        endpoint: sms.endpoint,
        key_id: sms.key_id,
        key_secret_set: !sms.key_secret.is_empty(),
        sign_name: sms.sign_name,
        app_id: sms.app_id,
        region: sms.region,
        templates: sms
            .templates
            .into_iter()
            .map(
                |SmsTemplate {
                     template,
                     id,
                     params,
                 }| TemplateBody {
                    template,
                    id,
                    params,
                },
            )
            .collect(),
    });
    SettingsView {
        base_url: settings.base_url,
        smtp,
        sms,
        sms_templates: Template::BY_SMS.map(Template::name).to_vec(),
        sms_params: SMS_PARAMS.to_vec(),
        version,
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn settings(body: SettingsBody) -> Settings {
    let smtp = body.smtp.map(|smtp| Smtp {
        host: smtp.host.trim().to_owned(),
        port: smtp.port,
        security: match smtp.security {
            SecurityName::Starttls => Security::Starttls,
            SecurityName::Tls => Security::Tls,
            SecurityName::Plain => Security::Plain,
        },
        user: given(smtp.user),
        password: given(smtp.password),
        from_name: smtp.from_name.trim().to_owned(),
        from_address: smtp.from_address.trim().to_owned(),
    });
    let sms = body.sms.map(|sms| {
        let provider = match sms.provider {
            ProviderName::Aliyun => SmsProvider::Aliyun,
            ProviderName::Tencent => SmsProvider::Tencent,
        };
        let own = || provider.endpoint().to_owned();
        Sms {
            provider,
            endpoint: given(sms.endpoint).unwrap_or_else(own),
            key_id: sms.key_id.trim().to_owned(),
            key_secret: sms.key_secret.unwrap_or_default(),
            sign_name: sms.sign_name.trim().to_owned(),
            app_id: sms.app_id.trim().to_owned(),
            region: sms.region.trim().to_owned(),
            templates: sms
                .templates
                .into_iter()
                .map(
                    |TemplateBody {
                         template,
                         id,
                         params,
                     }| SmsTemplate {
                        template,
                        id,
                        params,
                    },
                )
                .collect(),
        }
    });
    Settings {
        base_url: body.base_url.trim().trim_end_matches('/').to_owned(),
        smtp,
        sms,
    }
}

async fn read(
    State(outbox): State<Arc<Outbox>>,
    Api(caller): Api,
) -> Result<ETag<SettingsView>, OutboxError> {
    let (settings, version) = outbox.settings(&caller).await?;
    Ok(ETag(StatusCode::OK, version, view(settings, version)))
}

async fn set(
    State(outbox): State<Arc<Outbox>>,
    Api(caller): Api,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<SettingsBody>,
) -> Result<StatusCode, OutboxError> {
    outbox
        .set_settings(&caller, version, settings(body))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn test(
    State(outbox): State<Arc<Outbox>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<TestBody>,
) -> Result<axum::Json<TestResult>, OutboxError> {
    let recipient = if body.recipient.contains(['@', '＠']) {
        Email::parse(&body.recipient)
            .map(|parsed| Recipient::Mail(parsed.value))
            .map_err(|_| bad_recipient())?
    } else {
        Phone::parse(&body.recipient)
            .ok()
            .filter(|parsed| parsed.value.is_chinese_mobile())
            .map(|parsed| Recipient::Mobile(parsed.value))
            .ok_or_else(bad_recipient)?
    };
    let outcome = outbox.test(&caller, recipient, body.language).await?;
    Ok(axum::Json(TestResult {
        sent: outcome.is_ok(),
        error: outcome.err().map(|failure| failure.code()),
    }))
}
