//! Reports of reviews as PDF: opened by another reader, checked by the verifier, attacked.

use crate::browser::Call;
use crate::reviews::entries;
use crate::site::{Organisation, Site};
use custos_values::OrgId;
use lopdf::Document;
use serde_json::{Value, json};

async fn paper(home: &Organisation, review: &str, language: &str) -> Vec<u8> {
    let path = format!("/access-reviews/{review}/report?format=pdf&lang={language}&utc_offset=480");
    let reply = home.security.send(Call::get(&path)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.headers["content-type"], "application/pdf");
    let disposition = reply.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.ends_with(".pdf\""), "{disposition}");
    reply.body
}

/// What the verifier says: its exit code and its answer for programs. None if it refuses the file.
async fn verified(site: &Site<'_>, file: &[u8], of: OrgId) -> Option<(u8, Value)> {
    let path = site.installation.data_dir().join("report.pdf");
    std::fs::write(&path, file).unwrap();
    let words = custos_verify::Words::of(
        custos_verify::Language::English,
        &custos_verify::sources(custos_verify::Language::English),
    );
    let key = site.installation.store().log_verifier(of).await.unwrap();
    let answer = custos_verify::report(&path, Some(&key.verifier_key()), &words).ok()?;
    Some((answer.exit, answer.json))
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

/// A report says in both languages what its JSON says, and holds.
pub async fn are_signed_and_readable(
    site: &Site<'_>,
    home: &Organisation,
    review: &str,
    told: &Value,
) {
    for (language, title) in [("zh-CN", "权限复核报告"), ("en", "Accessreviewreport")] {
        let file = paper(home, review, language).await;
        assert_eq!(file, paper(home, review, language).await);
        let (exit, answer) = verified(site, &file, home.org).await.unwrap();
        assert_eq!(exit, 0, "{answer}");
        let ends = entries(site, "access_review.end").await;
        let digest = answer["sha256"].as_str().unwrap();
        assert_eq!(ends[0]["detail"]["report"], format!("sha256:{digest}"));
        let given = entries(site, "access_review.export").await;
        let format = &given.last().unwrap()["detail"]["format"];
        assert_eq!(*format, json!("pdf"));

        let document = Document::load_mem(&file).unwrap();
        let pages: Vec<u32> = document.get_pages().into_keys().collect();
        let text = bare(&document.extract_text(&pages).unwrap());
        let last = bare(&document.extract_text(&pages[pages.len() - 1..]).unwrap());
        assert!(last.contains(digest), "{last}");
        let name = told["review"]["name"].as_str().unwrap();
        let mut expected = vec![title.to_owned(), bare(name), "UTC+08:00".to_owned()];
        for line in told["lines"].as_array().unwrap() {
            for name in [&line["subject"]["name"], &line["decision"]["note"]] {
                expected.extend(name.as_str().map(bare));
            }
        }
        assert!(expected.len() > 5, "{told}");
        for part in expected {
            assert!(text.contains(&part), "{part} in {text}");
        }
        for code in ["paper-", "reviews-", "role-", "\u{2068}"] {
            assert!(!text.contains(code), "{code} has no words: {text}");
        }
        // Readers look for the end of the document in the last kilobyte.
        let end = file.windows(5).rposition(|at| at == b"%%EOF").unwrap();
        assert!(
            file.len() - end < 900,
            "{} behind the end",
            file.len() - end
        );
    }
}

/// A report with a byte changed, cut off or added anywhere is refused, and so is one under another log's key.
pub async fn are_of_their_log(site: &Site<'_>, home: &Organisation, other: OrgId, review: &str) {
    let file = paper(home, review, "zh-CN").await;
    let (exit, _) = verified(site, &file, other).await.unwrap();
    assert_eq!(exit, 1);
    let step = file.len() / 400;
    let spread = (0..file.len()).step_by(step.max(1));
    // All of the first and last bytes: header, trailer, signature.
    for at in spread.chain(0..64).chain(file.len() - 900..file.len()) {
        let mut changed = file.clone();
        changed[at] ^= 0x20;
        let answer = verified(site, &changed, home.org).await;
        assert_ne!(answer.map(|it| it.0), Some(0), "byte {at}");
    }
    for added in ["\n", "%\n", "1 0 obj\n<<>>\nendobj\n%%EOF\n"] {
        let longer = [&file, added.as_bytes()].concat();
        let answer = verified(site, &longer, home.org).await;
        assert_ne!(answer.map(|it| it.0), Some(0), "{added:?}");
    }
}
