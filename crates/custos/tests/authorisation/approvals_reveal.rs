//! Fields of customers from 机密 up in clear: only with the approval of others, by no way round, and once.

use crate::approvals::{ask, carry_out, decide, delegate, entries, is, rule, state};
use crate::browser::{Browser, Call, Reply, Sent};
use crate::site::{Organisation, Person, Site, both};
use custos_access::approvals::Rule;
use custos_kernel::policy::Threshold;
use http::Method;
use serde_json::{Value, json};

const PHONE: &str = "13800001234";

/// Clears somebody for a level; they work at another.
async fn cleared(at: &Organisation, version: i64, who: &Person, level: &str, working: &str) {
    let body = json!({ "custom_roles": [], "clearance": { "level": level } });
    let path = format!("/access/people/{}", who.id);
    let call = Call::new(Method::PUT, &path, Sent::Json(body));
    let call = call.with("if-match", format!("\"{version}\""));
    at.security.send(call).await.expect(204);
    work_at(&who.browser, working).await;
}

async fn work_at(browser: &Browser, level: &str) {
    let body = json!({ "level": level, "compartments": [] });
    let call = Call::new(Method::PUT, "/session/working-label", Sent::Json(body));
    assert!(browser.send(call).await.status.is_success());
}

async fn label(browser: &Browser, customer: &str, level: &str) -> u16 {
    let body = Sent::Json(json!({ "level": level, "compartments": [] }));
    let path = format!("/customers/{customer}/label");
    let call = Call::new(Method::PUT, &path, body);
    browser.send(call).await.status.as_u16()
}

async fn made(browser: &Browser, name: &str) -> String {
    let fields = json!({ "name": name, "phone": PHONE, "email": "zhou@example.cn" });
    let path = "/customers?allow_duplicate=true";
    let call = Call::post(path, json!({ "fields": fields }));
    let made = browser.send(call).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

fn reveal(customer: &str, field: &str, reason: &str) -> Call {
    let body = json!({ "field": field, "reason": reason });
    Call::post(&format!("/customers/{customer}/disclosures"), body)
}

fn export() -> Call {
    let body =
        json!({ "format": "csv", "filter": {}, "columns": ["name", "phone"], "reason": "盘点" });
    Call::post("/customers/exports", body)
}

fn digits(reply: &Reply) -> String {
    let told = reply.json();
    told["value"].as_str().unwrap_or_default().replace(' ', "")
}

/// A request as somebody sees it.
async fn shown(browser: &Browser, id: &str) -> Value {
    let call = Call::get(&format!("/approvals/{id}"));
    browser.send(call).await.expect(200)
}

fn change<'a>(request: &'a Value, label: &str) -> &'a Value {
    let changes = request["changes"].as_array().unwrap();
    changes
        .iter()
        .find(|change| change["label"] == label)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_secret_is_shown_in_clear_with_approval_only_and_once() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let owner = site.sales_person(&home, 0).await;
        let lead = site.sales_person(&home, 0).await;
        site.grant(&home, &lead.id, &["sales_lead"], "department")
            .await;
        let ordinary = made(&owner.browser, "寻常公司").await;
        cleared(&home, 0, &owner, "secret", "secret").await;
        let secret = made(&owner.browser, "机要公司").await;
        let another = made(&owner.browser, "另一公司").await;
        let call = || reveal(&secret, "phone", "回访");

        // What is not secret needs nobody.
        let plainly = owner.browser.send(reveal(&ordinary, "phone", "回访")).await;
        assert_eq!(digits(&plainly), PHONE);
        let needless = reveal(&ordinary, "phone", "回访").with("x-approval-reason", "why");
        is(
            &owner.browser.send(needless).await,
            409,
            "approval.unneeded",
        );

        is(&owner.browser.send(call()).await, 403, "approval.needed");
        let id = ask(&owner.browser, call()).await;

        // Who approves sees what it is about as far as they may see it, and never the value.
        for approver in [&home.security, &lead.browser] {
            let request = shown(approver, &id).await;
            assert_eq!(change(&request, "customer")["after"], json!([secret]));
            assert_eq!(change(&request, "customer").get("customer"), None);
            assert_eq!(change(&request, "label")["after"], json!(["secret"]));
            assert_eq!(change(&request, "field")["after"], json!(["phone"]));
            assert_eq!(
                change(&request, "disclosure_reason")["after"],
                json!(["回访"])
            );
            let text = request.to_string();
            assert!(
                !text.contains("机要公司") && !text.contains("1234"),
                "{text}"
            );
        }
        cleared(&home, 1, &lead, "secret", "secret").await;
        let request = shown(&lead.browser, &id).await;
        assert_eq!(change(&request, "customer")["after"], json!(["机要公司"]));
        assert_eq!(change(&request, "customer")["customer"], json!(secret));
        assert!(!request.to_string().contains("1234"));

        // Neither the requester, whose customer it is, nor a colleague; nor as the delegate of who may.
        is(&decide(&owner.browser, &id, true).await, 403, "forbidden");
        let colleague = site.sales_person(&home, 0).await;
        is(
            &decide(&colleague.browser, &id, true).await,
            403,
            "approval.not_approver",
        );
        let own = owner.browser.clone().session().await["user"]["id"].clone();
        delegate(&site, &lead.browser, &own).await;
        is(&decide(&owner.browser, &id, true).await, 403, "forbidden");
        is(
            &carry_out(&owner.browser, call(), &id).await,
            409,
            "approval.state",
        );
        assert_eq!(decide(&lead.browser, &id, true).await.status, 204);

        // Another field, record or reason, and another person.
        for other in [
            reveal(&secret, "email", "回访"),
            reveal(&another, "phone", "回访"),
            reveal(&secret, "phone", "回访客户"),
        ] {
            is(
                &carry_out(&owner.browser, other, &id).await,
                409,
                "approval.mismatch",
            );
        }
        assert_eq!(carry_out(&lead.browser, call(), &id).await.status, 404);
        assert_eq!(
            entries(&site, "customer.reveal")
                .await
                .iter()
                .filter(|it| it["outcome"] == "allowed")
                .count(),
            1
        );

        let tries = (0..50).map(|_| carry_out(&owner.browser, call(), &id));
        let replies = futures::future::join_all(tries).await;
        let (done, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|it| it.status == 200);
        assert_eq!(done.len(), 1);
        assert_eq!(digits(done[0]), PHONE);
        for reply in refused {
            is(reply, 409, "approval.state");
        }
        assert_eq!(state(&owner.browser, &id).await, "executed");
        let revealed = entries(&site, "customer.reveal").await;
        let under = revealed
            .iter()
            .filter(|entry| entry["detail"]["approval"] == json!(id));
        assert_eq!(under.count(), 1, "{revealed:?}");
        is(&owner.browser.send(call()).await, 403, "approval.needed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_way_shows_what_is_secret() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let owner = site.sales_person(&home, 0).await;
        site.grant(&home, &owner.id, &["sales_lead"], "own").await;
        cleared(&home, 0, &owner, "secret", "secret").await;
        let secret = made(&owner.browser, "机要公司").await;
        let read = |path: String| owner.browser.send(Call::get(&path));

        // Reading, changing and listing show the mask; what is sent back is no number.
        let one = read(format!("/customers/{secret}")).await;
        let list = read("/customers".to_owned()).await;
        let note = Sent::Json(json!({ "fields": { "notes": "已联系" } }));
        let patch = |body, version: &str| {
            let call = Call::new(Method::PATCH, &format!("/customers/{secret}"), body);
            call.with("if-match", format!("\"{version}\""))
        };
        let changed = owner.browser.send(patch(note, "1")).await;
        for reply in [&one, &list, &changed] {
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert!(
                reply.text().contains("机要公司") && !reply.text().contains(PHONE),
                "{}",
                reply.text()
            );
        }
        let masked = one.json()["fields"]["phone"]["masked"].clone();
        let back = Sent::Json(json!({ "fields": { "phone": masked } }));
        assert_eq!(owner.browser.send(patch(back, "2")).await.status, 422);

        // A file of any size with it is held up; so is a contact's number.
        is(&owner.browser.send(export()).await, 403, "approval.needed");
        let body = json!({ "fields": { "name": "周敏", "phone": PHONE } });
        let contacts = format!("/customers/{secret}/contacts");
        let contact = owner
            .browser
            .send(Call::post(&contacts, body))
            .await
            .expect(201);
        let path = format!("{contacts}/{}/disclosures", contact["id"].as_str().unwrap());
        let call = || Call::post(&path, json!({ "field": "phone", "reason": "回访" }));
        is(&owner.browser.send(call()).await, 403, "approval.needed");
        let id = ask(&owner.browser, call()).await;
        assert_eq!(decide(&home.security, &id, true).await.status, 204);
        // What was approved of the contact is nothing of the customer.
        let swapped = carry_out(&owner.browser, reveal(&secret, "phone", "回访"), &id).await;
        is(&swapped, 409, "approval.mismatch");
        assert_eq!(digits(&carry_out(&owner.browser, call(), &id).await), PHONE);

        // The label does not come down by whoever would like to see more, whatever they work at.
        for working in ["secret", "internal"] {
            work_at(&owner.browser, working).await;
            let lowered = label(&owner.browser, &secret, "internal").await;
            assert!([403, 404].contains(&lowered), "{lowered}");
        }
        work_at(&owner.browser, "secret").await;
        is(
            &owner.browser.send(reveal(&secret, "phone", "回访")).await,
            403,
            "approval.needed",
        );

        // An organisation that begins lower has files begin lower, too.
        work_at(&owner.browser, "confidential").await;
        let lower = made(&owner.browser, "秘密公司").await;
        assert_eq!(
            owner
                .browser
                .send(reveal(&lower, "phone", "回访"))
                .await
                .status,
            200
        );
        assert_eq!(owner.browser.send(export()).await.status, 200);
        let from = Threshold {
            label_from: Some(2),
            ..Threshold::default()
        };
        let sooner = Rule {
            threshold: from,
            ..Rule::standard("customers_reveal")
        };
        rule(&site, &home, 1, sooner).await;
        is(
            &owner.browser.send(reveal(&lower, "phone", "回访")).await,
            403,
            "approval.needed",
        );
        is(&owner.browser.send(export()).await, 403, "approval.needed");
        let names = json!({ "format": "csv", "filter": {}, "columns": ["name"], "reason": "盘点" });
        let names = Call::post("/customers/exports", names);
        assert_eq!(owner.browser.send(names).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_covers_no_higher_label_than_was_shown() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let owner = site.sales_person(&home, 0).await;
        cleared(&home, 0, &owner, "top_secret", "secret").await;
        let customer = made(&owner.browser, "机要公司").await;
        let call = || reveal(&customer, "phone", "回访");
        let id = ask(&owner.browser, call()).await;
        assert_eq!(decide(&home.security, &id, true).await.status, 204);
        assert_eq!(label(&home.security, &customer, "top_secret").await, 200);
        work_at(&owner.browser, "top_secret").await;
        let reply = carry_out(&owner.browser, call(), &id).await;
        is(&reply, 403, "approval.needed");
        assert!(!reply.text().contains("1234"));
        assert_eq!(state(&owner.browser, &id).await, "failed");

        // Asked anew it is shown for what it is.
        let id = ask(&owner.browser, call()).await;
        let request = shown(&home.security, &id).await;
        assert_eq!(change(&request, "label")["after"], json!(["top_secret"]));
        assert_eq!(decide(&home.security, &id, true).await.status, 204);
        assert_eq!(digits(&carry_out(&owner.browser, call(), &id).await), PHONE);
    })
    .await;
}
