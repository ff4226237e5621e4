//! Enveloped signatures: from an element of an untrusted document to the very text that was signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_kernel::crypto::{ForeignDigest, ForeignSignature, constant_time_eq};
use roxmltree::Node;

use crate::c14n::{EXCLUSIVE, canonical};
use crate::xml::{self, DSIG};
use crate::{Certificate, Refusal};

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const MAX_INCLUSIVE_PREFIXES: usize = 16;

/// Verifies the signature that is a child of `element` and covers it, and gives the canonical text of the element
/// without that signature. Only this text may be read.
///
/// What the signature says about itself is read from the canonical form of `SignedInfo`, which is what it signs.
pub(crate) fn signed_text(
    element: Node<'_, '_>,
    certificates: &[Certificate],
) -> Result<String, Refusal> {
    let signature = xml::child(element, DSIG, "Signature")?.ok_or(Refusal::NotSigned)?;
    let parts = xml::children(signature).map_err(|_| Refusal::SignatureForm)?;
    let (info, value) = match parts.as_slice() {
        [info, value] | [info, value, _]
            if xml::is(*info, DSIG, "SignedInfo")
                && xml::is(*value, DSIG, "SignatureValue")
                && parts
                    .get(2)
                    .is_none_or(|key| xml::is(*key, DSIG, "KeyInfo")) =>
        {
            (*info, *value)
        }
        _ => return Err(Refusal::SignatureForm),
    };
    let value = base64(value)?;

    let method = xml::child(info, DSIG, "CanonicalizationMethod")?.ok_or(Refusal::SignatureForm)?;
    let info_text = canonical(info, None, &exclusive_prefixes(method)?);
    let info_document = xml::parse_message(&info_text)?;
    let info = SignedInfo::read(info_document.root_element())?;
    if !certificates
        .iter()
        .any(|certificate| certificate.verifies(info.algorithm, info_text.as_bytes(), &value))
    {
        return Err(Refusal::Signature);
    }

    match element.attribute("ID") {
        Some(id) if !id.is_empty() && info.uri.strip_prefix('#') == Some(id) => {}
        _ => return Err(Refusal::Reference),
    }
    let text = canonical(element, Some(signature.id()), &info.prefixes);
    if !constant_time_eq(&info.digest.of(text.as_bytes()), &info.digest_value) {
        return Err(Refusal::Digest);
    }
    Ok(text)
}

struct SignedInfo<'a> {
    algorithm: ForeignSignature,
    uri: &'a str,
    prefixes: Vec<&'a str>,
    digest: ForeignDigest,
    digest_value: Vec<u8>,
}

impl<'a> SignedInfo<'a> {
    fn read(info: Node<'a, '_>) -> Result<Self, Refusal> {
        let parts = xml::children(info).map_err(|_| Refusal::SignatureForm)?;
        let [canonicalization, signature, reference] = parts.as_slice() else {
            return Err(Refusal::SignatureForm);
        };
        require(*canonicalization, "CanonicalizationMethod")?;
        require(*signature, "SignatureMethod")?;
        require(*reference, "Reference")?;
        exclusive_prefixes(*canonicalization)?;

        let parts = xml::children(*reference).map_err(|_| Refusal::SignatureForm)?;
        let [transforms, digest, digest_value] = parts.as_slice() else {
            return Err(Refusal::SignatureForm);
        };
        require(*transforms, "Transforms")?;
        require(*digest, "DigestMethod")?;
        require(*digest_value, "DigestValue")?;

        let transforms = xml::children(*transforms).map_err(|_| Refusal::SignatureForm)?;
        let [enveloped, exclusive] = transforms.as_slice() else {
            return Err(Refusal::SignatureForm);
        };
        require(*enveloped, "Transform")?;
        require(*exclusive, "Transform")?;
        if enveloped.attribute("Algorithm") != Some(ENVELOPED) || enveloped.has_children() {
            return Err(Refusal::Algorithm);
        }
        Ok(Self {
            algorithm: signature_algorithm(*signature)?,
            uri: reference.attribute("URI").ok_or(Refusal::Reference)?,
            prefixes: exclusive_prefixes(*exclusive)?,
            digest: digest_algorithm(*digest)?,
            digest_value: base64(*digest_value)?,
        })
    }
}

fn require(node: Node<'_, '_>, name: &str) -> Result<(), Refusal> {
    match xml::is(node, DSIG, name) {
        true => Ok(()),
        false => Err(Refusal::SignatureForm),
    }
}

fn signature_algorithm(method: Node<'_, '_>) -> Result<ForeignSignature, Refusal> {
    if method.has_children() {
        return Err(Refusal::Algorithm);
    }
    match method.attribute("Algorithm") {
        Some("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256") => {
            Ok(ForeignSignature::RsaSha256)
        }
        Some("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384") => {
            Ok(ForeignSignature::RsaSha384)
        }
        Some("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512") => {
            Ok(ForeignSignature::RsaSha512)
        }
        Some("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256") => {
            Ok(ForeignSignature::EcdsaP256Sha256)
        }
        _ => Err(Refusal::Algorithm),
    }
}

fn digest_algorithm(method: Node<'_, '_>) -> Result<ForeignDigest, Refusal> {
    if method.has_children() {
        return Err(Refusal::Algorithm);
    }
    match method.attribute("Algorithm") {
        Some("http://www.w3.org/2001/04/xmlenc#sha256") => Ok(ForeignDigest::Sha256),
        Some("http://www.w3.org/2001/04/xmldsig-more#sha384") => Ok(ForeignDigest::Sha384),
        Some("http://www.w3.org/2001/04/xmlenc#sha512") => Ok(ForeignDigest::Sha512),
        _ => Err(Refusal::Algorithm),
    }
}

/// The prefixes of InclusiveNamespaces of a canonicalization that must be the exclusive one.
fn exclusive_prefixes<'a>(method: Node<'a, '_>) -> Result<Vec<&'a str>, Refusal> {
    if method.attribute("Algorithm") != Some(EXCLUSIVE) {
        return Err(Refusal::Algorithm);
    }
    let parameters = xml::children(method).map_err(|_| Refusal::SignatureForm)?;
    let list = match parameters.as_slice() {
        [] => "",
        [list] if xml::is(*list, EXCLUSIVE, "InclusiveNamespaces") && !list.has_children() => {
            list.attribute("PrefixList").unwrap_or("")
        }
        _ => return Err(Refusal::SignatureForm),
    };
    let prefixes: Vec<_> = list.split_ascii_whitespace().collect();
    match prefixes.len() {
        0..=MAX_INCLUSIVE_PREFIXES => Ok(prefixes),
        _ => Err(Refusal::SignatureForm),
    }
}

fn base64(element: Node<'_, '_>) -> Result<Vec<u8>, Refusal> {
    let text = xml::text(element).map_err(|_| Refusal::SignatureForm)?;
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(text).map_err(|_| Refusal::SignatureForm)
}
