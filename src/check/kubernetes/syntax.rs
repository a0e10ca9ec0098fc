//! Words that Kubernetes takes in certain places (apimachinery `pkg/util/validation`): `text → what is wrong with it`.

use crate::golang::strconv;

/// A place's syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// An RFC 1123 label: `my-name`.
    Label,
    /// An RFC 1035 label: starts with a letter.
    Label1035,
    /// An RFC 1123 subdomain: `example.com`.
    Subdomain,
    /// What may be part of an address.
    PathSegment,
    /// `example.com/name`, as keys of labels are.
    QualifiedName,
    LabelValue,
    /// A key of a ConfigMap or Secret.
    DataKey,
    /// A name of a port: at most 15 characters, with a letter.
    PortName,
    EnvName,
    /// Starts with a slash.
    AbsolutePath,
    /// Doesn't lead upwards, and doesn't start with a slash.
    PathBelow,
    /// A path after a domain: `acme.io/foo`.
    DomainPath,
    Ip,
    Cidr,
    CronSchedule,
    /// `80%`, or digits; only for texts where numbers may stand.
    Percent,
    /// A host name, with `*.` before it or not.
    Host,
}

/// What is wrong with a text in such a place; words that go behind the field's name.
pub(super) fn fault(syntax: Syntax, text: &str) -> Option<String> {
    let wrong = |is_wrong: bool, words: &str| is_wrong.then(|| words.to_owned());
    match syntax {
        Syntax::Label => label(text, 63),
        Syntax::Label1035 => label(text, 63)
            .or_else(|| wrong(!text.starts_with(|first: char| first.is_ascii_lowercase()), "has to start with a lowercase letter")),
        Syntax::Subdomain => subdomain(text),
        Syntax::PathSegment => {
            wrong(text == "." || text == ".." || text.contains(['/', '%']), "must be none of . and .., and hold neither / nor %")
        }
        Syntax::QualifiedName => qualified_name(text),
        Syntax::LabelValue => label_value(text),
        Syntax::DataKey => {
            let plain =
                text.len() <= 253 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
            wrong(!plain || text == "." || text.starts_with(".."), "is no key: letters, digits, '-', '_' and '.', at most 253")
        }
        Syntax::PortName => {
            let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            let framed = text.starts_with('-') || text.ends_with('-') || text.contains("--");
            let lettered = text.bytes().any(|byte| byte.is_ascii_lowercase());
            let words = "is no name of a port: at most 15 lowercase letters, digits and single '-' inside, with a letter among them";
            wrong(text.len() > 15 || !plain || framed || !lettered, words)
        }
        // since 1.30, with the gate that all minors of the pack have on
        Syntax::EnvName => wrong(
            text.is_empty() || text.bytes().any(|byte| !(b' '..=b'~').contains(&byte) || byte == b'='),
            "is no name of a variable: printable ASCII without '='",
        ),
        Syntax::AbsolutePath => wrong(!text.starts_with('/'), "has to start with /"),
        Syntax::PathBelow => wrong(
            text.starts_with('/') || text.split('/').any(|part| part == ".."),
            "has to be a relative path that does not lead upwards by ..",
        ),
        Syntax::DomainPath => {
            let good = text.split_once('/').is_some_and(|(domain, path)| subdomain(domain).is_none() && !path.is_empty());
            wrong(!good, "has to be a path after a domain, such as acme.io/foo")
        }
        Syntax::Ip => wrong(!is_ip(text), "is no IP address"),
        Syntax::Cidr => wrong(!is_cidr(text), "is no range of IP addresses such as 10.0.0.0/8"),
        Syntax::CronSchedule => super::cron::fault(text),
        Syntax::Percent => {
            let digits = text.strip_suffix('%').unwrap_or("");
            wrong(
                digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()),
                "is neither a number nor a percentage such as 25%",
            )
        }
        Syntax::Host => match text.strip_prefix("*.") {
            Some(rest) => subdomain(rest),
            None => subdomain(text),
        },
    }
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().copied().is_some_and(alphanumeric)
        && bytes.last().copied().is_some_and(alphanumeric)
        && bytes.iter().all(|byte| alphanumeric(*byte) || *byte == b'-')
}

fn label(text: &str, limit: usize) -> Option<String> {
    if text.len() > limit {
        return Some(format!("is longer than {limit} characters"));
    }
    (!is_label(text)).then(|| "may have only lowercase letters, digits and '-', with a letter or digit first and last".to_owned())
}

fn subdomain(text: &str) -> Option<String> {
    if text.len() > 253 {
        return Some("is longer than 253 characters".to_owned());
    }
    let words = "may have only lowercase letters, digits, '-' and '.', with a letter or digit first and last in each part";
    (!text.split('.').all(is_label)).then(|| words.to_owned())
}

/// Letters of both cases, digits, '-', '_' and '.', framed by letters or digits.
fn is_framed(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn qualified_name(text: &str) -> Option<String> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    if let Some(prefix) = prefix {
        if prefix.is_empty() {
            return Some("has nothing before its /".to_owned());
        }
        if let Some(fault) = subdomain(prefix) {
            return Some(format!("has a prefix that {fault}"));
        }
    }
    if name.is_empty() {
        return Some("has no name".to_owned());
    }
    if name.len() > 63 {
        return Some("has a name longer than 63 characters".to_owned());
    }
    let words = "may have only letters, digits, '-', '_' and '.' in its name, with a letter or digit first and last";
    (!is_framed(name)).then(|| words.to_owned())
}

fn label_value(text: &str) -> Option<String> {
    if text.len() > 63 {
        return Some("is longer than 63 characters".to_owned());
    }
    let words = "may have only letters, digits, '-', '_' and '.', with a letter or digit first and last";
    (!text.is_empty() && !is_framed(text)).then(|| words.to_owned())
}

/// As Go's old parser takes it, which Kubernetes keeps: `010.0.0.1` too.
pub(super) fn is_ip(text: &str) -> bool {
    let decimal: Vec<&str> = text.split('.').collect();
    let four = decimal.len() == 4
        && decimal.iter().all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.trim_start_matches('0').parse::<u16>().unwrap_or(0) < 256
        });
    four || text.contains(':') && text.parse::<std::net::Ipv6Addr>().is_ok()
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = if address.contains(':') { 128 } else { 32 };
    is_ip(address)
        && length.len() <= 3
        && length.bytes().all(|byte| byte.is_ascii_digit())
        && length.parse::<u8>().is_ok_and(|bits| bits <= most)
}

/// A name as it is said to people.
pub(super) fn quoted(text: &[u8]) -> String {
    strconv::quote(text)
}
