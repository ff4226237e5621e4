//! Metadata documents: reading the identity provider's, writing ours.

use custos_values::Timestamp;
use roxmltree::Node;
use thiserror::Error;

use crate::xml::{self, ASSERTION, DSIG, METADATA, POST_BINDING, PROTOCOL, REDIRECT_BINDING};
use crate::{Certificate, IdentityProvider, Refusal, ServiceProvider};

const MAX_LENGTH: usize = 1024 * 1024;
const MAX_CERTIFICATES: usize = 16;
const MAX_URL_LENGTH: usize = 2000;

/// Why a metadata document cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MetadataError {
    /// Longer than 1 MiB.
    #[error("too large")]
    TooLarge,
    /// Not XML, or with a document type.
    #[error("not an acceptable XML document")]
    Malformed,
    /// It describes no identity provider of SAML 2.0, or several.
    #[error("not exactly one identity provider")]
    Provider,
    /// No address for sign-in by HTTP-Redirect, or one that is neither https nor on this machine.
    #[error("no usable address for sign-in by HTTP-Redirect")]
    SignInUrl,
    /// No certificate for signatures, too many, or one that cannot be read.
    #[error("no usable certificate for signatures")]
    Certificate,
    /// Its own end of validity has passed.
    #[error("expired")]
    Expired,
}

impl From<Refusal> for MetadataError {
    fn from(_: Refusal) -> Self {
        Self::Malformed
    }
}

impl IdentityProvider {
    /// Reads a metadata document. A signature on it is not looked at: whoever configures it answers for where it came
    /// from.
    ///
    /// # Errors
    /// [`MetadataError`].
    pub fn from_metadata(text: &str, now: Timestamp) -> Result<Self, MetadataError> {
        if text.len() > MAX_LENGTH {
            return Err(MetadataError::TooLarge);
        }
        let text = text.trim_start_matches('\u{feff}');
        let document = xml::parse_metadata(text)?;
        let mut roles = document.descendants().filter(|node| {
            xml::is(*node, METADATA, "IDPSSODescriptor")
                && node
                    .attribute("protocolSupportEnumeration")
                    .is_some_and(|list| list.split_ascii_whitespace().any(|p| p == PROTOCOL))
        });
        let (Some(role), None) = (roles.next(), roles.next()) else {
            return Err(MetadataError::Provider);
        };
        for node in role.ancestors() {
            let until = node.attribute("validUntil").map(str::parse::<Timestamp>);
            match until {
                Some(Err(_)) => return Err(MetadataError::Malformed),
                Some(Ok(until)) if until <= now => return Err(MetadataError::Expired),
                _ => {}
            }
        }
        let entity_id = role
            .parent()
            .filter(|parent| xml::is(*parent, METADATA, "EntityDescriptor"))
            .and_then(|entity| entity.attribute("entityID"))
            .filter(|id| !id.is_empty() && id.len() <= 1024)
            .ok_or(MetadataError::Provider)?;
        Ok(Self {
            entity_id: entity_id.to_owned(),
            sign_in_url: sign_in_url(role)?,
            certificates: certificates(role)?,
        })
    }
}

fn sign_in_url(role: Node<'_, '_>) -> Result<String, MetadataError> {
    role.children()
        .filter(|node| xml::is(*node, METADATA, "SingleSignOnService"))
        .filter(|node| node.attribute("Binding") == Some(REDIRECT_BINDING))
        .filter_map(|node| node.attribute("Location"))
        .find(|url| acceptable_url(url))
        .map(str::to_owned)
        .ok_or(MetadataError::SignInUrl)
}

/// https, or http to this machine; without user, fragment or anything that could end a header.
fn acceptable_url(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or("");
    let host = match authority.strip_prefix("[::1]") {
        Some(_) => "::1",
        None => authority.split(':').next().unwrap_or(""),
    };
    let local = matches!(host, "localhost" | "127.0.0.1" | "::1");
    url.len() <= MAX_URL_LENGTH
        && url.bytes().all(|b| b.is_ascii_graphic())
        && !url.contains(['#', '\\', '"', '<', '>'])
        && !authority.contains('@')
        && !host.is_empty()
        && (scheme == "https" || (scheme == "http" && local))
}

fn certificates(role: Node<'_, '_>) -> Result<Vec<Certificate>, MetadataError> {
    let mut found: Vec<Certificate> = Vec::new();
    let keys = role
        .children()
        .filter(|node| xml::is(*node, METADATA, "KeyDescriptor"))
        .filter(|node| matches!(node.attribute("use"), None | Some("signing")));
    for element in keys
        .flat_map(|key| key.descendants())
        .filter(|node| xml::is(*node, DSIG, "X509Certificate"))
    {
        let certificate = Certificate::from_base64(xml::text(element)?)
            .map_err(|_| MetadataError::Certificate)?;
        if !found.contains(&certificate) {
            found.push(certificate);
        }
    }
    match found.len() {
        1..=MAX_CERTIFICATES => Ok(found),
        _ => Err(MetadataError::Certificate),
    }
}

impl ServiceProvider {
    /// Our metadata document, for the identity provider.
    pub fn metadata(&self) -> String {
        format!(
            concat!(
                r#"<?xml version="1.0" encoding="UTF-8"?>"#,
                "\n",
                r#"<md:EntityDescriptor xmlns:md="{metadata}" entityID="{entity}">"#,
                r#"<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" "#,
                r#"protocolSupportEnumeration="{protocol}">"#,
                r#"<md:AssertionConsumerService Binding="{post}" Location="{consumer}" index="0" isDefault="true"/>"#,
                r#"</md:SPSSODescriptor></md:EntityDescriptor>"#,
                "\n"
            ),
            metadata = METADATA,
            protocol = PROTOCOL,
            post = POST_BINDING,
            entity = escaped(&self.entity_id),
            consumer = escaped(&self.consumer_url),
        )
    }

    /// The request of a sign-in, for [`crate::SignInRequest`].
    pub(crate) fn authn_request(
        &self,
        id: &str,
        now: Timestamp,
        destination: &str,
        force: bool,
    ) -> String {
        format!(
            concat!(
                r#"<samlp:AuthnRequest xmlns:samlp="{protocol}" xmlns:saml="{assertion}" ID="{id}" Version="2.0" "#,
                r#"IssueInstant="{now}" Destination="{destination}" ForceAuthn="{force}" "#,
                r#"ProtocolBinding="{post}" AssertionConsumerServiceURL="{consumer}">"#,
                r#"<saml:Issuer>{entity}</saml:Issuer><samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>"#
            ),
            protocol = PROTOCOL,
            assertion = ASSERTION,
            post = POST_BINDING,
            id = id,
            now = now,
            force = force,
            destination = escaped(destination),
            consumer = escaped(&self.consumer_url),
            entity = escaped(&self.entity_id),
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
