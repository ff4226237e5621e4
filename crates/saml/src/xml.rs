//! Strict reading of XML: limits, refused markup, and access to children that tolerates nothing unexpected.

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

use crate::Refusal;

pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const POST_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
pub(crate) const REDIRECT_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

const MAX_DEPTH: usize = 32;
/// Elements, texts and the document itself, but no attributes.
const MAX_NODES: u32 = 20_000;
/// Parsing takes time and memory by the square of the declarations and of the attributes of one element.
const MAX_DECLARATIONS: usize = 512;
const MAX_ATTRIBUTES: usize = 4096;
const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// Parses a message. `<!` begins every document type, comment and CDATA section, `<?` every processing instruction;
/// neither can stand anywhere else in well-formed text, so they are looked for before any parser sees the text.
pub(crate) fn parse_message(text: &str) -> Result<Document<'_>, Refusal> {
    let body = match text.strip_prefix("<?xml ") {
        Some(rest) => rest.split_once("?>").ok_or(Refusal::Malformed)?.1,
        None => text,
    };
    if body.contains("<!") || body.contains("<?") {
        return Err(Refusal::Markup);
    }
    if text.matches("xmlns").count() > MAX_DECLARATIONS
        || text.matches('=').count() > MAX_ATTRIBUTES
    {
        return Err(Refusal::TooLarge);
    }
    parse(text, MAX_NODES)
}

/// Parses a document of metadata, which an administrator supplies: comments are passed over, a document type is refused.
pub(crate) fn parse_metadata(text: &str) -> Result<Document<'_>, Refusal> {
    if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
        return Err(Refusal::Markup);
    }
    parse(text, 50 * MAX_NODES)
}

fn parse(text: &str, nodes_limit: u32) -> Result<Document<'_>, Refusal> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Refusal::TooLarge,
        roxmltree::Error::DtdDetected => Refusal::Markup,
        _ => Refusal::Malformed,
    })?;
    // What comes after this may follow the tree recursively.
    let deep = |node: Node<'_, '_>| node.ancestors().take(MAX_DEPTH + 2).count() > MAX_DEPTH + 1;
    if document.descendants().any(deep) {
        return Err(Refusal::TooDeep);
    }
    Ok(document)
}

/// Refuses a document in which a value of an attribute that could be an id occurs twice.
pub(crate) fn require_unique_ids(document: &Document<'_>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    let ids = document.descendants().flat_map(|node| {
        node.attributes()
            .filter(|attribute| {
                attribute.name().eq_ignore_ascii_case("id")
                    && matches!(attribute.namespace(), None | Some(XML_NAMESPACE))
            })
            .map(|attribute| attribute.value())
    });
    for id in ids {
        if !seen.insert(id) {
            return Err(Refusal::DuplicateId);
        }
    }
    Ok(())
}

pub(crate) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    let tag = node.tag_name();
    node.is_element() && tag.name() == name && tag.namespace() == Some(namespace)
}

/// How many elements of this name the document has, at any place.
pub(crate) fn count(document: &Document<'_>, namespace: &str, name: &str) -> usize {
    document
        .descendants()
        .filter(|node| is(*node, namespace, name))
        .count()
}

/// The child elements; refused if there is text between them.
pub(crate) fn children<'a, 'i>(parent: Node<'a, 'i>) -> Result<Vec<Node<'a, 'i>>, Refusal> {
    let blank = |node: Node<'_, '_>| {
        node.text()
            .is_some_and(|text| text.bytes().all(|b| b.is_ascii_whitespace()))
    };
    let mut elements = Vec::new();
    for child in parent.children() {
        if child.is_element() {
            elements.push(child);
        } else if !(child.is_text() && blank(child)) {
            return Err(Refusal::Structure);
        }
    }
    Ok(elements)
}

/// The one child of this name, if there is one; refused if there are several.
pub(crate) fn child<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &str,
    name: &str,
) -> Result<Option<Node<'a, 'i>>, Refusal> {
    let mut found = parent.children().filter(|node| is(*node, namespace, name));
    let first = found.next();
    match found.next() {
        Some(_) => Err(Refusal::Structure),
        None => Ok(first),
    }
}

/// The text of an element that contains nothing but text. Never a part of it: an element with any other content is
/// refused.
pub(crate) fn text<'a>(element: Node<'a, '_>) -> Result<&'a str, Refusal> {
    let mut content = element.children();
    match (content.next(), content.next()) {
        (None, _) => Ok(""),
        (Some(only), None) if only.is_text() => only.text().ok_or(Refusal::Structure),
        _ => Err(Refusal::Structure),
    }
}

/// The name as written, with its prefix: what starts at this place of the source and ends before white space, `=`, `/`
/// or `>`.
pub(crate) fn written_name<'a>(node: Node<'a, '_>, start: usize) -> &'a str {
    let source = node.document().input_text().get(start..).unwrap_or("");
    let end = source
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/' | '>'))
        .unwrap_or(source.len());
    &source[..end]
}
