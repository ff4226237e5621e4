//! The automated audit, on both engines: what rules find, what becomes of findings, and who runs it.
#![allow(clippy::unwrap_used, missing_docs)]

mod site;

use custos_audit::{Desk, MIGRATIONS};
use custos_identity::{AccountPosture, KeyPosture, Posture};
use custos_kernel::audit::Detail;
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, DataScope, Resource, Role, RoleSet};
use custos_testkit::{Installation, both};
use custos_values::{ApiKeyId, Clock, UserId};
use futures::FutureExt;
use http::StatusCode;
use serde_json::{Value, json as body};
use site::{desk_and_router, json, send};
use std::sync::{Arc, Mutex};

const EXPORT: EventName = EventName::declared("customer.export", Occasion::Part);
const LOWER: EventName = EventName::declared("customer.declassify", Occasion::Part);
const RAISE: EventName = EventName::declared("customer.classify", Occasion::Part);
const GRANT: EventName = EventName::declared("user.grant", Occasion::Part);
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}
enum User {}
impl Resource for User {
    const TYPE: &'static str = "user";
}

type Shared = Arc<Mutex<Posture>>;

fn account(installation: &Installation, role: Role, days: i64) -> AccountPosture {
    let now = installation.clock().now();
    AccountPosture {
        id: UserId::new(installation.clock(), installation.random()),
        roles: RoleSet::new([role]).unwrap(),
        data_scope: DataScope::Own,
        active: true,
        service: false,
        factors: 1,
        made_at: now.plus_millis(-400 * DAY),
        last_sign_in_at: Some(now.plus_millis(-days * DAY)),
        sessions: 0,
    }
}

/// A desk whose accounts are as the test says.
fn audited(installation: &Installation) -> (Arc<Desk>, axum::Router, Shared) {
    let caller = installation.caller(Role::AuditAdmin, DataScope::All, None);
    let (desk, router) = desk_and_router(installation, caller);
    let posture = Shared::default();
    let shared = Arc::clone(&posture);
    desk.set_postures(Arc::new(move |_| {
        let posture = shared.lock().unwrap().clone();
        async move { Some(posture) }.boxed()
    }));
    (desk, router, posture)
}

async fn run(installation: &Installation, desk: &Arc<Desk>, router: &axum::Router) {
    // The turn of the schedule, if it is one.
    desk.audit(installation.org()).await.unwrap();
    let (status, _) = send(router, "POST", "/runs", None, &body!({})).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert!(desk.audit(installation.org()).await.unwrap());
}

async fn findings(router: &axum::Router, state: &str) -> Vec<Value> {
    let page = json(router, "GET", &format!("/findings?limit=200&state={state}")).await;
    page["items"].as_array().unwrap().clone()
}

async fn of(router: &axum::Router, state: &str, rule: &str) -> Vec<Value> {
    let mut found = findings(router, state).await;
    found.retain(|finding| finding["rule"] == rule);
    found
}

async fn record(installation: &Installation, event: Event) {
    installation.sink().record(event).await.unwrap();
}

fn sales(installation: &Installation) -> Caller {
    installation.caller(Role::Sales, DataScope::All, None)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_is_found_resolved_by_itself_and_comes_back_as_the_same_finding() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, posture) = audited(installation);
        let sleeper = account(installation, Role::SystemAdmin, 45);
        let id = sleeper.id.to_string();
        *posture.lock().unwrap() = Posture {
            accounts: vec![
                sleeper.clone(),
                account(installation, Role::SystemAdmin, 1),
                account(installation, Role::Sales, 45),
            ],
            keys: Vec::new(),
        };
        run(installation, &desk, &router).await;
        let found = of(&router, "open", "dormant_administrator").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["subject"], format!("user:{id}"));
        assert_eq!(found[0]["detail"]["days"], 45);
        assert_eq!(found[0]["severity"], "high");
        let first = found[0]["id"].clone();
        // They sign in: the finding is gone, with nobody having decided so.
        posture.lock().unwrap().accounts[0].last_sign_in_at = Some(installation.clock().now());
        run(installation, &desk, &router).await;
        assert!(
            of(&router, "open", "dormant_administrator")
                .await
                .is_empty()
        );
        let gone = of(&router, "resolved", "dormant_administrator").await;
        assert_eq!((&gone[0]["by_itself"], gone.len()), (&body!(true), 1));
        posture.lock().unwrap().accounts[0] = sleeper;
        run(installation, &desk, &router).await;
        let back = of(&router, "open", "dormant_administrator").await;
        assert_eq!((&back[0]["id"], &back[0]["reopened"]), (&first, &body!(1)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_stays_until_it_is_looked_at_and_comes_back_when_it_happens_again() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, _) = audited(installation);
        let night_owl = sales(installation);
        // Three at night, where the desk's clock is eight hours ahead of UTC.
        let now = installation.clock().now().millis();
        let to_night = (19 * HOUR - now.rem_euclid(DAY)).rem_euclid(DAY);
        installation.clock().advance(to_night);
        let export = || {
            Event::own::<Customer>(&night_owl, &EXPORT, None).with("customers", Detail::count(20))
        };
        record(installation, export()).await;
        installation.clock().advance(9 * HOUR);
        // By day it is nobody's business.
        let day = sales(installation);
        record(installation, Event::own::<Customer>(&day, &EXPORT, None)).await;
        run(installation, &desk, &router).await;
        let found = of(&router, "open", "export_at_night").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            found[0]["subject"],
            format!("user:{}", night_owl.user_id().unwrap())
        );
        let entry = found[0]["trace"]["entries"][0].as_i64().unwrap();
        let page = json(
            &router,
            "GET",
            &format!("/entries?limit=1&cursor={}", entry + 1),
        )
        .await;
        assert_eq!(
            page["items"][0]["action"], "customer.export",
            "evidence is the entry"
        );
        let path = format!("/findings/{}", found[0]["id"].as_str().unwrap());
        let version = found[0]["version"].as_i64();
        let resolve = body!({"state": "resolved", "reason": "值班，已核实"});
        let (status, answer) = send(&router, "PUT", &path, version, &resolve).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{answer:?}");
        installation.clock().advance(1000);
        run(installation, &desk, &router).await;
        assert!(
            of(&router, "open", "export_at_night").await.is_empty(),
            "the same export again is nothing new"
        );
        installation.clock().advance(DAY - 9 * HOUR);
        record(installation, export()).await;
        run(installation, &desk, &router).await;
        let back = of(&router, "open", "export_at_night").await;
        assert_eq!((back.len(), &back[0]["reopened"]), (1, &body!(1)));
        assert!(!installation.dump_shows("值班"), "reasons are sealed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acceptance_needs_a_reason_and_ends_on_its_day() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, posture) = audited(installation);
        let now = installation.clock().now();
        let owner = account(installation, Role::Sales, 0);
        posture.lock().unwrap().keys.push(KeyPosture {
            id: ApiKeyId::new(installation.clock(), installation.random()),
            user: owner.id,
            created_at: now.plus_millis(-40 * DAY),
            expires_at: now.plus_millis(2000 * DAY),
            last_used_at: None,
            anywhere: true,
        });
        run(installation, &desk, &router).await;
        for rule in ["api_key_unused", "api_key_long_lived", "api_key_anywhere"] {
            assert_eq!(of(&router, "open", rule).await.len(), 1, "{rule}");
        }
        let found = of(&router, "open", "api_key_anywhere").await;
        let path = format!("/findings/{}", found[0]["id"].as_str().unwrap());
        let version = found[0]["version"].as_i64();
        let until = now.plus_millis(3 * DAY).to_string();
        for wrong in [
            body!({"state": "accepted", "accepted_until": until}),
            body!({"state": "accepted", "reason": "known"}),
            body!({"state": "accepted", "reason": "known", "accepted_until": "2020-01-01T00:00:00.000Z"}),
            body!({"state": "resolved"}),
        ] {
            let (status, _) = send(&router, "PUT", &path, version, &wrong).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let accept = body!({"state": "accepted", "reason": "known", "accepted_until": until});
        let (status, _) = send(&router, "PUT", &path, version.map(|it| it + 5), &accept).await;
        assert_eq!(status, StatusCode::PRECONDITION_FAILED);
        let (status, _) = send(&router, "PUT", &path, version, &accept).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        run(installation, &desk, &router).await;
        assert_eq!(of(&router, "accepted", "api_key_anywhere").await.len(), 1);
        installation.clock().advance(4 * DAY);
        run(installation, &desk, &router).await;
        assert_eq!(of(&router, "open", "api_key_anywhere").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_that_sink_roles_that_grow_and_grants_to_oneself_are_found() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, _) = audited(installation);
        let one = sales(installation);
        // As the customers feature writes them.
        let label = |event: &EventName, from: &[&str], to: &[&str], id: u8| {
            Event::own::<Customer>(&one, event, Some([id; 16]))
                .with("from", Detail::names(from.iter().copied()))
                .with("to", Detail::names(to.iter().copied()))
        };
        record(installation, label(&LOWER, &["secret"], &["internal"], 1)).await;
        record(installation, label(&RAISE, &["public"], &["secret"], 2)).await;
        let both = ["secret", "compartment_3"];
        record(installation, label(&LOWER, &both, &["secret"], 3)).await;
        let grant = |id: [u8; 16], before: &[&str], after: &[&str]| {
            Event::own::<User>(&one, &GRANT, Some(id))
                .with("roles_before", Detail::names(before.iter().copied()))
                .with("roles", Detail::names(after.iter().copied()))
        };
        record(
            installation,
            grant([5; 16], &["sales"], &["sales", "sales_lead"]),
        )
        .await;
        record(installation, grant([5; 16], &[], &["sales"])).await;
        record(
            installation,
            grant([6; 16], &["sales", "sales_lead"], &["sales"]),
        )
        .await;
        let own = *one.user_id().unwrap().as_bytes();
        record(installation, grant(own, &["sales"], &["sales"])).await;
        run(installation, &desk, &router).await;
        let sunk = of(&router, "open", "label_downgraded").await;
        assert_eq!(sunk.len(), 2, "{sunk:?}");
        let levels =
            |it: &serde_json::Value| (it["detail"]["from"].clone(), it["detail"]["to"].clone());
        assert!(
            sunk.iter()
                .any(|it| levels(it) == (body!("secret"), body!("internal")))
        );
        let grown = of(&router, "open", "roles_growing").await;
        assert_eq!(grown.len(), 1);
        assert_eq!(grown[0]["detail"]["count"], 2);
        let own = of(&router, "open", "self_approved").await;
        assert_eq!(
            own[0]["subject"],
            format!("user:{}", one.user_id().unwrap())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_set_by_the_auditor_with_an_entry_and_switched_off_they_find_nothing() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, _) = audited(installation);
        let one = sales(installation);
        let event =
            Event::own::<Customer>(&one, &EXPORT, None).with("customers", Detail::count(600));
        record(installation, event).await;
        run(installation, &desk, &router).await;
        assert!(of(&router, "open", "large_export").await.is_empty());
        let path = "/rules/large_export";
        let stricter = body!({"enabled": true, "parameters": {"customers": 500}});
        let (status, _) = send(&router, "PUT", path, Some(0), &stricter).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let (status, _) = send(&router, "PUT", path, Some(0), &stricter).await;
        assert_eq!(
            status,
            StatusCode::PRECONDITION_FAILED,
            "as of an older version"
        );
        for wrong in [body!({"customers": 0}), body!({"colour": 3})] {
            let wrong = body!({"enabled": true, "parameters": wrong});
            let (status, _) = send(&router, "PUT", path, Some(1), &wrong).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let (status, _) = send(&router, "PUT", "/rules/none", Some(0), &stricter).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let entries = json(
            &router,
            "GET",
            "/entries?action=audit_rule.update&outcome=allowed",
        )
        .await;
        assert_eq!(
            entries["items"][0]["changes"],
            body!([{"field": "customers", "sealed": false, "before": 1000, "after": 500}])
        );
        run(installation, &desk, &router).await;
        assert_eq!(of(&router, "open", "large_export").await.len(), 1);
        let off = body!({"enabled": false, "parameters": {"customers": 500}});
        send(&router, "PUT", path, Some(1), &off).await;
        let another = sales(installation);
        let event =
            Event::own::<Customer>(&another, &EXPORT, None).with("customers", Detail::count(900));
        record(installation, event).await;
        run(installation, &desk, &router).await;
        assert_eq!(of(&router, "open", "large_export").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_nodes_make_one_scheduled_run_and_one_of_them_performs_it() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, _) = audited(installation);
        let org = installation.org();
        let nodes = (0..50).map(|_| {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move { desk.audit(org).await })
        });
        let mut ended = 0;
        for node in futures::future::join_all(nodes).await {
            // Fifty want more connections than there are: some go without, and look again later.
            ended += usize::from(matches!(node.unwrap(), Ok(true)));
        }
        assert!(ended <= 1, "{ended}");
        installation.clock().advance(121_000);
        let again = desk.audit(org).await.unwrap();
        assert_eq!(usize::from(again) + ended, 1, "performed once");
        let runs = json(&router, "GET", "/runs").await;
        let runs = runs["items"].as_array().unwrap();
        assert_eq!(runs.len(), 1, "{runs:?}");
        assert_eq!(
            (&runs[0]["state"], &runs[0]["scheduled"]),
            (&body!("finished"), &body!(true))
        );
        assert_eq!(runs[0]["done"], runs[0]["total"]);
        // The next turn makes another.
        installation.clock().advance(DAY);
        assert!(desk.audit(org).await.unwrap());
        assert!(!desk.audit(org).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_stopped_node_left_goes_on_where_it_was() {
    both(&[MIGRATIONS], async |installation| {
        let (desk, router, _) = audited(installation);
        assert!(desk.audit(installation.org()).await.unwrap());
        let (status, _) = send(&router, "POST", "/runs", None, &body!({})).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        let (status, _) = send(&router, "POST", "/runs", None, &body!({})).await;
        assert_eq!(status, StatusCode::CONFLICT, "one at a time");
        // A node took it, got through ten rules, and was killed.
        let until = installation.clock().now().plus_millis(60_000);
        let sql =
            "UPDATE audit_run SET claim = $1, lease_until = $2, done = 10 WHERE state = 'running'";
        let values = [vec![7_u8; 16].into(), until.into()];
        installation
            .store()
            .tamper_for_tests(sql, &values)
            .await
            .unwrap();
        assert!(
            !desk.audit(installation.org()).await.unwrap(),
            "its lease runs"
        );
        installation.clock().advance(61_000);
        assert!(desk.audit(installation.org()).await.unwrap());
        let runs = json(&router, "GET", "/runs").await;
        assert_eq!(runs["items"][0]["done"], runs["items"][0]["total"]);
        let entries = json(&router, "GET", "/entries?action=audit_run.update&limit=200").await;
        let done = |item: &&Value| item["detail"]["done"] == 10;
        assert_eq!(
            entries["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(done)
                .count(),
            1
        );
    })
    .await;
}
