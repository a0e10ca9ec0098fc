//! Characters as Go sees them: classes and one-to-one case changes, on text that may not be UTF-8.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::golang::utf8;

/// The first character and its size; an invalid byte is U+FFFD of size 1. `None` at the end.
pub(super) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    rune(utf8::decode(bytes))
}

/// The last character and its size, as [`decode`].
pub(super) fn decode_last(bytes: &[u8]) -> Option<(char, usize)> {
    rune(utf8::decode_last(bytes))
}

fn rune((rune, size): (u32, usize)) -> Option<(char, usize)> {
    (size > 0).then(|| (char::from_u32(rune).unwrap_or(char::REPLACEMENT_CHARACTER), size))
}

/// All characters, invalid bytes as U+FFFD each.
pub(super) fn runes(bytes: &[u8]) -> impl Iterator<Item = char> {
    utf8::runes(bytes).map(|(_, rune)| char::from_u32(rune).unwrap_or(char::REPLACEMENT_CHARACTER))
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
    char::from_u32(u32::from(rune).saturating_add(by)).unwrap_or(rune)
}

fn only(mut mapped: impl ExactSizeIterator<Item = char>, rune: char) -> char {
    if mapped.len() == 1 { mapped.next().unwrap_or(rune) } else { rune }
}

#[cfg(test)]
mod tests {
    use super::{to_lower, to_title, to_upper};

    #[test]
    fn a_letter_keeps_to_one_letter() {
        assert_eq!(to_upper('ß'), 'ß');
        assert_eq!(to_upper('ᾳ'), 'ᾼ');
        assert_eq!(to_lower('İ'), 'i');
        assert_eq!(to_title('ǆ'), 'ǅ');
    }
}
