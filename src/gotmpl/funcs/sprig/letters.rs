//! Characters as Go sees them: decoding that survives invalid UTF-8, classes, and one-to-one case changes.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The first character and its size; an invalid byte is U+FFFD of size 1. `None` at the end.
pub(super) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let first = *bytes.first()?;
    let size = match first {
        ..0x80 => return Some((char::from(first), 1)),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((char::REPLACEMENT_CHARACTER, 1)),
    };
    let whole = bytes.get(..size).and_then(|part| std::str::from_utf8(part).ok()).and_then(|part| part.chars().next());
    Some(whole.map_or((char::REPLACEMENT_CHARACTER, 1), |rune| (rune, size)))
}

/// The last character and its size, as [`decode`].
pub(super) fn decode_last(bytes: &[u8]) -> Option<(char, usize)> {
    let invalid = (!bytes.is_empty()).then_some((char::REPLACEMENT_CHARACTER, 1));
    let whole = (1..=bytes.len().min(4)).find_map(|size| {
        let tail = bytes.get(bytes.len() - size..)?;
        decode(tail).filter(|(rune, found)| *found == size && (size > 1 || rune.is_ascii()))
    });
    whole.or(invalid)
}

/// All characters, invalid bytes as U+FFFD each.
pub(super) fn runes(bytes: &[u8]) -> impl Iterator<Item = char> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (rune, size) = decode(rest)?;
        rest = rest.get(size..).unwrap_or(&[]);
        Some(rune)
    })
}

/// `unicode.IsSpace`.
pub(super) fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}

/// `unicode.IsUpper`.
pub(super) fn is_upper(rune: char) -> bool {
    rune.general_category() == GeneralCategory::UppercaseLetter
}

/// `unicode.IsLower`.
pub(super) fn is_lower(rune: char) -> bool {
    rune.general_category() == GeneralCategory::LowercaseLetter
}

/// `unicode.IsTitle`.
pub(super) fn is_title(rune: char) -> bool {
    rune.general_category() == GeneralCategory::TitlecaseLetter
}

/// `unicode.IsLetter`.
pub(super) fn is_letter(rune: char) -> bool {
    rune.general_category_group() == GeneralCategoryGroup::Letter
}

/// `unicode.IsDigit`.
pub(super) fn is_digit(rune: char) -> bool {
    rune.general_category() == GeneralCategory::DecimalNumber
}

/// `unicode.IsNumber`.
pub(super) fn is_number(rune: char) -> bool {
    rune.general_category_group() == GeneralCategoryGroup::Number
}

/// `unicode.IsPunct`.
pub(super) fn is_punctuation(rune: char) -> bool {
    rune.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// `unicode.ToUpper`: one character for one, as of Go's Unicode 15; later letters have no case yet.
pub(super) fn to_upper(rune: char) -> char {
    match u32::from(rune) {
        0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7 => shifted(rune, 8),
        0x1fb3 | 0x1fc3 | 0x1ff3 => shifted(rune, 9),
        0x19b | 0x264 | 0x1c8a | 0xa7cd | 0xa7cf | 0xa7d3 | 0xa7d5 | 0xa7db | 0x10d70..=0x10d85 | 0x16ebb..=0x16ed3 => rune,
        _ => only(rune.to_uppercase(), rune),
    }
}

/// `unicode.ToLower`, as [`to_upper`].
pub(super) fn to_lower(rune: char) -> char {
    match u32::from(rune) {
        0x130 => 'i',
        0x1c89 | 0xa7cb | 0xa7cc | 0xa7ce | 0xa7d2 | 0xa7d4 | 0xa7da | 0xa7dc | 0x10d50..=0x10d65 | 0x16ea0..=0x16eb8 => rune,
        _ => only(rune.to_lowercase(), rune),
    }
}

/// `unicode.ToTitle`, as [`to_upper`].
pub(super) fn to_title(rune: char) -> char {
    match u32::from(rune) {
        0x1c4..=0x1c6 => '\u{1c5}',
        0x1c7..=0x1c9 => '\u{1c8}',
        0x1ca..=0x1cc => '\u{1cb}',
        0x1f1..=0x1f3 => '\u{1f2}',
        0x10d0..=0x10fa | 0x10fd..=0x10ff => rune,
        _ => to_upper(rune),
    }
}

fn shifted(rune: char, by: u32) -> char {
    char::from_u32(u32::from(rune) + by).unwrap_or(rune)
}

fn only(mut mapped: impl ExactSizeIterator<Item = char>, rune: char) -> char {
    if mapped.len() == 1 { mapped.next().unwrap_or(rune) } else { rune }
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_last, runes, to_lower, to_title, to_upper};

    #[test]
    fn invalid_bytes_count_one_by_one() {
        assert_eq!(decode("蓝".as_bytes()), Some(('蓝', 3)));
        assert_eq!(decode(b"\xe8\x93x"), Some(('\u{fffd}', 1)));
        assert_eq!(decode_last(b"x\xe8\x93"), Some(('\u{fffd}', 1)));
        assert_eq!(decode_last("x蓝".as_bytes()), Some(('蓝', 3)));
        assert_eq!(decode_last(b""), None);
        assert_eq!(runes(b"a\xffb").collect::<String>(), "a\u{fffd}b");
    }

    #[test]
    fn a_letter_keeps_to_one_letter() {
        assert_eq!(to_upper('ß'), 'ß');
        assert_eq!(to_upper('ᾳ'), 'ᾼ');
        assert_eq!(to_lower('İ'), 'i');
        assert_eq!(to_title('ǆ'), 'ǅ');
    }
}
