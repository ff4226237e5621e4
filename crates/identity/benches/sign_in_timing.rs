//! Does the time of an answer tell whether an account exists?
//!
//! Signs in with a wrong password, in turn as somebody who has an account and as somebody who has none, with password
//! hashes as dear as in production, and prints the medians of both and their difference. The clock of the server stands
//! still and is set forward between attempts, so that no pause is due. `SIGN_INS` sets how many of each (5,000).
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
#[path = "../tests/identity/totp.rs"]
mod totp;

use axum::http::StatusCode;
use custos_identity::MIGRATIONS;
use custos_kernel::crypto::PasswordParams;
use custos_testkit::Installation;
use serde_json::json;
use site::{LEAD, Site};
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

#[tokio::main]
async fn main() {
    let wanted = std::env::var("SIGN_INS").ok();
    let count: usize = wanted.map_or(5_000, |text| text.parse().unwrap());
    let installation = Installation::sqlite(&[MIGRATIONS]).await;
    let store = installation.store();
    let sink = installation.sink().clone();
    let site = site::node_hashing(&installation, store, sink, PasswordParams::default());
    let founded = site.browser(1).post("/setup", site::setup_body()).await;
    assert_eq!(founded.status, StatusCode::CREATED);
    let (mut existing, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..count {
        // Which comes first changes, so that neither gains by it.
        let nobody = format!("nobody{number}");
        if number % 2 == 0 {
            existing.push(attempt(&site, LEAD).await);
            unknown.push(attempt(&site, &nobody).await);
        } else {
            unknown.push(attempt(&site, &nobody).await);
            existing.push(attempt(&site, LEAD).await);
        }
    }
    let (existing, unknown) = (median(&mut existing), median(&mut unknown));
    let difference = existing.as_secs_f64() / unknown.as_secs_f64() - 1.0;
    println!("{count} wrong sign-ins each, median time of an answer:");
    println!("  existing account {:9.3} ms", existing.as_secs_f64() * 1e3);
    println!("  unknown account  {:9.3} ms", unknown.as_secs_f64() * 1e3);
    println!("  difference       {:+9.2} %", difference * 100.0);
}
