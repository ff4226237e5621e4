//! An identity provider that signs whatever it is told to. It writes canonical XML by hand and shares no code with what
//! it tests but the digest.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_kernel::crypto::ForeignDigest;
use custos_saml::{Accepted, Expected, IdentityProvider, Refusal, ServiceProvider, accept};
use custos_values::Timestamp;
use rcgen::{
    CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize, SigningKey,
};

pub const ISSUER: &str = "https://idp.example.com/metadata";
pub const SERVICE: &str = "https://crm.example.com/saml";
pub const CONSUMER: &str = "https://crm.example.com/saml/acs";
pub const REQUEST: &str = "_request";
pub const NOW: &str = "2026-11-22T10:00:00Z";
pub const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

pub struct Forger {
    key: KeyPair,
    certificate: String,
    elliptic: bool,
    /// Named in the signature, whatever is done in truth.
    pub signature_method: String,
    pub digest_method: String,
    pub canonicalization: String,
    pub second_transform: String,
    /// What follows in SignedInfo after the reference.
    pub more_in_signed_info: String,
}

impl Forger {
    pub fn rsa() -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        Self::with(key, false, RSA_SHA256)
    }

    pub fn elliptic() -> Self {
        Self::with(
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
            true,
            ECDSA_SHA256,
        )
    }

    fn with(key: KeyPair, elliptic: bool, method: &str) -> Self {
        let params = CertificateParams::new(vec!["idp.example.com".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: STANDARD.encode(certificate.der()),
            key,
            elliptic,
            signature_method: method.to_owned(),
            digest_method: SHA256.to_owned(),
            canonicalization: EXCLUSIVE.to_owned(),
            second_transform: EXCLUSIVE.to_owned(),
            more_in_signed_info: String::new(),
        }
    }

    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    pub fn metadata(&self) -> String {
        metadata(&[self])
    }

    pub fn provider(&self) -> IdentityProvider {
        IdentityProvider::from_metadata(&self.metadata(), moment(NOW)).unwrap()
    }

    /// A signature over `canonical`, an element in canonical form with this id.
    pub fn signature_over(&self, canonical: &str, id: &str) -> String {
        let digest = STANDARD.encode(ForeignDigest::Sha256.of(canonical.as_bytes()));
        let info = format!(
            concat!(
                "<ds:SignedInfo xmlns:ds=\"{dsig}\">",
                "<ds:CanonicalizationMethod Algorithm=\"{c14n}\"></ds:CanonicalizationMethod>",
                "<ds:SignatureMethod Algorithm=\"{method}\"></ds:SignatureMethod>",
                "<ds:Reference URI=\"#{id}\"><ds:Transforms>",
                "<ds:Transform Algorithm=\"{dsig}enveloped-signature\"></ds:Transform>",
                "<ds:Transform Algorithm=\"{second}\"></ds:Transform></ds:Transforms>",
                "<ds:DigestMethod Algorithm=\"{digest_method}\"></ds:DigestMethod>",
                "<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>{more}</ds:SignedInfo>"
            ),
            dsig = DSIG,
            c14n = self.canonicalization,
            method = self.signature_method,
            second = self.second_transform,
            digest_method = self.digest_method,
            id = id,
            digest = digest,
            more = self.more_in_signed_info,
        );
        let value = STANDARD.encode(self.sign(info.as_bytes()));
        // Within the signature the prefix is declared already.
        let info = info.replacen(&format!(" xmlns:ds=\"{DSIG}\""), "", 1);
        format!(
            "<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"
        )
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.key.sign(message).unwrap();
        match self.elliptic {
            true => fixed(&signature),
            false => signature,
        }
    }

    /// The assertion with the signature in its place.
    pub fn signed_assertion(&self, assertion: &Assertion) -> String {
        let text = assertion.text();
        after_issuer(&text, &self.signature_over(&text, &assertion.id))
    }

    /// A sound response with a signed assertion.
    pub fn response(&self, assertion: &Assertion) -> String {
        response("_response", &self.signed_assertion(assertion))
    }

    /// A sound response, signed as a whole.
    pub fn signed_response(&self, assertion: &Assertion) -> String {
        let text = response("_response", &assertion.text());
        after_issuer(&text, &self.signature_over(&text, "_response"))
    }
}

/// DER of r and s to 32 bytes each.
fn fixed(der: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = &der[2..];
    for _ in 0..2 {
        let length = usize::from(rest[1]);
        let number = &rest[2..2 + length];
        let number = &number[number.iter().take_while(|b| **b == 0).count()..];
        out.extend(vec![0; 32 - number.len()]);
        out.extend(number);
        rest = &rest[2 + length..];
    }
    out
}

pub fn metadata(forgers: &[&Forger]) -> String {
    let keys: String = forgers
        .iter()
        .map(|forger| {
            format!(
                "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data><ds:X509Certificate>\n{}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
                forger.certificate
            )
        })
        .collect();
    format!(
        concat!(
            "<!-- kept by hand --><md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{issuer}\">",
            "<md:IDPSSODescriptor protocolSupportEnumeration=\"{protocol}\">{keys}",
            "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.example.com/sso?tenant=1\"/>",
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        ),
        issuer = ISSUER,
        protocol = PROTOCOL,
        keys = keys
    )
}

/// An assertion whose every part can be another one.
#[derive(Clone)]
pub struct Assertion {
    pub id: String,
    pub version: String,
    pub issuer: String,
    pub name_id: String,
    pub confirmation_method: String,
    pub in_response_to: String,
    pub not_on_or_after: String,
    pub recipient: String,
    pub conditions: String,
    pub statement: String,
    pub attributes: String,
}

impl Default for Assertion {
    fn default() -> Self {
        Self {
            id: "_assertion".into(),
            version: "2.0".into(),
            issuer: ISSUER.into(),
            name_id: "<saml:NameID>li.na@example.com</saml:NameID>".into(),
            confirmation_method: "urn:oasis:names:tc:SAML:2.0:cm:bearer".into(),
            in_response_to: REQUEST.into(),
            not_on_or_after: "2026-11-22T10:05:00Z".into(),
            recipient: CONSUMER.into(),
            conditions: conditions("2026-11-22T09:59:00Z", "2026-11-22T10:05:00Z", SERVICE),
            statement: "<saml:AuthnStatement AuthnInstant=\"2026-11-22T09:59:30Z\" SessionIndex=\"_session\"></saml:AuthnStatement>".into(),
            attributes: "<saml:AttributeStatement><saml:Attribute Name=\"groups\"><saml:AttributeValue>Sales</saml:AttributeValue><saml:AttributeValue>R&amp;D</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>".into(),
        }
    }
}

pub fn conditions(from: &str, until: &str, audience: &str) -> String {
    format!(
        "<saml:Conditions NotBefore=\"{from}\" NotOnOrAfter=\"{until}\"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
    )
}

impl Assertion {
    /// In canonical form, without a signature.
    pub fn text(&self) -> String {
        format!(
            concat!(
                "<saml:Assertion xmlns:saml=\"{ns}\" ID=\"{id}\" IssueInstant=\"{now}\" Version=\"{version}\">",
                "<saml:Issuer>{issuer}</saml:Issuer><saml:Subject>{name_id}",
                "<saml:SubjectConfirmation Method=\"{method}\"><saml:SubjectConfirmationData ",
                "InResponseTo=\"{request}\" NotOnOrAfter=\"{until}\" Recipient=\"{recipient}\">",
                "</saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>",
                "{conditions}{statement}{attributes}</saml:Assertion>"
            ),
            ns = ASSERTION,
            now = NOW,
            id = self.id,
            version = self.version,
            issuer = self.issuer,
            name_id = self.name_id,
            method = self.confirmation_method,
            request = self.in_response_to,
            until = self.not_on_or_after,
            recipient = self.recipient,
            conditions = self.conditions,
            statement = self.statement,
            attributes = self.attributes,
        )
    }

    /// What an attacker would like to be believed.
    pub fn evil(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name_id: "<saml:NameID>admin@example.com</saml:NameID>".into(),
            ..Self::default()
        }
    }
}

/// A response around whatever it is given, in canonical form if its content is.
pub fn response(id: &str, content: &str) -> String {
    format!(
        concat!(
            "<samlp:Response xmlns:samlp=\"{protocol}\" Destination=\"{consumer}\" ID=\"{id}\" InResponseTo=\"{request}\" ",
            "IssueInstant=\"{now}\" Version=\"2.0\"><saml:Issuer xmlns:saml=\"{assertion}\">{issuer}</saml:Issuer>",
            "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status>",
            "{content}</samlp:Response>"
        ),
        protocol = PROTOCOL,
        assertion = ASSERTION,
        consumer = CONSUMER,
        request = REQUEST,
        now = NOW,
        issuer = ISSUER,
        id = id,
        content = content,
    )
}

pub fn after_issuer(text: &str, signature: &str) -> String {
    text.replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1)
}

pub fn service() -> ServiceProvider {
    ServiceProvider {
        entity_id: SERVICE.into(),
        consumer_url: CONSUMER.into(),
    }
}

pub fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn judge_at(
    provider: &IdentityProvider,
    response: &str,
    now: &str,
) -> Result<Accepted, Refusal> {
    let service = service();
    let expected = Expected {
        service: &service,
        provider,
        request_id: REQUEST,
        now: moment(now),
    };
    accept(&STANDARD.encode(response), &expected)
}

pub fn judge(provider: &IdentityProvider, response: &str) -> Result<Accepted, Refusal> {
    judge_at(provider, response, NOW)
}
