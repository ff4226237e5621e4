//! Lines of reviews: roles of the organisation's own go as others do; who writes into the database decides nothing and is
//! told of.

use crate::browser::Call;
use crate::lifecycle::bytes;
use crate::own_rules::{ROLE, customer, hold, put, rules, viewer, without_approval};
use crate::reviews::{act, decide, entries, holder, lines, of, only, outcomes, read, scope, start};
use crate::site::{Site, both};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_the_organisations_own_is_withdrawn_as_others_are() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        without_approval(&site, &home).await;
        let lead = holder(&site, &home, 0, "sales_lead").await;
        let seller = site.sales_person(&home, 0).await;
        let person = site.sales_person(&home, 0).await;
        site.grant(&home, &person.id, &[], "own").await;
        let set = put("/access/rules", 0, rules(json!([viewer()]), json!([])));
        home.security.send(set).await.expect(204);
        hold(&home, 0, &person, json!([ROLE]), "internal").await;
        let made = customer(&seller, "近处公司", "浙江").await;
        let path = format!("/customers/{made}");
        assert_eq!(person.browser.send(Call::get(&path)).await.status, 200);

        let what = scope([true, false, false], "manager");
        let what = only(what, "departments", &[&home.departments[0]]);
        let review = start(&home.security, &what).await;
        let all = lines(&lead.browser, &review).await;
        let line = of(&all, &person.id);
        assert_eq!(
            (&line["grant"]["kind"], &line["grant"]["name"]),
            (&json!("own_role"), &json!("客户浏览"))
        );
        decide(&lead.browser, &review, line, "withdraw")
            .await
            .expect(204);
        act(&home.security, &review, "end").await.expect(204);
        assert_eq!(person.browser.send(Call::get(&path)).await.status, 403);
        assert_eq!(seller.browser.send(Call::get(&path)).await.status, 200);
        assert_eq!(outcomes(&site).await, ["withdrawn"]);
        let people = home.security.send(Call::get("/access/people")).await;
        let people = people.expect(200);
        let held = people["items"].as_array().unwrap().iter();
        let mut held = held.filter(|it| it["id"] == json!(person.id));
        assert_eq!(held.next().unwrap()["custom_roles"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_into_the_database_decides_nothing_and_is_told_of() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = holder(&site, &home, 0, "sales_lead").await;
        let mut sellers = Vec::new();
        for _ in 0..4 {
            sellers.push(site.sales_person(&home, 0).await);
        }
        let what = scope([true, false, false], "manager");
        let what = only(what, "holders", &["sales"]);
        let review = start(&home.security, &what).await;
        let all = lines(&lead.browser, &review).await;
        let id = |nth: usize| of(&all, &sellers[nth].id)["id"].as_str().unwrap();
        let line = |nth: usize| of(&all, &sellers[nth].id);
        decide(&lead.browser, &review, line(0), "withdraw")
            .await
            .expect(204);
        decide(&lead.browser, &review, line(1), "keep")
            .await
            .expect(204);
        assert_eq!(read(&home.security, &review).await["tampered"], false);

        let store = site.installation.store();
        let write = async |sql: &str, ids: &[&str]| {
            let values: Vec<_> = ids.iter().map(|id| bytes(id)).collect();
            store.tamper_for_tests(sql, &values).await.unwrap();
        };
        // The no to the first becomes the second's: it opens for its own line only.
        let swap = "UPDATE access_review_line SET decided = 'withdraw', decision = \
                    (SELECT decision FROM access_review_line WHERE id = $1) WHERE id = $2";
        write(swap, &[id(0), id(1)]).await;
        // The third's line becomes the fourth's.
        let line_of = "UPDATE access_review_line SET sealed = \
                       (SELECT sealed FROM access_review_line WHERE id = $1) WHERE id = $2";
        write(line_of, &[id(3), id(2)]).await;
        // The fourth's is removed: nobody is to decide on it.
        write("DELETE FROM access_review_line WHERE id = $1", &[id(3)]).await;
        assert_eq!(read(&home.security, &review).await["tampered"], true);

        act(&home.security, &review, "end").await.expect(204);
        let report = Call::get(&format!("/access-reviews/{review}/report"));
        let report = home.security.send(report).await.expect(200);
        let told = report["report"]["lines"].as_array().unwrap();
        let outcome = |id: &str| {
            let mut of = told.iter().filter(|line| line["id"] == id);
            of.next()
                .map_or(Value::Null, |line| line["outcome"].clone())
        };
        assert_eq!(outcome(id(0)), "withdrawn");
        assert_eq!(outcome(id(1)), "undecided", "{report}");
        assert_eq!(outcome(id(2)), "tampered");
        assert_eq!(outcome(id(3)), Value::Null);
        assert_eq!(entries(&site, "access_review.end").await.len(), 1);
        let mut reach = Vec::new();
        for seller in &sellers {
            let asked = seller.browser.send(Call::get("/customers")).await;
            reach.push(asked.status.as_u16());
        }
        assert_eq!(reach, [403, 200, 200, 200]);
    })
    .await;
}
