//! Text to values.

use std::collections::BTreeMap;

use crate::data::quote::quote;
use crate::data::{Kind, List, Map, SourceFile, Str, Type, Value};

/// How deep values may nest (`encoding/json`'s scanner).
const MAX_DEPTH: usize = 10_000;

/// Go's words and the byte at fault.
pub type Fault = (String, usize);

/// Reads one JSON value with origins as `json.Unmarshal` into an `interface{}` does; numbers are float64, of equal keys
/// the last one counts.
///
/// # Errors
/// Go's text (`invalid character 'b' looking for beginning of value`) and the byte offset.
pub fn read(source: &SourceFile) -> Result<Value, (String, usize)> {
    // a number out of range is found only when the text is known to be JSON
    let (value, unfit) = read_unfit(source)?;
    unfit.map_or(Ok(value), Err)
}

/// As [`read`], but with the value that Go has made when it says that a number is too large for a float64: nil stands in
/// the number's place, unless the number is all there is.
///
/// # Errors
/// Go's text and the byte offset where the text is no JSON.
pub fn read_unfit(source: &SourceFile) -> Result<(Value, Option<Fault>), Fault> {
    let mut reader = Reader { text: &source.text, at: 0, source, unfit: None };
    reader.skip_space();
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.peek().is_some() {
        return reader.invalid("after top-level value");
    }
    Ok((value, reader.unfit))
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    source: &'t SourceFile,
    /// The first number that no float64 holds.
    unfit: Option<Fault>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn step(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.step(1);
        }
    }

    /// What stands here can't.
    fn invalid<T>(&self, context: &str) -> Result<T, Fault> {
        // parity: at the end Go tries a space, which is wrong inside of a word, a number or an escape
        let inside = context != "in string literal" && (context.starts_with("in ") || context.starts_with("after decimal"));
        if self.peek().is_none() && !inside {
            return Err(("unexpected end of JSON input".to_owned(), self.at));
        }
        let shown = match self.peek().unwrap_or(b' ') {
            b'\'' => "\\'".to_owned(),
            b'"' => "\"".to_owned(),
            byte => {
                // Go takes the byte for a character
                let quoted = quote(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes());
                quoted.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"')).unwrap_or_default().to_owned()
            }
        };
        Err((format!("invalid character '{shown}' {context}"), self.at))
    }

    fn value(&mut self, depth: usize) -> Result<Value, Fault> {
        let origin = self.source.base.plus(self.at);
        let kind = match self.peek() {
            Some(b'{') => self.object(depth.saturating_add(1))?,
            Some(b'[') => self.array(depth.saturating_add(1))?,
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => match self.number()? {
                Kind::Float(number) if !number.is_finite() && depth > 0 => Kind::Nil,
                number => number,
            },
            Some(b't') => self.literal("true", Kind::Bool(true))?,
            Some(b'f') => self.literal("false", Kind::Bool(false))?,
            Some(b'n') => self.literal("null", Kind::Nil)?,
            _ => return self.invalid("looking for beginning of value"),
        };
        Ok(Value { kind, origin })
    }

    fn literal(&mut self, word: &str, kind: Kind) -> Result<Kind, Fault> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                return self.invalid(&format!("in literal {word} (expecting '{}')", char::from(expected)));
            }
            self.step(1);
        }
        Ok(kind)
    }

    fn enter(&mut self, depth: usize) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return self.invalid("exceeded max depth");
        }
        self.step(1);
        self.skip_space();
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<Kind, Fault> {
        self.enter(depth)?;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.step(1);
            return Ok(Kind::List(List::from(items)));
        }
        loop {
            items.push(self.value(depth)?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.step(1),
                Some(b']') => {
                    self.step(1);
                    return Ok(Kind::List(List::from(items)));
                }
                _ => return self.invalid("after array element"),
            }
            self.skip_space();
        }
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Fault> {
        self.enter(depth)?;
        let mut entries: Vec<(Str, Value)> = Vec::new();
        let mut more = self.peek() != Some(b'}');
        while more {
            if self.peek() != Some(b'"') {
                return self.invalid("looking for beginning of object key string");
            }
            let key = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return self.invalid("after object key");
            }
            self.step(1);
            self.skip_space();
            entries.push((key, self.value(depth)?));
            self.skip_space();
            match self.peek() {
                Some(b',') => self.step(1),
                Some(b'}') => more = false,
                _ => return self.invalid("after object key:value pair"),
            }
            if more {
                self.skip_space();
            }
        }
        self.step(1);
        Ok(Kind::Map(Map::typed(Type::Map, BTreeMap::from_iter(entries))))
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.step(1);
        }
        self.at > start
    }

    fn number(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.step(1);
        }
        if self.peek() == Some(b'0') {
            self.step(1);
        } else if !self.digits() {
            return self.invalid("in numeric literal");
        }
        if self.peek() == Some(b'.') {
            self.step(1);
            if !self.digits() {
                return self.invalid("after decimal point in numeric literal");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.step(1);
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.step(1);
            }
            if !self.digits() {
                return self.invalid("in exponent of numeric literal");
            }
        }
        let text = std::str::from_utf8(self.text.get(start..self.at).unwrap_or_default()).unwrap_or_default();
        let number = text.parse().unwrap_or(f64::INFINITY);
        if !number.is_finite() && self.unfit.is_none() {
            self.unfit = Some((format!("json: cannot unmarshal number {text} into Go value of type float64"), self.at));
        }
        Ok(Kind::Float(number))
    }

    fn string(&mut self) -> Result<Str, Fault> {
        self.step(1);
        let start = self.at;
        self.skip_ordinary();
        let first = self.text.get(start..self.at).unwrap_or_default();
        if self.peek() == Some(b'"') {
            self.step(1);
            return Ok(super::valid_utf8(first).as_ref().into());
        }
        let mut text = first.to_vec();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut text)?,
                _ => return self.invalid("in string literal"),
            }
            let run = self.at;
            self.skip_ordinary();
            text.extend_from_slice(self.text.get(run..self.at).unwrap_or_default());
        }
        self.step(1);
        Ok(super::valid_utf8(&text).as_ref().into())
    }

    /// Goes to the next quote, backslash or control character.
    fn skip_ordinary(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let run = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
        self.step(run.unwrap_or(rest.len()));
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), Fault> {
        self.step(1);
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.step(1);
                let character = self.unicode_escape()?;
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return self.invalid("in string escape code"),
        };
        text.push(plain);
        self.step(1);
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.invalid("in \\u hexadecimal character escape");
            };
            code = code << 4 | digit;
            self.step(1);
        }
        Ok(code)
    }

    /// What four hex digits, or two pairs of surrogates, stand for; a lone surrogate is U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let code = self.hex()?;
        let pair = (0xD800..0xDC00).contains(&code) && self.text.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u"));
        if pair {
            let before = self.at;
            self.step(2);
            let low = self.hex()?;
            if let Some(Ok(character)) = char::decode_utf16([code as u16, low as u16]).next() {
                return Ok(character);
            }
            self.at = before;
        }
        Ok(char::from_u32(code).unwrap_or('\u{FFFD}'))
    }
}
