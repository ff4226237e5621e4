//! Makes `src/security/data/breached.bin` from a list of passwords, one a line, the most frequent first:
//! `cargo run -p custos-identity --example breached-passwords -- LIST OUT`. The README beside the data says which list.

use custos_identity::breached_filter;
use std::io::{Error, Result};

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(list), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err(Error::other(
            "two files are needed: the list and the filter",
        ));
    };
    let list = std::fs::read(list)?;
    let text = String::from_utf8_lossy(&list);
    let filter = breached_filter(text.lines()).map_err(Error::other)?;
    std::fs::write(out, filter)
}
