//! Taking URLs apart.

use super::address::{self, Version};
use super::escape::{Mode, escape, unescape};
use super::{Url, User};
use crate::golang::bytes;
use crate::golang::strconv::quote;

/// `url.Parse`
pub(super) fn parse(text: &[u8]) -> Result<Url, String> {
    let (before, fragment) = cut(text, b'#');
    let describe = |text: &[u8], error: String| format!("parse {}: {error}", quote(text));
    let mut url = without_fragment(before).map_err(|error| describe(before, error))?;
    if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
        let plain = unescape(fragment, Mode::Fragment).map_err(|error| describe(text, error))?;
        url.raw_fragment = raw(fragment, &plain, Mode::Fragment);
        url.fragment = plain;
    }
    Ok(url)
}

fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    bytes::cut(text, at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// The part as written where escaping the plain one gives something else.
fn raw(written: &[u8], plain: &[u8], mode: Mode) -> Vec<u8> {
    if escape(plain, mode) == written { Vec::new() } else { written.to_vec() }
}

fn without_fragment(text: &[u8]) -> Result<Url, String> {
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7F) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if text == b"*" {
        return Ok(Url { path: text.to_vec(), ..Url::default() });
    }
    let (scheme, rest) = split_scheme(text)?;
    let scheme = String::from_utf8_lossy(scheme).to_ascii_lowercase();
    let (mut rest, query) = cut(rest, b'?');
    let force_query = query.is_some_and(<[u8]>::is_empty);
    let mut url = Url { scheme, force_query, raw_query: query.unwrap_or_default().to_vec(), ..Url::default() };
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let slashes = rest.strip_prefix(b"//").filter(|after| !url.scheme.is_empty() || !after.starts_with(b"/"));
    if let Some(after) = slashes {
        let (host, path) = bytes::span(after, |byte| byte != b'/');
        (url.user, url.host) = authority(&url.scheme, host)?;
        rest = path;
    } else if !url.scheme.is_empty() && rest.starts_with(b"/") {
        url.omit_host = true;
    }
    url.path = unescape(rest, Mode::Path)?;
    url.raw_path = raw(rest, &url.path, Mode::Path);
    Ok(url)
}

fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let (scheme, rest) = bytes::span(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    match (scheme.first(), rest) {
        (None, [b':', ..]) => Err("missing protocol scheme".to_owned()),
        (Some(b'a'..=b'z' | b'A'..=b'Z'), [b':', rest @ ..]) => Ok((scheme, rest)),
        _ => Ok((&[], text)),
    }
}

fn authority(scheme: &str, text: &[u8]) -> Result<(Option<User>, Vec<u8>), String> {
    let Some((user, after)) = bytes::cut_last(text, b'@') else { return Ok((None, host(scheme, text)?)) };
    let host = host(scheme, after)?;
    if !user.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte)) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(user, b':');
    let name = unescape(name, Mode::UserPassword)?;
    let password = password.map(|password| unescape(password, Mode::UserPassword)).transpose()?;
    Ok((Some(User { name, password }), host))
}

fn check_port(text: &[u8]) -> Result<(), String> {
    match text {
        [] => Ok(()),
        [b':', port @ ..] if port.iter().all(u8::is_ascii_digit) => Ok(()),
        _ => Err(format!("invalid port {} after host", quote(text))),
    }
}

fn host(scheme: &str, text: &[u8]) -> Result<Vec<u8>, String> {
    match text.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return ip_literal(text),
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    let name = if matches!(scheme, "http" | "https") { bytes::cut(text, b':') } else { bytes::cut_last(text, b':') };
    if let Some((name, _)) = name {
        check_port(bytes::skip(text, name.len()))?;
    }
    unescape(text, Mode::Host)
}

/// `[::1]:80`, `[fe80::1%25en0]`
fn ip_literal(text: &[u8]) -> Result<Vec<u8>, String> {
    let Some((inside, port)) = bytes::cut_last(text, b']') else { return Err("missing ']' in host".to_owned()) };
    let inside = inside.strip_prefix(b"[").unwrap_or(inside);
    check_port(port)?;
    let port = unescape(port, Mode::Host)?;
    let (number, zone) = bytes::split(inside, inside.windows(3).position(|window| window == b"%25").unwrap_or(inside.len()));
    let (number, zone) = (unescape(number, Mode::Host)?, unescape(zone, Mode::Zone)?);
    let literal = [number.as_slice(), &zone].concat();
    match address::check(&literal) {
        Ok(Version::Six) => {}
        Ok(Version::Four) => return Err("invalid IP-literal".to_owned()),
        Err(error) => return Err(format!("invalid host: {error}")),
    }
    Ok([b"[", literal.as_slice(), b"]", &port].concat())
}
