//! Moving and leaving: nothing is lost, nothing half done, and nobody gets by it what they could not have otherwise.

use crate::browser::{Browser, Call, Reply, Sent};
use crate::site::{Organisation, Person, Site, both, two_organisations};
use custos_store::Value as Stored;
use custos_values::{OrgId, UserId};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// More than two batches.
const CUSTOMERS: usize = 410;

/// Gives somebody customers, by an import.
pub async fn own(site: &Site<'_>, person: &Person, customers: usize) {
    let number = site.next();
    let mut file = "客户名称\n".to_owned();
    for n in 0..customers {
        file.push_str(&format!("交接公司{number}之{n}号\n"));
    }
    let upload = Call::new(Method::POST, "/imports", Sent::File(file.into_bytes()));
    let made = person
        .browser
        .send(upload.with("x-file-name", "a.csv"))
        .await;
    let path = format!("/imports/{}", made.expect(201)["id"].as_str().unwrap());
    let start = json!({ "mapping": [{ "column": 0, "field": "name" }] });
    let start = Call::post(&format!("{path}/start"), start);
    person.browser.send(start).await.expect(202);
    while person.browser.send(Call::get(&path)).await.expect(200)["state"] != "finished" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub async fn total(person: &Person) -> u64 {
    let list = person.browser.send(Call::get("/customers?limit=1")).await;
    list.expect(200)["total"].as_u64().unwrap()
}

pub async fn begin(
    site: &Site<'_>,
    at: &Organisation,
    (user, what): (&str, &str),
    body: Value,
) -> Reply {
    let version = site.version_of_user(at, user).await;
    let call = Call::post(&format!("/users/{user}/{what}"), body.clone());
    let call = call.with("if-match", format!("\"{version}\""));
    let reply = at.system.send(call).await;
    let left = what == "leaving" && reply.status.as_u16() == 202;
    if !left || body["to"] == "nobody" {
        return reply;
    }
    hand_over(&at.system, user, body).await
}

/// Names who takes over from somebody who left.
pub async fn hand_over(by: &Browser, user: &str, body: Value) -> Reply {
    by.send(Call::post(&format!("/users/{user}/handover"), body))
        .await
}

pub async fn wait(at: &Organisation, user: &str) -> Value {
    let path = format!("/users/{user}/handover");
    loop {
        let handover = at.system.send(Call::get(&path)).await.expect(200);
        if handover["running"] == false {
            return handover;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub fn to(colleague: &Person) -> Value {
    json!({ "to": "colleague", "colleague_id": colleague.id })
}

pub fn bytes(id: &str) -> Stored {
    Stored::from(id.parse::<UserId>().unwrap())
}

pub async fn organisation_of(person: &Person) -> OrgId {
    let session = person.browser.send(Call::get("/session")).await.expect(200);
    session["organisation"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_out_at_once_and_everything_goes_to_the_successor() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let leaver = site.sales_person(&at, 0).await;
        let heir = site.sales_person(&at, 0).await;
        own(&site, &leaver, CUSTOMERS).await;
        own(&site, &heir, 3).await;
        let device = site.device_of(&leaver).await;
        let org = organisation_of(&heir).await;
        let sql = "SELECT id, owner_id, access FROM customer WHERE owner_id = $1";
        let before = installation.store();
        let before = before.tamper_for_tests(sql, &[bytes(&leaver.id)]).await;
        let before = before.unwrap();

        let path = format!("/users/{}/leaving", leaver.id);
        let preview = at.system.send(Call::get(&path)).await.expect(200);
        assert_eq!(preview["own_customers"], CUSTOMERS);
        assert_eq!(preview["takers"][0]["id"], heir.id.as_str());
        let begun = begin(&site, &at, (&leaver.id, "leaving"), to(&heir)).await;
        begun.expect(202);
        // While the customers are still on their way.
        let out = leaver.browser.send(Call::get("/customers")).await;
        assert_eq!(out.status.as_u16(), 401);
        let handover = wait(&at, &leaver.id).await;
        assert_eq!(
            (&handover["total"], &handover["left"]),
            (&json!(CUSTOMERS), &json!(0))
        );
        assert_eq!(total(&heir).await, CUSTOMERS as u64 + 3);
        let devices = format!("/users/{}/devices", leaver.id);
        let devices = at.security.send(Call::get(&devices)).await.expect(200);
        assert_eq!(devices["items"][0]["id"], device.as_str());
        assert_eq!(devices["items"][0]["state"], "removed");
        let log = site.log().await;
        let assigned: Vec<&Value> = log
            .iter()
            .filter(|e| e["action"] == "customer.assign")
            .collect();
        assert_eq!(assigned.len(), CUSTOMERS, "an entry for each");
        assert_eq!(assigned[0]["detail"]["new_owner"], heir.id.as_str());
        let list = heir
            .browser
            .send(Call::get("/customers?limit=1&sort=created_at"))
            .await;
        let customer = list.expect(200)["items"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let timeline = Call::get(&format!("/customers/{customer}/timeline"));
        let timeline = heir.browser.send(timeline).await.expect(200);
        assert_eq!(timeline["items"][0]["kind"], "owner_changed", "{timeline}");

        // Broken off in the middle, it goes on when the server starts again.
        let store = installation.store();
        // Whose a customer is, is sealed with it: only what was sealed can be put back.
        for row in &before {
            let [id, owner, access] =
                [0, 1, 2].map(|column| Stored::from(row.bytes(column).unwrap()));
            let sql = "UPDATE customer SET owner_id = $1, access = $2 WHERE id = $3";
            store
                .tamper_for_tests(sql, &[owner, access, id])
                .await
                .unwrap();
        }
        store
            .tamper_for_tests("UPDATE handover SET state = 0", &[])
            .await
            .unwrap();
        let again = Site::new(installation).await;
        assert_eq!(
            again.features.identity.resume_handovers(org).await.unwrap(),
            1
        );
        let handover = wait(&at, &leaver.id).await;
        assert_eq!(handover["left"], 0);
        let left = store
            .tamper_for_tests(
                "SELECT COUNT(*) FROM customer WHERE owner_id = $1",
                &[bytes(&leaver.id)],
            )
            .await
            .unwrap();
        assert_eq!(left[0].int(0).unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_over_who_may_not() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let leaver = site.sales_person(&home, 0).await;
        let heir = site.sales_person(&home, 0).await;
        let elsewhere = site.sales_person(&home, 1).await;
        let stranger = site.sales_person(&foreign, 0).await;
        let idle = site.pending(&home, 0).await;
        own(&site, &leaver, 2).await;
        let system = home.system.send(Call::get("/session")).await.expect(200);
        let system = system["user"]["id"].as_str().unwrap().to_owned();
        let nobody = json!({ "to": "nobody" });
        begin(&site, &home, (&leaver.id, "leaving"), nobody)
            .await
            .expect(202);
        let refuse = async |body: Value, code: &str| {
            let reply = hand_over(&home.system, &leaver.id, body).await.expect(422);
            assert_eq!(reply["fields"][0]["code"], code, "{reply}");
        };
        refuse(to(&leaver), "handover.oneself").await;
        refuse(to(&elsewhere), "handover.elsewhere").await;
        refuse(to(&stranger), "user.unknown").await;
        refuse(to(&idle), "handover.not_sales").await;
        refuse(
            json!({ "to": "colleague", "colleague_id": system }),
            "handover.not_sales",
        )
        .await;
        refuse(json!({ "to": "colleague" }), "handover.taker").await;
        refuse(json!({ "to": "nobody" }), "handover.taker").await;
        refuse(json!({ "to": "leads" }), "handover.no_lead").await;
        // Nobody else but the system administrator, and they not themselves, nor the last of a kind.
        let path = format!("/users/{}/leaving", leaver.id);
        let try_as = async |browser: &crate::browser::Browser, path: &str| {
            let call = Call::post(path, to(&heir)).with("if-match", "\"1\"");
            browser.send(call).await.status.as_u16()
        };
        assert_eq!(try_as(&leaver.browser, &path).await, 401);
        for person in [&heir.browser, &home.security] {
            assert_eq!(try_as(person, &path).await, 403);
            let handed = hand_over(person, &leaver.id, to(&heir)).await;
            assert_eq!(handed.status, 403);
        }
        assert_eq!(try_as(&foreign.system, &path).await, 404);
        let own = format!("/users/{system}/leaving");
        assert_eq!(try_as(&home.system, &own).await, 403);
        assert_eq!(
            try_as(&home.system, &path).await,
            412,
            "not as of an old version"
        );
        let security = home.security.send(Call::get("/session")).await.expect(200);
        let security = security["user"]["id"].as_str().unwrap().to_owned();
        let last = begin(
            &site,
            &home,
            (&security, "leaving"),
            json!({ "to": "nobody" }),
        )
        .await;
        assert_eq!(last.expect(409)["code"], "user.last_admin");
        // Nothing of it happened.
        let waits = home
            .system
            .send(Call::get(&format!("/users/{}/handover", leaver.id)));
        let waits = waits.await.expect(200);
        assert_eq!(
            (&waits["waiting"], &waits["left"]),
            (&json!(true), &json!(2))
        );
        assert_eq!(total(&heir).await, 0);

        // A lead shares; afterwards neither the account nor its customers come back by themselves.
        site.grant(&home, &heir.id, &["sales_lead"], "department")
            .await;
        let begun = begin(
            &site,
            &home,
            (&leaver.id, "leaving"),
            json!({ "to": "leads" }),
        )
        .await;
        begun.expect(202);
        wait(&home, &leaver.id).await;
        assert_eq!(total(&heir).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_takes_customers_along_or_leaves_them() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let mover = site.sales_person(&at, 0).await;
        let there = site.sales_person(&at, 1).await;
        own(&site, &mover, 5).await;
        own(&site, &there, 2).await;
        site.grant(&at, &mover.id, &["sales_lead"], "department").await;
        let department = &at.departments[1];
        let path = format!("/users/{}/move?department_id={department}", mover.id);
        let preview = at.system.send(Call::get(&path)).await.expect(200);
        assert_eq!(preview["own_customers"], 5);
        assert_eq!(preview["before"]["customers"], 5);
        assert_eq!(preview["after"]["customers"], 7, "{preview}");
        assert_eq!(preview["after"]["department"]["name"], "二部");
        let body = json!({ "department_id": department, "to": "nobody" });
        begin(&site, &at, (&mover.id, "move"), body).await.expect(202);
        wait(&at, &mover.id).await;
        assert_eq!(total(&mover).await, 7);
        // What was theirs is of the new department: its leads see it.
        site.grant(&at, &there.id, &["sales_lead"], "department").await;
        assert_eq!(total(&there).await, 7);

        // Back, leaving the customers to a colleague.
        let body = json!({ "department_id": at.departments[0], "to": "colleague", "colleague_id": there.id });
        begin(&site, &at, (&mover.id, "move"), body).await.expect(202);
        wait(&at, &mover.id).await;
        assert_eq!(total(&mover).await, 0);
        assert_eq!(total(&there).await, 7);
        let unknown = "019b8a00-0000-7000-8000-0000000000ff";
        let body = json!({ "department_id": unknown, "to": "nobody" });
        let reply = begin(&site, &at, (&mover.id, "move"), body).await.expect(422);
        assert_eq!(reply["fields"][0]["field"], "department_id");
    })
    .await;
}
