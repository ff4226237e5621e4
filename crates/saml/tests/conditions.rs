//! What a soundly signed response must say to be meant for us, now, and for this request.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod forger;

use custos_saml::{Accepted, Refusal};
use forger::*;

fn judged(change: impl FnOnce(&mut Assertion)) -> Result<Accepted, Refusal> {
    let forger = Forger::elliptic();
    let mut assertion = Assertion::default();
    change(&mut assertion);
    let result = judge(&forger.provider(), &forger.response(&assertion));
    assert_eq!(
        result,
        judge(&forger.provider(), &forger.signed_response(&assertion))
    );
    result
}

#[test]
fn for_another_audience_recipient_request_or_by_another_issuer() {
    let audience = |text: &str| conditions("2026-11-22T09:59:00Z", "2026-11-22T10:05:00Z", text);
    for wrong in [
        "",
        "https://crm.example.com/saml/",
        "https://CRM.example.com/saml",
        ISSUER,
    ] {
        assert_eq!(
            judged(|a| a.conditions = audience(wrong)),
            Err(Refusal::Audience)
        );
    }
    let none = "<saml:Conditions></saml:Conditions>";
    assert_eq!(
        judged(|a| a.conditions = none.into()),
        Err(Refusal::Audience)
    );
    assert_eq!(
        judged(|a| a.conditions = String::new()),
        Err(Refusal::Audience)
    );
    let two_restrictions = audience(SERVICE).replace(
        "</saml:Conditions>",
        "<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction></saml:Conditions>",
    );
    assert_eq!(
        judged(|a| a.conditions = two_restrictions),
        Err(Refusal::Audience)
    );
    let two_audiences = audience(SERVICE).replace(
        "<saml:Audience>",
        "<saml:Audience>x</saml:Audience><saml:Audience>",
    );
    assert!(judged(|a| a.conditions = two_audiences).is_ok());
    let unknown = audience(SERVICE).replace(
        "</saml:Conditions>",
        "<saml:Condition></saml:Condition></saml:Conditions>",
    );
    assert_eq!(judged(|a| a.conditions = unknown), Err(Refusal::Condition));

    assert_eq!(
        judged(|a| a.recipient = "https://evil.example/".into()),
        Err(Refusal::Destination)
    );
    assert_eq!(
        judged(|a| a.in_response_to = "_other".into()),
        Err(Refusal::InResponseTo)
    );
    assert_eq!(
        judged(|a| a.in_response_to = String::new()),
        Err(Refusal::InResponseTo)
    );
    assert_eq!(
        judged(|a| a.issuer = "https://evil.example/".into()),
        Err(Refusal::Issuer)
    );
    assert_eq!(judged(|a| a.version = "1.1".into()), Err(Refusal::Version));
    assert_eq!(
        judged(|a| a.confirmation_method = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches".into()),
        Err(Refusal::Confirmation)
    );
}

#[test]
fn too_early_too_late_and_for_too_long() {
    let window = |from: &str, until: &str| conditions(from, until, SERVICE);
    let (from, until) = ("2026-11-22T09:59:00Z", "2026-11-22T10:05:00Z");
    // A minute of difference between the clocks is forgiven, not more.
    for (from, until, expected) in [
        (from, "2026-11-22T09:59:00.001Z", Ok(())),
        (from, "2026-11-22T09:59:00Z", Err(Refusal::Expired)),
        ("2026-11-22T10:01:00Z", until, Ok(())),
        ("2026-11-22T10:01:00.001Z", until, Err(Refusal::NotYet)),
        ("yesterday", until, Err(Refusal::Moment)),
        (from, "2026-11-22T10:05:00", Err(Refusal::Moment)),
    ] {
        assert_eq!(
            judged(|a| a.conditions = window(from, until)).map(|_| ()),
            expected
        );
    }
    for (until, expected) in [
        ("2026-11-22T09:59:00.001Z", Ok(())),
        ("2026-11-22T09:59:00Z", Err(Refusal::Expired)),
        ("2026-11-23T10:00:00Z", Ok(())),
        ("2026-11-23T10:00:00.001Z", Err(Refusal::Confirmation)),
        ("", Err(Refusal::Moment)),
    ] {
        assert_eq!(
            judged(|a| a.not_on_or_after = until.into()).map(|_| ()),
            expected,
            "{until}"
        );
    }
    let statement =
        |at: &str| format!("<saml:AuthnStatement AuthnInstant=\"{at}\"></saml:AuthnStatement>");
    assert!(judged(|a| a.statement = statement("2026-11-22T10:01:00Z")).is_ok());
    assert_eq!(
        judged(|a| a.statement = statement("2026-11-22T10:01:01Z")),
        Err(Refusal::NotYet)
    );
    let ended = "<saml:AuthnStatement AuthnInstant=\"2026-11-22T09:00:00Z\" SessionNotOnOrAfter=\"2026-11-22T09:30:00Z\"></saml:AuthnStatement>";
    assert_eq!(
        judged(|a| a.statement = ended.into()),
        Err(Refusal::Expired)
    );
    assert_eq!(
        judged(|a| a.statement = String::new()),
        Err(Refusal::AuthnStatement)
    );
}

#[test]
fn names_that_are_none() {
    for (name, refusal) in [
        ("", Refusal::NameId),
        ("<saml:NameID></saml:NameID>", Refusal::NameId),
        ("<saml:NameID> a</saml:NameID>", Refusal::NameId),
        ("<saml:NameID>a\u{85}b</saml:NameID>", Refusal::NameId),
        (
            "<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>",
            Refusal::Structure,
        ),
        ("<saml:BaseID></saml:BaseID>", Refusal::Structure),
    ] {
        assert_eq!(judged(|a| a.name_id = name.into()), Err(refusal), "{name}");
    }
    let long = format!("<saml:NameID>{}</saml:NameID>", "x".repeat(1025));
    assert_eq!(judged(|a| a.name_id = long), Err(Refusal::NameId));
}

#[test]
fn what_the_response_says_around_the_assertion() {
    let forger = Forger::elliptic();
    let sound = forger.response(&Assertion::default());
    let failed = sound.replacen("status:Success", "status:Responder", 1);
    assert_eq!(judge(&forger.provider(), &failed), Err(Refusal::Status));
    let failed = response("_r", "").replacen("status:Success", "status:Requester", 1);
    assert_eq!(judge(&forger.provider(), &failed), Err(Refusal::Status));
    for (from, to, refusal) in [
        (
            "Destination=\"https://crm.",
            "Destination=\"https://evil.",
            Refusal::Destination,
        ),
        (
            "InResponseTo=\"_request\"",
            "InResponseTo=\"_other\"",
            Refusal::InResponseTo,
        ),
        ("InResponseTo=\"_request\"", "", Refusal::InResponseTo),
        (
            "Version=\"2.0\"><saml:Issuer xmlns",
            "Version=\"1.1\"><saml:Issuer xmlns",
            Refusal::Version,
        ),
        (
            ">https://idp.example.com/metadata<",
            ">https://evil.example/<",
            Refusal::Issuer,
        ),
        (
            "<samlp:Status>",
            "<samlp:Other></samlp:Other><samlp:Status>",
            Refusal::Structure,
        ),
        ("<samlp:Status>", "text<samlp:Status>", Refusal::Structure),
    ] {
        let changed = sound.replacen(from, to, 1);
        assert_ne!(changed, sound);
        assert_eq!(judge(&forger.provider(), &changed), Err(refusal), "{to}");
    }
    // Signed as a whole it must name its destination; unsigned it may leave it out.
    let without = sound.replacen(&format!(" Destination=\"{CONSUMER}\""), "", 1);
    assert!(judge(&forger.provider(), &without).is_ok());
    let text = response("_response", &Assertion::default().text()).replacen(
        &format!(" Destination=\"{CONSUMER}\""),
        "",
        1,
    );
    let signed = after_issuer(&text, &forger.signature_over(&text, "_response"));
    assert_eq!(
        judge(&forger.provider(), &signed),
        Err(Refusal::Destination)
    );
}

#[test]
fn an_attribute_is_read_whole_or_not_at_all() {
    let attributes = "<saml:AttributeStatement><saml:Attribute Name=\"a\"><saml:AttributeValue>1</saml:AttributeValue><saml:AttributeValue>2<saml:NameID>x</saml:NameID></saml:AttributeValue></saml:Attribute><saml:Attribute Name=\"a\"><saml:AttributeValue>3</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>";
    let accepted = judged(|a| a.attributes = attributes.into()).unwrap();
    assert_eq!(accepted.values("a"), ["1", "3"]);
    assert!(accepted.values("b").is_empty());
}
