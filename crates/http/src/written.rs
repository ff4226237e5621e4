//! Bodies that a thread writes: for files made while they leave, with bounded memory and nothing on disk.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::stream;
use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Bytes handed to the connection at once.
const PIECE: usize = 64 << 10;
/// Pieces that may wait for a slow client.
const WAITING: usize = 4;
/// A client that takes nothing for so long is given up: the writer may hold a view of the database.
const LONGEST_STALL: Duration = Duration::from_secs(60);

/// What the writer hands over. Only [`Piece::End`] ends a body well.
enum Piece {
    Bytes(Bytes),
    End,
}

/// A body written by `work` on a thread that may block. If `work` fails or panics, the transfer is cut off, so that nobody
/// takes a part for the whole, and the log says so; `what` names it there.
///
/// # Panics
/// Outside a Tokio runtime.
pub fn written_body<W, E>(what: &'static str, work: W) -> Body
where
    W: FnOnce(&mut dyn Write) -> Result<(), E> + Send + 'static,
    E: Display + From<io::Error>,
{
    let (pieces, received) = mpsc::channel(WAITING);
    let runtime = Handle::current();
    let writing = tokio::task::spawn_blocking(move || {
        let mut out = Pieces {
            buffer: BytesMut::with_capacity(PIECE),
            pieces,
            runtime,
        };
        let done = work(&mut out).and_then(|()| Ok(out.end()?));
        if let Err(error) = done
            && !out.pieces.is_closed()
        {
            tracing::error!(%error, what, "a download ends early");
        }
    });
    tokio::spawn(async move {
        if let Err(error) = writing.await {
            tracing::error!(%error, what, "the writer of a download broke");
        }
    });
    Body::from_stream(stream::unfold(Some(received), next))
}

type Received = Option<mpsc::Receiver<Piece>>;

async fn next(received: Received) -> Option<(io::Result<Bytes>, Received)> {
    let mut received = received?;
    match received.recv().await {
        Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(received))),
        Some(Piece::End) => None,
        // The writer is gone and has not said that this was all.
        None => Some((Err(io::Error::other("the download ends early")), None)),
    }
}

/// Hands bytes to the connection in pieces; waits while the client is slow.
struct Pieces {
    buffer: BytesMut,
    pieces: mpsc::Sender<Piece>,
    runtime: Handle,
}

impl Pieces {
    fn hand_over(&self, piece: Piece) -> io::Result<()> {
        let sending = async { tokio::time::timeout(LONGEST_STALL, self.pieces.send(piece)).await };
        match self.runtime.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn end(&mut self) -> io::Result<()> {
        self.flush()?;
        self.hand_over(Piece::End)
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = self.buffer.split().freeze();
        self.hand_over(Piece::Bytes(piece))
    }
}
