//! Tables: the header and the group stand again at the top of each page; a row longer than a page goes on on the next.

use crate::PaperError;
use crate::paper::{MARGIN, Paper, SOFT, leading, lines_high, look, plain, strong};
use crate::writer::{Look, Shade, WIDTH};

const SIZE: f32 = 8.5;
const HEADER: Look = look(SIZE, SOFT, true);
const GROUP: Look = strong(9.5);
const PADDING: f32 = 5.0;
const BEHIND_HEADER: Shade = [0.94, 0.95, 0.97];
const RULE: Shade = [0.85, 0.87, 0.90];

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// What it says at its head.
    pub title: String,
    /// Its share of the width: relative to those of the others.
    pub share: f32,
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As everything.
    Plain,
    /// In passing.
    Soft,
    /// Loud.
    Strong,
}

impl Tone {
    fn look(self) -> Look {
        match self {
            Self::Plain => plain(SIZE),
            Self::Soft => look(SIZE, SOFT, false),
            Self::Strong => strong(SIZE),
        }
    }
}

/// The paragraphs in a place of a table.
pub type Cell = Vec<(Tone, String)>;

/// A table being written.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Left edge and width of each column.
    columns: Vec<(f32, f32)>,
    titles: Vec<Vec<String>>,
    group: Option<String>,
}

fn longest<T>(cells: &[Vec<T>]) -> usize {
    cells.iter().map(Vec::len).max().unwrap_or(0)
}

impl Paper {
    /// Begins a table; it ends with whatever is no row.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn table(&mut self, columns: &[Column]) -> Result<(), PaperError> {
        let sum: f32 = columns.iter().map(|column| column.share).sum();
        let mut table = Table {
            columns: Vec::new(),
            titles: Vec::new(),
            group: None,
        };
        let mut x = MARGIN;
        for column in columns {
            let width = (WIDTH - 2.0 * MARGIN) * column.share / sum;
            table.columns.push((x, width));
            let titles = self.wrapped(&column.title, width - 2.0 * PADDING, HEADER);
            table.titles.push(titles);
            x += width;
        }
        if self.room() < 90.0 {
            self.turn()?;
        }
        self.table = Some(table.clone());
        self.header(&table);
        Ok(())
    }

    fn header(&mut self, table: &Table) {
        let height = leading(HEADER) * lines_high(longest(&table.titles)) + PADDING;
        let size = (WIDTH - 2.0 * MARGIN, height);
        self.writer.fill((MARGIN, self.y), size, BEHIND_HEADER);
        for ((x, _), titles) in table.columns.iter().zip(&table.titles) {
            for (at, line) in titles.iter().enumerate() {
                let y = self.y + PADDING / 2.0 + leading(HEADER) * lines_high(at);
                self.line(line, x + PADDING, y, HEADER);
            }
        }
        self.y += height;
    }

    fn rule(&mut self) {
        let size = (WIDTH - 2.0 * MARGIN, 0.6);
        self.writer.fill((MARGIN, self.y), size, RULE);
    }

    fn label(&mut self, text: &str) {
        self.y += 5.0;
        for line in self.wrapped(text, WIDTH - 2.0 * (MARGIN + PADDING), GROUP) {
            self.line(&line, MARGIN + PADDING, self.y, GROUP);
            self.y += leading(GROUP);
        }
        self.y += 2.0;
    }

    /// What the rows that follow are of. It does not stand alone at the end of a page, and again where they go on. At most
    /// a few lines of it are to be expected.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn group(&mut self, text: &str) -> Result<(), PaperError> {
        let Some(mut table) = self.table.take() else {
            return self.text(text);
        };
        if self.room() < 70.0 {
            self.turn()?;
            self.header(&table);
        }
        self.rule();
        self.label(text);
        table.group = Some(text.to_owned());
        self.table = Some(table);
        Ok(())
    }

    /// Goes on with the table at the top of a page.
    fn again(&mut self, table: &Table) -> Result<(), PaperError> {
        self.turn()?;
        self.header(table);
        if let Some(group) = &table.group {
            self.label(group);
        }
        Ok(())
    }

    /// A row, of as many cells as there are columns.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), PaperError> {
        let Some(table) = self.table.take() else {
            return Ok(());
        };
        let mut wrapped: Vec<Vec<(Tone, String)>> = Vec::with_capacity(cells.len());
        for (cell, (_, width)) in cells.iter().zip(&table.columns) {
            let mut lines = Vec::new();
            for (tone, text) in cell {
                let broken = self.wrapped(text, width - 2.0 * PADDING, tone.look());
                lines.extend(broken.into_iter().map(|line| (*tone, line)));
            }
            wrapped.push(lines);
        }
        let line = leading(plain(SIZE));
        let (all, mut from) = (longest(&wrapped), 0);
        let height = line * lines_high(all) + 2.0 * PADDING;
        if self.room() < height && (height < Self::whole() * 0.4 || self.room() < line * 4.0) {
            self.again(&table)?;
        }
        self.rule();
        self.y += PADDING;
        while from < all {
            // At least one, or it would never end.
            let fit = ((self.room() - PADDING) / line).floor().max(1.0);
            let mut to = from;
            while to < all && lines_high(to - from) < fit {
                to += 1;
            }
            for (lines, (x, _)) in wrapped.iter().zip(&table.columns) {
                let shown = lines.iter().take(to).skip(from);
                for (at, (tone, text)) in shown.enumerate() {
                    let y = self.y + line * lines_high(at);
                    self.line(text, x + PADDING, y, tone.look());
                }
            }
            self.y += line * lines_high(to - from);
            from = to;
            if from < all {
                self.again(&table)?;
            }
        }
        self.y += PADDING;
        self.table = Some(table);
        Ok(())
    }
}
