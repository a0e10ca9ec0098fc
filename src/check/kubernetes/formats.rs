//! What strings of a format look like: those of Kubernetes' own types, which are read by Go, and those that CRDs may name
//! (kube-openapi `pkg/validation/strfmt`).

use super::syntax;
use crate::data::{Str, Value};
use crate::golang::base64;
use crate::golang::time::{Duration, Time};
use crate::plan;

const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";

/// The format of definitions that are no objects but words with a syntax.
pub(super) fn of_definition(name: &str) -> Option<&'static str> {
    Some(match name {
        "apimachinery.pkg.api.resource.Quantity" => "quantity",
        "apimachinery.pkg.util.intstr.IntOrString" => "int-or-string",
        "apimachinery.pkg.apis.meta.v1.Time" | "apimachinery.pkg.apis.meta.v1.MicroTime" => "go-time",
        "apimachinery.pkg.apis.meta.v1.Duration" => "go-duration",
        _ => return None,
    })
}

/// What is wrong with a text of that format; `None` also for formats that nobody checks.
pub(super) fn fault(format: &Str, text: &Str) -> Option<&'static str> {
    let wrong = |is_wrong: bool, words: &'static str| is_wrong.then_some(words);
    let time = |layout: &[u8]| Time::parse(layout, text).is_err();
    let utf8 = text.as_utf8().unwrap_or("\u{fffd}");
    match format.as_bytes() {
        b"quantity" => wrong(quantity(&Value::from(text.clone())).is_none(), "is no quantity such as 500m, 2 or 1.5Gi"),
        b"go-time" => wrong(time(RFC3339), "is no time such as 2006-01-02T15:04:05Z"),
        b"go-duration" => wrong(Duration::parse(text).is_err(), "is no duration such as 1m30s"),
        b"byte" => wrong(base64::decode(text).is_err(), "is no base64"),
        b"date-time" => wrong(!is_date_time(utf8), "is no time such as 2006-01-02T15:04:05Z"),
        b"date" => wrong(time(b"2006-01-02"), "is no date such as 2006-01-02"),
        b"duration" => wrong(!is_duration(utf8), "is no duration such as 1m30s"),
        b"ipv4" => wrong(!syntax::is_ip(utf8) || utf8.contains(':'), "is no IPv4 address"),
        b"ipv6" => wrong(!syntax::is_ip(utf8) || !utf8.contains(':'), "is no IPv6 address"),
        b"cidr" => wrong(syntax::fault(syntax::Syntax::Cidr, utf8).is_some(), "is no range of IP addresses such as 10.0.0.0/8"),
        b"uuid" | b"uuid3" | b"uuid4" | b"uuid5" => wrong(!is_uuid(utf8, format.as_bytes().get(4).copied()), "is no UUID"),
        b"uri" => wrong(!is_request_uri(utf8), "is no URI"),
        b"email" => wrong(!is_email(utf8), "is no mail address"),
        _ => None,
    }
}

/// What a quantity is worth, in billionths.
pub(super) fn quantity(value: &Value) -> Option<i128> {
    match value.as_str() {
        Some(text) => plan::quantity(text.as_utf8()?),
        None => plan::quantity(&format!("{}", super::number(value)?)),
    }
}

/// As strfmt's: date and time with `T`, or a space, between them; fractions and zones as RFC 3339 has them.
fn is_date_time(text: &str) -> bool {
    let upper = text.to_ascii_uppercase().replacen(' ', "T", 1);
    Time::parse(RFC3339, upper.as_bytes()).is_ok()
        || [&b"2006-01-02T15:04:05"[..], b"2006-01-02T15:04:05Z0700"].iter().any(|layout| Time::parse(layout, upper.as_bytes()).is_ok())
}

/// Go's durations, and a number with a word for the unit.
fn is_duration(text: &str) -> bool {
    if Duration::parse(text.as_bytes()).is_ok() {
        return true;
    }
    let text = text.trim();
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or(("", text));
    let units = [
        "ns",
        "nano",
        "nanos",
        "us",
        "µs",
        "micro",
        "micros",
        "microsecond",
        "microseconds",
        "ms",
        "milli",
        "millis",
        "millisecond",
        "milliseconds",
        "s",
        "sec",
        "secs",
        "second",
        "seconds",
        "m",
        "min",
        "mins",
        "minute",
        "minutes",
        "h",
        "hr",
        "hrs",
        "hour",
        "hours",
        "d",
        "day",
        "days",
        "w",
        "wk",
        "wks",
        "week",
        "weeks",
    ];
    number.parse::<f64>().is_ok() && units.contains(&unit.trim().to_ascii_lowercase().as_str())
}

fn is_uuid(text: &str, version: Option<u8>) -> bool {
    let plain: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    plain.len() == 32 && plain.iter().all(u8::is_ascii_hexdigit) && version.is_none_or(|version| plain.get(12) == Some(&version))
}

/// What Go's `url.ParseRequestURI` takes, as far as that is certain: a path, or a scheme and something behind it.
fn is_request_uri(text: &str) -> bool {
    let scheme = text.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    (text.starts_with('/') || scheme) && !text.bytes().any(|byte| byte < b' ' || byte == 0x7f)
}

fn is_email(text: &str) -> bool {
    text.contains('@') && !text.starts_with('@') && !text.ends_with('@')
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn formats_take_what_the_server_takes() {
        let good = [
            ("quantity", "1.5Gi"),
            ("quantity", "100m"),
            ("quantity", "1e3"),
            ("quantity", "-1"),
            ("go-time", "2024-02-29T00:00:00Z"),
            ("byte", "YQ=="),
            ("go-duration", "1h2m"),
            ("duration", "5 days"),
            ("date", "2024-02-29"),
            ("ipv4", "10.0.0.1"),
            ("ipv6", "::1"),
            ("uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
            ("cidr", "10.0.0.0/8"),
            ("uri", "https://x.org/a"),
            ("nobody-knows", "?"),
            ("date-time", "2024-02-29T00:00:00.5+01:00"),
        ];
        for (format, text) in good {
            assert_eq!(fault(&format.into(), &text.into()), None, "{format} {text}");
        }
        let bad = [
            ("quantity", "1.5GiB"),
            ("quantity", ""),
            ("quantity", "2 Gi"),
            ("go-time", "2023-02-29T00:00:00Z"),
            ("byte", "Y"),
            ("go-duration", "1d"),
            ("duration", "soon"),
            ("date", "2024-2-29"),
            ("ipv4", "::1"),
            ("ipv6", "10.0.0.1"),
            ("uuid", "6ba7b810"),
            ("cidr", "10.0.0.0"),
            ("uri", "x"),
            ("date-time", "today"),
        ];
        for (format, text) in bad {
            assert!(fault(&format.into(), &text.into()).is_some(), "{format} {text}");
        }
    }
}
