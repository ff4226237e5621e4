//! The Custos server and command line.
fn main() {}
