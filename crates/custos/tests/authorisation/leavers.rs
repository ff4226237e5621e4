//! Nobody is given customers who has left, at no door and in no race with their leaving.

use crate::browser::{Call, Sent};
use crate::lifecycle::{begin, bytes, organisation_of, own, to, total, wait};
use crate::site::{Person, Site, both};
use custos_kernel::policy::{Caller, Job};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// A lead who reaches everybody's customers.
async fn lead(site: &Site<'_>, at: &crate::site::Organisation) -> Person {
    let lead = site.sales_person(at, 0).await;
    site.grant(at, &lead.id, &["sales_lead"], "all").await;
    lead
}

async fn owned(site: &Site<'_>, user: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM customer WHERE owner_id = $1";
    let store = site.installation.store();
    let rows = store.tamper_for_tests(sql, &[bytes(user)]).await.unwrap();
    rows[0].int(0).unwrap()
}

fn create(name: &str, owner: &str) -> Call {
    let body = json!({ "fields": { "name": name }, "owner_id": owner });
    Call::post("/customers?allow_duplicate=true", body)
}

fn is_refused(reply: &Value) {
    let field = &reply["fields"][0];
    assert_eq!(
        (&field["field"], &field["code"]),
        (&json!("owner_id"), &json!("owner.left")),
        "{reply}"
    );
}

/// Uploads a file of two columns, name and owner, and imports it: the import as it ended.
async fn import(person: &Person, file: &str, owner: Option<&str>) -> Result<Value, Value> {
    let upload = Call::new(
        Method::POST,
        "/imports",
        Sent::File(file.as_bytes().to_vec()),
    );
    let upload = upload.with("x-file-name", "a.csv");
    let made = person.browser.send(upload).await.expect(201);
    let path = format!("/imports/{}", made["id"].as_str().unwrap());
    let mapping = json!([{ "column": 0, "field": "name" }, { "column": 1, "field": "owner_name" }]);
    let options = json!({ "mapping": mapping, "owner_id": owner });
    let begun = person
        .browser
        .send(Call::post(&format!("{path}/start"), options))
        .await;
    if begun.status.as_u16() != 202 {
        return Err(begun.expect(422));
    }
    loop {
        let import = person.browser.send(Call::get(&path)).await.expect(200);
        if import["state"] != "running" {
            return Ok(import);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_door_assigns_to_somebody_who_left() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let (lead, gone) = (lead(&site, &at).await, site.sales_person(&at, 0).await);
        let heir = site.sales_person(&at, 0).await;
        let mine = lead.browser.send(create("在手客户", &lead.id)).await;
        let (mine, leave) = (mine.expect(201), json!({ "to": "nobody" }));
        begin(&site, &at, (&gone.id, "leaving"), leave)
            .await
            .expect(202);
        wait(&at, &gone.id).await;

        let made = lead.browser.send(create("新客户", &gone.id)).await;
        is_refused(&made.expect(422));
        let body = Sent::Json(json!({ "fields": { "notes": "转交" }, "owner_id": gone.id }));
        let path = format!("/customers/{}", mine["id"].as_str().unwrap());
        let given = Call::new(Method::PATCH, &path, body).with("if-match", "\"1\"");
        is_refused(&lead.browser.send(given).await.expect(422));
        let whole = import(&lead, "客户名称,负责人\n一号公司,\n", Some(&gone.id)).await;
        is_refused(&whole.unwrap_err());
        // A name in a file is as good as none: the row goes to whoever imports, with a warning.
        let file = format!(
            "客户名称,负责人\n二号公司,{}\n三号公司,{}\n",
            gone.login, heir.login
        );
        let named = import(&lead, &file, None).await.unwrap();
        assert_eq!(named["progress"]["created"], 2, "{named}");
        assert_eq!(named["warnings"][0]["code"], "owner.unknown", "{named}");
        assert_eq!((total(&lead).await, total(&heir).await), (3, 1));
        let taker = begin(&site, &at, (&heir.id, "leaving"), to(&gone)).await;
        assert_eq!(taker.expect(422)["fields"][0]["code"], "handover.not_sales");
        assert_eq!(owned(&site, &gone.id).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_assigned_while_somebody_leaves_is_handed_over_or_refused() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let lead = lead(&site, &at).await;
        for round in 0..3 {
            let leaver = site.sales_person(&at, 0).await;
            let heir = site.sales_person(&at, 0).await;
            // Each assigns until it is refused, which is when the other has left.
            let assign = async |n: usize| {
                for made in 0.. {
                    let name = format!("客户{round}之{n}之{made}");
                    let reply = lead.browser.send(create(&name, &leaver.id)).await;
                    if reply.status.as_u16() != 201 {
                        is_refused(&reply.expect(422));
                        return made;
                    }
                    assert!(made < 500, "nobody is refused");
                }
                0
            };
            let leave = async {
                while owned(&site, &leaver.id).await < 8 {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                begin(&site, &at, (&leaver.id, "leaving"), to(&heir))
                    .await
                    .expect(202)
            };
            let assigning = futures::future::join_all((0..6).map(assign));
            let (made, _) = futures::future::join(assigning, leave).await;
            let made: u64 = made.into_iter().sum();
            assert_eq!(wait(&at, &leaver.id).await["left"], 0);
            assert_eq!(owned(&site, &leaver.id).await, 0, "round {round}");
            assert_eq!(total(&heir).await, made, "round {round}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_waits_for_who_is_just_being_given_something() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let leaver = site.sales_person(&at, 0).await;
        let keeper = Caller::system(Job::Handover, organisation_of(&leaver).await);
        let user = leaver.id.parse().unwrap();
        let giving = async || installation.store().write(&keeper).await.unwrap();
        let mut tx = giving().await;
        assert!(site.features.identity.stays(&mut tx, user).await.unwrap());
        let leave = begin(
            &site,
            &at,
            (&leaver.id, "leaving"),
            json!({ "to": "nobody" }),
        );
        let mut leave = std::pin::pin!(leave);
        let early = tokio::time::timeout(Duration::from_millis(500), &mut leave).await;
        assert!(
            early.is_err(),
            "they left while something was being given to them"
        );
        drop(tx);
        leave.await.expect(202);
        let mut tx = giving().await;
        assert!(!site.features.identity.stays(&mut tx, user).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_gives_nothing_to_somebody_who_leaves_meanwhile() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let (lead, leaver) = (lead(&site, &at).await, site.sales_person(&at, 0).await);
        let heir = site.sales_person(&at, 0).await;
        let mut file = "客户名称,负责人\n".to_owned();
        for n in 0..9_000 {
            file.push_str(&format!("批量客户{n}号,{}\n", leaver.login));
        }
        let leave = async {
            while owned(&site, &leaver.id).await == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            begin(&site, &at, (&leaver.id, "leaving"), to(&heir))
                .await
                .expect(202);
            wait(&at, &leaver.id).await
        };
        let (import, handover) = futures::future::join(import(&lead, &file, None), leave).await;
        let progress = &import.unwrap()["progress"];
        let count = |name: &str| progress[name].as_u64().unwrap();
        assert_eq!(handover["left"], 0);
        assert_eq!(owned(&site, &leaver.id).await, 0);
        assert_eq!(total(&heir).await, count("created"), "{progress}");
        assert_eq!(count("created") + count("rejected"), 9_000, "{progress}");
        assert!(
            count("rejected") > 0,
            "left too late to be seen: {progress}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taker_who_leaves_in_the_middle_passes_everything_on() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let (first, second) = (
            site.sales_person(&at, 0).await,
            site.sales_person(&at, 0).await,
        );
        let last = site.sales_person(&at, 0).await;
        own(&site, &first, 1_500).await;
        own(&site, &second, 30).await;
        begin(&site, &at, (&first.id, "leaving"), to(&second))
            .await
            .expect(202);
        begin(&site, &at, (&second.id, "leaving"), to(&last))
            .await
            .expect(202);
        for leaver in [&first, &second] {
            assert_eq!(wait(&at, &leaver.id).await["left"], 0);
            assert_eq!(owned(&site, &leaver.id).await, 0);
        }
        assert_eq!(total(&last).await, 1_530);
    })
    .await;
}

/// Deals go where their customers go; leads, which hang on none, go as well.
#[tokio::test(flavor = "multi_thread")]
async fn the_records_of_somebody_who_leaves_go_with_their_customers() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let (gone, heir) = (
            site.sales_person(&at, 0).await,
            site.sales_person(&at, 0).await,
        );
        let mut records = Vec::new();
        for number in 0..5 {
            let made = gone
                .browser
                .send(create(&format!("交接{number}号"), &gone.id))
                .await;
            let customer = made.expect(201)["id"].clone();
            let deal = json!({ "fields": { "name": "商机", "customer": customer } });
            let lead = json!({ "fields": { "name": "线索公司" } });
            for (kind, body) in [("opportunities", deal), ("leads", lead)] {
                let made = gone
                    .browser
                    .send(Call::post(&format!("/{kind}"), body))
                    .await;
                let id = made.expect(201)["id"].as_str().unwrap().to_owned();
                records.push(format!("/{kind}/{id}"));
            }
        }
        begin(&site, &at, (&gone.id, "leaving"), to(&heir))
            .await
            .expect(202);
        wait(&at, &gone.id).await;
        for path in &records {
            let read = heir.browser.send(Call::get(path)).await.expect(200);
            assert_eq!(read["owner"]["id"], heir.id.as_str(), "{path}");
        }
        let list = heir
            .browser
            .send(Call::get("/opportunities"))
            .await
            .expect(200);
        assert_eq!(list["total"], 5);
    })
    .await;
}
