//! Documents, opened by another reader of PDF.
#![allow(clippy::unwrap_used)]

use custos_paper::{About, Cell, Column, Paper, Tone};
use lopdf::Document;
use proptest::prelude::*;
use std::time::Instant;

fn about() -> About<'static> {
    About {
        title: "守客 Report",
        language: "zh-CN",
        date: Some((2026, 11, 22)),
    }
}

fn columns() -> [Column; 2] {
    [("项目", 1.0), ("备注", 2.0)].map(|(title, share)| Column {
        title: title.to_owned(),
        share,
    })
}

fn cells(first: &str, second: &str) -> [Cell; 2] {
    [
        vec![(Tone::Strong, first.to_owned())],
        vec![
            (Tone::Plain, second.to_owned()),
            (Tone::Soft, "—".to_owned()),
        ],
    ]
}

fn finished(paper: Paper) -> (Document, Vec<u8>) {
    let file = paper
        .finish(&about(), |at, of| format!("{at} / {of}"))
        .unwrap();
    assert!(file.starts_with(b"%PDF-1.7"));
    assert!(file.ends_with(b"%%EOF"), "{:?}", &file[file.len() - 10..]);
    (Document::load_mem(&file).unwrap(), file)
}

/// The text of all pages, without spaces and ends of lines.
fn bare(document: &Document) -> String {
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).unwrap();
    text.split_whitespace().collect()
}

#[test]
fn another_reader_finds_every_character_also_of_what_is_shown_as_a_box() {
    let mut paper = Paper::new().unwrap();
    let text = "欧阳娜娜 Zoë Müller 龘㐂 “引号”… €100 Жук";
    paper.title(text).unwrap();
    paper.heading("概况").unwrap();
    paper.fact("组织", "守客示例有限公司").unwrap();
    paper
        .bars(&[("已保留".to_owned(), 3), ("已收回".to_owned(), 0)])
        .unwrap();
    paper
        .text("😀 and 𠀀 have no glyph, \u{202e}nor has this")
        .unwrap();
    let (document, file) = finished(paper);
    let found = bare(&document);
    for part in [
        text,
        "概况",
        "守客示例有限公司",
        "已收回0",
        "😀and𠀀have",
        "\u{202e}nor",
        "1/1",
    ] {
        let part: String = part.split_whitespace().collect();
        assert!(found.contains(&part), "{part} in {found}");
    }
    assert!(
        file.len() < 60_000,
        "{} bytes: the typefaces are cut",
        file.len()
    );
}

#[test]
fn headers_groups_and_numbers_stand_on_every_page_and_long_rows_go_on() {
    let mut paper = Paper::new().unwrap();
    paper.table(&columns()).unwrap();
    paper.group("张三").unwrap();
    let note = "字".repeat(9_000);
    paper.row(&cells("第一项", &note)).unwrap();
    paper.row(&cells("末项", "完")).unwrap();
    let (document, _) = finished(paper);
    let pages = document.get_pages();
    assert!(pages.len() > 3, "{}", pages.len());
    for page in pages.keys() {
        let text = document.extract_text(&[*page]).unwrap();
        for part in ["项目", "备注", "张三", &format!("{page} / {}", pages.len())] {
            assert!(text.contains(part), "{part} on page {page}");
        }
    }
    let found = bare(&document);
    assert_eq!(found.matches('字').count(), 9_000, "nothing is cut off");
    assert!(found.contains("末项"));
}

#[test]
fn the_same_document_has_the_same_bytes() {
    let made = || {
        let mut paper = Paper::new().unwrap();
        paper.title("复核").unwrap();
        finished(paper).1
    };
    assert_eq!(made(), made());
}

#[test]
#[allow(clippy::disallowed_methods, reason = "it measures")]
fn twenty_thousand_rows_are_a_matter_of_seconds() {
    let begun = Instant::now();
    let mut paper = Paper::new().unwrap();
    paper.table(&columns()).unwrap();
    for row in 0..20_000 {
        if row % 5 == 0 {
            paper.group(&format!("销售 {row}")).unwrap();
        }
        paper
            .row(&cells(&format!("客户共享 {row}"), "仍由本人跟进，保留"))
            .unwrap();
    }
    let file = paper
        .finish(&about(), |at, of| format!("{at} / {of}"))
        .unwrap();
    let took = begun.elapsed();
    let pages = Document::load_mem(&file).unwrap().get_pages().len();
    eprintln!("20000 rows: {} bytes, {pages} pages, {took:?}", file.len());
    assert!(file.len() < 8 << 20 && pages > 400);
    assert!(took.as_secs() < 60, "{took:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_people_write_is_found_again(texts in prop::collection::vec("(\\PC|[ \\n守客，。]){1,60}", 1..12)) {
        let mut paper = Paper::new().unwrap();
        paper.table(&columns()).unwrap();
        for text in &texts {
            paper.group(text).unwrap();
            paper.row(&cells(text, text)).unwrap();
        }
        let (document, _) = finished(paper);
        let found = bare(&document);
        for text in &texts {
            // Characters that are spaces to one and not to the other are left out.
            for word in text.split(|of: char| of.is_whitespace() || of.is_control()) {
                for of in word.chars() {
                    prop_assert!(found.contains(of), "{:?} of {:?}", of, text);
                }
            }
        }
    }
}
