//! Import and export of everything.

use crate::Outcome;
use crate::client::Connection;
use crate::data::{FIELDS, csv};
use crate::session::{Session, refuse_failure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Imports the first `count` generated customers; rows per second from the start to the end of the import, without the
/// time of sending the file.
pub async fn import(connection: &mut Connection, session: &Session, count: usize) -> Outcome<f64> {
    let mut request = Vec::new();
    let headers = "Content-Type: application/octet-stream\r\nX-File-Name: bench.csv\r\n";
    session.write(
        &mut request,
        "POST",
        "/api/v1/imports",
        headers,
        csv(count).as_bytes(),
    );
    let answer = connection.exchange(&request).await?;
    refuse_failure(&answer, "POST", "/api/v1/imports")?;
    let made = answer.json()?;
    let path = format!(
        "/api/v1/imports/{}",
        made["id"].as_str().ok_or("an import without an id")?
    );
    let mapping: Vec<Value> = FIELDS
        .iter()
        .enumerate()
        .map(|(column, field)| json!({"column": column, "field": field}))
        .collect();
    let start = Instant::now();
    let how = json!({"mapping": mapping, "duplicates": "skip", "uscc_check": "reject"});
    session
        .send(connection, "POST", &format!("{path}/start"), &how)
        .await?;
    loop {
        let import = session.send(connection, "GET", &path, &Value::Null).await?;
        match import["state"].as_str() {
            Some("running") => tokio::time::sleep(Duration::from_millis(20)).await,
            Some("finished") if import["progress"]["created"] == count => {
                return Ok(count as f64 / start.elapsed().as_secs_f64());
            }
            _ => return Err(format!("the import ended otherwise: {import}").into()),
        }
    }
}

/// Exports every customer with the imported columns; rows per second.
pub async fn export(
    connection: &mut Connection,
    session: &Session,
    approver: &Session,
    format: &str,
    rows: usize,
) -> Outcome<f64> {
    let what = json!({"format": format, "filter": {}, "columns": FIELDS, "reason": "measurement"});
    let json = "Content-Type: application/json\r\n";
    let written = |headers: &str| {
        let mut request = Vec::new();
        let body = what.to_string();
        let path = "/api/v1/customers/exports";
        session.write(&mut request, "POST", path, headers, body.as_bytes());
        request
    };
    // So many customers leave only when somebody else approves.
    let asking = written(&format!("{json}X-Approval-Reason: measurement\r\n"));
    let answer = connection.exchange(&asking).await?;
    let request = if answer.status == 409 {
        written(json)
    } else {
        refuse_failure(&answer, "POST", "/api/v1/customers/exports")?;
        let told = answer.json()?;
        let id = told["approval"].as_str().ok_or("no id of the approval")?;
        let id = id.to_owned();
        let decision = json!({"approve": true});
        let path = format!("/api/v1/approvals/{id}/decision");
        approver.send(connection, "POST", &path, &decision).await?;
        written(&format!("{json}X-Approval: {id}\r\n"))
    };
    let start = Instant::now();
    let answer = connection.exchange(&request).await?;
    refuse_failure(&answer, "POST", "/api/v1/customers/exports")?;
    let took = start.elapsed().as_secs_f64();
    let lines = answer.body.iter().filter(|byte| **byte == b'\n').count();
    if format == "csv" && lines < rows {
        return Err(format!("{lines} lines of {rows} customers").into());
    }
    Ok(rows as f64 / took)
}
