//! Puts a server under load and says what it did.

use crate::Outcome;
use crate::client::{Answer, Connection, Target};
use crate::process;
use std::sync::{Barrier, OnceLock};
use std::time::{Duration, Instant};

/// What one connection asks for.
pub trait Traffic: Send {
    /// Writes the next request.
    fn next(&mut self, request: &mut Vec<u8>);

    /// Takes note of the answer.
    fn answered(&mut self, answer: &Answer<'_>) -> Outcome<()>;
}

/// What was measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Run {
    /// Answers per second.
    pub rate: f64,
    /// Median and 99th percentile, ms.
    pub p50: f64,
    pub p99: f64,
    /// Mean bytes of an answer, head and body.
    pub bytes: f64,
    /// Processor time of the server per answer, µs.
    pub cpu: f64,
}

/// One measurement: warm up, then count.
#[derive(Clone, Copy)]
pub struct Plan {
    pub warm_up: Duration,
    pub measure: Duration,
}

#[derive(Default)]
struct Counted {
    micros: Vec<u32>,
    bytes: u64,
}

/// Runs one connection for each traffic. `pid` is the server's process.
pub fn run(target: &Target, traffic: Vec<Box<dyn Traffic>>, plan: Plan, pid: u32) -> Outcome<Run> {
    // A thread of its own for each half: no connection ever wakes another thread.
    let threads = traffic.len().min(2);
    let mut shares: Vec<Vec<Box<dyn Traffic>>> = (0..threads).map(|_| Vec::new()).collect();
    for (i, traffic) in traffic.into_iter().enumerate() {
        shares[i % threads].push(traffic);
    }
    let connected = Barrier::new(threads + 1);
    let begin = OnceLock::new();
    let begun = || *begin.get_or_init(|| Instant::now() + plan.warm_up);
    let (counted, cpu) = std::thread::scope(|scope| {
        let (connected, begun) = (&connected, &begun);
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || worker(target, share, connected, begun, plan.measure)))
            .collect();
        connected.wait();
        std::thread::sleep(begun().saturating_duration_since(Instant::now()));
        let before = process::cpu_micros(pid);
        std::thread::sleep(plan.measure);
        let cpu = process::cpu_micros(pid) - before;
        let counted: Vec<_> = workers
            .into_iter()
            .map(|w| w.join().map_err(|_| "a client failed"))
            .collect();
        (counted, cpu)
    });
    let mut all = Counted::default();
    for counted in counted {
        let counted = counted??;
        all.micros.extend(counted.micros);
        all.bytes += counted.bytes;
    }
    all.micros.sort_unstable();
    let count = all.micros.len();
    if count == 0 {
        return Err("no answer within the time".into());
    }
    let at = |part: f64| f64::from(all.micros[((count - 1) as f64 * part) as usize]) / 1000.0;
    Ok(Run {
        rate: count as f64 / plan.measure.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
        bytes: all.bytes as f64 / count as f64,
        cpu: cpu as f64 / count as f64,
    })
}

fn worker(
    target: &Target,
    share: Vec<Box<dyn Traffic>>,
    connected: &Barrier,
    begun: &(dyn Fn() -> Instant + Sync),
    measure: Duration,
) -> Outcome<Counted> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut connections = Vec::new();
        let mut opened = Ok(());
        for _ in &share {
            match Connection::open(target).await {
                Ok(connection) => connections.push(connection),
                Err(error) => opened = Err(error),
            }
        }
        connected.wait();
        opened?;
        let begin = begun();
        let local = tokio::task::LocalSet::new();
        let tasks: Vec<_> = share
            .into_iter()
            .zip(connections)
            .map(|(traffic, connection)| {
                local.spawn_local(drive(traffic, connection, begin, begin + measure))
            })
            .collect();
        local.await;
        let mut all = Counted::default();
        for task in tasks {
            let counted = task.await??;
            all.micros.extend(counted.micros);
            all.bytes += counted.bytes;
        }
        Ok(all)
    })
}

async fn drive(
    mut traffic: Box<dyn Traffic>,
    mut connection: Connection,
    begin: Instant,
    end: Instant,
) -> Outcome<Counted> {
    let mut counted = Counted::default();
    let mut request = Vec::with_capacity(4096);
    let mut now = Instant::now();
    while now < end {
        request.clear();
        traffic.next(&mut request);
        let asked = now;
        let answer = connection.exchange(&request).await?;
        now = Instant::now();
        if now >= begin && now < end {
            counted.micros.push((now - asked).as_micros() as u32);
            counted.bytes += answer.length() as u64;
        }
        traffic.answered(&answer)?;
    }
    Ok(counted)
}
