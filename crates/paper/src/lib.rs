//! Documents for people: A4 pages with headings, facts, bars, tables that repeat their header, wrapped text and numbers of
//! pages, in Chinese and in languages with Latin, Greek or Cyrillic letters, as PDF. What they are about is not known here.
//!
//! The same document has the same bytes. Nothing is fetched and nothing can run in it. What no typeface has is shown as a
//! box, and so is what nobody would see, such as marks that change the direction of text.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod fonts;
mod lines;
mod paper;
mod table;
mod writer;

pub use paper::{About, Paper};
pub use table::{Cell, Column, Tone};

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// A typeface of this program is unusable.
    #[error("a typeface of documents is unusable")]
    Font,
    /// Nothing could be compressed.
    #[error("a page cannot be compressed: {0}")]
    Compress(#[from] std::io::Error),
}
