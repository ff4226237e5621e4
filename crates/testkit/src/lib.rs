//! Test helpers: both engines, a fixed clock, ready-made callers.
