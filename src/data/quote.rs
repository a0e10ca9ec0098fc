//! Text between quotes as Go prints it in messages. `golang::strconv` has the rest of Go's formats.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// `strconv.Quote`.
pub(super) fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\\' => out.extend(['\\', character]),
                '\x07' => out.push_str("\\a"),
                '\x08' => out.push_str("\\b"),
                '\x0C' => out.push_str("\\f"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\x0B' => out.push_str("\\v"),
                ' ' => out.push(' '),
                _ if is_printable(character) => out.push(character),
                '\0'..='\x7F' => out.push_str(&format!("\\x{:02x}", character as u32)),
                '\u{80}'..='\u{FFFF}' => out.push_str(&format!("\\u{:04x}", character as u32)),
                _ => out.push_str(&format!("\\U{:08x}", character as u32)),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out.push('"');
    out
}

/// `unicode.IsPrint`, but for the space: letters, marks, numbers, punctuation and symbols.
fn is_printable(character: char) -> bool {
    match character {
        '!'..='~' => true,
        '\0'..='\x7F' => false,
        _ => !matches!(character.general_category_group(), GeneralCategoryGroup::Separator | GeneralCategoryGroup::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn text_is_quoted_as_go_quotes_it() {
        assert_eq!(quote("a\"b\\c\n\u{1}é\u{a0}\u{2028}".as_bytes()), r#""a\"b\\c\n\x01é\u00a0\u2028""#);
        assert_eq!(quote(b"\xff"), r#""\xff""#);
    }
}
