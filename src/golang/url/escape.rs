//! Percent escapes, which differ from part to part of a URL.

use crate::golang::bytes;
use crate::golang::strconv::quote;

/// The part of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Path,
    PathSegment,
    Host,
    Zone,
    UserPassword,
    Query,
    Fragment,
}

impl Mode {
    /// What need not be escaped beside letters, digits and `-._~`.
    fn plain(self) -> &'static [u8] {
        match self {
            Mode::Path => b"$&+,/:;=@",
            Mode::PathSegment => b"$&+:=@",
            Mode::Host | Mode::Zone => b"!\"$&'()*+,:;<=>[]",
            Mode::UserPassword => b"$&+,;=",
            Mode::Query => b"",
            Mode::Fragment => b"!$&()*+,/:;=?@",
        }
    }

    fn escapes(self, byte: u8) -> bool {
        !(byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || self.plain().contains(&byte))
    }
}

/// `url.QueryEscape`
pub fn query_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Mode::Query)
}

/// `url.PathEscape`
pub fn path_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Mode::PathSegment)
}

/// `url.QueryUnescape`
///
/// # Errors
/// Go's text: `invalid URL escape "%zz"`.
pub fn query_unescape(text: &[u8]) -> Result<Vec<u8>, String> {
    unescape(text, Mode::Query)
}

pub(super) fn escape(text: &[u8], mode: Mode) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if !mode.escapes(byte) {
            out.push(byte);
        } else if byte == b' ' && mode == Mode::Query {
            out.push(b'+');
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

pub(super) fn unescape(text: &[u8], mode: Mode) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        let (byte, written) = (*byte, bytes::split(rest, 3).0);
        rest = after;
        match byte {
            b'%' => {
                let invalid = || format!("invalid URL escape {}", quote(written));
                let value = match written {
                    [_, high, low] => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
                    _ => None,
                };
                let value = value.ok_or_else(invalid)?;
                // A host may only have escapes beyond ASCII, a zone only of what may stand in a host.
                let refused = match mode {
                    Mode::Host => value < 0x80 && value != b'%',
                    Mode::Zone => value != b'%' && value != b' ' && Mode::Host.escapes(value),
                    _ => false,
                };
                if refused {
                    return Err(invalid());
                }
                out.push(value);
                rest = bytes::skip(rest, 2);
            }
            b'+' if mode == Mode::Query => out.push(b' '),
            _ if matches!(mode, Mode::Host | Mode::Zone) && byte < 0x80 && mode.escapes(byte) => {
                return Err(format!("invalid character {} in host name", quote(&[byte])));
            }
            _ => out.push(byte),
        }
    }
    Ok(out)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}

/// Whether a part as written is a possible escaping: sub-delimiters may stand either way.
pub(super) fn is_valid(text: &[u8], mode: Mode) -> bool {
    text.iter().all(|byte| b"!$&'()*+,;=:@[]%".contains(byte) || !mode.escapes(*byte))
}
