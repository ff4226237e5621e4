//! Who may set the ways out, and where secrets go.

use super::site::{both, by_sms};
use crate::delivery::Failure;
use crate::error::OutboxError;
use crate::message::Recipient;
use crate::settings::{Security, Settings, Smtp};
use crate::sms::HttpFailure;
use custos_http::Problem;
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Assurance, Caller, DataScope, Origin, Remedy, Role, RoleSet, SessionLimits, SessionRecord,
    SessionState, Standing, Surroundings,
};
use custos_testkit::Installation;
use custos_values::{Clock, Phone, SessionId, UserId};
use std::sync::Arc;

const HERE: &str = "https://sms.tencentcloudapi.com";
const SECRET: &str = "top-secret-key";

fn code(error: OutboxError) -> String {
    Problem::from(error).code().to_owned()
}

fn mail(host: &str, password: Option<&str>) -> Settings {
    Settings {
        base_url: "https://crm.example.cn".to_owned(),
        smtp: Some(Smtp {
            host: host.to_owned(),
            port: 465,
            security: Security::Tls,
            user: Some("crm".to_owned()),
            password: password.map(str::to_owned),
            from_name: "CRM".to_owned(),
            from_address: "crm@example.cn".to_owned(),
        }),
        sms: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_stays_with_the_server_it_was_given_for() {
    both(async |site| {
        let admin = site.admin();
        let set = async |version, settings| {
            let outcome = site.outbox.set_settings(&admin, version, settings).await;
            outcome.map_err(code)
        };
        assert_eq!(set(1, by_sms(HERE, "")).await, Ok(()));
        let stored = site.outbox.settings(&admin).await.unwrap().0;
        assert!(stored.sms.is_some_and(|sms| sms.key_secret == SECRET));
        let elsewhere = by_sms("https://sms.example.cn", "");
        assert_eq!(set(2, elsewhere).await, Err("request.invalid".to_owned()));
        assert_eq!(set(2, mail("mail.example.cn", Some("word"))).await, Ok(()));
        assert_eq!(set(3, mail("mail.example.cn", None)).await, Ok(()));
        let stolen = mail("mail.attacker.example", None);
        assert_eq!(set(4, stolen).await, Err("request.invalid".to_owned()));
        let stored = site.outbox.settings(&admin).await.unwrap().0;
        assert!(
            stored
                .smtp
                .is_some_and(|smtp| smtp.password.as_deref() == Some("word"))
        );
        assert_eq!(
            set(3, mail("mail.example.cn", None)).await,
            Err("record.stale".to_owned())
        );
        assert!(!site.installation.dump_shows(SECRET));
    })
    .await;
}

/// A system administrator who proved a factor six minutes ago.
fn not_fresh(installation: &Installation) -> Caller {
    let (clock, random) = (installation.clock(), installation.random());
    let now = clock.now();
    let token = Token::generate(random);
    let session = SessionRecord {
        id: SessionId::new(clock, random),
        org: installation.org(),
        user: UserId::new(clock, random),
        token: token.hash(),
        state: SessionState::Active,
        created_at: now,
        last_seen_at: now,
        proven_at: now.plus_millis(-6 * 60_000),
        assurance: Assurance::Multi,
        surroundings: Surroundings::ORDINARY,
        account_active: true,
        standing: Standing::plain(
            RoleSet::new([Role::SystemAdmin]).unwrap(),
            DataScope::All,
            None,
            Arc::default(),
        ),
    };
    session
        .authenticate(&token, Origin::default(), now, &SessionLimits::default())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn setting_needs_a_fresh_factor_and_the_right_role() {
    both(async |site| {
        for role in [
            Role::SecurityAdmin,
            Role::AuditAdmin,
            Role::SalesLead,
            Role::Sales,
        ] {
            let caller = site.installation.caller(role, DataScope::All, None);
            assert!(site.outbox.settings(&caller).await.is_err());
            assert!(site.outbox.messages(&caller, None, None, 1).await.is_err());
            let refused = site.outbox.set_settings(&caller, 1, by_sms(HERE, "")).await;
            assert!(matches!(refused, Err(OutboxError::Denied(denied)) if denied.remedy.is_none()));
        }
        let late = not_fresh(site.installation);
        assert!(site.outbox.settings(&late).await.is_ok());
        let number = Recipient::Mobile(Phone::parse("13812345678").unwrap().value);
        let refusals = [
            site.outbox.set_settings(&late, 1, by_sms(HERE, "")).await,
            site.outbox
                .test(&late, number, "en".to_owned())
                .await
                .map(|_| ()),
        ];
        for refused in refusals {
            let Err(OutboxError::Denied(denied)) = refused else {
                panic!("it was permitted");
            };
            assert_eq!(denied.remedy, Some(Remedy::StepUp));
        }
        assert_eq!(site.provider.asked(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_at_once_how_it_went() {
    both(async |site| {
        let admin = site.admin();
        let number = || Recipient::Mobile(Phone::parse("13812345678").unwrap().value);
        let test = async || {
            site.outbox
                .test(&admin, number(), "en".to_owned())
                .await
                .unwrap()
        };
        assert_eq!(test().await, Ok(()));
        site.provider.answers(Err(HttpFailure::TimedOut));
        assert_eq!(test().await, Err(Failure::TimedOut));
        assert_eq!(site.send_due().await, 0, "a test is not queued");
    })
    .await;
}

#[test]
fn every_failure_has_words() {
    for language in ["zh-CN", "en"] {
        let file = format!(
            "{}/../../locales/{language}/outbox.ftl",
            env!("CARGO_MANIFEST_DIR")
        );
        let words = std::fs::read_to_string(file).unwrap();
        for failure in Failure::ALL {
            let id = format!("\nmessage-error-{} = ", failure.code());
            assert!(words.contains(&id), "{id}");
        }
    }
}
