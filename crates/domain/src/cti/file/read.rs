//! Where our object and its values stand, and what they say.

use std::ops::Range;

use jsonc_parser::tokens::Token;

use super::super::form::{Field, Reason};
use super::super::rules::{CallRules, Prefixes};
use super::super::values::{LogName, MAX_PREFIXES, MaxLength, MaxLengthError, Prefix};
use super::problem::{FileProblem, What};
use super::tokens::Tokens;
use super::{MAX_BYTES, SECTION};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What a file says about call rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Section {
    /// An empty file, or one without our object.
    Absent,
    /// Our object, with some of our keys missing: it says no rules.
    Partial {
        /// Which keys.
        missing: Vec<Field>,
    },
    /// Our object, whole.
    Whole(CallRules),
}

/// Reads the section out of a file.
///
/// # Errors
/// The first [`FileProblem`].
pub fn read(bytes: &[u8]) -> Result<Section, FileProblem> {
    let file = File::of(bytes)?;
    let Some(members) = file.object()?.and_then(|object| object.section) else {
        return Ok(Section::Absent);
    };
    let missing: Vec<Field> = Field::ALL
        .into_iter()
        .filter(|field| members.of(*field).is_none())
        .collect();
    let filename = members.of(Field::Filename).map(|at| file.filename(at));
    let max_len = members.of(Field::MaxLength).map(|at| file.max_len(at));
    let deny = members
        .of(Field::Deny)
        .map(|at| file.prefixes(Field::Deny, at));
    let allow = members
        .of(Field::Allow)
        .map(|at| file.prefixes(Field::Allow, at));
    let found = (
        filename.transpose()?,
        max_len.transpose()?,
        deny.transpose()?,
        allow.transpose()?,
    );
    let (Some(filename), Some(max_len), Some(deny), Some(allow)) = found else {
        return Ok(Section::Partial { missing });
    };
    Ok(Section::Whole(CallRules {
        filename,
        max_len,
        deny,
        allow,
    }))
}

/// A file's text without its byte order mark.
pub(super) struct File<'a> {
    pub bom: &'a [u8],
    pub text: &'a str,
}

/// The object that the whole file is.
pub(super) struct Root {
    /// Its members, ours and others.
    pub members: Members,
    /// Our object, where there is one.
    pub section: Option<Members>,
}

/// The members of an object.
pub(super) struct Members {
    /// The byte behind the opening bracket.
    pub inside: usize,
    /// Start of the last key, end of the last value.
    pub last: Option<(usize, usize)>,
    /// Values under our keys.
    ours: Vec<(&'static str, Range<usize>)>,
}

impl Members {
    /// The bytes of the value under one of our keys.
    pub fn of(&self, field: Field) -> Option<Range<usize>> {
        self.under(field.key())
    }

    fn under(&self, key: &str) -> Option<Range<usize>> {
        let found = self.ours.iter().find(|(ours, _)| *ours == key);
        found.map(|(_, at)| at.clone())
    }
}

impl<'a> File<'a> {
    pub fn of(bytes: &'a [u8]) -> Result<Self, FileProblem> {
        if bytes.len() > MAX_BYTES {
            return Err(FileProblem::whole(What::TooLarge));
        }
        let body = bytes.strip_prefix(BOM).unwrap_or(bytes);
        let bom = &bytes[..bytes.len() - body.len()];
        match std::str::from_utf8(body) {
            Ok(text) => Ok(Self { bom, text }),
            Err(error) => {
                let good = &body[..error.valid_up_to()];
                let good = std::str::from_utf8(good).unwrap_or_default();
                Err(FileProblem::at(good, good.len(), What::NotUtf8))
            }
        }
    }

    /// The file's object; `None` where it holds nothing (but blanks and comments).
    pub fn object(&self) -> Result<Option<Root>, FileProblem> {
        let mut tokens = Tokens::of(self.text, 0..self.text.len());
        let Some((first, at)) = tokens.next()? else {
            return Ok(None);
        };
        if first != Token::OpenBrace {
            // Of what is no JSON at all, that is the thing to say.
            Tokens::of(self.text, 0..self.text.len()).value(0)?;
            return Err(tokens.problem(at.start, What::NotAnObject));
        }
        let members = read_members(&mut tokens, at.end, 1, &[SECTION])?;
        if let Some((_, at)) = tokens.next()? {
            return Err(tokens.problem(at.start, What::NotJson));
        }
        let section = match members.under(SECTION) {
            None => None,
            Some(at) => {
                let mut tokens = Tokens::of(self.text, at.clone());
                let (Token::OpenBrace, open) = tokens.must()? else {
                    return Err(tokens.problem(at.start, What::SectionNotAnObject));
                };
                let keys = Field::ALL.map(Field::key);
                Some(read_members(&mut tokens, open.end, 2, &keys)?)
            }
        };
        Ok(Some(Root { members, section }))
    }

    pub fn filename(&self, at: Range<usize>) -> Result<LogName, FileProblem> {
        let field = Field::Filename;
        let mut tokens = Tokens::of(self.text, at.clone());
        let (Token::String(text), _) = tokens.must()? else {
            return Err(tokens.problem(at.start, What::Type(field)));
        };
        text.parse()
            .map_err(|error| tokens.problem(at.start, What::Value(field, Reason::Filename(error))))
    }

    pub fn max_len(&self, at: Range<usize>) -> Result<MaxLength, FileProblem> {
        let field = Field::MaxLength;
        let mut tokens = Tokens::of(self.text, at.clone());
        let (Token::Number(text), _) = tokens.must()? else {
            return Err(tokens.problem(at.start, What::Type(field)));
        };
        text.parse().map_err(|error: MaxLengthError| {
            tokens.problem(at.start, What::Value(field, Reason::MaxLength(error)))
        })
    }

    pub fn prefixes(&self, field: Field, at: Range<usize>) -> Result<Prefixes, FileProblem> {
        let mut tokens = Tokens::of(self.text, at.clone());
        if tokens.must()?.0 != Token::OpenBracket {
            return Err(tokens.problem(at.start, What::Type(field)));
        }
        let mut found: Vec<Prefix> = Vec::new();
        let mut over = tokens.peek()? == Some(&Token::CloseBracket);
        while !over {
            let (token, at) = tokens.must()?;
            let Token::String(text) = token else {
                return Err(tokens.problem(at.start, What::Type(field)));
            };
            let prefix = text.parse().map_err(|error| {
                let entry = crate::inert::inert(text.as_bytes(), 80);
                let reason = Reason::Prefix { entry, error };
                tokens.problem(at.start, What::Value(field, reason))
            })?;
            if found.len() == MAX_PREFIXES {
                return Err(tokens.problem(at.start, What::Value(field, Reason::TooMany)));
            }
            found.push(prefix);
            over = tokens.closes(&Token::CloseBracket)?;
        }
        Prefixes::try_from(found)
            .map_err(|_| FileProblem::at(self.text, at.start, What::Value(field, Reason::TooMany)))
    }
}

/// Reads an object whose opening bracket was taken; `depth` brackets are open.
fn read_members(
    tokens: &mut Tokens<'_>,
    inside: usize,
    depth: usize,
    ours: &[&'static str],
) -> Result<Members, FileProblem> {
    let mut members = Members {
        inside,
        last: None,
        ours: Vec::new(),
    };
    if tokens.peek()? == Some(&Token::CloseBrace) {
        tokens.next()?;
        return Ok(members);
    }
    loop {
        let (key, at) = tokens.key()?;
        let value = tokens.value(depth)?;
        members.last = Some((at.start, value.end));
        let like = |ours: &&&'static str| ours.eq_ignore_ascii_case(&key);
        if let Some(ours) = ours.iter().find(like) {
            let problem =
                |what: fn(String) -> What| Err(tokens.problem(at.start, what((*ours).to_owned())));
            if members.under(ours).is_some() {
                return problem(What::Twice);
            }
            if *ours != key {
                return problem(What::OtherCase);
            }
            members.ours.push((ours, value));
        }
        if tokens.closes(&Token::CloseBrace)? {
            return Ok(members);
        }
    }
}
