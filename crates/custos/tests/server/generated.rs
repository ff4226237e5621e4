//! The generated files of the source tree are those this build would write.

use std::path::Path;

#[test]
fn generated_files_are_fresh() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let files = runtime
        .block_on(custos::product::generate())
        .unwrap_or_else(|failure| panic!("{failure:?}"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, expected) in [
        ("openapi.json", &files.openapi),
        ("../../docs/authorisation-matrix.md", &files.matrix),
        ("../../docs/audit-events.md", &files.events),
    ] {
        let committed = std::fs::read_to_string(root.join(path)).unwrap_or_default();
        assert!(
            committed == *expected,
            "{path} is out of date: make generate"
        );
    }
}
