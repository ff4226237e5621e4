//! Shares, labels and explanations of records that are not customers.

use super::sample::{change, customer, deal, make};
use crate::access::cleared;
use crate::api::{Api, check, department};
use custos_kernel::policy::{DataScope, Label, Level, Role};
use custos_store::Value as Cell;
use custos_values::{Clock, RecordId, UserId};
use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};

fn id(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

async fn listed(api: &Api, caller: &str, path: &str) -> Vec<String> {
    let list = api.get(caller, path).await;
    assert_eq!(list.status, 200, "{}", list.json);
    list.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(id)
        .collect()
}

async fn set_label(api: &Api, caller: &str, path: &str, level: &str) -> crate::api::Answer {
    let body = Some(json!({ "level": level }));
    api.call(caller, Method::PUT, &format!("{path}/label"), &[], body)
        .await
}

async fn level(api: &Api, caller: &str, path: &str) -> String {
    let read = api.get(caller, path).await;
    assert_eq!(read.status, 200, "{path} {}", read.json);
    read.json["label"]["level"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_of_a_deal_reaches_as_far_and_as_long_as_it_says() {
    check(async |installation, api| {
        let colleague = api.person(
            installation,
            "colleague",
            Role::Sales,
            DataScope::Own,
            Some(department(2)),
        );
        let of = customer(api, "sales", "共享公司").await;
        let deal = deal(api, "sales", &of, "共享商机", 100).await;
        let fields = json!({ "name": "共享合同", "customer": of });
        let contract = make(api, "sales", "/contracts", fields).await;
        let path = format!("/opportunities/{}", id(&deal));
        let shares = format!("{path}/shares");
        let share = |share: &str| json!({ "kind": "user", "grantee_id": colleague.to_string(), "share": share });
        assert_eq!(api.get("colleague", &path).await.status, 404);
        assert_eq!(api.post("colleague", &shares, share("write")).await.status, 404, "with oneself");
        // The path of another kind reaches it neither to share nor to read its shares.
        let wrong = format!("/contracts/{}", id(&deal));
        assert_eq!(api.post("sales", &format!("{wrong}/shares"), share("read")).await.status, 404);
        assert_eq!(api.get("sales", &format!("{wrong}/access")).await.status, 404);

        let shared = api.post("sales", &shares, share("read")).await;
        assert_eq!(shared.status, 200, "{}", shared.json);
        assert_eq!(shared.json["shares"][0]["grantee"]["id"], colleague.to_string());
        let seen = api.get("colleague", &path).await;
        assert_eq!((seen.status.as_u16(), &seen.json["shared"]), (200, &json!(true)));
        assert_eq!(listed(api, "colleague", "/opportunities").await, [id(&deal)]);
        assert_eq!(seen.json["actions"], json!([]), "to read and nothing else");
        // The deal, and not what it hangs on or what hangs beside it.
        assert_eq!(api.get("colleague", &format!("/customers/{of}")).await.status, 404);
        let contract = format!("/contracts/{}", id(&contract));
        assert_eq!(api.get("colleague", &contract).await.status, 404);
        assert!(listed(api, "colleague", "/contracts").await.is_empty());
        let notes = |text: &str| json!({ "notes": text });
        let refused = change(api, "colleague", "/opportunities", &seen.json, notes("看看")).await;
        assert_eq!(refused.status, 403);
        assert_eq!(api.post("colleague", &shares, share("write")).await.status, 403, "passed on");

        // Wider, and until tomorrow.
        let mut wider = share("write");
        wider["until"] = json!(installation.clock().now().plus_millis(86_400_000).to_string());
        let shared = api.post("sales", &shares, wider).await;
        assert_eq!(shared.json["shares"].as_array().unwrap().len(), 1, "{}", shared.json);
        let seen = api.get("colleague", &path).await;
        let changed = change(api, "colleague", "/opportunities", &seen.json, notes("跟进")).await;
        assert_eq!(changed.status, 200, "{}", changed.json);
        let version = changed.json["version"].as_i64().unwrap();
        assert_eq!(api.delete("colleague", &path, version).await.status, 403);
        // The day after, signed in anew.
        installation.clock().advance(86_400_001);
        let again = installation.person(Role::Sales, DataScope::Own, Some(department(2)));
        let again = custos_testkit::Person { user: colleague, ..again };
        api.add("colleague", again.sign_in(installation));
        let mut owner = installation.person(Role::Sales, DataScope::Own, Some(department(1)));
        owner.user = deal["owner"]["id"].as_str().unwrap().parse().unwrap();
        api.add("sales", owner.sign_in(installation));
        assert_eq!(api.get("colleague", &path).await.status, 404);
        assert!(listed(api, "colleague", "/opportunities").await.is_empty());
        let access = api.get("sales", &format!("{path}/access")).await;
        assert_eq!(access.json["shares"][0]["ended"], true);
        // Shared again and withdrawn.
        assert_eq!(api.post("sales", &shares, share("read")).await.status, 200);
        assert_eq!(api.get("colleague", &path).await.status, 200);
        let one = format!("{shares}/{colleague}");
        assert_eq!(api.call("sales", Method::DELETE, &one, &[], None).await.status, 200);
        assert_eq!(api.get("colleague", &path).await.status, 404);
        assert!(listed(api, "colleague", "/opportunities").await.is_empty());
    })
    .await;
}

/// A kind with a key of its own, masked fields and no customer is shared alike.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_is_shared_to_write_is_revealed_and_one_shared_to_read_is_not() {
    check(async |installation, api| {
        let colleague = api.person(
            installation,
            "colleague",
            Role::Sales,
            DataScope::Own,
            Some(department(2)),
        );
        let fields = json!({ "name": "线索公司", "phone": "13800138001" });
        let lead = make(api, "sales", "/leads", fields).await;
        let path = format!("/leads/{}", id(&lead));
        let reveal = json!({ "field": "phone", "reason": "联系客户" });
        for (extent, status) in [("read", 403), ("write", 200)] {
            let share =
                json!({ "kind": "user", "grantee_id": colleague.to_string(), "share": extent });
            let shared = api.post("sales", &format!("{path}/shares"), share).await;
            assert_eq!(shared.status, 200, "{}", shared.json);
            let shown = api
                .post("colleague", &format!("{path}/disclosures"), reveal.clone())
                .await;
            assert_eq!(shown.status, status, "{extent} {}", shown.json);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_is_not_read_upwards_and_not_written_downwards() {
    check(async |installation, api| {
        let highest = Label::of(Level::TopSecret);
        for (number, level) in Level::ALL.into_iter().enumerate() {
            cleared(installation, api, "maker", (highest, Label::of(level)));
            let of = customer(api, "maker", &format!("密级公司{number}号")).await;
            deal(api, "maker", &of, &format!("密级商机{number}号"), 100).await;
        }
        cleared(installation, api, "all", (highest, highest));
        let deals = api.get("all", "/opportunities?limit=200").await.json["items"].clone();
        assert_eq!(deals.as_array().unwrap().len(), Level::ALL.len());
        for working in Level::ALL {
            let reader = cleared(installation, api, "reader", (highest, Label::of(working)));
            let seen = listed(api, "reader", "/opportunities?limit=200").await;
            for deal in deals.as_array().unwrap() {
                let label = Level::from_name(deal["label"]["level"].as_str().unwrap()).unwrap();
                let path = format!("/opportunities/{}", id(deal));
                let got = api.get("reader", &path).await;
                let expected = if working >= label { 200 } else { 403 };
                assert_eq!(got.status, expected, "{working:?} reads {label:?}");
                assert_eq!(
                    seen.contains(&id(deal)),
                    working >= label,
                    "{working:?} lists {label:?}"
                );
                let notes = json!({ "notes": "改" });
                let put = change(api, "reader", "/opportunities", deal, notes).await;
                let expected = if working == label {
                    [200, 412]
                } else {
                    [403, 403]
                };
                assert!(
                    expected.contains(&put.status.as_u16()),
                    "{working:?} writes {label:?} {}",
                    put.json
                );
                // A share lifts nobody over the label either.
                let share =
                    json!({ "kind": "user", "grantee_id": reader.to_string(), "share": "write" });
                let shared = api.post("reader", &format!("{path}/shares"), share).await;
                assert_eq!(shared.status, 403, "{}", shared.json);
            }
        }
    })
    .await;
}

/// The entries about one record, in the order of the log.
async fn entries(store: &custos_store::Store, id: &str) -> Vec<Value> {
    let sql = "SELECT body FROM audit_entry ORDER BY idx";
    let rows = store.tamper_for_tests(sql, &[]).await.unwrap();
    let body = |row: &custos_store::Row| -> Value {
        serde_json::from_slice(row.bytes(0).unwrap()).unwrap()
    };
    let about = |entry: &Value| entry["resource"]["id"] == id && entry["outcome"] == "allowed";
    rows.iter().map(body).filter(about).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_is_never_below_its_customer_and_rises_with_it() {
    check(async |installation, api| {
        api.person(
            installation,
            "security",
            Role::SecurityAdmin,
            DataScope::Own,
            None,
        );
        let (internal, secret) = (Label::of(Level::Internal), Label::of(Level::Secret));
        let owner = cleared(installation, api, "owner", (secret, internal));
        let of = customer(api, "owner", "升密公司").await;
        let first = deal(api, "owner", &of, "升密商机", 100).await;
        let contract = make(
            api,
            "owner",
            "/contracts",
            json!({ "name": "升密合同", "customer": of }),
        )
        .await;
        let high = deal(api, "owner", &of, "更高的商机", 100).await;
        let elsewhere = customer(api, "owner", "别的公司").await;
        let elsewhere = deal(api, "owner", &elsewhere, "别的商机", 100).await;
        let at = |record: &Value, segment: &str| format!("/{segment}/{}", id(record));
        let (first, high, contract, elsewhere) = (
            at(&first, "opportunities"),
            at(&high, "opportunities"),
            at(&contract, "contracts"),
            at(&elsewhere, "opportunities"),
        );
        let of = format!("/customers/{of}");

        // By itself it goes up, within the clearance, and down by the security administrator, to the customer's label.
        assert_eq!(
            set_label(api, "owner", &first, "top_secret").await.status,
            422
        );
        assert_eq!(set_label(api, "owner", &high, "secret").await.status, 200);
        assert_eq!(
            set_label(api, "owner", &first, "confidential").await.status,
            200
        );
        assert_eq!(
            set_label(api, "owner", &first, "internal").await.status,
            403
        );
        let below = set_label(api, "security", &first, "public").await;
        assert_eq!(below.status, 422, "{}", below.json);
        assert_eq!(below.json["fields"][0]["code"], "label.below_customer");
        assert_eq!(
            set_label(api, "security", &first, "internal").await.status,
            200
        );
        assert_eq!(level(api, "owner", &first).await, "internal");

        // With the customer it goes up, in the index too, and what is higher already stays; each has its entry.
        assert_eq!(listed(api, "owner", "/opportunities").await.len(), 2);
        let raised = set_label(api, "owner", &of, "confidential").await;
        assert_eq!(raised.status, 200, "{}", raised.json);
        assert_eq!(
            api.get("owner", &first).await.status,
            403,
            "works below it now"
        );
        assert_eq!(
            listed(api, "owner", "/opportunities").await,
            [elsewhere.rsplit('/').next().unwrap()]
        );
        assert!(listed(api, "owner", "/contracts").await.is_empty());
        cleared(installation, api, "reader", (secret, secret));
        for (path, expected) in [
            (&first, "confidential"),
            (&contract, "confidential"),
            (&high, "secret"),
            (&elsewhere, "internal"),
        ] {
            assert_eq!(level(api, "reader", path).await, expected, "{path}");
            let entries = entries(installation.store(), path.rsplit('/').next().unwrap()).await;
            let followed: Vec<&Value> = entries
                .iter()
                .filter(|it| it["action"] == "record.follow_label")
                .collect();
            assert_eq!(
                followed.len(),
                usize::from(expected == "confidential"),
                "{path}"
            );
            for entry in followed {
                assert_eq!(entry["detail"]["from"][0], "internal", "{entry}");
                assert_eq!(entry["detail"]["to"][0], "confidential", "{entry}");
                assert_eq!(entry["actor"]["id"], owner.to_string(), "{entry}");
            }
        }

        // Lowered again, it takes nothing down with it: that is decided for each.
        assert_eq!(
            set_label(api, "security", &of, "internal").await.status,
            200
        );
        assert_eq!(level(api, "reader", &first).await, "confidential");
        assert_eq!(
            set_label(api, "security", &first, "internal").await.status,
            200
        );
        assert_eq!(level(api, "reader", &first).await, "internal");
        // Where nothing is hung on, there is nothing to be below.
        let lead = make(api, "owner", "/leads", json!({ "name": "线索公司" })).await;
        assert_eq!(
            set_label(api, "security", &at(&lead, "leads"), "public")
                .await
                .status,
            200
        );
    })
    .await;
}

/// Deals are made and lowered while their customer is raised: whatever the order, none ends up below it.
#[tokio::test(flavor = "multi_thread")]
async fn no_deal_slips_below_a_customer_that_is_raised_meanwhile() {
    check(async |installation, api| {
        api.person(
            installation,
            "security",
            Role::SecurityAdmin,
            DataScope::Own,
            None,
        );
        let (internal, secret) = (Label::of(Level::Internal), Label::of(Level::Secret));
        cleared(installation, api, "owner", (secret, internal));
        cleared(installation, api, "reader", (secret, secret));
        let (mut made, mut refused) = (0, 0);
        for round in 0..10 {
            let of = customer(api, "owner", &format!("第{round}家公司")).await;
            let before = deal(api, "owner", &of, "以前的商机", 100).await;
            let before = format!("/opportunities/{}", id(&before));
            assert_eq!(
                set_label(api, "owner", &before, "confidential")
                    .await
                    .status,
                200
            );
            let making = join_all((0..6).map(async |number| {
                let fields = json!({ "name": format!("商机{number}"), "customer": of });
                let answer = api
                    .post("owner", "/opportunities", json!({ "fields": fields }))
                    .await;
                (answer.status == 201).then(|| answer.id())
            }));
            let path = format!("/customers/{of}");
            let raising = set_label(api, "owner", &path, "confidential");
            let lowering = set_label(api, "security", &before, "internal");
            let (ids, raised, _) = tokio::join!(making, raising, lowering);
            assert_eq!(raised.status, 200, "{}", raised.json);
            refused += ids.iter().filter(|id| id.is_none()).count();
            let ids: Vec<String> = ids.into_iter().flatten().collect();
            made += ids.len();
            let made = ids.iter().map(|id| format!("/opportunities/{id}"));
            for path in made.chain([before]) {
                assert_eq!(
                    level(api, "reader", &path).await,
                    "confidential",
                    "round {round}"
                );
            }
        }
        eprintln!("{made} deals made and {refused} refused while their customers were raised");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_to_the_database_without_a_key_hands_no_deal_to_anybody() {
    check(async |installation, api| {
        api.person(installation, "accomplice", Role::Sales, DataScope::Own, Some(department(2)));
        api.person(installation, "security", Role::SecurityAdmin, DataScope::Own, None);
        let theirs = customer(api, "accomplice", "同谋自己的公司").await;
        let own = deal(api, "accomplice", &theirs, "同谋自己的商机", 100).await;
        let victim = customer(api, "sales", "受害公司").await;
        let deal = deal(api, "sales", &victim, "受害商机", 100).await;
        let path = format!("/opportunities/{}", id(&deal));
        let store = installation.store();
        let bytes = |id: &str| {
            let id: RecordId = id.parse().unwrap();
            Cell::from(id.as_bytes())
        };
        let (own, deal) = (bytes(&id(&own)), bytes(&id(&deal)));
        let kept = "SELECT access FROM record WHERE id = $1";
        let rows = store.tamper_for_tests(kept, std::slice::from_ref(&deal)).await.unwrap();
        let kept = rows[0].bytes(0).unwrap().to_vec();
        let put = "UPDATE record SET access = $1 WHERE id = $2";
        let restore = async || {
            let values = [Cell::Bytes(kept.clone()), deal.clone()];
            store.tamper_for_tests(put, &values).await.unwrap();
            assert_eq!(api.get("sales", &path).await.status, 200);
        };
        // What decides about the accomplice's own deal, with the columns that go with it.
        let swap = "UPDATE record SET access = (SELECT access FROM record WHERE id = $1) WHERE id = $2";
        store.tamper_for_tests(swap, &[own.clone(), deal.clone()]).await.unwrap();
        assert_eq!(api.get("accomplice", &path).await.status, 500);
        assert_eq!(api.get("accomplice", &format!("{path}/access")).await.status, 500);
        let oneself = json!({ "kind": "department", "grantee_id": department(2).to_string(), "share": "write" });
        assert_eq!(api.post("accomplice", &format!("{path}/shares"), oneself).await.status, 500);
        restore().await;
        // That of the customer it hangs on, which may be shared with others.
        let swap = "UPDATE record SET access = (SELECT access FROM customer WHERE id = $1) WHERE id = $2";
        store.tamper_for_tests(swap, &[bytes(&victim), deal.clone()]).await.unwrap();
        assert_eq!(api.get("sales", &path).await.status, 500);
        restore().await;
        // A bit of it.
        let mut broken = kept.clone();
        *broken.last_mut().unwrap() ^= 1;
        store.tamper_for_tests(put, &[Cell::Bytes(broken), deal.clone()]).await.unwrap();
        assert_eq!(api.get("sales", &path).await.status, 500);
        // Nor is it washed clean by raising the customer, which does not leave it behind either.
        let of = format!("/customers/{victim}");
        let before = level(api, "sales", &of).await;
        let raised = set_label(api, "security", &of, "top_secret").await;
        assert_eq!(raised.status, 500, "{}", raised.json);
        assert_eq!(level(api, "sales", &of).await, before);
        assert_eq!(api.get("sales", &path).await.status, 500);
        restore().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn explanations_are_about_records_of_any_kind_and_tell_nothing_of_hidden_ones() {
    check(async |installation, api| {
        let colleague = api.person(
            installation,
            "colleague",
            Role::Sales,
            DataScope::Own,
            Some(department(1)),
        );
        let of = customer(api, "sales", "解释公司").await;
        let deal = deal(api, "sales", &of, "解释商机", 100).await;
        let deal = id(&deal);
        let about = |object: &str, id: &str, action: &str| json!({ "object": object, "record_id": id, "action": action });
        let ask = async |caller: &str, body: Value| api.post(caller, "/me/explanations", body).await;
        let own = ask("sales", about("opportunity", &deal, "read")).await;
        assert_eq!(own.status, 200, "{}", own.json);
        assert_eq!(own.json["rules"], json!(["opportunity/sales-own"]));
        let by_either_name = ask("sales", about("customer", &of, "read")).await;
        let customer = ask("sales", json!({ "customer_id": of, "action": "read" })).await;
        assert_eq!(by_either_name.json, customer.json);
        let hidden = ask("colleague", about("opportunity", &deal, "read")).await;
        let nothing = UserId::from_bytes([7; 16]).to_string();
        let missing = ask("colleague", about("opportunity", &nothing, "read")).await;
        assert_eq!((hidden.status.as_u16(), &hidden.json), (200, &missing.json), "whether there is one");
        assert_eq!(hidden.json["allowed"], false);
        // One's own deal is nothing under the name of another kind.
        let other = ask("sales", about("contract", &deal, "read")).await;
        assert_eq!(other.json["allowed"], false, "{}", other.json);
        for wrong in [
            json!({ "action": "read" }),
            json!({ "object": "opportunity", "action": "read" }),
            json!({ "customer_id": of, "object": "opportunity", "record_id": deal, "action": "read" }),
            about("nonsense", &deal, "read"),
            // Nothing of it is masked, and it is not exported.
            about("opportunity", &deal, "reveal"),
            about("opportunity", &deal, "export"),
        ] {
            assert_eq!(ask("sales", wrong.clone()).await.status, 422, "{wrong}");
        }
        let path = format!("/opportunities/{deal}");
        let asked = json!({ "user_id": colleague.to_string(), "action": "read" });
        let told = api.post("sales", &format!("{path}/explanations"), asked.clone()).await;
        assert_eq!(told.json["allowed"], false, "{}", told.json);
        assert_eq!(api.post("colleague", &format!("{path}/explanations"), asked).await.status, 404);
        let field = json!({ "user_id": colleague.to_string(), "action": "field_read", "field": "amount" });
        let told = api.post("sales", &format!("{path}/explanations"), field).await;
        assert_eq!((told.status.as_u16(), &told.json["allowed"]), (200, &json!(false)));
        let share = json!({ "kind": "user", "grantee_id": colleague.to_string(), "share": "read" });
        assert_eq!(api.post("sales", &format!("{path}/shares"), share).await.status, 200);
        let audience = api.get("sales", &format!("{path}/audience")).await;
        let viewers = audience.json["items"].as_array().unwrap();
        assert_eq!(viewers.len(), 2, "{}", audience.json);
        let viewer = viewers.iter().find(|it| it["user"]["id"] == colleague.to_string()).unwrap();
        assert_eq!(viewer["rules"], json!(["opportunity/shared-to-read"]));
        assert_eq!(viewer["actions"], json!(["read"]));
    })
    .await;
}
