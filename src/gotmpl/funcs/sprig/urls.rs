//! URLs: taken apart into a map and put together from one.

use super::arguments::{NIL_DEREFERENCE, kind_name, made, map, text};
use super::{Call, Failure, Function, row};
use crate::data::{Kind, Map, Value};
use crate::golang::url::Url;

/// The rows.
pub const TABLE: &[Function] = &[
    row(
        "urlParse",
        "(string) map[string]interface {}",
        url_parse,
        "The parts of a URL: scheme, userinfo, host, hostname, path, query, opaque, fragment.",
        r#"{{ (urlParse "https://a.b:80/c?d=1").host }}"#,
    ),
    row(
        "urlJoin",
        "(map[string]interface {}) string",
        url_join,
        "The URL made of parts as urlParse names them.",
        r#"{{ urlJoin (dict "scheme" "https" "host" "a.b" "path" "/c") }}"#,
    ),
    row(
        "getHostByName",
        "(string) string",
        get_host_by_name,
        "Nothing: a rendering does not depend on name servers.",
        r#"{{ getHostByName "localhost" }}"#,
    ),
];

fn url_parse(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let url = Url::parse(text(arguments, 0)).map_err(|words| format!("unable to parse url: {words}"))?;
    let parts = Map::new();
    let put = |name: &str, part: &[u8]| parts.insert(name, made(Value::string(part), arguments, 0));
    put("scheme", url.scheme.as_bytes());
    put("host", &url.host);
    put("hostname", url.hostname());
    put("path", &url.path);
    put("query", &url.raw_query);
    put("opaque", &url.opaque);
    put("fragment", &url.fragment);
    put("userinfo", &url.user.as_ref().map(|user| user.to_bytes()).unwrap_or_default());
    Ok(made(parts, arguments, 0))
}

fn url_join(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let parts = map(arguments, 0).unwrap_or_default();
    let url = Url {
        scheme: String::from_utf8_lossy(&part(&parts, "scheme")?).into_owned(),
        host: part(&parts, "host")?,
        path: part(&parts, "path")?,
        raw_query: part(&parts, "query")?,
        opaque: part(&parts, "opaque")?,
        fragment: part(&parts, "fragment")?,
        ..Url::default()
    };
    let userinfo = part(&parts, "userinfo")?;
    let user = if userinfo.is_empty() {
        None
    } else {
        let with_user = [b"proto://", userinfo.as_slice(), b"@host"].concat();
        Url::parse(&with_user).map_err(|words| format!("unable to parse userinfo in dict: {words}"))?.user
    };
    Ok(made(Value::string(Url { user, ..url }.to_bytes()), arguments, 0))
}

/// The text of a key; empty where it is missing.
fn part(parts: &Map, key: &str) -> Result<Vec<u8>, Failure> {
    let Some(value) = parts.get(key) else { return Ok(Vec::new()) };
    match &value.kind {
        Kind::String(text) => Ok(text.to_vec()),
        Kind::Nil => Err(NIL_DEREFERENCE.into()),
        _ => Err(format!("unable to parse {key} key, must be of type string, but {} found", kind_name(&value)).into()),
    }
}

/// Helm gives nothing unless it is told to ask name servers, which bkhelm never does while it renders.
fn get_host_by_name(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made("", arguments, 0))
}
