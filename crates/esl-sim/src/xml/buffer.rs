//! The text under the parser's hands. FreeSWITCH decodes in place, and finds the line of a mistake
//! by counting the line ends that are left before it: so what decoding overwrites matters.

/// Ends names, values and texts as it does in C.
const END: u8 = 0;

/// Entities in one text; more are left as they stand, so that none grows without end.
const MOST_REPLACEMENTS: usize = 10_000;

/// And a text of this length is not looked through any more.
const LONGEST: usize = 16 << 20;

/// A text that is cut and decoded in place.
pub struct Buffer {
    bytes: Vec<u8>,
    /// The last byte, which the parser replaces by an end.
    last: u8,
}

/// What kind of text is decoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Between tags.
    Content,
    /// In an attribute: line ends and tabs become blanks.
    Attribute,
    /// In a CDATA section: nothing is replaced.
    Raw,
}

/// Entities: name with its semicolon, replacement.
pub type Entities = Vec<(Vec<u8>, Vec<u8>)>;

/// The five that XML knows. The replacements are looked through again, hence the numbers.
pub fn standard_entities() -> Entities {
    [
        ("lt;", "&#60;"),
        ("gt;", "&#62;"),
        ("quot;", "&#34;"),
        ("apos;", "&#39;"),
        ("amp;", "&#38;"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into()
}

impl Buffer {
    /// Takes a text, at least one byte.
    pub fn new(text: &[u8]) -> Self {
        let mut bytes = text.to_vec();
        let last = bytes.last().copied().unwrap_or(END);
        if let Some(byte) = bytes.last_mut() {
            *byte = END;
        }
        Self { bytes, last }
    }

    /// The byte there; 0 at and after the end.
    pub fn at(&self, position: usize) -> u8 {
        self.bytes.get(position).copied().unwrap_or(END)
    }

    /// Is that the place where the text ends, and did it end in `>`?
    pub fn ends_with_bracket(&self, position: usize) -> bool {
        self.at(position) == END && self.last == b'>'
    }

    /// Puts an end there.
    pub fn cut(&mut self, position: usize) {
        if let Some(byte) = self.bytes.get_mut(position) {
            *byte = END;
        }
    }

    /// Does the text go on with these words?
    pub fn goes_on(&self, position: usize, words: &str) -> bool {
        let rest = self.bytes.get(position..).unwrap_or_default();
        rest.starts_with(words.as_bytes())
    }

    /// What stands between two positions.
    pub fn part(&self, start: usize, end: usize) -> &[u8] {
        &self.bytes[start..end]
    }

    /// Where `words` stand next, before the next end.
    pub fn find(&self, position: usize, words: &[u8]) -> Option<usize> {
        let mut at = position;
        loop {
            at = self.skip_to(at, &words[..1]);
            let rest = self.bytes.get(at..).unwrap_or_default();
            if rest.starts_with(words) {
                return Some(at);
            }
            if self.at(at) == END {
                return None;
            }
            at += 1;
        }
    }

    /// The first position from there on with one of `bytes`, or the end.
    pub fn skip_to(&self, position: usize, bytes: &[u8]) -> usize {
        let rest = self.bytes.get(position..).unwrap_or_default();
        let found = rest
            .iter()
            .position(|byte| *byte == END || bytes.contains(byte));
        position + found.unwrap_or(rest.len())
    }

    /// The first position from there on with none of `bytes`.
    pub fn skip_over(&self, position: usize, bytes: &[u8]) -> usize {
        let rest = self.bytes.get(position..).unwrap_or_default();
        let found = rest.iter().position(|byte| !bytes.contains(byte));
        position + found.unwrap_or(rest.len())
    }

    /// Which line that is, as FreeSWITCH counts.
    #[expect(clippy::naive_bytecount, reason = "only mistakes are counted up to")]
    pub fn line(&self, position: usize) -> usize {
        let before = &self.bytes[..position.min(self.bytes.len())];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    /// The text from there to the next end, decoded.
    pub fn decode(&mut self, start: usize, entities: &Entities, kind: Kind) -> Vec<u8> {
        let length = self.skip_to(start, &[]) - start;
        let mut text = self.bytes[start..start + length].to_vec();
        unify_line_ends(&mut text);
        self.put_back(start, length, &text);
        if kind == Kind::Raw {
            return text;
        }
        // A text that grows leaves its place; from then on the buffer stays as it is.
        let mut in_place = true;
        let mut at = 0;
        let mut left = MOST_REPLACEMENTS;
        while at < text.len() && left > 0 && text.len() < LONGEST {
            let replaced = match text[at] {
                b'&' if text[at..].starts_with(b"&#") => numbered(&text[at..]),
                b'&' => named(&text[at..], entities),
                byte if kind == Kind::Attribute && byte.is_ascii_whitespace() => {
                    text[at] = b' ';
                    if in_place {
                        self.bytes[start + at] = b' ';
                    }
                    None
                }
                _ => None,
            };
            let Some(Replacement {
                value,
                length: cut,
                again,
            }) = replaced
            else {
                at += 1;
                continue;
            };
            left -= 1;
            in_place &= value.len() <= cut;
            let shrinks = value.len() < cut;
            let advance = if again { 0 } else { value.len() };
            text.splice(at..at + cut, value);
            if in_place && (shrinks || !again) {
                self.put_back(start, length, &text);
            }
            at += advance;
        }
        text
    }

    /// Writes a text that has not grown back into its place, with an end after it. What stood
    /// behind it stays.
    fn put_back(&mut self, start: usize, room: usize, text: &[u8]) {
        self.bytes[start..start + text.len()].copy_from_slice(text);
        if text.len() < room {
            self.bytes[start + text.len()] = END;
        }
    }
}

fn unify_line_ends(text: &mut Vec<u8>) {
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'\r' {
            text[at] = b'\n';
            if text.get(at + 1) == Some(&b'\n') {
                text.remove(at + 1);
            }
        }
        at += 1;
    }
}

struct Replacement {
    value: Vec<u8>,
    /// How many bytes it replaces.
    length: usize,
    /// Look through the replacement, too?
    again: bool,
}

/// `&#60;`, `&#x3c;`
fn numbered(text: &[u8]) -> Option<Replacement> {
    let end = text.iter().position(|byte| *byte == b';')?;
    let digits = std::str::from_utf8(&text[2..end]).ok()?;
    let number = match digits.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    let letter = char::from_u32(number.ok()?).filter(|letter| *letter != '\0')?;
    Some(Replacement {
        value: letter.to_string().into_bytes(),
        length: end + 1,
        again: false,
    })
}

/// `&lt;`, or an entity that a DOCTYPE declared.
fn named(text: &[u8], entities: &Entities) -> Option<Replacement> {
    let (name, value) = entities
        .iter()
        .find(|(name, _)| text[1..].starts_with(name))?;
    Some(Replacement {
        value: value.clone(),
        length: 1 + name.len(),
        again: true,
    })
}
