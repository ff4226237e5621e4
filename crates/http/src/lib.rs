//! The operation registry: one source for router, OpenAPI document and authorisation matrix.
