//! A file whose writer fails must arrive as a broken transfer, on a real connection, and be in the log.
#![allow(clippy::unwrap_used)]

use axum::Router;
use axum::routing::get;
use custos_http::written_body;
use parking_lot::Mutex;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tracing_subscriber::fmt::MakeWriter;

const LINES: usize = 40_000;

/// Writes so many lines that some are under way before it ends as it is told.
fn lines(out: &mut dyn Write) -> io::Result<()> {
    for line in 0..LINES {
        writeln!(out, "line {line}")?;
    }
    Ok(())
}

fn fails(out: &mut dyn Write) -> io::Result<()> {
    lines(out)?;
    Err(io::Error::other("no more rows"))
}

fn panics(out: &mut dyn Write) -> io::Result<()> {
    lines(out)?;
    panic!("a broken writer")
}

/// Even when nothing was sent yet.
fn panics_at_once(_: &mut dyn Write) -> io::Result<()> {
    panic!("a writer broken from the start")
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The bytes of an HTTP/1.1 answer as they come over the wire.
async fn fetch(address: std::net::SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    // A connection that is reset has said what it had to say.
    let _ = stream.read_to_end(&mut received).await;
    received
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_fails_or_panics_breaks_the_transfer_and_is_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let router = Router::new()
        .route("/whole", get(async || written_body("whole", lines)))
        .route("/fails", get(async || written_body("fails", fails)))
        .route("/panics", get(async || written_body("panics", panics)))
        .route(
            "/at-once",
            get(async || written_body("at-once", panics_at_once)),
        );
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });

    let whole = fetch(address, "/whole").await;
    let last = format!("line {}\n", LINES - 1);
    assert!(whole.ends_with(b"0\r\n\r\n"));
    assert!(String::from_utf8_lossy(&whole).contains(&last));
    assert_eq!(String::from_utf8_lossy(&log.0.lock()), "");

    for (path, reason) in [
        ("/fails", "no more rows"),
        ("/panics", "a broken writer"),
        ("/at-once", "a writer broken from the start"),
    ] {
        let part = fetch(address, path).await;
        // The last chunk of a chunked body is the only sign of its end (RFC 9112, section 7.1).
        assert!(!part.ends_with(b"0\r\n\r\n"), "{path} looks complete");
        let said = || String::from_utf8_lossy(&log.0.lock()).contains(reason);
        for _ in 0..200 {
            if said() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(said(), "{path} is not in the log");
    }
}
