//! Go's `net/url`.

use std::fmt;

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
        unimplemented!()
    }
}

impl Url {
    /// `url.Parse`
    ///
    /// # Errors
    /// Go's text: `parse "x": first path segment in URL cannot contain colon`.
    pub fn parse(_text: &[u8]) -> Result<Url, String> {
        unimplemented!()
    }
    /// `URL.String`
    pub fn to_bytes(&self) -> Vec<u8> {
        unimplemented!()
    }
    /// `Hostname`: without port and brackets.
    pub fn hostname(&self) -> &[u8] {
        unimplemented!()
    }
    /// `Port`
    pub fn port(&self) -> &[u8] {
        unimplemented!()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

/// `url.QueryEscape`
pub fn query_escape(_text: &[u8]) -> Vec<u8> {
    unimplemented!()
}
/// `url.PathEscape`
pub fn path_escape(_text: &[u8]) -> Vec<u8> {
    unimplemented!()
}
/// `url.QueryUnescape`
///
/// # Errors
/// Go's text: `invalid URL escape "%zz"`.
pub fn query_unescape(_text: &[u8]) -> Result<Vec<u8>, String> {
    unimplemented!()
}
