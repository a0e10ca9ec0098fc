//! The text as go-yaml's reader hands it to the scanner: decoded, checked, and cut where it is broken.
//!
//! go-yaml decodes 512 bytes at a time, so a broken byte is reported as soon as the scanner looks into its
//! block, also when a fault of syntax stands before it there. The cut keeps that order.

use std::borrow::Cow;

/// A text ready to scan.
pub(super) struct Input<'a> {
    /// UTF-8 without a leading byte order mark; ends before the first character that can't be decoded.
    pub(super) text: Cow<'a, [u8]>,
    /// Where `text` starts in what was given.
    pub(super) offset: usize,
    /// Whether every byte is ASCII, so that bytes and characters count alike.
    pub(super) ascii: bool,
    /// What is wrong behind the text's end.
    pub(super) broken: Option<Broken>,
}

/// A character that go-yaml does not take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Broken {
    /// Go's words.
    pub(super) problem: &'static str,
    /// The byte at fault, counted as the text is.
    pub(super) at: usize,
    /// Where the block starts that can't be decoded because of it.
    pub(super) block: usize,
}

/// Bytes that go-yaml's reader decodes at once.
const BLOCK: usize = 512;

impl<'a> Input<'a> {
    /// Looks the text over.
    pub(super) fn new(given: &'a [u8]) -> Self {
        match given {
            [0xFF, 0xFE, rest @ ..] => Self::from_utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => Self::from_utf16(rest, u16::from_be_bytes),
            [0xEF, 0xBB, 0xBF, rest @ ..] => Self::from_utf8(Cow::Borrowed(rest), 3),
            _ => Self::from_utf8(Cow::Borrowed(given), 0),
        }
    }

    fn from_utf8(mut text: Cow<'a, [u8]>, offset: usize) -> Self {
        let (ascii, fault) = inspect(&text);
        let broken = fault.map(|Fault { problem, at, start }| {
            // a character that the text's end cuts waits for more until there is none
            let block = if problem.starts_with("incomplete") { start } else { block_start(&text, offset, at) };
            text = match std::mem::take(&mut text) {
                Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(..start).unwrap_or_default()),
                Cow::Owned(mut bytes) => {
                    bytes.truncate(start);
                    Cow::Owned(bytes)
                }
            };
            Broken { problem, at, block }
        });
        Self { text, offset, ascii, broken }
    }

    /// UTF-16 is read as a whole; places in it are those of the UTF-8 text.
    fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Self {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let mut text = String::with_capacity(bytes.len());
        let mut problem = (!rest.is_empty()).then_some("incomplete UTF-16 character");
        for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
            match decoded {
                Ok(character) => text.push(character),
                Err(fault) => {
                    let low = (0xDC00..0xE000).contains(&fault.unpaired_surrogate());
                    problem = Some(if low { "unexpected low surrogate area" } else { "expected low surrogate area" });
                    break;
                }
            }
        }
        let end = text.len();
        let mut input = Self::from_utf8(Cow::Owned(text.into_bytes()), 0);
        input.broken = input.broken.or(problem.map(|problem| Broken { problem, at: end, block: end }));
        input
    }
}

/// Where the block that holds the byte `at` starts. A character that does not fit at a block's end moves to the
/// next one, which then ends that much earlier.
fn block_start(text: &[u8], offset: usize, at: usize) -> usize {
    let mut start = 0;
    let mut end = BLOCK.saturating_sub(offset);
    while end <= at {
        let mut whole = end;
        // a character cut by the block's end is decoded with the next block
        let before = text.get(..end).unwrap_or_default();
        let widths = before.iter().rev().map(|byte| width(*byte));
        if let Some((back, width)) = (1..=3).zip(widths).find(|(_, width)| *width != 0)
            && width > back
        {
            whole = end.saturating_sub(back);
        }
        if whole > at {
            break;
        }
        start = whole;
        end = whole.saturating_add(BLOCK);
    }
    start
}

/// Bytes of a character that starts with `byte`; 0 where none does.
fn width(byte: u8) -> usize {
    match byte {
        0..=0x7F => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => 0,
    }
}

/// Where a text is broken.
struct Fault {
    problem: &'static str,
    at: usize,
    /// Where the character starts.
    start: usize,
}

/// Whether the text is all ASCII, and its first fault.
fn inspect(text: &[u8]) -> (bool, Option<Fault>) {
    let mut ascii = true;
    let mut done = 0usize;
    for (number, block) in text.chunks(64).enumerate() {
        let suspect = block
            .iter()
            .fold(false, |any, &byte| any | ((byte.wrapping_sub(0x20) > 0x5E) & (byte != b'\n') & (byte != b'\t') & (byte != b'\r')));
        if !suspect {
            continue;
        }
        let start = number.saturating_mul(64);
        let end = start.saturating_add(block.len());
        done = done.max(start);
        while done < end {
            match character(text.get(done..).unwrap_or_default()) {
                Ok(width) => {
                    ascii &= width == 1;
                    done = done.saturating_add(width);
                }
                Err((problem, behind)) => return (ascii, Some(Fault { problem, at: done.saturating_add(behind), start: done })),
            }
        }
    }
    (ascii, None)
}

/// The width of the first character, or why go-yaml does not take it and how far behind its start that shows.
fn character(text: &[u8]) -> Result<usize, (&'static str, usize)> {
    const INCOMPLETE: (&str, usize) = ("incomplete UTF-8 octet sequence", 0);
    let Some(&lead) = text.first() else { return Err(INCOMPLETE) };
    let width = width(lead);
    // what the lead says of the code, and the least that needs so many bytes
    let (code, least) = match width {
        1 => (lead, 0),
        2 => (lead & 0x1F, 0x80),
        3 => (lead & 0x0F, 0x800),
        4 => (lead & 0x07, 0x1_0000),
        _ => return Err(("invalid leading UTF-8 octet", 0)),
    };
    let mut code = u32::from(code);
    for (place, octet) in (1..).zip(text.get(1..width).ok_or(INCOMPLETE)?) {
        if octet & 0xC0 != 0x80 {
            return Err(("invalid trailing UTF-8 octet", place));
        }
        code = code << 6 | u32::from(octet & 0x3F);
    }
    if code < least {
        return Err(("invalid length of a UTF-8 sequence", 0));
    }
    match code {
        0xD800..=0xDFFF | 0x11_0000.. => Err(("invalid Unicode character", 0)),
        0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0x85 | 0xA0..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF => Ok(width),
        _ => Err(("control characters are not allowed", 0)),
    }
}
