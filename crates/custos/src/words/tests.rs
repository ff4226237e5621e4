use super::*;
use fluent_bundle::FluentResource;
use std::path::Path;

/// What the code says, in quotes after `Message::new(`.
fn ids_in(folder: &Path, ids: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            ids_in(&path, ids);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let quoted = text.split("Message::new(").skip(1).filter_map(|rest| {
                rest.trim_start()
                    .strip_prefix('"')?
                    .split('"')
                    .next()
                    .map(str::to_owned)
            });
            ids.extend(quoted);
        }
    }
}

#[test]
fn every_message_has_words_in_every_language() {
    let mut ids = Vec::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for of in ["custos", "verify"] {
        ids_in(&crates.join(of).join("src"), &mut ids);
    }
    assert!(
        ids.len() > 20,
        "the search finds the messages: {}",
        ids.len()
    );
    for language in [Language::Chinese, Language::English] {
        for text in texts(language) {
            assert!(
                FluentResource::try_new(text.to_owned()).is_ok(),
                "{language:?}"
            );
        }
        let words = load(language);
        let missing: Vec<_> = ids.iter().filter(|id| !words.has(id)).collect();
        assert!(missing.is_empty(), "{language:?} lacks {missing:?}");
    }
}

#[test]
fn parameters_are_filled_in() {
    let message = Message::new("config-unknown-key")
        .with("key", "listen")
        .with("source", "custos.toml")
        .with("nearest", "listen");
    let said = load(Language::English).say(&message);
    assert!(
        said.contains("listen") && said.contains("custos.toml"),
        "{said}"
    );
    assert!(!said.contains('{'), "{said}");
}
