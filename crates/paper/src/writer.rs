//! Ink on pages: what is drawn, and the file it becomes.

use crate::PaperError;
use crate::fonts::{FACES, Face, Typefaces};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap};
use pdf_writer::{Content, Date, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::collections::HashMap;
use std::io::Write;
use subsetter::GlyphRemapper;

/// A4, in points.
pub(crate) const WIDTH: f32 = 595.28;
pub(crate) const HEIGHT: f32 = 841.89;
const NAMES: [Name<'static>; FACES] = [Name(b"F0"), Name(b"F1")];
const FONTS: [Name<'static>; FACES] = [Name(b"CUSTOS+NotoSans"), Name(b"CUSTOS+DroidSansFallback")];
const ADOBE: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};
/// More different characters than this of one typeface are boxes.
const MOST: usize = 65_000;

/// A shade: how much red, green and blue, of 0 to 1.
pub(crate) type Shade = [f32; 3];

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// In points.
    pub(crate) size: f32,
    pub(crate) shade: Shade,
    pub(crate) strong: bool,
}

/// The characters of a typeface that a document has. Each has a number of its own, also those that look the same, such as
/// the boxes, so that a reader finds the text as it was.
#[derive(Default)]
struct Used {
    numbers: HashMap<char, u16>,
    /// Character, glyph and width of the numbers from 1.
    characters: Vec<(char, u16, f32)>,
}

/// Pages being drawn.
pub(crate) struct Writer {
    pub(crate) typefaces: Typefaces,
    used: [Used; FACES],
    /// Those that are full, compressed.
    pages: Vec<Vec<u8>>,
    page: Content,
}

impl Writer {
    pub(crate) fn new() -> Result<Self, PaperError> {
        Ok(Self {
            typefaces: Typefaces::open()?,
            used: Default::default(),
            pages: Vec::new(),
            page: Content::new(),
        })
    }

    /// The numbers of a text's characters, in runs of one typeface.
    fn runs(&mut self, text: &str) -> Vec<(usize, Vec<u8>)> {
        let mut runs: Vec<(usize, Vec<u8>)> = Vec::new();
        for of in text.chars() {
            let glyph = self.typefaces.glyph(of);
            let used = &mut self.used[glyph.face];
            let number = match used.numbers.get(&of) {
                Some(number) => *number,
                None if used.characters.len() >= MOST => 0,
                None => {
                    used.characters.push((of, glyph.id, glyph.advance));
                    let number = u16::try_from(used.characters.len()).unwrap_or_default();
                    used.numbers.insert(of, number);
                    number
                }
            };
            match runs.last_mut() {
                Some((face, run)) if *face == glyph.face => run.extend(number.to_be_bytes()),
                _ => runs.push((glyph.face, number.to_be_bytes().to_vec())),
            }
        }
        runs
    }

    fn write(&mut self, to: &mut Content, text: &str, at: (f32, f32), look: Look) {
        let [red, green, blue] = look.shade;
        let runs = self.runs(text);
        to.begin_text().set_fill_rgb(red, green, blue);
        if look.strong {
            // There is one weight of each typeface; its outline is drawn along.
            to.set_text_rendering_mode(TextRenderingMode::FillStroke)
                .set_stroke_rgb(red, green, blue)
                .set_line_width(look.size / 36.0);
        } else {
            to.set_text_rendering_mode(TextRenderingMode::Fill);
        }
        to.set_text_matrix([1.0, 0.0, 0.0, 1.0, at.0, HEIGHT - at.1]);
        for (face, run) in runs {
            to.set_font(NAMES[face], look.size).show(Str(&run));
        }
        to.end_text();
    }

    /// Writes a line of text; `at` is where it begins, from the left and from the top to its baseline.
    pub(crate) fn text(&mut self, text: &str, at: (f32, f32), look: Look) {
        let mut page = std::mem::replace(&mut self.page, Content::new());
        self.write(&mut page, text, at, look);
        self.page = page;
    }

    /// Fills a rectangle; `at` is its corner, from the left and from the top.
    pub(crate) fn fill(&mut self, at: (f32, f32), size: (f32, f32), shade: Shade) {
        let [red, green, blue] = shade;
        self.page
            .set_fill_rgb(red, green, blue)
            .rect(at.0, HEIGHT - at.1 - size.1, size.0, size.1)
            .fill_nonzero();
    }

    /// How many pages are full.
    pub(crate) fn turned(&self) -> usize {
        self.pages.len()
    }

    /// Ends the page.
    pub(crate) fn turn(&mut self) -> Result<(), PaperError> {
        let page = std::mem::replace(&mut self.page, Content::new()).finish();
        self.pages.push(deflated(&page)?);
        Ok(())
    }

    /// Ends the last page and makes the file. `foot` says what stands at the foot of each: its number, of how many.
    pub(crate) fn finish(
        mut self,
        about: &crate::About<'_>,
        foot: impl Fn(usize, usize) -> String,
        look: Look,
        margin: f32,
    ) -> Result<Vec<u8>, PaperError> {
        self.turn()?;
        let mut next = Ref::new(1);
        let (catalog, tree, info) = (next.bump(), next.bump(), next.bump());
        let fonts = [next.bump(), next.bump()];
        let mut pdf = Pdf::new();
        pdf.set_version(1, 7);
        let pages = std::mem::take(&mut self.pages);
        let ids: Vec<Ref> = pages.iter().map(|_| next.bump()).collect();
        pdf.catalog(catalog)
            .pages(tree)
            .lang(TextStr(about.language))
            .viewer_preferences()
            .display_doc_title(true);
        pdf.pages(tree)
            .count(i32::try_from(ids.len()).unwrap_or(i32::MAX))
            .kids(ids.iter().copied());
        let mut described = pdf.document_info(info);
        described
            .title(TextStr(about.title))
            .creator(TextStr("Custos"));
        if let Some((year, month, day)) = about.date {
            described.creation_date(Date::new(year).month(month).day(day));
        }
        described.finish();
        for (at, (content, id)) in pages.iter().zip(&ids).enumerate() {
            let (body, below) = (next.bump(), next.bump());
            let mut page = pdf.page(*id);
            page.parent(tree)
                .media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT))
                .contents_array([body, below]);
            let mut resources = page.resources();
            let mut named = resources.fonts();
            for (name, font) in NAMES.iter().zip(fonts) {
                named.pair(*name, font);
            }
            named.finish();
            resources.finish();
            page.finish();
            pdf.stream(body, content).filter(Filter::FlateDecode);
            let mut footer = Content::new();
            let text = foot(at + 1, ids.len());
            let x = WIDTH - margin - self.typefaces.width(&text, look.size);
            self.write(&mut footer, &text, (x, HEIGHT - margin * 0.7), look);
            pdf.stream(below, &footer.finish());
        }
        for (face, font) in fonts.into_iter().enumerate() {
            embed(
                &mut pdf,
                &mut next,
                (font, FONTS[face]),
                &self.typefaces.faces[face],
                &self.used[face],
            )?;
        }
        Ok(pdf.finish())
    }
}

fn deflated(bytes: &[u8]) -> Result<Vec<u8>, PaperError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Puts what a document has of a typeface into the file, with the way from each number to its glyph and to its character.
fn embed(
    pdf: &mut Pdf,
    next: &mut Ref,
    (font, name): (Ref, Name<'_>),
    face: &Face,
    used: &Used,
) -> Result<(), PaperError> {
    let (cid, descriptor, file) = (next.bump(), next.bump(), next.bump());
    let (to_unicode, to_glyph) = (next.bump(), next.bump());
    let mut glyphs = GlyphRemapper::new();
    let mut map = vec![0, 0];
    let mut unicode = UnicodeCmap::new(Name(b"Custom"), ADOBE);
    unicode.pair(0_u16, char::REPLACEMENT_CHARACTER);
    for (number, (character, glyph, _)) in (1_u16..).zip(&used.characters) {
        map.extend(glyphs.remap(*glyph).to_be_bytes());
        unicode.pair(number, *character);
    }
    pdf.type0_font(font)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(to_unicode);
    let mut descendant = pdf.cid_font(cid);
    descendant
        .subtype(CidFontType::Type2)
        .base_font(name)
        .system_info(ADOBE)
        .font_descriptor(descriptor)
        .default_width(1000.0)
        .cid_to_gid_map_stream(to_glyph);
    let widths = used
        .characters
        .iter()
        .map(|(_, _, advance)| advance * 1000.0);
    descendant.widths().consecutive(1, widths);
    descendant.finish();
    let [ascent, descent, capitals] = face.extent.map(|it| it * 1000.0);
    let [left, bottom, right, top] = face.bounds.map(|it| it * 1000.0);
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(ascent)
        .descent(descent)
        .cap_height(capitals)
        .stem_v(80.0)
        .font_file2(file);
    let subset = subsetter::subset(face.data, 0, &glyphs).map_err(|_| PaperError::Font)?;
    pdf.stream(file, &deflated(&subset)?)
        .filter(Filter::FlateDecode);
    pdf.stream(to_unicode, &deflated(&unicode.finish())?)
        .filter(Filter::FlateDecode);
    pdf.stream(to_glyph, &deflated(&map)?)
        .filter(Filter::FlateDecode);
    Ok(())
}
