//! Does the time of an answer tell whether an account exists?
//!
//! Signs in with a wrong password, in turn as somebody who has an account and as somebody who has none, with password
//! hashes as dear as in production, and prints the medians of both and their difference. The clock of the server stands
//! still and is set forward between attempts, so that no pause is due. `SIGN_INS` sets how many of each (5,000).
//!
//! Then the same with a directory (slapd) that is asked for passwords, as somebody who is in the directory and has an
//! account made from there, and as somebody who is in neither; `DIRECTORY_SIGN_INS` sets how many of each (1,000).
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    dead_code
)]

#[path = "../tests/identity/provider.rs"]
mod provider;
#[path = "../tests/identity/site.rs"]
mod site;
#[path = "../../federation/tests/slapd/mod.rs"]
mod slapd;
#[path = "../tests/identity/totp.rs"]
mod totp;

use axum::http::StatusCode;
use custos_identity::MIGRATIONS;
use custos_kernel::crypto::PasswordParams;
use custos_testkit::Installation;
use serde_json::json;
use site::{LEAD, SYSTEM, Site};
use slapd::{PASSWORD, SECRET, Slapd};
use std::time::{Duration, Instant};

const HOUR_MS: i64 = 3_600_000;

async fn attempt(site: &Site<'_>, login: &str) -> Duration {
    site.installation.clock().advance(HOUR_MS);
    let mut browser = site.browser(7);
    let body = json!({"login": login, "password": "a wrong one, 47 lanterns"});
    let begun = Instant::now();
    let answer = browser.post("/session", body).await;
    let took = begun.elapsed();
    answer.is(401, "session.credentials.wrong");
    took
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn wanted(name: &str, usual: usize) -> usize {
    let text = std::env::var(name).ok();
    text.map_or(usual, |text| text.parse().unwrap())
}

/// Measures `count` of each, for somebody who exists, and prints what it finds.
async fn compare(site: &Site<'_>, title: &str, somebody: &str, count: usize) {
    if count == 0 {
        return;
    }
    let (mut existing, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..count {
        // Which comes first changes, so that neither gains by it.
        let nobody = format!("nobody{number}");
        if number % 2 == 0 {
            existing.push(attempt(site, somebody).await);
            unknown.push(attempt(site, &nobody).await);
        } else {
            unknown.push(attempt(site, &nobody).await);
            existing.push(attempt(site, somebody).await);
        }
    }
    let (existing, unknown) = (median(&mut existing), median(&mut unknown));
    let difference = existing.as_secs_f64() / unknown.as_secs_f64() - 1.0;
    println!("{title}, {count} wrong sign-ins each, median time of an answer:");
    println!("  existing account {:9.3} ms", existing.as_secs_f64() * 1e3);
    println!("  unknown account  {:9.3} ms", unknown.as_secs_f64() * 1e3);
    println!("  difference       {:+9.2} %", difference * 100.0);
}

/// Has the directory asked for passwords, and somebody of it come in once.
async fn with_directory(site: &Site<'_>, slapd: &Slapd, somebody: &str) {
    let mut system = site.sign_in(SYSTEM).await;
    let config = serde_json::to_value(slapd.config()).unwrap();
    let new = json!({ "kind": "ldap", "name": "slapd", "accounts": "create", "config": config, "secret": SECRET });
    let made = system.post("/identity-providers", new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let path = format!("/identity-providers/{}", made.body["id"].as_str().unwrap());
    let on = json!({ "enabled": true });
    let on = system.patch(&path, &made.body["version"], on).await;
    assert_eq!(on.status, StatusCode::OK, "{:?}", on.body);
    let body = json!({ "login": somebody, "password": PASSWORD });
    let answer = site.browser(8).post("/session", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

#[tokio::main]
async fn main() {
    let installation = Installation::sqlite(&[MIGRATIONS]).await;
    let store = installation.store();
    let sink = installation.sink().clone();
    let site = site::node_hashing(&installation, store, sink, PasswordParams::default());
    let founded = site.browser(1).post("/setup", site::setup_body()).await;
    assert_eq!(founded.status, StatusCode::CREATED);
    compare(&site, "own passwords", LEAD, wanted("SIGN_INS", 5_000)).await;
    let count = wanted("DIRECTORY_SIGN_INS", 1_000);
    if count > 0
        && let Some(slapd) = Slapd::start(false).await
    {
        with_directory(&site, &slapd, "li.na").await;
        compare(&site, "a directory", "li.na", count).await;
    }
}
