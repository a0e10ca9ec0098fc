//! Go's `netip.ParseAddr`, as far as URLs need it: whether a text is an address, and what is wrong with it.

use crate::golang::bytes;
use crate::golang::strconv::quote;

/// The version of an IP address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Four,
    Six,
}

/// What is wrong, and where, if that is said.
type Fault<'a> = (&'static str, &'a [u8]);

/// `netip.ParseAddr`
///
/// # Errors
/// Go's text: `ParseAddr("x"): unable to parse IP`.
pub(super) fn check(text: &[u8]) -> Result<Version, String> {
    let checked = match text.iter().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b'.') => check_four(text).map(|()| Version::Four),
        Some(b':') => check_six(text).map(|()| Version::Six),
        Some(_) => Err(("missing IPv6 address", &[][..])),
        None => Err(("unable to parse IP", &[][..])),
    };
    checked.map_err(|(what, at)| {
        let place = if at.is_empty() { String::new() } else { format!(" (at {})", quote(at)) };
        format!("ParseAddr({}): {what}{place}", quote(text))
    })
}

fn check_four(text: &[u8]) -> Result<(), Fault<'_>> {
    // The field so far, if it has digits.
    let mut value: Option<u8> = None;
    let mut dots = 0u8;
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        match byte {
            b'0'..=b'9' => {
                if value == Some(0) {
                    return Err(("IPv4 field has octet with leading zero", &[]));
                }
                let next = value.unwrap_or(0).checked_mul(10).and_then(|tens| tens.checked_add(byte & 0x0F));
                value = Some(next.ok_or(("IPv4 field has value >255", &[][..]))?);
            }
            b'.' => {
                if value.is_none() || after.is_empty() {
                    return Err(("IPv4 field must have at least one digit", rest));
                }
                if dots == 3 {
                    return Err(("IPv4 address too long", &[]));
                }
                dots = dots.saturating_add(1);
                value = None;
            }
            _ => return Err(("unexpected character", rest)),
        }
        rest = after;
    }
    if dots < 3 { Err(("IPv4 address too short", &[])) } else { Ok(()) }
}

fn check_six(text: &[u8]) -> Result<(), Fault<'_>> {
    let mut rest = match bytes::cut(text, b'%') {
        Some((_, [])) => return Err(("zone must be a non-empty string", &[])),
        Some((address, _)) => address,
        None => text,
    };
    let mut ellipsis = false;
    if let Some(after) = rest.strip_prefix(b"::") {
        if after.is_empty() {
            return Ok(());
        }
        (ellipsis, rest) = (true, after);
    }
    // Groups of 16 bits; there are eight.
    let mut groups = 0u8;
    while groups < 8 {
        let after = group(rest)?;
        if after.starts_with(b".") {
            if !ellipsis && groups != 6 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", rest));
            }
            if groups > 6 {
                return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", rest));
            }
            check_four(rest)?;
            rest = &[];
            groups = groups.saturating_add(2);
            break;
        }
        groups = groups.saturating_add(1);
        rest = match after {
            [] => &[],
            [b':'] => return Err(("colon must be followed by more characters", after)),
            [b':', b':', ..] if ellipsis => return Err(("multiple :: in address", bytes::skip(after, 1))),
            [b':', b':', after @ ..] => {
                ellipsis = true;
                after
            }
            [b':', after @ ..] => after,
            _ => return Err(("unexpected character, want colon", after)),
        };
        if rest.is_empty() {
            break;
        }
    }
    match (rest.is_empty(), groups < 8, ellipsis) {
        (false, ..) => Err(("trailing garbage after address", rest)),
        (true, true, false) => Err(("address string too short", &[])),
        (true, false, true) => Err(("the :: must expand to at least one field of zeros", &[])),
        _ => Ok(()),
    }
}

/// What follows a group of hexadecimal digits.
fn group(text: &[u8]) -> Result<&[u8], Fault<'_>> {
    let (digits, rest) = bytes::span(text, |byte| byte.is_ascii_hexdigit());
    match digits.len() {
        0 => Err(("each colon-separated field must have at least one digit", text)),
        1..=4 => Ok(rest),
        _ => Err(("each group must have 4 or less digits", text)),
    }
}
