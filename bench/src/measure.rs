//! The whole measurement, from an empty folder to the table.

use crate::client::{Connection, Target};
use crate::engine::{Change, Engine};
use crate::load::{Plan, Run};
use crate::process::{Memory, memory};
use crate::server::{Certificate, Server, free_port, until_answered};
use crate::session::{Session, approver, found};
use crate::table::number;
use crate::workloads::{Known, Operation};
use crate::{Outcome, RunArguments, engine, figures, files, load, process, table};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Connections at once.
const TOGETHER: [usize; 2] = [1, 16];

/// One line of the table.
struct Line {
    operation: Operation,
    together: usize,
    run: Run,
    /// Per second.
    limit: f64,
    /// Processor time of a ready-made answer, µs.
    limit_cpu: Option<f64>,
    /// Syncs per second just then.
    syncs: f64,
}

pub fn run(arguments: &RunArguments) -> Outcome<()> {
    let folder = match &arguments.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let certificate = Certificate::make(folder.path())?;
    let data = folder.path().join("data");
    let port = free_port()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let customers = arguments.customers as usize;
    let mut other = vec![vec![
        "besides".to_owned(),
        "figure".to_owned(),
        "target".to_owned(),
    ]];
    let mut note = |what: &str, figure: String, target: &str| {
        other.push(vec![what.to_owned(), figure, target.to_owned()]);
    };

    let server = Server::start(&arguments.binary, &data, &certificate, port)?;
    let setup_code = server
        .setup_code
        .clone()
        .ok_or("the server did not print a setup code")?;
    let session = runtime.block_on(async {
        let mut connection = Connection::open(&server.target).await?;
        found(&mut connection, &setup_code).await
    })?;
    println!("importing {} customers", number(customers as f64));
    let rate = runtime.block_on(async {
        let mut connection = Connection::open(&server.target).await?;
        files::import(&mut connection, &session, customers).await
    })?;
    note("import, rows/s", number(rate), "10,000");
    note("import, times the best peer", number(rate / 660.0), "");
    let known = Arc::new(runtime.block_on(learn(&server.target, session, customers))?);

    let busy = Peak::watch(server.pid());
    let lines = measure_operations(arguments, &server, &known, &certificate, folder.path())?;
    report(&lines);
    let second = runtime.block_on(async {
        let mut connection = Connection::open(&server.target).await?;
        approver(&mut connection).await
    })?;
    for format in ["csv", "xlsx"] {
        if wanted(arguments, "export") {
            let rows = known.ids.len();
            let rate = runtime.block_on(async {
                let mut connection = Connection::open(&server.target).await?;
                files::export(&mut connection, &known.session, &second, format, rows).await
            });
            // The other figures are worth having all the same.
            let rate = rate.map_or_else(|error| format!("failed: {error}"), number);
            note(&format!("export {format}, rows/s"), rate, "50,000");
        }
    }
    let busy = busy.stop();
    drop(server);

    // The server was killed: it finds its way back from its write-ahead log.
    let start = Instant::now();
    let server = Server::start(&arguments.binary, &data, &certificate, port)?;
    let (health, first, list) = runtime.block_on(async {
        let get = |path: &str| known.session.get(path);
        let one = get(&format!("/api/v1/customers/{}", known.ids[0]));
        let health = until_answered(&server.target, &get("/healthz"), start).await?;
        let first = until_answered(&server.target, &one, start).await?;
        let list =
            until_answered(&server.target, &get("/api/v1/customers?limit=50"), start).await?;
        Outcome::Ok((health, first, list))
    })?;
    note(
        "cold start to /healthz, s",
        number(health.as_secs_f64()),
        "",
    );
    note(
        "cold start to the first customer, s",
        number(first.as_secs_f64()),
        "0.5",
    );
    note(
        "cold start to the first list (index loaded), s",
        number(list.as_secs_f64()),
        "",
    );
    std::thread::sleep(Duration::from_secs(3));
    let idle = memory(server.pid());
    note(
        "memory idle after start, MB resident (proportional)",
        two(idle),
        "120",
    );
    note(
        "memory at most while measured, MB resident (proportional)",
        two(busy),
        "400",
    );
    let bytes = process::bytes_in(&data) as f64;
    note(
        "on disk with log and write-ahead log, MB",
        number(bytes / 1e6),
        "",
    );
    note(
        "on disk, bytes per customer",
        number(bytes / (known.next.load(Ordering::Relaxed) as f64)),
        "",
    );

    println!();
    table::print(&other);
    println!(
        "\nload average {}; figures of different runs compare only if syncs and load are alike",
        process::load_average()
    );
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&as_json(&lines, &other))?)?;
    }
    Ok(())
}

fn two(memory: Memory) -> String {
    format!("{} ({})", number(memory.rss), number(memory.pss))
}

fn wanted(arguments: &RunArguments, name: &str) -> bool {
    arguments
        .only
        .as_deref()
        .is_none_or(|only| name.contains(only))
}

/// Pages through everything: the ids, and the places one can go on from.
async fn learn(target: &Target, session: Session, imported: usize) -> Outcome<Known> {
    let start = Instant::now();
    until_answered(target, &session.get("/api/v1/customers?limit=1"), start).await?;
    let mut connection = Connection::open(target).await?;
    let (mut ids, mut cursors) = (Vec::new(), Vec::new());
    let mut path = "/api/v1/customers?limit=200&sort=name".to_owned();
    loop {
        let page = session
            .send(&mut connection, "GET", &path, &Value::Null)
            .await?;
        let items = page["items"].as_array().ok_or("a page without items")?;
        ids.extend(
            items
                .iter()
                .filter_map(|item| item["id"].as_str().map(str::to_owned)),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/customers?limit=200&sort=name&cursor={cursor}");
        // From the last one there is less than a page to come.
        cursors.push(cursor.to_owned());
    }
    cursors.pop();
    if ids.len() < imported {
        return Err(format!("{} of {imported} customers are listed", ids.len()).into());
    }
    // What was imported and never changed has its first version.
    let versions = ids.iter().map(|_| AtomicU64::new(1)).collect();
    Ok(Known {
        session,
        ids,
        versions,
        cursors,
        imported,
        next: AtomicUsize::new(imported),
    })
}

fn measure_operations(
    arguments: &RunArguments,
    server: &Server,
    known: &Arc<Known>,
    certificate: &Certificate,
    folder: &Path,
) -> Outcome<Vec<Line>> {
    let measure = Duration::from_secs_f64(arguments.seconds);
    let plan = Plan {
        warm_up: measure / 4,
        measure,
    };
    let mut lines = Vec::new();
    let mut engine = None;
    for operation in Operation::ALL
        .into_iter()
        .filter(|operation| wanted(arguments, operation.name()))
    {
        for together in TOGETHER {
            println!("measuring {}, {together} at once", operation.name());
            let run = load::run(
                &server.target,
                operation.traffic(known, together),
                plan,
                server.pid(),
            )?;
            let syncs = engine::syncs(folder, Duration::from_millis(300))?;
            let change = match operation {
                Operation::Create => Some(Change::Create),
                Operation::Update => Some(Change::Update),
                _ => None,
            };
            let (limit, limit_cpu) = if let Some(change) = change {
                let engine = match &mut engine {
                    Some(engine) => engine,
                    none => none.insert(Engine::open(folder, known.imported)?),
                };
                (engine.rate(change, together, measure)?, None)
            } else {
                let bare = Server::start_bare(certificate, run.bytes as usize)?;
                // It answers every path alike.
                let traffic = Operation::Get.traffic(known, together);
                let run = load::run(&bare.target, traffic, plan, bare.pid())?;
                (run.rate, Some(run.cpu))
            };
            lines.push(Line {
                operation,
                together,
                run,
                limit,
                limit_cpu,
                syncs,
            });
        }
    }
    Ok(lines)
}

/// Watches a process for the most memory it uses.
struct Peak {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Memory>,
}

impl Peak {
    fn watch(pid: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut most = Memory::default();
            while !told.load(Ordering::Relaxed) {
                let now = memory(pid);
                if now.rss > most.rss {
                    most = now;
                }
                std::thread::sleep(Duration::from_millis(500));
            }
            most
        });
        Self { stop, thread }
    }

    fn stop(self) -> Memory {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}

fn report(lines: &[Line]) {
    let head = [
        "operation",
        "at once",
        "per s",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "bytes",
        "limit per s",
        "CPU µs",
        "of limit",
        "target",
        "× best peer",
        "target",
        "syncs/s",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for line in lines {
        let (part, times) = figures::target(line.operation);
        // Targets are for sixteen at once.
        let aim = |text: String| {
            if line.together == 16 {
                text
            } else {
                String::new()
            }
        };
        rows.push(vec![
            line.operation.name().to_owned(),
            line.together.to_string(),
            number(line.run.rate),
            number(line.run.p50),
            number(line.run.p99),
            number(line.run.cpu),
            number(line.run.bytes),
            number(line.limit),
            line.limit_cpu.map(number).unwrap_or_default(),
            format!("{:.0} %", 100.0 * line.run.rate / line.limit),
            aim(format!("{:.0} %", 100.0 * part)),
            number(line.run.rate / figures::best_peer(line.operation, line.together)),
            aim(number(times)),
            number(line.syncs),
        ]);
    }
    println!();
    table::print(&rows);
    println!(
        "The limit of reading is a TLS server of the same stack with a ready-made answer of the same size; that of"
    );
    println!(
        "writing is the bare engine with the same rows in groups of as many. CPU is the server's, per answer."
    );
}

fn as_json(lines: &[Line], other: &[Vec<String>]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({
                "operation": line.operation.name(), "at_once": line.together, "per_second": line.run.rate,
                "p50_ms": line.run.p50, "p99_ms": line.run.p99, "server_cpu_us": line.run.cpu, "bytes": line.run.bytes,
                "limit_per_second": line.limit, "limit_cpu_us": line.limit_cpu, "syncs_per_second": line.syncs,
            })
        })
        .collect();
    json!({"operations": lines, "besides": other, "load_average": process::load_average()})
}
