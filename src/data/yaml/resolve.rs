//! What a scalar's text means, by the tables of go-yaml v2 and v3.

use std::borrow::Cow;

use super::time::Timestamp;
use super::token::{ScalarStyle, Version};
use super::tree::{Node, Tree};

/// A scalar understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'t> {
    Null,
    Bool(bool),
    Int(i64),
    /// Above the greatest int64.
    Uint(u64),
    Float(f64),
    Text(Cow<'t, [u8]>),
    Time(Timestamp),
}

/// A core tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    None,
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    Str,
    Binary,
    /// Any other: the value is text.
    Other,
}

impl Tag {
    fn of(tag: &[u8], version: Version) -> Self {
        let short = match tag.strip_prefix(b"tag:yaml.org,2002:") {
            Some(short) => short,
            None if tag.is_empty() || (tag == b"!" && version == Version::V3) => return Tag::None,
            None => match tag.strip_prefix(b"!!") {
                Some(short) if version == Version::V3 => short,
                _ => return Tag::Other,
            },
        };
        match short {
            b"null" => Tag::Null,
            b"bool" => Tag::Bool,
            b"int" => Tag::Int,
            b"float" => Tag::Float,
            b"timestamp" => Tag::Timestamp,
            b"str" => Tag::Str,
            b"binary" => Tag::Binary,
            _ => Tag::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Tag::Null => "!!null",
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Timestamp => "!!timestamp",
            Tag::Binary => "!!binary",
            Tag::None | Tag::Str | Tag::Other => "!!str",
        }
    }
}

/// Understands a scalar node.
///
/// # Errors
/// Go's text, where the scalar is not what its tag says.
pub(super) fn scalar<'t>(tree: Tree<'t>, node: &Node, version: Version) -> Result<Scalar<'t>, String> {
    let text = tree.text(node);
    let tag = match tree.tag(node) {
        [] if node.style == ScalarStyle::Plain => return Ok(plain(text, version)),
        [] => return Ok(Scalar::Text(text.into())),
        tag => Tag::of(tag, version),
    };
    if tag == Tag::None {
        let quoted = node.style != ScalarStyle::Plain;
        return Ok(if quoted { Scalar::Text(text.into()) } else { plain(text, version) });
    }
    tagged(tag, text, version)
}

/// Whether the node is text (`!!str`, also `!!merge`) for go-yaml v3's choice between its two map types.
pub(super) fn is_text(tree: Tree<'_>, node: &Node) -> bool {
    if tree.tag(node) == b"tag:yaml.org,2002:merge" {
        return true;
    }
    match Tag::of(tree.tag(node), Version::V3) {
        Tag::None => node.style != ScalarStyle::Plain || matches!(plain(tree.text(node), Version::V3), Scalar::Text(_)),
        tag => tag == Tag::Str,
    }
}

fn tagged(tag: Tag, text: &[u8], version: Version) -> Result<Scalar<'_>, String> {
    let found = match tag {
        Tag::Str | Tag::Other => return Ok(Scalar::Text(text.into())),
        Tag::Binary => return decode_base64(text).map(|bytes| Scalar::Text(bytes.into())),
        Tag::Timestamp => match Timestamp::parse(text) {
            Some(_) if version == Version::V2 => return Ok(Scalar::Text(text.into())),
            Some(time) => return Ok(Scalar::Time(time)),
            None => plain(text, version),
        },
        _ => plain(text, version),
    };
    let found_tag = match found {
        Scalar::Null => Tag::Null,
        Scalar::Bool(_) => Tag::Bool,
        Scalar::Int(_) | Scalar::Uint(_) => Tag::Int,
        Scalar::Float(_) => Tag::Float,
        Scalar::Text(_) | Scalar::Time(_) => Tag::Str,
    };
    match found {
        Scalar::Int(number) if tag == Tag::Float => Ok(Scalar::Float(number as f64)),
        _ if found_tag == tag => Ok(found),
        _ => {
            let text = String::from_utf8_lossy(text);
            Err(format!("yaml: cannot decode {} `{text}` as a {}", found_tag.name(), tag.name()))
        }
    }
}

/// Understands a scalar without quotes and tag.
pub(super) fn plain(text: &[u8], version: Version) -> Scalar<'_> {
    let known = match text.first() {
        None => Some(Scalar::Null),
        Some(b'+' | b'-' | b'0'..=b'9') => numeric(text, version),
        Some(b'.') => special_float(text).or_else(|| float(text)).map(Scalar::Float),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text, version),
        Some(_) => None,
    };
    known.unwrap_or(Scalar::Text(Cow::Borrowed(text)))
}

fn word(text: &[u8], version: Version) -> Option<Scalar<'static>> {
    Some(match text {
        b"true" | b"True" | b"TRUE" => Scalar::Bool(true),
        b"false" | b"False" | b"FALSE" => Scalar::Bool(false),
        b"~" | b"null" | b"Null" | b"NULL" => Scalar::Null,
        _ if version == Version::V2 => Scalar::Bool(old_bool(text)?),
        _ => return None,
    })
}

/// The booleans that only YAML 1.1 has.
pub(super) fn old_bool(text: &[u8]) -> Option<bool> {
    match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"on" | b"On" | b"ON" => Some(true),
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"off" | b"Off" | b"OFF" => Some(false),
        _ => None,
    }
}

fn special_float(text: &[u8]) -> Option<f64> {
    match text {
        b".nan" | b".NaN" | b".NAN" => Some(f64::NAN),
        b".inf" | b".Inf" | b".INF" | b"+.inf" | b"+.Inf" | b"+.INF" => Some(f64::INFINITY),
        b"-.inf" | b"-.Inf" | b"-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A decimal float64; `None` where it is none or too great for one.
fn float(text: &[u8]) -> Option<f64> {
    let decimal = text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let number: f64 = if decimal { std::str::from_utf8(text).ok()?.parse().ok()? } else { return None };
    number.is_finite().then_some(number)
}

fn numeric(text: &[u8], version: Version) -> Option<Scalar<'static>> {
    if let Some(number) = special_float(text) {
        return Some(Scalar::Float(number));
    }
    // what no number has a byte of is text at once
    let possible = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b'x' | b'X' | b'o' | b'O');
    if version == Version::V3
        && let Some(time) = Timestamp::parse(text)
    {
        return Some(Scalar::Time(time));
    }
    if !text.iter().all(possible) {
        return None;
    }
    let plain: Cow<'_, [u8]> = match text.contains(&b'_') {
        true => text.iter().copied().filter(|byte| *byte != b'_').collect::<Vec<u8>>().into(),
        false => text.into(),
    };
    if let Some(number) = integer(&plain) {
        return Some(number);
    }
    let negative = plain.first() == Some(&b'-');
    let unsigned = plain.strip_prefix(b"+").or(plain.strip_prefix(b"-")).unwrap_or(&plain);
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    if (digit(unsigned.first()) || unsigned.first() == Some(&b'.') && digit(unsigned.get(1)))
        && let Some(number) = float(unsigned)
    {
        return Some(Scalar::Float(if negative { -number } else { number }));
    }
    // parity: `0b` and `0o` forms that Go's base 0 does not take, such as `0b+1`
    prefixed(&plain, b"0b", 2).or_else(|| if version == Version::V3 { prefixed(&plain, b"0o", 8) } else { None })
}

/// `strconv.ParseInt(text, 0, 64)`, then `ParseUint`: `0x`, `0o`, `0b` and a leading `0` give the base.
fn integer(text: &[u8]) -> Option<Scalar<'static>> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let signed = rest.len() < text.len();
    let (base, rest) = match rest {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        _ => (10, rest),
    };
    let number = magnitude(rest, base)?;
    if negative {
        return 0i64.checked_sub_unsigned(number).map(Scalar::Int);
    }
    match i64::try_from(number) {
        Ok(number) => Some(Scalar::Int(number)),
        Err(_) if signed => None,
        Err(_) => Some(Scalar::Uint(number)),
    }
}

fn magnitude(digits: &[u8], base: u32) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, byte| {
        let digit = char::from(*byte).to_digit(base)?;
        number.checked_mul(u64::from(base))?.checked_add(u64::from(digit))
    })
}

/// `0b` with a sign of its own behind it.
fn prefixed(text: &[u8], prefix: &[u8], base: u32) -> Option<Scalar<'static>> {
    match text.strip_prefix(prefix)? {
        [b'+', rest @ ..] => i64::try_from(magnitude(rest, base)?).ok().map(Scalar::Int),
        [b'-', rest @ ..] => 0i64.checked_sub_unsigned(magnitude(rest, base)?).map(Scalar::Int),
        _ => None,
    }
}

/// Standard base64 with padding; line breaks in it don't count.
fn decode_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let loose = data_encoding::BASE64;
    let mut spec = loose.specification();
    // parity: Go does not look at the bits behind the last byte
    spec.check_trailing_bits = false;
    // nothing may follow the padding
    let padding = text.iter().position(|byte| *byte == b'=').unwrap_or(text.len());
    let whole = text.get(padding..).is_some_and(|rest| rest.len() <= 2);
    let decoded = spec.encoding().ok().filter(|_| whole).and_then(|encoding| encoding.decode(&text).ok());
    decoded.ok_or_else(|| "yaml: !!binary value contains invalid base64 data".to_owned())
}
