//! Lets the server be built before the web page is: an empty page stands in, and says so.

use std::{env, error::Error, fs, path::Path};

const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Custos</title>\n\
    <p>The web page was not built. The API is at <a href=\"/api/v1/openapi.json\">/api/v1</a>.</p>\n</html>\n";

fn main() -> Result<(), Box<dyn Error>> {
    let dist = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../web/dist");
    fs::create_dir_all(&dist)?;
    let page = dist.join("index.html");
    if !page.exists() {
        fs::write(page, PLACEHOLDER)?;
    }
    println!("cargo::rerun-if-changed=../../web/dist");
    Ok(())
}
