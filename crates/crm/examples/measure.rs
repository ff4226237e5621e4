//! Measures import and export: `cargo run --release -p custos-crm --example measure -- [ROWS] [csv|xlsx]`.
//!
//! Imports a made-up file on the embedded engine with sealing, entries and index, then exports it; prints rows per
//! second and the largest resident memory.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    dead_code
)]

#[path = "../tests/imports/api.rs"]
mod api;

use api::Api;
use axum::body::Body;
use bytes::Bytes;
use custos_crm::MIGRATIONS;
use custos_testkit::Installation;
use futures::stream;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Rows of a file with twelve columns, unlike each other.
fn rows(count: u64) -> Body {
    let head =
        "客户名称,统一社会信用代码,级别,行业,联系人,手机,邮箱,省,市,地址,金额,备注\n".to_owned();
    let pieces = (0..count).step_by(1_000).map(move |from| {
        let lines = (from..(from + 1_000).min(count)).map(|n| {
            format!(
                "测试{n}号科技有限公司,,{}类,制造业,王{n},139{:08},user{n}@example.com,浙江省,杭州市,文三路{n}号,{n}.50,\"第{n}行, 需要开票\"\n",
                ["A", "B", "C", "D"][(n % 4) as usize],
                n % 100_000_000,
            )
        });
        lines.collect::<String>()
    });
    let all = std::iter::once(head).chain(pieces);
    Body::from_stream(stream::iter(
        all.map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece))),
    ))
}

/// Resident memory now and at its largest, MiB.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_default();
        line.split_whitespace()
            .nth(1)
            .and_then(|kib| kib.parse::<u64>().ok())
            .unwrap_or(0)
            / 1024
    };
    (of("VmRSS"), of("VmHWM"))
}

#[tokio::main]
async fn main() {
    let count: u64 = std::env::args()
        .nth(1)
        .and_then(|rows| rows.parse().ok())
        .unwrap_or(100_000);
    let format = std::env::args().nth(2).unwrap_or_else(|| "csv".to_owned());
    let installation = Installation::sqlite(&[MIGRATIONS]).await;
    let api = Api::new(&installation).await;
    println!("start: {:?} MiB (now, largest)", memory());
    let at = Instant::now();
    let uploaded = api.upload("lead", rows(count)).await;
    println!(
        "upload: {:.1} s, {} bytes",
        at.elapsed().as_secs_f64(),
        uploaded.json["size"]
    );
    let at = Instant::now();
    let started = api.start_uploaded("lead", &uploaded.json, json!({})).await;
    assert_eq!(started.status, 202, "{}", started.json);
    let id = uploaded.id();
    let mut last = (Instant::now(), 0);
    let import = loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let import = api.get("lead", &format!("/imports/{id}")).await.json;
        let read = import["progress"]["read"].as_u64().unwrap();
        if last.0.elapsed() > Duration::from_secs(5) {
            let rate = (read - last.1) as f64 / last.0.elapsed().as_secs_f64();
            println!("  {read} rows, {rate:.0} rows/s, {:?} MiB", memory());
            last = (Instant::now(), read);
        }
        if import["state"] != "running" {
            break import;
        }
    };
    let took = at.elapsed().as_secs_f64();
    println!(
        "import: {:.1} s, {:.0} rows/s, {:?} MiB",
        took,
        count as f64 / took,
        memory()
    );
    println!("  {} {}", import["state"], import["progress"]);
    let columns = [
        "name",
        "level",
        "industry",
        "contact_name",
        "phone",
        "email",
        "province",
        "city",
        "address",
        "amount",
        "notes",
        "owner",
        "created_at",
    ];
    let request: Value = json!({ "format": format, "columns": columns, "reason": "measure" });
    let at = Instant::now();
    let exported = api.post("lead", "/customers/exports", request).await;
    let took = at.elapsed().as_secs_f64();
    println!(
        "export: {:.1} s, {:.0} rows/s, {} bytes, {:?} MiB",
        took,
        count as f64 / took,
        exported.bytes.len(),
        memory()
    );
    api.crm.stop_imports().await;
}
