//! Go's `unicode/utf8`: bytes that may not be UTF-8, one rune at a time.

/// `utf8.RuneError`, what an invalid byte decodes to.
pub const RUNE_ERROR: u32 = 0xFFFD;

/// `utf8.DecodeRune`: the first rune and its length. An invalid byte is [`RUNE_ERROR`] of length 1, no
/// bytes are [`RUNE_ERROR`] of length 0.
pub fn decode(text: &[u8]) -> (u32, usize) {
    let Some(&first) = text.first() else { return (RUNE_ERROR, 0) };
    if first < 0x80 {
        return (u32::from(first), 1);
    }
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return (RUNE_ERROR, 1),
    };
    let character = text.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|text| text.chars().next());
    character.map_or((RUNE_ERROR, 1), |character| (character as u32, length))
}

/// The first rune, the bytes it is written with, and what follows. `None`: no bytes.
pub fn split_first(text: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (rune, length) = decode(text);
    let (written, rest) = text.split_at_checked(length).filter(|_| length > 0)?;
    Some((rune, written, rest))
}

/// `utf8.DecodeLastRune`
pub fn decode_last(text: &[u8]) -> (u32, usize) {
    for length in 2..=4.min(text.len()) {
        let tail = text.get(text.len().saturating_sub(length)..).unwrap_or_default();
        if decode(tail).1 == length {
            return (decode(tail).0, length);
        }
    }
    match text.last() {
        None => (RUNE_ERROR, 0),
        Some(&byte) if byte < 0x80 => (u32::from(byte), 1),
        Some(_) => (RUNE_ERROR, 1),
    }
}

/// `utf8.AppendRune`: what is no character becomes U+FFFD.
pub fn append(out: &mut Vec<u8>, rune: u32) {
    let character = char::from_u32(rune).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The runes with their byte offsets, as `range` over a string gives them.
pub fn runes(text: &[u8]) -> impl Iterator<Item = (usize, u32)> + '_ {
    let (mut at, mut rest) = (0usize, text);
    std::iter::from_fn(move || {
        let (rune, written, after) = split_first(rest)?;
        let start = at;
        (at, rest) = (at.wrapping_add(written.len()), after);
        Some((start, rune))
    })
}

/// `utf8.RuneCount`
pub fn count(text: &[u8]) -> usize {
    match std::str::from_utf8(text) {
        Ok(text) => text.chars().count(),
        Err(_) => runes(text).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::{count, decode, decode_last, runes};

    #[test]
    fn invalid_bytes_are_runes_of_length_one() {
        assert_eq!(decode("蓝x".as_bytes()), (0x84DD, 3));
        assert_eq!(decode(b"\xE8\x93"), (0xFFFD, 1));
        assert_eq!(decode(b"\xED\xA0\x80"), (0xFFFD, 1));
        assert_eq!(decode(b""), (0xFFFD, 0));
        assert_eq!(decode_last("x蓝".as_bytes()), (0x84DD, 3));
        assert_eq!(decode_last(b"\x93"), (0xFFFD, 1));
        assert_eq!(count(b"a\xE8\x93b"), 4);
        assert_eq!(runes(b"a\xFF\xC3\xA9").collect::<Vec<_>>(), [(0, 97), (1, 0xFFFD), (2, 0xE9)]);
    }
}
