//! Filters of the log, each against what a look at every entry finds: in every combination, over pages, with a clock that goes
//! back, partly counted.
#![allow(clippy::unwrap_used, missing_docs)]

mod site;

use axum::Router;
use custos_audit::MIGRATIONS;
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, DataScope, Denied, Resource, Role};
use custos_testkit::{Installation, both};
use custos_values::Timestamp;
use serde_json::Value;
use site::{desk, json};

const READ: EventName = EventName::declared("customer.read", Occasion::Part);
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

/// People at two addresses, who do something at times that jump about.
async fn live(installation: &Installation, people: &[Caller], entries: i64) {
    for nth in 0..entries {
        // Hours on, and now and then hours back into what was.
        let step = match nth % 11 {
            3 => -5 * HOUR,
            7 => 26 * HOUR,
            _ => nth % 5 * HOUR / 3,
        };
        installation.clock().advance(step);
        let who = &people[(nth * 7 % 5 % people.len() as i64) as usize];
        let about = Some([(nth % 6) as u8 + 1; 16]);
        let event = match nth % 13 {
            0 | 5 => Event::own::<User>(who, &GRANT, about),
            9 => Event::denied(&Denied {
                caller: Box::new(who.clone()),
                action: "customer.export".to_owned(),
                resource: "customer",
                record: None,
                visible: true,
                remedy: None,
            }),
            _ => Event::own::<Customer>(who, &READ, about),
        };
        installation.sink().record(event).await.unwrap();
    }
}

/// Every entry, newest first, paged through.
async fn pages(router: &Router, filter: &str, before: i64, limit: usize) -> Vec<i64> {
    let (mut found, mut cursor) = (Vec::new(), before.to_string());
    loop {
        let path = format!("/entries?limit={limit}&cursor={cursor}{filter}");
        let page = json(router, "GET", &path).await;
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["index"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return found,
        }
    }
}

/// The hour of the week of a moment, where the clock is eight hours ahead.
fn week_hour(at: &Value) -> i64 {
    let at: Timestamp = at.as_str().unwrap().parse().unwrap();
    ((at.millis() + 8 * HOUR).div_euclid(HOUR) + 72).rem_euclid(168)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_combination_finds_what_a_look_at_every_entry_finds() {
    both(&[MIGRATIONS], async |installation| {
        let people: Vec<Caller> = [[10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 1]]
            .into_iter()
            .map(|address| {
                let person = installation.person(Role::Sales, DataScope::All, None);
                person.sign_in_from(installation, person.standing(), address.into())
            })
            .collect();
        let router = desk(installation, Role::AuditAdmin);
        live(installation, &people, 400).await;
        // Everything is counted but what follows.
        json(&router, "GET", "/counts").await;
        live(installation, &people, 30).await;
        let head = json(&router, "GET", "/entries?limit=1").await["items"][0]["index"]
            .as_i64()
            .unwrap()
            + 1;
        let mut all: Vec<Value> = Vec::new();
        let mut cursor = head.to_string();
        loop {
            let page = json(
                &router,
                "GET",
                &format!("/entries?limit=200&cursor={cursor}"),
            )
            .await;
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert!(all.len() > 430, "{}", all.len());

        let somebody = people[1].user_id().unwrap().to_string();
        let busy = week_hour(&all[40]["at"]);
        let (early, late) = (all[300]["at"].clone(), all[100]["at"].clone());
        type Matches<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
        let choices: [Vec<(String, Matches<'_>)>; 6] = [
            vec![
                (String::new(), Box::new(|_| true)),
                (
                    format!("&actor_id={somebody}"),
                    Box::new(|it| it["actor"]["id"] == *somebody),
                ),
            ],
            vec![
                (String::new(), Box::new(|_| true)),
                (
                    "&action=user.grant".into(),
                    Box::new(|it| it["action"] == "user.grant"),
                ),
                ("&action=role.delete".into(), Box::new(|_| false)),
            ],
            vec![
                (String::new(), Box::new(|_| true)),
                (
                    "&resource_type=customer".into(),
                    Box::new(|it| it["resource"]["type"] == "customer"),
                ),
            ],
            vec![
                (String::new(), Box::new(|_| true)),
                (
                    "&outcome=denied".into(),
                    Box::new(|it| it["outcome"] == "denied"),
                ),
            ],
            vec![
                (String::new(), Box::new(|_| true)),
                (
                    "&address=10.0.0.2".into(),
                    Box::new(|it| it["address"] == "10.0.0.2"),
                ),
            ],
            vec![
                (String::new(), Box::new(|_| true)),
                (
                    format!("&week_hour={busy}"),
                    Box::new(move |it| week_hour(&it["at"]) == busy),
                ),
                (
                    format!(
                        "&from={}&to={}",
                        early.as_str().unwrap(),
                        late.as_str().unwrap()
                    ),
                    Box::new(|it| {
                        let at = it["at"].as_str().unwrap();
                        (early.as_str().unwrap()..late.as_str().unwrap()).contains(&at)
                    }),
                ),
            ],
        ];
        let count: usize = choices.iter().map(Vec::len).product();
        let mut found = 0;
        for nth in 0..count {
            let mut rest = nth;
            let mut filter = String::new();
            let mut matches: Vec<&Matches<'_>> = Vec::new();
            for choice in &choices {
                let (text, matching) = &choice[rest % choice.len()];
                rest /= choice.len();
                filter.push_str(text);
                matches.push(matching);
            }
            let expected: Vec<i64> = all
                .iter()
                .filter(|item| matches.iter().all(|matching| matching(item)))
                .map(|item| item["index"].as_i64().unwrap())
                .collect();
            let limit = [1, 4, 60][nth % 3].max(expected.len() / 12);
            assert_eq!(
                pages(&router, &filter, head, limit).await,
                expected,
                "{filter}"
            );
            // From the middle on.
            let before = expected
                .get(expected.len() / 2)
                .copied()
                .unwrap_or(head / 2);
            let later: Vec<i64> = expected
                .iter()
                .copied()
                .filter(|index| *index < before)
                .collect();
            assert_eq!(
                pages(&router, &filter, before, 60).await,
                later,
                "{filter} before {before}"
            );
            found += expected.len();
        }
        assert!(found > 2_000, "{found}");
    })
    .await;
}
