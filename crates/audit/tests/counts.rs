//! Counts, sightings, unusual readers and saved questions, over HTTP and on both engines.
#![allow(clippy::unwrap_used, missing_docs)]

mod site;

use custos_audit::MIGRATIONS;
use custos_kernel::audit::Detail;
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, DataScope, Denied, Resource, Role};
use custos_testkit::{Installation, both};
use custos_values::Clock;
use http::StatusCode;
use serde_json::{Value, json as body};
use site::{ask, desk, desk_of, happen, json, send};

const READ: EventName = EventName::declared("customer.read", Occasion::Part);
const REVEAL: EventName = EventName::declared("customer.reveal", Occasion::Part);
const EXPORT: EventName = EventName::declared("customer.export", Occasion::Part);
const GRANT: EventName = EventName::declared("user.grant", Occasion::Part);
const HOUR: i64 = 3_600_000;

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

enum User {}
impl Resource for User {
    const TYPE: &'static str = "user";
}

fn customer(number: u32) -> [u8; 16] {
    let mut id = [9; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    id
}

fn spelled(id: [u8; 16]) -> String {
    custos_values::UserId::from_bytes(id).to_string()
}

async fn record(installation: &Installation, event: Event) {
    installation.sink().record(event).await.unwrap();
}

async fn see(installation: &Installation, who: &Caller, number: u32) {
    let event = Event::own::<Customer>(who, &READ, Some(customer(number)));
    record(installation, event).await;
}

fn sales(installation: &Installation) -> Caller {
    installation.caller(Role::Sales, DataScope::All, None)
}

/// The sum of a member over a list.
fn sum(items: &Value, member: &str) -> i64 {
    let items = items.as_array().unwrap().iter();
    items.map(|item| item[member].as_i64().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_those_of_the_entries_they_lead_to() {
    both(&[MIGRATIONS], async |installation| {
        let (one, other) = (sales(installation), sales(installation));
        for hour in 0..5 {
            for number in 0..hour + 1 {
                see(installation, &one, number).await;
            }
            see(installation, &other, hour).await;
            installation.clock().advance(HOUR);
        }
        let denied = Denied {
            caller: Box::new(other.clone()),
            action: "customer.export".to_owned(),
            resource: "customer",
            record: None,
            visible: true,
            remedy: None,
        };
        record(installation, Event::denied(&denied)).await;
        // A batch ends in the middle, and the rest is counted once.
        happen(installation, 1_300).await;
        let router = desk(installation, Role::AuditAdmin);
        for filter in [
            String::new(),
            "action=customer.read".to_owned(),
            "resource_type=customer".to_owned(),
            "outcome=denied".to_owned(),
            "address=192.0.2.1".to_owned(),
            format!("actor_id={}", one.user_id().unwrap()),
            format!("actor_id={}&outcome=denied", other.user_id().unwrap()),
        ] {
            let counts = json(&router, "GET", &format!("/counts?{filter}")).await;
            let counted = sum(&counts["hours"], "allowed") + sum(&counts["hours"], "refused");
            assert_eq!(sum(&counts["actions"], "entries"), counted, "{filter}");
            // Each look leaves an entry; those of this page come after it.
            let before = counts["counted"].as_i64().unwrap();
            let mut listed = 0;
            let mut cursor = before.to_string();
            loop {
                let path = format!("/entries?limit=200&cursor={cursor}&{filter}");
                let page = json(&router, "GET", &path).await;
                listed += page["items"].as_array().unwrap().len() as i64;
                match page["next_cursor"].as_str() {
                    Some(next) => next.clone_into(&mut cursor),
                    None => break,
                }
            }
            assert_eq!(counted, listed, "{filter}");
        }
        let people = json(&router, "GET", "/counts?action=customer.read").await;
        let most = &people["people"][0];
        assert_eq!(most["actor"]["id"], one.user_id().unwrap().to_string());
        assert_eq!(most["entries"], 15);
        let (status, _) = ask(
            &router,
            "GET",
            "/counts?from=2020-01-01T00:00:00.000Z&to=2026-01-01T00:00:00.000Z",
        )
        .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_leads_to_its_entries_also_when_the_clock_was_set_back() {
    both(&[MIGRATIONS], async |installation| {
        let one = sales(installation);
        let start = installation.clock().now();
        for hour in [1, 3, -2, 4, -1, 2] {
            installation.clock().advance(hour * HOUR);
            see(installation, &one, 1).await;
        }
        let router = desk(installation, Role::AuditAdmin);
        let at = |hours: i64| start.plus_millis(hours * HOUR - 1);
        // Places of the entries: hours 1, 4, 2, 6, 5, 7 after the start.
        for (from, to, expected) in [(1, 3, 2), (4, 6, 2), (5, 8, 3), (3, 4, 0), (0, 9, 6)] {
            let path = format!(
                "/entries?action=customer.read&from={}&to={}",
                at(from),
                at(to)
            );
            let page = json(&router, "GET", &path).await;
            assert_eq!(page["items"].as_array().unwrap().len(), expected, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_the_week_leads_to_its_entries() {
    both(&[MIGRATIONS], async |installation| {
        let one = sales(installation);
        for hour in 0..400 {
            see(installation, &one, hour).await;
            installation.clock().advance(HOUR);
        }
        let router = desk(installation, Role::AuditAdmin);
        let counts = json(&router, "GET", "/counts?action=customer.read").await;
        let ahead = counts["utc_offset_minutes"].as_i64().unwrap() * 60_000;
        let mut total = 0;
        for slot in [0_i64, 5, 71, 167] {
            let path = format!("/entries?action=customer.read&limit=200&week_hour={slot}");
            let page = json(&router, "GET", &path).await;
            let items = page["items"].as_array().unwrap();
            for item in items {
                let at: custos_values::Timestamp = item["at"].as_str().unwrap().parse().unwrap();
                assert_eq!(((at.millis() + ahead) / HOUR + 72) % 168, slot);
            }
            total += items.len();
        }
        assert!(
            (8..=12).contains(&total),
            "two or three weeks of each: {total}"
        );
        let (status, _) = ask(&router, "GET", "/entries?week_hour=168").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saw_this_customer_and_what_did_this_person_see() {
    both(&[MIGRATIONS], async |installation| {
        let (one, other) = (sales(installation), sales(installation));
        for _ in 0..3 {
            see(installation, &one, 7).await;
        }
        installation.clock().advance(30 * HOUR);
        see(installation, &one, 7).await;
        installation.clock().advance(1000);
        see(installation, &one, 8).await;
        let reveal = Event::own::<Customer>(&other, &REVEAL, Some(customer(7)));
        record(installation, reveal).await;
        let router = desk(installation, Role::AuditAdmin);
        let path = format!("/sightings?resource_id={}", spelled(customer(7)));
        let saw = json(&router, "GET", &path).await;
        let items = saw["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "{saw}");
        assert_eq!(
            items[0]["actor"]["id"],
            other.user_id().unwrap().to_string()
        );
        assert_eq!(
            (&items[0]["reveals"], &items[0]["reads"]),
            (&body!(1), &body!(0))
        );
        assert_eq!(
            (&items[1]["reads"], &items[1]["days"]),
            (&body!(4), &body!(2))
        );
        let path = format!("/sightings?actor_id={}&limit=1", one.user_id().unwrap());
        let page = json(&router, "GET", &path).await;
        assert_eq!(page["items"][0]["resource"]["id"], spelled(customer(8)));
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = json(&router, "GET", &format!("{path}&cursor={cursor}")).await;
        assert_eq!(page["items"][0]["resource"]["id"], spelled(customer(7)));
        assert!(page["next_cursor"].is_null());
        for wrong in ["", "?actor_id=7", "?actor_id=&resource_id="] {
            let (status, _) = ask(&router, "GET", &format!("/sightings{wrong}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        // Asking is itself on record, with of whom.
        let looks = json(&router, "GET", "/entries?action=audit_entry.list").await;
        let about = |item: &&Value| item["detail"]["part"] == "who_saw";
        let look = looks["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(about)
            .unwrap();
        assert_eq!(look["detail"]["about"], spelled(customer(7)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_far_more_than_usual_stands_out() {
    both(&[MIGRATIONS], async |installation| {
        let (steady, curious) = (sales(installation), sales(installation));
        for day in 0..9 {
            for number in 0..10 {
                see(installation, &steady, day * 10 + number).await;
                see(installation, &curious, day * 10 + number).await;
                // Seen again the same day: the same customer.
                see(installation, &curious, day * 10 + number).await;
            }
            installation.clock().advance(24 * HOUR);
        }
        for number in 0..60 {
            see(installation, &curious, 1_000 + number).await;
        }
        let export = Event::own::<Customer>(&curious, &EXPORT, None);
        record(installation, export).await;
        let router = desk(installation, Role::AuditAdmin);
        let readers = json(&router, "GET", "/readers").await;
        let items = readers["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{readers}");
        let found = &items[0];
        assert_eq!(found["actor"]["id"], curious.user_id().unwrap().to_string());
        assert_eq!(
            (&found["customers"], &found["usual"]),
            (&body!(60), &body!(10.0))
        );
        assert_eq!(found["exports"], 1);
        assert_eq!(found["before"], body!([10, 10, 10, 10, 10, 10, 10, 10, 10]));
        // It leads to the entries.
        let path = format!(
            "/entries?action=customer.read&actor_id={}&from={}&to={}&limit=200",
            curious.user_id().unwrap(),
            found["from"].as_str().unwrap(),
            found["to"].as_str().unwrap()
        );
        let entries = json(&router, "GET", &path).await;
        assert_eq!(entries["items"].as_array().unwrap().len(), 60);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_and_after_are_shown_in_full_or_not_at_all() {
    both(&[MIGRATIONS], async |installation| {
        let one = sales(installation);
        let secret = |byte| Detail::keyed_hash([byte; 8]);
        let event = Event::own::<Customer>(&one, &READ, Some(customer(1)))
            .with_change("phone", secret(1), secret(2));
        record(installation, event).await;
        let event = Event::own::<User>(&one, &GRANT, Some([3; 16]))
            .with("roles_before", Detail::names(["sales"]))
            .with("roles", Detail::names(["sales", "sales_lead"]))
            .with_change("data_scope", Detail::code("own"), Detail::code("all"));
        record(installation, event).await;
        let router = desk(installation, Role::AuditAdmin);
        let page = json(&router, "GET", "/entries").await;
        assert_eq!(
            page["items"][0]["changes"],
            body!([
                {"field": "data_scope", "sealed": false, "before": "own", "after": "all"},
                {"field": "roles", "sealed": false, "before": ["sales"], "after": ["sales", "sales_lead"]}
            ])
        );
        assert_eq!(
            page["items"][1]["changes"],
            body!([{"field": "phone", "sealed": true, "before": null, "after": null}])
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_ones_own_or_shared_and_changed_by_their_owner_only() {
    both(&[MIGRATIONS], async |installation| {
        let (mine, theirs) = (
            desk(installation, Role::AuditAdmin),
            desk(installation, Role::AuditAdmin),
        );
        let question = |name: &str, shared: bool| {
            body!({"name": name, "shared": shared, "filter": {"days": 7, "action": "customer.export"}})
        };
        let (status, _) = send(&mine, "POST", "/questions", None, &question("王芳的导出", false)).await;
        assert_eq!(status, StatusCode::CREATED);
        let (_, made) = send(&mine, "POST", "/questions", None, &question("Shared", true)).await;
        let made: Value = serde_json::from_slice(&made).unwrap();
        let id = made["id"].as_str().unwrap();
        let own = json(&mine, "GET", "/questions").await;
        assert_eq!(own["items"].as_array().unwrap().len(), 2);
        let others = json(&theirs, "GET", "/questions").await;
        assert_eq!(others["items"].as_array().unwrap().len(), 1);
        assert_eq!(others["items"][0]["name"], "Shared");
        assert_eq!(others["items"][0]["own"], false);
        let path = format!("/questions/{id}");
        let (status, _) = send(&theirs, "PUT", &path, Some(1), &question("Mine now", true)).await;
        assert!(status == StatusCode::FORBIDDEN || status == StatusCode::NOT_FOUND, "{status}");
        let (status, _) = send(&theirs, "DELETE", &path, Some(1), &body!({})).await;
        assert!(status == StatusCode::FORBIDDEN || status == StatusCode::NOT_FOUND, "{status}");
        let (status, _) = send(&mine, "PUT", &path, Some(7), &question("Stale", true)).await;
        assert_eq!(status, StatusCode::PRECONDITION_FAILED);
        let (status, _) = send(&mine, "PUT", &path, Some(1), &question("Private", false)).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let others = json(&theirs, "GET", "/questions").await;
        assert!(others["items"].as_array().unwrap().is_empty());
        assert!(!installation.dump_shows("王芳"), "names of questions are sealed");
        let (status, _) = send(&mine, "DELETE", &path, Some(2), &body!({})).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::AuditAdmin | Role::ExternalAuditor)) {
            let caller = installation.caller(role, DataScope::All, None);
            let router = desk_of(installation, caller);
            for path in ["/questions", "/counts", "/readers", "/sightings?actor_id=x", "/settings"] {
                let (status, _) = ask(&router, "GET", path).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{role:?} {path}");
            }
        }
    })
    .await;
}
