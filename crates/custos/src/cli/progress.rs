//! How far a transfer is: a bar on a terminal, now and then a line elsewhere, nothing where nothing was asked for.

use super::Console;
use crate::words::Message;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, stderr};

/// Percents between two lines.
const LINE_PERCENT: u64 = 10;
/// Bytes between two lines when nobody knows how many there will be.
const LINE_BYTES: u64 = 16_000_000;

/// What is going on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    /// A file goes to the server.
    Uploading,
    /// The server writes its rows.
    Importing,
    /// A file comes from the server.
    Receiving,
}

impl Stage {
    fn message(self, rows: u64) -> Message {
        match self {
            Self::Uploading => Message::new("progress-uploading"),
            Self::Importing => Message::new("progress-importing").count("rows", rows),
            Self::Receiving => Message::new("progress-receiving"),
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Uploading => "{msg} {bar:30} {percent:>3}% {bytes}/{total_bytes}",
            Self::Importing => "{msg} {bar:30} {percent:>3}%",
            Self::Receiving => "{spinner} {msg} {bytes} {bytes_per_sec}",
        }
    }
}

/// Progress of one stage.
pub(super) struct Progress<'a> {
    console: &'a Console,
    stage: Stage,
    bar: ProgressBar,
    /// Bytes in all; 0 if nobody knows.
    length: u64,
    rows: u64,
    /// Whether lines are wanted, and which was the last.
    lines: Option<u64>,
}

impl<'a> Progress<'a> {
    /// Progress towards `length` bytes, or towards an unknown end.
    pub(super) fn new(console: &'a Console, stage: Stage, length: Option<u64>) -> Self {
        let silent = console.is_quiet() || console.is_json();
        let target = if silent {
            ProgressDrawTarget::hidden()
        } else {
            // Hidden by itself where there is no terminal.
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(length, target);
        if let Ok(style) = ProgressStyle::with_template(stage.template()) {
            bar.set_style(style);
        }
        bar.set_message(console.words(&stage.message(0)));
        Self {
            console,
            stage,
            bar,
            length: length.unwrap_or(0),
            rows: 0,
            lines: (!silent && !stderr().is_terminal()).then_some(0),
        }
    }

    /// Says how many rows were read so far.
    pub(super) fn rows(&mut self, rows: u64) {
        self.rows = rows;
        self.bar
            .set_message(self.console.words(&self.stage.message(rows)));
    }

    /// Says how many bytes are behind us.
    pub(super) fn reached(&mut self, position: u64) {
        self.bar.set_position(position);
        let Some(last) = self.lines else {
            return;
        };
        let (step, amount) = match position.saturating_mul(100).checked_div(self.length) {
            Some(percent) => (percent / LINE_PERCENT, format!("{percent}%")),
            None => (
                position / LINE_BYTES,
                format!("{} MB", position / 1_000_000),
            ),
        };
        if step > last {
            self.lines = Some(step);
            let what = self.console.words(&self.stage.message(self.rows));
            let line = Message::new("progress-line").with("what", what);
            self.console.note(&line.with("amount", amount));
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
