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
