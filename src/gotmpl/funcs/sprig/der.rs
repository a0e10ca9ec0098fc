//! DER and PEM, as far as keys and certificates need them.

use data_encoding::BASE64;
use memchr::memmem;

use crate::golang::{base64, bytes};

/// `INTEGER`
pub(super) const INTEGER: u8 = 0x02;
/// `BIT STRING`
pub(super) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`
pub(super) const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
/// `SEQUENCE`
pub(super) const SEQUENCE: u8 = 0x30;
/// `SET`
pub(super) const SET: u8 = 0x31;

/// One element: tag, length, content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        length @ ..=0x7f => out.push(length as u8),
        length => {
            let bytes = length.to_be_bytes();
            let (_, bytes) = bytes::span(&bytes, |byte| byte == 0);
            out.push(0x80 | bytes.len() as u8);
            out.extend_from_slice(bytes);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A constructed element of several.
pub(super) fn constructed(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    element(tag, &parts.concat())
}

/// A number that is not negative, from its big-endian bytes.
pub(super) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let used = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let digits = bytes.get(used..).unwrap_or(&[]);
    let pad: &[u8] = if digits.first().is_none_or(|byte| *byte >= 0x80) { &[0] } else { &[] };
    element(INTEGER, &[pad, digits].concat())
}

/// A text of whole bytes.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    constructed(BIT_STRING, &[&[0], bytes])
}

/// Reads elements one after the other.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

/// An element that was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// With tag and length.
    pub(super) whole: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next element.
    pub(super) fn next(&mut self) -> Option<Element<'a>> {
        let all = self.0;
        let (tag, first) = (*all.first()?, *all.get(1)?);
        let (start, length) = match first {
            ..=0x7f => (2, usize::from(first)),
            0x81..=0x84 => {
                let count = usize::from(first & 0x7f);
                let length = all.get(2..2 + count)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
                (2 + count, length)
            }
            _ => return None,
        };
        let end = start.checked_add(length)?;
        let read = Element { tag, content: all.get(start..end)?, whole: all.get(..end)? };
        self.0 = all.get(end..)?;
        Some(read)
    }

    /// The next element, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Option<Element<'a>> {
        self.next().filter(|read| read.tag == tag)
    }

    /// The next element if it has this tag; otherwise nothing is read.
    pub(super) fn take(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.0.first() == Some(&tag) { self.next() } else { None }
    }
}

/// A PEM block.
pub(super) struct Pem {
    /// What stands between `BEGIN` and the dashes.
    pub(super) label: String,
    /// What is encoded.
    pub(super) bytes: Vec<u8>,
}

/// The first PEM block in a text: Go's `pem.Decode`. Each `END` is tried with the last `BEGIN` before it only, so that
/// a text full of either takes no longer than another.
pub(super) fn read_pem(text: &[u8]) -> Option<Pem> {
    let mut rest = text;
    loop {
        let end = memmem::find(rest, END)?;
        // the block ends with its line break
        let (before, after) = bytes::split(rest, end.saturating_add(1));
        rest = bytes::skip(after, END.len().saturating_sub(1));
        if let Some(block) = read_block(before, rest) {
            return Some(block);
        }
    }
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";

/// The block whose lines are the last of a text, and whose `END` is followed by `trailer`.
fn read_block(text: &[u8], trailer: &[u8]) -> Option<Pem> {
    let (outside, block) = bytes::split(text, memmem::rfind(text, BEGIN)?);
    if outside.last().is_some_and(|byte| *byte != b'\n') {
        return None;
    }
    let (line, mut body) = first_line(bytes::skip(block, BEGIN.len()));
    let label = line.strip_suffix(b"-----")?;
    let (behind, _) = first_line(trailer.strip_prefix(label)?.strip_prefix(b"-----")?);
    if !behind.is_empty() {
        return None;
    }
    // headers come first, each with a colon; what the last of them ends with must not be what END starts with
    let mut headers = label.contains(&b':');
    loop {
        let (line, next) = first_line(body);
        if !line.contains(&b':') {
            break;
        }
        (headers, body) = (true, next);
    }
    if headers && body.is_empty() {
        return None;
    }
    let digits: Vec<u8> = body.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t')).collect();
    Some(Pem { label: String::from_utf8_lossy(label).into_owned(), bytes: base64::decode(&digits).ok()? })
}

/// A text's first line without the white space at its end, and what follows it.
fn first_line(text: &[u8]) -> (&[u8], &[u8]) {
    let (mut line, rest) = match bytes::cut(text, b'\n') {
        Some((line, rest)) => (line.strip_suffix(b"\r").unwrap_or(line), rest),
        None => (text, &[][..]),
    };
    while let [head @ .., b' ' | b'\t'] = line {
        line = head;
    }
    (line, rest)
}

/// A PEM block of lines of 64 digits.
pub(super) fn write_pem(label: &str, bytes: &[u8]) -> String {
    let digits = BASE64.encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    for (at, digit) in digits.chars().enumerate() {
        out.push(digit);
        if at % 64 == 63 {
            out.push('\n');
        }
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::{Reader, SEQUENCE, element, read_pem, unsigned, write_pem};

    #[test]
    fn what_is_written_is_read() {
        for size in [0, 127, 128, 300, 70_000] {
            let written = element(SEQUENCE, &vec![7; size]);
            let mut reader = Reader(&written);
            assert_eq!(reader.expect(SEQUENCE).unwrap().content.len(), size);
            assert!(reader.next().is_none());
        }
        assert_eq!(unsigned(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[]), [2, 1, 0]);
        assert!(Reader(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).next().is_none());
    }

    #[test]
    fn pem_survives_what_stands_around_it() {
        let text = format!("words\n{}more", write_pem("A B", &[1; 100]));
        let block = read_pem(text.as_bytes()).unwrap();
        assert_eq!((block.label.as_str(), block.bytes), ("A B", vec![1; 100]));
        assert!(read_pem(b"-----BEGIN A-----\n").is_none());
    }

    #[test]
    fn pem_is_read_as_go_reads_it() {
        // what encoding/pem of Go 1.26 makes of each
        type Block<'b> = Option<(&'b str, &'b [u8])>;
        let cases: &[(&[u8], Block<'_>)] = &[
            (b"-----BEGIN A-----\nAAAA\n-----END A-----", Some(("A", b"\x00\x00\x00"))),
            (b"-----BEGIN A-----\n-----END A-----\n", Some(("A", b""))),
            (b"-----BEGIN A-----\r\n-----END A-----\r\n", Some(("A", b""))),
            (b"-----BEGIN A-----\nAAAA\n-----BEGIN A-----\nBBBB\n-----END A-----\n", Some(("A", b"\x04\x10A"))),
            (b"-----BEGIN A-----\nAAAA\n-----END B-----\n-----BEGIN C-----\nBBBB\n-----END C----- \t\n", Some(("C", b"\x04\x10A"))),
            (b"x-----BEGIN A-----\nAAAA\n-----END A-----\n", None),
            (b"-----BEGIN A-----\nK: v\n\nAA AA\n-----END A-----\n", Some(("A", b"\x00\x00\x00"))),
            (b"-----BEGIN A-----\nK: v\nAAAA\n-----END A-----\n", Some(("A", b"\x00\x00\x00"))),
            (b"-----BEGIN A-----\nK: v\n-----END A-----\n", None),
            (b"-----BEGIN A-----\nK: v\n\n-----END A-----\n", Some(("A", b""))),
            (b"-----BEGIN A:B-----\n-----END A:B-----\n", None),
            (b"-----BEGIN A:B-----\nAAAA\n-----END A:B-----\n", Some(("A:B", b"\x00\x00\x00"))),
            (b"-----BEGIN A-----\nAA!A\n-----END A-----\n-----BEGIN A-----\nAAAB\n-----END A-----x\n", None),
            (b"-----BEGIN A-----\nAAAA\n-----END A-----x\n-----BEGIN A-----\nAAAB\n-----END A-----\n", Some(("A", b"\x00\x00\x01"))),
            (b"-----BEGIN A---- \nAAAA\n-----END A----\n", None),
            (b"-----BEGIN A-----  \nAAAA\n-----END A-----\t", Some(("A", b"\x00\x00\x00"))),
            (b"-----BEGIN A-----\nAAAA\n-----END A-----\r", None),
            (b"\n-----END -----BEGIN A-----\nAAAA\n-----END A-----", Some(("A", b"\x00\x00\x00"))),
            (b"-----BEGIN -----\nAAAA\n-----END -----", Some(("", b"\x00\x00\x00"))),
            (b"-----BEGIN A-----\nAAAA-----END A-----\n", None),
            (b"no", None),
            (b"", None),
        ];
        for (text, want) in cases {
            let got = read_pem(text);
            let got = got.as_ref().map(|block| (block.label.as_str(), block.bytes.as_slice()));
            assert_eq!(got, *want, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn many_blocks_that_are_none_take_no_time() {
        let begins = b"-----BEGIN A-----\n".repeat(200_000);
        assert!(read_pem(&begins).is_none());
        let ends = b"\n-----END A-----".repeat(200_000);
        assert!(read_pem(&[begins, ends].concat()).is_some_and(|block| block.bytes.is_empty()));
    }
}
