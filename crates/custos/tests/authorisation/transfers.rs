//! Downloads under way when their caller is shut out.

use crate::browser::{Call, Sent};
use crate::site::{Organisation, Person, Site, both};
use axum::body::BodyDataStream;
use futures::StreamExt;
use http::{Method, StatusCode};
use serde_json::json;
use std::time::Duration;

/// So many with so long notes that most of a file waits for its client.
const CUSTOMERS: usize = 200;

/// A lead with customers whose notes are long.
async fn lead(site: &Site<'_>, at: &Organisation) -> Person {
    let person = site.sales_person(at, 0).await;
    let mut file = "客户名称,备注\n".to_owned();
    for n in 0..CUSTOMERS {
        file.push_str(&format!("长注公司{n}号,{}\n", "记".repeat(9_000)));
    }
    let upload = Call::new(Method::POST, "/imports", Sent::File(file.into_bytes()));
    let upload = upload.with("x-file-name", "a.csv");
    let made = person.browser.send(upload).await.expect(201);
    let path = format!("/imports/{}", made["id"].as_str().unwrap());
    let mapping = json!([{ "column": 0, "field": "name" }, { "column": 1, "field": "notes" }]);
    let start = Call::post(&format!("{path}/start"), json!({ "mapping": mapping }));
    person.browser.send(start).await.expect(202);
    while person.browser.send(Call::get(&path)).await.expect(200)["state"] != "finished" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    site.grant(at, &person.id, &["sales_lead"], "own").await;
    person
}

/// Begins an export and takes its first piece, and then nothing for as long as an answer may go unasked.
async fn begun(lead: &Person) -> BodyDataStream {
    let body = json!({
        "format": "csv", "filter": {}, "columns": ["name", "notes"], "reason": "盘点客户",
    });
    let call = Call::post("/customers/exports", body);
    let response = lead.browser.open(call).await;
    assert_eq!(response.status(), StatusCode::OK);
    let mut stream = response.into_body().into_data_stream();
    stream.next().await.unwrap().unwrap();
    stream
}

/// Takes what still comes: how many bytes, and whether the file ended well.
async fn rest(mut stream: BodyDataStream) -> (usize, bool) {
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let mut taken = 0;
    while let Some(piece) = stream.next().await {
        match piece {
            Ok(bytes) => taken += bytes.len(),
            Err(_) => return (taken, false),
        }
    }
    (taken, true)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_shut_out_gets_no_more_of_a_download_under_way() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let lead = lead(&site, &at).await;
        let whole = rest(begun(&lead).await).await;
        assert!(whole.1 && whole.0 > 5_000_000, "{whole:?}");

        let under_way = begun(&lead).await;
        let version = site.version_of_user(&at, &lead.id).await;
        let disable = Call::new(
            Method::PATCH,
            &format!("/users/{}", lead.id),
            Sent::Json(json!({ "status": "disabled" })),
        );
        let disable = disable.with("if-match", format!("\"{version}\""));
        let disabled = at.system.send(disable).await;
        assert!(disabled.status.is_success(), "{}", disabled.text());
        assert_eq!(rest(under_way).await, (0, false));
        let log = site.log().await;
        let cut: Vec<_> = log
            .iter()
            .filter(|entry| entry["action"] == "session.cut_off")
            .collect();
        assert_eq!(cut.len(), 1);
        assert_eq!(cut[0]["detail"]["reason"], "ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_ends_with_the_role_it_was_begun_in() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let lead = lead(&site, &at).await;
        let under_way = begun(&lead).await;
        site.grant(&at, &lead.id, &["sales"], "own").await;
        assert_eq!(rest(under_way).await, (0, false));
        // Signing out ends it as well.
        site.grant(&at, &lead.id, &["sales_lead"], "own").await;
        let under_way = begun(&lead).await;
        let out = Call::new(Method::DELETE, "/session", Sent::Nothing);
        assert!(lead.browser.send(out).await.status.is_success());
        assert_eq!(rest(under_way).await, (0, false));
    })
    .await;
}
