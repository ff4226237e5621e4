//! The catalogue of audit events and its words.

use crate::site::Site;
use std::collections::BTreeSet;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn every_event_has_words_and_no_word_is_left_over() {
    let installation = custos_testkit::Installation::sqlite(&custos::product::MIGRATIONS).await;
    let site = Site::new(&installation).await;
    let events: BTreeSet<String> = site.catalogue.iter().map(|e| e.replace('.', "-")).collect();
    for language in ["zh-CN", "en"] {
        let file = format!("../../locales/{language}/audit.ftl");
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
        let text = text.unwrap();
        let words: BTreeSet<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("action-")?.split_once(" ="))
            .map(|(id, _)| id.to_owned())
            .collect();
        assert_eq!(words, events, "{language}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_jobs_has_words() {
    let installation = custos_testkit::Installation::sqlite(&custos::product::MIGRATIONS).await;
    let site = Site::new(&installation).await;
    for language in ["zh-CN", "en"] {
        let file = format!("../../locales/{language}/jobs.ftl");
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
        let text = text.unwrap();
        for kind in site.features.jobs.kinds() {
            let words = format!("job-kind-{kind} = ");
            assert!(text.lines().any(|line| line.starts_with(&words)), "{words}");
        }
    }
}
