//! Ids of another organisation within a request that is permitted otherwise: as good as ids of nothing.

use crate::browser::{Call, Sent};
use crate::site::{Person, Site, both, two_organisations};
use crate::target::{MISSING, Target, mapping};
use http::Method;
use serde_json::{Value, json};

/// The calls, with the ids of a person, a department, a customer and a session that are not the caller's organisation's.
fn calls(
    own: &Target,
    person: &str,
    department: &str,
    customer: &str,
    session: &str,
) -> Vec<(&'static str, Call)> {
    let with = |more: Value| {
        let mut body = mapping();
        let members = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members);
        body
    };
    let owner = json!({ "owner_id": person });
    let customers = format!("/customers/{}", own.customer);
    let imports = format!("/imports/{}", own.import);
    let update = Call::new(
        Method::PATCH,
        &customers,
        Sent::Json(json!({ "fields": {}, "owner_id": person })),
    );
    let account = json!({ "name": "新人", "login": "neuer", "department_id": department, "data_scope": "own" });
    let move_to = json!({ "department_id": department });
    let colleague = format!("/users/{}", own.owner);
    let new = json!({ "fields": { "name": "新公司" }, "owner_id": person });
    vec![
        ("chief", Call::post("/customers", new)),
        (
            "chief",
            update.with("if-match", format!("\"{}\"", own.version)),
        ),
        (
            "chief",
            Call::post(&format!("{imports}/preview"), with(owner.clone())),
        ),
        (
            "chief",
            Call::post(&format!("{imports}/start"), with(owner)),
        ),
        ("chief", Call::get(&format!("/customers?owner_id={person}"))),
        (
            "chief",
            Call::get(&format!("/customers?department_id={department}")),
        ),
        (
            "chief",
            Call::new(
                Method::DELETE,
                &format!("/me/sessions/{session}"),
                Sent::Nothing,
            ),
        ),
        (
            "security",
            Call::new(
                Method::DELETE,
                &format!("/users/{}/sessions/{session}", own.owner),
                Sent::Nothing,
            ),
        ),
        ("system", Call::post("/users", account)),
        (
            "system",
            Call::post(
                "/departments",
                json!({ "name": "三部", "parent_id": department }),
            ),
        ),
        (
            "system",
            Call::new(Method::PATCH, &colleague, Sent::Json(move_to))
                .with("if-match", "\"VERSION\""),
        ),
        (
            "audit",
            Call::get(&format!("/audit/entries?actor_id={person}")),
        ),
        (
            "audit",
            Call::get(&format!("/audit/entries?resource_id={customer}")),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_another_organisation_are_ids_of_nothing() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let mut people: Vec<(&str, Person)> = Vec::new();
        for (name, role) in [
            ("chief", "sales_lead"),
            ("system", "system_admin"),
            ("security", "security_admin"),
            ("audit", "audit_admin"),
        ] {
            let person = site.sales_person(&home, 0).await;
            site.grant(&home, &person.id, &[role], "all").await;
            people.push((name, person));
        }
        let own = site.target(&people[0].1, &home.departments[0]).await;
        let stranger = site.sales_person(&foreign, 0).await;
        let theirs = site.target(&stranger, &foreign.departments[0]).await;

        let nothing = calls(&own, MISSING, MISSING, MISSING, MISSING);
        let others = calls(
            &own,
            &theirs.owner,
            &theirs.department,
            &theirs.customer,
            &theirs.session,
        );
        for ((caller, nothing), (_, other)) in nothing.into_iter().zip(others) {
            let browser = &people
                .iter()
                .find(|(name, _)| *name == caller)
                .unwrap()
                .1
                .browser;
            let version = site.version_of_user(&home, &own.owner).await;
            let mut answers = Vec::new();
            for mut call in [nothing, other] {
                for (_, value) in &mut call.headers {
                    *value = value.replace("VERSION", &version.to_string());
                }
                let what = format!("{} {}", call.method, call.path);
                let preview = call.path.ends_with("/preview");
                let changes = call.method != Method::GET && !preview;
                let reply = browser.send(call).await;
                let refused = reply.status.is_client_error();
                assert_eq!(refused, changes, "{what}: {}", reply.text());
                if preview {
                    let outcome = &reply.json()["rows"][0]["outcome"];
                    assert_eq!(outcome, "reject", "{what}");
                } else if !changes {
                    assert_eq!(reply.json()["items"], json!([]), "{what}");
                }
                answers.push((what, reply.essence()));
            }
            assert_eq!(answers[0].1, answers[1].1, "{}", answers[1].0);
        }
        site.features.crm.stop_imports().await;
    })
    .await;
}
