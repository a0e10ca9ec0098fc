//! No secret in a finding: excerpts of lines that hold one are shown without their values.

use crate::diag::{Errors, Place};

/// Parts of keys whose values nobody should see, in lower case without `-` and `_`.
const SECRET_KEYS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "privatekey",
    "apikey",
    "accesskey",
    "credential",
    "encryptkey",
    "cookie",
    "license",
];

/// Whether a key's name says that its value is a secret.
pub(super) fn is_secret_key(key: &str) -> bool {
    let bare: String = key.chars().filter(|letter| !"-_.".contains(*letter)).flat_map(char::to_lowercase).collect();
    // `secretName` and `tokenRef` say where the secret is.
    let names_one = ["name", "ref", "names", "enabled", "length"].iter().any(|end| bare.ends_with(end));
    !names_one && SECRET_KEYS.iter().any(|part| bare.contains(part))
}

/// The findings with the values of secret keys masked in their excerpts.
pub fn mask(found: Errors) -> Errors {
    found.map(|finding| finding.with_excerpts(excerpt))
}

/// A line as it may be shown: what stands after a secret key is masked up to the line's end; a template's actions are no
/// secrets, and stay.
fn excerpt(place: &Place) -> Option<String> {
    let line = place.excerpt.as_deref()?;
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((key, value)) = rest.split_once(':') {
        shown.push_str(key);
        shown.push(':');
        let name = key.rsplit(|letter: char| !letter.is_alphanumeric() && !"-_.".contains(letter)).find(|part| !part.is_empty());
        let plain = value.trim();
        let worth_hiding = !plain.is_empty() && !plain.starts_with("{{") && !plain.starts_with(['#', '*', '|', '>']);
        if name.is_some_and(is_secret_key) && worth_hiding && value.starts_with([' ', '\t', '"', '\'']) {
            shown.push_str(" ********");
            return Some(shown);
        }
        rest = value;
    }
    shown.push_str(rest);
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::excerpt;
    use crate::diag::Place;

    #[test]
    fn values_of_secret_keys_are_masked() {
        for (line, shown) in [
            ("  adminPassword: hunter2", "  adminPassword: ********"),
            ("auth: {user: a, auth-token: abc}", "auth: {user: a, auth-token: ********"),
            ("image: nginx:1.25", "image: nginx:1.25"),
            ("password: {{ .Values.password }}", "password: {{ .Values.password }}"),
            ("secretName: tls", "secretName: tls"),
            ("token: [a, b]", "token: ********"),
            ("existingSecret:", "existingSecret:"),
            ("url: http://x:8080/path", "url: http://x:8080/path"),
        ] {
            assert_eq!(excerpt(&Place { excerpt: Some(line.to_owned()), ..Place::at("a", 1, 1) }).as_deref(), Some(shown));
        }
    }
}
