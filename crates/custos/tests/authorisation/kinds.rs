//! Kinds of records: what is expected of them follows from whose they are, so that a kind is one line here.

use crate::browser::{Browser, Call};
use crate::cases::About;
use crate::target::Target;
use serde_json::{Value, json};

/// A kind as this test knows it, written down independently of its declaration.
pub struct Kind {
    pub name: &'static str,
    pub segment: &'static str,
    /// Belongs to an owner; otherwise all of sales reads it and leads keep it.
    pub owned: bool,
    /// Has masked fields.
    pub masked: bool,
    /// Has states.
    pub board: bool,
}

const fn kind(
    name: &'static str,
    segment: &'static str,
    [owned, masked, board]: [bool; 3],
) -> Kind {
    Kind {
        name,
        segment,
        owned,
        masked,
        board,
    }
}

/// In an order in which each can refer to those before it.
pub const KINDS: &[Kind] = &[
    kind("lead", "leads", [true, true, true]),
    kind("opportunity", "opportunities", [true, false, true]),
    kind("quote", "quotes", [true, false, true]),
    kind("contract", "contracts", [true, false, true]),
    kind("order", "orders", [true, false, true]),
    kind("payment_plan", "payment-plans", [true, false, true]),
    kind("payment", "payments", [true, false, true]),
    kind("invoice", "invoices", [true, false, true]),
    kind("product", "products", [false, false, true]),
    kind("competitor", "competitors", [false, false, false]),
];

/// What nobody but sales may expect.
const SALES: &str = "- - - - - -";
/// Where the security administrator sets labels, and where security and audit administrators ask who sees what.
const LABELS: &str = "- onf - - - -";
const ASKS: &str = "- onf onf - - -";

/// The verbs of operations with the action in the log, what sales, lead and chief may expect, and what others may.
const OWNED: [(&str, &str, &str, &str); 15] = [
    ("list", "list", "o on onf", SALES),
    ("create", "create", "+ + +", SALES),
    ("read", "read", "o on onf", SALES),
    ("update", "update", "o on onf", SALES),
    ("delete", "delete", "- on onf", SALES),
    ("reveal", "reveal", "o on onf", SALES),
    ("board", "list", "o on onf", SALES),
    ("timeline", "read", "o on onf", SALES),
    ("follow_up", "update", "o on onf", SALES),
    ("access_read", "read", "o on onf", SALES),
    ("share", "share", "o on onf", SALES),
    ("unshare", "share", "o on onf", SALES),
    ("label", "classify", "o on onf", LABELS),
    ("audience", "explain", "o on onf", ASKS),
    ("explain", "explain", "o on onf", ASKS),
];
const CATALOGUE: [(&str, &str, &str, &str); 8] = [
    ("list", "list", "onf onf onf", SALES),
    ("create", "create", "- + +", SALES),
    ("read", "read", "onf onf onf", SALES),
    ("update", "update", "- onf onf", SALES),
    ("delete", "delete", "- onf onf", SALES),
    ("board", "list", "onf onf onf", SALES),
    ("timeline", "read", "onf onf onf", SALES),
    ("follow_up", "update", "- onf onf", SALES),
];

/// The lines of the table about kinds.
pub fn lines() -> Vec<String> {
    let of_one = |kind: &'static Kind| {
        let verbs = if kind.owned {
            &OWNED[..]
        } else {
            &CATALOGUE[..]
        };
        let verbs = verbs.iter().filter(|(verb, ..)| match *verb {
            "reveal" => kind.masked,
            "board" => kind.board,
            _ => true,
        });
        verbs.map(|(verb, entry, sells, others)| {
            format!("{0}_{verb} {0}.{entry} {sells} {others}", kind.name)
        })
    };
    KINDS.iter().flat_map(of_one).collect()
}

/// The kind of an operation's path.
pub fn of_path(path: &str) -> Option<&'static Kind> {
    let segment = path.split('/').nth(1)?;
    KINDS.iter().find(|kind| kind.segment == segment)
}

/// What an operation on a kind is about.
pub fn about(path: &str) -> Option<About> {
    of_path(path)?;
    Some(match path.split('/').nth(2) {
        Some("{id}") => About::Record,
        _ => About::Many,
    })
}

/// What a record of a kind is made from.
pub fn new_record(kind: &Kind, target: &Target) -> Value {
    let contract = target.records.get("contracts");
    let fields = match kind.name {
        "lead" => json!({ "name": "线索公司", "phone": "13800138001" }),
        "opportunity" | "quote" | "contract" | "order" => {
            json!({ "name": "记录", "customer": target.customer })
        }
        "payment_plan" => json!({
            "name": "首付款", "customer": target.customer, "contract": contract, "amount": "100",
            "due_at": "2026-01-01",
        }),
        "payment" => json!({ "customer": target.customer, "contract": contract, "amount": "100" }),
        "invoice" => json!({
            "customer": target.customer, "kind": "electronic", "title": "抬头", "amount": "100",
        }),
        _ => json!({ "name": "目录项" }),
    };
    json!({ "fields": fields })
}

/// What an operation on a kind takes.
pub fn body(kind: &Kind, verb: &str, target: &Target) -> Option<Value> {
    Some(match verb {
        "create" => new_record(kind, target),
        "update" => json!({ "fields": { "notes": "扫描" } }),
        "follow_up" => json!({ "kind": "comment", "content": "扫描" }),
        "convert" => json!({ "allow_duplicate": true }),
        "reveal" => json!({ "field": "phone", "reason": "扫描测试" }),
        "share" => json!({ "kind": "user", "grantee_id": target.owner, "share": "read" }),
        "label" => json!({ "level": "internal" }),
        "explain" => json!({ "user_id": target.owner, "action": "read" }),
        _ => return None,
    })
}

/// Makes a target's record of a kind, and the contract that it needs.
pub async fn make(browser: &Browser, kind: &'static Kind, target: &mut Target) {
    let needs_contract = matches!(kind.name, "payment_plan" | "payment");
    if needs_contract && !target.records.contains_key("contracts") {
        let contract = KINDS.iter().find(|kind| kind.name == "contract").unwrap();
        Box::pin(make(browser, contract, target)).await;
    }
    let call = Call::post(&format!("/{}", kind.segment), new_record(kind, target));
    let made = browser.send(call).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    target.records.insert(kind.segment, id);
}
