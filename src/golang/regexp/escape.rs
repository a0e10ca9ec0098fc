//! Single characters of a pattern, escaped or not.

use super::parse::fail;
use crate::golang::utf8;

/// The character at the start of a text.
pub(super) fn next_character(text: &[u8]) -> Result<(char, &[u8]), String> {
    let (rune, length) = utf8::decode(text);
    if rune == utf8::RUNE_ERROR && length == 1 {
        return fail("invalid UTF-8", text);
    }
    Ok((char::from_u32(rune).unwrap_or(char::REPLACEMENT_CHARACTER), &text[length..]))
}

/// Whether the text is UTF-8, as Go's error where it is not.
pub(super) fn check_utf8(text: &[u8]) -> Result<(), String> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => fail("invalid UTF-8", &text[error.valid_up_to()..]),
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
    if text.len() < 2 {
        return fail("trailing backslash at end of expression", b"");
    }
    let (letter, rest) = next_character(&text[1..])?;
    let invalid = |rest: &[u8]| fail("invalid escape sequence", &text[..text.len() - rest.len()]);
    let character = match letter {
        'a' => '\x07',
        'f' => '\x0C',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0B',
        '1'..='7' if !rest.first().is_some_and(|byte| matches!(byte, b'0'..=b'7')) => return invalid(rest),
        '0'..='7' => {
            let digits = rest.iter().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            let value = rest[..digits].iter().fold(letter as u32 - '0' as u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            return Ok((char::from_u32(value).unwrap_or_default(), &rest[digits..]));
        }
        'x' if rest.first() == Some(&b'{') => return braced_hex(text, &rest[1..]),
        'x' => {
            if rest.is_empty() {
                return invalid(rest);
            }
            let (high, rest) = next_character(rest)?;
            let (low, rest) = next_character(rest)?;
            return match (high.to_digit(16), low.to_digit(16)) {
                (Some(high), Some(low)) => Ok((char::from_u32(high * 16 + low).unwrap_or_default(), rest)),
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
        let invalid = |rest: &[u8]| fail("invalid escape sequence", &text[..text.len() - rest.len()]);
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
                let next = value.unwrap_or(0) * 16 + digit;
                if next > char::MAX as u32 {
                    return invalid(rest);
                }
                value = Some(next);
            }
            _ => return invalid(rest),
        }
    }
}
