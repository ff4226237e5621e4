//! What an organisation sets about access itself: that it takes effect as far as it says, at once, for nobody else; and what
//! those try who would have it otherwise.

use crate::browser::{Browser, Call, Reply, Sent};
use crate::site::{Organisation, Person, Site, both, two_organisations};
use custos_access::approvals::Rule;
use custos_kernel::policy::{Caller, Job};
use http::Method;
use serde_json::{Value, json};

pub const ROLE: &str = "019b8a00-0000-7000-8000-00000000aaaa";
const RULE: &str = "019b8a00-0000-7000-8000-00000000bbbb";
const TEAM: &str = "019b8a00-0000-7000-8000-00000000cccc";

/// Lets one administrator set access alone: that others have to agree is tested with approvals.
pub async fn without_approval(site: &Site<'_>, at: &Organisation) {
    let operator = Caller::system(Job::Operator, at.org);
    let rule = Rule {
        enabled: false,
        ..Rule::standard("access_rules_update")
    };
    let set = site.features.access.set_rules(&operator, 1, vec![rule]);
    set.await.unwrap();
}

pub fn put(path: &str, version: i64, body: Value) -> Call {
    Call::new(Method::PUT, path, Sent::Json(body)).with("if-match", format!("\"{version}\""))
}

pub fn rules(roles: Value, rules: Value) -> Value {
    json!({ "roles": roles, "rules": rules, "compartments": [{ "bit": 3, "name": "军品" }], "field_labels": [] })
}

/// A role that reads what is of the department, but not the phone number.
pub fn viewer() -> Value {
    json!({
        "id": ROLE, "name": "客户浏览", "description": "",
        "grants": [{
            "object": "customer", "scope": "department", "actions": ["list", "read"],
            "fields": { "phone": "hidden" }, "other_fields": "masked"
        }]
    })
}

fn rule(form: Value) -> Value {
    json!({ "id": RULE, "name": "限制", "enabled": true, "form": form })
}

pub fn text(text: &str) -> Value {
    json!([{ "id": RULE, "name": "文本", "enabled": true, "text": text }])
}

pub async fn hold(at: &Organisation, version: i64, who: &Person, roles: Value, level: &str) {
    let body = json!({ "custom_roles": roles, "clearance": { "level": level } });
    let call = put(&format!("/access/people/{}", who.id), version, body);
    at.security.send(call).await.expect(204);
}

pub async fn customer(owner: &Person, name: &str, province: &str) -> String {
    // Two customers of one number would be told of as one.
    let number = u32::from(name.chars().next().unwrap()) % 10_000;
    let phone = format!("1380000{number:04}");
    let fields = json!({ "name": name, "phone": phone, "province": province });
    let call = Call::post("/customers", json!({ "fields": fields }));
    let made = owner.browser.send(call).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn read(who: &Browser, id: &str) -> Reply {
    who.send(Call::get(&format!("/customers/{id}"))).await
}

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status.as_u16(), reply.json()["fields"].clone())
}

/// Somebody without any role who holds one of the organisation's own.
async fn holder(site: &Site<'_>, at: &Organisation) -> Person {
    let person = site.sales_person(at, 0).await;
    site.grant(at, &person.id, &[], "own").await;
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_reaches_as_far_as_it_says_and_goes_with_the_next_request() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        without_approval(&site, &home).await;
        let person = holder(&site, &home).await;
        let (near, far) = (
            site.sales_person(&home, 0).await,
            site.sales_person(&home, 1).await,
        );
        let of_department = customer(&near, "近处公司", "浙江").await;
        let elsewhere = customer(&far, "远处公司", "江苏").await;
        assert_eq!(read(&person.browser, &of_department).await.status, 403);

        let revealed = near.browser.send(Call::post(
            &format!("/customers/{of_department}/disclosures"),
            json!({ "field": "phone", "reason": "核对" }),
        ));
        let revealed = revealed.await.expect(200);
        let phone = revealed["value"]
            .as_str()
            .unwrap()
            .replace(char::is_whitespace, "");
        let set = put("/access/rules", 0, rules(json!([viewer()]), json!([])));
        home.security.send(set).await.expect(204);
        assert_eq!(read(&person.browser, &of_department).await.status, 403);
        hold(&home, 0, &person, json!([ROLE]), "internal").await;

        let shown = read(&person.browser, &of_department).await.expect(200);
        assert!(shown.to_string().contains("近处公司"));
        assert_eq!(shown["fields"].get("phone"), None, "{shown}");
        assert_eq!(read(&person.browser, &elsewhere).await.status, 404);
        let list = person
            .browser
            .send(Call::get(&format!("/customers?q={phone}")))
            .await;
        assert_eq!(list.expect(200)["items"], json!([]));
        let list = person
            .browser
            .send(Call::get("/customers"))
            .await
            .expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        let change = Call::new(
            Method::PATCH,
            &format!("/customers/{of_department}"),
            Sent::Json(json!({ "fields": { "notes": "改" } })),
        );
        let change = change.with("if-match", "\"1\"");
        assert_eq!(person.browser.send(change).await.status, 403);
        // Nothing of it reaches work of administrators.
        for path in ["/users", "/audit/entries", "/access/rules"] {
            assert_eq!(
                person.browser.send(Call::get(path)).await.status,
                403,
                "{path}"
            );
        }

        hold(&home, 1, &person, json!([]), "internal").await;
        assert_eq!(read(&person.browser, &of_department).await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_by_form_holds_for_its_organisation_only() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        without_approval(&site, &home).await;
        let (ours, theirs) = (site.sales_person(&home, 0).await, site.sales_person(&foreign, 0).await);
        let here = customer(&ours, "杭州公司", "浙江").await;
        let there = customer(&ours, "南京公司", "江苏").await;
        let foreign_one = customer(&theirs, "苏州公司", "江苏").await;
        let form = json!({
            "effect": "forbid", "object": "customer", "actions": ["list", "read"], "fields": [],
            "roles": ["sales"], "departments": [], "when": { "regions": ["江苏"] }
        });
        let set = put("/access/rules", 0, rules(json!([]), json!([rule(form)])));
        home.security.send(set).await.expect(204);
        assert_eq!(read(&ours.browser, &here).await.status, 200);
        assert_eq!(read(&ours.browser, &there).await.status, 404);
        assert_eq!(read(&theirs.browser, &foreign_one).await.status, 200);
        let list = ours.browser.send(Call::get("/customers")).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);

        // The explanation names it by the name it was given.
        let asked = json!({ "customer_id": here, "action": "read" });
        let why = ours.browser.send(Call::post("/me/explanations", asked)).await.expect(200);
        assert_eq!(why["allowed"], true);
        let switched = json!([{ "id": RULE, "name": "限制", "enabled": false,
            "text": "forbid (principal is User, action == Action::\"customer.read\", resource);" }]);
        let set = put("/access/rules", 1, rules(json!([]), switched));
        home.security.send(set).await.expect(204);
        assert_eq!(read(&ours.browser, &there).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_rule_is_told_where_it_is() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        without_approval(&site, &home).await;
        let grants_itself =
            "permit (principal is User, action == Action::\"user.grant\", resource);";
        let of_server = "permit (principal, action == Action::\"customer.read\", resource);";
        let of_types = "permit (principal is User, action == Action::\"customer.read\", resource) \
                        when { context.relation > 3 };";
        for (wrong, code) in [
            (grants_itself, "rule.not_grantable"),
            (of_server, "rule.principal"),
            (of_types, "rule.types"),
            (
                "permit (principal is User, action, resource);",
                "rule.actions",
            ),
            (
                "permit (principal is User,, action, resource);",
                "rule.syntax",
            ),
        ] {
            let draft = rules(json!([]), text(wrong));
            let checked = Call::post("/access/rules/check", draft.clone());
            let checked = home.security.send(checked).await.expect(200);
            let found = checked["problems"][0].clone();
            assert_eq!(found["field"], "rules[0].text", "{wrong}");
            assert_eq!(found["code"], code, "{wrong}");
            if code == "rule.syntax" {
                assert_eq!(found["params"]["start"], "26");
            }
            let (status, fields) = told(&home.security.send(put("/access/rules", 0, draft)).await);
            assert_eq!((status, &fields[0]["code"]), (422, &json!(code)));
        }
        let mut empty = viewer();
        empty["grants"][0]["actions"] = json!(["grant"]);
        empty["name"] = json!(" ");
        let set = put("/access/rules", 0, rules(json!([empty]), json!([])));
        let (status, fields) = told(&home.security.send(set).await);
        assert_eq!(status, 422);
        assert_eq!(fields[0]["field"], "roles[0].name");
        assert_eq!(fields[1]["field"], "roles[0].grants[0].actions");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_hold_none_and_held_roles_stay() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        without_approval(&site, &home).await;
        let set = put("/access/rules", 0, rules(json!([viewer()]), json!([])));
        home.security.send(set).await.expect(204);
        let person = holder(&site, &home).await;
        let near = site.sales_person(&home, 0).await;
        let of_department = customer(&near, "近处公司", "浙江").await;
        hold(&home, 0, &person, json!([ROLE]), "internal").await;

        // Whoever becomes an administrator loses what they held, whatever is stored.
        assert_eq!(read(&person.browser, &of_department).await.status, 200);
        site.grant(&home, &person.id, &["audit_admin"], "own").await;
        assert_ne!(read(&person.browser, &of_department).await.status, 200);
        let body = json!({ "custom_roles": [ROLE], "clearance": { "level": "internal" } });
        let give = put(&format!("/access/people/{}", person.id), 1, body);
        let (status, fields) = told(&home.security.send(give).await);
        assert_eq!(
            (status, &fields[0]["code"]),
            (422, &json!("access.administrator"))
        );

        let taken = put("/access/rules", 1, rules(json!([]), json!([])));
        let (status, fields) = told(&home.security.send(taken).await);
        assert_eq!(
            (status, &fields[0]["code"]),
            (422, &json!("access.role.held"))
        );
        // Two changes of one version: one of them is stale.
        let change = |name: &str| {
            let mut role = viewer();
            role["name"] = json!(name);
            put("/access/rules", 1, rules(json!([role]), json!([])))
        };
        let (one, other) = tokio::join!(
            home.security.send(change("甲")),
            home.security.send(change("乙"))
        );
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 412]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_document_put_back_locks_customers_instead_of_opening_them() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        without_approval(&site, &home).await;
        let (ours, theirs) = (site.sales_person(&home, 0).await, site.sales_person(&foreign, 0).await);
        let one = customer(&ours, "杭州公司", "浙江").await;
        let foreign_one = customer(&theirs, "苏州公司", "江苏").await;
        let forbid = |region: &str| {
            json!([rule(json!({
                "effect": "forbid", "object": "customer", "actions": ["read"], "fields": [],
                "roles": [], "departments": [], "when": { "regions": [region] }
            }))])
        };
        let set = put("/access/rules", 0, rules(json!([]), forbid("江苏")));
        home.security.send(set).await.expect(204);
        site.tamper("CREATE TABLE kept AS SELECT * FROM access_document").await;
        let set = put("/access/rules", 1, rules(json!([]), forbid("浙江")));
        home.security.send(set).await.expect(204);
        assert_eq!(read(&ours.browser, &one).await.status, 404);

        // The older one, an older one said to be the newest, one changed by a byte, none.
        for attack in [
            "INSERT INTO access_document SELECT * FROM kept",
            "INSERT INTO access_document SELECT org_id, id, body, updated_at, 2 FROM kept",
            "INSERT INTO access_document SELECT org_id, id, substr(body, 2), updated_at, version FROM kept",
            "SELECT 1",
        ] {
            site.tamper("DELETE FROM access_document").await;
            if attack != "SELECT 1" {
                site.tamper(attack).await;
            }
            // A server that knows the newer one, and one that is started on what it finds.
            installation.clock().advance(1_000);
            assert_ne!(read(&ours.browser, &one).await.status, 200, "{attack}");
            let started = Site::new(installation).await;
            let (ours, theirs) = (started.carried(&ours.browser), started.carried(&theirs.browser));
            assert_ne!(read(&ours, &one).await.status, 200, "{attack}");
            assert_eq!(read(&theirs, &foreign_one).await.status, 200, "{attack}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_tried_on_what_was_asked_for_before_it_takes_effect() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        without_approval(&site, &home).await;
        let (one, other) = (site.sales_person(&home, 0).await, site.sales_person(&home, 0).await);
        let theirs = customer(&other, "南京公司", "江苏").await;
        let own = customer(&one, "杭州公司", "浙江").await;
        assert_eq!(read(&one.browser, &own).await.status, 200);
        assert_eq!(read(&one.browser, &theirs).await.status, 404);
        assert_eq!(read(&other.browser, &theirs).await.status, 200);
        let form = |effect: &str, region: &str| {
            json!({
                "effect": effect, "object": "customer", "actions": ["read"], "fields": [],
                "roles": ["sales"], "departments": [], "when": { "regions": [region] }
            })
        };
        let mut second = rule(form("permit", "江苏"));
        second["id"] = json!(TEAM);
        second["name"] = json!("放开");
        let draft = rules(json!([]), json!([rule(form("forbid", "浙江")), second]));
        let body = json!({ "draft": draft, "days": 30 });
        let tried = home.security.send(Call::post("/access/rules/trial", body)).await.expect(200);
        assert_eq!(tried["people_losing"], 1, "{tried}");
        assert_eq!(tried["people_gaining"], 1, "{tried}");
        assert_eq!(tried["lost"][0]["user_id"], one.id);
        assert_eq!(tried["lost"][0]["action"], "customer.read");
        assert_eq!(tried["gained"][0]["user_id"], one.id);
        assert_eq!(tried["complete"], true);
        // Nothing of it is in force.
        assert_eq!(read(&one.browser, &own).await.status, 200);
        assert_eq!(read(&one.browser, &theirs).await.status, 404);

        let case = json!({
            "draft": draft, "user_id": one.id, "object": "customer", "action": "read",
            "record": { "relation": "own", "share": "none", "label": { "level": "internal" }, "region": "浙江" },
            "circumstances": {
                "fresh": true, "assurance": "multi", "device": "recognised", "network": "other", "hours": "inside",
                "risk": "low", "weekday": 1, "hour": 10, "purpose": "unstated"
            }
        });
        let decided = home.security.send(Call::post("/access/rules/bench", case)).await.expect(200);
        assert_eq!(decided["now"]["allowed"], true);
        assert_eq!(decided["draft"]["allowed"], false);
        let cited = format!("rule/{RULE}");
        assert_eq!(decided["draft"]["rules"], json!([cited]));
        assert_eq!(decided["draft"]["names"][&cited], "限制");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_works_at_labels_its_person_is_cleared_for() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        without_approval(&site, &home).await;
        let owner = site.sales_person(&home, 0).await;
        let id = customer(&owner, "机密公司", "浙江").await;
        let set = put("/access/rules", 0, rules(json!([]), json!([])));
        home.security.send(set).await.expect(204);
        let work_at = |level: &str, compartments: Value| {
            let body = json!({ "level": level, "compartments": compartments });
            Call::new(Method::PUT, "/session/working-label", Sent::Json(body))
        };
        assert_eq!(
            owner
                .browser
                .send(work_at("secret", json!([])))
                .await
                .status,
            422
        );
        let body =
            json!({ "custom_roles": [], "clearance": { "level": "secret", "compartments": [3] } });
        let clear = put(&format!("/access/people/{}", owner.id), 0, body);
        home.security.send(clear).await.expect(204);
        let raise = json!({ "level": "secret", "compartments": [3] });
        let raise = Call::new(
            Method::PUT,
            &format!("/customers/{id}/label"),
            Sent::Json(raise),
        );
        owner.browser.send(raise).await.expect(200);
        assert_ne!(read(&owner.browser, &id).await.status, 200);
        owner
            .browser
            .send(work_at("secret", json!([])))
            .await
            .expect(204);
        assert_ne!(read(&owner.browser, &id).await.status, 200);
        owner
            .browser
            .send(work_at("secret", json!([3])))
            .await
            .expect(204);
        assert_eq!(read(&owner.browser, &id).await.status, 200);
        let session = owner.browser.send(Call::get("/session")).await.expect(200);
        assert_eq!(
            session["label"]["working"],
            json!({ "level": "secret", "compartments": [3] })
        );
        assert_eq!(session["label"]["compartments"][0]["name"], "军品");
        // Taking the clearance away ends it at once, whatever the session chose.
        hold(&home, 1, &owner, json!([]), "internal").await;
        assert_ne!(read(&owner.browser, &id).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_with_a_team_is_shared_with_who_is_in_it_now() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        let (owner, member) = (site.sales_person(&home, 0).await, site.sales_person(&home, 1).await);
        let id = customer(&owner, "共享公司", "浙江").await;
        let share = |team: &str| {
            let body = json!({ "kind": "team", "grantee_id": team, "share": "read" });
            Call::post(&format!("/customers/{id}/shares"), body)
        };
        assert_eq!(owner.browser.send(share(TEAM)).await.status, 422);
        let teams = |members: Value| json!({ "teams": [{ "id": TEAM, "name": "攻坚组", "members": members }] });
        let set = put("/access/teams", 0, teams(json!([])));
        home.security.send(set).await.expect(204);
        let shared = owner.browser.send(share(TEAM)).await.expect(200);
        assert_eq!(shared["shares"][0]["grantee"]["name"], "攻坚组");
        assert_eq!(read(&member.browser, &id).await.status, 404);
        let set = put("/access/teams", 1, teams(json!([member.id])));
        home.security.send(set).await.expect(204);
        assert_eq!(read(&member.browser, &id).await.status, 200);
        let names = owner.browser.send(Call::get("/teams")).await.expect(200);
        assert_eq!(names["items"], json!([{ "id": TEAM, "name": "攻坚组" }]));
        let set = put("/access/teams", 2, json!({ "teams": [] }));
        home.security.send(set).await.expect(204);
        assert_eq!(read(&member.browser, &id).await.status, 404);
    })
    .await;
}
