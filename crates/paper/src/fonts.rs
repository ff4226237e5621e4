//! The two typefaces: Noto Sans for Latin, Greek and Cyrillic letters, Droid Sans Fallback for Chinese and Japanese.

use crate::PaperError;
use flate2::read::GzDecoder;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, GlyphId, MetadataProvider, charmap::Charmap};
use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

/// How many typefaces there are.
pub(crate) const FACES: usize = 2;

/// In the order in which a character is looked for.
const FILES: [&[u8]; FACES] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf.gz"),
    include_bytes!("../fonts/DroidSansFallbackFull.ttf.gz"),
];

static UNPACKED: LazyLock<Option<[Vec<u8>; FACES]>> = LazyLock::new(|| {
    let unpacked = |file| {
        let mut data = Vec::new();
        GzDecoder::new(file).read_to_end(&mut data).ok()?;
        Some(data)
    };
    Some([unpacked(FILES[0])?, unpacked(FILES[1])?])
});

/// What stands for a character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    /// Which typeface has it.
    pub(crate) face: usize,
    /// Its number there; 0 is the box for what no typeface has.
    pub(crate) id: u16,
    /// How wide it is, in parts of the size of the text.
    pub(crate) advance: f32,
}

/// One typeface.
pub(crate) struct Face {
    pub(crate) data: &'static [u8],
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    /// Ascent, descent, height of capitals, in parts of the size of the text.
    pub(crate) extent: [f32; 3],
    /// The box around every glyph, as left, bottom, right and top.
    pub(crate) bounds: [f32; 4],
}

impl Face {
    fn open(data: &'static [u8]) -> Option<Self> {
        let font = FontRef::new(data).ok()?;
        let em = Size::new(1.0);
        let whole = font.metrics(em, LocationRef::default());
        let bounds = whole.bounds?;
        Some(Self {
            data,
            charmap: font.charmap(),
            metrics: font.glyph_metrics(em, LocationRef::default()),
            extent: [
                whole.ascent,
                whole.descent,
                whole.cap_height.unwrap_or(whole.ascent),
            ],
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max],
        })
    }

    fn glyph(&self, face: usize, id: GlyphId) -> Option<Glyph> {
        Some(Glyph {
            face,
            id: u16::try_from(id.to_u32()).ok()?,
            advance: self.metrics.advance_width(id)?,
        })
    }
}

/// Both, and what was looked up.
pub(crate) struct Typefaces {
    pub(crate) faces: [Face; FACES],
    missing: Glyph,
    known: HashMap<char, Glyph>,
}

impl Typefaces {
    pub(crate) fn open() -> Result<Self, PaperError> {
        let files = UNPACKED.as_ref().ok_or(PaperError::Font)?;
        let face = |at: usize| Face::open(&files[at]).ok_or(PaperError::Font);
        let faces = [face(0)?, face(1)?];
        let missing = faces[0].glyph(0, GlyphId::NOTDEF);
        Ok(Self {
            missing: missing.ok_or(PaperError::Font)?,
            faces,
            known: HashMap::new(),
        })
    }

    /// What stands for a character: a box for one that no typeface has, and for one that is not to be seen, so that no
    /// text hides a part of itself or changes its order.
    pub(crate) fn glyph(&mut self, of: char) -> Glyph {
        if let Some(glyph) = self.known.get(&of) {
            return *glyph;
        }
        let found = |(at, face): (usize, &Face)| {
            let id = face.charmap.map(of).filter(|id| *id != GlyphId::NOTDEF)?;
            face.glyph(at, id)
        };
        let glyph = match unseen(of) {
            true => None,
            false => self.faces.iter().enumerate().find_map(found),
        };
        let glyph = glyph.unwrap_or(self.missing);
        self.known.insert(of, glyph);
        glyph
    }

    /// How wide a text is at a size.
    pub(crate) fn width(&mut self, text: &str, size: f32) -> f32 {
        let ems: f32 = text.chars().map(|of| self.glyph(of).advance).sum();
        ems * size
    }
}

/// Characters that show nothing and may change what others look like: controls, marks of direction, joiners.
fn unseen(of: char) -> bool {
    of.is_control()
        || matches!(of, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(of, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_comes_from_the_typeface_that_has_it() {
        let mut faces = Typefaces::open().unwrap();
        let mut places = |text: &str| -> Vec<(usize, bool)> {
            let glyphs = text.chars().map(|of| faces.glyph(of));
            glyphs.map(|it| (it.face, it.id != 0)).collect()
        };
        assert_eq!(places("Az09 ßé—“”…€Ж"), [(0, true); 13]);
        assert_eq!(places("守客龘㐂（），。、《》ア"), [(1, true); 12]);
    }

    #[test]
    fn what_no_typeface_has_and_what_nobody_sees_is_a_box() {
        let mut faces = Typefaces::open().unwrap();
        for of in [
            '\u{1f600}',
            '\u{202e}',
            '\u{200b}',
            '\0',
            '\r',
            '\u{feff}',
            '\u{20000}',
        ] {
            let glyph = faces.glyph(of);
            assert_eq!((glyph.face, glyph.id), (0, 0), "{of:?}");
            assert!(glyph.advance > 0.3, "{of:?} is {} wide", glyph.advance);
        }
    }
}
