//! The parser: one pass over the buffer, tags on a stack.

use super::attributes::{self, Unclosed, text};
use super::buffer::{Buffer, Entities, Kind, standard_entities};
use super::tree::Element;

pub const WHITE: &[u8] = b"\t\r\n \x0b\x0c";

/// Why a text is not taken, worded as FreeSWITCH words it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[error near line {line}]: {what}")]
pub struct Mistake {
    line: usize,
    what: String,
}

/// Parses a whole text.
pub fn parse(text: &[u8]) -> Result<Element, Mistake> {
    let mut parser = Parser {
        buffer: Buffer::new(text),
        entities: standard_entities(),
        open: Vec::new(),
        root: None,
    };
    parser.run()?;
    parser.root.ok_or_else(|| Mistake {
        line: 1,
        what: "root tag missing".to_owned(),
    })
}

struct Parser {
    buffer: Buffer,
    entities: Entities,
    open: Vec<Element>,
    root: Option<Element>,
}

impl Parser {
    fn mistake(&self, position: usize, what: impl Into<String>) -> Mistake {
        Mistake {
            line: self.buffer.line(position),
            what: what.into(),
        }
    }

    fn run(&mut self) -> Result<(), Mistake> {
        let mut at = self.buffer.skip_to(0, b"<");
        if self.buffer.at(at) != b'<' {
            return Err(self.mistake(0, "root tag missing"));
        }
        let mut start;
        loop {
            start = at + 1;
            at = self.tag(start)?;
            if self.buffer.at(at) == 0 {
                break;
            }
            self.buffer.cut(at);
            start = at + 1;
            at = start;
            if self.buffer.at(at) == 0 {
                break;
            }
            if self.buffer.at(at) != b'<' {
                at = self.buffer.skip_to(at, b"<");
                if self.buffer.at(at) != b'<' {
                    break;
                }
                self.content(start, at, Kind::Content);
            }
        }
        match self.open.last() {
            Some(element) => Err(self.mistake(start, format!("unclosed tag <{}>", element.name))),
            None if self.root.is_none() => Err(self.mistake(start, "root tag missing")),
            None => Ok(()),
        }
    }

    /// Reads what follows a `<`; returns where its `>` is.
    fn tag(&mut self, start: usize) -> Result<usize, Mistake> {
        match self.buffer.at(start) {
            b'_' | b':' | 0x80.. => self.element(start),
            first if first.is_ascii_alphabetic() => self.element(start),
            b'/' => self.closing_tag(start),
            b'?' => self.instruction(start),
            _ if self.buffer.goes_on(start, "!--") => self.comment(start),
            _ if self.buffer.goes_on(start, "![CDATA[") => {
                let Some(end) = self.buffer.find(start, b"]]>") else {
                    return Err(self.mistake(start, "unclosed <![CDATA["));
                };
                self.content(start + 8, end, Kind::Raw);
                Ok(end + 2)
            }
            _ if self.buffer.goes_on(start, "!DOCTYPE") => self.doctype(start),
            _ => Err(self.mistake(start, "unexpected <")),
        }
    }

    fn element(&mut self, start: usize) -> Result<usize, Mistake> {
        if self.root.is_some() {
            return Err(self.mistake(start, "markup outside of root element"));
        }
        let mut at = self.buffer.skip_to(start, b"\t\r\n />");
        let name = text(self.buffer.part(start, at));
        while self.buffer.at(at).is_ascii_whitespace() {
            self.buffer.cut(at);
            at += 1;
        }
        let (attributes, mut at) =
            attributes::read(&mut self.buffer, &self.entities, at).map_err(|Unclosed(quote)| {
                self.mistake(start, format!("missing {}", char::from(quote)))
            })?;
        let element = Element {
            name,
            attributes,
            offset: self.open.last().map_or(0, |parent| parent.text.len()),
            ..Element::default()
        };
        if self.buffer.at(at) == b'/' {
            self.buffer.cut(at);
            at += 1;
            if self.buffer.at(at) != b'>' && !self.buffer.ends_with_bracket(at) {
                return Err(self.mistake(start, "missing >"));
            }
            self.finish(element);
        } else if self.buffer.at(at) == b'>' || self.buffer.ends_with_bracket(at) {
            self.open.push(element);
        } else {
            return Err(self.mistake(start, "missing >"));
        }
        Ok(at)
    }

    fn finish(&mut self, element: Element) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn closing_tag(&mut self, start: usize) -> Result<usize, Mistake> {
        let name_start = start + 1;
        let at = self.buffer.skip_to(name_start, b"\t\r\n >");
        if self.buffer.at(at) == 0 && !self.buffer.ends_with_bracket(at) {
            return Err(self.mistake(name_start, "missing >"));
        }
        let name = text(self.buffer.part(name_start, at));
        match self.open.pop() {
            Some(element) if element.name == name => self.finish(element),
            _ => return Err(self.mistake(at, format!("unexpected closing tag </{name}>"))),
        }
        Ok(self.buffer.skip_over(at, WHITE))
    }

    fn comment(&self, start: usize) -> Result<usize, Mistake> {
        let end = self.buffer.find(start + 3, b"--").map(|dashes| dashes + 2);
        match end {
            Some(end) if self.buffer.at(end) == b'>' || self.buffer.ends_with_bracket(end) => {
                Ok(end)
            }
            _ => Err(self.mistake(start, "unclosed <!--")),
        }
    }

    fn instruction(&self, start: usize) -> Result<usize, Mistake> {
        match self.buffer.find(start + 1, b"?>") {
            Some(end) => Ok(end + 1),
            None => Err(self.mistake(start, "unclosed <?")),
        }
    }

    /// Takes over the entities that a DOCTYPE declares.
    fn doctype(&mut self, start: usize) -> Result<usize, Mistake> {
        let bracket = self.buffer.skip_to(start, b"[>");
        if self.buffer.at(bracket) != b'[' {
            return match self.buffer.at(bracket) {
                0 if !self.buffer.ends_with_bracket(bracket) => {
                    Err(self.mistake(start, "unclosed <!DOCTYPE"))
                }
                _ => Ok(bracket),
            };
        }
        let Some(end) = self.buffer.find(bracket, b"]") else {
            return Err(self.mistake(start, "unclosed <!DOCTYPE"));
        };
        let declared = self.buffer.part(bracket + 1, end).to_vec();
        for (name, value) in declared_entities(&text(&declared)) {
            if value.contains(&format!("&{name}")) {
                let what = format!("circular entity declaration &{name}");
                return Err(self.mistake(bracket, what));
            }
            self.entities.push((name.into_bytes(), value.into_bytes()));
        }
        Ok(self.buffer.skip_to(end, b">"))
    }

    fn content(&mut self, start: usize, end: usize, kind: Kind) {
        let Some(element) = self.open.last_mut() else {
            return;
        };
        if start == end {
            return;
        }
        self.buffer.cut(end);
        let content = self.buffer.decode(start, &self.entities, kind);
        element.text.push_str(&String::from_utf8_lossy(&content));
    }
}

/// `<!ENTITY a "b">`, as `a;` and `b`; those that stand in another file are passed over.
fn declared_entities(text: &str) -> Vec<(String, String)> {
    let mut entities = Vec::new();
    for part in text.split("<!ENTITY").skip(1) {
        let part = part.trim_start();
        let Some((name, rest)) = part.split_once(char::is_whitespace) else {
            continue;
        };
        let rest = rest.trim_start();
        let Some(quote) = rest.chars().next().filter(|quote| "\"'".contains(*quote)) else {
            continue;
        };
        if let Some((value, _)) = rest[1..].split_once(quote) {
            entities.push((format!("{name};"), value.to_owned()));
        }
    }
    entities
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mistake(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (text, wanted) in [
            ("", "[error near line 1]: root tag missing"),
            ("\n\nx", "[error near line 1]: root tag missing"),
            (
                "<a>\n<b>\n</a>\n",
                "[error near line 3]: unexpected closing tag </a>",
            ),
            ("<a>\n<b/>\n", "[error near line 2]: unclosed tag <a>"),
            (
                "<a>\n<!-- b -- c -->\n</a>\n",
                "[error near line 2]: unclosed <!--",
            ),
            ("<a b=\"c>\n</a>\n", "[error near line 1]: missing \""),
            (
                "<a/>\n<b/>\n",
                "[error near line 2]: markup outside of root element",
            ),
            ("<a>\n< b/></a>\n", "[error near line 2]: unexpected <"),
        ] {
            assert_eq!(mistake(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_line_end_in_a_value_is_not_counted() {
        let text = "<a b=\"\n\n\">\n</b>\n";
        assert_eq!(
            mistake(text),
            "[error near line 2]: unexpected closing tag </b>"
        );
    }

    #[test]
    fn entities_are_replaced_but_not_without_end() {
        let text = "<!DOCTYPE x [<!ENTITY a \"&b;&b;\"><!ENTITY b \"&a;&a;\">]>\n<r c=\"&a;\"/>\n";
        let root = parse(text.as_bytes()).unwrap();
        assert!(root.attribute("c").unwrap().len() < 100_000);
        let text = "<r c=\"A & B &lt;&#65;&quot;&amp;lt;\"/>\n";
        let root = parse(text.as_bytes()).unwrap();
        assert_eq!(root.attribute("c"), Some("A & B <A\"&lt;"));
    }

    #[test]
    fn a_value_without_quotes_is_none() {
        let root = parse(b"<a name=inbound default=\"deny\"/>\n").unwrap();
        assert_eq!(root.attribute("name"), Some(""));
        assert_eq!(root.attribute("default"), Some("deny"));
    }

    proptest! {
        #[test]
        fn survives_anything(text in "[<>/!?&;#x%\"'= \r\na-c\\-\\[\\]]{0,80}") {
            if let Ok(root) = parse(text.as_bytes()) {
                root.print();
            }
        }

        #[test]
        fn survives_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
