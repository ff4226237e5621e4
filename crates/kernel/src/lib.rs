//! Sealing, policy and audit: pure rules without I/O, async or SQL.
