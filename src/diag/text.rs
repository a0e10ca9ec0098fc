//! Any bytes inside a text: Go's error texts may quote what is no UTF-8.

use std::borrow::Cow;

/// Bytes that are no UTF-8 stand for themselves as the last characters of the last private plane, which nobody else uses.
const FIRST: u32 = 0x10_FF00;

/// Bytes as a text that [`bytes_of`] turns back into the same bytes.
pub fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(FIRST | u32::from(*byte))));
    }
    text
}

/// The byte that a character stands for.
fn byte_of(character: char) -> Option<u8> {
    let byte = u32::from(character).checked_sub(FIRST)?;
    u8::try_from(byte).ok().filter(|byte| !byte.is_ascii())
}

/// A text as the bytes that Go would print.
pub fn bytes_of(text: &str) -> Cow<'_, [u8]> {
    if !text.chars().any(|character| byte_of(character).is_some()) {
        return text.as_bytes().into();
    }
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match byte_of(character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes.into()
}

/// A text for readers that take UTF-8 only: U+FFFD for each byte that is none.
pub fn readable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|character| byte_of(character).is_some()) {
        return text.into();
    }
    text.chars().map(|character| if byte_of(character).is_some() { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::{bytes_of, readable, text_of};

    #[test]
    fn any_bytes_come_back() {
        let bytes: Vec<u8> = (0..=255).chain("蓝鲸\u{10FF05}".bytes()).chain([0xe8, 0x93]).collect();
        assert_eq!(*bytes_of(&text_of(&bytes)), bytes);
        assert_eq!(readable(&text_of(b"a\xffb")), "a\u{FFFD}b");
        assert_eq!(text_of("plain 蓝鲸".as_bytes()), "plain 蓝鲸");
    }
}
