//! JSON as RFC 8259 has it (and comments), token by token: neither a tree nor recursion, so neither
//! size nor nesting of a file costs memory or stack.

use std::borrow::Cow;
use std::ops::Range;

use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::tokens::Token;
use jsonc_parser::{ParseStringErrorKind, Scanner, ScannerOptions};

use super::MAX_DEPTH;
use super::problem::{FileProblem, What};

/// A reader of one text.
pub(super) struct Tokens<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    /// Where the text of the scanner begins in `text`.
    base: usize,
    /// The end of the last token taken, in `text`.
    end: usize,
    ahead: Option<(Token<'a>, Range<usize>)>,
}

impl<'a> Tokens<'a> {
    /// Reads a part of `text`.
    pub fn of(text: &'a str, part: Range<usize>) -> Self {
        let strict = ScannerOptions {
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let (base, end) = (part.start, part.start);
        Self {
            text,
            scanner: Scanner::new(&text[part], &strict),
            base,
            end,
            ahead: None,
        }
    }

    /// The next token and its bytes; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(Token<'a>, Range<usize>)>, FileProblem> {
        let next = match self.ahead.take() {
            None => self.scan()?,
            taken => taken,
        };
        if let Some((_, at)) = &next {
            self.end = at.end;
        }
        Ok(next)
    }

    /// The same, where the text may not end.
    pub fn must(&mut self) -> Result<(Token<'a>, Range<usize>), FileProblem> {
        self.next()?
            .ok_or_else(|| self.problem(self.text.len(), What::EndsEarly))
    }

    /// What comes next, without taking it.
    pub fn peek(&mut self) -> Result<Option<&Token<'a>>, FileProblem> {
        if self.ahead.is_none() {
            self.ahead = self.scan()?;
        }
        Ok(self.ahead.as_ref().map(|(token, _)| token))
    }

    /// A key and its colon; the bytes are the key's.
    pub fn key(&mut self) -> Result<(Cow<'a, str>, Range<usize>), FileProblem> {
        let (Token::String(key), at) = self.must()? else {
            return Err(self.unexpected());
        };
        match self.must()?.0 {
            Token::Colon => Ok((key, at)),
            _ => Err(self.unexpected()),
        }
    }

    /// Is it over after a member or element? Takes the comma or the bracket that says so.
    pub fn closes(&mut self, bracket: &Token<'_>) -> Result<bool, FileProblem> {
        match self.must()?.0 {
            Token::Comma => Ok(false),
            token if token == *bracket => Ok(true),
            _ => Err(self.unexpected()),
        }
    }

    /// Passes over one value at this depth of brackets; its bytes.
    pub fn value(&mut self, depth: usize) -> Result<Range<usize>, FileProblem> {
        // The closing brackets that are awaited.
        let mut open: Vec<Token<'static>> = Vec::new();
        let mut start = None;
        loop {
            let (token, at) = self.must()?;
            let start = *start.get_or_insert(at.start);
            let closing = match token {
                Token::OpenBrace => Some(Token::CloseBrace),
                Token::OpenBracket => Some(Token::CloseBracket),
                Token::String(_) | Token::Number(_) | Token::Boolean(_) | Token::Null => None,
                _ => return Err(self.unexpected()),
            };
            if let Some(closing) = closing {
                if depth + open.len() >= MAX_DEPTH {
                    return Err(self.problem(at.start, What::TooDeep));
                }
                if self.peek()? == Some(&closing) {
                    self.next()?;
                } else {
                    open.push(closing);
                    self.key_in(open.last())?;
                    continue;
                }
            }
            while let Some(closing) = open.last() {
                if !self.closes(closing)? {
                    break;
                }
                open.pop();
            }
            if open.is_empty() {
                return Ok(start..self.end);
            }
            self.key_in(open.last())?;
        }
    }

    /// Takes the key where the innermost bracket is that of an object.
    fn key_in(&mut self, closing: Option<&Token<'_>>) -> Result<(), FileProblem> {
        if closing == Some(&Token::CloseBrace) {
            self.key()?;
        }
        Ok(())
    }

    /// The token just taken does not belong there.
    pub fn unexpected(&self) -> FileProblem {
        self.problem(self.base + self.scanner.token_start(), What::NotJson)
    }

    /// A problem at a byte of the text.
    pub fn problem(&self, at: usize, what: What) -> FileProblem {
        FileProblem::at(self.text, at, what)
    }

    fn scan(&mut self) -> Result<Option<(Token<'a>, Range<usize>)>, FileProblem> {
        loop {
            let before = self.base + self.scanner.token_end();
            let scanned = self.scanner.scan();
            let token = scanned.map_err(|error| {
                let what = match error.kind() {
                    ParseErrorKind::UnterminatedCommentBlock
                    | ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
                        What::EndsEarly
                    }
                    _ => What::NotJson,
                };
                self.problem(self.base + error.range().start, what)
            })?;
            let at = self.base + self.scanner.token_start()..self.base + self.scanner.token_end();
            // The scanner passes over more kinds of blanks than JSON has.
            let blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            let gap = &self.text.as_bytes()[before..at.start];
            if let Some(wrong) = gap.iter().position(|byte| !blank(*byte)) {
                return Err(self.problem(before + wrong, What::NotJson));
            }
            match token {
                None => return Ok(None),
                Some(Token::CommentLine(_) | Token::CommentBlock(_)) => {}
                Some(token) => {
                    if let Token::String(_) = token {
                        let inside = &self.text.as_bytes()[at.clone()];
                        if let Some(wrong) = inside.iter().position(|byte| *byte < b' ') {
                            return Err(self.problem(at.start + wrong, What::NotJson));
                        }
                    }
                    return Ok(Some((token, at)));
                }
            }
        }
    }
}
