//! Go's `netip.ParseAddr`, as far as URLs need it: whether a text is an address, and what is wrong with it.

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
    let (mut value, mut digits, mut dots) = (0u32, 0, 0);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(("IPv4 field has octet with leading zero", &[]));
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", &[]));
                }
            }
            b'.' => {
                if at == 0 || at == text.len() - 1 || text[at - 1] == b'.' {
                    return Err(("IPv4 field must have at least one digit", &text[at..]));
                }
                if dots == 3 {
                    return Err(("IPv4 address too long", &[]));
                }
                dots += 1;
                (value, digits) = (0, 0);
            }
            _ => return Err(("unexpected character", &text[at..])),
        }
    }
    if dots < 3 { Err(("IPv4 address too short", &[])) } else { Ok(()) }
}

fn check_six(text: &[u8]) -> Result<(), Fault<'_>> {
    let zone = text.iter().position(|byte| *byte == b'%');
    if zone.is_some_and(|zone| zone + 1 == text.len()) {
        return Err(("zone must be a non-empty string", &[]));
    }
    let mut rest = &text[..zone.unwrap_or(text.len())];
    let mut ellipsis = false;
    if let Some(after) = rest.strip_prefix(b"::") {
        if after.is_empty() {
            return Ok(());
        }
        (ellipsis, rest) = (true, after);
    }
    // Groups of 16 bits; there are eight.
    let mut groups = 0;
    while groups < 8 {
        let digits = group_digits(rest)?;
        if rest.get(digits) == Some(&b'.') {
            if !ellipsis && groups != 6 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", rest));
            }
            if groups + 2 > 8 {
                return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", rest));
            }
            check_four(rest)?;
            rest = &[];
            groups += 2;
            break;
        }
        groups += 1;
        rest = &rest[digits..];
        match rest {
            [] => break,
            [b':'] => return Err(("colon must be followed by more characters", rest)),
            [b':', after @ ..] => rest = after,
            _ => return Err(("unexpected character, want colon", rest)),
        }
        if rest[0] == b':' {
            if ellipsis {
                return Err(("multiple :: in address", rest));
            }
            (ellipsis, rest) = (true, &rest[1..]);
            if rest.is_empty() {
                break;
            }
        }
    }
    match (rest.is_empty(), groups < 8, ellipsis) {
        (false, ..) => Err(("trailing garbage after address", rest)),
        (true, true, false) => Err(("address string too short", &[])),
        (true, false, true) => Err(("the :: must expand to at least one field of zeros", &[])),
        _ => Ok(()),
    }
}

/// How many hexadecimal digits a group has.
fn group_digits(text: &[u8]) -> Result<usize, Fault<'_>> {
    match text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() {
        0 => Err(("each colon-separated field must have at least one digit", text)),
        digits @ 1..=4 => Ok(digits),
        _ => Err(("each group must have 4 or less digits", text)),
    }
}
