//! Reviews of access, attacked: deciding on what is somebody else's or one's own, too late, against the end; stripping other
//! administrators; learning what one may not see; writing into the database. And that silence withdraws.

use crate::browser::{Browser, Call, Reply, Sent};
use crate::lifecycle::bytes;
use crate::papers;
use crate::site::{Organisation, Person, Site, both, two_organisations};
use custos_kernel::policy::{Caller, Job};
use custos_values::Clock;
use http::Method;
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;

pub fn scope(kinds: [bool; 3], by: &str) -> Value {
    let [roles, shares, keys] = kinds;
    json!({ "roles": roles, "shares": shares, "api_keys": keys, "by": by })
}

pub fn only(mut scope: Value, part: &str, of: &[&str]) -> Value {
    scope[part] = json!(of);
    scope
}

pub async fn start(browser: &Browser, scope: &Value) -> String {
    let body = json!({ "name": "年度复核", "scope": scope, "days": 7, "remind_days": 2 });
    let begun = browser.send(Call::post("/access-reviews", body)).await;
    begun.expect(201)["id"].as_str().unwrap().to_owned()
}

pub async fn lines(browser: &Browser, review: &str) -> Vec<Value> {
    let path = format!("/access-reviews/{review}/lines?view=all&limit=200");
    let told = browser.send(Call::get(&path)).await.expect(200);
    told["items"].as_array().unwrap().clone()
}

pub async fn read(browser: &Browser, review: &str) -> Value {
    let path = format!("/access-reviews/{review}");
    browser.send(Call::get(&path)).await.expect(200)
}

pub fn of<'a>(lines: &'a [Value], subject: &str) -> &'a Value {
    let mut of = lines.iter().filter(|line| line["subject"]["id"] == subject);
    of.next()
        .unwrap_or_else(|| panic!("{subject} in {lines:?}"))
}

pub async fn decide(browser: &Browser, review: &str, line: &Value, verdict: &str) -> Reply {
    let body =
        json!({ "decisions": [{ "line": line["id"], "verdict": verdict, "note": "已核对" }] });
    let path = format!("/access-reviews/{review}/decisions");
    browser
        .send(Call::new(Method::PUT, &path, Sent::Json(body)))
        .await
}

pub async fn act(browser: &Browser, review: &str, what: &str) -> Reply {
    let path = format!("/access-reviews/{review}/{what}");
    browser
        .send(Call::new(Method::POST, &path, Sent::Nothing))
        .await
}

async fn hand(browser: &Browser, review: &str, from: &Value, to: &str) -> Value {
    let path = format!("/access-reviews/{review}/reassignments");
    let body = json!({ "from": from, "to": to });
    browser.send(Call::post(&path, body)).await.expect(200)
}

fn is(reply: &Reply, status: u16, code: &str) {
    let told = reply.json();
    let found = (reply.status.as_u16(), told["code"].as_str());
    assert_eq!(found, (status, Some(code)), "{}", reply.text());
}

pub async fn entries(site: &Site<'_>, action: &str) -> Vec<Value> {
    let mut log = site.log().await;
    log.retain(|entry| entry["action"] == action && entry["outcome"] == "allowed");
    log
}

pub async fn outcomes(site: &Site<'_>) -> Vec<String> {
    let told = entries(site, "access_review_line.withdraw").await;
    let mut all: Vec<String> = told
        .iter()
        .map(|entry| entry["detail"]["outcome"].as_str().unwrap().to_owned())
        .collect();
    all.sort_unstable();
    all
}

pub async fn holder(site: &Site<'_>, at: &Organisation, department: usize, role: &str) -> Person {
    let person = site.sales_person(at, department).await;
    site.grant(at, &person.id, &[role], "own").await;
    person
}

async fn customers(browser: &Browser) -> u16 {
    browser.send(Call::get("/customers")).await.status.as_u16()
}

/// The day the clock shows, on which everything of a test was made.
fn today(site: &Site<'_>) -> String {
    let now = site.installation.clock().now();
    let text = json!(now);
    text.as_str().unwrap()[..10].to_owned()
}

/// Somebody signs in for the first time, by a link of the operator's.
async fn arrive(site: &Site<'_>, at: &Organisation, id: &str) -> Browser {
    let operator = Caller::system(Job::Operator, at.org);
    let link = site
        .features
        .identity
        .issue_link(&operator, id.parse().unwrap());
    let path = link.await.unwrap().path();
    let mut browser = site.browser();
    let token = json!({ "token": path.split_once('#').unwrap().1 });
    browser
        .step(Call::post("/session/link", token))
        .await
        .expect(200);
    site.enrol(browser).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_decided_on_is_withdrawn_at_the_deadline_once() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = holder(&site, &home, 0, "sales_lead").await;
        let (kept, silent) = (site.pending(&home, 0).await, site.pending(&home, 0).await);
        for person in [&kept, &silent] {
            site.grant(&home, &person.id, &["sales"], "own").await;
        }
        let what = only(
            scope([true, false, false], "manager"),
            "holders",
            &["sales"],
        );
        let preview = Call::post("/access-reviews/preview", what.clone());
        let preview = home.security.send(preview).await.expect(200);
        assert_eq!(preview["lines"], 2, "{preview}");
        assert_eq!(preview["reviewers"][0]["reviewer"]["id"], json!(lead.id));
        let review = start(&home.security, &what).await;
        let own = lead
            .browser
            .send(Call::get("/access-reviews/own"))
            .await
            .expect(200);
        assert_eq!(own["items"][0]["count"]["open"], 2, "{own}");
        let all = lines(&lead.browser, &review).await;
        assert_eq!(all.len(), 2);
        let line = of(&all, &kept.id);
        // Nothing is said of a time nobody can tell of.
        let made = today(&site);
        assert_eq!(
            (&line["last_used_at"], &line["reason"]),
            (&Value::Null, &json!("new"))
        );
        assert!(
            line["unused_since"].as_str().unwrap() >= made.as_str(),
            "{line}"
        );
        // A decision can be changed, and taken back.
        decide(&lead.browser, &review, line, "withdraw")
            .await
            .expect(204);
        decide(&lead.browser, &review, line, "keep")
            .await
            .expect(204);
        assert_eq!(site.features.access.keep_reviews().await.unwrap(), 0);

        site.installation.clock().advance(7 * DAY_MS - 1000);
        assert_eq!(site.features.access.keep_reviews().await.unwrap(), 0);
        assert_eq!(entries(&site, "access_review.remind").await.len(), 1);
        site.installation.clock().advance(1000);
        let sweeps = (0..20).map(|_| site.features.access.keep_reviews());
        let settled: u64 = futures::future::join_all(sweeps)
            .await
            .into_iter()
            .map(Result::unwrap)
            .sum();
        assert_eq!(settled, 2);
        assert_eq!(site.features.access.keep_reviews().await.unwrap(), 0);
        assert_eq!(outcomes(&site).await, ["lapsed"]);
        let ends = entries(&site, "access_review.end").await;
        assert_eq!(
            (
                ends.len(),
                &ends[0]["detail"]["lapsed"],
                &ends[0]["detail"]["kept"]
            ),
            (1, &json!(1), &json!(1))
        );
        let taken = entries(&site, "user.grant").await;
        let taken: Vec<_> = taken
            .iter()
            .filter(|it| it["detail"]["by"] == "access_review")
            .collect();
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0]["resource"]["id"], json!(silent.id));
        assert_eq!(customers(&arrive(&site, &home, &kept.id).await).await, 200);
        assert_eq!(
            customers(&arrive(&site, &home, &silent.id).await).await,
            403
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_on_lines_of_others_on_their_own_or_too_late() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let lead = holder(&site, &home, 0, "sales_lead").await;
        let other = holder(&site, &home, 1, "sales_lead").await;
        let seller = site.sales_person(&home, 0).await;
        let what = scope([true, false, false], "manager");
        let what = only(what, "departments", &[&home.departments[0]]);
        let review = start(&home.security, &what).await;
        let all = lines(&home.security, &review).await;
        let line = of(&all, &seller.id);
        assert_eq!(line["reviewer"]["id"], json!(lead.id));
        // Of others: nobody sees it, nobody decides on it, the one who started it neither.
        let outside = &foreign.security;
        for browser in [
            &other.browser,
            &seller.browser,
            &home.system,
            &home.security,
            outside,
        ] {
            let refused = decide(browser, &review, line, "keep").await;
            assert_eq!(refused.status, 404, "{}", refused.text());
        }
        let path = format!("/access-reviews/{review}/lines?view=all");
        assert_eq!(other.browser.send(Call::get(&path)).await.status, 404);
        assert_eq!(
            outside
                .send(Call::get(&format!("/access-reviews/{review}")))
                .await
                .status,
            404
        );
        // One's own comes to somebody else, and cannot be handed to oneself.
        let own = of(&all, &lead.id);
        assert_ne!(own["reviewer"]["id"], json!(lead.id));
        let told = hand(&home.security, &review, &own["reviewer"]["id"], &lead.id).await;
        assert_eq!(
            (&told["moved"], &told["barred"]),
            (&json!(0), &json!(1)),
            "{told}"
        );
        // Nor by writing into the database: whose it is, the sealed part says.
        let values = [bytes(&lead.id), bytes(own["id"].as_str().unwrap())];
        let sql = "UPDATE access_review_line SET reviewer_id = $1 WHERE id = $2";
        site.installation
            .store()
            .tamper_for_tests(sql, &values)
            .await
            .unwrap();
        assert_eq!(
            decide(&lead.browser, &review, own, "keep").await.status,
            404
        );
        assert_eq!(lines(&lead.browser, &review).await.len(), 1);

        // Fifty at once against the end: whatever was told to count counts, and nothing after it.
        let fifty = (0..50).map(|number| {
            let verdict = if number % 2 == 0 { "keep" } else { "withdraw" };
            decide(&lead.browser, &review, line, verdict)
        });
        let (told, ended) = futures::join!(
            futures::future::join_all(fifty),
            act(&home.security, &review, "end")
        );
        assert_eq!(ended.status, 204, "{}", ended.text());
        let done = told.iter().filter(|reply| reply.status == 204).count();
        for reply in told.iter().filter(|reply| reply.status != 204) {
            is(reply, 409, "access_review.closed");
        }
        assert_eq!(
            entries(&site, "access_review_line.decide").await.len(),
            done
        );
        // Neither a replay nor a second end does anything.
        is(
            &decide(&lead.browser, &review, line, "withdraw").await,
            409,
            "access_review.closed",
        );
        is(
            &act(&home.security, &review, "end").await,
            409,
            "access_review.closed",
        );
        is(
            &act(&home.security, &review, "cancel").await,
            409,
            "access_review.closed",
        );
        let after = lines(&home.security, &review).await;
        let line = of(&after, &seller.id);
        let goes = line["decision"]["verdict"] == "withdraw";
        let outcome = match (&line["decision"], goes) {
            (Value::Null, _) => "undecided",
            (_, true) => "withdrawn",
            (_, false) => "kept",
        };
        assert_eq!(line["outcome"], outcome, "{line}");
        assert_eq!(
            customers(&seller.browser).await,
            if goes { 403 } else { 200 }
        );
        assert_eq!(of(&after, &lead.id)["outcome"], "undecided");

        // The report says the same, and is that which the log speaks of.
        let report = Call::get(&format!("/access-reviews/{review}/report"));
        assert_eq!(lead.browser.send(report.clone()).await.status, 403);
        assert_eq!(outside.send(report.clone()).await.status, 404);
        let report = home.security.send(report).await;
        assert_eq!(report.status, 200);
        let told = report.json();
        assert_eq!(
            told["report"]["lines"].as_array().unwrap().len(),
            after.len()
        );
        let path = installation.data_dir().join("report.json");
        std::fs::write(&path, &report.body).unwrap();
        let words = custos_verify::Words::of(
            custos_verify::Language::English,
            &custos_verify::sources(custos_verify::Language::English),
        );
        let store = installation.store();
        for (org, exit) in [(home.org, 0), (foreign.org, 1)] {
            let key = store.log_verifier(org).await.unwrap().verifier_key();
            let answer = custos_verify::report(&path, Some(&key), &words)
                .unwrap_or_else(|it| panic!("{it:?}"));
            assert_eq!(answer.exit, exit, "{}", answer.text);
            let digest = format!("sha256:{}", answer.json["sha256"].as_str().unwrap());
            assert_eq!(
                entries(&site, "access_review.end").await[0]["detail"]["report"],
                digest
            );
        }
        papers::are_signed_and_readable(&site, &home, &review, &told["report"]).await;
        papers::are_of_their_log(&site, &home, foreign.org, &review).await;
        let paper = format!("/access-reviews/{review}/report?format=pdf");
        assert_eq!(lead.browser.send(Call::get(&paper)).await.status, 403);
        assert_eq!(outside.send(Call::get(&paper)).await.status, 404);
        assert_eq!(customers(&lead.browser).await, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_review_strips_the_other_administrators() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let second = holder(&site, &home, 0, "security_admin").await;
        let kinds = ["system_admin", "security_admin", "audit_admin"];
        let what = only(scope([true, false, false], "manager"), "holders", &kinds);
        let review = start(&home.security, &what).await;
        let session = home.security.send(Call::get("/session")).await.expect(200);
        let starter = session["user"]["id"].as_str().unwrap().to_owned();
        let all = lines(&home.security, &review).await;
        assert_eq!(all.len(), 4);
        for line in &all {
            let reviewer = line["reviewer"]["id"].as_str().unwrap();
            assert_ne!(
                reviewer, starter,
                "who started it decides on no administrator"
            );
            assert_ne!(json!(reviewer), line["subject"]["id"]);
        }
        let of_second = of(&all, &second.id);
        let told = hand(
            &home.security,
            &review,
            &of_second["reviewer"]["id"],
            &starter,
        )
        .await;
        assert_eq!(told["moved"], 0, "{told}");
        // Ended at once, silence takes nothing from anybody.
        act(&home.security, &review, "end").await.expect(204);
        assert_eq!(read(&home.security, &review).await["ended_by"], "hand");
        assert!(
            entries(&site, "access_review_line.withdraw")
                .await
                .is_empty()
        );
        // Called off, nothing at all happens.
        let review = start(&home.security, &what).await;
        act(&home.security, &review, "cancel").await.expect(204);
        site.installation.clock().advance(8 * DAY_MS);
        assert_eq!(site.features.access.keep_reviews().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_of_a_kind_stays_whatever_nobody_decides() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let second = holder(&site, &home, 0, "security_admin").await;
        let kinds = ["system_admin", "security_admin", "audit_admin"];
        let what = only(scope([true, false, false], "manager"), "holders", &kinds);
        start(&home.security, &what).await;
        site.installation.clock().advance(7 * DAY_MS);
        assert_eq!(site.features.access.keep_reviews().await.unwrap(), 4);
        // Of the two security administrators one goes.
        let kept = "last_administrator";
        assert_eq!(outcomes(&site).await, ["lapsed", kept, kept, kept]);
        let directory = site.features.identity.directory(home.org).await.unwrap();
        let _ = second;
        for role in custos_kernel::policy::Role::ALL
            .into_iter()
            .filter(|role| role.is_administrator())
        {
            let holders = directory
                .people()
                .filter(|(_, person)| person.active && person.roles.contains(role));
            assert_eq!(holders.count(), 1, "{role:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_learns_no_customer_and_what_is_withdrawn_is_out_of_reach() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = holder(&site, &home, 1, "sales_lead").await;
        let owner = site.sales_person(&home, 0).await;
        let guest = site.sales_person(&home, 1).await;
        let share = async |name: &str| {
            let body = json!({ "fields": { "name": name } });
            let made = owner
                .browser
                .send(Call::post("/customers", body))
                .await
                .expect(201);
            let id = made["id"].as_str().unwrap().to_owned();
            let body = json!({ "kind": "user", "grantee_id": guest.id, "share": "read" });
            let call = Call::post(&format!("/customers/{id}/shares"), body);
            assert!(owner.browser.send(call).await.status.is_success());
            id
        };
        let (first, second) = (
            share("无锡青石仪器有限公司").await,
            share("苏州白石仪器有限公司").await,
        );
        let reach = async |id: &str| {
            let call = Call::get(&format!("/customers/{id}"));
            guest.browser.send(call).await.status.as_u16()
        };
        assert_eq!((reach(&first).await, reach(&second).await), (200, 200));

        let review = start(&home.security, &scope([false, true, false], "manager")).await;
        let path = format!("/access-reviews/{review}/lines?view=all");
        for browser in [&lead.browser, &home.security] {
            let told = browser.send(Call::get(&path)).await;
            let text = told.text();
            assert!(
                !text.contains("石仪器") && !text.contains(&first) && !text.contains(&second),
                "{text}"
            );
            let told = told.json();
            assert_eq!(told["items"].as_array().unwrap().len(), 2);
            // When it was last used, the log tells.
            assert!(told["items"][0]["last_used_at"].is_string(), "{told}");
        }
        let all = lines(&lead.browser, &review).await;
        assert_eq!(
            decide(&lead.browser, &review, &all[0], "withdraw")
                .await
                .status,
            204
        );
        assert_eq!(
            decide(&lead.browser, &review, &all[1], "withdraw")
                .await
                .status,
            204
        );
        // One of them is granted anew meanwhile: that is another grant.
        let body = json!({ "kind": "user", "grantee_id": guest.id, "share": "write" });
        let call = Call::post(&format!("/customers/{first}/shares"), body);
        assert!(owner.browser.send(call).await.status.is_success());
        act(&home.security, &review, "end").await.expect(204);
        assert_eq!(outcomes(&site).await, ["changed", "withdrawn"]);
        assert_eq!((reach(&first).await, reach(&second).await), (200, 404));
        let list = guest
            .browser
            .send(Call::get("/customers"))
            .await
            .expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");

        // Whoever a customer is of reviews with its name.
        let review = start(&home.security, &scope([false, true, false], "owner")).await;
        let all = lines(&owner.browser, &review).await;
        assert_eq!(all[0]["grant"]["customer_name"], "无锡青石仪器有限公司");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_lines_of_those_who_leave_come_to_others() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = holder(&site, &home, 0, "sales_lead").await;
        let body = json!({ "name": "对接", "data_scope": "own", "department_id": home.departments[0] });
        let made = home.system.send(Call::post("/service-accounts", body)).await.expect(201);
        let account = made["id"].as_str().unwrap().to_owned();
        site.grant(&home, &account, &["sales"], "own").await;
        let now = site.installation.clock().now();
        let body = json!({ "name": "同步", "scopes": ["customer.list"], "expires_at": now.plus_millis(80 * DAY_MS) });
        let key = Call::post(&format!("/service-accounts/{account}/keys"), body);
        let key = home.system.send(key).await.expect(201);
        let secret = key["secret"].as_str().unwrap().to_owned();
        let call = || Call::get("/customers").with("authorization", format!("Bearer {secret}"));
        assert_eq!(site.browser().send(call()).await.status, 200);

        let review = start(&home.security, &scope([false, false, true], "owner")).await;
        let line = lines(&lead.browser, &review).await[0].clone();
        assert_eq!(line["grant"]["name"], "同步");
        assert!(line["last_used_at"].is_string(), "{line}");
        // Who made a key does not decide on it.
        let session = home.system.send(Call::get("/session")).await.expect(200);
        let maker = session["user"]["id"].as_str().unwrap().to_owned();
        let told = hand(&home.security, &review, &json!(lead.id), &maker).await;
        assert_eq!(told["barred"], 1, "{told}");
        // The lead leaves: the line comes to somebody else, who decides.
        site.grant(&home, &lead.id, &[], "own").await;
        site.features.access.keep_reviews().await.unwrap();
        assert_eq!(decide(&lead.browser, &review, &line, "keep").await.status, 403);
        let line = lines(&home.security, &review).await[0].clone();
        let session = home.security.send(Call::get("/session")).await.expect(200);
        assert_eq!(line["reviewer"]["id"], session["user"]["id"]);
        decide(&home.security, &review, &line, "withdraw").await.expect(204);
        act(&home.security, &review, "end").await.expect(204);
        assert_eq!(site.browser().send(call()).await.status, 401);
        assert_eq!(outcomes(&site).await, ["withdrawn"]);
    })
    .await;
}
