//! Rendered files → documents, as text (helm pkg/release/v1/util/manifest.go).

use std::ops::Range;

use crate::charts::DocumentTail;

/// The documents of a file as ranges of its bytes.
pub(super) fn split(text: &[u8], tail: DocumentTail) -> Vec<Range<usize>> {
    match tail {
        DocumentTail::Kept => split_keeping_tails(text),
        DocumentTail::Trimmed => split_trimming(text),
    }
}

/// Go's `unicode.IsSpace` from the start of the text: how many bytes are white space.
fn leading_space(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' ' => at += 1,
            byte if byte < 0x80 => break,
            _ => match wide_space(&text[at..]) {
                Some(length) => at += length,
                None => break,
            },
        }
    }
    at
}

/// The bytes of a white space character beyond ASCII at the start of the text.
fn wide_space(text: &[u8]) -> Option<usize> {
    let length = match text {
        [0xc2, 0x85 | 0xa0, ..] => 2,
        [0xe1, 0x9a, 0x80, ..] | [0xe2, 0x80, 0x80..=0x8a | 0xa8 | 0xa9 | 0xaf, ..] => 3,
        [0xe2, 0x81, 0x9f, ..] | [0xe3, 0x80, 0x80, ..] => 3,
        _ => return None,
    };
    Some(length)
}

fn trailing_space(text: &[u8]) -> usize {
    let mut end = text.len();
    while end > 0 {
        match text[end - 1] {
            b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' ' => end -= 1,
            byte if byte < 0x80 => break,
            _ if end >= 2 && wide_space(&text[end - 2..end]) == Some(2) => end -= 2,
            _ if end >= 3 && wide_space(&text[end - 3..end]) == Some(3) => end -= 3,
            _ => break,
        }
    }
    text.len() - end
}

/// Whether nothing but white space is there.
pub(super) fn is_blank(text: &[u8]) -> bool {
    leading_space(text) == text.len()
}

/// `strings.TrimSpace` as a range.
pub(super) fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let start = range.start + leading_space(&text[range.clone()]);
    start..range.end.max(start) - trailing_space(&text[start..range.end.max(start)])
}

/// Helm 4: `(?m)^---[ \t]*` separates; only the left side of each document is trimmed.
fn split_keeping_tails(text: &[u8]) -> Vec<Range<usize>> {
    let mut documents = Vec::new();
    let mut start = leading_space(text);
    let mut push = |range: Range<usize>| {
        let blank = leading_space(&text[range.clone()]);
        if range.start + blank < range.end {
            documents.push(range.start + blank..range.end);
        }
    };
    let mut line = start;
    while line < text.len() {
        if text[line..].starts_with(b"---") {
            push(start..line);
            let blanks = text[line + 3..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            start = line + 3 + blanks;
            line = start;
        }
        // Behind a separator the rest of its line is content, which no `^` matches.
        line = match text[line..].iter().position(|byte| *byte == b'\n') {
            Some(end) => line + end + 1,
            None => text.len(),
        };
    }
    push(start..text.len());
    documents
}

/// Helm 3: `(?:^|\s*\n)---\s*` separates; every document is trimmed.
fn split_trimming(text: &[u8]) -> Vec<Range<usize>> {
    let whole = trimmed(text, 0..text.len());
    let mut documents = Vec::new();
    let mut start = whole.start;
    let mut at = whole.start;
    let mut first = true;
    loop {
        let separator = if first && text[at..whole.end].starts_with(b"---") {
            Some(at..at + 3)
        } else {
            find(&text[at..whole.end], b"\n---").map(|found| at + found..at + found + 4)
        };
        first = false;
        let Some(separator) = separator else { break };
        let is_space = |byte: &u8| matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ');
        let before = text[start..separator.start].iter().rev().take_while(|byte| is_space(byte)).count();
        if start < separator.start - before {
            documents.push(trimmed(text, start..separator.start - before));
        }
        let after = text[separator.end..whole.end].iter().take_while(|byte| is_space(byte)).count();
        start = separator.end + after;
        at = start;
    }
    if start < whole.end {
        documents.push(trimmed(text, start..whole.end));
    }
    documents
}

/// Where `needle` begins in `text`.
pub(super) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = 0;
    while let Some(found) = text[at..].iter().position(|byte| *byte == first) {
        at += found;
        if text[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Where every `needle` is that [`remove_all`] drops.
pub(super) fn places(text: &[u8], needle: &[u8]) -> Vec<std::ops::Range<usize>> {
    memchr::memmem::find_iter(text, needle).map(|at| at..at + needle.len()).collect()
}

/// Drops every `needle` from the text.
pub(super) fn remove_all(text: Vec<u8>, needle: &[u8]) -> Vec<u8> {
    let Some(mut found) = find(&text, needle) else { return text };
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    loop {
        out.extend_from_slice(&text[at..at + found]);
        at += found + needle.len();
        match find(&text[at..], needle) {
            Some(next) => found = next,
            None => break,
        }
    }
    out.extend_from_slice(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::split;
    use crate::charts::DocumentTail;

    fn documents(text: &str, tail: DocumentTail) -> Vec<&str> {
        split(text.as_bytes(), tail).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn helm4_keeps_what_follows_a_document() {
        let split = |text| documents(text, DocumentTail::Kept);
        assert_eq!(split("\n---\na: 1\n\n---\n\nb: 2\n \n"), ["a: 1\n\n", "b: 2\n \n"]);
        assert_eq!(split("--- # c\na: 1"), ["# c\na: 1"]);
        assert_eq!(split("---kind: X\n---\n---\n"), ["kind: X\n"]);
        assert_eq!(split("-----BEGIN"), ["--BEGIN"]);
        assert_eq!(split("a: 1\n ---\nb: 2"), ["a: 1\n ---\nb: 2"]);
        assert_eq!(split("  \n "), [""; 0]);
    }

    #[test]
    fn helm3_trims_documents_and_eats_line_ends() {
        let split = |text| documents(text, DocumentTail::Trimmed);
        assert_eq!(split("\n---\na: 1\n\n---\n\n  b: 2\n \n"), ["a: 1", "b: 2"]);
        assert_eq!(split("---\n---\nkind: A"), ["---\nkind: A"]);
        assert_eq!(split("a\n---\n---\n---\nb"), ["a", "---", "b"]);
    }
}
