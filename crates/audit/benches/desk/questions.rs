//! What the desk's page asks, timed.

use crate::history::History;
use crate::{memory, site};
use axum::Router;
use axum::body::Body;
use custos_values::Timestamp;
use http::Request;
use http_body_util::BodyExt;
use std::time::Instant;
use tower::ServiceExt;

const DAY: i64 = 24 * 3_600_000;
/// What an answer may take, ms: a page of the desk, a chart.
const PAGE: f64 = 200.0;
const CHART: f64 = 1000.0;

/// A question: its name, its path, what it may take.
type Question = (&'static str, String, f64);

fn pages(history: &History) -> Vec<Question> {
    let History {
        somebody,
        quiet,
        address,
        customer,
        span: (start, end),
        entries,
    } = history;
    let week = |back: i64| -> (Timestamp, Timestamp) {
        let to = end.plus_millis(-back * DAY);
        (to.plus_millis(-7 * DAY), to)
    };
    let ((late, to), (early, then)) = (week(0), week(360));
    let of = |filter: String| format!("/entries?limit=50{filter}");
    let page = |name, filter: String| (name, of(filter), PAGE);
    let mut pages = vec![
        page("newest page", String::new()),
        page("page in the middle", format!("&cursor={}", entries / 2)),
        page("oldest page", "&cursor=60".to_owned()),
        page("by person", format!("&actor_id={somebody}")),
        page("by somebody quiet", format!("&actor_id={quiet}")),
        page("by action", "&action=customer.read".to_owned()),
        page("by a rare action", "&action=customer.export".to_owned()),
        page("by an action of long ago", "&action=user.grant".to_owned()),
        page("by an action of nobody", "&action=role.delete".to_owned()),
        page("by address", format!("&address={address}")),
        page("by customer", format!("&resource_id={customer}")),
        page(
            "before and after of its changes",
            format!("&resource_id={customer}&action=customer.update"),
        ),
        page("by kind, common", "&resource_type=customer".to_owned()),
        page("by kind, long ago", "&resource_type=user".to_owned()),
        page("by kind, of nobody", "&resource_type=department".to_owned()),
        page("refused", "&outcome=denied".to_owned()),
        page("failed, of nobody", "&outcome=failed".to_owned()),
        page(
            "by person and action",
            format!("&actor_id={somebody}&action=customer.export"),
        ),
        page(
            "by person and common action, none",
            format!("&actor_id={quiet}&action=customer.read"),
        ),
        page(
            "by person, never refused",
            format!("&actor_id={quiet}&outcome=denied"),
        ),
        page(
            "by address and rare action",
            format!("&address={address}&action=customer.export"),
        ),
        page(
            "by kind and outcome, none",
            "&resource_type=customer&outcome=failed".to_owned(),
        ),
        page("a week", format!("&from={late}&to={to}")),
        page("a week of last year", format!("&from={early}&to={then}")),
        page(
            "a week of last year, rare action",
            format!("&from={early}&to={then}&action=customer.export"),
        ),
        page(
            "a week of last year, person",
            format!("&from={early}&to={then}&actor_id={somebody}"),
        ),
        page(
            "a year, person who did nothing then",
            format!(
                "&from={}&to={to}&actor_id={quiet}",
                start.plus_millis(30 * DAY)
            ),
        ),
        page("Sunday at three", "&week_hour=147".to_owned()),
        page(
            "Sunday at three, person",
            format!("&week_hour=147&actor_id={somebody}"),
        ),
        page(
            "Sunday at three, rare action",
            "&week_hour=147&action=customer.export".to_owned(),
        ),
    ];
    pages.extend([
        (
            "who saw this customer",
            format!("/sightings?resource_id={customer}"),
            PAGE,
        ),
        (
            "what did this person see",
            format!("/sightings?actor_id={somebody}"),
            PAGE,
        ),
        (
            "the same, page ten",
            format!("/sightings?actor_id={somebody}&cursor=250"),
            PAGE,
        ),
    ]);
    pages
}

fn charts(history: &History) -> Vec<Question> {
    let (_, end) = history.span;
    let to = end;
    let quarter = end.plus_millis(-92 * DAY);
    let History {
        somebody, address, ..
    } = history;
    let chart = |name, path: String| (name, path, CHART);
    vec![
        chart("hours of thirty days", "/counts".to_owned()),
        chart(
            "hours of a quarter",
            format!("/counts?from={quarter}&to={to}"),
        ),
        chart(
            "hours of a quarter, person",
            format!("/counts?from={quarter}&to={to}&actor_id={somebody}"),
        ),
        chart(
            "hours of a quarter, address",
            format!("/counts?from={quarter}&to={to}&address={address}"),
        ),
        chart(
            "hours of a quarter, common action",
            format!("/counts?from={quarter}&to={to}&action=customer.read"),
        ),
        chart(
            "hours of a quarter, rare action",
            format!("/counts?from={quarter}&to={to}&action=customer.export"),
        ),
        chart(
            "hours of a quarter, refused",
            format!("/counts?from={quarter}&to={to}&outcome=denied"),
        ),
        chart("unusual readers, two weeks", "/readers".to_owned()),
        chart("unusual readers, a quarter", "/readers?days=92".to_owned()),
    ]
}

/// Asks everything and prints the table.
pub async fn ask_all(router: &Router, history: &History, times: usize) {
    let only = std::env::var("ONLY").unwrap_or_default();
    println!(
        "{:<38} {:>9} {:>9} {:>9} {:>8}  of the newest page",
        "asked", "median ms", "most ms", "may take", "bytes"
    );
    let mut newest = None;
    let questions = pages(history).into_iter().chain(charts(history));
    for (name, path, limit) in questions {
        if newest.is_some() && !name.contains(&only) {
            continue;
        }
        let mut took = Vec::with_capacity(times);
        let mut bytes = 0;
        for _ in 0..times {
            let begun = Instant::now();
            let (status, body) = site::ask(router, "GET", &path).await;
            took.push(begun.elapsed().as_secs_f64() * 1e3);
            assert!(
                status.is_success(),
                "{path}: {}",
                String::from_utf8_lossy(&body)
            );
            bytes = body.len();
        }
        took.sort_by(f64::total_cmp);
        let (median, most) = (took[took.len() / 2], took[took.len() - 1]);
        let least = *newest.get_or_insert(median);
        let mark = if median > limit { "  SLOW" } else { "" };
        println!(
            "{name:<38} {median:>9.1} {most:>9.1} {limit:>9.0} {bytes:>8}  {:.1}{mark}",
            median / least
        );
    }
    whole(router, history, &only).await;
}

/// What reads far: the whole log, a month of it.
async fn whole(router: &Router, history: &History, only: &str) {
    let month = history.entries / 400 * 30;
    let from = history.entries / 2;
    let asked = [
        (
            "integrity of the whole log",
            "POST",
            "/verification".to_owned(),
        ),
        (
            "evidence of one month",
            "GET",
            format!("/export?from_index={from}&to_index={}", from + month),
        ),
        ("evidence of the whole log", "GET", "/export".to_owned()),
    ];
    for (name, method, path) in asked {
        if !name.contains(only) {
            continue;
        }
        memory::forget_peak();
        let begun = Instant::now();
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/audit{path}"))
            .body(Body::empty())
            .unwrap();
        let mut body = router.clone().oneshot(request).await.unwrap().into_body();
        let (mut bytes, mut tail) = (0, bytes::Bytes::new());
        // Not collected: how much memory it takes is the server's.
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.unwrap().into_data() {
                bytes += data.len();
                tail = data;
            }
        }
        println!(
            "{name}: {:.1} s, {:.1} MB, resident at most {:.0} MB",
            begun.elapsed().as_secs_f64(),
            bytes as f64 / 1e6,
            memory::peak()
        );
        if method == "POST" {
            println!("  {}", String::from_utf8_lossy(&tail));
        }
    }
}
