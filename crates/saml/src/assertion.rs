//! The signed assertion: read from the signed text alone, and judged.

use custos_values::Timestamp;
use roxmltree::Node;

use crate::Refusal;
use crate::response::Expected;
use crate::xml::{self, ASSERTION};

/// How far the provider's clock may be from ours, in milliseconds.
const SKEW: i64 = 60_000;
/// The longest time an assertion may be presented, in milliseconds: its id is kept for so long.
const MAX_LIFETIME: i64 = 24 * 60 * 60 * 1000;
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const MAX_NAME_LENGTH: usize = 1024;
const MAX_ID_LENGTH: usize = 256;

/// What an accepted assertion says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The assertion's id. The caller refuses it a second time until [`Accepted::replayable_until`].
    pub assertion_id: String,
    /// From this moment on the assertion is refused for its age.
    pub replayable_until: Timestamp,
    /// Who it is about.
    pub name_id: NameId,
    /// The provider's name of its session.
    pub session_index: Option<String>,
    /// When the person signed in there.
    pub authenticated_at: Timestamp,
    /// How the person signed in there, as an identifier of a class.
    pub context_class: Option<String>,
    /// What it says about the person; each name once.
    pub attributes: Vec<Attribute>,
}

/// The name of the person at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameId {
    /// What kind of name it is.
    pub format: Option<String>,
    /// The name, exactly as signed.
    pub value: String,
}

/// An attribute with its values, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The attribute's name.
    pub name: String,
    /// Its values; those that are not text are left out.
    pub values: Vec<String>,
}

impl Accepted {
    /// The values of an attribute; none if it is not there.
    pub fn values(&self, name: &str) -> &[String] {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map_or(&[], |attribute| &attribute.values)
    }
}

/// Judges the signed text of an assertion.
pub(crate) fn judge(signed: &str, expected: &Expected<'_>) -> Result<Accepted, Refusal> {
    let document = xml::parse_message(signed)?;
    let root = document.root_element();
    if !xml::is(root, ASSERTION, "Assertion") {
        return Err(Refusal::Structure);
    }
    if root.attribute("Version") != Some("2.0") {
        return Err(Refusal::Version);
    }
    let assertion_id = root
        .attribute("ID")
        .filter(|id| (1..=MAX_ID_LENGTH).contains(&id.len()))
        .ok_or(Refusal::Structure)?;
    let (mut issuer, mut subject, mut conditions) = (None, None, None);
    let (mut sign_ins, mut statements) = (Vec::new(), Vec::new());
    for child in xml::children(root)? {
        let place = match child.tag_name().name() {
            _ if child.tag_name().namespace() != Some(ASSERTION) => return Err(Refusal::Structure),
            "Issuer" => &mut issuer,
            "Subject" => &mut subject,
            "Conditions" => &mut conditions,
            "AuthnStatement" => {
                sign_ins.push(child);
                continue;
            }
            "AttributeStatement" => {
                statements.push(child);
                continue;
            }
            _ => return Err(Refusal::Structure),
        };
        if place.replace(child).is_some() {
            return Err(Refusal::Structure);
        }
    }

    if xml::text(issuer.ok_or(Refusal::Issuer)?)? != expected.provider.entity_id {
        return Err(Refusal::Issuer);
    }
    judge_conditions(conditions.ok_or(Refusal::Audience)?, expected)?;
    let (name_id, until) = judge_subject(subject.ok_or(Refusal::NameId)?, expected)?;
    let sign_in = *sign_ins.first().ok_or(Refusal::AuthnStatement)?;
    for statement in &sign_ins {
        if moment(*statement, "SessionNotOnOrAfter")?.is_some_and(|end| passed(end, expected.now)) {
            return Err(Refusal::Expired);
        }
    }
    let authenticated_at = moment(sign_in, "AuthnInstant")?.ok_or(Refusal::AuthnStatement)?;
    if authenticated_at > expected.now.plus_millis(SKEW) {
        return Err(Refusal::NotYet);
    }
    Ok(Accepted {
        assertion_id: assertion_id.to_owned(),
        replayable_until: until.plus_millis(SKEW),
        name_id,
        session_index: sign_in.attribute("SessionIndex").map(str::to_owned),
        authenticated_at,
        context_class: context_class(sign_in)?,
        attributes: attributes(&statements)?,
    })
}

fn judge_conditions(conditions: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Refusal> {
    judge_window(conditions, expected.now)?;
    let mut restricted = false;
    for condition in xml::children(conditions)? {
        if xml::is(condition, ASSERTION, "AudienceRestriction") {
            let mut ours = false;
            for audience in xml::children(condition)? {
                if !xml::is(audience, ASSERTION, "Audience") {
                    return Err(Refusal::Structure);
                }
                ours |= xml::text(audience)? == expected.service.entity_id;
            }
            if !ours {
                return Err(Refusal::Audience);
            }
            restricted = true;
        } else if !xml::is(condition, ASSERTION, "OneTimeUse")
            && !xml::is(condition, ASSERTION, "ProxyRestriction")
        {
            return Err(Refusal::Condition);
        }
    }
    match restricted {
        true => Ok(()),
        false => Err(Refusal::Audience),
    }
}

/// The subject's name, and until when one of its confirmations is valid.
fn judge_subject(
    subject: Node<'_, '_>,
    expected: &Expected<'_>,
) -> Result<(NameId, Timestamp), Refusal> {
    let (mut name, mut until, mut why) = (None, None, Refusal::Confirmation);
    for child in xml::children(subject)? {
        if xml::is(child, ASSERTION, "NameID") && name.is_none() {
            name = Some(name_id(child)?);
        } else if xml::is(child, ASSERTION, "SubjectConfirmation") {
            match judge_confirmation(child, expected) {
                Ok(end) => until = until.max(Some(end)),
                Err(refusal) => why = refusal,
            }
        } else {
            return Err(Refusal::Structure);
        }
    }
    Ok((name.ok_or(Refusal::NameId)?, until.ok_or(why)?))
}

fn name_id(element: Node<'_, '_>) -> Result<NameId, Refusal> {
    let value = xml::text(element)?;
    let usable = (1..=MAX_NAME_LENGTH).contains(&value.len())
        && value.trim() == value
        && !value.chars().any(char::is_control);
    match usable {
        true => Ok(NameId {
            format: element.attribute("Format").map(str::to_owned),
            value: value.to_owned(),
        }),
        false => Err(Refusal::NameId),
    }
}

/// Profiles, 4.1.4.2: bearer, to our address, in answer to our request, for a limited time.
fn judge_confirmation(
    confirmation: Node<'_, '_>,
    expected: &Expected<'_>,
) -> Result<Timestamp, Refusal> {
    if confirmation.attribute("Method") != Some(BEARER) {
        return Err(Refusal::Confirmation);
    }
    let data = xml::child(confirmation, ASSERTION, "SubjectConfirmationData")?
        .ok_or(Refusal::Confirmation)?;
    if data.attribute("Recipient") != Some(expected.service.consumer_url.as_str()) {
        return Err(Refusal::Destination);
    }
    if data.attribute("InResponseTo") != Some(expected.request_id) {
        return Err(Refusal::InResponseTo);
    }
    judge_window(data, expected.now)?;
    let until = moment(data, "NotOnOrAfter")?.ok_or(Refusal::Confirmation)?;
    match until > expected.now.plus_millis(MAX_LIFETIME) {
        true => Err(Refusal::Confirmation),
        false => Ok(until),
    }
}

fn judge_window(element: Node<'_, '_>, now: Timestamp) -> Result<(), Refusal> {
    if moment(element, "NotBefore")?.is_some_and(|start| start > now.plus_millis(SKEW)) {
        return Err(Refusal::NotYet);
    }
    match moment(element, "NotOnOrAfter")?.is_some_and(|end| passed(end, now)) {
        true => Err(Refusal::Expired),
        false => Ok(()),
    }
}

fn passed(end: Timestamp, now: Timestamp) -> bool {
    end.plus_millis(SKEW) <= now
}

fn moment(element: Node<'_, '_>, attribute: &str) -> Result<Option<Timestamp>, Refusal> {
    element
        .attribute(attribute)
        .map(|text| text.parse().map_err(|_| Refusal::Moment))
        .transpose()
}

fn context_class(statement: Node<'_, '_>) -> Result<Option<String>, Refusal> {
    let Some(context) = xml::child(statement, ASSERTION, "AuthnContext")? else {
        return Ok(None);
    };
    xml::child(context, ASSERTION, "AuthnContextClassRef")?
        .map(|class| xml::text(class).map(str::to_owned))
        .transpose()
}

fn attributes(statements: &[Node<'_, '_>]) -> Result<Vec<Attribute>, Refusal> {
    let mut found: Vec<Attribute> = Vec::new();
    for statement in statements {
        for element in xml::children(*statement)? {
            if !xml::is(element, ASSERTION, "Attribute") {
                return Err(Refusal::Structure);
            }
            let name = element.attribute("Name").ok_or(Refusal::Structure)?;
            let values = element
                .children()
                .filter(|value| xml::is(*value, ASSERTION, "AttributeValue"))
                .filter_map(|value| xml::text(value).ok().map(str::to_owned));
            match found.iter_mut().find(|attribute| attribute.name == name) {
                Some(known) => known.values.extend(values),
                None => found.push(Attribute {
                    name: name.to_owned(),
                    values: values.collect(),
                }),
            }
        }
    }
    Ok(found)
}
