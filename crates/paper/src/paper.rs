//! A document from top to bottom.

use crate::PaperError;
use crate::lines::wrap;
use crate::table::Table;
use crate::writer::{HEIGHT, Look, Shade, WIDTH, Writer};

pub(crate) const MARGIN: f32 = 45.0;
const TOP: f32 = 48.0;
const BOTTOM: f32 = HEIGHT - 58.0;
/// Height of a line, in parts of the size of its text.
const LEADING: f32 = 1.45;
/// From the top of a line to its baseline, likewise.
const BASELINE: f32 = 1.08;

const INK: Shade = [0.12, 0.13, 0.15];
pub(crate) const SOFT: Shade = [0.40, 0.42, 0.46];
const BAR: Shade = [0.08, 0.45, 0.36];
const BEHIND_BARS: Shade = [0.93, 0.94, 0.96];

/// Text of a size.
pub(crate) const fn look(size: f32, shade: Shade, strong: bool) -> Look {
    Look {
        size,
        shade,
        strong,
    }
}

pub(crate) const fn plain(size: f32) -> Look {
    look(size, INK, false)
}

pub(crate) const fn strong(size: f32) -> Look {
    look(size, INK, true)
}

const TITLE: Look = strong(19.0);
const HEADING: Look = strong(12.5);
const BODY: Look = plain(9.5);
const LABEL: Look = look(9.5, SOFT, false);
const FOOT: Look = look(8.5, SOFT, false);

/// What is said about a document as a whole.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its title, for the window of a reader.
    pub title: &'a str,
    /// The tag of its language, such as `zh-CN`.
    pub language: &'a str,
    /// Year, month and day it was made on, if that is to be said.
    pub date: Option<(u16, u8, u8)>,
}

/// A document being written.
pub struct Paper {
    pub(crate) writer: Writer,
    /// Where the next thing begins, from the top.
    pub(crate) y: f32,
    pub(crate) table: Option<Table>,
}

impl Paper {
    /// An empty page.
    ///
    /// # Errors
    /// [`PaperError::Font`] if this program has no typefaces.
    pub fn new() -> Result<Self, PaperError> {
        Ok(Self {
            writer: Writer::new()?,
            y: TOP,
            table: None,
        })
    }

    /// The lines a text takes in a width.
    pub(crate) fn wrapped(&mut self, text: &str, width: f32, look: Look) -> Vec<String> {
        let typefaces = &mut self.writer.typefaces;
        wrap(text, width, |of| typefaces.glyph(of).advance * look.size)
    }

    /// Room that is left on the page.
    pub(crate) fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Room of an empty page.
    pub(crate) const fn whole() -> f32 {
        BOTTOM - TOP
    }

    pub(crate) fn turn(&mut self) -> Result<(), PaperError> {
        self.writer.turn()?;
        self.y = TOP;
        Ok(())
    }

    /// Goes to the next page unless there is room for something as high as this.
    fn need(&mut self, height: f32) -> Result<(), PaperError> {
        match self.room() < height && self.y > TOP {
            true => self.turn(),
            false => Ok(()),
        }
    }

    /// Writes a line at a place from the left; `y` is its top.
    pub(crate) fn line(&mut self, text: &str, x: f32, y: f32, look: Look) {
        self.writer.text(text, (x, y + look.size * BASELINE), look);
    }

    fn paragraph(&mut self, text: &str, x: f32, look: Look) -> Result<(), PaperError> {
        for line in self.wrapped(text, WIDTH - MARGIN - x, look) {
            self.need(leading(look))?;
            self.line(&line, x, self.y, look);
            self.y += leading(look);
        }
        Ok(())
    }

    /// A title.
    ///
    /// # Errors
    /// [`PaperError`], as of everything here.
    pub fn title(&mut self, text: &str) -> Result<(), PaperError> {
        self.table = None;
        self.paragraph(text, MARGIN, TITLE)?;
        self.y += 6.0;
        Ok(())
    }

    /// A heading; it does not stand alone at the end of a page.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn heading(&mut self, text: &str) -> Result<(), PaperError> {
        self.table = None;
        self.y += 14.0;
        self.need(80.0)?;
        self.paragraph(text, MARGIN, HEADING)?;
        self.y += 4.0;
        Ok(())
    }

    /// A paragraph.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn text(&mut self, text: &str) -> Result<(), PaperError> {
        self.table = None;
        self.paragraph(text, MARGIN, BODY)?;
        self.y += 4.0;
        Ok(())
    }

    /// Something with its label at the left.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn fact(&mut self, label: &str, value: &str) -> Result<(), PaperError> {
        const LABELS: f32 = 120.0;
        self.table = None;
        let labels = self.wrapped(label, LABELS - 8.0, LABEL);
        self.need(leading(LABEL) * lines_high(labels.len()))?;
        let (top, pages) = (self.y, self.writer.turned());
        for (at, line) in labels.iter().enumerate() {
            self.line(line, MARGIN, top + leading(LABEL) * lines_high(at), LABEL);
        }
        self.paragraph(value, MARGIN + LABELS, BODY)?;
        if self.writer.turned() == pages {
            self.y = self.y.max(top + leading(LABEL) * lines_high(labels.len()));
        }
        self.y += 2.5;
        Ok(())
    }

    /// Counts, each with its label and a bar as long as its share of the greatest.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn bars(&mut self, bars: &[(String, u64)]) -> Result<(), PaperError> {
        const LABELS: f32 = 170.0;
        const LONGEST: f32 = 250.0;
        self.table = None;
        let most = bars.iter().map(|(_, count)| *count).max().unwrap_or(0);
        for (label, count) in bars {
            let labels = self.wrapped(label, LABELS - 8.0, BODY);
            let height = leading(BODY) * lines_high(labels.len());
            self.need(height)?;
            for (at, line) in labels.iter().enumerate() {
                self.line(line, MARGIN, self.y + leading(BODY) * lines_high(at), BODY);
            }
            // A share of 0 to 1; counts are far below what a float holds exactly.
            #[allow(clippy::cast_precision_loss)]
            let share = *count as f32 / most.max(1) as f32;
            let (x, y) = (MARGIN + LABELS, self.y + 2.5);
            self.writer.fill((x, y), (LONGEST, 9.0), BEHIND_BARS);
            if *count > 0 {
                self.writer
                    .fill((x, y), ((LONGEST * share).max(1.0), 9.0), BAR);
            }
            let figure = count.to_string();
            let right = x + LONGEST + 10.0;
            self.line(&figure, right, self.y, BODY);
            self.y += height + 3.0;
        }
        Ok(())
    }

    /// The file. `foot` says what stands at the foot of each page: its number, of how many.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn finish(
        self,
        about: &About<'_>,
        foot: impl Fn(usize, usize) -> String,
    ) -> Result<Vec<u8>, PaperError> {
        self.writer.finish(about, foot, FOOT, MARGIN)
    }
}

/// Height of a line of text.
pub(crate) fn leading(look: Look) -> f32 {
    look.size * LEADING
}

/// A number of lines, to measure with: a page has less than a hundred.
pub(crate) fn lines_high(lines: usize) -> f32 {
    f32::from(u16::try_from(lines).unwrap_or(u16::MAX))
}
