//! Records to try the operations on.

use crate::browser::{Browser, Call, Sent};
use crate::site::{Person, Site};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_jobs::{Attempt, Handler, Kind, New, Settled, Trouble};
use custos_kernel::policy::{Caller, Job, Origin};
use custos_outbox::{Draft, Recipient, Template};
use custos_testkit::DeviceSigner;
use custos_values::{Email, MessageId, OrgId};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Jobs that are never done.
struct Never;

impl Kind for Never {
    const NAME: &'static str = "never";
    type Payload = ();
}

impl Handler<Never> for Never {
    async fn work(&self, _: &Attempt<Never>) -> Result<Settled, Trouble> {
        Err(Trouble::lasting("never"))
    }
}

/// An id nothing has.
pub const MISSING: &str = "019b8a00-0000-7000-8000-0000000000ff";

/// A person with a department, a session, a customer with a contact, and an import.
#[derive(Debug, Clone)]
pub struct Target {
    pub owner: String,
    pub session: String,
    pub device: String,
    pub department: String,
    pub customer: String,
    pub version: i64,
    pub contact: String,
    pub import: String,
    pub message: String,
    pub job: String,
    pub name: String,
    pub phone: String,
    /// Records of kinds, by the segment of their path.
    pub records: BTreeMap<&'static str, String>,
}

impl Target {
    /// What there is nothing of.
    pub fn missing() -> Self {
        Self {
            owner: MISSING.to_owned(),
            session: MISSING.to_owned(),
            device: MISSING.to_owned(),
            department: MISSING.to_owned(),
            customer: MISSING.to_owned(),
            version: 1,
            contact: MISSING.to_owned(),
            import: MISSING.to_owned(),
            message: MISSING.to_owned(),
            job: MISSING.to_owned(),
            name: "无此公司".to_owned(),
            phone: "13100000000".to_owned(),
            records: BTreeMap::new(),
        }
    }
}

fn id(json: &Value) -> String {
    json["id"].as_str().unwrap().to_owned()
}

impl Site<'_> {
    /// Makes a target for somebody who may own customers.
    pub async fn target(&self, owner: &Person, department: &str) -> Target {
        let device = self.device_of(owner).await;
        self.target_with(owner, department, device).await
    }

    /// The same for somebody who has a device already.
    pub async fn target_with(&self, owner: &Person, department: &str, device: String) -> Target {
        let number = self.next();
        let (name, phone) = (format!("目标公司{number}号"), format!("138{number:08}"));
        let send = async |call| owner.browser.send(call).await;
        let fields = json!({ "fields": { "name": name, "phone": phone } });
        let customer = id(&send(Call::post("/customers", fields)).await.expect(201));
        let fields = json!({ "fields": { "name": "联系人", "phone": format!("139{number:08}") } });
        let path = format!("/customers/{customer}");
        let contact = send(Call::post(&format!("{path}/contacts"), fields)).await;
        let contact = id(&contact.expect(201));
        let version = send(Call::get(&path)).await.expect(200)["version"].clone();
        let file = format!("客户名称,手机\n导入公司{number}号,137{number:08}\n,无名\n");
        let upload = Call::new(Method::POST, "/imports", Sent::File(file.into_bytes()));
        let import = send(upload.with("x-file-name", "a.csv")).await;
        Target {
            owner: owner.id.clone(),
            session: self.session_of(owner).await,
            device,
            department: department.to_owned(),
            customer,
            version: version.as_i64().unwrap(),
            contact,
            import: id(&import.expect(201)),
            message: self.message(&owner.browser).await,
            job: self.job(&owner.browser).await,
            name,
            phone,
            records: BTreeMap::new(),
        }
    }

    async fn organisation_of(&self, member: &Browser) -> OrgId {
        let session = member.send(Call::get("/session")).await.expect(200);
        session["organisation"]["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// A job that failed, of the organisation somebody belongs to.
    pub async fn job(&self, member: &Browser) -> String {
        let org = self.organisation_of(member).await;
        let jobs = &self.features.jobs;
        jobs.handle::<Never>(Never);
        let store = self.installation.store();
        let mut tx = store.write(&Caller::system(Job::Setup, org)).await.unwrap();
        let new = New::<Never>::at(store.clock().now(), ());
        let made = jobs.enqueue(&mut tx, org, &Origin::default(), &new).await;
        let queued = made.unwrap().unwrap();
        let id = queued.id;
        tx.finish(queued.event).await.unwrap();
        let sql = "UPDATE job SET state = 'failed', attempts = 1, wake_at = NULL WHERE id = $1";
        let values = [custos_store::Value::from(id.as_bytes())];
        store.tamper_for_tests(sql, &values).await.unwrap();
        id.to_string()
    }

    /// A message that waits, of the organisation somebody belongs to.
    pub async fn message(&self, member: &Browser) -> String {
        let org = self.organisation_of(member).await;
        let store = self.installation.store();
        let caller = Caller::system(Job::Messenger, org);
        let mut tx = store.write(&caller).await.unwrap();
        let address = Email::parse("target@example.cn").unwrap().value;
        let draft = Draft {
            template: Template::PasswordChanged,
            recipient: Recipient::Mail(address),
            language: "en".to_owned(),
            params: Vec::new(),
            life_ms: 3_600_000,
        };
        let queue = self.features.outbox.queue();
        let event = queue
            .enqueue(&mut tx, org, &Origin::default(), &draft)
            .await;
        let event = event.unwrap_or_else(|error| panic!("{error}"));
        let (_, id) = event.subject().unwrap();
        let id = MessageId::from_bytes(id.unwrap()).to_string();
        tx.finish(event).await.unwrap();
        id
    }

    /// The session of somebody's browser.
    pub async fn session_of(&self, person: &Person) -> String {
        let list = person.browser.send(Call::get("/me/sessions")).await;
        id(&list.expect(200)["items"][0])
    }

    /// A device registered for somebody, who goes on without a proof of it.
    pub async fn device_of(&self, person: &Person) -> String {
        let signer = DeviceSigner::default();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!("custos-device:{}", person.browser.csrf());
        let body = json!({
            "name": "工作电脑", "kind": "computer", "public_key": encode(&signer.public_key()),
            "possession": encode(&signer.sign(signed.as_bytes())),
        });
        let made = person.browser.send(Call::post("/me/devices", body)).await;
        let device = id(&made.expect(201));
        let bytes: custos_values::DeviceId = device.parse().unwrap();
        let values = [custos_store::Value::from(bytes.as_bytes())];
        let sql = "UPDATE session SET device_id = NULL WHERE device_id = $1";
        let store = self.installation.store();
        store.tamper_for_tests(sql, &values).await.unwrap();
        device
    }

    /// All there is to see of a target.
    pub async fn snapshot(&self, owner: &Person, target: &Target) -> Vec<String> {
        let customer = format!("/customers/{}", target.customer);
        let paths = [
            customer.clone(),
            format!("{customer}/contacts"),
            format!("/imports/{}", target.import),
        ];
        let mut seen = Vec::new();
        for path in paths {
            seen.push(
                owner
                    .browser
                    .send(Call::get(&path))
                    .await
                    .expect(200)
                    .to_string(),
            );
        }
        seen
    }

    /// Brings an import where an operation finds it as it needs it.
    pub async fn prepare_import(&self, operation: &str, owner: &Person, target: &Target) {
        let import = &target.import;
        if matches!(operation, "imports_resume" | "imports_rejected") {
            let path = format!("/imports/{import}");
            let start = Call::post(&format!("{path}/start"), mapping());
            owner.browser.send(start).await.expect(202);
            while owner.browser.send(Call::get(&path)).await.expect(200)["state"] != "finished" {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
        let state = match operation {
            "imports_cancel" => "running",
            "imports_resume" => "interrupted",
            _ => return,
        };
        let id: custos_values::ImportId = import.parse().unwrap();
        let values = [state.into(), custos_store::Value::from(id.as_bytes())];
        let sql = "UPDATE import SET state = $1 WHERE id = $2";
        let store = self.installation.store();
        store.tamper_for_tests(sql, &values).await.unwrap();
    }
}

/// What an import of a target is run with.
pub fn mapping() -> Value {
    json!({ "mapping": [{ "column": 0, "field": "name" }, { "column": 1, "field": "phone" }] })
}
