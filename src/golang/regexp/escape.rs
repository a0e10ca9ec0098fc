//! Single characters of a pattern, escaped or not.

use super::parse::fail;
use crate::golang::{bytes, utf8};

/// The character at the start of a text.
pub(super) fn next_character(text: &[u8]) -> Result<(char, &[u8]), String> {
    match utf8::split_first(text) {
        Some((utf8::RUNE_ERROR, [_], _)) => fail("invalid UTF-8", text),
        Some((rune, _, rest)) => Ok((char::from_u32(rune).unwrap_or(char::REPLACEMENT_CHARACTER), rest)),
        None => Ok((char::REPLACEMENT_CHARACTER, text)),
    }
}

/// Whether the text is UTF-8, as Go's error where it is not.
pub(super) fn check_utf8(text: &[u8]) -> Result<(), String> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => fail("invalid UTF-8", bytes::skip(text, error.valid_up_to())),
    }
}

/// A character inside brackets; `class` is the text from the opening one.
pub(super) fn class_character<'a>(text: &'a [u8], class: &[u8]) -> Result<(char, &'a [u8]), String> {
    match text.first() {
        None => fail("missing closing ]", class),
        Some(b'\\') => escaped_character(text),
        Some(_) => next_character(text),
    }
}

/// `\n`, `\x41`, `\x{1F600}`, `\101`, `\.`
pub(super) fn escaped_character(text: &[u8]) -> Result<(char, &[u8]), String> {
    let (_, after) = bytes::split(text, 1);
    if after.is_empty() {
        return fail("trailing backslash at end of expression", b"");
    }
    let (letter, rest) = next_character(after)?;
    let invalid = |rest: &[u8]| fail("invalid escape sequence", bytes::before(text, rest));
    let character = match letter {
        'a' => '\x07',
        'f' => '\x0C',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0B',
        '1'..='7' if !rest.first().is_some_and(|byte| matches!(byte, b'0'..=b'7')) => return invalid(rest),
        '0'..='7' => {
            // Three bits each, of the letter that was read and of two more at the most.
            let (mut value, mut rest) = (letter as u32 & 7, rest);
            for _ in 0..2 {
                let [digit @ b'0'..=b'7', after @ ..] = rest else { break };
                (value, rest) = (value << 3 | u32::from(digit & 7), after);
            }
            return Ok((char::from_u32(value).unwrap_or_default(), rest));
        }
        'x' if rest.starts_with(b"{") => return braced_hex(text, bytes::skip(rest, 1)),
        'x' => {
            if rest.is_empty() {
                return invalid(rest);
            }
            let (high, rest) = next_character(rest)?;
            let (low, rest) = next_character(rest)?;
            return match (high.to_digit(16), low.to_digit(16)) {
                (Some(high), Some(low)) => Ok((char::from_u32(high << 4 | low).unwrap_or_default(), rest)),
                _ => invalid(rest),
            };
        }
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => other,
        _ => return invalid(rest),
    };
    Ok((character, rest))
}

/// The digits of `\x{…}` after the brace.
fn braced_hex<'a>(text: &[u8], digits: &'a [u8]) -> Result<(char, &'a [u8]), String> {
    let mut rest = digits;
    let mut value = None;
    loop {
        let invalid = |rest: &[u8]| fail("invalid escape sequence", bytes::before(text, rest));
        if rest.is_empty() {
            return invalid(rest);
        }
        let (letter, after) = next_character(rest)?;
        rest = after;
        match (letter, letter.to_digit(16)) {
            // A surrogate is no character: nothing matches it, as in Go no valid text does.
            ('}', _) => match value {
                Some(value) => return Ok((char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER), rest)),
                None => return invalid(rest),
            },
            (_, Some(digit)) => {
                // No overflow: what was read before is a character, of 21 bits.
                let next = value.unwrap_or(0) << 4 | digit;
                if next > char::MAX as u32 {
                    return invalid(rest);
                }
                value = Some(next);
            }
            _ => return invalid(rest),
        }
    }
}
