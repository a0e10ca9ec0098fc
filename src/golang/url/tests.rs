//! The table that `tests/cases/golang/url.go` prints.

use super::{Url, User, path_escape, query_escape, query_unescape};
use crate::golang::strconv::{quote, unquote};

fn show(url: Result<Url, String>) -> Vec<u8> {
    let url = match url {
        Ok(url) => url,
        Err(error) => return format!("error: {error}").into_bytes(),
    };
    let (user, password, set) = match &url.user {
        None => (b"-".to_vec(), Vec::new(), false),
        Some(user) => (user.name.clone(), user.password.clone().unwrap_or_default(), user.password.is_some()),
    };
    let flag = |flag: bool| flag.to_string().into_bytes();
    let parts = [
        url.scheme.clone().into_bytes(),
        url.opaque.clone(),
        user,
        password,
        flag(set),
        url.host.clone(),
        url.hostname().to_vec(),
        url.port().to_vec(),
        url.path.clone(),
        url.raw_path.clone(),
        flag(url.force_query),
        url.raw_query.clone(),
        url.fragment.clone(),
        url.raw_fragment.clone(),
        flag(url.omit_host),
        url.to_bytes(),
    ];
    parts.join(&b'|')
}

#[test]
fn urls_are_as_in_go() {
    let mut failures = Vec::new();
    for line in include_str!("../../../tests/cases/golang/url.txt").lines() {
        let (kind, rest) = line.split_once('\t').unwrap();
        let columns: Vec<Vec<u8>> = rest.split('\t').map(|column| unquote(column.as_bytes()).unwrap()).collect();
        let got = match kind {
            "parse" => vec![show(Url::parse(&columns[0]))],
            "escape" => vec![query_escape(&columns[0]), path_escape(&columns[0])],
            "unescape" => vec![query_unescape(&columns[0]).unwrap_or_else(|error| format!("error: {error}").into_bytes())],
            _ => {
                let [scheme, host, path, raw_query, opaque, fragment, name] = columns[..7].to_vec().try_into().unwrap();
                let user = (!name.is_empty()).then(|| User { name, password: Some(b"p:w".to_vec()) });
                let scheme = String::from_utf8(scheme).unwrap();
                vec![Url { scheme, host, path, raw_query, opaque, fragment, user, ..Url::default() }.to_bytes()]
            }
        };
        let expected = &columns[columns.len() - got.len()..];
        if got != expected {
            let show = |texts: &[Vec<u8>]| texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(" ");
            failures.push(format!("{line}\n    {}\n    {}", show(&got), show(expected)));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}
