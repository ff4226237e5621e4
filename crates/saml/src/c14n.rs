//! Exclusive XML Canonicalization 1.0 without comments (<https://www.w3.org/TR/xml-exc-c14n/>) of an element with
//! everything in it, in documents without comments and processing instructions.

use roxmltree::{Node, NodeId};

use crate::xml::written_name;

/// The algorithm's identifier.
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// The canonical form of `element`, leaving out the element `without`. `inclusive` are the prefixes of the parameter
/// InclusiveNamespaces, with `#default` for none.
pub(crate) fn canonical<'a>(
    element: Node<'a, 'a>,
    without: Option<NodeId>,
    inclusive: &[&str],
) -> String {
    let mut writer = Writer {
        out: String::new(),
        rendered: Vec::new(),
        without,
        inclusive,
    };
    writer.element(element);
    writer.out
}

struct Writer<'a, 'p> {
    out: String,
    /// Prefixes and namespaces in effect in the output, innermost last.
    rendered: Vec<(&'a str, &'a str)>,
    without: Option<NodeId>,
    inclusive: &'p [&'p str],
}

impl<'a> Writer<'a, '_> {
    /// Depth is bounded by what [`crate::xml`] lets pass.
    fn element(&mut self, node: Node<'a, 'a>) {
        let name = written_name(node, node.range().start + 1);
        let outer = self.rendered.len();
        let namespaces = self.namespaces(node, name);
        let mut attributes: Vec<_> = node.attributes().collect();
        attributes.sort_by_key(|attribute| (attribute.namespace().unwrap_or(""), attribute.name()));

        self.out.push('<');
        self.out.push_str(name);
        for (prefix, uri) in &namespaces {
            self.out.push_str(if prefix.is_empty() {
                " xmlns"
            } else {
                " xmlns:"
            });
            self.out.push_str(prefix);
            self.value(uri);
        }
        for attribute in attributes {
            self.out.push(' ');
            self.out
                .push_str(written_name(node, attribute.range().start));
            self.value(attribute.value());
        }
        self.out.push('>');
        self.rendered.extend(namespaces);
        for child in node.children() {
            if child.is_element() && Some(child.id()) != self.without {
                self.element(child);
            } else if child.is_text() {
                self.text(child.text().unwrap_or(""));
            }
        }
        self.rendered.truncate(outer);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// The declarations this element needs and the output does not have yet, by prefix.
    fn namespaces(&self, node: Node<'a, 'a>, name: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut needed = vec![(prefix_of(name), node.tag_name().namespace().unwrap_or(""))];
        for attribute in node.attributes() {
            let prefix = prefix_of(written_name(node, attribute.range().start));
            if !prefix.is_empty() {
                needed.push((prefix, attribute.namespace().unwrap_or("")));
            }
        }
        for namespace in node.namespaces() {
            let prefix = namespace.name().unwrap_or("");
            let listed = if prefix.is_empty() {
                "#default"
            } else {
                prefix
            };
            if self.inclusive.contains(&listed) {
                needed.push((prefix, namespace.uri()));
            }
        }
        needed.sort_unstable();
        needed.dedup();
        needed.retain(|(prefix, uri)| *prefix != "xml" && self.in_effect(prefix) != *uri);
        needed
    }

    fn in_effect(&self, prefix: &str) -> &'a str {
        let known = self.rendered.iter().rev().find(|(p, _)| *p == prefix);
        known.map_or("", |(_, uri)| uri)
    }

    fn value(&mut self, value: &str) {
        self.out.push_str("=\"");
        for c in value.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' => self.out.push_str("&#x9;"),
                '\n' => self.out.push_str("&#xA;"),
                '\r' => self.out.push_str("&#xD;"),
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\r' => self.out.push_str("&#xD;"),
                other => self.out.push(other),
            }
        }
    }
}

fn prefix_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use roxmltree::Document;

    fn of(text: &str, name: &str, inclusive: &[&str]) -> String {
        let document = Document::parse(text).unwrap();
        let element = document
            .descendants()
            .find(|node| node.tag_name().name() == name)
            .unwrap();
        canonical(element, None, inclusive)
    }

    /// Canonical XML 1.0, 3.4, without what needs a document type.
    #[test]
    fn characters_and_references() {
        let text = concat!(
            "<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n",
            "   <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n",
            "   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>"
        );
        let expected = concat!(
            "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n",
            "   <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">valid</compute>\n",
            "   <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>"
        );
        assert_eq!(of(text, "doc", &[]), expected);
    }

    /// Exclusive XML Canonicalization 1.0, 2.2: the same form in both surroundings.
    #[test]
    fn the_surroundings_leave_no_trace() {
        let expected = concat!(
            "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n",
            "    <n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff>\n  </n1:elem2>"
        );
        let first = concat!(
            "<n0:local xmlns:n0=\"foo:bar\" xmlns:n3=\"ftp://example.org\">\n  ",
            "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n    <n3:stuff/>\n  </n1:elem2>\n</n0:local>"
        );
        let second = concat!(
            "<n2:pdu xmlns:n1='http://example.com' xmlns:n2='http://foo.example' xml:lang='fr' xml:space='retain'>\n  ",
            "<n1:elem2 xmlns:n1='http://example.net' xml:lang='en'>\n    ",
            "<n3:stuff xmlns:n3='ftp://example.org'/>\n  </n1:elem2>\n</n2:pdu>"
        );
        assert_eq!(of(first, "elem2", &[]), expected);
        assert_eq!(of(second, "elem2", &[]), expected);
    }

    #[test]
    fn declarations_are_sorted_and_attributes_ordered_by_namespace() {
        let text = "<e xmlns:b='u:1' xmlns:a='u:2' z='1' a:x='2' b:y='3' c='4' xmlns='u:0'/>";
        let expected = "<e xmlns=\"u:0\" xmlns:a=\"u:2\" xmlns:b=\"u:1\" c=\"4\" z=\"1\" b:y=\"3\" a:x=\"2\"></e>";
        assert_eq!(of(text, "e", &[]), expected);
    }

    #[test]
    fn a_default_namespace_is_taken_back() {
        let text = "<a xmlns='u:1'><b xmlns=''><c xmlns=''/></b></a>";
        assert_eq!(
            of(text, "a", &[]),
            "<a xmlns=\"u:1\"><b xmlns=\"\"><c></c></b></a>"
        );
    }

    #[test]
    fn listed_prefixes_are_kept_where_they_come_into_force() {
        let text = "<r xmlns:xs='u:xs' xmlns:o='u:o' xmlns='u:d'><p:a xmlns:p='u:p' t='xs:string'><p:b/></p:a></r>";
        assert_eq!(
            of(text, "a", &["xs"]),
            "<p:a xmlns:p=\"u:p\" xmlns:xs=\"u:xs\" t=\"xs:string\"><p:b></p:b></p:a>"
        );
        assert_eq!(
            of(text, "a", &["#default"]),
            "<p:a xmlns=\"u:d\" xmlns:p=\"u:p\" t=\"xs:string\"><p:b></p:b></p:a>"
        );
    }
}
