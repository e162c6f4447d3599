//! A cursor over the text of a JSON value, by RFC 8259.

use std::borrow::Cow;

use super::DEEPEST;
use crate::error::Why;

const WRONG: Why = Why::NotA("JSON value");

/// What begins at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Object,
    List,
    Text,
    Number,
    Truth,
    Null,
}

#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The text from a place to the cursor.
    pub(crate) fn since(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or("")
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or(&[])
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// Passes over spaces.
    pub(crate) fn spaces(&mut self) {
        self.at += self.rest().iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    /// Passes over one byte if it is this one.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), Why> {
        if self.eat(byte) { Ok(()) } else { Err(WRONG) }
    }

    pub(crate) fn is_end(&self) -> bool {
        self.rest().is_empty()
    }

    pub(crate) fn token(&self) -> Result<Token, Why> {
        match self.peek() {
            Some(b'{') => Ok(Token::Object),
            Some(b'[') => Ok(Token::List),
            Some(b'"') => Ok(Token::Text),
            Some(b't' | b'f') => Ok(Token::Truth),
            Some(b'n') => Ok(Token::Null),
            Some(b'-' | b'0'..=b'9') => Ok(Token::Number),
            _ => Err(WRONG),
        }
    }

    /// Passes over a text, and gives it with its quotes.
    pub(crate) fn text(&mut self) -> Result<&'a str, Why> {
        let from = self.at;
        self.expect(b'"')?;
        loop {
            let length = memchr::memchr2(b'"', b'\\', self.rest()).ok_or(WRONG)?;
            if self.rest().iter().take(length).any(|b| *b < 0x20) {
                return Err(WRONG);
            }
            self.at += length;
            if self.eat(b'"') {
                return Ok(self.since(from));
            }
            // A backslash and the byte after it, which is never the end of the text.
            self.at += 2;
        }
    }

    /// Passes over a number, true, false or null.
    pub(crate) fn word(&mut self) -> Result<&'a str, Why> {
        let from = self.at;
        self.at +=
            self.rest().iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')).count();
        let word = self.since(from);
        if matches!(word, "true" | "false" | "null") || is_number(word) { Ok(word) } else { Err(WRONG) }
    }

    /// Passes over a whole value.
    pub(crate) fn skip(&mut self, depth: usize) -> Result<&'a str, Why> {
        let from = self.at;
        match self.token()? {
            Token::Text => _ = plain(self.text()?)?,
            Token::Object => self.members(depth, |cursor, _| cursor.skip(depth + 1).map(|_| ()))?,
            Token::List => self.elements(depth, |cursor| cursor.skip(depth + 1).map(|_| ()))?,
            _ => _ = self.word()?,
        }
        Ok(self.since(from))
    }

    /// Calls `each` with the cursor at the value of each member and the member's key.
    pub(crate) fn members(
        &mut self,
        depth: usize,
        mut each: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), Why>,
    ) -> Result<(), Why> {
        self.open(b'{', depth)?;
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            self.spaces();
            let key = plain(self.text()?)?;
            self.spaces();
            self.expect(b':')?;
            self.spaces();
            each(self, key)?;
            self.spaces();
            if self.eat(b'}') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    /// Calls `each` with the cursor at each item.
    pub(crate) fn elements(
        &mut self,
        depth: usize,
        mut each: impl FnMut(&mut Self) -> Result<(), Why>,
    ) -> Result<(), Why> {
        self.open(b'[', depth)?;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.spaces();
            each(self)?;
            self.spaces();
            if self.eat(b']') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    pub(crate) fn open(&mut self, byte: u8, depth: usize) -> Result<(), Why> {
        if depth >= DEEPEST {
            return Err(Why::NotA("JSON value of at most 128 levels"));
        }
        self.expect(byte)?;
        self.spaces();
        Ok(())
    }
}

/// A text without its quotes and escapes.
pub(crate) fn plain(quoted: &str) -> Result<Cow<'_, str>, Why> {
    match memchr::memchr(b'\\', quoted.as_bytes()) {
        None => Ok(Cow::Borrowed(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or(""))),
        Some(_) => serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| WRONG),
    }
}

/// Appends a text with quotes and escapes.
pub(crate) fn quoted(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// True for a number of JSON.
pub(crate) fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, part) = mantissa.split_once('.').map_or((mantissa, None), |(whole, part)| (whole, Some(part)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && part.is_none_or(digits) && exponent.is_none_or(digits)
}
