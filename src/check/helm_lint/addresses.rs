//! Which texts helm takes for e-mail addresses and URLs (govalidator's `IsEmail`, `IsURL`, `IsRequestURL`).

use crate::golang::url::Url;

/// An absolute address.
pub(super) fn is_request_url(text: &str) -> bool {
    // parity: Go's ParseRequestURI has no fragments: a # belongs to the path.
    Url::parse(text.replace('#', "%23").as_bytes()).is_ok_and(|url| !url.scheme.is_empty())
}

/// An address of the web, or a host with a path.
pub(super) fn is_url(text: &str) -> bool {
    let length = text.chars().count();
    if length >= 2083 || text.len() <= 3 || text.starts_with('.') || text.contains(char::is_whitespace) {
        return false;
    }
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if ["ftp", "tcp", "udp", "ws", "wss", "http", "https"].contains(&scheme) => rest,
        Some(_) => return false,
        None => text,
    };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && !port.contains(']') => (host, Some(port)),
        _ => (host, None),
    };
    if port.is_some_and(|port| port.is_empty() || port.len() > 5 || !port.bytes().all(|byte| byte.is_ascii_digit())) {
        return false;
    }
    if let Some(inside) = host.strip_prefix('[') {
        return inside.strip_suffix(']').is_some_and(|inside| inside.parse::<std::net::Ipv6Addr>().is_ok());
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let label = |label: &str| {
        let inner = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.chars().all(inner) && !label.starts_with(['-', '_']) && !label.ends_with(['-', '_'])
    };
    host.split('.').all(label) && (text.contains("://") || host.contains('.') || port.is_some() || host == rest)
}

/// `local@domain`
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_letter_beyond(c);
    if !quoted && !local.split('.').all(|part| !part.is_empty() && part.chars().all(atom)) {
        return false;
    }
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let Some((labels, last)) = domain.rsplit_once('.') else { return false };
    let letter = |c: char| c.is_ascii_alphabetic() || is_letter_beyond(c);
    let ends = |c: char| letter(c) || c.is_ascii_digit();
    let inner = |c: char| ends(c) || "-_~".contains(c);
    let framed = |part: &str, edge: &dyn Fn(char) -> bool| part.starts_with(edge) && part.ends_with(edge) && part.chars().all(inner);
    labels.split('.').all(|part| framed(part, &ends)) && framed(last, &letter)
}

/// The letters beyond ASCII that an address may have.
fn is_letter_beyond(c: char) -> bool {
    matches!(c, '\u{A0}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFEF}')
}

#[cfg(test)]
mod tests {
    use super::{is_email, is_request_url, is_url};

    #[test]
    fn addresses_are_taken_as_helm_takes_them() {
        for good in ["a@example.com", "a.b+c@x-y.example.org", "\"a b\"@example.com", "containers@bitnami.co"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["a", "a@b", "a@example.c0m1", "a b@example.com", ".a@example.com", "a@-x.com", "https://x@"] {
            assert!(!is_email(bad), "{bad}");
        }
        for good in ["https://github.com/org/x", "example.com", "www.example.com/path?x#y", "http://10.0.0.1:80/", "https://a_b.com"] {
            assert!(is_url(good), "{good}");
        }
        for bad in ["", "ab", ".example.com", "gopher://x.org", "http://a b", "http://x.org:port"] {
            assert!(!is_url(bad), "{bad}");
        }
        assert!(is_request_url("https://x.org/a#b") && is_request_url("mailto:x") && !is_request_url("/a") && !is_request_url("x.org"));
    }
}
