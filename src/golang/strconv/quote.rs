//! Quoted literals.

use super::is_print;
use crate::golang::{bytes, utf8};

/// `strconv.Quote`
pub fn quote(text: &[u8]) -> String {
    into_string(|out| append_quote(out, text))
}

/// `strconv.QuoteToASCII`
pub fn quote_to_ascii(text: &[u8]) -> String {
    into_string(|out| append_quote_to_ascii(out, text))
}

/// `strconv.AppendQuote`
pub fn append_quote(out: &mut Vec<u8>, text: &[u8]) {
    append_quoted(out, text, false);
}

/// `strconv.AppendQuoteToASCII`
pub fn append_quote_to_ascii(out: &mut Vec<u8>, text: &[u8]) {
    append_quoted(out, text, true);
}

/// `strconv.QuoteRune`; what is no character becomes U+FFFD.
pub fn quote_rune(rune: u32) -> String {
    into_string(|out| append_quoted_rune(out, rune, false))
}

/// `strconv.QuoteRuneToASCII`
pub fn quote_rune_to_ascii(rune: u32) -> String {
    into_string(|out| append_quoted_rune(out, rune, true))
}

/// Quoted text is UTF-8 whatever it quotes: invalid bytes are written as `\x..`.
fn into_string(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn append_quoted(out: &mut Vec<u8>, text: &[u8], ascii: bool) {
    out.reserve(text.len().saturating_add(2));
    out.push(b'"');
    let mut rest = text;
    loop {
        let (plain, special) = bytes::span(rest, |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
        out.extend_from_slice(plain);
        let Some((rune, written, after)) = utf8::split_first(special) else { break };
        match written {
            [invalid] if rune == utf8::RUNE_ERROR => append_hex(out, "\\x", u32::from(*invalid), 2),
            _ => append_escaped(out, rune, b'"', ascii),
        }
        rest = after;
    }
    out.push(b'"');
}

fn append_quoted_rune(out: &mut Vec<u8>, rune: u32, ascii: bool) {
    let rune = char::from_u32(rune).map_or(utf8::RUNE_ERROR, u32::from);
    out.push(b'\'');
    append_escaped(out, rune, b'\'', ascii);
    out.push(b'\'');
}

fn append_escaped(out: &mut Vec<u8>, rune: u32, quote: u8, ascii: bool) {
    if rune == u32::from(quote) || rune == u32::from(b'\\') {
        out.extend_from_slice(&[b'\\', rune as u8]);
        return;
    }
    if is_print(rune) && (!ascii || rune < 0x80) {
        return utf8::append(out, rune);
    }
    match rune {
        0x07 => out.extend_from_slice(b"\\a"),
        0x08 => out.extend_from_slice(b"\\b"),
        0x0C => out.extend_from_slice(b"\\f"),
        0x0A => out.extend_from_slice(b"\\n"),
        0x0D => out.extend_from_slice(b"\\r"),
        0x09 => out.extend_from_slice(b"\\t"),
        0x0B => out.extend_from_slice(b"\\v"),
        0..0x20 | 0x7F => append_hex(out, "\\x", rune, 2),
        0x20..0x10000 => append_hex(out, "\\u", rune, 4),
        _ => append_hex(out, "\\U", rune, 8),
    }
}

fn append_hex(out: &mut Vec<u8>, prefix: &str, number: u32, digits: usize) {
    out.extend_from_slice(format!("{prefix}{number:0digits$x}").as_bytes());
}

/// `strconv.CanBackquote`: one line without backquotes, control characters (but tab) and byte order marks.
pub fn can_backquote(text: &[u8]) -> bool {
    std::str::from_utf8(text)
        .is_ok_and(|text| text.chars().all(|character| !matches!(character, '\0'..='\x08' | '\x0A'..='\x1F' | '`' | '\x7F' | '\u{FEFF}')))
}

/// `strconv.Unquote`: a double-quoted, back-quoted or single-quoted literal. `None`: `invalid syntax`.
pub fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    let (&quote, rest) = literal.split_first()?;
    let (&last, inside) = rest.split_last()?;
    if last != quote {
        return None;
    }
    match quote {
        b'`' if inside.contains(&b'`') => None,
        b'`' => Some(inside.iter().copied().filter(|byte| *byte != b'\r').collect()),
        b'"' => {
            let mut out = Vec::with_capacity(inside.len());
            let mut rest = inside;
            while !rest.is_empty() {
                rest = unquote_one(&mut out, rest, quote)?;
            }
            Some(out)
        }
        b'\'' => {
            let mut out = Vec::new();
            let rest = if inside.is_empty() { inside } else { unquote_one(&mut out, inside, quote)? };
            rest.is_empty().then_some(out)
        }
        _ => None,
    }
}

fn unquote_one<'a>(out: &mut Vec<u8>, text: &'a [u8], quote: u8) -> Option<&'a [u8]> {
    if text.first() == Some(&b'\n') {
        return None;
    }
    let (rune, multibyte, rest) = unquote_char(text, quote)?;
    if multibyte {
        utf8::append(out, rune);
    } else {
        out.push(rune as u8);
    }
    Some(rest)
}

/// `strconv.UnquoteChar`: the first character (or byte) of a literal's inside, whether it needs UTF-8, and the
/// rest. `quote` may not stand there unescaped. `None`: `invalid syntax`.
pub fn unquote_char(text: &[u8], quote: u8) -> Option<(u32, bool, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first == quote && matches!(quote, b'\'' | b'"') {
        return None;
    }
    if first >= 0x80 {
        let (rune, _, rest) = utf8::split_first(text)?;
        return Some((rune, true, rest));
    }
    if first != b'\\' {
        return Some((u32::from(first), false, rest));
    }
    let (&escape, rest) = rest.split_first()?;
    let plain = |byte: u8| Some((u32::from(byte), false, rest));
    match escape {
        b'a' => plain(0x07),
        b'b' => plain(0x08),
        b'f' => plain(0x0C),
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        b'v' => plain(0x0B),
        b'\\' => plain(b'\\'),
        b'\'' | b'"' if escape == quote => plain(escape),
        b'x' => digits(rest, 2, 16).map(|(value, rest)| (value, false, rest)),
        b'u' | b'U' => {
            let (value, rest) = digits(rest, if escape == b'u' { 4 } else { 8 }, 16)?;
            Some((char::from_u32(value)? as u32, true, rest))
        }
        b'0'..=b'7' => {
            let (value, rest) = digits(bytes::skip(text, 1), 3, 8)?;
            (value < 256).then_some((value, false, rest))
        }
        _ => None,
    }
}

/// The number that the first `count` digits are, and what follows.
fn digits(text: &[u8], count: usize, radix: u32) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(count)?;
    let number = digits.iter().try_fold(0u32, |number, &byte| {
        let digit = char::from(byte).to_digit(radix)?;
        number.checked_mul(radix)?.checked_add(digit)
    })?;
    Some((number, rest))
}
