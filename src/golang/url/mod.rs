//! Go's `net/url`: URLs taken apart and put together, and their escapes.

mod address;
mod escape;
mod parse;

use std::fmt;

use escape::{Mode, escape, unescape};
pub use escape::{path_escape, query_escape, query_unescape};

use super::bytes;

/// `url.URL`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// Lower case, without the colon.
    pub scheme: String,
    /// What follows the scheme where that is no slash.
    pub opaque: Vec<u8>,
    /// User and password.
    pub user: Option<User>,
    /// Host and port.
    pub host: Vec<u8>,
    /// The path, unescaped.
    pub path: Vec<u8>,
    /// The path as written, where that is not the usual escaping of `path`.
    pub raw_path: Vec<u8>,
    /// Whether `?` stands there without a query.
    pub force_query: bool,
    /// The query as written, without `?`.
    pub raw_query: Vec<u8>,
    /// The fragment, unescaped, without `#`.
    pub fragment: Vec<u8>,
    /// The fragment as written, where that is not the usual escaping.
    pub raw_fragment: Vec<u8>,
    /// Whether an empty host is left out with its slashes.
    pub omit_host: bool,
}

/// `url.Userinfo`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    /// Unescaped.
    pub name: Vec<u8>,
    /// Unescaped; `None` where no colon stands.
    pub password: Option<Vec<u8>>,
}

impl User {
    /// `Userinfo.String`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Mode::UserPassword);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Mode::UserPassword));
        }
        out
    }
}

impl Url {
    /// `url.Parse`
    ///
    /// # Errors
    /// Go's text: `parse "x": first path segment in URL cannot contain colon`.
    pub fn parse(text: &[u8]) -> Result<Url, String> {
        parse::parse(text)
    }

    /// `URL.String`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(self.scheme.as_bytes());
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.append_authority(&mut out);
            let path = as_written(&self.raw_path, &self.path, Mode::Path);
            if path.first().is_some_and(|first| *first != b'/') && !self.host.is_empty() {
                out.push(b'/');
            }
            // A colon in the first segment would make that a scheme.
            if out.is_empty() && path.split(|byte| *byte == b'/').next().is_some_and(|first| first.contains(&b':')) {
                out.extend_from_slice(b"./");
            }
            out.extend(path);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if self.force_query || !self.raw_query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(as_written(&self.raw_fragment, &self.fragment, Mode::Fragment));
        }
        out
    }

    fn append_authority(&self, out: &mut Vec<u8>) {
        let bare = self.host.is_empty() && self.user.is_none();
        if bare && (self.scheme.is_empty() || self.omit_host) {
            return;
        }
        if !bare || !self.path.is_empty() {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.to_bytes());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Mode::Host));
    }

    /// `Hostname`: without port and brackets.
    pub fn hostname(&self) -> &[u8] {
        let (host, _) = self.host_and_port();
        host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
    }
    /// `Port`, without the colon.
    pub fn port(&self) -> &[u8] {
        self.host_and_port().1
    }
    fn host_and_port(&self) -> (&[u8], &[u8]) {
        match bytes::cut_last(&self.host, b':') {
            Some((host, port)) if port.iter().all(u8::is_ascii_digit) => (host, port),
            _ => (&self.host, &[]),
        }
    }
}

/// A part as it was written, if that still means the same; else escaped anew.
fn as_written(raw: &[u8], plain: &[u8], mode: Mode) -> Vec<u8> {
    if !raw.is_empty() && escape::is_valid(raw, mode) && unescape(raw, mode).is_ok_and(|meaning| meaning == plain) {
        return raw.to_vec();
    }
    if mode == Mode::Path && plain == b"*" { plain.to_vec() } else { escape(plain, mode) }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

#[cfg(test)]
mod tests;
