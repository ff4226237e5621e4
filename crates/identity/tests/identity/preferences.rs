use crate::site::{LEAD, SYSTEM, both, ready};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_has_their_own() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut lead = site.sign_in(LEAD).await;
        let mut admin = site.sign_in(SYSTEM).await;
        let key = "/me/preferences/customers.list";
        assert_eq!(lead.get(key).await.body["value"], Value::Null);
        for value in [
            json!({"columns": ["name", "等级"], "size": 50}),
            json!([1, null]),
            json!("x"),
        ] {
            let answer = lead.put(key, &json!(0), json!({"value": value})).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
            assert_eq!(lead.get(key).await.body["value"], value);
        }
        assert_eq!(admin.get(key).await.body["value"], Value::Null);
        assert_eq!(
            lead.get("/me/preferences/other").await.body["value"],
            Value::Null
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn size_number_and_keys_are_bounded() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut lead = site.sign_in(LEAD).await;
        let fits = json!({"value": "x".repeat(16 * 1024 - 2)});
        let put = lead.put("/me/preferences/a", &json!(0), fits).await;
        assert_eq!(put.status, StatusCode::NO_CONTENT);
        let over = json!({"value": "x".repeat(16 * 1024 - 1)});
        lead.put("/me/preferences/a", &json!(0), over)
            .await
            .is(422, "request.invalid");
        for key in ["A", "a%2Fb", "%E9%94%AE", &"k".repeat(65)] {
            lead.get(&format!("/me/preferences/{key}"))
                .await
                .is(404, "not_found");
        }
        for n in 1..200 {
            let put = lead
                .put(
                    &format!("/me/preferences/k{n}"),
                    &json!(0),
                    json!({"value": n}),
                )
                .await;
            assert_eq!(put.status, StatusCode::NO_CONTENT);
        }
        lead.put("/me/preferences/one-more", &json!(0), json!({"value": 1}))
            .await
            .is(409, "preference.too_many");
        let put = lead
            .put("/me/preferences/k1", &json!(0), json!({"value": 2}))
            .await;
        assert_eq!(put.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_once_chosen_goes_along() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut lead = site.sign_in(LEAD).await;
        let key = "/me/preferences/language";
        let user = |session: &Value| {
            let user = &session["user"];
            (user["language"].clone(), user["language_chosen"].clone())
        };
        let session = lead.get("/session").await.body;
        assert_eq!(user(&session), (json!("zh-CN"), json!(false)));
        for (value, expected) in [
            (json!("en"), (json!("en"), json!(true))),
            (json!("zh-CN"), (json!("zh-CN"), json!(true))),
            (json!(null), (json!("zh-CN"), json!(false))),
            (json!("en"), (json!("en"), json!(true))),
        ] {
            let put = lead.put(key, &json!(0), json!({"value": value})).await;
            assert_eq!(put.status, StatusCode::NO_CONTENT);
            assert_eq!(user(&lead.get("/session").await.body), expected);
        }
        for value in [json!("fr"), json!("EN"), json!(7), json!({"en": true})] {
            let put = lead.put(key, &json!(0), json!({"value": value})).await;
            put.is(422, "request.invalid");
            assert_eq!(
                put.fields(),
                [("value".to_owned(), "choice.unknown".to_owned())]
            );
        }
        let elsewhere = site.sign_in(LEAD).await.get("/session").await.body;
        assert_eq!(user(&elsewhere), (json!("en"), json!(true)));
        let other = site.sign_in(SYSTEM).await.get("/session").await.body;
        assert_eq!(user(&other), (json!("zh-CN"), json!(false)));
    })
    .await;
}
