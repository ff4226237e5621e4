//! An outbox with a provider that is played.

use crate::delivery::{Rendered, Renderer};
use crate::message::{Draft, Recipient, Template};
use crate::outbox::Outbox;
use crate::resources::MessageResource;
use crate::settings::{Settings, Sms, SmsProvider, SmsTemplate};
use crate::sms::{HttpAnswer, HttpFailure, HttpPost, HttpRequest};
use crate::{MIGRATIONS, POLICY};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DataScope, Job, Origin, Policy, PolicySource, Role};
use custos_store::WriteTx;
use custos_testkit::Installation;
use custos_values::Phone;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The words of nothing.
struct Wordless;

impl Renderer for Wordless {
    fn mail(&self, _: &str, _: &str, _: &BTreeMap<String, String>) -> Option<Rendered> {
        None
    }
}

/// A provider that answers as it is told and remembers what it was asked.
pub(super) struct Provider {
    answer: Mutex<Result<&'static str, HttpFailure>>,
    asked: AtomicUsize,
    last: Mutex<String>,
}

impl Provider {
    pub(super) fn answers(&self, answer: Result<&'static str, HttpFailure>) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn last(&self) -> String {
        self.last.lock().unwrap().clone()
    }
}

impl HttpPost for Provider {
    fn post(&self, request: &HttpRequest) -> Result<HttpAnswer, HttpFailure> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        *self.last.lock().unwrap() = request.body.clone();
        let answer = *self.answer.lock().unwrap();
        answer.map(|body| HttpAnswer {
            status: 200,
            body: body.to_owned(),
        })
    }
}

pub(super) const TAKEN: Result<&str, HttpFailure> =
    Ok(r#"{"Response":{"SendStatusSet":[{"Code":"Ok"}]}}"#);
pub(super) const REFUSED: Result<&str, HttpFailure> =
    Ok(r#"{"Response":{"SendStatusSet":[{"Code":"InvalidParameter"}]}}"#);
pub(super) const CODE: &str = "739162";
pub(super) const NUMBER: &str = "+8613812345678";

pub(super) struct Site<'i> {
    pub(super) installation: &'i Installation,
    pub(super) outbox: Arc<Outbox>,
    pub(super) provider: Arc<Provider>,
}

const OTHER: PolicySource = PolicySource::new(
    "test",
    r#"@id("job") permit (principal == Job::"setup", action == Action::"message.create", resource);"#,
);

/// Runs a test on both engines, with text messages set up.
pub(super) async fn both(test: impl AsyncFn(Site<'_>)) {
    custos_testkit::both(&[MIGRATIONS], async |installation| {
        let site = Site::new(installation);
        let admin = site.admin();
        site.outbox
            .set_settings(
                &admin,
                0,
                by_sms("https://sms.tencentcloudapi.com", "top-secret-key"),
            )
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        test(site).await;
    })
    .await;
}

pub(super) fn by_sms(endpoint: &str, secret: &str) -> Settings {
    Settings {
        base_url: "https://crm.example.cn".to_owned(),
        smtp: None,
        sms: Some(Sms {
            provider: SmsProvider::Tencent,
            endpoint: endpoint.to_owned(),
            key_id: "id".to_owned(),
            key_secret: secret.to_owned(),
            sign_name: "青石".to_owned(),
            app_id: "1400006666".to_owned(),
            region: "ap-guangzhou".to_owned(),
            templates: vec![SmsTemplate {
                template: Template::SignInCode.name().to_owned(),
                id: "1".to_owned(),
                params: vec!["code".to_owned()],
            }],
        }),
    }
}

impl<'i> Site<'i> {
    pub(super) fn new(installation: &'i Installation) -> Self {
        let policy = Arc::new(Policy::load(&[POLICY, OTHER]).unwrap());
        let provider = Arc::new(Provider {
            answer: Mutex::new(TAKEN),
            asked: AtomicUsize::new(0),
            last: Mutex::default(),
        });
        let outbox = Outbox::new(
            Arc::clone(installation.store()),
            policy,
            installation.sink().clone(),
            Arc::new(Wordless),
            Arc::clone(&provider) as Arc<dyn HttpPost>,
        );
        Self {
            installation,
            outbox,
            provider,
        }
    }

    pub(super) fn admin(&self) -> Caller {
        self.installation
            .caller(Role::SystemAdmin, DataScope::All, None)
    }

    pub(super) fn draft() -> Draft {
        Draft {
            template: Template::SignInCode,
            recipient: Recipient::Mobile(Phone::parse(NUMBER).unwrap().value),
            language: "en".to_owned(),
            params: vec![("code", CODE.to_owned())],
            life_ms: 40 * 3_600_000,
        }
    }

    pub(super) async fn begin(&self) -> WriteTx<'_> {
        let caller = Caller::system(Job::Setup, self.installation.org());
        self.installation.store().write(&caller).await.unwrap()
    }

    pub(super) async fn enqueue(&self, tx: &mut WriteTx<'_>, draft: &Draft) -> Event {
        let org = self.installation.org();
        let queue = self.outbox.queue();
        let event = queue.enqueue(tx, org, &Origin::default(), draft).await;
        event.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Queues a message.
    pub(super) async fn queue(&self) {
        let mut tx = self.begin().await;
        let event = self.enqueue(&mut tx, &Self::draft()).await;
        assert_eq!(
            event.subject().unwrap().0,
            <MessageResource as custos_kernel::policy::Resource>::TYPE
        );
        tx.finish(event).await.unwrap();
    }

    pub(super) async fn send_due(&self) -> usize {
        self.outbox
            .send_due()
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// State, attempts and error of the newest message.
    pub(super) async fn newest(&self) -> (&'static str, i64, Option<String>) {
        let row = self.outbox.newest(&self.admin()).await;
        (row.0, row.1, row.2)
    }
}
