//! Any text as a filter, as the path of a change and as a list of attributes: it is read to the end without a panic, and what
//! is changed is only what may be.
#![no_main]

use std::sync::LazyLock;

use custos_scim::{Filter, MAX_FILTER, Patch, Projection};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

static USER: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "id": "1", "userName": "wang", "active": true, "name": { "formatted": "Wang Fang" },
        "members": [{ "value": "a", "display": "A" }, { "value": "b" }], "meta": { "size": 10 },
    })
});
const ATTRIBUTES: [&str; 4] = ["userName", "active", "name", "members"];

fuzz_target!(|text: &str| {
    if let Ok(filter) = Filter::parse(text) {
        assert!(text.len() <= MAX_FILTER);
        filter.matches(&USER);
        // What is negated twice is the same.
        if let Ok(twice) = Filter::parse(&format!("not (not ({text}))")) {
            assert_eq!(twice.matches(&USER), filter.matches(&USER));
        }
    }
    if let Ok(projection) = Projection::parse(Some(text), None) {
        assert_eq!(projection.of(USER.clone())["id"], "1");
    }
    if let Ok(projection) = Projection::parse(None, Some(text)) {
        assert_eq!(projection.of(USER.clone())["id"], "1");
    }
    for op in ["add", "replace", "remove"] {
        for value in [json!("x"), json!([{ "value": "a" }]), json!({ "value": "c" })] {
            let body = json!({ "Operations": [{ "op": op, "path": text, "value": value }] });
            let patch: Patch = serde_json::from_value(body).expect("a patch");
            if let Ok(after) = patch.apply(&USER, &ATTRIBUTES) {
                assert_eq!((&after["id"], &after["meta"]), (&USER["id"], &USER["meta"]));
            }
        }
    }
});
