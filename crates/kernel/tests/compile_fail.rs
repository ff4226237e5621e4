//! What the types must not allow does not compile.

#[test]
fn permits_callers_scopes_and_opened_values_cannot_be_forged() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
