//! What somebody from outside sees of the log: a period of it, by whichever way they ask.
#![allow(clippy::unwrap_used, missing_docs)]

mod site;

use custos_audit::MIGRATIONS;
use custos_kernel::audit::{Expectations, verify_evidence};
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, DataScope, Engagement, Resource, Role};
use custos_testkit::{Installation, both};
use custos_values::{Clock, Timestamp};
use http::StatusCode;
use serde_json::{Value, json};
use site::{ask, desk_of, json as get, send};
use std::io::Cursor;
use std::ops::ControlFlow;

const DAY: i64 = 86_400_000;
const READ: EventName = EventName::declared("customer.read", Occasion::Part);

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

/// Somebody reads a customer so many times, a minute apart.
async fn reads(installation: &Installation, who: &Caller, customer: u8, count: usize) {
    for _ in 0..count {
        installation.clock().advance(60_000);
        let event = Event::own::<Customer>(who, &READ, Some([customer; 16]));
        installation.sink().record(event).await.unwrap();
    }
}

/// The log: customer 0xaa is read before the period, 0xbb within, 0xcc after. Gives the period's bounds and the outsider.
async fn three_times(installation: &Installation) -> (Timestamp, Timestamp, Caller) {
    let seller = installation.caller(Role::Sales, DataScope::Own, None);
    reads(installation, &seller, 0xaa, 300).await;
    let clock = installation.clock();
    // Neither at the beginning of an hour nor of a bundle.
    clock.advance(2 * DAY + 1_234_567);
    let from = clock.now();
    clock.advance(DAY);
    reads(installation, &seller, 0xbb, 7).await;
    clock.advance(2 * DAY);
    let to = clock.now();
    reads(installation, &seller, 0xcc, 5).await;
    clock.advance(3 * DAY);
    let person = installation.person(Role::ExternalAuditor, DataScope::Own, None);
    let mut standing = person.standing();
    let ends_at = clock.now().plus_millis(30 * DAY);
    standing.engagement = Some(Engagement { ends_at, from, to });
    (from, to, person.sign_in_with(installation, standing))
}

fn resources(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|it| it["resource"]["id"].as_str().unwrap_or("-")[..2].to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_filter_cursor_or_count_shows_anything_beyond_the_period() {
    both(&[MIGRATIONS], async |installation| {
        let (from, to, outsider) = three_times(installation).await;
        let router = desk_of(installation, outsider);
        let (long_ago, far) = (from.plus_millis(-30 * DAY), to.plus_millis(30 * DAY));
        for query in [
            "limit=200".to_owned(),
            "limit=200&cursor=100000".to_owned(),
            "limit=200&action=customer.read".to_owned(),
            format!("limit=200&from={long_ago}&to={far}"),
            format!("limit=200&to={far}&outcome=allowed&resource_type=customer"),
        ] {
            let page = get(&router, "GET", &format!("/entries?{query}")).await;
            assert_eq!(resources(&page), ["bb"; 7], "{query}");
            assert!(
                page["total"].is_null(),
                "{query}: how many there are is not theirs to know"
            );
        }
        for (query, shown) in [
            ("limit=200&cursor=200", 0),
            ("resource_id=aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", 0),
            ("resource_id=cccccccc-cccc-cccc-cccc-cccccccccccc", 0),
            ("resource_id=bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb", 7),
        ] {
            let page = get(&router, "GET", &format!("/entries?{query}")).await;
            assert_eq!(resources(&page).len(), shown, "{query}");
        }
        for hour in 0..168 {
            let page = get(&router, "GET", &format!("/entries?week_hour={hour}")).await;
            assert!(resources(&page).iter().all(|id| id == "bb"), "{hour}");
        }
        let counts = get(&router, "GET", &format!("/counts?from={long_ago}&to={far}")).await;
        let sum = |list: &str, field: &str| -> i64 {
            let items = counts[list].as_array().unwrap().iter();
            items.map(|it| it[field].as_i64().unwrap()).sum()
        };
        assert_eq!(
            [
                sum("hours", "allowed"),
                sum("actions", "entries"),
                sum("people", "entries")
            ],
            [7; 3]
        );
        assert_eq!(
            (&counts["entries"], &counts["counted"]),
            (&json!(7), &json!(7))
        );
        let readers = get(&router, "GET", "/readers?days=92").await;
        let days = readers["items"].as_array().unwrap().iter();
        assert!(days.clone().all(|day| day["customers"] == 1), "{readers}");
        for (id, shown) in [("aa", 0), ("bb", 1), ("cc", 0)] {
            let id = format!(
                "{0}-{1}-{1}-{1}-{2}",
                id.repeat(4),
                id.repeat(2),
                id.repeat(6)
            );
            let path = format!("/sightings?resource_id={id}&from={long_ago}&to={far}");
            let seen = get(&router, "GET", &path).await;
            assert_eq!(
                seen["items"].as_array().unwrap().len(),
                shown,
                "{id}: {seen}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_an_external_auditor_holds_and_has_their_period_only() {
    both(&[MIGRATIONS], async |installation| {
        let (_, _, outsider) = three_times(installation).await;
        let router = desk_of(installation, outsider);
        let (status, file) = ask(&router, "GET", "/export").await;
        assert_eq!(status, StatusCode::OK);
        let holds = |id: &str| {
            let plain = id.repeat(16).into_bytes();
            let spelled = format!(
                "{0}-{1}-{1}-{1}-{2}",
                id.repeat(4),
                id.repeat(2),
                id.repeat(6)
            )
            .into_bytes();
            [plain, spelled]
                .iter()
                .any(|id| file.windows(id.len()).any(|at| at == &id[..]))
        };
        assert_eq!(["aa", "bb", "cc"].map(holds), [false, true, false]);
        let report = verify_evidence(
            Cursor::new(&file[..]),
            Expectations::default(),
            &mut |_, _| ControlFlow::Continue(()),
        );
        let report = report.unwrap();
        assert!(report.is_ok(), "{:?}", report.verification.findings);
        assert_eq!(
            (report.from, report.to, report.verification.entries_checked),
            (301, 308, 7)
        );
        // Asking for more gives no more.
        let (_, more) = ask(
            &router,
            "GET",
            "/export?from_index=0&to_index=9007199254740992",
        )
        .await;
        assert!(!more.windows(16).any(|at| at == "a".repeat(16).as_bytes()));
        let verified = get(&router, "POST", "/verification").await;
        assert_eq!(
            (&verified["ok"], &verified["entries_checked"]),
            (&json!(true), &json!(7))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_asked_to_look_at_nothing_sees_nothing() {
    both(&[MIGRATIONS], async |installation| {
        three_times(installation).await;
        let nobody = installation.caller(Role::ExternalAuditor, DataScope::All, None);
        let router = desk_of(installation, nobody);
        assert!(
            get(&router, "GET", "/entries").await["items"]
                .as_array()
                .unwrap()
                .is_empty()
        );
        assert_eq!(get(&router, "GET", "/counts").await["entries"], 0);
        let (_, file) = ask(&router, "GET", "/export").await;
        assert!(!file.windows(13).any(|at| at == b"customer.read"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_auditor_keeps_questions_to_themselves_and_decides_nothing() {
    both(&[MIGRATIONS], async |installation| {
        let (_, _, outsider) = three_times(installation).await;
        let own = desk_of(
            installation,
            installation.caller(Role::AuditAdmin, DataScope::Own, None),
        );
        let question =
            |shared: bool| json!({ "name": "夜间导出", "shared": shared, "filter": { "days": 7 } });
        let (status, _) = send(&own, "POST", "/questions", None, &question(true)).await;
        assert_eq!(status, StatusCode::CREATED);
        let router = desk_of(installation, outsider);
        assert!(
            get(&router, "GET", "/questions").await["items"]
                .as_array()
                .unwrap()
                .is_empty()
        );
        let (status, _) = send(&router, "POST", "/questions", None, &question(true)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let (status, made) = send(&router, "POST", "/questions", None, &question(false)).await;
        assert_eq!(status, StatusCode::CREATED);
        let id = serde_json::from_slice::<Value>(&made).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let (status, _) = send(
            &router,
            "PUT",
            &format!("/questions/{id}"),
            Some(1),
            &question(true),
        )
        .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            get(&own, "GET", "/questions").await["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        assert!(
            get(&router, "GET", "/findings").await["items"]
                .as_array()
                .unwrap()
                .is_empty()
        );
        let settings = json!({ "utc_offset_minutes": 0, "run_every_hours": 0 });
        for (method, path, body) in [
            ("PUT", "/settings", settings),
            ("POST", "/runs", json!({})),
            (
                "PUT",
                "/rules/dormant_administrators",
                json!({ "enabled": false }),
            ),
            (
                "PUT",
                "/findings/01990000-0000-7000-8000-000000000000",
                json!({ "state": "resolved", "reason": "ok" }),
            ),
        ] {
            let (status, _) = send(&router, method, path, Some(0), &body).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
        }
    })
    .await;
}
