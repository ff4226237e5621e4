//! What the figures are held against.

use crate::workloads::Operation;

/// Requests per second of the best of Odoo 19, Twenty (mid 2025), EspoCRM 9 and Tryton 8.2, at one and at sixteen at
/// once: each from source in its best usual setting (2 workers, PostgreSQL, plain HTTP, authenticated API) with 100,000
/// contacts, measured on 2026-11-21 and 22 on a shared machine with 2 cores and 24 GiB, median of three. None of them
/// seals fields or logs reads. The last four digits are held against the search for a whole number.
pub fn best_peer(operation: Operation, together: usize) -> f64 {
    let (one, sixteen) = match operation {
        Operation::Get => (264.0, 404.0),
        Operation::List => (34.0, 63.0),
        Operation::Phone | Operation::LastFour => (34.0, 69.0),
        Operation::PartOfName => (13.0, 23.0),
        Operation::Create => (52.0, 98.0),
        Operation::Update => (70.0, 157.0),
    };
    if together == 1 { one } else { sixteen }
}

/// What is aimed at with sixteen at once and 100,000 customers: part of the limit, times the best peer.
pub fn target(operation: Operation) -> (f64, f64) {
    match operation {
        Operation::Get => (0.25, 50.0),
        Operation::List => (0.2, 50.0),
        Operation::Phone | Operation::LastFour => (0.2, 100.0),
        Operation::PartOfName => (0.2, 150.0),
        Operation::Create | Operation::Update => (0.7, 30.0),
    }
}
