//! How far a scalar reaches in a text.

use std::ops::Range;

/// The bytes of the scalar that begins at an offset: to its closing quote, to the end of its block, or to the end of the
/// line without comment and white space; a key ends before its `:`, what stands in brackets on its line at `,` or the
/// bracket. A look at the text, not a reading of it: what spans several lines without quotes or a block's sign ends at the first.
pub fn scalar_extent(text: &[u8], start: usize) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    let length = match rest {
        [b'"', inner @ ..] => double_quoted(inner).saturating_add(1),
        [b'\'', inner @ ..] => single_quoted(inner).saturating_add(1),
        [b'|' | b'>', ..] => block(text, start),
        _ => plain(rest, is_in_brackets(text, start)),
    };
    start..start.saturating_add(length).min(text.len())
}

/// Where the key of a name begins that stands nearest before an offset: a word with a `:` behind it, in quotes or not.
pub fn key_before(text: &[u8], offset: usize, key: &str) -> Option<usize> {
    let mut end = offset.min(text.len());
    while let Some(at) = memchr::memmem::rfind(text.get(..end)?, key.as_bytes()).filter(|_| !key.is_empty()) {
        let (before, behind) = (text.get(..at)?, text.get(at.saturating_add(key.len())..)?);
        let quote = before.last().filter(|byte| matches!(byte, b'"' | b'\''));
        let behind = quote.map_or(Some(behind), |quote| behind.strip_prefix(&[*quote]));
        let start = at.saturating_sub(usize::from(quote.is_some()));
        let begins = start.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|byte| b" \t\r\n{,[".contains(byte));
        if begins && behind.is_some_and(|behind| behind.trim_ascii_start().starts_with(b":")) {
            return Some(start);
        }
        end = at.saturating_add(key.len()).saturating_sub(1);
    }
    None
}

fn double_quoted(inner: &[u8]) -> usize {
    let mut escaped = false;
    let end = inner.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    });
    end.map_or(inner.len(), |end| end.saturating_add(1))
}

fn single_quoted(inner: &[u8]) -> usize {
    let mut at = 0usize;
    while let Some(found) = inner.get(at..).and_then(|rest| memchr::memchr(b'\'', rest)) {
        at = at.saturating_add(found).saturating_add(1);
        if inner.get(at) != Some(&b'\'') {
            return at;
        }
        at = at.saturating_add(1);
    }
    inner.len()
}

/// The header's line and all lines after it that are blank or deeper than the line it stands on.
fn block(text: &[u8], start: usize) -> usize {
    let line_start = text.get(..start).and_then(|before| memchr::memrchr(b'\n', before)).map_or(0, |end| end.saturating_add(1));
    let indent = indentation(text.get(line_start..).unwrap_or_default());
    let mut length = 0usize;
    for (number, line) in text.get(start..).unwrap_or_default().split_inclusive(|byte| *byte == b'\n').enumerate() {
        if number > 0 && !line.trim_ascii().is_empty() && indentation(line) <= indent {
            break;
        }
        length = length.saturating_add(line.len());
    }
    length
}

fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// Whether a bracket is open on the line before an offset.
fn is_in_brackets(text: &[u8], start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |brackets: [u8; 2]| line.iter().filter(|byte| brackets.contains(byte)).count();
    count([b'{', b'[']) > count([b'}', b']'])
}

fn plain(rest: &[u8], in_brackets: bool) -> usize {
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let ends = |at: &usize| {
        let (before, byte, after) = (at.checked_sub(1).and_then(|at| line.get(at)), line.get(*at), line.get(at.saturating_add(1)));
        match byte {
            Some(b'#') => before.is_some_and(|byte| matches!(byte, b' ' | b'\t')),
            Some(b':') => after.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\r')),
            Some(b',' | b'}' | b']') => in_brackets,
            _ => false,
        }
    };
    let end = (0..line.len()).find(ends).unwrap_or(line.len());
    line.get(..end).unwrap_or_default().trim_ascii_end().len()
}

#[cfg(test)]
mod tests {
    use super::{key_before, scalar_extent};

    #[test]
    fn keys_are_found_before_their_values() {
        let cases = [
            ("ab:\n  b: ab\n  c: ", "ab", Some(0)),
            ("ab:\n  b: ab\n  c: ", "b", Some(6)),
            ("b: 1\na: {\"b\": ", "b", Some(9)),
            ("a: {b : 1, 'c': ", "b", Some(4)),
            ("a: {b : 1, 'c': ", "c", Some(11)),
            ("- name: ", "name", Some(2)),
            ("ab: b", "b", None),
            ("a: ", "", None),
        ];
        for (before, key, expected) in cases {
            let text = format!("{before}x\nb: 1\n");
            assert_eq!(key_before(text.as_bytes(), before.len(), key), expected, "{key} in {before:?}");
        }
    }

    #[test]
    fn scalars_end_where_yaml_ends_them() {
        let cases = [
            ("a: b c # d\n", 3, "b c"),
            ("a: b#c\n", 3, "b#c"),
            ("a: http://x\n", 3, "http://x"),
            ("a: 1\nb: 2\n", 0, "a"),
            ("a: \"x \\\" # y\" # z\n", 3, "\"x \\\" # y\""),
            ("a: 'it''s' # z\n", 3, "'it''s'"),
            ("  a: |\n    b\n\n    c\n  d: 1\n", 5, "|\n    b\n\n    c\n"),
            ("a: \"open", 3, "\"open"),
            ("a: {b: c, d: [e]}\n", 7, "c"),
            ("a: {b: c, d: [e]}\n", 14, "e"),
            ("a: b, c\n", 3, "b, c"),
            ("a", 9, ""),
        ];
        for (text, start, expected) in cases {
            assert_eq!(text.get(scalar_extent(text.as_bytes(), start)).unwrap_or_default(), expected, "{text:?}");
        }
    }
}
