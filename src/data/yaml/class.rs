//! Bytes by what they end or bend, so that a run of ordinary ones is passed in one go.

/// What ends or bends a run of ordinary characters.
pub(super) const BLANK: u8 = 1;
pub(super) const BREAK: u8 = 2;
pub(super) const FLOW: u8 = 4;
pub(super) const COLON: u8 = 8;
pub(super) const SINGLE: u8 = 16;
pub(super) const DOUBLE: u8 = 32;

/// The class of a byte. The leads of NEL, LS and PS count as breaks: callers look again.
#[inline]
#[expect(clippy::indexing_slicing, reason = "the table has 256 places, one for every byte")]
pub(super) fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

#[expect(clippy::indexing_slicing, reason = "the compiler fills the table, and stops where that fails")]
static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    table[b' ' as usize] = BLANK;
    table[b'\t' as usize] = BLANK;
    table[b'\n' as usize] = BREAK;
    table[b'\r' as usize] = BREAK;
    table[0xC2] = BREAK;
    table[0xE2] = BREAK;
    table[b':' as usize] = COLON;
    table[b'\'' as usize] = SINGLE;
    table[b'"' as usize] = DOUBLE;
    table[b'\\' as usize] = DOUBLE;
    let mut flow: &[u8] = b",?[]{}";
    while let [byte, rest @ ..] = flow {
        table[*byte as usize] = FLOW;
        flow = rest;
    }
    table
};
